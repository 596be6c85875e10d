"""``evaluate`` and ``models compare``, called as a person calls them, on a real tiny network."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.commands import evaluate, models
from models.bundle import Bundle, write_bundle
from models.labels.taxonomy import make_taxonomy

CLASSES = ("pits", "oil", "scale")


def main(*words: object) -> int:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers(dest="command")
    evaluate.add_parser(subparsers)
    models.add_parser(subparsers)
    arguments = parser.parse_args([str(word) for word in words])
    return evaluate.run(arguments) if arguments.command == "evaluate" else models.run(arguments)


def _images(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(2)
    return [random.normal(110, 30, (64, 96)).clip(0, 255).astype(np.uint8) for _ in range(count)]


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    """Six frames: pits in the left half of three, scale in the right half of two, one clean."""
    folder = tmp_path / "masks-and-images"
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    for number, image in enumerate(_images(6)):
        index = np.zeros((64, 96), np.uint8)
        if number < 3:
            index[:, :48] = 1
        elif number < 5:
            index[:, 48:] = 3
        assert cv2.imwrite(str(folder / "images" / f"{number}.png"), image)
        assert cv2.imwrite(str(folder / "masks" / f"{number}.png"), index)
    return folder


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A folder of images a class, and one of clean ones."""
    names = (*CLASSES, "good")
    for number, image in enumerate(_images(8)):
        place = tmp_path / "by-class" / names[number % 4]
        place.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(place / f"{number}.png"), image)
    return tmp_path / "by-class"


@pytest.fixture
def stricter(bundle: Bundle, tmp_path: Path) -> Bundle:
    """The tiny bundle with its gates out of reach."""
    spec = replace(bundle.spec, name="stricter", gates=dict.fromkeys(CLASSES, 1.0))
    return write_bundle(tmp_path / "stricter", spec, bundle.load_weights(), "Stricter, for tests.")


def _error(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert "Traceback" not in text
    assert text.count("\n") == 1, text
    return text


def test_evaluate_measures_pixels_where_there_are_masks(bundle, masks, tmp_path, capsys) -> None:
    out = tmp_path / "report"
    assert main("evaluate", bundle.folder, "--data", masks, "--out", out, "--device", "openvino") == 0
    assert "on 6 frames." in capsys.readouterr().out
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    assert (metrics["bundle_sha256"], metrics["frames"], metrics["drawn"]) == (bundle.sha256, 6, True)
    # The gates of pits and oil let everything through, that of scale nothing.
    assert metrics["classes"]["pits"]["recall"] == 1.0
    assert metrics["classes"]["pits"]["precision"] == 0.5
    assert metrics["classes"]["scale"]["recall"] == 0.0
    assert metrics["classes"]["oil"]["recall"] is None
    assert metrics["classes"]["pits"]["pixel_support"] == 3 * 64 * 48
    assert metrics["classes"]["scale"]["pixel_recall"] == 0.0
    assert metrics["clean_frames"]["frames"] == 1
    assert metrics["time_ms"]["parts"]["classify"]["median_ms"] > 0
    assert (out / "report.html").read_text(encoding="utf-8").endswith("</html>")


def test_evaluate_takes_folders_of_classes(bundle, folders, tmp_path) -> None:
    words = ("evaluate", bundle.folder, "--data", folders, "--clean-folder", "good", "--device", "openvino")
    assert main(*words, "--out", tmp_path / "report") == 0
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text(encoding="utf-8"))
    assert (metrics["frames"], metrics["drawn"], metrics["clean_frames"]["frames"]) == (8, False, 2)
    assert "mean_iou" not in metrics
    assert {row["support"] for row in metrics["classes"].values()} == {2}


