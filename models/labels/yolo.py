"""YOLO's segmentation labels: a folder with a text file a frame, one polygon a line.

A line is ``class x1 y1 x2 y2 …``, separated by spaces, the class counted from 0, x and y as shares of the image's width
and height (docs.ultralytics.com/datasets/segment); an empty file says that there is no defect. Label files lie in
``labels``, at any depth, images in ``images`` beside it under the same names, or all in one folder; the lists
``train.txt``, ``val.txt`` and ``test.txt`` name the images. Holes become keyholes, so that nothing of a mask is lost. A
frame's size is its image's, or must be given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from models.labels.class_names import ids_of_titles, taxonomy_of_titles, title_of
from models.labels.drawn_shapes import ClassMasks, ring_polygons
from models.labels.frame_files import IMAGE_SUFFIXES, FrameFiles, FrameNameError, frame_stem
from models.labels.image_header import image_file_size
from models.labels.label_set import (
    Decoded,
    FrameLabels,
    LabelError,
    LabelSet,
    RowProblem,
    Size,
    Written,
    known_frames,
    numbered_taxonomy,
    refuse_nothing,
)
from models.labels.masks import class_mask, classes_present
from models.labels.polygon_fill import ShapeError, fill_into
from models.labels.replacement import text_replacement
from models.labels.taxonomy import MAX_CLASSES, Taxonomy
from models.labels.yolo_classes import DATA_FILE, LIST_FILES, data_file, named_classes
from models.labels.yolo_rows import class_of_row, known_class, ring_of_row, row_of_ring

_LISTS = ("train.txt", "val.txt", "test.txt")
_NOT_LABELS = {*_LISTS, *LIST_FILES, "readme.txt"}


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things lie: the label files, and the images' names and files by stem."""

    root: Path
    files: list[Path]
    names: Mapping[str, str]
    images: Mapping[str, Path]


def is_yolo(path: Path) -> bool:
    """Whether this is a folder with label files: beside names of classes, or with a line that could be one."""
    if not path.is_dir():
        return False
    layout = _layout(path)
    if layout.files and (layout.root / DATA_FILE).is_file():
        return True
    return any(_first_row_fits(file) for file in layout.files[:20])


def read_yolo(
    path: Path,
    size: Size | None = None,
    taxonomy: Taxonomy | None = None,
    sizes: Mapping[str, Size] = MappingProxyType({}),
) -> LabelSet:
    """Read a folder of label files; a frame is named by its image, or by its label file where no image is known.

    The classes are found in a ``taxonomy`` by name, or by number where no file names them. Rows and files that cannot
    be used become problems. Raises ``LabelError`` where there is no label file, or a frame's size is not known.
    """
    layout = _layout(path)
    if not layout.files:
        raise LabelError(f"{path} has no label file; name the folder with data.yaml or the one with the labels.")
    problems: list[RowProblem] = []
    rows = {file: _scan(file, problems) for file in layout.files}
    highest_class = max((highest for highest in rows.values() if highest), default=1)
    classes, class_ids = _classes(layout.root, path, highest_class, taxonomy, problems)
    frames: dict[str, FrameLabels] = {}
    for file, highest in rows.items():
        stem = file.stem
        name = layout.names.get(stem, stem)
        if highest is None:
            continue
        if name in frames:
            problems.append(RowProblem(None, name, f"{file.name} lies in two folders; the first one counts."))
            continue
        found = (image_file_size(layout.images[stem]) if stem in layout.images else None) or sizes.get(name, size)
        if found is None:
            raise LabelError(f"{path} does not tell the size of {name}; give --size HxW, or put the images beside.")
        decode = partial(_decode, file, name, found, class_ids, len(classes))
        frames[name] = FrameLabels(name, found, decode, explicit_empty=highest == 0)
    return LabelSet(classes, frames, tuple(problems))


def write_yolo(labels: LabelSet, frames: Iterable[FrameLabels], folder: Path) -> Written:
    """Write ``data.yaml``, ``train.txt`` and one file a frame in ``labels``; images belong into ``images``.

    Frames whose labels are not wholly known are left out and named, because an empty file means 'no defect'.
    """
    problems = list(labels.problems)
    files = FrameFiles(".txt")
    names: list[str] = []
    row_count = 0
    for frame, decoded in known_frames(frames, problems):
        try:
            file = files.claim(frame.name)
        except FrameNameError as error:
            problems.append(RowProblem(None, frame.name, str(error)))
            continue
        height, width = decoded.stack.shape
        rows = [
            row_of_ring(class_id - 1, ring, (height, width))
            for class_id in classes_present(decoded.stack)
            for ring, _ in ring_polygons(class_mask(decoded.stack, class_id))
        ]
        with text_replacement(folder / "labels" / file) as stream:
            stream.writelines(rows)
        names.append(frame.name)
        row_count += len(rows)
    refuse_nothing(folder, len(names), problems)
    with text_replacement(folder / _LISTS[0]) as stream:
        stream.writelines(f"./images/{name}\n" for name in names)
    with text_replacement(folder / DATA_FILE) as stream:
        stream.write(data_file((title_of(defect) for defect in labels.taxonomy), _LISTS[0]))
    return Written(frames=len(names), rows=row_count, problems=tuple(problems))


