from __future__ import annotations

import math

import numpy as np
import pytest

from models.training.metrics import (
    ConfusionMeter,
    area_under_roc,
    competition_dice,
    confusion_counts,
    dice,
    intersection_over_union,
    mean,
    presence,
)

TRUTH = np.array([[0, 0, 1, 1], [0, 2, 2, 255]], dtype=np.uint8)
SAID = np.array([[0, 1, 1, 0], [0, 2, 0, 2]], dtype=np.uint8)


def test_confusion_leaves_ignored_pixels_out():
    counts = confusion_counts(TRUTH, SAID, 3)
    assert counts.tolist() == [[2, 1, 0], [1, 1, 0], [1, 0, 1]]
    assert counts.sum() == 7


def test_iou_and_dice_by_hand():
    counts = confusion_counts(TRUTH, SAID, 3)
    # Background: 2 hit, 3 true, 4 said; class 1: 1, 2, 2; class 2: 1, 2, 1.
    assert intersection_over_union(counts) == pytest.approx([2 / 5, 1 / 3, 1 / 2])
    assert dice(counts) == pytest.approx([4 / 7, 2 / 4, 2 / 3])
    assert mean(intersection_over_union(counts)) == pytest.approx((2 / 5 + 1 / 3 + 1 / 2) / 3)


def test_a_class_that_is_nowhere_counts_in_no_mean():
    counts = confusion_counts(np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint8), 3)
    iou = intersection_over_union(counts)
    assert iou[0] == 1
    assert np.isnan(iou[1:]).all()
    assert mean(iou) == 1
    assert math.isnan(mean(np.array([np.nan])))


def test_a_meter_adds_frames_up():
    meter = ConfusionMeter(3)
    meter.add(TRUTH[:1], SAID[:1])
    meter.add(TRUTH[1:], SAID[1:])
    assert meter.counts.tolist() == confusion_counts(TRUTH, SAID, 3).tolist()


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


def test_presence_by_hand():
    truth = np.array([1, 1, 1, 0, 0], bool)
    said = np.array([1, 1, 0, 1, 0], bool)
    counted = presence(truth, said)
    assert (counted.hits, counted.misses, counted.false_alarms, counted.rejections) == (2, 1, 1, 1)
    assert counted.recall == pytest.approx(2 / 3)
    assert counted.precision == pytest.approx(2 / 3)
    assert counted.f1 == pytest.approx(4 / 6)


def test_presence_of_nothing_is_not_a_number():
    nothing = presence(np.zeros(3, bool), np.zeros(3, bool))
    assert all(math.isnan(value) for value in (nothing.recall, nothing.precision, nothing.f1))


def test_area_under_roc_by_hand():
    truth = np.array([1, 1, 0, 0], bool)
    # Pairs: 0.9 beats both, 0.4 beats 0.1 and ties with 0.4: (2 + 1 + 0.5) / 4.
    assert area_under_roc(truth, np.array([0.9, 0.4, 0.4, 0.1])) == pytest.approx(3.5 / 4)
    assert math.isnan(area_under_roc(np.ones(2, bool), np.array([0.1, 0.2])))
