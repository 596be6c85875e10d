"""LabelMe's labels as classes: what the shapes are called, ``labels.txt``, and roles.

``labels.txt`` lists the labels line by line and begins with ``__ignore__`` and ``_background_`` (LabelMe's
``examples/semantic_segmentation``). Labels it does not list follow in alphabetical order, ``__ignore__`` last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from models.labels.class_names import Look, ids_of_titles, taxonomy_of_titles
from models.labels.label_set import RowProblem
from models.labels.taxonomy import Role, Taxonomy

LABELS_FILE = "labels.txt"

_IGNORE, _BACKGROUND = "__ignore__", "_background_"


def label_of(shape: Any) -> str | None:
    """A shape's label; ``None`` where it has none."""
    label = shape.get("label") if isinstance(shape, dict) else None
    return label if isinstance(label, str) and label else None


def role_of(label: str, flags: Any) -> Role | None:
    """What label and flags of a shape say of its class's role."""
    if label == _IGNORE:
        return Role.IGNORE
    given = flags if isinstance(flags, dict) else {}
    return next((role for role in (Role.IGNORE, Role.UNKNOWN, Role.NUISANCE) if given.get(role.value) is True), None)


def classes_of(
    path: Path, files: Iterable[Mapping[str, Look]], taxonomy: Taxonomy | None, problems: list[RowProblem]
) -> tuple[Taxonomy, dict[str, int]]:
    """The taxonomy of the labels of many files, and the class id of each label."""
    looks: dict[str, Look] = {}
    for labels in files:
        for label, look in labels.items():
            if label not in looks or looks[label].role is None:
                looks[label] = look
    if taxonomy is not None:
        return taxonomy, ids_of_titles(sorted(looks), taxonomy, problems)
    listed = _listed(path if path.is_dir() else path.parent)
    others = sorted(looks.keys() - {*listed, _IGNORE})
    titles = [*listed, *others, *([_IGNORE] if _IGNORE in looks else [])]
    # Files without a single shape name no class, and still say that their frames are clean.
    made = taxonomy_of_titles(path, titles or ["class_1"], looks)
    return made, {title: place for place, title in enumerate(titles, start=1)}


def listing(titles: Iterable[str]) -> Iterator[str]:
    """The lines of a ``labels.txt``."""
    return (f"{title}\n" for title in dict.fromkeys((_IGNORE, _BACKGROUND, *titles)))


def _listed(folder: Path) -> list[str]:
    try:
        lines = (folder / LABELS_FILE).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return list(dict.fromkeys(line.strip() for line in lines if line.strip() not in ("", _IGNORE, _BACKGROUND)))
