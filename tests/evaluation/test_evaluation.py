from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from made_up_steel import CLASSES, make_collection

from models.bundle import BundleSpec, open_bundle, write_bundle
from models.data.collection import Collection
from models.evaluation.evaluation import clean_region_metrics, clean_regions, evaluate
from models.evaluation.report import overlay, report_html
from models.labels.masks import class_mask, empty_stack
from models.labels.taxonomy import make_taxonomy
from models.predictor import Predictor
from models.runtimes.base import Encoded
from models.training.card import write_card

TAXONOMY = make_taxonomy("made-up", CLASSES)


class BrightnessRuntime:
    """A runtime whose 'network' is brightness: class 1 above 200, class 2 below 40. Exact on made-up steel."""

    label = "brightness"
    reason = "It needs no weights."

    def classify(self, tiles):
        pixels = np.stack([tiles[:, 0] > 200 / 255, tiles[:, 0] < 40 / 255], axis=1).astype(np.float32)
        return Encoded(pixels.max(axis=(2, 3)), pixels)

    def segment(self, encoded, rows):
        return encoded.state[list(rows)]

    def close(self) -> None:
        pass


def _spec(**changes) -> BundleSpec:
    values = {
        "name": "made-up",
        "title": "Made-up steel",
        "network": "cascade",
        "taxonomy": TAXONOMY,
        "channels": 1,
        "mean": (0.0,),
        "std": (1.0,),
        "tile_px": (64, 64),
        "exclusive": True,
        "gates": dict.fromkeys(CLASSES, 0.5),
        "pixel_thresholds": dict.fromkeys(CLASSES, 0.5),
        "min_area_px": dict.fromkeys(CLASSES, 20),
    }
    return BundleSpec(**{**values, **changes})


@pytest.fixture
def predictor(tmp_path) -> Predictor:
    bundle = write_bundle(tmp_path / "made-up", _spec(), {"w": np.zeros(1, np.float32)}, "card")
    return Predictor(bundle, BrightnessRuntime())


def test_what_is_drawn_right_counts_as_right(predictor):
    evaluation = evaluate(predictor, make_collection(12))
    metrics = evaluation.metrics
    assert metrics["frames"] == 12
    assert metrics["mean_iou"] == pytest.approx(1.0, abs=0.01)
    assert metrics["classes"]["bright"]["support"] == 3
    assert metrics["classes"]["dark"]["support"] == 6
    assert metrics["clean_frames"] == {"frames": 3, "gate_open_share": 0.0, "drawn_share": 0.0}


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


def test_clean_regions_are_measured(predictor):
    measured = clean_region_metrics(predictor, make_collection(8, size=160))
    assert measured["gate_open_share"] == 0.0
    none = clean_region_metrics(predictor, make_collection(4, size=64))
    assert none["regions"] == 0
    assert none["gate_open_share"] is None


def test_the_report_stands_alone_and_escapes_names(predictor):
    collection = make_collection(6)
    named = Collection(TAXONOMY, ("<b>&.png", *collection.names[1:]), collection.images, collection.stacks[::-1])
    text = report_html("Made-up <steel>", evaluate(predictor, named), named)
    assert "Made-up &lt;steel&gt;" in text
    assert "<b>&.png" not in text
    assert 'src="data:image/png;base64,' in text
    assert "http" not in text
    assert text.count("<h2>") == 3


def test_overlays_colour_only_the_classes():
    image = np.full((4, 4), 100, np.uint8)
    stack = empty_stack(4, 4, 2)
    stack[0, 0] = 1
    painted = overlay(image, stack, TAXONOMY)
    tint = TAXONOMY.by_id(1).colour
    assert painted[0, 0].tolist() == [round((100 + int(tint[i : i + 2], 16)) / 2) for i in (1, 3, 5)]
    assert painted[1, 1].tolist() == [100, 100, 100]


def test_the_card_tells_figures_data_and_limits(predictor):
    metrics = evaluate(predictor, make_collection(12)).metrics
    spec = _spec(
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
