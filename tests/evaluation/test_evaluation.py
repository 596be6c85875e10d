from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from brightness import TAXONOMY, BrightnessRuntime, CornerRuntime, brightness_spec
from made_up_steel import make_collection

from models.bundle import open_bundle, write_bundle
from models.data.collection import Collection, DataError
from models.evaluation.evaluation import clean_region_metrics, clean_regions, evaluate
from models.labels.masks import class_mask, empty_stack
from models.labels.taxonomy import DefectClass, Role, Taxonomy, make_taxonomy
from models.predictor import Predictor
from models.training.card import write_card


@pytest.fixture
def predictor(tmp_path) -> Predictor:
    bundle = write_bundle(tmp_path / "made-up", brightness_spec(), {"w": np.zeros(1, np.float32)}, "card")
    return Predictor(bundle, BrightnessRuntime())


def test_what_is_drawn_right_counts_as_right(predictor):
    evaluation = evaluate(predictor, make_collection(12))
    metrics = evaluation.metrics
    assert metrics["frames"] == 12
    assert metrics["mean_iou"] == pytest.approx(1.0, abs=0.01)
    assert metrics["classes"]["bright"]["support"] == 3
    assert metrics["classes"]["dark"]["support"] == 6
    assert metrics["clean_frames"]["frames"] == 3
    assert metrics["clean_frames"]["gate_open_share"] == metrics["clean_frames"]["drawn_share"] == 0.0


def test_errors_by_hand(predictor):
    """Frame 0: a bright 10 by 10 square, labelled only in its upper half, and a dark one nobody labelled."""
    image = np.full((64, 64), 110, np.uint8)
    image[10:20, 10:20] = 240
    image[40:50, 40:50] = 5
    stack = empty_stack(64, 64, 2)
    stack[10:15, 10:20] = 1
    clean = np.full((64, 64), 110, np.uint8)
    collection = Collection(TAXONOMY, ("clean", "wrong"), (clean, image), (empty_stack(64, 64, 2), stack))
    evaluation = evaluate(predictor, collection)
    bright, dark = evaluation.metrics["classes"]["bright"], evaluation.metrics["classes"]["dark"]
    assert bright["iou"] == 0.5
    assert bright["dice"] == round(100 / 150, 4)
    assert bright["competition_dice"] == round((1 + 100 / 150) / 2, 4)
    assert bright["recall"] == 1.0
    assert dark["iou"] == 0.0
    assert dark["competition_dice"] == 0.5
    assert dark["recall"] is None
    assert dark["precision"] == 0.0
    # 8192 pixels, 50 of them labelled; 150 others were drawn.
    assert evaluation.metrics["background_iou"] == round((8192 - 50 - 150) / (8192 - 50), 4)
    counts = evaluation.metrics["confusion_px"]["rows_are_truth"]
    assert counts == [[8192 - 200, 50, 100], [0, 50, 0], [0, 0, 0]]
    assert [frame.name for frame in evaluation.frames] == ["wrong", "clean"]
    assert evaluation.frames[0].dice == pytest.approx((100 / 150 + 0) / 2)


def test_metrics_fit_json(predictor):
    empty = Collection(TAXONOMY, ("0",), (np.full((64, 64), 110, np.uint8),), (empty_stack(64, 64, 2),))
    json.dumps(evaluate(predictor, empty).metrics, allow_nan=False)


def test_clean_regions_hold_no_labelled_pixel():
    collection = make_collection(12, size=160)
    regions = clean_regions(collection, 96)
    assert 6 <= len(regions) <= 12
    for region in regions:
        assert region.shape == (96, 96)
        assert ((region > 40) & (region < 200)).all()
    assert clean_regions(make_collection(4, size=64), 96) == []


def test_a_region_with_ignored_pixels_is_not_clean():
    collection = make_collection(1, size=64)
    empty = replace(collection, stacks=(np.zeros_like(collection.stacks[0]),))
    assert len(clean_regions(empty, 64)) == 1
    mask = np.zeros((64, 64), bool)
    mask[5, 5] = True
    assert clean_regions(replace(empty, ignored=(mask,)), 64) == []


def test_clean_regions_are_measured(predictor):
    measured = clean_region_metrics(predictor, make_collection(8, size=160))
    assert measured["gate_open_share"] == 0.0
    none = clean_region_metrics(predictor, make_collection(4, size=64))
    assert none["regions"] == 0
    assert none["gate_open_share"] is None


