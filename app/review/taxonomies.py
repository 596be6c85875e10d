"""Taxonomies a label file can be opened with: the shipped ones, and numbered classes for every other file."""

from __future__ import annotations

import json
from pathlib import Path

from app.review.ports import ReviewError
from models.labels.label_set import numbered_taxonomy
from models.labels.taxonomy import Taxonomy, TaxonomyError

DEFAULT = "severstal"
"""What a label CSV without class names most likely is."""


def shipped_taxonomies(folder: Path) -> dict[str, Taxonomy]:
    """The taxonomies below ``folder`` by name. Raises ``ReviewError`` naming a file that is none."""
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            taxonomy = Taxonomy.from_json(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TaxonomyError) as error:
            raise ReviewError(f"{path} is no taxonomy: {error}") from error
        found[taxonomy.name] = taxonomy
    return found


def taxonomy_for(class_count: int, known: dict[str, Taxonomy]) -> Taxonomy:
    """The default taxonomy where the file's highest class id fits it, else so many numbered classes."""
    default = known.get(DEFAULT)
    if default is not None and class_count <= len(default):
        return default
    return numbered_taxonomy(max(class_count, 1))
