"""Difference: where two mask stacks of a frame agree and where not, as a mask stack of its own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.labels.masks import MaskStack
from models.labels.taxonomy import DefectClass, Role, Taxonomy

AGREED, MISSED, EXTRA = 1, 2, 3
"""Class ids of a difference: in both, in the labels alone (missed by the model), in the model's masks alone."""

# Told apart by the colour-blind too: M. Okabe and K. Ito, Color Universal Design, 2008.
DIFFERENCE = Taxonomy(
    "difference",
    (
        DefectClass(AGREED, "agreed", "Agreed", "#009e73"),
        DefectClass(MISSED, "missed", "Missed", "#f0731e"),
        DefectClass(EXTRA, "extra", "Extra", "#56b4e9"),
    ),
)


def difference(labels: MaskStack, model: MaskStack, taxonomy: Taxonomy) -> npt.NDArray[np.uint8]:
    """A (H, W) stack of ``DIFFERENCE`` from two (H, W) stacks of ``taxonomy``.

    A pixel that both give a class is agreed; with a class of the labels alone it is missed, with one of the model
    alone extra. Where the two name it differently it is missed and extra at once. Pixels the labels ignore are left
    out, whatever the model has there; what the model ignores and the labels do not is as if it had drawn nothing.
    """
    kind = labels.dtype.type
    ignored = kind(taxonomy.role_bits(Role.IGNORE))
    judged = np.where((labels & ignored) == 0, ~ignored, kind(0))
    parts = ((AGREED, labels & model), (MISSED, labels & ~model), (EXTRA, model & ~labels))
    out = np.zeros(labels.shape, dtype=np.uint8)
    for class_id, bits in parts:
        out |= ((bits & judged) != 0).astype(np.uint8) << (class_id - 1)
    return out
