"""``stripsight inspect``: the contract's files and exit codes, over folders with good and bad images."""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from tiny_bundle import TAXONOMY

from app import paths
from app.commands import inspect
from app.store import open_reader
from models.bundle import Bundle, open_bundle
from models.labels.kaggle import read_kaggle
from models.labels.masks import classes_present
from models.predictor import Overrides, Predictor
from models.runtimes.choice import choose_runtime

SIZE = (64, 96)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six good frames and every kind of bad one."""
    folder = tmp_path / "frames"
    folder.mkdir()
    for number in range(6):
        image = np.random.default_rng(number).integers(60, 160, SIZE, dtype=np.uint8)
        assert cv2.imwrite(str(folder / f"good{number}.png"), image)
    whole = (folder / "good0.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.png").write_text("not an image", encoding="utf-8")
    assert cv2.imwrite(str(folder / "dark.png"), np.zeros(SIZE, np.uint8))
    assert cv2.imwrite(str(folder / "tiny.png"), np.full((4, 4), 99, np.uint8))
    (folder / "notes.txt").write_text("no frame", encoding="utf-8")
    return folder


def _run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    inspect.add_parser(parser.add_subparsers())
    return inspect.run(parser.parse_args(["inspect", *map(str, words)]))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_frame_has_a_row_and_the_bad_ones_say_why(
    bundle: Bundle, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert _run(folder, "--model", bundle.folder, "--out", out, "--device", "openvino") == 0
    rows = {row["ImageId"]: row for row in _rows(out / "frames.csv")}
    assert list(_rows(out / "frames.csv")[0]) == [
        "ImageId", "verdict", "reason", "p_pits", "p_oil", "p_scale", "frame_ms",
    ]  # fmt: skip
    assert sorted(rows) == sorted(path.name for path in folder.iterdir() if path.suffix != ".txt")
    bad = {"cut.png", "empty.jpg", "text.png", "dark.png", "tiny.png"}
    errors = capsys.readouterr().err.splitlines()
    for name in bad:
        assert rows[name]["verdict"] == "not_inspected"
        assert rows[name]["reason"]
        assert (rows[name]["p_pits"], rows[name]["p_scale"]) == ("", "")
        assert len([line for line in errors if name in line]) == 1
    assert len(errors) == len(bad)
    for number in range(6):
        row = rows[f"good{number}.png"]
        assert row["verdict"] in {"pass", "review", "reject"}
        assert all(0 <= float(row[f"p_{name}"]) <= 1 for name in TAXONOMY.names)
        assert float(row["frame_ms"]) > 0
    assert {row["ImageId"] for row in _rows(out / "labels.csv")} <= set(rows) - bad


def test_labels_decode_to_exactly_the_masks_of_the_predictor(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert _run(folder, "--model", bundle.folder, "--out", out, "--device", "openvino") == 0
    labels = read_kaggle(out / "labels.csv")
    assert labels.problems == ()
    predictor = Predictor(bundle, choose_runtime(bundle, "openvino", paths.cache()))
    seen = set()
    for number in range(6):
        name = f"good{number}.png"
        image = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE)
        stack = predictor.predict(image).stack
        np.testing.assert_array_equal(labels.decode(name, SIZE, 3).stack, stack)
        seen |= set(classes_present(stack))
    predictor.close()
    assert seen == {1, 2}


def test_overlays_are_named_as_their_frames_and_coloured(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("--model", bundle.folder, "--out", out, "--device", "openvino", "--overlays")
    assert _run(folder, *words) == 0
    names = {path.name for path in (out / "overlays").iterdir()}
    assert names == {*(f"good{number}.png" for number in range(6)), "dark.png"}
    drawn = cv2.imread(str(out / "overlays" / "good0.png"), cv2.IMREAD_COLOR_RGB)
    assert drawn.shape == (*SIZE, 3)
    assert (drawn == TAXONOMY.by_id(1).rgb).all(axis=2).any() or (drawn == TAXONOMY.by_id(2).rgb).all(axis=2).any()


def test_a_recipe_changes_gates_and_verdicts(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "strict.toml"
    recipe.write_text("[class.pits]\ngate = 1.0\n[class.oil]\ngate = 1.0\n", encoding="utf-8")
    out = tmp_path / "out"
    words = ("--model", bundle.folder, "--out", out, "--device", "openvino", "--recipe", recipe)
    assert _run(folder, *words) == 0
    assert _rows(out / "labels.csv") == []
    predictor = Predictor(
        bundle, choose_runtime(bundle, "openvino", paths.cache()), Overrides(gates={"pits": 1.0, "oil": 1.0})
    )
    image = cv2.imread(str(folder / "good0.png"), cv2.IMREAD_GRAYSCALE)
    assert predictor.predict(image).components == ()
    predictor.close()


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("typo.toml", "[class.pits]\ngaet = 1\n", "class.pits.gaet"),
        ("foreign.toml", "[class.rust]\ngate = 1\n", "class 'rust'"),
        ("missing.toml", None, "missing.toml"),
    ],
)
def test_a_wrong_recipe_is_one_sentence_before_anything_is_written(
    bundle: Bundle,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    text: str | None,
    named: str,
) -> None:
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert _run(folder, "--model", bundle.folder, "--out", out, "--recipe", tmp_path / name) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert named in errors[0]
    assert not out.exists()


def test_a_folder_of_bad_images_alone_ends_with_1(
    bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"")
    (folder / "b.png").write_text("x", encoding="utf-8")
    out = tmp_path / "out"
    assert _run(folder, "--model", bundle.folder, "--out", out, "--device", "openvino") == 1
    assert [row["verdict"] for row in _rows(out / "frames.csv")] == ["not_inspected"] * 2
    assert "None of the 2 frame(s)" in capsys.readouterr().err


def test_a_name_with_a_line_break_costs_its_own_frame_only(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    try:
        shutil.copy(folder / "good0.png", folder / "a\nb.png")
    except OSError:
        pytest.skip("this file system takes no line break in a name")
    out = tmp_path / "out"
    assert _run(folder, "--model", bundle.folder, "--out", out, "--device", "openvino", "--overlays") == 0
    rows = {row["ImageId"]: row for row in _rows(out / "frames.csv")}
    assert (rows["a\\nb.png"]["verdict"], rows["a\\nb.png"]["reason"]) == ("not_inspected", "bad_name")
    assert len(rows) == 12


def test_an_out_that_is_a_file_is_one_sentence(
    bundle: Bundle, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("in the way", encoding="utf-8")
    assert _run(folder, "--model", bundle.folder, "--out", tmp_path / "out") == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert str(tmp_path / "out") in errors[0]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_one_sentence(
    bundle: Bundle, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "frames.csv").symlink_to("/dev/full")
    assert _run(folder, "--model", bundle.folder, "--out", out) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert "No space left" in errors[0]
    assert str(out) in errors[0]


def test_a_disk_that_fills_up_ends_the_run_and_keeps_what_was_written(
    bundle: Bundle, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (out / "overlays").mkdir(parents=True)
    # A folder where the third frame's overlay belongs stands for a write that fails in the midst of a run.
    (out / "overlays" / "good1.png").mkdir()
    words = ("--model", bundle.folder, "--out", out, "--device", "openvino", "--overlays")
    assert _run(folder, *words) == 1
    assert "could not be kept, so the line was stopped" in capsys.readouterr().err
    names = [row["ImageId"] for row in _rows(out / "frames.csv")]
    assert "good0.png" in names
    assert "good1.png" not in names


def test_a_model_that_cannot_run_here_ends_with_1(
    bundle: Bundle, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(bundle.folder, damaged)
    weights = bytearray((damaged / "weights.safetensors").read_bytes())
    weights[-1] ^= 1
    (damaged / "weights.safetensors").write_bytes(weights)
    assert _run(folder, "--model", damaged, "--out", tmp_path / "out") == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert "weights.safetensors" in errors[0]


def test_without_store_nothing_enters_the_store_and_with_it_everything(
    bundle: Bundle, folder: Path, tmp_path: Path
) -> None:
    words = (folder, "--model", bundle.folder, "--out", tmp_path / "out", "--device", "openvino")
    assert _run(*words) == 0
    assert not (paths.station_data() / "stripsight.db").exists()
    assert not list(paths.station_data().glob("*.db")) if paths.station_data().exists() else True
    assert _run(*words, "--store") == 0
    reader = open_reader(paths.station_data())
    try:
        (strip,) = reader.strips()
        assert strip.frames == 11
        assert {kind.value: count for kind, count in strip.counts.items()}["not_inspected"] == 5
        assert strip.ended_utc is not None
    finally:
        reader.close()


def test_the_simulated_line_loses_nothing_here(bundle: Bundle, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("sim:demo", "--model", bundle.folder, "--out", out, "--device", "openvino", "--frames", "5")
    assert _run(*words) == 0
    rows = _rows(out / "frames.csv")
    assert len(rows) == 5
    assert all(row["verdict"] != "not_inspected" for row in rows)


def test_another_engine_and_a_number_that_is_none_are_wrong_calls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("folder", "--model", "tiny", "--out", tmp_path)
    assert _run(*words, "--engine", "ray") == 2
    assert "'ray' is not in this version" in capsys.readouterr().err
    with pytest.raises(SystemExit) as caught:
        _run(*words, "--frames", "0")
    assert caught.value.code == 2


def _process(bundle: Bundle, source: str | Path, out: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app", "inspect", str(source), "--model", str(bundle.folder), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--device", "openvino", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts background jobs deaf to Ctrl-C, and these tests may run in one.
        preexec_fn=_hear_interrupts if os.name == "posix" else None,  # noqa: PLW1509 - no other thread runs here
    )


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_as_a_process_of_its_own(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    process = _process(bundle, folder, tmp_path / "out")
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    assert "Traceback" not in stderr
    assert "11 frame(s)" in stdout
    assert "OpenVINO" in stdout
    assert len(_rows(tmp_path / "out" / "frames.csv")) == 11


@pytest.mark.parametrize("deadly", [signal.SIGINT, signal.SIGKILL] if os.name == "posix" else [])
def test_a_run_broken_off_leaves_whole_frames(bundle: Bundle, tmp_path: Path, deadly: signal.Signals) -> None:
    out = tmp_path / "out"
    process = _process(bundle, "sim:demo", out)
    frames = out / "frames.csv"
    try:
        while not frames.exists() or frames.read_bytes().count(b"\n") < 3:
            assert process.poll() is None, process.communicate()
        process.send_signal(deadly)
        _, stderr = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == (1 if deadly is signal.SIGINT else -9)
    assert "Traceback" not in stderr
    complete = frames.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()[1:]
    names = [row.split(",")[0] for row in complete]
    assert len(names) >= 2
    assert len(set(names)) == len(names)
    labels = read_kaggle(out / "labels.csv")
    size = (256, 1600)
    assert all(labels.decode(name, size, 3).complete or name not in labels.frames for name in names)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["demo-strip", "neu-strip"])
def test_a_shipped_bundle_inspects_real_frames(name: str, real_data: Path, tmp_path: Path) -> None:
    if not (paths.resources() / "bundles" / name).is_dir():
        pytest.skip(f"bundle {name} is not here; train it with stripsight train resources/plans/{name}.toml")
    out = tmp_path / "out"
    source = real_data / "severstal" / "train_images"
    assert _run(source, "--model", name, "--out", out, "--overlays") == 0
    rows = _rows(out / "frames.csv")
    assert len(rows) == len(list(source.glob("*.jpg")))
    assert len(list((out / "overlays").iterdir())) == len(rows)
    taxonomy = open_bundle(name, paths.bundle_folders()).spec.taxonomy
    assert [key for key in rows[0] if key.startswith("p_")] == [f"p_{each}" for each in taxonomy.names]
