"""Figures and intervals of tiny arrays, by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from brightness import TAXONOMY
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.figures import figures, weighted_auroc
from models.evaluation.intervals import bootstrap, percentile_interval, resampling_weights, wilson_interval
from models.evaluation.records import FrameRecords, PixelRecords, main_class, most_probable, most_probable_past


def _records(held, probabilities, pixels=None, *, one_class_a_frame=False, one_class_a_pixel=False) -> FrameRecords:
    held, probabilities = np.array(held, dtype=bool), np.array(probabilities, dtype=float)
    told = most_probable(probabilities) if one_class_a_frame else most_probable_past(np.full(2, 0.5), probabilities)
    return FrameRecords(
        taxonomy=TAXONOMY,
        names=tuple(str(row) for row in range(len(held))),
        one_class_a_frame=one_class_a_frame,
        one_class_a_pixel=one_class_a_pixel,
        held=held,
        main=main_class(held.astype(np.int64)),
        probabilities=probabilities,
        said=np.arange(1, 3) == told[:, None] if one_class_a_frame else probabilities >= 0.5,
        told=told,
        timings_ms=np.zeros((len(held), 4)),
        pixels=pixels,
    )


HELD = [[1, 0], [1, 0], [0, 1], [0, 0], [0, 0]]
PROBABILITIES = [[0.9, 0.0], [0.4, 0.1], [0.6, 0.7], [0.2, 0.1], [0.1, 0.8]]


def test_presence_by_hand():
    """Bright: found in the first of two frames, said wrongly in the third. Dark: found, said wrongly in the last."""
    measured = {key: float(value[0]) for key, value in figures(_records(HELD, PROBABILITIES)).items()}
    assert measured["recall", "bright"] == 0.5
    assert measured["precision", "bright"] == 0.5
    assert measured["f1", "bright"] == 0.5
    assert measured["recall", "dark"] == 1.0
    assert measured["precision", "dark"] == 0.5
    assert measured["f1", "dark"] == pytest.approx(2 / 3)
    assert measured["mean_recall", ""] == 0.75
    # Right in every class: frames 0 and 3.
    assert measured["accuracy", ""] == 0.4
    # Of two clean frames one has a gate open.
    assert measured["false_alarms", ""] == 0.5
    # Bright: 0.9 is above all three others, 0.4 above two of three.
    assert measured["auroc", "bright"] == pytest.approx(5 / 6)
    # Dark: 0.7 is above three of four.
    assert measured["auroc", "dark"] == pytest.approx(3 / 4)
    assert measured["auroc", ""] == pytest.approx((5 / 6 + 3 / 4) / 2)
    # Largest probabilities: defective 0.9, 0.4, 0.7; clean 0.2, 0.8. Above: 2, 1, 1 of 2 each.
    assert measured["defect_auroc", ""] == pytest.approx(4 / 6)


def test_one_class_a_frame_by_hand():
    """Told: bright, none (0.4 and 0.1 leave 0.5), dark, none, dark."""
    records = _records(HELD, PROBABILITIES, one_class_a_frame=True)
    assert records.told.tolist() == [1, 0, 2, 0, 2]
    measured = {key: float(value[0]) for key, value in figures(records).items()}
    assert measured["accuracy", ""] == pytest.approx(3 / 5)
    assert measured["precision", "bright"] == 1.0
    assert measured["recall", "bright"] == 0.5
    assert measured["precision", "dark"] == 0.5


def test_drawn_figures_by_hand():
    """Frame 0: 10 px bright, 8 drawn of which 6 hit. Frame 1: nothing there, 2 px drawn. Dark: nowhere."""
    pixels = PixelRecords(
        hits=np.array([[6, 0], [0, 0]]),
        truth=np.array([[10, 0], [0, 0]]),
        drawn=np.array([[8, 0], [2, 0]]),
        frame_dice=np.array([[12 / 18, 1.0], [0.0, 1.0]]),
        confusions=np.array([[[88, 2, 0], [4, 6, 0], [0, 0, 0]], [[98, 2, 0], [0, 0, 0], [0, 0, 0]]]),
    )
    records = _records([[1, 0], [0, 0]], [[1, 0], [1, 0]], pixels, one_class_a_pixel=True)
    measured = {key: float(value[0]) for key, value in figures(records).items()}
    assert measured["iou", "bright"] == pytest.approx(6 / 14)
    assert measured["dice", "bright"] == pytest.approx(12 / 20)
    assert measured["pixel_precision", "bright"] == pytest.approx(6 / 10)
    assert measured["pixel_recall", "bright"] == pytest.approx(6 / 10)
    assert measured["drawn_recall", "bright"] == 1.0
    assert measured["drawn_precision", "bright"] == 0.5
    assert np.isnan(measured["iou", "dark"])
    assert measured["competition_dice", "bright"] == pytest.approx(1 / 3)
    assert measured["competition_dice", "dark"] == 1.0
    assert measured["competition_dice", ""] == pytest.approx(2 / 3)
    assert measured["foreground_dice", "bright"] == pytest.approx(2 / 3)
    assert measured["foreground_dice", ""] == pytest.approx(2 / 3)
    assert measured["background_iou", ""] == pytest.approx(186 / 194)
    # Dark is neither there nor drawn, so it has no part in the mean.
    assert measured["mean_iou", ""] == pytest.approx((186 / 194 + 6 / 14) / 2)
    assert measured["mean_dice", ""] == pytest.approx(12 / 20)


def test_a_weight_counts_a_frame_so_often():
    once = figures(_records(HELD, PROBABILITIES), np.array([[2.0, 1.0, 0.0, 1.0, 3.0]]))
    rows = [0, 0, 1, 3, 4, 4, 4]
    repeated = figures(_records([HELD[row] for row in rows], [PROBABILITIES[row] for row in rows]))
    assert once.keys() == repeated.keys()
    for key, value in once.items():
        assert value == pytest.approx(repeated[key], nan_ok=True), key


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=30))
def test_auroc_is_the_count_of_pairs_in_the_right_order(frames):
    truth = np.array([frame[0] for frame in frames])
    scores = np.array([frame[1] / 6 for frame in frames])
    weights = np.array([frame[2] for frame in frames], dtype=float)
    pairs = right = 0.0
    for real, score, weight in zip(truth, scores, weights, strict=True):
        for other, lower, its_weight in zip(truth, scores, weights, strict=True):
            if real and not other:
                pairs += weight * its_weight
                right += weight * its_weight * (1.0 if score > lower else 0.5 if score == lower else 0.0)
    measured = float(weighted_auroc(truth, scores, weights[None])[0])
    assert measured == pytest.approx(right / pairs if pairs else float("nan"), nan_ok=True)


def test_wilson_by_hand():
    """8 of 10: middle (0.8 + 1.9207 / 10) / 1.38415, Wilson's own table says 0.490 to 0.943."""
    low, high = wilson_interval(8, 10) or (0, 0)
    assert low == pytest.approx(0.4902, abs=1e-4)
    assert high == pytest.approx(0.9433, abs=1e-4)
    assert wilson_interval(0, 0) is None
    assert (wilson_interval(5, 5) or (0, 0))[1] == 1.0
    assert (wilson_interval(5, 5) or (0, 0))[0] == pytest.approx(5 / (5 + 1.959964**2), abs=1e-6)