def test_the_card_tells_figures_data_and_limits(predictor):
    metrics = evaluate(predictor, make_collection(12)).metrics
    spec = brightness_spec(
        metrics=metrics,
        data={
            "source": "Made-up steel", "terms": "none", "sha256": "d" * 64, "split_sha256": "e" * 64, "groups": 9,
            "train_frames": 8, "validation_frames": 2, "test_frames": 2,
        },
        training={
            "command": "stripsight train made-up.toml", "plan": {"seed": 3}, "epochs": 5, "best_epoch": 3,
            "minutes": 12.4, "device": "CPU (x86_64)", "precision": "bf16",
        },
    )  # fmt: skip
    card = write_card(spec, "Made-up steel alone.")
    for words in ("stripsight train made-up.toml", "Terms: none", "the best was number 4", "Made-up steel alone."):
        assert words in card
    assert "Of 3 frames without a defect the gate opened in 0.0%" in card
    assert "| bright | 1.000 |" in card


SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "bundles"


@pytest.mark.parametrize("folder", sorted(SHIPPED.iterdir()), ids=lambda folder: folder.name)
def test_shipped_bundles_are_whole_small_and_say_what_they_are(folder):
    bundle = open_bundle(folder)
    assert bundle.name == folder.name
    assert sum(file.stat().st_size for file in folder.rglob("*")) <= 12e6
    text = bundle.card + (folder / "bundle.json").read_text(encoding="utf-8")
    assert not any(place in text for place in ("/work", "/root", "/home", "/tmp", "C:\\"))
    for words in ("## Data", "Terms:", "## Measured", "## Limits", bundle.spec.training["command"]):
        assert words in bundle.card
    assert bundle.spec.metrics["frames"] == bundle.spec.data["test_frames"]


def test_made_up_steel_has_what_it_says():
    collection = make_collection(12)
    held = [[bool(class_mask(stack, k).any()) for k in (1, 2)] for stack in collection.stacks]
    assert held[:4] == [[False, False], [False, True], [True, False], [False, True]]


def _corner_frame(bright: float, dark: float) -> np.ndarray:
    image = np.full((64, 64), 100, np.uint8)
    image[0, :2] = round(bright * 255), round(dark * 255)
    return image


@pytest.fixture
def classifier(tmp_path) -> Predictor:
    spec = brightness_spec(task="classify", pixel_thresholds={}, min_area_px={})
    bundle = write_bundle(tmp_path / "classifier", spec, {"w": np.zeros(1, np.float32)}, "card")
    return Predictor(bundle, CornerRuntime())


CORNERS = (_corner_frame(0.8, 0.1), _corner_frame(0.2, 0.3), _corner_frame(0.1, 0.9), _corner_frame(0.1, 0.2))


def _labelled(labels: tuple[tuple[int, ...], ...]) -> Collection:
    stacks = tuple(empty_stack(64, 64, 2) for _ in CORNERS)
    return Collection(TAXONOMY, ("a", "b", "c", "d"), CORNERS, stacks, labels=labels)


def test_a_classifier_is_measured_by_its_most_probable_class(classifier):
    """Told: bright, none, dark, none; true: bright, bright, dark, none."""
    evaluation = evaluate(classifier, _labelled(((1,), (1,), (2,), ())))
    metrics = evaluation.metrics
    assert metrics["accuracy"] == 0.75
    assert metrics["mean_recall"] == 0.75
    assert metrics["drawn"] is False
    assert metrics["confusion_frames"] == {
        "order": ["none", "bright", "dark"],
        "rows_are_truth": [[1, 0, 0], [1, 1, 0], [0, 0, 1]],
        "left_out": 0,
    }
    bright = metrics["classes"]["bright"]
    assert (bright["precision"], bright["recall"], bright["support"]) == (1.0, 0.5, 2)
    assert bright["f1"] == round(2 / 3, 4)
    assert bright["auroc"] == 1.0
    assert bright["intervals"]["recall"] == [0.0945, 0.9055]
    assert metrics["averages"]["macro"] == {"precision": 1.0, "recall": 0.75, "f1": round((2 / 3 + 1) / 2, 4)}
    assert metrics["averages"]["weighted"]["recall"] == round(2 / 3, 4)
    assert metrics["clean_frames"]["gate_open_share"] == 0.0
    assert metrics["clean_frames"]["drawn_share"] is None
    # One defective frame of three scores below none of the clean ones: 0.8, 0.3 and 0.9 against 0.2.
    assert metrics["defect_auroc"] == 1.0
    assert "iou" not in bright
    assert evaluation.frames[0].name == "b"
    json.dumps(metrics, allow_nan=False)


