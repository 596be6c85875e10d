"""The workstation as ``make run`` starts it where there is no display: real process, shipped bundle, real files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from app.settings import DATA_FOLDER, Settings
from app.store import InspectionFilter, open_reader
from app.words.inspection import VerdictKind
from models.data.strip import find_preset

FRAMES = 6


def workstation(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    without = ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")
    environment = {key: value for key, value in os.environ.items() if key not in without}
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env={**environment, "STRIPSIGHT_HOME": str(home)},
    )


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    folder = tmp_path / "frames"
    folder.mkdir()
    preset = find_preset("worst")
    assert preset is not None
    renderer = preset.renderer(seed=5)
    for number in range(FRAMES - 1):
        cv2.imwrite(str(folder / f"frame{number}.png"), renderer.render(number).image)
    (folder / f"frame{FRAMES - 1}.png").write_bytes(b"")
    return folder


def test_it_inspects_saves_what_it_shows_and_keeps_every_frame(frames: Path, tmp_path: Path, home: Path) -> None:
    picture = tmp_path / "window.png"
    answer = workstation(
        "--source",
        str(frames),
        "--model",
        "demo-strip",
        "--without-display",
        "200",
        "--screenshot",
        str(picture),
        home=home,
    )
    assert answer.returncode == 0, answer.stderr
    assert "Traceback" not in answer.stderr
    assert f"{FRAMES} frames inspected" in answer.stdout
    assert "1 not inspected" in answer.stdout
    shown = cv2.imread(str(picture))
    assert shown is not None
    assert shown.shape == (1080, 1920, 3)
    assert len(set(map(tuple, shown.reshape(-1, 3)[::997]))) > 20, "the window is blank"
    reader = open_reader(Path(Settings()[DATA_FOLDER]))
    try:
        assert reader.count(InspectionFilter()) == FRAMES
        assert reader.count_by_verdict(InspectionFilter())[VerdictKind.NOT_INSPECTED] == 1
        assert [strip.source for strip in reader.strips()] == [str(frames)]
    finally:
        reader.close()


def test_a_source_that_is_not_there_ends_it_with_1_and_a_sentence(tmp_path: Path, home: Path) -> None:
    missing = tmp_path / "nowhere"
    answer = workstation("--source", str(missing), "--without-display", "5", home=home)
    assert answer.returncode == 1
    assert str(missing) in answer.stdout + answer.stderr
    assert "Traceback" not in answer.stderr


def test_without_a_display_it_says_what_to_do(home: Path) -> None:
    answer = workstation("--source", "sim:demo", home=home)
    assert answer.returncode == 1
    assert "display" in answer.stderr
    assert "--without-display" in answer.stderr
