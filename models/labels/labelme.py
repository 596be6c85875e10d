"""LabelMe's label files: a folder with one JSON a frame (github.com/wkentaro/labelme).

A frame is named by its ``imagePath``, without folders; a file without shapes says that there is no defect. Shapes of
one class become one mask, whatever their ``group_id``; overlapping classes are kept. ``labels.txt``, LabelMe's own list
of labels, orders the classes where it lies in the folder: otherwise they stand in alphabetical order. The label
``__ignore__`` and the shape flags ``ignore``, ``unknown`` and ``nuisance`` are roles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from models.labels.class_names import Look, title_of
from models.labels.drawn_shapes import ClassMasks, ShapeKind
from models.labels.frame_files import FrameFiles, FrameNameError
from models.labels.image_header import image_file_size
from models.labels.label_set import (
    Decoded,
    FrameLabels,
    LabelError,
    LabelSet,
    RowProblem,
    Size,
    Written,
    checked_size,
    known_frames,
    refuse_nothing,
)
from models.labels.labelme_labels import LABELS_FILE, classes_of, label_of, listing, role_of
from models.labels.labelme_shapes import draw_shape, shapes_of_class
from models.labels.masks import classes_present
from models.labels.polygon_fill import ShapeError
from models.labels.replacement import text_replacement
from models.labels.taxonomy import Taxonomy

_VERSION = "5.5.0"
"""The version of LabelMe whose fields are written; it warns of files of another major version."""


class _FileError(ValueError):
    """A JSON file that is no LabelMe file; the message says why."""


@dataclass(frozen=True, slots=True)
class _Scanned:
    """What is kept of one file: its frame's name and size, whether it has shapes, and the looks of its labels."""

    path: Path
    name: str
    size: Size
    empty: bool
    labels: Mapping[str, Look]


def is_labelme(path: Path) -> bool:
    """Whether this is a LabelMe file or a folder that holds one."""
    return any(_has_shapes(file) for file in (_json_files(path) if path.is_dir() else [path]))


def read_labelme(path: Path, size: Size | None = None, taxonomy: Taxonomy | None = None) -> LabelSet:
    """Read a folder of LabelMe files, or one of them; ``size`` is for files that name none and have no image beside.

    A file or shape that cannot be used becomes a problem. Raises ``LabelError`` where there is no such file, or none
    can be used.
    """
    files = _json_files(path) if path.is_dir() else [path]
    problems: list[RowProblem] = []
    scanned: dict[str, _Scanned] = {}
    for file in files:
        try:
            one = _scan(file, size)
        except (_FileError, LabelError) as error:
            problems.append(RowProblem(None, file.name, str(error)))
            continue
        if one.name in scanned:
            sentence = f"Its image {one.name} is that of {scanned[one.name].path.name}, too; the first file counts."
            problems.append(RowProblem(None, file.name, sentence))
            continue
        scanned[one.name] = one
    if not files:
        raise LabelError(f"{path} has no JSON file; name the folder of LabelMe files.")
    classes, class_ids = classes_of(path, (one.labels for one in scanned.values()), taxonomy, problems)
    frames = {
        name: FrameLabels(name, one.size, partial(_decode, one, class_ids, len(classes)), explicit_empty=one.empty)
        for name, one in scanned.items()
    }
    return LabelSet(classes, frames, tuple(problems))


