"""Class map: the classes of one taxonomy said in another, so that NEU's scratches can be a plant's class 3.

A map names each class of the source, by name or by id as text, and beside it the class it becomes, by name or by id as
text, or '' where it is left out. Several may become one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.labels.label_set import Decoded, FrameLabels, LabelSet
from models.labels.masks import MaskStack, class_mask, classes_present, empty_stack
from models.labels.taxonomy import MAX_CLASSES, DefectClass, Taxonomy, TaxonomyError, make_taxonomy

ClassTable = tuple[int, ...]
"""The new id of each class of the source in the order of its ids; 0 where the class is left out."""


def class_table(mapping: Mapping[str, str], source: Taxonomy, target: Taxonomy) -> ClassTable:
    """The table of a map. A class the map does not name becomes the target's class of the same name.

    Where a name and an id could both be meant, the name is. Raises ``TaxonomyError`` naming a class that is not in its
    taxonomy, one that is mapped twice, or one that the map does not name and the target does not hold.
    """
    keys: dict[int, str] = {}
    for key in mapping:
        found = _find(key, source)
        if found is None:
            raise TaxonomyError(
                f"There is no class '{key}' to map; name one of {', '.join(source.names)}, or its id from 1 to "
                f"{len(source)}."
            )
        if found in keys:
            raise TaxonomyError(f"'{keys[found]}' and '{key}' are one class; map it once.")
        keys[found] = key
    return tuple(_new_id(defect, keys, mapping, target) for defect in source)


def remap_stack(stack: MaskStack, table: ClassTable, class_count: int) -> MaskStack:
    """The (H, W) stack in the target's classes, of which there are ``class_count``; merged classes are their union."""
    mapped = empty_stack(stack.shape[0], stack.shape[1], class_count)
    for class_id in classes_present(stack):
        new_id = table[class_id - 1]
        if new_id:
            mapped[class_mask(stack, class_id)] |= mapped.dtype.type(1 << (new_id - 1))
    return mapped


def remap_ids(class_ids: Sequence[int], table: ClassTable) -> tuple[int, ...]:
    """Class ids in the target's classes, ascending, each once."""
    return tuple(sorted({table[class_id - 1] for class_id in class_ids} - {0}))


def mapped_labels(labels: LabelSet, mapping: Mapping[str, str], target: Taxonomy) -> LabelSet:
    """The labels in the target's classes; pixels of a class that is left out are background.

    Raises ``TaxonomyError`` as ``class_table`` does.
    """
    table = class_table(mapping, labels.taxonomy, target)
    frames = {name: _mapped_frame(frame, table, len(target)) for name, frame in labels.frames.items()}
    return replace(labels, taxonomy=target, frames=frames, category_ids={})


def mapped_taxonomy(source: Taxonomy, mapping: Mapping[str, str], name: str) -> Taxonomy:
    """A taxonomy called ``name`` with a plant's ids, for a map whose values are ids as text.

    Each id looks as the first class of the source that becomes it: its name, title, colour and role. Ids below the
    highest that nothing becomes are called class_1, class_2 and so on. Raises ``TaxonomyError`` as ``class_table``
    does and where a value is no id or nothing is kept.
    """
    for value in mapping.values():
        if value and not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= MAX_CLASSES):
            raise TaxonomyError(f"'{value}' is no class id; write a number from 1 to {MAX_CLASSES}, or '' for none.")
    highest = max((int(value) for value in mapping.values() if value), default=0)
    if not highest:
        raise TaxonomyError("The map leaves every class out; give at least one an id.")
    numbered = make_taxonomy(name, [f"class_{class_id}" for class_id in range(1, highest + 1)])
    classes: list[DefectClass] = list(numbered.classes)
    table = class_table(mapping, source, numbered)
    for defect, new_id in reversed(list(zip(source, table, strict=True))):
        if new_id:
            classes[new_id - 1] = replace(defect, id=new_id, key=classes[new_id - 1].key)
    return replace(numbered, classes=tuple(classes))


def _mapped_frame(frame: FrameLabels, table: ClassTable, class_count: int) -> FrameLabels:
    def decode() -> Decoded:
        decoded = frame.decode()
        return replace(decoded, stack=remap_stack(decoded.stack, table, class_count))

    return replace(frame, decode=decode, annotation_ids={})


def _find(text: str, taxonomy: Taxonomy) -> int | None:
    """The id of the class with this name, else with this id as text."""
    if text in taxonomy.names:
        return taxonomy.by_name(text).id
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= len(taxonomy):
        return int(text)
    return None


def _new_id(defect: DefectClass, keys: Mapping[int, str], mapping: Mapping[str, str], target: Taxonomy) -> int:
    key = keys.get(defect.id)
    if key is None:
        if defect.name not in target.names:
            raise TaxonomyError(
                f"The map does not name class '{defect.name}'; map it to one of {', '.join(target.names)}, or to '' "
                "to leave it out."
            )
        return target.by_name(defect.name).id
    if not mapping[key]:
        return 0
    new_id = _find(mapping[key], target)
    if new_id is None:
        raise TaxonomyError(
            f"'{key}' cannot become '{mapping[key]}', for the classes are {', '.join(target.names)}; name one of them, "
            "its id, or '' to leave it out."
        )
    return new_id
