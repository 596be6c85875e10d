from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import pytest
from made_up_steel import make_collection, write_index_folder

from app.commands import evaluate, train
from models.bundle import open_bundle
from models.labels.kaggle import write_kaggle

PLAN = """
name = "made-up"
title = "Made-up steel"
seed = 3
limits = "Made-up steel alone."
[data]
reader = "index_folder"
folder = "${MADE_UP_STEEL}"
taxonomy = "made-up"
classes = ["bright", "dark"]
validation_share = 0.2
test_share = 0.2
source = "Made-up steel"
terms = "none"
[network]
encoder = "tu-regnetx_002"
decoder_channels = [16, 16, 8, 8, 8]
class_head_channels = 8
[augmentation]
size_px = [64, 64]
[schedule]
epochs = 1
batch_size = 8
precision = "32"
"""


def _parse(*words: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers(dest="command")
    train.add_parser(subparsers)
    evaluate.add_parser(subparsers)
    return parser.parse_args([str(word) for word in words])


@pytest.fixture
def steel(tmp_path) -> Path:
    return write_index_folder(tmp_path / "steel", make_collection(40, seed=4))


@pytest.fixture
def plan(tmp_path) -> Path:
    path = tmp_path / "made-up.toml"
    path.write_text(PLAN, encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_plan_becomes_a_bundle_that_can_be_evaluated(tmp_path, steel, plan, capsys, monkeypatch):
    monkeypatch.setenv("MADE_UP_STEEL", str(steel))
    out = tmp_path / "bundle"
    assert train.run(_parse("train", plan, "--out", out, "--device", "cpu")) == 0
    bundle = open_bundle(out)
    assert bundle.spec.taxonomy.names == ("bright", "dark")
    assert bundle.spec.metrics["frames"] == bundle.spec.data["test_frames"] > 0
    assert "stripsight train made-up.toml" in bundle.card
    assert str(tmp_path) not in bundle.card + (out / "bundle.json").read_text(encoding="utf-8")
    assert not out.with_name("bundle.unfinished").exists()
    assert "epoch 1 of 1" in capsys.readouterr().err

    words = ("evaluate", out, "--data", steel, "--out", tmp_path / "report", "--device", "torch")
    assert evaluate.run(_parse(*words)) == 0
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["frames"] == 40
    assert metrics["bundle_sha256"] == bundle.sha256
    assert (tmp_path / "report" / "report.html").read_text(encoding="utf-8").endswith("</html>")
    assert "on 40 frames" in capsys.readouterr().out

    labels = tmp_path / "labels.csv"
    collection = make_collection(40, seed=4)
    write_kaggle(labels, zip(collection.names, collection.stacks, strict=True), 2)
    kaggle = ("evaluate", out, "--data", steel / "images", "--labels", labels, "--unlabelled-are-clean")
    assert evaluate.run(_parse(*kaggle, "--out", tmp_path / "again", "--device", "torch")) == 0
    again = json.loads((tmp_path / "again" / "metrics.json").read_text(encoding="utf-8"))
    assert again["classes"] == metrics["classes"]


def _error(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert "Traceback" not in text
    assert text.count("\n") == 1, text
    return text


@pytest.mark.parametrize(
    ("harm", "code", "sentence"),
    [
        (lambda steel, plan: plan.unlink(), 2, "made-up.toml is not there"),
        (lambda steel, plan: plan.write_text(PLAN + "epoks = 3\n"), 2, "there is no key 'schedule.epoks'"),
        (
            lambda steel, plan: plan.write_text(PLAN.replace("64, 64", "40, 64")),
            2,
            "made-up.toml: augmentation.size_px",
        ),
        (lambda steel, plan: plan.write_text(PLAN.replace("encoder =", "encodr =")), 2, "no option 'network.encodr'"),
        (lambda steel, plan: (steel / "masks" / "003.png").unlink(), 1, "Image 003.png has no mask"),
        (lambda steel, plan: (steel / "images").rename(steel / "pictures"), 1, "images is not there"),
    ],
)
def test_what_cannot_be_trained_is_one_sentence(tmp_path, steel, plan, capsys, harm, code, sentence):
    harm(steel, plan)
    words = _parse("train", plan, "--images", steel, "--out", tmp_path / "bundle", "--device", "cpu")
    assert train.run(words) == code
    assert sentence in _error(capsys)
    assert not (tmp_path / "bundle").exists()


def test_data_that_is_named_nowhere_is_one_sentence(tmp_path, plan, capsys, monkeypatch):
    monkeypatch.delenv("MADE_UP_STEEL", raising=False)
    assert train.run(_parse("train", plan, "--out", tmp_path / "bundle")) == 1
    assert "MADE_UP_STEEL is not set; set it, or name the folder with --images" in _error(capsys)


def test_labels_of_images_that_are_not_there_are_one_sentence(tmp_path, steel, plan, capsys):
    labels = tmp_path / "labels.csv"
    labels.write_text("ImageId,ClassId,EncodedPixels\nelsewhere.png,1,1 3\n", encoding="utf-8")
    words = _parse("train", plan, "--images", steel / "images", "--labels", labels, "--out", tmp_path / "bundle")
    assert train.run(words) == 1
    assert "names 1 image(s) that are not in" in _error(capsys)


def test_training_without_torch_is_one_sentence(plan, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    assert train.run(_parse("train", plan)) == 1
    assert _error(capsys) == f"stripsight: {train.TORCH_MISSING}\n"


def test_a_gpu_that_is_not_there_is_one_sentence(plan, capsys):
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device here")
    assert train.run(_parse("train", plan, "--device", "cuda")) == 2
    assert "no CUDA device here" in _error(capsys)


def test_an_unknown_bundle_is_one_sentence(tmp_path, steel, capsys):
    assert evaluate.run(_parse("evaluate", "no-such", "--data", steel, "--out", tmp_path / "report")) == 1
    assert "There is no bundle 'no-such'" in _error(capsys)


def test_data_that_is_not_there_is_one_sentence(tmp_path, capsys):
    words = _parse("evaluate", "neu-strip", "--data", tmp_path / "nothing", "--out", tmp_path / "report")
    assert evaluate.run(words) == 1
    assert "images is not there" in _error(capsys)


def test_the_card_names_no_machine(plan):
    words = train.command_words(_parse("train", plan, "--images", "/somewhere/secret", "--labels", "/x/y.csv"))
    assert words == "stripsight train made-up.toml --images DIR --labels FILE"
