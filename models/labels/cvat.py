"""CVAT's XML, 'CVAT for images 1.1' (docs.cvat.ai/docs/other/xml_format), as a file or a folder with annotations.xml.

Every image has its name and size; one without shapes says that there is no defect. Shapes of one label become one
mask, overlapping classes are kept, and so are the labels' colours. A role other than defect is an attribute of its
label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from html import escape
from pathlib import Path
from typing import TextIO

from models.labels.class_names import Look, ids_of_titles, taxonomy_of_titles, title_of
from models.labels.cvat_shapes import draw_shape, shapes_of_class
from models.labels.cvat_xml import ROLE_ATTRIBUTE, CvatImage, parse_cvat
from models.labels.drawn_shapes import ClassMasks, ShapeKind
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
from models.labels.masks import classes_present
from models.labels.polygon_fill import ShapeError
from models.labels.replacement import text_replacement
from models.labels.taxonomy import Role, Taxonomy

FILE_NAME = "annotations.xml"
"""What CVAT calls the file in the archives it exports."""

_NOT_IN_XML = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Letters that no attribute can hold as they are (XML 1.0, productions 2 and 3.3.3)."""


def is_cvat(path: Path) -> bool:
    """Whether this is an XML file, or a folder with CVAT's."""
    file = path / FILE_NAME if path.is_dir() else path
    if not file.is_file():
        return False
    with file.open("rb") as stream:
        start = stream.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith((b"<?xml", b"<annotations"))


def read_cvat(path: Path, taxonomy: Taxonomy | None = None) -> LabelSet:
    """Read a CVAT XML; its labels are the classes in its order, or are found in ``taxonomy`` by name.

    An image or shape that cannot be used becomes a problem. Raises ``LabelError`` where the file is none.
    """
    file = path / FILE_NAME if path.is_dir() else path
    document = parse_cvat(file)
    problems: list[RowProblem] = []
    labels = dict(document.labels)
    for image in document.images:
        for _, attributes in image.shapes:
            labels.setdefault(attributes.get("label", ""), Look())
    labels.pop("", None)
    if taxonomy is None:
        classes = taxonomy_of_titles(file, list(labels) or ["class_1"], labels)
        class_ids = {title: place for place, title in enumerate(labels, start=1)}
    else:
        classes, class_ids = taxonomy, ids_of_titles(labels, taxonomy, problems)
    frames: dict[str, FrameLabels] = {}
    for image in document.images:
        try:
            name, size = _name(image), _size(image)
        except LabelError as error:
            problems.append(RowProblem(None, image.attributes.get("name", ""), str(error)))
            continue
        if name in frames:
            problems.append(RowProblem(None, name, "The image is listed twice; the first one counts."))
            continue
        decode = partial(_decode, name, image, size, class_ids, len(classes))
        frames[name] = FrameLabels(name, size, decode, explicit_empty=not image.shapes)
    return LabelSet(classes, frames, tuple(problems))


def write_cvat(labels: LabelSet, frames: Iterable[FrameLabels], path: Path, kind: ShapeKind) -> Written:
    """Write ``frames`` of a label set as one CVAT XML, whole or not at all.

    Frames whose labels are not wholly known, or whose names XML cannot hold, are left out and named.
    """
    problems = list(labels.problems)
    titles = {defect.id: title_of(defect) for defect in labels.taxonomy}
    frame_count = shape_count = 0
    with text_replacement(path) as stream:
        _write_head(stream, labels.taxonomy)
        for frame, decoded in known_frames(frames, problems):
            if _NOT_IN_XML.search(frame.name):
                problems.append(RowProblem(None, frame.name, "XML cannot hold the frame's name; it is left out."))
                continue
            height, width = decoded.stack.shape
            image = {"id": str(frame_count), "name": frame.name, "width": str(width), "height": str(height)}
            stream.write(f"  <image{_attributes(image)}>\n")
            for class_id in classes_present(decoded.stack):
                for element, attributes in shapes_of_class(decoded.stack, class_id, kind):
                    common = {"label": titles[class_id], "source": "manual", "occluded": "0"}
                    stream.write(f"    <{element}{_attributes({**common, **attributes, 'z_order': '0'})}>\n")
                    stream.write(f"    </{element}>\n")
                    shape_count += 1
            stream.write("  </image>\n")
            frame_count += 1
        stream.write("</annotations>\n")
        refuse_nothing(path, frame_count, problems)
    return Written(frames=frame_count, rows=shape_count, problems=tuple(problems))


def _name(image: CvatImage) -> str:
    name = image.attributes.get("name", "")
    if not name:
        raise LabelError("An image has no name; export it from CVAT again.")
    return name


def _size(image: CvatImage) -> Size:
    sides = [image.attributes.get(side, "") for side in ("height", "width")]
    if not all(side.isascii() and side.isdigit() and len(side) < 10 for side in sides):
        raise LabelError("The image has no width and height in whole pixels; export it from CVAT again.")
    return checked_size(int(sides[0]), int(sides[1]))


def _decode(name: str, image: CvatImage, size: Size, class_ids: Mapping[str, int], class_count: int) -> Decoded:
    masks = ClassMasks(size)
    problems: list[RowProblem] = []
    complete = True
    for number, (element, attributes) in enumerate(image.shapes, start=1):
        label = attributes.get("label", "")
        if label not in class_ids:
            complete = False  # what the taxonomy does not hold is said once for the whole file
            if not label:
                problems.append(RowProblem(None, name, f"Shape {number}, a {element}, has no label."))
            continue
        try:
            draw_shape(element, attributes, masks.of(class_ids[label]))
        except ShapeError as error:
            problems.append(RowProblem(None, name, f"Shape {number} ({label[:24]}): {error}"))
    return Decoded(masks.stack(class_count), tuple(problems), complete=complete and not problems)


def _write_head(stream: TextIO, taxonomy: Taxonomy) -> None:
    stream.write(
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n    <task>\n'
    )
    stream.write(f"      <name>{escape(taxonomy.name)}</name>\n      <mode>annotation</mode>\n      <labels>\n")
    for defect in taxonomy:
        stream.write(f"        <label>\n          <name>{escape(title_of(defect))}</name>\n")
        stream.write(f"          <color>{defect.colour}</color>\n          <type>any</type>\n          <attributes>\n")
        if defect.role is not Role.DEFECT:
            stream.write(
                f"            <attribute>\n              <name>{ROLE_ATTRIBUTE}</name>\n"
                "              <mutable>False</mutable>\n              <input_type>select</input_type>\n"
                f"              <default_value>{defect.role.value}</default_value>\n"
                f"              <values>{defect.role.value}</values>\n            </attribute>\n"
            )
        stream.write("          </attributes>\n        </label>\n")
    stream.write("      </labels>\n    </task>\n  </meta>\n")


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f' {key}="{escape(value)}"' for key, value in values.items())
