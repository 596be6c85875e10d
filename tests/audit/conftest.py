"""What the audit's tests share: small label sets written out pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from models.labels.label_set import Decoded, FrameLabels, LabelSet, numbered_taxonomy
from models.labels.masks import empty_stack


@pytest.fixture
def make_labels():
    """Makes a label set from rows of digits (0 background, k class k) by frame name; '' states a clean frame.

    ``overlaps`` sets further bits: {name: [(class id, row, column), …]}.
    """

    def make(pictures, class_count, size=(4, 6), overlaps=None, incomplete=()):
        frames = {}
        for name, rows in pictures.items():
            stack = empty_stack(*size, class_count)
            for y, row in enumerate(rows):
                for x, digit in enumerate(row):
                    if digit != "0":
                        stack[y, x] |= 1 << (int(digit) - 1)
            for class_id, y, x in (overlaps or {}).get(name, ()):
                stack[y, x] |= 1 << (class_id - 1)
            decoded = Decoded(stack, complete=name not in incomplete)
            frames[name] = FrameLabels(name, size, lambda decoded=decoded: decoded, explicit_empty=rows == "")
        return LabelSet(numbered_taxonomy(class_count), frames)

    return make


@pytest.fixture
def random():
    """A generator with a fixed seed."""
    return np.random.default_rng(7)
