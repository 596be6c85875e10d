"""Taxonomies, models and recipes: written once, referred to by key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, and_, insert, select

from app.store import schema
from app.store.columns import Stamp, name_text, to_json
from app.words.inspection import ModelUsed
from models.labels.taxonomy import Taxonomy


class References:
    """Finds the key of what rows refer to, writing it where it is new. Only the writer thread uses it."""

    def __init__(self) -> None:
        self._taxonomies: dict[Taxonomy, UUID] = {}
        self._models: dict[ModelUsed, UUID] = {}
        self._recipes: dict[str, UUID] = {}

    def forget(self) -> None:
        """Ask the database again: what was remembered may have been rolled back."""
        self._taxonomies.clear()
        self._models.clear()
        self._recipes.clear()

    def taxonomy(self, connection: Connection, taxonomy: Taxonomy, stamp: Stamp) -> UUID:
        """The key of this very taxonomy, classes, colours and all."""
        known = self._taxonomies.get(taxonomy)
        if known is not None:
            return known
        row = {
            "name": name_text(taxonomy.name),
            "version": taxonomy.version,
            "sha256": taxonomy_sha256(taxonomy),
            "definition": taxonomy.to_json(),
        }
        self._taxonomies[taxonomy] = _find_or_add(connection, schema.taxonomy, row, ("sha256",), stamp)
        return self._taxonomies[taxonomy]

    def model(self, connection: Connection, model: ModelUsed | None, stamp: Stamp) -> UUID | None:
        """The key of a model on a runtime."""
        if model is None:
            return None
        known = self._models.get(model)
        if known is None:
            row = {
                "name": name_text(model.name),
                "sha256": name_text(model.sha256)[:64],
                "runtime": name_text(model.runtime),
            }
            known = self._models[model] = _find_or_add(connection, schema.model, row, tuple(row), stamp)
        return known

    def recipe(self, connection: Connection, name: str, stamp: Stamp) -> UUID:
        """The key of the recipe of this name as it was last stated; one never stated has no content."""
        known = self._recipes.get(name)
        return known if known is not None else self.state_recipe(connection, name, {}, stamp)

    def state_recipe(self, connection: Connection, name: str, content: Mapping[str, Any], stamp: Stamp) -> UUID:
        """The key of a recipe with this content; what names the recipe from now on means this one."""
        row = {"name": name_text(name), "sha256": _sha256(content), "content": dict(content)}
        self._recipes[name] = _find_or_add(connection, schema.recipe, row, ("name", "sha256"), stamp)
        return self._recipes[name]


def taxonomy_sha256(taxonomy: Taxonomy) -> str:
    """What tells a taxonomy from every other: the hash of its whole definition."""
    return _sha256(taxonomy.to_json())


def _find_or_add(
    connection: Connection, table: Table, row: dict[str, Any], keys: tuple[str, ...], stamp: Stamp
) -> UUID:
    found: UUID | None = connection.scalar(select(table.c.id).where(and_(*(table.c[key] == row[key] for key in keys))))
    if found is not None:
        return found
    stamped = stamp.row()
    connection.execute(insert(table), stamped | row)
    added: UUID = stamped["id"]
    return added


def _sha256(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(to_json(content).encode()).hexdigest()
