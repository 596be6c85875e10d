"""Offered classes: what a reviewer may mark in any taxonomy, ignored pixels and unknown findings.

Ignored are pixels nobody can say anything of; they are a class with the role 'ignore', as data sets have it. Unknown is
a finding that is there and whose class nobody can name: the frame is not free of defects, and it waits for somebody who
knows. Both are left out of every loss and class metric. A taxonomy without such a class is offered one under review,
behind its own. A correction is stated in the wider taxonomy only where one of them is marked, so that the labels of all
others stay in the classes they came with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.review.ports import ReviewCase
from models.labels.masks import MaskStack, class_mask
from models.labels.taxonomy import MAX_CLASSES, DefectClass, Role, Taxonomy


@dataclass(frozen=True, slots=True)
class _Offer:
    name: str
    title: str
    colour: str
    key: str
    role: Role


# Neither colour is one of the palette's: grey stands back, magenta asks to be looked at.
_OFFERS = (
    _Offer("ignored", "Ignored", "#9e9e9e", "I", Role.IGNORE),
    _Offer("unknown", "Unknown", "#e000e0", "Shift+U", Role.UNKNOWN),
)


def with_offered(taxonomy: Taxonomy) -> Taxonomy:
    """The taxonomy with the offered classes behind its own.

    One is left out where the taxonomy has a class of its role, or room for none; the taxonomy itself where both are.
    """
    for offer in _OFFERS:
        if not taxonomy.role_bits(offer.role) and len(taxonomy) < MAX_CLASSES:
            taxonomy = replace(taxonomy, classes=(*taxonomy.classes, _class_of(offer, taxonomy)))
    return taxonomy


def offering(case: ReviewCase) -> ReviewCase:
    """The case in the wider taxonomy, its stacks as wide as that needs."""
    taxonomy = with_offered(case.taxonomy)
    return replace(case, taxonomy=taxonomy, stack=_cast(case.stack, taxonomy), word=_cast(case.word, taxonomy))


def stated(stack: MaskStack, wide: Taxonomy, own: Taxonomy) -> tuple[MaskStack, Taxonomy]:
    """A stack of the wider taxonomy as a correction states it: in the frame's own one where no offered class is."""
    if wide == own or (stack & stack.dtype.type(_offered_bits(wide, own))).any():
        return stack, wide
    return stack.astype(own.stack_dtype), own


def without_offered(stack: MaskStack, own: Taxonomy) -> tuple[MaskStack, Mapping[Role, int]]:
    """A stack in the classes of ``own`` alone, for a file that cannot hold the others, and the pixels left out by role.

    ``stack`` is in ``own`` or in what ``with_offered`` makes of it.
    """
    wide = with_offered(own)
    bits = np.iinfo(stack.dtype).bits
    left_out = {
        defect.role: count
        for defect in wide.classes[len(own) :]
        if defect.id <= bits and (count := int(np.count_nonzero(class_mask(stack, defect.id))))
    }
    kept: MaskStack = (stack & stack.dtype.type(((1 << len(own)) - 1) & ((1 << bits) - 1))).astype(own.stack_dtype)
    return kept, left_out


def _class_of(offer: _Offer, taxonomy: Taxonomy) -> DefectClass:
    name = offer.name
    while name in taxonomy.names:
        name += "_"
    key = "" if offer.key.casefold() in {defect.key.casefold() for defect in taxonomy} else offer.key
    return DefectClass(len(taxonomy) + 1, name, offer.title, offer.colour, key, offer.role)


def _offered_bits(wide: Taxonomy, own: Taxonomy) -> int:
    return (1 << len(wide)) - (1 << len(own))


def _cast(stack: MaskStack | None, taxonomy: Taxonomy) -> MaskStack | None:
    return None if stack is None else stack.astype(taxonomy.stack_dtype, copy=False)
