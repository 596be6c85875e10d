from __future__ import annotations

import numpy as np
import pytest

from models.training.thresholds import (
    AREA_STEPS_PX,
    PixelTuner,
    TuningFrame,
    frame_dice_by_area,
    tune_gate,
    tune_thresholds,
)


def test_the_gate_lies_between_what_holds_the_class_and_what_does_not():
    truth = np.array([1, 1, 1, 0, 0], bool)
    assert tune_gate(truth, np.array([0.9, 0.8, 0.72, 0.6, 0.1])) == pytest.approx(0.65)


def test_of_equal_gates_the_one_nearest_to_a_half_is_taken():
    truth = np.array([1, 0], bool)
    assert tune_gate(truth, np.array([0.99, 0.01])) == 0.5


def test_a_gate_keeps_recall_before_precision():
    truth = np.array([1] * 10 + [0] * 30, bool)
    scores = np.array([0.9] * 9 + [0.31] + [0.6] * 30)
    # Shutting out the 30 false frames at 0.65 would cost one frame in ten.
    assert tune_gate(truth, scores) <= 0.3


def test_a_class_nobody_saw_gets_a_half():
    assert tune_gate(np.zeros(4, bool), np.array([0.1, 0.9, 0.2, 0.3])) == 0.5
    assert PixelTuner().best() == 0.5


def test_the_pixel_threshold_follows_the_dice():
    tuner = PixelTuner()
    probabilities = np.array([[0.9, 0.66, 0.58, 0.52]])
    tuner.add(probabilities, np.ones((1, 4), bool), np.array([[1, 1, 0, 0]], bool))
    assert tuner.best() == pytest.approx(0.60)


def test_dice_by_minimum_area_by_hand():
    drawn = np.zeros((20, 40), bool)
    drawn[:10, :10] = True  # 100 px, right
    drawn[15, 30:35] = True  # 5 px, false
    truth = np.zeros_like(drawn)
    truth[:10, :10] = True
    dice = dict(zip(AREA_STEPS_PX, frame_dice_by_area(drawn, truth), strict=True))
    assert dice[0] == pytest.approx(200 / 205)
    assert dice[8] == 1.0
    assert dice[96] == 1.0
    assert dice[128] == 0.0


def test_dropping_the_false_makes_a_clean_frame_right():
    drawn = np.zeros((8, 8), bool)
    drawn[0, 0] = True
    dice = frame_dice_by_area(drawn, np.zeros_like(drawn))
    assert dice[0] == 0.0
    assert dice[1] == 1.0


def _frame(number: int, *, exclusive: bool) -> TuningFrame:
    """Class 1 in odd frames, 12 by 12, sure; class 2 nowhere, but hinted at in specks of 3 by 3."""
    truth = np.zeros((2, 32, 32), bool)
    pixels = np.full((2, 32, 32), 0.05, np.float32)
    if number % 2:
        truth[0, 4:16, 4:16] = True
        pixels[0, 4:16, 4:16] = 0.9
    pixels[0, 25:28, 25:28] = 0.4 if exclusive else 0.95
    return TuningFrame(
        np.array([0.95 if number % 2 else 0.55, 0.1], np.float32), pixels, truth, np.ones((32, 32), bool)
    )


@pytest.mark.parametrize("exclusive", [True, False])
def test_all_three_together(exclusive):
    tuned = tune_thresholds([_frame(number, exclusive=exclusive) for number in range(8)], exclusive)
    assert 0.55 < tuned.gates[0] < 0.95
    assert tuned.gates[1] == 0.5
    assert tuned.pixels[1] == 0.5
    # The specks, 9 px, go: by the threshold where they are faint, by the area where they are not.
    assert tuned.pixels[0] > 0.4 or tuned.min_area_px[0] > 9
    if not exclusive:
        assert tuned.min_area_px[0] == 16


def test_ignored_pixels_tune_nothing():
    frame = _frame(1, exclusive=False)
    frame.valid[:, 16:] = False  # the specks lie there
    tuned = tune_thresholds([frame], exclusive=False)
    assert tuned.min_area_px[0] == 0
