"""``stripsight bench``: its JSON is a contract, and the line in it is the real one."""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import pytest

from app.bench.figures import Figure, Report
from app.commands import bench
from models.bundle import Bundle


def _run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    bench.add_parser(parser.add_subparsers())
    return bench.run(parser.parse_args(["bench", *map(str, words)]))


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
    assert answer["machine"]["frames"] == 12
    assert answer["machine"]["shown"] == "offscreen"
    assert answer["machine"]["cores"] >= 1


def test_a_bundle_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("pipeline", "--model", "no-such-bundle") == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 1
    assert "no-such-bundle" in errors[0]


def test_a_report_names_what_missed_its_goal() -> None:
    report = Report(
        {"speed": Figure(10, 20, "frames/s", "higher"), "memory": Figure(10, 20, "MB", "lower")}, {"bundle": "b"}
    )
    lines = report.to_text().splitlines()
    assert lines[0] == "bundle: b"
    assert ["missed" in line for line in lines[1:]] == [True, False]
    assert report.to_json({"cores": 2})["machine"] == {"cores": 2, "bundle": "b"}