def _layout(path: Path) -> _Layout:
    root = path.parent if path.name == "labels" and (path.parent / DATA_FILE).is_file() else path
    inner = root / "labels"
    try:
        if inner.is_dir():
            files = sorted(file for file in inner.rglob("*.txt") if file.is_file())
        else:
            files = sorted(file for file in root.glob("*.txt") if file.name.lower() not in _NOT_LABELS)
        folder = root / "images" if inner.is_dir() else root
        images = {file.stem: file for file in _images(folder)}
    except OSError as error:
        raise LabelError(f"{path} cannot be read ({error.strerror}); name the folder of label files.") from error
    names = {stem: file.name for stem, file in images.items()}
    for listed in _listed(root):
        names.setdefault(frame_stem(listed), listed)
    return _Layout(root, files, names, images)


def _images(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (file for file in sorted(folder.rglob("*")) if file.suffix.lower() in IMAGE_SUFFIXES)


def _listed(root: Path) -> Iterator[str]:
    """The names of the images in the lists, without folders."""
    for name in _LISTS:
        path = root / name
        if path.is_file():
            for line in path.read_text(encoding="utf-8-sig", errors="replace").split("\n"):
                yield line.strip("\r\n").replace("\\", "/").rpartition("/")[2]


def _first_row_fits(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            line = stream.readline(1 << 16)
        class_of_row(line)
    except (OSError, ShapeError):
        return False
    return len(line.split()) > 1


def _scan(path: Path, problems: list[RowProblem]) -> int | None:
    """The highest class of a file, counted from 1; 0 for a file without a row, ``None`` for one that cannot be read."""
    highest = 0
    try:
        for line in _rows(path).values():
            try:
                highest = max(highest, min(class_of_row(line) + 1, MAX_CLASSES))
            except ShapeError:
                highest = max(highest, 1)  # said when the frame is decoded
    except LabelError as error:
        problems.append(RowProblem(None, path.name, str(error)))
        return None
    return highest


def _rows(path: Path) -> dict[int, str]:
    """The lines that are not blank, by their number."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelError(f"The file cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise LabelError("The file is no UTF-8 text; write it anew.") from error
    return {number: line for number, line in enumerate(text.splitlines(), start=1) if line.strip()}


def _classes(
    root: Path, path: Path, highest: int, taxonomy: Taxonomy | None, problems: list[RowProblem]
) -> tuple[Taxonomy, tuple[int | None, ...]]:
    """The taxonomy, and the class id of each of YOLO's numbers (``None`` where the taxonomy has no such name)."""
    named = named_classes(root) or (named_classes(path) if path != root else None)
    if named is None:
        classes = taxonomy or numbered_taxonomy(highest)
        return classes, tuple(range(1, len(classes) + 1))
    source, titles = named
    if taxonomy is None:
        return taxonomy_of_titles(source, titles), tuple(range(1, len(titles) + 1))
    found = ids_of_titles(titles, taxonomy, problems)
    return taxonomy, tuple(found.get(title) for title in titles)


def _decode(path: Path, name: str, size: Size, class_ids: tuple[int | None, ...], class_count: int) -> Decoded:
    masks = ClassMasks(size)
    problems: list[RowProblem] = []
    try:
        rows = _rows(path)
    except LabelError as error:
        return Decoded(masks.stack(class_count), (RowProblem(None, path.name, str(error)),), complete=False)
    complete = True
    for number, line in rows.items():
        try:
            class_id = class_ids[known_class(line, len(class_ids))]
            ring = ring_of_row(line, size)
        except ShapeError as error:
            problems.append(RowProblem(number, name, f"{path.name}: {error}"))
            continue
        if class_id is None:
            complete = False  # the taxonomy does not hold it, which is said once for the whole folder
        else:
            fill_into(masks.of(class_id), [ring])
    return Decoded(masks.stack(class_count), tuple(problems), complete=complete and not problems)
