"""Comparisons of bundles whose answers are known, and the verdict on each."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from brightness import TAXONOMY, BrightnessRuntime, CornerRuntime, brightness_spec
from made_up_steel import make_collection

from models.bundle import BundleError, write_bundle
from models.data.collection import Collection
from models.evaluation.comparison import changed_frames, check_comparable, compare, run_both
from models.evaluation.comparison_report import comparison_html, comparison_json, comparison_rows
from models.evaluation.figure_names import figure_words
from models.evaluation.promotion import judge
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy
from models.predictor import Predictor

Answer = tuple[float, float]
BRIGHT, DARK, CLEAN = (0.9, 0.05), (0.05, 0.9), (0.1, 0.1)


class OtherCornerRuntime(CornerRuntime):
    """Reads the row below, so that one frame can hold the answers of two bundles."""

    def classify(self, tiles):
        return super().classify(tiles[:, :, 1:])


def _frames(
    answers: list[tuple[tuple[float, float], tuple[float, float]]], labels: list[tuple[int, ...]]
) -> Collection:
    """Frames with what A answers and what B answers, and what is true."""
    images = []
    for a, b in answers:
        image = np.full((64, 64), 100, np.uint8)
        image[0, :2] = np.round(np.array(a) * 255)
        image[1, :2] = np.round(np.array(b) * 255)
        images.append(image)
    names = tuple(f"{row:03d}.png" for row in range(len(images)))
    stacks = tuple(empty_stack(64, 64, 2) for _ in images)
    return Collection(TAXONOMY, names, tuple(images), stacks, labels=tuple(labels))


@pytest.fixture
def compared(tmp_path):
    """A function from answers and labels to the comparison of A and B."""
    predictors = []
    for name, runtime in (("old", CornerRuntime()), ("new", OtherCornerRuntime())):
        spec = brightness_spec(name=name, task="classify", pixel_thresholds={}, min_area_px={})
        bundle = write_bundle(tmp_path / name, spec, {"w": np.zeros(1, np.float32)}, "card")
        predictors.append(Predictor(bundle, runtime))
    return lambda answers, labels: compare(*run_both(*predictors, _frames(answers, labels)))


def _untimed(promotion):
    """The cautions but that of time, which hangs on what else the computer does."""
    return [words for words in promotion.cautions if "ms a frame" not in words]


def _rows(comparison):
    return {(row.figure, row.class_name): row for row in comparison.rows}


def test_differences_by_hand(compared):
    """Of 40 bright frames A finds 36 and B 20 of those; dark ones both find."""
    answers = [(BRIGHT, BRIGHT)] * 20 + [(BRIGHT, CLEAN)] * 16 + [(CLEAN, CLEAN)] * 4 + [(DARK, DARK)] * 40
    comparison = compared(answers, [(1,)] * 40 + [(2,)] * 40)
    recall = _rows(comparison)["recall", "bright"]
    assert (recall.a, recall.b, recall.difference) == (0.9, 0.5, -0.4)
    # 16 of 40 frames differ: the standard error of their share is sqrt(0.4 × 0.6 / 40).
    error = (0.4 * 0.6 / 40) ** 0.5
    assert recall.interval is not None
    assert recall.interval[0] == pytest.approx(-0.4 - 1.96 * error, abs=0.03)
    assert recall.interval[1] == pytest.approx(-0.4 + 1.96 * error, abs=0.03)
    assert recall.worse
    dark = _rows(comparison)["recall", "dark"]
    assert (dark.difference, dark.interval, dark.worse, dark.better) == (0.0, (0.0, 0.0), False, False)
    assert comparison.main is not None
    assert comparison.main.figure == "accuracy"
    assert changed_frames(comparison, 3) == [(20, -1.0), (21, -1.0), (22, -1.0)]


def test_missed_defects_keep_a_bundle_from_promotion_however_good_the_rest(compared):
    """B misses 10 of 40 bright frames that A found, and finds 30 of 40 dark ones that A did not."""
    answers = [(BRIGHT, BRIGHT)] * 30 + [(BRIGHT, CLEAN)] * 10 + [(DARK, DARK)] * 10 + [(CLEAN, DARK)] * 30
    promotion = judge(compared(answers, [(1,)] * 40 + [(2,)] * 40))
    assert not promotion.safe
    assert promotion.sentence.startswith(
        "'new' is not safe to promote: it misses more of class bright (recall 0.750 against 1.000; the difference is"
    )
    assert "dark" not in promotion.sentence


def test_a_fall_of_the_main_figure_keeps_a_bundle_from_promotion(compared):
    """B says dark of 10 of 60 clean frames: no defect is missed, but the accuracy falls by a twelfth."""
    answers = [(BRIGHT, BRIGHT)] * 30 + [(DARK, DARK)] * 30 + [(CLEAN, CLEAN)] * 50 + [(CLEAN, DARK)] * 10
    promotion = judge(compared(answers, [(1,)] * 30 + [(2,)] * 30 + [()] * 60))
    assert not promotion.safe
    assert "its accuracy fell by more than 0.005 (0.917 against 1.000)" in promotion.sentence
    assert _untimed(promotion) == ["It says a class in 16.7% of the clean frames against 0.0%."]


class BlindRuntime(BrightnessRuntime):
    """Says what is there and draws nothing of it."""

    def segment(self, encoded, rows):
        return np.zeros_like(encoded.state[list(rows)])


def _drawing(folder, name, runtime):
    return Predictor(
        write_bundle(folder / name, brightness_spec(name=name), {"w": np.zeros(1, np.float32)}, ""), runtime
    )


def test_a_bundle_that_says_and_does_not_draw_misses_too(tmp_path):
    """Gates that let everything through cannot hide that nothing is drawn."""
    sides = run_both(
        _drawing(tmp_path, "old", BrightnessRuntime()), _drawing(tmp_path, "blind", BlindRuntime()), make_collection(12)
    )
    comparison = compare(*sides)
    assert _rows(comparison)["recall", "bright"].difference == 0.0
    assert _rows(comparison)["drawn_recall", "bright"].difference == -1.0
    assert comparison.main is not None
    assert comparison.main.figure == "mean_dice"
    sentence = judge(comparison).sentence
    assert "it draws nothing more often of class bright (recall as drawn 0.000 against 1.000;" in sentence
    page = comparison_html(comparison, judge(comparison), make_collection(12))
    assert "the greatest loss first" in page


def test_a_bundle_that_only_classifies_takes_no_drawing_ones_place(tmp_path):
    spec = brightness_spec(name="teller", task="classify", pixel_thresholds={}, min_area_px={})
    bundle = write_bundle(tmp_path / "teller", spec, {"w": np.zeros(1, np.float32)}, "card")
    teller = Predictor(bundle, BrightnessRuntime())
    comparison = compare(*run_both(_drawing(tmp_path, "old", BrightnessRuntime()), teller, make_collection(12)))
    promotion = judge(comparison)
    assert not promotion.safe
    assert promotion.sentence == "'teller' is not safe to promote: it draws no masks, which 'old' does."
    json.dumps(comparison_json(comparison, promotion), allow_nan=False)


def test_a_better_bundle_is_safe(compared):
    answers = [(BRIGHT, BRIGHT)] * 30 + [(CLEAN, DARK)] * 30 + [(CLEAN, CLEAN)] * 30
    comparison = compared(answers, [(1,)] * 30 + [(2,)] * 30 + [()] * 30)
    promotion = judge(comparison)
    assert promotion.safe
    assert _untimed(promotion) == []
    assert "its accuracy is no more than 0.005 below (1.000 against 0.667)" in promotion.sentence
    assert _rows(comparison)["recall", "dark"].better


def test_too_few_frames_are_said(compared):
    """One missed frame of three proves nothing, and the verdict says that it was hardly tested."""
    answers = [(BRIGHT, BRIGHT)] * 2 + [(BRIGHT, CLEAN)] + [(CLEAN, DARK)] * 3
    promotion = judge(compared(answers, [(1,)] * 3 + [(2,)] * 3))
    assert promotion.safe
    assert promotion.cautions[0].startswith("Fewer than 30 frames hold bright (3), dark (3)")
    assert promotion.cautions[1].startswith("None of the frames is clean")


def test_the_report_and_the_json_say_the_same(compared):
    answers = [(BRIGHT, BRIGHT)] * 5 + [(BRIGHT, CLEAN)] * 3 + [(CLEAN, CLEAN)] * 4
    labels = [(1,)] * 8 + [()] * 4
    comparison = compared(answers, labels)
    promotion = judge(comparison)
    value = json.loads(json.dumps(comparison_json(comparison, promotion), allow_nan=False))
    assert (value["a"]["bundle"], value["b"]["bundle"], value["frames"]) == ("old", "new", 12)
    assert value["promotion"]["sentence"] == promotion.sentence
    recall = next(row for row in value["figures"] if (row["figure"], row["class"]) == ("recall", "bright"))
    assert (recall["a"], recall["b"], recall["difference"]) == (1.0, 0.625, -0.375)
    missing = next(row for row in value["figures"] if (row["figure"], row["class"]) == ("recall", "dark"))
    assert missing["a"] is missing["difference"] is missing["interval"] is None

    page = comparison_html(comparison, promotion, _frames(answers, labels))
    assert "http" not in re.sub(r'src="[^"]+"', "", page)
    assert "A was right and B is wrong." in page
    assert "005.png, truth: Bright; A says Bright 0.90; B says none" in page
    rows = comparison_rows(comparison)
    assert ("Recall", "bright", "1.000", "0.625", "-0.375") in [row[:5] for row in rows]
    assert "dark" not in [row[1] for row in rows]


def test_bundles_of_other_classes_are_one_sentence(tmp_path):
    bundles = []
    for name, classes in (("old", ("bright", "dark")), ("new", ("dark", "bright"))):
        spec = brightness_spec(
            name=name,
            taxonomy=make_taxonomy("t", classes),
            gates=dict.fromkeys(classes, 0.5),
            pixel_thresholds=dict.fromkeys(classes, 0.5),
            min_area_px=dict.fromkeys(classes, 0),
        )
        bundles.append(write_bundle(tmp_path / name, spec, {"w": np.zeros(1, np.float32)}, "card"))
    with pytest.raises(BundleError, match="'old' knows bright, dark and bundle 'new' dark, bright"):
        check_comparable(*bundles)
    check_comparable(bundles[0], bundles[0])


def test_figures_are_named_in_sentences():
    words = [figure_words(name) for name in ("mean_iou", "auroc", "competition_dice", "f1", "iou", "recall", "dice")]
    assert words == ["mean IoU", "AUROC", "Dice a frame", "F1", "IoU", "recall", "Dice"]