def test_frames_with_labels_alone_are_measured_by_their_classes(predictor):
    steel = make_collection(8)
    alone = Collection(
        TAXONOMY,
        steel.names,
        steel.images,
        tuple(empty_stack(64, 64, 2) for _ in steel.images),
        labels=tuple(tuple(np.flatnonzero(row) + 1) for row in steel.presence),
    )
    metrics = evaluate(predictor, alone).metrics
    assert metrics["drawn"] is False
    assert metrics["accuracy"] == 1.0
    assert "mean_iou" not in metrics
    assert clean_regions(alone) == []


def test_a_class_without_a_frame_is_null_and_not_zero(predictor):
    steel = make_collection(8)
    dark = steel.subset([row for row in range(8) if not steel.presence[row, 0]])
    row = evaluate(predictor, dark).metrics["classes"]["bright"]
    for figure in ("recall", "precision", "f1", "auroc", "iou", "dice", "pixel_recall", "foreground_dice"):
        assert row[figure] is None, figure
    assert row["support"] == row["pixel_support"] == 0
    assert row["intervals"]["recall"] is None


def test_ignored_pixels_count_nowhere(tmp_path):
    """A bright square lies in what is ignored; what is drawn there is neither right nor wrong."""
    bright, _ = TAXONOMY.classes
    taxonomy = Taxonomy("ignoring", (bright, DefectClass(2, "dark", "Dark", "#56b4e9", role=Role.IGNORE)))
    spec = brightness_spec(taxonomy=taxonomy)
    bundle = write_bundle(tmp_path / "ignoring", spec, {"w": np.zeros(1, np.float32)}, "card")
    image = np.full((64, 64), 110, np.uint8)
    image[10:20, 10:20] = image[40:50, 40:50] = 240
    stack = empty_stack(64, 64, 2)
    stack[10:20, 10:20] = 1
    stack[38:52, 38:52] = 3
    collection = Collection(taxonomy, ("half",), (image,), (stack,))
    metrics = evaluate(Predictor(bundle, BrightnessRuntime()), collection).metrics
    assert list(metrics["classes"]) == ["bright"]
    row = metrics["classes"]["bright"]
    assert (row["iou"], row["pixel_support"], row["pixel_precision"]) == (1.0, 100, 1.0)
    assert metrics["mean_iou"] == 1.0
    assert np.sum(metrics["confusion_px"]["rows_are_truth"]) == 64 * 64 - 14 * 14
    ignored_alone = Collection(taxonomy, ("all",), (image,), (np.full((64, 64), 3, np.uint8),))
    assert evaluate(Predictor(bundle, BrightnessRuntime()), ignored_alone).metrics["classes"]["bright"]["support"] == 0


def test_pixels_ignored_without_a_class_count_as_those_with_one(tmp_path):
    bundle = write_bundle(tmp_path / "two", brightness_spec(), {"w": np.zeros(1, np.float32)}, "card")
    image = np.full((64, 64), 110, np.uint8)
    image[10:20, 10:20] = image[40:50, 40:50] = 240
    stack = empty_stack(64, 64, 2)
    stack[10:20, 10:20] = 1
    mask = np.zeros((64, 64), bool)
    mask[38:52, 38:52] = True
    for ignored, precision in (((), 0.5), ((mask,), 1.0)):
        collection = Collection(TAXONOMY, ("half",), (image,), (stack,), ignored=ignored)
        metrics = evaluate(Predictor(bundle, BrightnessRuntime()), collection).metrics
        assert metrics["classes"]["bright"]["pixel_precision"] == precision
        assert np.sum(metrics["confusion_px"]["rows_are_truth"]) == 64 * 64 - sum(map(np.count_nonzero, ignored))


def test_drawing_nothing_scores_what_the_report_says(predictor):
    metrics = evaluate(predictor, make_collection(12)).metrics
    # 24 pairs of frame and class, 9 of them with a defect.
    assert metrics["competition_dice_of_nothing"] == round(15 / 24, 4)


def test_other_classes_are_one_sentence(predictor):
    other = make_taxonomy("other", ("pits", "oil"))
    collection = Collection(other, ("a",), (CORNERS[0],), (empty_stack(64, 64, 2),))
    with pytest.raises(DataError, match="labelled with pits, oil and the bundle knows bright, dark"):
        evaluate(predictor, collection)
