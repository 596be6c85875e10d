"""Ignored pixels: those a reviewer takes out of every loss and metric, because nobody can say what is there.

They are a class with the role 'ignore', as data sets have it; a taxonomy without one is offered one more class under
review, behind its own. A correction is stated in the wider taxonomy only where such pixels are marked, so that the
labels of all others stay in the classes they came with.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.review.ports import ReviewCase
from models.labels.masks import MaskStack
from models.labels.taxonomy import MAX_CLASSES, DefectClass, Role, Taxonomy

_NAME, _TITLE, _COLOUR, _KEY = "ignored", "Ignored", "#9e9e9e", "I"


def with_ignored(taxonomy: Taxonomy) -> Taxonomy:
    """The taxonomy with a class for ignored pixels behind its own; itself where it has one, or room for none."""
    if ignored_id(taxonomy) is not None or len(taxonomy) == MAX_CLASSES:
        return taxonomy
    name = _NAME
    while name in taxonomy.names:
        name += "_"
    key = "" if _KEY.casefold() in {defect.key.casefold() for defect in taxonomy} else _KEY
    added = DefectClass(len(taxonomy) + 1, name, _TITLE, _COLOUR, key, Role.IGNORE)
    return replace(taxonomy, classes=(*taxonomy.classes, added))


def ignored_id(taxonomy: Taxonomy) -> int | None:
    """The id of the first class whose pixels are ignored; ``None`` where there is none."""
    return next((defect.id for defect in taxonomy if defect.role is Role.IGNORE), None)


def offering_ignored(case: ReviewCase) -> ReviewCase:
    """The case in the wider taxonomy, its stacks as wide as that needs."""
    taxonomy = with_ignored(case.taxonomy)
    return replace(case, taxonomy=taxonomy, stack=_cast(case.stack, taxonomy), word=_cast(case.word, taxonomy))


def stated(stack: MaskStack, wide: Taxonomy, own: Taxonomy) -> tuple[MaskStack, Taxonomy]:
    """A stack of the wider taxonomy as a correction states it: in the frame's own one where no pixel is ignored."""
    if wide == own or (stack & stack.dtype.type(_added_bits(wide, own))).any():
        return stack, wide
    return stack.astype(own.stack_dtype), own


def without_ignored(stack: MaskStack, own: Taxonomy) -> tuple[MaskStack, int]:
    """A stack in the classes of ``own`` alone, for a file that cannot hold ignored pixels, and how many these were."""
    bits = (1 << len(own)) - 1
    extra = stack & ~stack.dtype.type(bits & int(np.iinfo(stack.dtype).max))
    kept: MaskStack = (stack ^ extra).astype(own.stack_dtype)
    return kept, int(np.count_nonzero(extra))


def _added_bits(wide: Taxonomy, own: Taxonomy) -> int:
    return (1 << len(wide)) - (1 << len(own))


def _cast(stack: MaskStack | None, taxonomy: Taxonomy) -> MaskStack | None:
    return None if stack is None else stack.astype(taxonomy.stack_dtype, copy=False)
