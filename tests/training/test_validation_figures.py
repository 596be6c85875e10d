"""The figures a training is judged by, worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from made_up_steel import make_collection

from models.data.collection import Collection
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy
from models.training.tasks.pixel_meter import PixelMeter
from models.training.tasks.presence import area_under_roc, main_classes, presence_figures

TRUTH = np.array([[0, 0, 1, 1], [0, 2, 2, 255]], dtype=np.uint8)
SAID = np.array([[0, 1, 1, 0], [0, 2, 0, 2]], dtype=np.uint8)
"""Background: 2 hit, 3 true, 4 said; class 1: 1, 2, 2; class 2: 1, 2, 1; class 3 is nowhere."""


def _sure(said: np.ndarray, count: int) -> np.ndarray:
    """(count, H, W) probabilities of 0.9 for what is said."""
    return np.where(np.arange(count)[:, None, None] == said, 0.9, 0.05).astype(np.float32)


def test_one_class_a_pixel():
    meter = PixelMeter(3, exclusive=True)
    # Frames add up, whatever their sizes.
    meter.add(TRUTH[:1], _sure(SAID[:1], 4))
    meter.add(TRUTH[1:, :1], _sure(SAID[1:, :1], 4))
    meter.add(TRUTH[1:, 1:], _sure(SAID[1:, 1:], 4))
    figures = meter.figures()
    assert figures["mean_iou"] == pytest.approx((2 / 5 + 1 / 3 + 1 / 2) / 3, abs=1e-12)
    assert figures["mean_dice"] == pytest.approx((2 / 4 + 2 / 3) / 2, abs=1e-12)


@pytest.mark.parametrize("count", [1, 3])
def test_several_classes_a_pixel(count):
    # Class 1: 1 hit, 2 true, 3 drawn, one at just one half; one more is ignored. The others are nowhere.
    truth = np.zeros((2, 4, count), np.uint8)
    truth[0, :2, 0] = 1
    truth[1, 3] = 255
    pixels = np.zeros((count, 2, 4), np.float32)
    pixels[0] = [[0.5, 0.4, 0.9, 0.7], [0.1, 0.0, 0.49, 0.99]]
    meter = PixelMeter(count, exclusive=False)
    meter.add(truth, pixels)
    assert meter.figures() == {"mean_iou": pytest.approx(1 / 4), "mean_dice": pytest.approx(2 / 5)}


def test_what_is_nowhere_has_no_figure():
    meter = PixelMeter(2, exclusive=True)
    meter.add(np.zeros((2, 2), np.uint8), _sure(np.zeros((2, 2), np.uint8), 3))
    figures = meter.figures()
    assert figures["mean_iou"] == 1
    assert math.isnan(figures["mean_dice"])
    nothing = PixelMeter(2, exclusive=False)
    nothing.add(np.full((2, 2, 2), 255, np.uint8), np.ones((2, 2, 2), np.float32))
    assert all(math.isnan(value) for value in nothing.figures().values())


def test_area_under_roc():
    truth = np.array([1, 1, 0, 0], bool)
    # Pairs: 0.9 beats both, 0.4 beats 0.1 and ties with 0.4: (2 + 1 + 0.5) / 4.
    assert area_under_roc(truth, np.array([0.9, 0.4, 0.4, 0.1])) == pytest.approx(3.5 / 4)
    assert math.isnan(area_under_roc(np.ones(2, bool), np.array([0.1, 0.2])))
    assert math.isnan(area_under_roc(np.zeros(2, bool), np.array([0.1, 0.2])))


def _labelled(held: list[list[int]], class_count: int = 3) -> Collection:
    """Frames that hold classes, without masks."""
    count = len(held)
    return Collection(
        make_taxonomy("made-up", tuple(f"class_{k}" for k in range(1, class_count + 1))),
        tuple(map(str, range(count))),
        (np.zeros((8, 8), np.uint8),) * count,
        (empty_stack(8, 8, class_count),) * count,
        labels=tuple(tuple(classes) for classes in held),
    )


def test_presence_of_one_class_a_frame():
    scores = np.array([[0.8, 0.1, 0], [0.5, 0.4, 0], [0.1, 0.2, 0], [0.2, 0.6, 0], [0.3, 0.1, 0]])
    figures = presence_figures(scores, _labelled([[1], [2], [2], [2], [1]]), 0.5, exclusive=True)
    # Told: 1, 1, none, 2, none.
    assert figures["accuracy"] == pytest.approx(2 / 5)
    # Class 1, 0.8 and 0.3 against 0.5, 0.1, 0.2: 5 of 6 pairs; class 2, 0.4, 0.2, 0.6 against 0.1 twice: all.
    assert figures["auroc"] == pytest.approx((5 / 6 + 1) / 2)
    # Class 1: 1 hit, 2 true, 2 said; class 2: 1, 3, 1; class 3 is nowhere.
    assert figures["f1"] == pytest.approx((2 / 4 + 2 / 4) / 2)


def test_presence_of_several_classes_a_frame():
    scores = np.array([[0.9, 0.6, 0.0], [0.5, 0.4, 0.0], [0.1, 0.2, 0.5]])
    figures = presence_figures(scores, _labelled([[1, 2], [1, 2], []]), 0.5, exclusive=False)
    # The first frame alone is right in every class; one half is said.
    assert figures["accuracy"] == pytest.approx(1 / 3)
    assert figures["auroc"] == 1.0
    # Class 1: all right; class 2: 1 hit, 2 true, 1 said; class 3: said once, never there.
    assert figures["f1"] == pytest.approx((1 + 2 / 3 + 0) / 3)


def test_what_no_frame_shows_has_no_figure():
    figures = presence_figures(np.zeros((2, 1)), _labelled([[], []], 1), 0.5, exclusive=False)
    assert figures["accuracy"] == 1
    assert math.isnan(figures["auroc"])
    assert math.isnan(figures["f1"])


def test_a_frame_is_of_the_class_it_shows_most_of():
    steel = make_collection(4)
    both = steel.stacks[1].copy()
    both[0, 0] |= 2
    steel = replace(steel, stacks=(steel.stacks[0], both, *steel.stacks[2:]))
    assert main_classes(steel).tolist() == [0, 2, 1, 2]
    assert main_classes(_labelled([[3], [], [2, 3]])).tolist() == [3, 0, 2]
