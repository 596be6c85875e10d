"""Mapped collections: labelled frames in other classes than those they were labelled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from models.data.collection import Collection, DataError
from models.labels.class_map import class_table, remap_ids, remap_stack
from models.labels.masks import Mask
from models.labels.taxonomy import DefectClass, Taxonomy, TaxonomyError


def mapped_collection(collection: Collection, mapping: Mapping[str, str], taxonomy: Taxonomy) -> Collection:
    """The collection in the classes of ``taxonomy``; ``mapping`` is as in ``models.labels.class_map``.

    Pixels of a class that is left out become background. A class to ignore or an unknown one need not be named: its
    pixels are ignored where ``taxonomy`` has no class of that name. A frame that is labelled as a whole, by its folder,
    and whose every class is left out is left out itself: it shows a defect and may not pass for clean. Raises
    ``DataError`` naming the class that cannot be mapped, or where no frame is left.
    """
    unnamed = [defect for defect in collection.taxonomy if _stays_ignored(defect, mapping, taxonomy)]
    try:
        table = class_table({**mapping, **{defect.name: "" for defect in unnamed}}, collection.taxonomy, taxonomy)
    except TaxonomyError as error:
        raise DataError(f"data.map: {error}") from error
    labels = tuple(remap_ids(class_ids, table) for class_ids in collection.labels)
    mapped = replace(
        collection,
        taxonomy=taxonomy,
        stacks=tuple(remap_stack(stack, table, len(taxonomy)) for stack in collection.stacks),
        labels=labels,
        ignored=_ignored(collection, sum(1 << (defect.id - 1) for defect in unnamed)),
    )
    kept = [row for row, before in enumerate(collection.labels) if labels[row] or not before]
    if len(kept) == len(labels):
        return mapped
    if not kept:
        raise DataError("data.map leaves every frame out; map at least one of the data's classes to a class.")
    return mapped.subset(kept)


def _stays_ignored(defect: DefectClass, mapping: Mapping[str, str], taxonomy: Taxonomy) -> bool:
    """Whether neither the map nor ``taxonomy`` knows a class of the data that loss and metrics leave out."""
    named = defect.name in mapping or str(defect.id) in mapping or defect.name in taxonomy.names
    return defect.role.left_out and not named


def _ignored(collection: Collection, bits: int) -> tuple[Mask | None, ...]:
    """What the collection ignores already, and the pixels of ``bits``."""
    masks: list[Mask | None] = []
    for row, stack in enumerate(collection.stacks):
        mask = collection.ignored_at(row)
        if bits:
            marked: Mask = (stack & stack.dtype.type(bits)) != 0
            mask = (marked if marked.any() else None) if mask is None else mask | marked
        masks.append(mask)
    return tuple(masks) if any(mask is not None for mask in masks) else ()