def write_labelme(labels: LabelSet, frames: Iterable[FrameLabels], folder: Path, kind: ShapeKind) -> Written:
    """Write one JSON a frame and ``labels.txt`` into ``folder``, each whole or not at all.

    Frames whose labels are not wholly known are left out and named, because a file without shapes means 'no defect'.
    """
    problems = list(labels.problems)
    titles = {defect.id: title_of(defect) for defect in labels.taxonomy}
    files = FrameFiles(".json")
    count = shape_count = 0
    for frame, decoded in known_frames(frames, problems):
        try:
            name = files.claim(frame.name)
        except FrameNameError as error:
            problems.append(RowProblem(None, frame.name, str(error)))
            continue
        shapes = [
            shape
            for class_id in classes_present(decoded.stack)
            for shape in shapes_of_class(decoded.stack, labels.taxonomy.by_id(class_id), titles[class_id], kind)
        ]
        _write(folder / name, frame.name, decoded.stack.shape, shapes)
        count += 1
        shape_count += len(shapes)
    refuse_nothing(folder, count, problems)
    with text_replacement(folder / LABELS_FILE) as stream:
        stream.writelines(listing(titles.values()))
    return Written(frames=count, rows=shape_count, problems=tuple(problems))


def _json_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == ".json" and path.is_file())
    except OSError as error:
        raise LabelError(f"{folder} cannot be read ({error.strerror}); name the folder of LabelMe files.") from error


def _has_shapes(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            if not stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
                return False
        content = path.read_bytes()
    except OSError:
        return False
    # COCO's files hold neither; the image embedded in a file is base64, which has no quotes.
    return b'"shapes"' in content and b'"annotations"' not in content


def _load(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise _FileError(f"The file cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise _FileError(f"The file is no JSON ({error}); save it again in LabelMe.") from error
    if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
        raise _FileError("The file has no list 'shapes'; save it again in LabelMe.")
    return document


def _scan(path: Path, size: Size | None) -> _Scanned:
    document = _load(path)
    stated = document.get("imagePath")
    if not isinstance(stated, str) or not (name := re.split(r"[\\/]", stated)[-1]):
        raise _FileError("The file has no 'imagePath'; save it again in LabelMe.")
    looks: dict[str, Look] = {}
    for shape in document["shapes"]:
        label = label_of(shape)
        if label is not None and (label not in looks or looks[label].role is None):
            looks[label] = Look(role_of(label, shape.get("flags")))
    return _Scanned(path, name, _size(document, path, stated, size), not document["shapes"], looks)


def _size(document: dict[str, Any], path: Path, image: str, size: Size | None) -> Size:
    height, width = document.get("imageHeight"), document.get("imageWidth")
    if type(height) is int and type(width) is int:
        return checked_size(height, width)
    found = image_file_size(path.parent / image.replace("\\", "/")) or size
    if found is None:
        raise _FileError("The file has no imageHeight and imageWidth; give --size HxW, or put its image beside it.")
    return found


def _decode(one: _Scanned, class_ids: Mapping[str, int], class_count: int) -> Decoded:
    masks = ClassMasks(one.size)
    problems: list[RowProblem] = []
    try:
        shapes = _load(one.path)["shapes"]
    except _FileError as error:
        return Decoded(masks.stack(class_count), (RowProblem(None, one.path.name, str(error)),), complete=False)
    complete = True
    for number, shape in enumerate(shapes, start=1):
        label = label_of(shape)
        if label is not None and label in class_ids:
            try:
                draw_shape(shape, masks.of(class_ids[label]))
            except ShapeError as error:
                problems.append(RowProblem(None, one.path.name, f"Shape {number} ({label[:24]}): {error}"))
        elif label is None:
            problems.append(RowProblem(None, one.path.name, f"Shape {number} has no label."))
        else:
            # The taxonomy does not hold it, which is said once for the whole folder.
            complete = False
    return Decoded(masks.stack(class_count), tuple(problems), complete=complete and not problems)


def _write(path: Path, image: str, size: tuple[int, ...], shapes: list[dict[str, Any]]) -> None:
    document: dict[str, Any] = {
        "version": _VERSION,
        "flags": {},
        "shapes": shapes,
        "imagePath": image,
        "imageData": None,
        "imageHeight": size[0],
        "imageWidth": size[1],
    }
    with text_replacement(path) as stream:
        json.dump(document, stream, ensure_ascii=False, indent=2)
        stream.write("\n")
