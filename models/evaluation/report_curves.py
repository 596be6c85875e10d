"""The report's charts: ROC, precision and recall, what other thresholds would give, calibration, time per frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.evaluation.axes import Axis, axis_around, axis_over
from models.evaluation.curves import BINS
from models.evaluation.page import charts, class_key, paragraph, section, table
from models.evaluation.row_charts import Bar, bar_chart
from models.evaluation.svg import Line, column_chart, line_chart
from models.labels.taxonomy import Taxonomy

_NEUTRAL = "#8a949c"
_PART_COLOUR = "#56b4e9"
_PARTS = {
    "prepare": "Prepare: channels, tiles, scale",
    "classify": "Classify: encoder and gate",
    "segment": "Segment: decoder",
    "masks": "Masks: thresholds, pieces",
}
_GATE, _PIXEL = "gate (probability)", "pixel threshold (probability)"


def curve_section(metrics: Mapping[str, Any], taxonomy: Taxonomy) -> str:
    """ROC, and precision against recall, of each class's presence in frames."""
    roc, precision = [], []
    for name, curves in metrics["curves"].items():
        defect, gate = taxonomy.by_name(name), metrics["thresholds"]["gates"][name]
        if curves["roc"] is not None:
            title = f"{defect.title} ({metrics['classes'][name]['auroc']:.3f})"
            roc.append(_curve(title, defect.colour, curves["roc"], ("false_alarm_rate", "recall"), gate))
        if curves["precision_recall"] is not None:
            title = f"{defect.title} ({curves['average_precision']:.3f})"
            precision.append(_curve(title, defect.colour, curves["precision_recall"], ("recall", "precision"), gate))
    if not precision:
        return ""
    return section(
        "Presence at every threshold",
        paragraph(
            "Each curve goes through all thresholds on a class's probability; the dot is the bundle's gate. In "
            "brackets the area under the ROC curve (0.5: no better than chance) and the average precision.",
            "note",
        ),
        charts(
            line_chart(
                "ROC", Axis("false alarms: share of the frames without the class"),
                Axis("recall: share of the frames with it"), roc, diagonal=True,
            ) if roc else "",
            line_chart(
                "Precision and recall", Axis("recall: share of the frames with the class"),
                Axis("precision: share right when said"), precision,
            ),
        ),
    )  # fmt: skip


def gate_section(metrics: Mapping[str, Any], taxonomy: Taxonomy) -> str:
    """What other gates would give."""
    sweep = metrics["gate_sweep"]
    gates, own = sweep["gates"], metrics["thresholds"]["gates"]
    drawn = [
        _sweep_chart("Recall by gate", _GATE, "recall (share of frames)", gates, _rows(sweep, "recall"), own, taxonomy),
        _sweep_chart(
            "False alarms by gate", _GATE, "share of the frames without the class", gates,
            _rows(sweep, "false_alarms"), own, taxonomy,
        ),
        _sweep_chart("F1 by gate", _GATE, "F1 of presence", gates, _rows(sweep, "f1"), own, taxonomy),
        _sweep_chart("Dice by gate", _GATE, "Dice over all pixels", gates, _rows(sweep, "dice"), own, taxonomy),
    ]  # fmt: skip
    if any(value is not None for value in sweep["clean_frames_opened"]):
        line = Line("Any class", _NEUTRAL, _points(gates, sweep["clean_frames_opened"]))
        axis = Axis("share of the clean frames")
        drawn.append(
            line_chart("Clean frames in which a class is said", Axis("gate of all classes (probability)"), axis, [line])
        )
    return section(
        "Other gates",
        paragraph(
            "On the line a class is there where its probability reaches the gate. The dot is the bundle's own; a lower "
            "gate misses less and asks more often.",
            "note",
        ),
        charts(*drawn),
    )


def pixel_threshold_section(metrics: Mapping[str, Any], taxonomy: Taxonomy) -> str:
    """What other pixel thresholds would give; nothing where no pixels were measured."""
    sweep = metrics["pixel_sweep"]
    if sweep is None:
        return ""
    steps, own = sweep["thresholds"], metrics["thresholds"]["pixels"]
    drawn = [
        _sweep_chart(title, _PIXEL, axis, steps, _rows(sweep, key), own, taxonomy)
        for title, axis, key in (
            ("Dice by pixel threshold", "Dice over all pixels", "dice"),
            ("Recall of pixels by pixel threshold", "share of the labelled pixels", "recall"),
            ("Precision of pixels by pixel threshold", "share of the drawn pixels", "precision"),
            ("False alarms by pixel threshold", "share of the frames without the class", "false_alarms"),
        )
    ]
    note = (
        f"On {sweep['frames']:,} frames, evenly chosen, with the bundle's gates and minimum areas. The dot is its own "
        "pixel threshold; a false alarm is a frame without the class in which any of it is drawn."
    )
    return section("Other pixel thresholds", paragraph(note, "note"), charts(*drawn))


