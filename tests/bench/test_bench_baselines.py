"""Baselines: only ratios, only of this kind of computer, and a third of room, worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.bench.baselines import Compared, compare, kind_of, read_baselines, write_baselines
from app.bench.bench import BenchError
from app.bench.figures import Figure

MACHINE = {"processor": "Turing", "cores": 2, "bf16": True, "packages": {"numpy": "2.1"}}
KIND = "2 cores with bf16, full runs"
FIGURES = {
    "line_to_runtime": Figure(0.9, 0.85, "ratio", "higher"),
    "start_to_imports": Figure(1.8, 2.0, "ratio", "lower"),
    "latency_ms": Figure(40.0, 50.0, "ms", "lower"),
}


@pytest.mark.parametrize(
    ("value", "baseline", "better", "worse"),
    [
        (0.61, 0.9, "higher", False),  # two thirds of 0.9 are 0.6
        (0.59, 0.9, "higher", True),
        (1.2, 0.9, "higher", False),
        (2.39, 1.8, "lower", False),  # four thirds of 1.8 are 2.4
        (2.41, 1.8, "lower", True),
        (0.5, 1.8, "lower", False),
    ],
)
def test_worse_begins_beyond_a_third(value, baseline, better, worse):
    assert Compared("x", value, baseline, better).worse is worse


def test_times_are_never_compared_nor_kept(tmp_path: Path):
    path = tmp_path / "baselines.json"
    write_baselines(path, KIND, MACHINE, FIGURES)
    kept = read_baselines(path, KIND)
    assert kept == {"line_to_runtime": 0.9, "start_to_imports": 1.8}
    assert [each.key for each in compare(FIGURES, {**kept, "latency_ms": 1.0})] == [
        "line_to_runtime",
        "start_to_imports",
    ]


def test_the_finding_names_the_ratio():
    (found,) = compare({"line_to_runtime": Figure(0.5, 0.85, "ratio", "higher")}, {"line_to_runtime": 0.9})
    assert found.worse
    assert found.sentence.startswith("line_to_runtime is 0.5, worse by more than a third than its baseline of 0.9")


def test_writing_again_keeps_other_figures_and_other_kinds(tmp_path: Path):
    path = tmp_path / "baselines.json"
    write_baselines(path, KIND, MACHINE, FIGURES)
    write_baselines(path, KIND, MACHINE, {"line_to_runtime": Figure(0.95, 0.85, "ratio", "higher")})
    other = kind_of({"cores": 8, "bf16": False}, short=True)
    write_baselines(path, other, MACHINE, {"line_to_runtime": Figure(0.7, 0.85, "ratio", "higher")})
    assert read_baselines(path, KIND) == {"line_to_runtime": 0.95, "start_to_imports": 1.8}
    assert other == "8 cores without bf16, short runs"
    assert read_baselines(path, other) == {"line_to_runtime": 0.7}
    assert json.loads(path.read_text())[KIND]["processor"] == "Turing"


def test_a_kind_the_file_does_not_know_has_no_baseline(tmp_path: Path):
    path = tmp_path / "baselines.json"
    write_baselines(path, KIND, MACHINE, FIGURES)
    assert read_baselines(path, "64 cores without bf16, full runs") == {}


@pytest.mark.parametrize(
    ("content", "named"),
    [(None, "cannot be read"), ("{", "is no JSON"), ("[1]", "no file of baselines"), ('{"a": 1}', "no file of")],
)
def test_a_file_that_is_something_else_is_one_sentence(tmp_path: Path, content: str | None, named: str):
    path = tmp_path / "kept.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BenchError, match=named) as caught:
        read_baselines(path, KIND)
    assert str(path) in str(caught.value)
