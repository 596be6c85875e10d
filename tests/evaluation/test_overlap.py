"""Overlap by hand, and against the naive count."""

from __future__ import annotations

import numpy as np
import pytest

from models.evaluation.overlap import (
    competition_dice,
    confusion_counts,
    dice,
    intersection_over_union,
    mean_of_numbers,
)

TRUTH = np.array([[0, 0, 1, 1], [0, 2, 2, 255]], dtype=np.uint8)
SAID = np.array([[0, 1, 1, 0], [0, 2, 0, 2]], dtype=np.uint8)


def test_confusion_leaves_ignored_pixels_out():
    counts = confusion_counts(TRUTH, SAID, 3)
    assert counts.tolist() == [[2, 1, 0], [1, 1, 0], [1, 0, 1]]
    assert counts.sum() == 7


def test_iou_and_dice_by_hand():
    # Background: 2 hit, 3 true, 4 said; class 1: 1, 2, 2; class 2: 1, 2, 1; class 3 is nowhere.
    hits, true, said = np.array([[2, 1, 1, 0], [3, 2, 2, 0], [4, 2, 1, 0]])
    iou = intersection_over_union(hits, true, said)
    assert iou == pytest.approx([2 / 5, 1 / 3, 1 / 2, np.nan], nan_ok=True)
    assert dice(hits, true, said) == pytest.approx([4 / 7, 2 / 4, 2 / 3, np.nan], nan_ok=True)
    assert float(mean_of_numbers(iou)) == pytest.approx((2 / 5 + 1 / 3 + 1 / 2) / 3)
    assert np.isnan(mean_of_numbers(np.array([np.nan])))


@pytest.mark.parametrize(
    ("truth", "said", "expected"),
    [
        ([0, 0, 0], [0, 0, 0], 1.0),
        ([0, 0, 0], [0, 1, 0], 0.0),
        ([1, 0, 0], [0, 0, 0], 0.0),
        ([1, 1, 0], [0, 1, 1], 0.5),
        ([1, 1, 1], [1, 1, 1], 1.0),
    ],
)
def test_competition_dice_counts_empty_frames_as_right(truth, said, expected):
    assert competition_dice(np.array([truth], bool), np.array([said], bool)) == expected