def calibration_section(metrics: Mapping[str, Any], taxonomy: Taxonomy) -> str:
    """How far the probabilities can be believed."""
    lines, rows, filled = [], [], [0.0] * BINS
    for name, curves in metrics["curves"].items():
        defect, table_ = taxonomy.by_name(name), curves["calibration"]
        points = [(row["probability"], row["share"]) for row in table_["bins"]]
        lines.append(Line(defect.title, defect.colour, points, dots=True))
        rows.append([class_key(defect.title, defect.colour), f"{table_['expected_error']:.3f}"])
        for row in table_["bins"]:
            filled[min(BINS - 1, round(row["low"] * BINS))] += row["frames"]
    edges = [place / BINS for place in range(BINS + 1)]
    return section(
        "Calibration",
        paragraph(
            "Of the frames a class is given 70 % in, 70 % should hold it: on the dotted line probabilities mean what "
            "they say, below it the model is too sure. The expected error is the mean distance from the line, weighted "
            "by frames, in ten bins (Guo et al., ICML 2017).",
            "note",
        ),
        charts(
            line_chart(
                "Reliability", Axis("probability said (mean of the bin)"), Axis("share of frames that hold the class"),
                lines, diagonal=True,
            ),
            column_chart(
                "How often each probability is said", Axis("probability"),
                axis_over("frames, all classes together", filled), edges, filled, _NEUTRAL,
            ),
        ),
        table(["Class", "Expected calibration error"], rows),
    )  # fmt: skip


def time_section(metrics: Mapping[str, Any]) -> str:
    """The time a frame takes, in its parts."""
    times = metrics["time_ms"]
    parts = {_PARTS[part]: row for part, row in times["parts"].items() if row["p95_ms"] > 0}
    rows = [[words, f"{row['median_ms']:.2f}", f"{row['p95_ms']:.2f}"] for words, row in parts.items()]
    rows.append(["Whole frame", f"{times['median_ms']:.2f}", f"{times['p95_ms']:.2f}"])
    bars = [
        Bar(words.partition(":")[0], _PART_COLOUR, row["median_ms"], (row["median_ms"], row["p95_ms"]),
            f"{row['median_ms']:.1f} ms")
        for words, row in parts.items()
    ]  # fmt: skip
    whole = Bar("Whole frame", _NEUTRAL, times["median_ms"], (times["median_ms"], times["p95_ms"]))
    bars.append(Bar(whole.name, whole.colour, whole.value, whole.interval, f"{times['median_ms']:.1f} ms"))
    frames = "1 frame" if times["frames"] == 1 else f"{times['frames']:,} frames"
    return section(
        "Time per frame",
        paragraph(
            f"On {metrics['runtime']}, over {frames}; reading the file and warming up are not counted. The median, and "
            "what 95 % of the frames stay below (whisker).",
            "note",
        ),
        table(["Part", "Median (ms)", "95th percentile (ms)"], rows, whole=[len(rows) - 1]),
        charts(bar_chart("Time per frame", axis_over("ms", [times["p95_ms"]]), bars)),
    )


def _rows(sweep: Mapping[str, Any], key: str) -> dict[str, list[float | None]]:
    return {name: row[key] for name, row in sweep["classes"].items() if key in row}


def _sweep_chart(
    name: str, x: str, y: str, steps: list[float], rows: Mapping[str, list[float | None]], own: Mapping[str, float],
    taxonomy: Taxonomy,
) -> str:  # fmt: skip
    """A line a class with a dot at its own threshold; nothing where no class has a value."""
    lines = []
    for key, values in rows.items():
        points = _points(steps, values)
        if points:
            defect = taxonomy.by_name(key)
            lines.append(Line(defect.title, defect.colour, points, _between(points, own[key])))
    shown = [value for line in lines for _, value in line.points]
    return line_chart(name, Axis(x), axis_around(y, shown), lines) if lines else ""


def _points(steps: list[float], values: list[float | None]) -> list[tuple[float, float]]:
    return [(step, value) for step, value in zip(steps, values, strict=True) if value is not None]


def _between(points: list[tuple[float, float]], x: float) -> tuple[float, float]:
    """Where a curve through the points passes ``x``: on its last point at or before it, for thresholds are steps."""
    before = [point for point in points if point[0] <= x + 1e-9]
    return (x, before[-1][1]) if before else (x, points[0][1])


def _curve(title: str, colour: str, curve: Mapping[str, list[float]], axes: tuple[str, str], gate: float) -> Line:
    """A curve with a dot at the last threshold that is at or above the gate."""
    points = list(zip(curve[axes[0]], curve[axes[1]], strict=True))
    reached = [place for place, threshold in enumerate(curve["threshold"]) if threshold >= gate - 1e-9]
    return Line(title, colour, points, points[reached[-1]] if reached else None)
