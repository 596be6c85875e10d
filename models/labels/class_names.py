"""Class names: between the free text that label files name their classes with and the names of a taxonomy.

A taxonomy's names are columns and folders; COCO, LabelMe, YOLO and CVAT name a class anything. The free text becomes
the class's title and is written again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from models.labels.label_set import LabelError, RowProblem
from models.labels.taxonomy import DefectClass, Role, Taxonomy, TaxonomyError, make_taxonomy

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.+-]+")


@dataclass(frozen=True, slots=True)
class Look:
    """What some files say of a class besides its name; ``None`` where they do not."""

    role: Role | None = None
    colour: str | None = None


def class_name(title: str) -> str:
    """A title with what a column's name cannot hold replaced."""
    return _NOT_IN_NAMES.sub("_", title).strip("_.+-") or "class"


def title_of(defect: DefectClass) -> str:
    """The text a class came with, where it was made from it; else its name."""
    whole = defect.title.isprintable() and defect.title == defect.title.strip()
    return defect.title if whole and class_name(defect.title) == defect.name else defect.name


def taxonomy_of_titles(path: Path, titles: Sequence[str], looks: Mapping[str, Look] = MappingProxyType({})) -> Taxonomy:
    """The taxonomy of a file that names its classes, in their order. Raises ``LabelError`` where it cannot be."""
    try:
        plain = make_taxonomy(class_name(path.stem), [class_name(title) for title in titles])
        return replace(
            plain,
            classes=tuple(
                _dressed(replace(defect, title=title), looks.get(title, Look()))
                for defect, title in zip(plain.classes, titles, strict=True)
            ),
        )
    except TaxonomyError as error:
        raise LabelError(f"What {path} names cannot be classes: {error}") from error


def ids_of_titles(titles: Iterable[str], taxonomy: Taxonomy, problems: list[RowProblem]) -> dict[str, int]:
    """The class id of each title in a taxonomy; one that is not there becomes a problem."""
    found: dict[str, int] = {}
    for title in titles:
        try:
            found[title] = taxonomy.by_name(class_name(title)).id
        except TaxonomyError as error:
            problems.append(RowProblem(None, "", f"{error} What is labelled so is left out."))
    return found


def _dressed(defect: DefectClass, look: Look) -> DefectClass:
    return replace(defect, role=look.role or defect.role, colour=look.colour or defect.colour)