def test_resamples_are_as_big_as_the_set_and_the_same_every_time():
    weights = np.concatenate(list(resampling_weights(7, 50)))
    assert weights.shape == (50, 7)
    assert (weights.sum(axis=1) == 7).all()
    assert np.array_equal(weights, np.concatenate(list(resampling_weights(7, 50))))


def test_a_bootstrapped_mean_spreads_as_its_standard_error():
    values = np.random.default_rng(1).normal(5, 2, 400)
    ends = bootstrap(400, lambda weights: {("mean", ""): weights @ values / 400})["mean", ""]
    assert ends is not None
    error = values.std() / 20
    assert ends[0] == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert ends[1] == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


def test_what_is_seldom_a_number_has_no_interval():
    assert percentile_interval(np.array([np.nan, np.nan, 1.0])) is None
    assert percentile_interval(np.array([np.nan, 1.0, 1.0])) == (1.0, 1.0)


def test_the_most_probable_class_must_be_more_likely_than_none():
    assert most_probable(np.array([[0.5, 0.1], [0.3, 0.2], [0.0, 0.0]])).tolist() == [1, 0, 0]
    gates = np.array([0.3, 0.6])
    assert most_probable_past(gates, np.array([[0.4, 0.5], [0.4, 0.7], [0.2, 0.5]])).tolist() == [1, 2, 0]
