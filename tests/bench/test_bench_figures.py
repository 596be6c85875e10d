"""What a bench reports: goals met from either side, JSON that says it all, and a table for people."""

from __future__ import annotations

import json
import math

import pytest

from app.bench.figures import Figure, Part, Report, milliseconds
from app.bench.printed import from_json, machine_text, to_json, to_text
from app.bench.rounds import Timing, in_turns, percentile, ratios

MACHINE = {
    "stripsight": "1",
    "python": "3.11.7",
    "system": "Linux",
    "processor": "Turing",
    "cores": 2,
    "bf16": True,
    "memory_bytes": 16_000_000_000,
    "packages": {"numpy": "2.1", "torch": None},
}
REPORT = Report(
    {
        "speed": Figure.median([3.0, 1.0, 2.5], 2.0, "ratio", "higher", {"ours": Part(4.0, "ms")}),
        "growth_mb": Figure(20.0, 10.0, "MB", "lower"),
    },
    {"bundle": "b", "frames": 12},
    ("One thing could not be had.",),
)


@pytest.mark.parametrize(
    ("value", "goal", "better", "reached"),
    [
        (2.0, 2.0, "higher", True),
        (1.99, 2.0, "higher", False),
        (2.0, 2.0, "lower", True),
        (2.01, 2.0, "lower", False),
        (math.nan, 2.0, "lower", False),
    ],
)
def test_a_goal_is_reached_from_its_own_side(value, goal, better, reached):
    assert Figure(value, goal, "ratio", better).reached is reached


def test_a_figure_is_the_median_of_its_repeats():
    figure = REPORT.figures["speed"]
    assert (figure.value, figure.repeats) == (2.5, (3.0, 1.0, 2.5))
    assert milliseconds([0.003, 0.001, 0.002]) == Part(2.0, "ms")


def test_json_holds_each_figure_with_goal_parts_and_repeats():
    answer = json.loads(json.dumps(to_json(MACHINE, {"x": REPORT, "y": Report({"z": Figure(1, 1, "%", "lower")})})))
    assert answer["machine"] == MACHINE
    assert answer["figures"] == {
        "speed": {"value": 2.5, "goal": 2.0, "unit": "ratio", "better": "higher"},
        "growth_mb": {"value": 20.0, "goal": 10.0, "unit": "MB", "better": "lower"},
        "z": {"value": 1, "goal": 1, "unit": "%", "better": "lower"},
    }
    assert answer["parts"] == {"speed": {"ours": {"value": 4.0, "unit": "ms"}}}
    assert answer["repeats"] == {"speed": [3.0, 1.0, 2.5]}
    assert answer["settings"] == {"x": {"bundle": "b", "frames": 12}, "y": {}}
    assert answer["notes"] == {"x": ["One thing could not be had."]}


def test_a_report_comes_back_from_its_json():
    answer = json.loads(json.dumps(to_json(MACHINE, {"x": REPORT})))
    assert from_json(answer, "x") == REPORT


def test_the_table_says_what_was_met_and_over_how_many_repeats():
    head, speed, parts, growth, note = to_text("x", REPORT).splitlines()
    assert head == "x: bundle b, frames 12"
    assert speed.split() == ["speed", "2.500", "ratio", "≥", "2", "met", "1", "…", "3", "over", "3", "repeats"]
    assert parts.strip() == "ours 4 ms"
    assert growth.split() == ["growth_mb", "20.000", "MB", "≤", "10", "missed"]
    assert note.strip() == "One thing could not be had."


def test_the_machine_is_named_with_its_versions():
    words = machine_text(MACHINE)
    assert "Turing, 2 cores with bf16, 16.0 GB" in words
    assert "numpy 2.1" in words
    assert "torch" not in words


def test_sides_take_turns_and_the_first_round_is_not_counted():
    order = []
    seconds = in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 2)
    assert order == ["a", "b"] * 3
    assert [len(seconds[side]) for side in "ab"] == [2, 2]


def test_ratios_and_rates_by_hand():
    assert ratios([2.0, 9.0], [4.0, 3.0]) == [0.5, 3.0]
    timing = Timing(frames=4, wall_s=2.0, cpu_s=1.0)
    assert (timing.frames_per_s, timing.wall_ms, timing.cpu_ms) == (2.0, 500.0, 250.0)


@pytest.mark.parametrize(
    ("count", "share", "expected"), [(100, 0.99, 99), (100, 1.0, 100), (1, 0.99, 1), (10, 0.5, 5), (3, 0.5, 2)]
)
def test_a_percentile_is_one_of_the_values(count, share, expected):
    assert percentile(list(range(count, 0, -1)), share) == expected
