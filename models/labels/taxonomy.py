"""Taxonomy: the ordered list of defect classes, each with a colour, a keyboard key and a role."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

MAX_CLASSES = 64
"""A mask stack is at most ``uint64``, one bit a class."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.+-]*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class TaxonomyError(ValueError):
    """A taxonomy that cannot be; the message names the class and the remedy."""


class Role(StrEnum):
    """What a class means for the verdict and for the metrics."""

    DEFECT = "defect"
    """Counts against the frame."""
    NUISANCE = "nuisance"
    """Water, oil, loose scale: shown, never rejects."""
    IGNORE = "ignore"
    """Pixels left out of loss and metrics."""
    UNKNOWN = "unknown"
    """Something is there and a person could not name it: counts against the frame, left out of loss and metrics."""

    @property
    def left_out(self) -> bool:
        """Whether loss and metrics leave the pixels out, of this class and of every other."""
        return self in (Role.IGNORE, Role.UNKNOWN)


@dataclass(frozen=True, slots=True)
class DefectClass:
    """One kind of defect.

    ``id`` counts from 1 and is the class's place in its taxonomy; bit ``id - 1`` of a mask stack is this class.
    ``name`` is its identifier in files (``p_NAME`` columns, folders), ``title`` is what people read,
    ``colour`` is ``#rrggbb`` and ``key`` the keyboard key that picks it ('' for none).
    """

    id: int
    name: str
    title: str
    colour: str
    key: str = ""
    role: Role = Role.DEFECT

    def __post_init__(self) -> None:
        if not 1 <= self.id <= MAX_CLASSES:
            raise TaxonomyError(f"Class '{self.name}' has id {self.id}; ids run from 1 to {MAX_CLASSES}.")
        if not _NAME.fullmatch(self.name):
            raise TaxonomyError(
                f"Class name '{self.name}' cannot be a column name; use letters, digits, '_', '-', '+' and '.'."
            )
        if not _COLOUR.fullmatch(self.colour):
            raise TaxonomyError(f"Class '{self.name}' has colour '{self.colour}'; write it as #rrggbb.")

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Red, green and blue, each 0 to 255."""
        return int(self.colour[1:3], 16), int(self.colour[3:5], 16), int(self.colour[5:7], 16)


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The ordered classes of a bundle or of a label file; ``version`` rises when the classes change."""

    name: str
    classes: tuple[DefectClass, ...]
    version: int = 1

    def __post_init__(self) -> None:
        if not self.classes:
            raise TaxonomyError(f"Taxonomy '{self.name}' has no class; it needs at least one.")
        for place, defect in enumerate(self.classes, start=1):
            if defect.id != place:
                raise TaxonomyError(
                    f"Class '{defect.name}' of taxonomy '{self.name}' has id {defect.id} but stands at place {place}; "
                    "number the classes 1, 2, 3, … in order."
                )
        names = [defect.name for defect in self.classes]
        for name in names:
            if names.count(name) > 1:
                raise TaxonomyError(f"Taxonomy '{self.name}' names class '{name}' twice; give each its own name.")

    def __len__(self) -> int:
        return len(self.classes)

    def __iter__(self) -> Iterator[DefectClass]:
        return iter(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes' names, in order."""
        return tuple(defect.name for defect in self.classes)

    @property
    def stack_dtype(self) -> np.dtype[np.unsignedinteger[Any]]:
        """The smallest unsigned integer with a bit a class: uint8, uint16, uint32 or uint64."""
        return stack_dtype(len(self.classes))

    def by_id(self, class_id: int) -> DefectClass:
        """The class with this id. Raises ``TaxonomyError`` where there is none."""
        if not 1 <= class_id <= len(self.classes):
            raise TaxonomyError(
                f"Class id {class_id} is not in taxonomy '{self.name}', whose ids run from 1 to {len(self.classes)}."
            )
        return self.classes[class_id - 1]

    def by_name(self, name: str) -> DefectClass:
        """The class with this name. Raises ``TaxonomyError`` where there is none."""
        for defect in self.classes:
            if defect.name == name:
                return defect
        raise TaxonomyError(f"Class '{name}' is not in taxonomy '{self.name}', which holds {', '.join(self.names)}.")

    def role_bits(self, role: Role) -> int:
        """The bits of all classes of ``role``, as one integer to AND a mask stack with."""
        return sum(1 << (defect.id - 1) for defect in self.classes if defect.role is role)

    @property
    def left_out_bits(self) -> int:
        """The bits of all classes whose pixels loss and metrics leave out."""
        return sum(1 << (defect.id - 1) for defect in self.classes if defect.role.left_out)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready mapping; ``from_json`` reads it back."""
        return {
            "name": self.name,
            "version": self.version,
            "classes": [
                {
                    "id": c.id,
                    "name": c.name,
                    "title": c.title,
                    "colour": c.colour,
                    "key": c.key,
                    "role": c.role.value,
                }
                for c in self.classes
            ],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Taxonomy:
        """Read what ``to_json`` wrote. Raises ``TaxonomyError`` naming what is missing or wrong."""
        try:
            classes = tuple(
                DefectClass(
                    id=int(entry["id"]),
                    name=str(entry["name"]),
                    title=str(entry.get("title", entry["name"])),
                    colour=str(entry["colour"]),
                    key=str(entry.get("key", "")),
                    role=Role(entry.get("role", "defect")),
                )
                for entry in value["classes"]
            )
            return cls(name=str(value["name"]), classes=classes, version=int(value.get("version", 1)))
        except (KeyError, TypeError, AttributeError) as error:
            raise TaxonomyError(f"The taxonomy lacks {error}; write name, version and classes.") from error
        except ValueError as error:
            raise TaxonomyError(str(error)) from error


def stack_dtype(class_count: int) -> np.dtype[np.unsignedinteger[Any]]:
    """The mask stack's dtype for so many classes: uint8 up to 8, then uint16, uint32, uint64."""
    for bits, dtype in ((8, np.uint8), (16, np.uint16), (32, np.uint32), (64, np.uint64)):
        if class_count <= bits:
            return np.dtype(dtype)
    raise TaxonomyError(f"{class_count} classes are more than the {MAX_CLASSES} a mask stack can hold.")


# Okabe and Ito's palette (Color Universal Design, 2008), told apart by people with the common colour blindnesses;
# black is left out because it vanishes on steel, and the order puts the strongest contrasts first.
PALETTE: tuple[str, ...] = (
    "#e69f00",
    "#56b4e9",
    "#f0e442",
    "#cc79a7",
    "#009e73",
    "#d55e00",
    "#0072b2",
    "#ffffff",
)


def make_taxonomy(name: str, class_names: list[str] | tuple[str, ...], version: int = 1) -> Taxonomy:
    """A taxonomy of defects from names alone, with palette colours and number keys."""
    return Taxonomy(
        name=name,
        version=version,
        classes=tuple(
            DefectClass(
                id=place,
                name=class_name,
                title=class_name.replace("_", " ").capitalize(),
                colour=PALETTE[(place - 1) % len(PALETTE)],
                key=str(place) if place <= 9 else "",
            )
            for place, class_name in enumerate(class_names, start=1)
        ),
    )
