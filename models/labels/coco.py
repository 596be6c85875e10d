"""COCO's label JSON: images, categories and annotations with run lengths or polygons (cocodataset.org/#format-data).

Images without annotations are listed as free of defects, which is COCO's way to say so. Several annotations of one
category in one image become one mask; written, it is one annotation that keeps the id of the first.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from models.labels.class_names import Look, ids_of_titles, taxonomy_of_titles, title_of
from models.labels.coco_rle import compressed, mask_of_polygons, mask_of_rle
from models.labels.drawn_shapes import ShapeKind, ring_polygons
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
from models.labels.masks import Mask, add_to_class, class_mask, classes_present, empty_stack
from models.labels.replacement import text_replacement
from models.labels.rle import RleError
from models.labels.taxonomy import Role, Taxonomy

_ROLES = {role.value: role for role in Role}
"""A class's role is written as its supercategory; any other supercategory says nothing of it."""


@dataclass(slots=True)
class _Image:
    """One image of the file and its annotations: (annotation id, class id, segmentation)."""

    name: str
    size: Size
    id: int
    annotations: list[tuple[int, int, Any]] = field(default_factory=list)
    broken: bool = False


def is_coco(path: Path) -> bool:
    """Whether the file is JSON by its name or by how it begins."""
    if not path.is_file() or path.suffix.lower() == ".json":
        return path.is_file()
    with path.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def read_coco(path: Path, taxonomy: Taxonomy | None = None) -> LabelSet:
    """Read a COCO JSON; its categories are the classes, ordered by id, or are found in ``taxonomy`` by name.

    An image or annotation that cannot be used becomes a problem. Raises ``LabelError`` where the file is no COCO JSON.
    """
    document = _load(path)
    problems: list[RowProblem] = []
    classes, class_ids = _classes(path, document["categories"], taxonomy, problems)
    images = dict(_images(document["images"], problems))
    for entry in document["annotations"]:
        _file_annotation(entry, images, class_ids, problems)
    frames = {
        image.name: FrameLabels(
            name=image.name,
            size=image.size,
            decode=partial(_decode, image, len(classes)),
            explicit_empty=not image.annotations and not image.broken,
            source_id=image.id,
            annotation_ids={class_id: number for number, class_id, _ in reversed(image.annotations)},
        )
        for image in images.values()
    }
    category_ids = {class_id: category_id for category_id, class_id in class_ids.items()}
    return LabelSet(classes, frames, tuple(problems), category_ids)


def write_coco(
    labels: LabelSet, frames: Iterable[FrameLabels], path: Path, kind: ShapeKind = ShapeKind.MASKS
) -> Written:
    """Write ``frames`` of a label set as one COCO JSON, whole or not at all, one annotation a frame and class.

    Masks are compressed run lengths. Polygons run along pixel borders, holes as keyholes: COCO's own rule fills both
    to the same pixels.

    Ids the frames came with are kept, others are counted on from 1. Frames whose labels are not wholly known are left
    out and named.
    """
    problems = list(labels.problems)
    categories = _category_ids(labels)
    image_ids = _unused({frame.source_id for frame in labels.frames.values()})
    annotation_ids = _unused({number for frame in labels.frames.values() for number in frame.annotation_ids.values()})
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for frame, decoded in known_frames(frames, problems):
        image_id = next(image_ids) if frame.source_id is None else frame.source_id
        height, width = decoded.stack.shape
        images.append({"id": image_id, "file_name": frame.name, "width": width, "height": height})
        for class_id in classes_present(decoded.stack):
            kept = frame.annotation_ids.get(class_id)
            annotations.append(
                {
                    "id": next(annotation_ids) if kept is None else kept,
                    "image_id": image_id,
                    "category_id": categories[class_id],
                    **_annotated(class_mask(decoded.stack, class_id), kind),
                }
            )
    refuse_nothing(path, len(images), problems)
    document = {
        "images": images,
        "categories": [
            {"id": categories[defect.id], "name": title_of(defect), "supercategory": defect.role.value}
            for defect in labels.taxonomy
        ],
        "annotations": annotations,
    }
    with text_replacement(path) as stream:
        json.dump(document, stream, ensure_ascii=False, separators=(",", ":"))
        stream.write("\n")
    return Written(frames=len(images), rows=len(annotations), problems=tuple(problems))


