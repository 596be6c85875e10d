"""Difference: where labels and masks that came agree, by hand-drawn stacks."""

import numpy as np
import pytest

from app.review.difference import AGREED, DIFFERENCE, EXTRA, MISSED, difference
from models.labels.masks import class_mask


def test_each_pixel_is_agreed_missed_or_extra():
    labels = np.array([[0, 1, 1, 0, 2]], np.uint8)
    model = np.array([[0, 1, 0, 4, 1]], np.uint8)
    parts = difference(labels, model)
    assert class_mask(parts, AGREED).tolist() == [[False, True, False, False, False]]
    assert class_mask(parts, MISSED).tolist() == [[False, False, True, False, True]]
    assert class_mask(parts, EXTRA).tolist() == [[False, False, False, True, True]]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint64])
def test_the_highest_class_of_a_wide_stack_is_seen(dtype):
    highest = np.array([[1]], dtype) << dtype(np.iinfo(dtype).bits - 1)
    assert difference(highest, np.zeros_like(highest)).tolist() == [[1 << (MISSED - 1)]]
    assert difference(highest, highest).tolist() == [[1 << (AGREED - 1)]]


def test_its_parts_are_named():
    assert DIFFERENCE.names == ("agreed", "missed", "extra")
