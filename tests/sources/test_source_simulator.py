"""The simulated line, and the spec that names a source."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from app.sources import KINDS, SourceError, open_source
from app.sources.simulator import SimulatorSource, open_simulator
from models.data.strip import PRESETS, find_preset


def test_frames_carry_their_place_on_the_strip() -> None:
    frames = list(open_source("sim:demo?frames=3&seed=4", pace=False).frames())
    assert [frame.name for frame in frames] == ["demo#000000", "demo#000001", "demo#000002"]
    assert [frame.along_mm for frame in frames] == [0.0, 800.0, 1600.0]
    assert {(frame.mm_per_px, frame.across_mm, frame.source) for frame in frames} == {(0.5, 0.0, "sim:demo")}
    preset = find_preset("demo")
    assert preset is not None
    assert frames[2].image is not None
    assert np.array_equal(frames[2].image, preset.renderer(4).render(2).image)


def test_paced_it_is_live_and_flat_out_it_waits() -> None:
    assert open_source("sim:demo").live
    assert not open_source("sim:demo?pace=0").live
    assert not open_source("sim:demo?pace=1", pace=False).live
    assert open_source("sim:demo?frames=7").length == 7
    assert open_source("sim:demo").length is None


def test_speed_sets_the_pace() -> None:
    source = open_simulator("demo?speed=2.5")
    assert source.frame_s == pytest.approx(0.8 / 2.5)


def test_a_paced_line_is_not_faster_than_its_strip() -> None:
    source = open_simulator("clean?speed=16&frames=6")
    times = [frame.time_utc.timestamp() for frame in source.frames()]
    # Five steps; after a slow rendering one may be made up for, never more.
    assert times[-1] - times[0] >= 0.9 * 4 * source.frame_s


def test_stop_ends_a_line_that_hardly_moves() -> None:
    source = open_simulator("clean?speed=0.0001")
    first = threading.Event()
    count = 0

    def take() -> None:
        nonlocal count
        for _ in source.frames():
            count += 1
            first.set()

    thread = threading.Thread(target=take, name="taking")
    thread.start()
    assert first.wait(20)
    source.stop()
    thread.join(timeout=20)
    assert not thread.is_alive()
    assert count == 1


@pytest.mark.parametrize("preset", [preset.name for preset in PRESETS])
def test_every_preset_runs(preset: str) -> None:
    source = open_source(f"sim:{preset}", limit=2, pace=False)
    assert len(list(source.frames())) == 2


def test_without_a_name_it_is_the_first_preset() -> None:
    source = open_source("sim:")
    assert isinstance(source, SimulatorSource)
    assert source.name == f"sim:{PRESETS[0].name}"


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("sim:moon", "There is no simulated line 'moon'; choose one of demo, clean"),
        ("sim:demo?speed=0", "above 0"),
        ("sim:demo?speed=fast", "is no number; give a speed"),
        ("sim:demo?speed=inf", "above 0"),
        ("sim:demo?seed=-1", "whole number from 0 up"),
        ("sim:demo?frames=0", "whole number from 1 up"),
        ("sim:demo?colour=red", "knows no 'colour'; it takes speed, seed, frames and pace"),
        ("genicam:1234", "GenICam cameras are not supported by this version; use camera:N"),
        ("camera:front", "write camera:0 for the first"),
        ("rtsp://", "write rtsp://ADDRESS/PATH"),
        ("rtsp://host:99999/x", "address or port cannot be"),
        ("gopher://x", "is no source StripSight knows; use one of sim:demo, camera:0"),
        ("no/such/folder", "There is no folder or file 'no/such/folder'; check the path"),
        ("x" * 5000, "There is no folder or file"),
        ("a\0b", "There is no folder or file"),
        ("  ", "No source is named; use one of"),
    ],
)
def test_a_spec_that_cannot_be_opened_says_why_and_what_to_do(spec: str, sentence: str) -> None:
    with pytest.raises(SourceError) as caught:
        open_source(spec)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_and_folders_that_are_no_source(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(SourceError, match="holds no images; StripSight reads png"):
        open_source(str(tmp_path))
    with pytest.raises(SourceError, match="neither an image nor a video"):
        open_source(str(tmp_path / "notes.txt"))


def test_wishes_that_contradict_each_other(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="choose one of the two"):
        open_source(str(tmp_path), loop=True, watch=True)
    with pytest.raises(SourceError, match="only a folder can be watched"):
        open_source("sim:demo", watch=True)
    with pytest.raises(SourceError, match="from 1 up"):
        open_source("sim:demo", limit=0)


def test_a_path_with_a_colon_is_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("coil:7")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes no colon in a name")
    with pytest.raises(SourceError, match="Folder 'coil:7' holds no images"):
        open_source("coil:7")


def test_the_list_of_kinds_names_each_once() -> None:
    assert len({kind.title for kind in KINDS}) == len(KINDS)
