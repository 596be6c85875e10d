"""What the label tests share: Hypothesis strategies for names, masks and mask stacks, and what lies in a folder."""

from __future__ import annotations

import hypothesis.extra.numpy as arrays
import numpy as np
from hypothesis import strategies as st

from models.labels.label_set import Decoded, FrameLabels, LabelSet, numbered_taxonomy
from models.labels.taxonomy import stack_dtype

sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))
"""(height, width)."""

masks = arrays.arrays(np.bool_, sizes)

frame_names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Zs"]), min_size=1, max_size=12
).map(lambda stem: f"{stem}.png")
"""Names with commas, quotes, underscores and letters of every script."""


def names_in(folder):
    """The names of all that lies in a folder, hidden or not, in order."""
    return sorted(path.name for path in folder.iterdir())


@st.composite
def stacks(draw, class_count=None, overlapping=True):
    """(stack, class count) with 1 to 12 classes, so that one and two bytes a pixel both come up."""
    count = class_count or draw(st.integers(1, 12))
    dtype = stack_dtype(count)
    size = draw(sizes)
    values = st.integers(0, 2**count - 1) if overlapping else st.sampled_from([0, *(1 << k for k in range(count))])
    return draw(arrays.arrays(dtype, size, elements=values)), count


def label_set_of(named_stacks, class_count, taxonomy=None):
    """A label set of known stacks by name; one without a pixel is stated to be empty."""
    return LabelSet(
        taxonomy or numbered_taxonomy(class_count),
        {
            name: FrameLabels(name, stack.shape, lambda stack=stack: Decoded(stack), not stack.any())
            for name, stack in named_stacks.items()
        },
    )
