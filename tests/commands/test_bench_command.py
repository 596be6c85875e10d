"""``stripsight bench``: its JSON is a contract, its line is the real one, and it fails on a ratio that has fallen."""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import asdict
from pathlib import Path

import pytest

from app.bench import bench as benches
from app.bench.baselines import kind_of
from app.bench.figures import Figure, Report
from app.commands import bench
from app.commands.doctor import machine
from models.bundle import Bundle


def _run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())
    return bench.run(parser.parse_args(["bench", *map(str, words)]))


@pytest.fixture
def halved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bench that measures at once, and a ratio of 0.5."""
    report = Report({"rle_encode_to_pycocotools": Figure(0.5, 1.0, "ratio", "higher")})
    monkeypatch.setattr(benches.Bench, "measure", lambda _bench, _wishes: report)


def _baselines(path: Path, ratio: float) -> Path:
    kind = kind_of(asdict(machine()), short=False)
    path.write_text(json.dumps({kind: {"ratios": {"rle_encode_to_pycocotools": ratio}}}))
    return path


@pytest.mark.slow
def test_the_pipeline_is_measured_and_printed_as_one_json_object(
    bundle: Bundle, qapp: object, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("pipeline", "--json", "--frames", "12", "--model", bundle.folder, "--device", "openvino")
    assert _run(*words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {"line_to_runtime", "line_frames_per_s", "runtime_frames_per_s", "memory_start_mb", "memory_end_mb"} <= set(
        answer["figures"]
    )
    for figure in answer["figures"].values():
        assert set(figure) == {"value", "goal", "unit", "better"}
        assert math.isfinite(figure["value"])
        assert figure["better"] in {"higher", "lower"}
    assert answer["figures"]["line_to_runtime"]["unit"] == "ratio"
    assert answer["figures"]["line_frames_per_s"]["value"] > 0
    assert {"classify", "segment", "capture", "paint", "line", "bare"} <= set(answer["parts"]["line_to_runtime"])
    assert len(answer["repeats"]["line_to_runtime"]) == 4
    assert answer["settings"]["pipeline"]["frames"] == 12
    assert answer["settings"]["pipeline"]["shown"] == "offscreen"
    assert answer["machine"]["cores"] >= 1
    # The tiny bundle's gates are open, so it knows no clean frame: that figure is left out, and it is said.
    assert "line_to_runtime_mostly_clean" not in answer["figures"]
    assert "stops too few clean frames" in answer["notes"]["pipeline"][0]


def test_a_bundle_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("pipeline", "--model", "no-such-bundle") == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert "no-such-bundle" in errors[0]


def test_a_bench_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("no-such-bench") == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert "no-such-bench" in errors[0]
    assert "pipeline, " in errors[0]


def test_a_ratio_that_fell_by_half_fails_and_is_named(
    halved: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("rle", "--compare", _baselines(tmp_path / "kept.json", 1.0)) == 1
    assert "rle_encode_to_pycocotools is 0.5" in capsys.readouterr().err


def test_a_ratio_that_missed_its_goal_alone_does_not_fail(halved: None, tmp_path: Path) -> None:
    assert _run("rle", "--compare", _baselines(tmp_path / "kept.json", 0.7)) == 0


def test_what_was_written_is_what_the_next_run_is_compared_with(
    halved: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.json"
    assert _run("rle", "--write", path) == 0
    assert _run("rle", "--compare", path) == 0
    assert "1 ratio(s) compared" in capsys.readouterr().err


def test_baselines_that_cannot_be_read_are_one_sentence(
    halved: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("rle", "--compare", tmp_path / "none.json") == 1
    assert "none.json cannot be read" in capsys.readouterr().err
