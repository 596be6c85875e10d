"""The shipped neu-strip bundle against the data it was made from, where that is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.bundle import open_bundle
from models.evaluation.evaluation import evaluate
from models.predictor import Predictor
from models.runtimes.torch_runtime import TorchRuntime
from models.training.parts import read_parts
from models.training.plan import read_plan

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
EVERY = 4
"""Every fourth frame of the test part is enough to see a wrong bundle, and takes a quarter of the time."""


@pytest.fixture(scope="module")
def parts():
    folder = os.environ.get("STRIPSIGHT_DATA")
    if not folder or not (Path(folder) / "neu_seg").is_dir():
        pytest.skip("STRIPSIGHT_DATA is not set to a folder with neu_seg")
    return read_parts(read_plan(RESOURCES / "plans" / "neu-strip.toml"))[0]


@pytest.mark.slow
def test_the_split_is_the_one_the_card_tells(parts):
    data = open_bundle(RESOURCES / "bundles" / "neu-strip").spec.data
    assert parts.sha256 == data["sha256"]
    assert parts.split.sha256 == data["split_sha256"]


@pytest.mark.slow
def test_it_is_as_good_on_frames_it_never_saw_as_its_card_says(parts):
    bundle = open_bundle(RESOURCES / "bundles" / "neu-strip")
    predictor = Predictor(bundle, TorchRuntime(bundle, "cpu"))
    some = parts.test.subset(range(0, len(parts.test), EVERY))
    measured = evaluate(predictor, some).metrics["mean_iou"]
    assert measured == pytest.approx(bundle.spec.metrics["mean_iou"], abs=0.05)
    assert bundle.spec.metrics["mean_iou"] >= 0.82
