"""CVAT's XML as it is read: images, their shapes as attributes, and labels, element by element.

The parser takes no document type and so no entity: a file that would blow up or read other files is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from models.labels.class_names import Look
from models.labels.label_set import LabelError
from models.labels.taxonomy import Role

SHAPES = frozenset({"box", "ellipse", "mask", "polygon", "polyline", "points", "cuboid", "skeleton"})
"""The elements that stand for something drawn; ``tag`` speaks of a whole image and is passed over."""

ROLE_ATTRIBUTE = "role"
"""A label's attribute whose default value is a class's role."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_ROLES = {role.value: role for role in Role}


@dataclass(slots=True)
class CvatImage:
    """One ``image`` element: its attributes, and (element, attributes) of every shape in it."""

    attributes: Mapping[str, str]
    shapes: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


@dataclass(slots=True)
class CvatDocument:
    """What a file holds: its images in order, and its labels with what it says of each."""

    images: list[CvatImage] = field(default_factory=list)
    labels: dict[str, Look] = field(default_factory=dict)


def parse_cvat(path: Path) -> CvatDocument:
    """Read a 'CVAT for images 1.1' file. Raises ``LabelError`` where it cannot be read or is none."""
    reader = _Reader(path)
    try:
        with path.open("rb") as stream:
            reader.parser.ParseFile(stream)
    except OSError as error:
        raise LabelError(f"{path} cannot be read ({error.strerror}); name a CVAT XML that is there.") from error
    except expat.ExpatError as error:
        raise LabelError(f"{path} is no XML ({error}); export it from CVAT again.") from error
    return reader.document


class _Reader:
    """Follows the parser through one file."""

    def __init__(self, path: Path) -> None:
        self.document = CvatDocument()
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.buffer_text = True
        self._path = path
        self._open: list[str] = []
        self._said: dict[str, str] = {}
        self._characters: list[str] = []

    def _refuse_doctype(self, *_: object) -> NoReturn:
        raise LabelError(f"{self._path} declares a document type, which CVAT never writes; export it from CVAT again.")

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        if not self._open and element != "annotations":
            raise LabelError(f"{self._path} begins with <{element[:24]}>; a CVAT XML begins with <annotations>.")
        if element == "track":
            raise LabelError(f"{self._path} is CVAT's format for video; export it as 'CVAT for images 1.1'.")
        if element == "image":
            self.document.images.append(CvatImage(attributes))
        elif element in SHAPES and self._open[-1:] == ["image"]:
            self.document.images[-1].shapes.append((element, attributes))
        elif element == "label":
            self._said = {}
        self._open.append(element)
        self._characters.clear()

    def _text(self, text: str) -> None:
        self._characters.append(text)

    def _end(self, element: str) -> None:
        self._open.pop()
        text = "".join(self._characters).strip()
        self._characters.clear()
        if "label" in self._open:
            parent = self._open[-1]
            self._said[f"{parent}/{element}"] = text
            if element == "attribute" and self._said.get("attribute/name") == ROLE_ATTRIBUTE:
                self._said["role"] = self._said.get("attribute/default_value", "")
        elif element == "label" and "meta" in self._open and self._said.get("label/name"):
            colour = self._said.get("label/color", "")
            self.document.labels[self._said["label/name"]] = Look(
                _ROLES.get(self._said.get("role", "")), colour if _COLOUR.fullmatch(colour) else None
            )
