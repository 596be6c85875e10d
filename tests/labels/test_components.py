"""Connected pieces: counted by hand, and against a slow flood fill."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_samples import stacks

from models.labels.components import Component, components, drop_small
from models.labels.masks import MaskError, class_mask, empty_stack

STACK = np.array(
    [
        [1, 1, 0, 0, 0, 2],
        [0, 0, 1, 0, 0, 2],
        [0, 0, 0, 0, 0, 2],
        [1, 0, 0, 3, 3, 0],
    ],
    dtype=np.uint8,
)


def test_pieces_by_hand():
    """Corners join (the third pixel of class 1; class 2's column and its row below), and classes may overlap."""
    assert components(STACK, 2) == (
        Component(1, (0, 0, 3, 2), 3),
        Component(1, (3, 3, 2, 1), 2),
        Component(1, (0, 3, 1, 1), 1),
        Component(2, (3, 0, 3, 4), 5),
    )


def test_the_score_is_the_mean_over_the_pieces_own_pixels():
    probabilities = np.full((2, 4, 6), 0.9, dtype=np.float32)
    probabilities[0, 0, :2] = [0.2, 0.4]
    probabilities[0, 1, 2] = 0.6
    first, *others = components(STACK, 2, probabilities)
    assert first.score == pytest.approx(0.4)
    assert [piece.score for piece in others] == pytest.approx([0.9, 0.9, 0.9])


def test_an_empty_stack_has_no_piece():
    assert components(empty_stack(256, 1600, 4), 4) == ()


def test_a_class_past_the_count_is_refused():
    with pytest.raises(MaskError, match="class 2, but there are only 1"):
        components(STACK, 1)


def test_probabilities_of_another_size_are_refused():
    with pytest.raises(MaskError, match=r"needs \(2, 4, 6\)"):
        components(STACK, 2, np.zeros((2, 4, 5), dtype=np.float32))


def test_dropping_by_hand():
    stack = STACK.copy()
    drop_small(stack, {1: 3, 2: 5})
    np.testing.assert_array_equal(
        stack, np.array([[1, 1, 0, 0, 0, 2], [0, 0, 1, 0, 0, 2], [0, 0, 0, 0, 0, 2], [0, 0, 0, 2, 2, 0]])
    )


def test_a_class_without_a_minimum_keeps_all():
    stack = STACK.copy()
    drop_small(stack, {2: 6})
    np.testing.assert_array_equal(class_mask(stack, 1), class_mask(STACK, 1))
    assert not class_mask(stack, 2).any()


def test_the_highest_bit_of_the_widest_stack():
    stack = empty_stack(3, 3, 64)
    stack[1, 1] = 1 << 63
    assert components(stack, 64) == (Component(64, (1, 1, 1, 1), 1),)
    drop_small(stack, {64: 2})
    assert not stack.any()


@given(stacks(), st.integers(0, 6))
def test_pieces_and_dropping_agree_with_a_flood_fill(drawn, least):
    stack, count = drawn
    expected, kept = [], np.zeros_like(stack)
    for class_id in range(1, count + 1):
        pieces = _flood(class_mask(stack, class_id))
        expected += [(class_id, len(piece), _box(piece)) for piece in pieces]
        for piece in pieces:
            if len(piece) >= least:
                for y, x in piece:
                    kept[y, x] |= stack.dtype.type(1 << (class_id - 1))
    found = components(stack, count)
    assert sorted((piece.class_id, piece.area_px, piece.box_px) for piece in found) == sorted(expected)
    keys = [(piece.class_id, -piece.area_px) for piece in found]
    assert keys == sorted(keys)
    drop_small(stack, dict.fromkeys(range(1, count + 1), least))
    np.testing.assert_array_equal(stack, kept)


def _flood(mask):
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    pieces = []
    while left:
        edge, piece = [left.pop()], []
        while edge:
            y, x = edge.pop()
            piece.append((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left
            left -= near
            edge += near
        pieces.append(piece)
    return pieces


def _box(piece):
    ys, xs = [y for y, _ in piece], [x for _, x in piece]
    return min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1
