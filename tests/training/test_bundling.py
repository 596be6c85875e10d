"""The whole way from a plan to a bundle and what lies beside it."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from made_up_steel import CLASSES, make_collection, write_index_folder
from tiny_trainings import DRAWS, TELLS, TELLS_MANY, scheduled

from models.data.collection import DataError
from models.data.readers import DataPlan
from models.evaluation.evaluation import evaluate
from models.labels.kaggle import read_kaggle
from models.networks.registry import NetworkError
from models.predictor import Predictor
from models.runtimes.torch_runtime import TorchRuntime
from models.training import bundling
from models.training.bundling import beside, train_bundle, with_seed
from models.training.checkpoint import CheckpointError
from models.training.parts import read_parts
from models.training.plan import LoggingPlan, NetworkPlan, Plan, PlanError, RunPlan, ValidationPlan
from models.training.trainer import STATE_FILE

FRAMES = 40


@pytest.fixture(scope="module")
def steel(tmp_path_factory) -> Path:
    return write_index_folder(tmp_path_factory.mktemp("data") / "steel", make_collection(FRAMES, seed=4))


def _on(steel: Path, plan: Plan, **data) -> Plan:
    shares = {"validation_share": 0.2, "test_share": 0.2}
    return replace(plan, data=replace(plan.data, folder=str(steel), **{**shares, **data}))


def _train(plan: Plan, folder: Path):
    return train_bundle(plan, folder, "stripsight train made-up.toml", "cpu")


@pytest.mark.parametrize("plan", [TELLS, TELLS_MANY], ids=["one class", "several"])
def test_a_classifier_becomes_a_bundle(tmp_path, steel, plan):
    plan = scheduled(_on(steel, plan), epochs=12, batch_size=8, max_learning_rate=1e-2)
    bundle = _train(plan, tmp_path / "bundle")
    spec = bundle.spec
    assert (spec.task, spec.multiple_px, spec.exclusive) == ("classify", 8, plan.data.exclusive)
    assert spec.pixel_thresholds == {}
    assert spec.metrics["frames"] == spec.data["test_frames"] == 8
    assert spec.metrics["accuracy"] >= 0.5
    assert set(spec.metrics["classes"]) == set(CLASSES)
    assert spec.training["metric"] == ("accuracy" if plan.data.exclusive else "auroc")
    for words in ("| id | class | gate |", "Accuracy", "mean AUROC", "of the test part"):
        assert words in bundle.card
    predictor = Predictor(bundle, TorchRuntime(bundle, "cpu"))
    prediction = predictor.predict(make_collection(2).images[1])
    assert set(prediction.probabilities) == {1, 2}
    assert not prediction.stack.any()
    assert not beside(tmp_path / "bundle", "unfinished").exists()


def test_a_classifier_behind_a_front_end_becomes_a_bundle_that_draws_regions(tmp_path, steel):
    run = RunPlan(tile_px=(64, 64), overlap_px=16, front_end="shadow_regions", report=True)
    plan = scheduled(replace(_on(steel, TELLS), run=run), epochs=12, batch_size=8, max_learning_rate=1e-2)
    bundle = _train(plan, tmp_path / "bundle")
    assert (bundle.spec.task, bundle.spec.front_end, bundle.spec.draws) == ("classify", "shadow_regions", True)
    # A bright square and a dark disc on one strip, which no whole frame could name: the network names one region each.
    strip = np.random.default_rng(3).normal(110, 12, (128, 320)).clip(0, 255).astype(np.uint8)
    strip[20:39, 40:59] = 235
    cv2.circle(strip, (260, 90), 10, 15, -1)
    predictor = Predictor(bundle, TorchRuntime(bundle, "cpu"))
    pieces = predictor.predict(strip).components
    assert {piece.class_id: piece.box_px for piece in pieces} == {
        1: pytest.approx((40, 20, 19, 19), abs=4),
        2: pytest.approx((250, 80, 21, 21), abs=4),
    }
    assert predictor.predict(np.full((128, 320), 110, np.uint8)).components == ()
    # The card's figures are those of the regions drawn, not of the network on whole frames.
    parts = read_parts(plan)[0]
    again = evaluate(predictor, parts.test).metrics
    assert bundle.spec.metrics["mean_iou"] == again["mean_iou"] > 0.6
    assert bundle.spec.metrics["accuracy"] == again["accuracy"] >= 0.7
    assert f"Mean IoU {again['mean_iou']:.3f} (with background)" in bundle.card
    assert "A region has one class." in bundle.card
    report = (beside(tmp_path / "bundle", "report") / "report.html").read_text(encoding="utf-8")
    assert "Labelled pixels" in report
    assert "Other pixel thresholds" not in report


def test_a_segmenter_becomes_a_bundle_that_looks_in_flips(tmp_path, steel):
    plan = replace(_on(steel, DRAWS), run=RunPlan(test_time=("horizontal", "vertical")))
    bundle = _train(plan, tmp_path / "bundle")
    assert bundle.spec.network == "flipped"
    assert bundle.spec.network_options["flips"] == ["horizontal", "vertical"]
    image = make_collection(2).images[1]
    predictor = Predictor(bundle, TorchRuntime(bundle, "cpu"))
    one, mirrored = predictor.predict(image), predictor.predict(image[:, ::-1].copy())
    assert one.probabilities == pytest.approx(mirrored.probabilities, abs=1e-5)


@pytest.mark.slow
def test_a_bundle_that_looks_in_flips_runs_on_openvino(tmp_path, steel):
    from models.runtimes.choice import choose_runtime

    plan = replace(_on(steel, scheduled(DRAWS, epochs=1)), run=RunPlan(test_time=("horizontal",)))
    bundle = _train(plan, tmp_path / "bundle")
    image = make_collection(2).images[1]
    by_torch = Predictor(bundle, TorchRuntime(bundle, "cpu")).predict(image).probabilities
    runtime = choose_runtime(bundle, "openvino", tmp_path / "cache")
    assert Predictor(bundle, runtime).predict(image).probabilities == pytest.approx(by_torch, abs=0.02)


def test_thresholds_are_the_plans_where_it_does_not_want_them_tuned(tmp_path, steel):
    plan = replace(_on(steel, scheduled(DRAWS, epochs=1)), validation=ValidationPlan(tune=False, threshold=0.3))
    spec = _train(plan, tmp_path / "bundle").spec
    assert spec.gates == spec.pixel_thresholds == dict.fromkeys(CLASSES, 0.3)
    assert spec.min_area_px == dict.fromkeys(CLASSES, 0)


def test_all_folds_give_a_cross_validated_figure(tmp_path, steel, capsys):
    plan = replace(_on(steel, TELLS), validation=ValidationPlan("kfold", folds=3, fold=-1))
    bundle = _train(plan, tmp_path / "bundle")
    figure = bundle.spec.metrics["cross_validation"]
    assert (figure["metric"], len(figure["folds"])) == ("accuracy", 3)
    assert figure["mean"] == pytest.approx(sum(figure["folds"]) / 3, abs=1e-4)
    assert bundle.spec.data["fold"] == figure["folds"].index(max(figure["folds"]))
    assert (
        f"Cross-validated accuracy over 3 folds: {figure['mean']} ± {figure['deviation']}." in capsys.readouterr().err
    )
    assert "Cross-validated over 3 folds" in bundle.card
    assert "Every frame was dealt for itself" in bundle.card


def test_folds_that_were_finished_are_not_trained_again(tmp_path, steel, monkeypatch):
    plan = replace(_on(steel, TELLS), validation=ValidationPlan("kfold", folds=3, fold=-1))
    whole = _train(plan, tmp_path / "whole")
    train, calls = bundling.train, []

    def stopping(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return train(*arguments)

    monkeypatch.setattr(bundling, "train", stopping)
    with pytest.raises(KeyboardInterrupt):
        _train(plan, tmp_path / "stopped")
    first = tmp_path / "stopped.unfinished" / "fold-0" / STATE_FILE
    written = first.stat().st_mtime_ns
    monkeypatch.setattr(bundling, "train", train)
    monkeypatch.setattr(bundling.shutil, "rmtree", lambda *arguments, **keys: None)
    resumed = _train(plan, tmp_path / "stopped")
    assert first.stat().st_mtime_ns == written
    assert resumed.spec.metrics["cross_validation"] == whole.spec.metrics["cross_validation"]


def test_what_was_measured_on_frames_that_were_seen_says_so(tmp_path, steel):
    plan = scheduled(_on(steel, TELLS, test_share=0.0), epochs=1)
    bundle = _train(plan, tmp_path / "one")
    assert bundle.spec.data["measured_on"] == "validation"
    assert "figures are a little better than on new steel" in bundle.card
    plan = scheduled(plan, train_on_all=True, keep="last")
    bundle = _train(plan, tmp_path / "all")
    assert bundle.spec.data["measured_on"] == "train"
    assert bundle.spec.metrics["frames"] == FRAMES
    assert "say nothing of new steel" in bundle.card
    assert bundle.spec.gates == dict.fromkeys(CLASSES, 0.5)


def test_a_plan_that_wants_no_bundle_leaves_none(tmp_path, steel, capsys):
    plan = replace(_on(steel, scheduled(TELLS, epochs=1)), run=RunPlan(bundle=False))
    assert _train(plan, tmp_path / "bundle") is None
    assert list(tmp_path.iterdir()) == []
    assert "validation accuracy" in capsys.readouterr().err


def test_a_fresh_seed_is_drawn_kept_and_told(tmp_path, steel):
    plan = replace(_on(steel, scheduled(TELLS, epochs=1)), seed=-1)
    seeds = {_train(plan, tmp_path / name).spec.training["plan"]["seed"] for name in ("one", "two")}
    assert len(seeds) == 2
    assert min(seeds) >= 0
    unfinished = tmp_path / "three.unfinished"
    drawn = with_seed(plan, unfinished).seed
    assert with_seed(plan, unfinished).seed == drawn
    (unfinished / "seed.json").write_text("?")
    with pytest.raises(CheckpointError, match=r"seed\.json cannot be read .*; delete it to begin the training again"):
        with_seed(plan, unfinished)


def _images(folder: Path) -> Path:
    folder.mkdir()
    collection = make_collection(6, seed=8)
    for name, image in zip(collection.names, collection.images, strict=True):
        assert cv2.imwrite(str(folder / name), image)
    return folder


@pytest.mark.parametrize("plan", [DRAWS, TELLS], ids=["draws", "tells"])
def test_unlabelled_frames_are_scored_into_a_submission(tmp_path, steel, plan):
    images = _images(tmp_path / "unlabelled")
    plan = scheduled(_on(steel, plan), epochs=12, batch_size=8, max_learning_rate=1e-2)
    _train(replace(plan, run=RunPlan(predict=str(images))), tmp_path / "bundle")
    with (tmp_path / "bundle.predictions" / "submission.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["ImageId_ClassId"] for row in rows] == [f"{n:03d}.png_{k}" for n in range(6) for k in (1, 2)]
    cells = {row["EncodedPixels"] for row in rows}
    assert "" in cells
    if plan.network == TELLS.network:
        assert cells == {"", "1 4096"}
    assert read_kaggle(tmp_path / "bundle.predictions" / "submission.csv").problems == ()
    with (tmp_path / "bundle.predictions" / "probabilities.csv").open(newline="") as stream:
        table = list(csv.DictReader(stream))
    assert list(table[0]) == ["ImageId", "p_bright", "p_dark"]
    assert all(0 <= float(row["p_dark"]) <= 1 for row in table)
    assert len(table) == 6


def test_a_report_lies_beside_the_bundle_where_asked(tmp_path, steel):
    plan = replace(_on(steel, scheduled(TELLS, epochs=1)), run=RunPlan(report=True))
    bundle = _train(plan, tmp_path / "bundle")
    metrics = json.loads((tmp_path / "bundle.report" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["frames"] == bundle.spec.metrics["frames"]
    assert (tmp_path / "bundle.report" / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")


def test_what_the_training_was_like_is_logged(tmp_path, steel):
    event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    for plan, name in ((DRAWS, "draws"), (TELLS, "tells")):
        logged = replace(_on(steel, plan), logging=LoggingPlan("tensorboard", images=3, project="runs"))
        _train(logged, tmp_path / name)
        log = event_accumulator.EventAccumulator(str(tmp_path / "runs" / f"{name}.log"))
        log.Reload()
        tags = log.Tags()
        assert {"loss/all", "loss/classes", "rate/0", "validation/loss", "validation/f1"} <= set(tags["scalars"])
        losses = log.Scalars("loss/all")
        assert [point.step for point in losses] == list(range(12))
        assert len(log.Scalars("validation/loss")) == 2
        assert len(tags["images"]) == 3
        first = log.Images(tags["images"][0])
        assert len(first) == 2
        # Drawn: input, truth and output side by side. Told: input and truth with both in words below.
        assert (first[0].width, first[0].height) == ((192, 64) if name == "draws" else (64, 176))


def test_a_bundle_to_start_from(tmp_path, steel, capsys):
    first = _train(_on(steel, scheduled(TELLS, epochs=1)), tmp_path / "first")
    more = _on(
        steel, scheduled(replace(TELLS, network=replace(TELLS.network, start=str(tmp_path / "first"))), epochs=1)
    )
    capsys.readouterr()
    second = _train(more, tmp_path / "more")
    assert second.spec.training["start"] == {"name": first.name, "sha256": first.sha256}
    assert first.sha256 in second.card
    assert first.spec.training["start"] is None
    assert f"of bundle '{first.name}'" not in capsys.readouterr().err
    other = replace(TELLS.network, options={**TELLS.network.options, "hidden": [6]}, start=str(tmp_path / "first"))
    _train(_on(steel, scheduled(replace(TELLS, network=other), epochs=1)), tmp_path / "other")
    told = capsys.readouterr().err
    assert "tensors start from bundle 'made-up'; fresh are head." in told
    nothing = replace(DRAWS.network, start=str(tmp_path / "first"))
    with pytest.raises(NetworkError, match=r"network\.start: nothing of bundle 'made-up' fits"):
        _train(_on(steel, replace(DRAWS, network=nothing)), tmp_path / "nothing")
    missing = replace(TELLS.network, start=str(tmp_path / "missing"))
    with pytest.raises(NetworkError, match=r"network\.start: There is no bundle"):
        _train(_on(steel, replace(TELLS, network=missing)), tmp_path / "nothing")


def test_what_does_not_go_together_is_named_before_or_after_reading(tmp_path, steel):
    wrong = replace(DRAWS, augmentation=replace(DRAWS.augmentation, size_px=(40, 40)))
    with pytest.raises(PlanError, match=r"augmentation\.size_px must be two multiples of 16; network 'unet'"):
        _train(_on(Path("nowhere"), wrong), tmp_path / "bundle")
    folders = tmp_path / "folders"
    for name in CLASSES:
        _images_of_class(folders / name)
    data = DataPlan("class_folders", "made-up", CLASSES, str(folders), validation_share=0.2, test_share=0.2)
    with pytest.raises(DataError, match="'class_folders' tells classes alone, and network 'unet' learns masks"):
        _train(replace(DRAWS, data=data), tmp_path / "bundle")
    bundle = _train(
        scheduled(replace(TELLS, data=data, validation=ValidationPlan("frame")), epochs=1), tmp_path / "told"
    )
    assert bundle.spec.metrics["frames"] == bundle.spec.data["test_frames"] > 0


def _images_of_class(folder: Path) -> None:
    folder.mkdir(parents=True)
    collection = make_collection(20, seed=len(folder.name))
    for name, image in zip(collection.names, collection.images, strict=True):
        assert cv2.imwrite(str(folder / name), image)


def test_layers_that_cannot_be_frozen_are_named(tmp_path, steel):
    with pytest.raises(NetworkError, match=r"schedule\.freeze: the network has no layer 'encoder'; its first ones are"):
        _train(_on(steel, scheduled(TELLS, freeze=("encoder",))), tmp_path / "bundle")


def test_a_resize_at_inference_is_the_networks_own(tmp_path, steel):
    network = NetworkPlan("plain_cnn", options={"widths": [4, 8], "hidden": [8]})
    plan = _on(steel, scheduled(replace(TELLS, network=network), epochs=1))
    plan = replace(plan, augmentation=replace(plan.augmentation, inference=({"name": "Resize", "size": [16, 16]},)))
    assert _train(plan, tmp_path / "bundle").spec.network_options["input_px"] == [16, 16]
