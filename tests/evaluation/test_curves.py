"""Curves, calibration, sweeps and times of tiny sets, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from brightness import TAXONOMY, BrightnessRuntime, brightness_spec
from hypothesis import given
from hypothesis import strategies as st
from made_up_steel import make_collection

from models.bundle import write_bundle
from models.data.collection import Collection
from models.evaluation.curves import average_precision, calibration, precision_recall_curve, roc_curve
from models.evaluation.evaluation import evaluate
from models.evaluation.figures import weighted_auroc
from models.evaluation.sweeps import STEPS, dice_by_gate, gate_table, pixel_table, sweep_pixels
from models.evaluation.timings import time_table
from models.labels.masks import empty_stack
from models.predictor import Predictor
from models.runtimes.base import Encoded

TRUTH = np.array([True, False, True, False, False])
SCORES = np.array([0.9, 0.8, 0.7, 0.7, 0.1])


def test_roc_by_hand():
    assert roc_curve(TRUTH, SCORES) == {
        "threshold": [1.9, 0.9, 0.8, 0.7, 0.1],
        "false_alarm_rate": [0.0, 0.0, 0.3333, 0.6667, 1.0],
        "recall": [0.0, 0.5, 0.5, 1.0, 1.0],
    }
    assert roc_curve(np.ones(3, dtype=bool), np.arange(3.0)) is None


def test_precision_and_recall_by_hand():
    assert precision_recall_curve(TRUTH, SCORES) == {
        "threshold": [0.9, 0.8, 0.7, 0.1],
        "recall": [0.5, 0.5, 1.0, 1.0],
        "precision": [1.0, 0.5, 0.5, 0.4],
    }
    # Half the recall at precision 1, the other half at 1/2.
    assert average_precision(TRUTH, SCORES) == 0.75
    assert precision_recall_curve(np.zeros(2, dtype=bool), np.arange(2.0)) is None
    assert average_precision(np.zeros(2, dtype=bool), np.arange(2.0)) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=40))
def test_the_area_under_the_curve_is_the_auroc(frames):
    truth, scores = np.array([frame[0] for frame in frames]), np.array([frame[1] / 9 for frame in frames])
    curve = roc_curve(truth, scores)
    expected = float(weighted_auroc(truth, scores, np.ones((1, len(frames))))[0])
    if curve is None:
        assert np.isnan(expected)
        return
    heights = np.array(curve["recall"])
    area = float((np.diff(curve["false_alarm_rate"]) * (heights[1:] + heights[:-1]) / 2).sum())
    assert area == pytest.approx(expected, abs=2e-3)
    assert (curve["false_alarm_rate"][-1], curve["recall"][-1]) == (1.0, 1.0)


def test_a_long_curve_keeps_its_ends():
    random = np.random.default_rng(0)
    curve = roc_curve(random.random(5000) > 0.5, random.random(5000))
    assert curve is not None
    assert len(curve["recall"]) == 200
    assert (curve["recall"][0], curve["recall"][-1]) == (0.0, 1.0)


def test_calibration_by_hand():
    """Two frames said 0.1 (none holds), three said 0.75 of which one holds: error 2/5 × 0.1 + 3/5 × (0.75 - 1/3)."""
    table = calibration(np.array([0, 0, 1, 0, 0], dtype=bool), np.array([0.1, 0.1, 0.75, 0.75, 0.75]))
    assert [(row["low"], row["frames"], row["share"]) for row in table["bins"]] == [(0.1, 2, 0.0), (0.7, 3, 0.3333)]
    assert table["expected_error"] == pytest.approx(0.4 * 0.1 + 0.6 * (0.75 - 1 / 3), abs=1e-4)
    assert calibration(np.array([True]), np.array([1.0]))["bins"][0]["high"] == 1.0


class GradedRuntime(BrightnessRuntime):
    """The probability of bright is the brightness itself, that of dark is never above 0.2."""

    def classify(self, tiles):
        pixels = np.stack([tiles[:, 0], np.full_like(tiles[:, 0], 0.2)], axis=1)
        return Encoded(pixels.max(axis=(2, 3)), pixels)


@pytest.fixture
def graded(tmp_path) -> Predictor:
    spec = brightness_spec(
        gates={"bright": 0.5, "dark": 0.5},
        pixel_thresholds={"bright": 0.42, "dark": 0.5},
        min_area_px={"bright": 20, "dark": 0},
    )
    bundle = write_bundle(tmp_path / "graded", spec, {"w": np.zeros(1, np.float32)}, "card")
    return Predictor(bundle, GradedRuntime())


@pytest.fixture
def two_frames() -> Collection:
    """A square of 100 px at 0.8, half of it labelled, beside 4 px at 0.9; and a clean frame with 60 px at 0.45."""
    square = np.zeros((64, 64), np.uint8)
    square[10:20, 10:20] = round(0.8 * 255)
    square[40:42, 40:42] = round(0.9 * 255)
    labelled = empty_stack(64, 64, 2)
    labelled[10:15, 10:20] = 1
    grey = np.zeros((64, 64), np.uint8)
    grey[30:36, 30:40] = round(0.45 * 255)
    return Collection(TAXONOMY, ("square", "grey"), (square, grey), (labelled, empty_stack(64, 64, 2)))


def test_sweeps_by_hand(graded, two_frames):
    records = evaluate(graded, two_frames).records
    sweep = sweep_pixels(graded, two_frames)
    assert sweep.thresholds == tuple(sorted({*STEPS, 0.42}))
    pixels = pixel_table(records, sweep, [0.5, 0.5])
    bright = dict(zip(pixels["thresholds"], pixels["classes"]["bright"]["dice"], strict=True))
    # From 0.25 on bright wins over dark; the 4 px are below the minimum area. The clean frame's gate is shut.
    assert bright[0.6] == bright[0.42] == pytest.approx(2 * 50 / 150, abs=1e-4)
    assert bright[0.85] == 0.0
    assert set(pixels["classes"]["bright"]["false_alarms"]) == {0.0}
    assert set(pixels["classes"]["dark"]["dice"]) == {None}

    gates = gate_table(records)
    at = STEPS.index
    assert gates["classes"]["bright"]["recall"][at(0.9)] == 1.0
    assert gates["classes"]["bright"]["recall"][at(0.95)] == 0.0
    assert gates["classes"]["bright"]["false_alarms"][at(0.45)] == 1.0
    assert gates["classes"]["bright"]["false_alarms"][at(0.5)] == 0.0
    assert gates["classes"]["dark"]["recall"] == [None] * len(STEPS)
    assert gates["clean_frames_opened"][at(0.45)] == 1.0
    dice = dice_by_gate(records, sweep, [0.42, 0.5])["bright"]
    # With a lower gate the clean frame's 60 px are drawn, too.
    assert dice[at(0.45)] == pytest.approx(2 * 50 / (50 + 160), abs=1e-4)
    assert dice[at(0.5)] == pytest.approx(2 * 50 / 150, abs=1e-4)
    assert dice[at(0.95)] == 0.0


def test_the_sweep_at_the_bundles_own_thresholds_is_the_evaluation(tmp_path):
    bundle = write_bundle(tmp_path / "made-up", brightness_spec(), {"w": np.zeros(1, np.float32)}, "card")
    predictor, steel = Predictor(bundle, BrightnessRuntime()), make_collection(16, seed=3)
    evaluation = evaluate(predictor, steel)
    table = pixel_table(evaluation.records, sweep_pixels(predictor, steel), [0.5, 0.5])
    own = table["thresholds"].index(0.5)
    for name, row in evaluation.metrics["classes"].items():
        assert table["classes"][name]["dice"][own] == row["dice"]
        assert table["classes"][name]["recall"][own] == row["pixel_recall"]


def test_times_leave_out_the_first_frame():
    timings = np.array([[100.0, 0, 0, 0], [1, 10, 5, 0], [1, 20, 5, 0], [1, 30, 5, 0]])
    table = time_table(timings)
    assert (table["frames"], table["median_ms"]) == (3, 26.0)
    assert table["parts"]["classify"] == {"median_ms": 20.0, "p95_ms": 29.0}
    assert time_table(timings[:1])["median_ms"] == 100.0
