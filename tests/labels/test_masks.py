"""Mask stacks: bits, index masks, overlaps and shrinking, by hand and there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_samples import stacks

from models.labels.masks import (
    MaskError,
    class_mask,
    classes_present,
    empty_stack,
    index_from_stack,
    overlap_px,
    set_class,
    shrink,
    stack_from_index,
)


@pytest.mark.parametrize(
    ("class_count", "dtype"),
    [(1, np.uint8), (8, np.uint8), (9, np.uint16), (17, np.uint32), (33, np.uint64), (64, np.uint64)],
)
def test_a_stack_is_as_narrow_as_its_classes_allow(class_count, dtype):
    stack = empty_stack(2, 3, class_count)
    assert stack.dtype == dtype
    set_class(stack, class_count, np.array([[1, 0, 0], [0, 0, 1]], dtype=bool))
    assert classes_present(stack) == (class_count,)
    assert class_mask(stack, class_count).sum() == 2


def test_overlaps_by_hand():
    """0, one bit (also the highest) and two or three bits, next to each other."""
    assert overlap_px(np.array([[0, 1, 2, 128], [3, 129, 7, 64]], dtype=np.uint8)) == 3
    assert overlap_px(np.array([[0, 1 << 63, (1 << 63) | 1]], dtype=np.uint64)) == 1


@given(stacks())
def test_overlaps_are_the_pixels_with_several_classes(drawn):
    stack, count = drawn
    layers = sum(class_mask(stack, class_id).astype(int) for class_id in range(1, count + 1))
    assert overlap_px(stack) == np.count_nonzero(layers > 1)
    if (layers > 1).any():
        with pytest.raises(MaskError, match=rf"^{np.count_nonzero(layers > 1)} pixel"):
            index_from_stack(stack)


@given(stacks(overlapping=False))
def test_an_index_mask_there_and_back(drawn):
    stack, count = drawn
    index = index_from_stack(stack)
    assert index.dtype == np.uint8
    back = stack_from_index(index, count)
    assert back.dtype == stack.dtype
    np.testing.assert_array_equal(back, stack)


@pytest.mark.parametrize("value", [3, -1])
def test_an_index_past_the_classes_is_named(value):
    with pytest.raises(MaskError, match=rf"value {value}; with 2 classes it may hold 0 to 2"):
        stack_from_index(np.array([[0, 1], [2, value]]), 2)


def test_setting_a_class_leaves_the_others():
    stack = np.array([[3, 2], [1, 0]], dtype=np.uint8)
    set_class(stack, 1, np.array([[0, 1], [0, 1]], dtype=bool))
    np.testing.assert_array_equal(stack, [[2, 3], [0, 1]])


@pytest.mark.parametrize("class_id", [0, 9])
def test_a_class_without_a_bit_is_refused(class_id):
    with pytest.raises(MaskError, match="holds ids 1 to 8"):
        class_mask(empty_stack(2, 2, 4), class_id)


@given(stacks(), st.integers(1, 5))
def test_shrinking_loses_no_class_of_any_block(drawn, factor):
    stack, _ = drawn
    small = shrink(stack, factor)
    for y in range(small.shape[0]):
        for x in range(small.shape[1]):
            block = stack[y * factor : (y + 1) * factor, x * factor : (x + 1) * factor]
            assert small[y, x] == np.bitwise_or.reduce(block, axis=None)
