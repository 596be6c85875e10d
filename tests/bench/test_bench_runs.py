"""Every bench once, small and for real: real files, store, window and networks, tiny ones."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from app.bench import strip_frames
from app.bench.bare import BareNetworks
from app.bench.bench import BENCHES, BenchError, Wishes, find_bench
from app.bench.figures import Report
from app.bench.lent import opened
from app.bench.memory import growth
from app.bench.preloaded_source import PreloadedSource
from app.bench.replayed import ReplayedRuntime
from models.bundle import Bundle


def _measured(name: str, bundle: Bundle, frames: int | None = None) -> Report:
    return find_bench(name).measure(Wishes(str(bundle.folder), "openvino", frames, short=True))


def _measured_as_shipped(name: str, frames: int | None = None) -> Report:
    return find_bench(name).measure(Wishes(device="openvino", frames=frames, short=True))


def test_every_bench_has_a_module_that_measures():
    for bench in BENCHES:
        assert callable(__import__(f"app.bench.{bench.name}", fromlist=["measure"]).measure)


def test_rle_is_measured_on_every_mask():
    figures = _rle_report().figures
    for key in ("rle_encode_to_pycocotools", "rle_decode_to_pycocotools"):
        parts = figures[key].parts
        assert {"sparse", "dense", "empty"} <= set(parts)
        assert figures[key].value == pytest.approx(min(parts[name].value for name in ("sparse", "dense", "empty")))
        assert len(figures[key].repeats) == 5


def test_without_pandas_the_row_is_left_out_and_said_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    report = _rle_report()
    assert "label_csv_to_pandas" not in report.figures
    assert "pandas is not installed" in report.notes[0]


def _rle_report() -> Report:
    return find_bench("rle").measure(Wishes(short=True))


@pytest.mark.slow
def test_the_runtime_is_measured_beside_eager_torch(bundle: Bundle):
    figures = _measured("runtime", bundle, 2).figures
    assert figures["runtime_to_eager_torch"].value > 0
    parts = figures["masks_differing_percent"].parts
    assert parts["defect"].value > 0
    assert figures["masks_differing_percent"].value == 100 * parts["differing"].value / parts["defect"].value


def test_a_cascade_needs_clean_frames(bundle: Bundle):
    with pytest.raises(BenchError, match="'tiny' stops too few clean frames"):
        _measured("cascade", bundle)


@pytest.mark.slow
def test_the_latency_of_painted_frames_is_measured(qapp: object):
    figure = _measured_as_shipped("latency", 15).figures["latency_p99_to_pass"]
    parts = figure.parts
    assert len(figure.repeats) == 3
    assert 0 < parts["p50"].value <= parts["p99"].value <= parts["longest"].value
    assert 0 < parts["painted"].value <= 15


@pytest.mark.slow
def test_the_stalls_of_the_window_are_measured(qapp: object):
    figure = _measured_as_shipped("ui").figures["ui_stall_p99_ms"]
    assert figure.parts["median"].value <= figure.value <= figure.parts["longest"].value
    assert figure.parts["inspected"].value > 0


@pytest.mark.slow
def test_the_memory_of_the_line_is_measured(qapp: object):
    figure = _measured_as_shipped("memory", 200).figures["memory_late_to_early"]
    assert figure.parts["most"].value > 50
    assert figure.value > 0


@pytest.mark.slow
def test_redraws_are_measured_and_the_scratch_is_seen(qapp: object):
    figures = find_bench("overlay").measure(Wishes(short=True, frames=2)).figures
    assert figures["overlay_redraws_per_s"].value > 0
    assert figures["scratch_seen_share"].value == 1.0


@pytest.mark.slow
def test_a_strip_is_nine_tenths_clean_by_the_shipped_bundles_gate():
    with opened(Wishes(device="openvino")) as (shipped, runtime):
        frames = strip_frames.mostly_clean(shipped, runtime, 1)
        bare = BareNetworks.preloaded(runtime, shipped, tuple(frame.image for frame in frames))
        passes = [bool(bare.passing(runtime.classify(tiles))) for tiles in bare.frames]
    assert passes == [False] * 9 + [True]


def test_replayed_answers_are_the_networks_own_in_their_order(bundle: Bundle):
    with opened(Wishes(str(bundle.folder), "openvino")) as (_, runtime):
        images = tuple(frame.image[:64, :96] for frame in strip_frames.defective(bundle, runtime, 2))
        bare = BareNetworks.preloaded(runtime, bundle, images)
        replayed = ReplayedRuntime(bare)
        for tiles in (*bare.frames, bare.frames[0]):
            expected = runtime.classify(tiles)
            probabilities = expected.probabilities.copy()
            masks = runtime.segment(expected, [0]).copy()
            encoded = replayed.classify(tiles)
            np.testing.assert_array_equal(encoded.probabilities, probabilities)
            np.testing.assert_array_equal(replayed.segment(encoded, [0]), masks)


def test_growth_compares_the_stretch_after_a_tenth_with_the_last():
    # 1 MB at every hundred frames: 10 to 15 MB in the early stretch, 95 to 100 in the last.
    samples = [(number, number / 100) for number in range(100, 10_001, 100)]
    figure = growth(samples, 10_000)
    assert figure.value == pytest.approx(97.5 / 12.5)
    assert figure.parts["slope"].value == pytest.approx(10.0)
    steady = growth([(number, 200.0) for number in range(100, 10_001, 100)], 10_000)
    assert (steady.value, steady.reached) == (1.0, True)


def test_a_preloaded_source_gives_its_images_in_turn_and_says_when():
    images = [np.full((8, 8), value, np.uint8) for value in (1, 2)]
    source = PreloadedSource(images, count=3)
    frames = list(source.frames())
    assert not source.live
    assert [frame.image[0, 0] for frame in frames] == [1, 2, 1]
    assert sorted(source.out_s) == [0, 1, 2]


def test_a_paced_source_is_live_and_keeps_its_pace():
    source = PreloadedSource([np.zeros((8, 8), np.uint8)], count=4, every_s=0.02)
    assert source.live
    assert len(list(source.frames())) == 4
    assert source.out_s[3] - source.out_s[0] >= 0.055


def test_a_stopped_source_ends():
    source = PreloadedSource([np.zeros((8, 8), np.uint8)], every_s=60.0)
    frames = source.frames()
    next(frames)
    source.stop()
    assert list(frames) == []