def test_evaluate_takes_folders_of_kinds_with_masks(bundle, tmp_path) -> None:
    """Of two frames of each kind one has an empty mask: its defect was seen, and nobody drew it."""
    for kind in (*CLASSES, "free"):
        for part in ("images", "masks"):
            (tmp_path / "kinds" / kind / part).mkdir(parents=True)
        for number, image in enumerate(_images(2)):
            assert cv2.imwrite(str(tmp_path / "kinds" / kind / "images" / f"{kind}{number}.jpg"), image)
            mask = np.zeros((64, 96), np.uint8)
            mask[:, : 20 * number * (kind != "free")] = 255
            assert cv2.imwrite(str(tmp_path / "kinds" / kind / "masks" / f"{kind}{number}.png"), mask)
    words = ("evaluate", bundle.folder, "--data", tmp_path / "kinds", "--clean-folder", "free", "--device", "openvino")
    assert main(*words, "--out", tmp_path / "report") == 0
    metrics = json.loads((tmp_path / "report" / "metrics.json").read_text(encoding="utf-8"))
    assert (metrics["frames"], metrics["drawn"], metrics["clean_frames"]["frames"]) == (8, True, 2)
    assert {row["support"] for row in metrics["classes"].values()} == {2}
    assert {row["pixel_support"] for row in metrics["classes"].values()} == {64 * 20}


@pytest.mark.slow
def test_compare_tells_what_got_worse(bundle, stricter, masks, tmp_path, capsys) -> None:
    words = ("models", "compare", bundle.folder, stricter.folder, "--data", masks, "--device", "openvino")
    assert main(*words, "--out", tmp_path / "comparison.html") == 0
    shown = capsys.readouterr().out
    assert "'stricter' is not safe to promote: it misses more of class pits (recall 0.000 against 1.000" in shown
    assert "Fewer than 30 frames hold" in shown
    rows = [line.split() for line in shown.splitlines()]
    assert ["Recall", "pits", "1.000", "0.000", "-1.000", "-1.000", "to", "-1.000", "worse"] in rows
    assert "stricter" in (tmp_path / "comparison.html").read_text(encoding="utf-8")

    assert main(*words, "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert value["promotion"]["safe"] is False
    assert value["main"] == "mean_dice"


def test_a_bundle_compared_with_itself_is_safe(bundle, masks, capsys) -> None:
    words = ("models", "compare", bundle.folder, bundle.folder, "--data", masks, "--device", "openvino", "--json")
    assert main(*words) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["promotion"]["safe"] is True
    assert {row["difference"] for row in value["figures"]} <= {0.0, None}


def test_bundles_of_other_classes_cannot_be_compared(bundle, masks, tmp_path, capsys) -> None:
    classes = ("pits", "oil", "rust")
    values = {name: dict.fromkeys(classes, 0.5) for name in ("gates", "pixel_thresholds")}
    spec = replace(
        bundle.spec, name="other", taxonomy=make_taxonomy("t", classes), min_area_px=dict.fromkeys(classes, 2), **values
    )
    other = write_bundle(tmp_path / "other", spec, bundle.load_weights(), "Other classes.")
    assert main("models", "compare", bundle.folder, other.folder, "--data", masks) == 1
    assert "'tiny' knows pits, oil, scale and bundle 'other' pits, oil, rust" in _error(capsys)


@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_what_cannot_be_measured_is_one_sentence(command, bundle, masks, tmp_path, capsys) -> None:
    out = ("--out", tmp_path / "out")
    start = ("evaluate",) if command == "evaluate" else ("models", "compare", bundle.folder)
    assert main(*start, "nowhere", "--data", masks, *out) == 1
    assert "There is no bundle 'nowhere'" in _error(capsys)
    assert main(*start, bundle.folder, "--data", tmp_path / "nothing", *out) == 1
    assert "images is not there" in _error(capsys)
    (masks / "masks" / "2.png").unlink()
    assert main(*start, bundle.folder, "--data", masks, *out) == 1
    assert "2.png has no mask" in _error(capsys)
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(bundle, masks, tmp_path, capsys) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file", encoding="utf-8")
    data = ("--data", masks, "--device", "openvino")
    assert main("evaluate", bundle.folder, *data, "--out", taken) == 1
    assert "taken cannot be written" in _error(capsys)
    assert main("models", "compare", bundle.folder, bundle.folder, *data, "--out", taken / "report.html") == 1
    assert "report.html cannot be written" in _error(capsys)
