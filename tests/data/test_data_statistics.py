"""Shares with which frames are drawn so that every class comes up as often, by hand."""

import numpy as np
import pytest

from models.data.collection import Collection
from models.data.statistics import even_shares
from models.labels.taxonomy import make_taxonomy

TWO = make_taxonomy("two", ["a", "b"])


def held(*values):
    """Frames of 2×2 whose first pixel carries these bits."""
    stacks = []
    for value in values:
        stack = np.zeros((2, 2), np.uint8)
        stack[0, 0] = value
        stacks.append(stack)
    names = tuple(str(number) for number in range(len(values)))
    images = tuple(np.zeros((2, 2), np.uint8) for _ in values)
    return Collection(TWO, names, images, tuple(stacks), names)


def test_every_class_and_the_clean_frames_get_a_third():
    # Four clean frames, one of a, two of b.
    assert even_shares(held(0, 0, 0, 0, 1, 2, 2)) == pytest.approx([1 / 12] * 4 + [1 / 3] + [1 / 6] * 2)


def test_a_frame_of_two_classes_is_drawn_for_both_and_a_class_nobody_has_for_none():
    assert even_shares(held(3, 1)) == pytest.approx([(1 + 1 / 2) / 2, 1 / 4])
    assert even_shares(held(0, 1, 1)) == pytest.approx([1 / 2, 1 / 4, 1 / 4])


def test_the_crops_of_a_frame_share_its_part():
    shares = even_shares(held(0, 1), crops_a_frame=3)
    assert shares == pytest.approx([1 / 6] * 6)
    assert shares.sum() == pytest.approx(1)