def _load(path: Path) -> dict[str, list[Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise LabelError(f"{path} cannot be read ({error.strerror}); name a COCO JSON that is there.") from error
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{path} is no JSON ({error}); write it anew.") from error
    for part in ("images", "categories", "annotations"):
        if not isinstance(document, dict) or not isinstance(document.get(part), list):
            raise LabelError(f"{path} has no list '{part}'; a COCO JSON has images, categories and annotations.")
    return {part: document[part] for part in ("images", "categories", "annotations")}


def _classes(
    path: Path, categories: list[Any], taxonomy: Taxonomy | None, problems: list[RowProblem]
) -> tuple[Taxonomy, dict[int, int]]:
    """The taxonomy and the class id of each category id."""
    named: dict[int, str] = {}
    looks: dict[str, Look] = {}
    for entry in categories:
        match entry:
            case {"id": int(number), "name": str(name)} if number not in named:
                named[number] = name
                looks[name] = Look(_ROLES.get(str(entry.get("supercategory"))))
            case _:
                raise LabelError(f"{path} has the category {str(entry)[:80]}; each needs an id of its own and a name.")
    if taxonomy is None:
        made = taxonomy_of_titles(path, [named[number] for number in sorted(named)], looks)
        return made, {number: place for place, number in enumerate(sorted(named), start=1)}
    found = ids_of_titles(named.values(), taxonomy, problems)
    return taxonomy, {number: found[name] for number, name in named.items() if name in found}


def _images(entries: list[Any], problems: list[RowProblem]) -> Iterator[tuple[int, _Image]]:
    ids: set[int] = set()
    names: set[str] = set()
    for entry in entries:
        match entry:
            case {"id": int(number), "file_name": str(name), "width": int(width), "height": int(height)} if name:
                try:
                    size = checked_size(height, width)
                except LabelError as error:
                    problems.append(RowProblem(None, name, str(error)))
                    continue
                if number in ids or name in names:
                    problems.append(RowProblem(None, name, f"Image {number} is listed twice; the first one counts."))
                    continue
                ids.add(number)
                names.add(name)
                yield number, _Image(name, size, number)
            case _:
                sentence = f"The image {str(entry)[:80]} lacks an id, file_name, width or height."
                problems.append(RowProblem(None, "", sentence))


def _file_annotation(
    entry: Any, images: Mapping[int, _Image], class_ids: Mapping[int, int], problems: list[RowProblem]
) -> None:
    """Put one annotation to its image, or name what is wrong with it."""
    image = images.get(entry["image_id"]) if isinstance(entry, dict) and _is_id(entry.get("image_id")) else None
    if image is None:
        problems.append(RowProblem(None, "", f"The annotation {str(entry)[:80]} names no image of the file."))
        return
    match entry:
        case {"id": int(number), "category_id": int(category), "segmentation": segmentation} if category in class_ids:
            image.annotations.append((number, class_ids[category], segmentation))
        case _:
            image.broken = True
            sentence = f"The annotation {str(entry)[:80]} lacks an id, a known category_id or a segmentation."
            problems.append(RowProblem(None, image.name, sentence))


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _decode(image: _Image, class_count: int) -> Decoded:
    stack = empty_stack(*image.size, class_count)
    problems: list[RowProblem] = []
    for number, class_id, segmentation in image.annotations:
        try:
            mask = _mask(segmentation, image.size)
        except RleError as error:
            problems.append(RowProblem(None, image.name, f"Annotation {number}: {error}"))
            continue
        add_to_class(stack, class_id, mask)
    return Decoded(stack, tuple(problems), complete=not problems and not image.broken)


def _mask(segmentation: Any, size: Size) -> Mask:
    if isinstance(segmentation, dict):
        return mask_of_rle(segmentation, size)
    if isinstance(segmentation, list) and segmentation:
        return mask_of_polygons(segmentation, size)
    raise RleError("Its segmentation is neither run lengths nor polygons.")


def _annotated(mask: Mask, kind: ShapeKind) -> dict[str, Any]:
    """Segmentation, area, box (x, y, width, height) and crowd flag of an (H, W) mask with at least one pixel."""
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return {
        "segmentation": compressed(mask) if kind is ShapeKind.MASKS else _polygons(mask),
        "area": int(np.count_nonzero(mask)),
        "bbox": [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1],
        "iscrowd": 0,
    }


def _polygons(mask: Mask) -> list[list[int]]:
    return [ring.reshape(-1).tolist() for ring, _ in ring_polygons(mask)]


def _category_ids(labels: LabelSet) -> dict[int, int]:
    unused = _unused(set(labels.category_ids.values()))
    kept = labels.category_ids
    return {c.id: kept[c.id] if c.id in kept else next(unused) for c in labels.taxonomy}


def _unused(taken: set[int | None] | set[int]) -> Iterator[int]:
    """1, 2, 3, … without the ids that are taken."""
    return (number for number in itertools.count(1) if number not in taken)
