"""The evaluation's report: one HTML file that needs nothing beside it."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from models.evaluation.axes import Axis
from models.evaluation.figure_names import HEADLINES
from models.evaluation.heat_map import heat_map
from models.evaluation.measurement import Measurement
from models.evaluation.page import charts, class_key, html_page, paragraph, section, table
from models.evaluation.report_curves import (
    calibration_section,
    curve_section,
    gate_section,
    pixel_threshold_section,
    time_section,
)
from models.evaluation.report_frames import looks_section, worst_frames_section
from models.evaluation.row_charts import Bar, bar_chart
from models.labels.taxonomy import Taxonomy

SEVERSTAL_OF_NOTHING = 0.856
"""What drawing nothing scores on the training frames of the Severstal competition."""
_CONFUSIONS_SHOWN = 5


def report_html(measurement: Measurement) -> str:
    """The report: figures, tables by class, confusion, curves, sweeps, calibration, times, worst frames, saliency."""
    metrics, taxonomy = measurement.to_json(), measurement.evaluation.taxonomy
    return html_page(
        f"{measurement.bundle.spec.title}: evaluation",
        [
            _lead(metrics),
            section("Figures", headline_table(metrics), _of_nothing(metrics), _clean(metrics)),
            section(
                "By class: presence in frames", _presence_table(metrics, taxonomy), _recall_bars(metrics, taxonomy)
            ),
            section("By class: pixels", _pixel_table(metrics, taxonomy)),
            section("Confusion", _confusion(metrics), _most_confused(metrics, taxonomy)),
            curve_section(metrics, taxonomy),
            gate_section(metrics, taxonomy),
            pixel_threshold_section(metrics, taxonomy),
            calibration_section(metrics, taxonomy),
            time_section(metrics),
            worst_frames_section(measurement),
            looks_section(measurement),
            section("How it was measured", _method(measurement)),
        ],
    )


def headline_table(metrics: Mapping[str, Any]) -> str:
    """The figures over all classes with their intervals and what they say."""
    rows = [
        [title, f"<b>{figure(metrics[name])}</b>", ends(metrics["intervals"].get(name)), what]
        for name, (title, what) in HEADLINES.items()
        if metrics.get(name) is not None
    ]
    return table(["Figure", "Value", "95 % interval", ""], rows, words=(0, 3))


def figure(value: float | None, digits: int = 3) -> str:
    """A figure as text; a dash for what could not be measured."""
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"


def ends(interval: Sequence[float] | None) -> str:
    """An interval as text."""
    return "–" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"


def _lead(metrics: Mapping[str, Any]) -> str:
    clean = metrics["clean_frames"]["frames"]
    return paragraph(
        f"Bundle {metrics['bundle']} (SHA-256 {metrics['bundle_sha256'][:12]}…) on {metrics['runtime']}, measured on "
        f"{metrics['frames']:,} frames, {f'{clean:,} of them without' if clean else 'all of them with'} a defect.",
        "lead",
    )


def _of_nothing(metrics: Mapping[str, Any]) -> str:
    if metrics.get("competition_dice_of_nothing") is None:
        return ""
    return paragraph(
        f"Drawing nothing at all would score {metrics['competition_dice_of_nothing']:.3f} in 'Dice a frame' on these "
        f"frames, since a class that is neither there nor drawn counts 1 ({SEVERSTAL_OF_NOTHING} on the Severstal "
        "competition's own). Read it beside the foreground Dice and the recall of each class."
    )


def _clean(metrics: Mapping[str, Any]) -> str:
    said = []
    for key, what in (("clean_frames", "frames"), ("clean_regions", "regions")):
        clean = metrics.get(key) or {}
        if not clean.get(what):
            continue
        side = f" of {clean['side_px']}×{clean['side_px']} px" if "side_px" in clean else ""
        drawn = "" if clean["drawn_share"] is None else f", and pixels were drawn in {clean['drawn_share']:.1%}"
        opened = f"a class was said in {clean['gate_open_share']:.1%}"
        said.append(f"Of {clean[what]:,} {what}{side} without a defect {opened}{drawn}.")
    return paragraph(" ".join(said)) if said else paragraph("No frame and no region of these is known to be clean.")


def _presence_table(metrics: Mapping[str, Any], taxonomy: Taxonomy) -> str:
    rows = []
    for name, row in metrics["classes"].items():
        cells = [_key(taxonomy, name), f"{row['support']:,}"]
        for value in ("recall", "precision", "f1", "auroc"):
            cells.append(f"{figure(row[value])}<small>{ends(row['intervals'].get(value))}</small>")
        rows.append([*cells, figure(metrics["curves"][name]["average_precision"])])
    for title, average in metrics["averages"].items():
        support = f"{sum(row['support'] for row in metrics['classes'].values()):,}"
        means = [figure(average[value]) for value in ("recall", "precision", "f1")]
        rows.append([f"{'Mean' if title == 'macro' else 'Mean by support'}", support, *means, "", ""])
    count = len(metrics["classes"])
    heads = ["Class", "Frames with it (support)", "Recall: found", "Precision: right when said", "F1", "AUROC"]
    return table([*heads, "Average precision"], rows, whole=range(count, count + 2))


def _recall_bars(metrics: Mapping[str, Any], taxonomy: Taxonomy) -> str:
    drawn = []
    for name, title in (("recall", "Recall by class"), ("precision", "Precision by class")):
        bars = []
        for key, row in metrics["classes"].items():
            defect, interval = taxonomy.by_name(key), row["intervals"].get(name)
            words = figure(row[name])
            bars.append(Bar(defect.title, defect.colour, row[name], interval and (interval[0], interval[1]), words))
        drawn.append(bar_chart(title, Axis("share of frames; whisker: 95 % interval"), bars))
    return charts(*drawn)


def _pixel_table(metrics: Mapping[str, Any], taxonomy: Taxonomy) -> str:
    if not metrics["drawn"]:
        return ""
    names = ("iou", "dice", "pixel_precision", "pixel_recall", "foreground_dice", "competition_dice", "drawn_recall")
    rows = [
        [
            _key(taxonomy, name),
            f"{row['pixel_support']:,}",
            *(f"{figure(row[value])}<small>{ends(row['intervals'].get(value))}</small>" for value in names),
        ]
        for name, row in metrics["classes"].items()
    ]
    heads = ["Class", "Labelled pixels", "IoU", "Dice", "Precision", "Recall", "Foreground Dice", "Dice a frame"]
    return table([*heads, "Found: any of it drawn"], rows)


def _confusion(metrics: Mapping[str, Any]) -> str:
    drawn = []
    frames = metrics["confusion_frames"]
    counts = [[f"{count:,}" for count in row] for row in frames["rows_are_truth"]]
    drawn.append(_matrix("Frames by true and told class", frames, counts, "the class told of the frame"))
    if metrics.get("confusion_px"):
        pixels = metrics["confusion_px"]
        words = [[f"{share:.3f}" for share in row] for row in _row_shares(pixels["rows_are_truth"])]
        drawn.append(_matrix("Pixels by true and drawn class, share of the row", pixels, words, "the class drawn"))
    left = frames["left_out"]
    note = "Rows are the truth; the stronger a cell's blue, the greater its share of the row."
    if left:
        note += (
            f" {left:,} frames that hold several classes are not in the first table: one class cannot answer for them."
        )
    return paragraph(note, "note") + charts(*drawn)


def _matrix(name: str, confusion: Mapping[str, Any], words: Sequence[Sequence[str]], columns: str) -> str:
    order = confusion["order"]
    shades = _row_shares(confusion["rows_are_truth"])
    return heat_map(name, shades, rows=order, columns=order, words=words, row_title="truth", column_title=columns)


def _row_shares(counts: Sequence[Sequence[int]]) -> list[list[float]]:
    return [[count / max(1, sum(row)) for count in row] for row in counts]


def _most_confused(metrics: Mapping[str, Any], taxonomy: Taxonomy) -> str:
    order, counts = metrics["confusion_frames"]["order"], metrics["confusion_frames"]["rows_are_truth"]
    pairs = [
        (count, true, told)
        for true, row in enumerate(counts)
        for told, count in enumerate(row)
        if count and true != told
    ]
    if not pairs:
        return paragraph("Among the frames of the first table none was taken for another's.")
    rows = [
        [
            _key(taxonomy, order[true]),
            _key(taxonomy, order[told]),
            f"{count:,}",
            f"{count / sum(counts[true]):.1%}",
        ]
        for count, true, told in sorted(pairs, key=lambda pair: (-pair[0], pair[1:]))[:_CONFUSIONS_SHOWN]
    ]
    return paragraph("Taken for one another most often:") + table(
        ["Truth", "Told", "Frames", "Of the true ones"], rows, words=(0, 1)
    )


def _key(taxonomy: Taxonomy, name: str) -> str:
    if name not in taxonomy.names:
        return html.escape(name.capitalize())
    defect = taxonomy.by_name(name)
    return class_key(defect.title, defect.colour)


def _method(measurement: Measurement) -> str:
    told = (
        "A frame is told the most probable of none and the classes; gates do not count in that."
        if measurement.evaluation.records.one_class_a_frame
        else "A class is said where its probability reaches the bundle's gate."
    )
    words = (
        f"Every frame went through the bundle as the line runs it, with its thresholds and minimum areas. {told}",
        "Intervals hold 95 %. Those of recall, precision and accuracy are Wilson's score intervals (J. Am. Stat. "
        "Assoc. 22, 1927, 209); all others come from 2,000 resamples of the frames with a fixed seed (Efron, Annals "
        "of Statistics 7, 1979, 1). Frames of one strip are alike, so other strips are less sure than the intervals.",
        "An interval of 1.000 to 1.000 says that every resample of these frames was told right, not that every frame "
        "ever will be. Pixels of classes to ignore count nowhere. A dash stands where there is nothing to measure on. "
        "All numbers stand in metrics.json.",
    )
    return "".join(paragraph(sentence, "note") for sentence in words)
