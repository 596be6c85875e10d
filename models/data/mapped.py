"""Mapped collections: labelled frames in other classes than those they were labelled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from models.data.collection import Collection, DataError
from models.labels.class_map import class_table, remap_ids, remap_stack
from models.labels.taxonomy import Taxonomy, TaxonomyError


def mapped_collection(collection: Collection, mapping: Mapping[str, str], taxonomy: Taxonomy) -> Collection:
    """The collection in the classes of ``taxonomy``; ``mapping`` is as in ``models.labels.class_map``.

    Pixels of a class that is left out become background. A frame that is labelled as a whole, by its folder, and whose
    every class is left out is left out itself: it shows a defect and may not pass for clean. Raises ``DataError``
    naming the class that cannot be mapped, or where no frame is left.
    """
    try:
        table = class_table(mapping, collection.taxonomy, taxonomy)
    except TaxonomyError as error:
        raise DataError(f"data.map: {error}") from error
    labels = tuple(remap_ids(class_ids, table) for class_ids in collection.labels)
    mapped = replace(
        collection,
        taxonomy=taxonomy,
        stacks=tuple(remap_stack(stack, table, len(taxonomy)) for stack in collection.stacks),
        labels=labels,
    )
    kept = [row for row, before in enumerate(collection.labels) if labels[row] or not before]
    if len(kept) == len(labels):
        return mapped
    if not kept:
        raise DataError("data.map leaves every frame out; map at least one of the data's classes to a class.")
    return mapped.subset(kept)
