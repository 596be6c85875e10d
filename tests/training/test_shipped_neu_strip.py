"""The shipped neu-strip bundle against the data it was made from, where that is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from models.bundle import open_bundle
from models.data.splits import split_by_content
from models.evaluation.evaluation import evaluate
from models.predictor import Predictor
from models.runtimes.torch_runtime import TorchRuntime
from models.training.plan import read_plan

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
EVERY = 4
"""Every fourth frame of the test part is enough to see a wrong bundle, and takes a quarter of the time."""


@pytest.fixture(scope="module")
def test_part():
    folder = os.environ.get("STRIPSIGHT_DATA")
    if not folder or not (Path(folder) / "neu_seg").is_dir():
        pytest.skip("STRIPSIGHT_DATA is not set to a folder with neu_seg")
    from models.data.readers import read_collection

    plan = read_plan(RESOURCES / "plans" / "neu-strip.toml")
    collection = read_collection(plan.data)
    split = split_by_content(collection, plan.data.validation_share, plan.data.test_share, plan.seed)
    return collection, split


@pytest.mark.slow
def test_the_split_is_the_one_the_card_tells(test_part):
    collection, split = test_part
    data = open_bundle(RESOURCES / "bundles" / "neu-strip").spec.data
    assert collection.sha256() == data["sha256"]
    assert split.sha256 == data["split_sha256"]


@pytest.mark.slow
def test_it_is_as_good_on_frames_it_never_saw_as_its_card_says(test_part):
    collection, split = test_part
    bundle = open_bundle(RESOURCES / "bundles" / "neu-strip")
    predictor = Predictor(bundle, TorchRuntime(bundle, "cpu"))
    measured = evaluate(predictor, collection.subset(split.test[::EVERY])).metrics["mean_iou"]
    assert measured == pytest.approx(bundle.spec.metrics["mean_iou"], abs=0.05)
    assert bundle.spec.metrics["mean_iou"] >= 0.78
