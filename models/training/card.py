"""The card: what people should know before they trust a bundle, written from what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from models.bundle import BundleSpec
from models.training.metrics import METRIC_WORDS

MEASURED = {
    "test": "test part, which neither the training nor the choice of epoch and thresholds ever saw",
    "validation": "validation part, by which epoch and thresholds were chosen (no test part was kept back), so the "
    "figures are a little better than on new steel",
    "train": "training part itself (nothing was kept back), so the figures say nothing of new steel",
}
"""What the figures were measured on, by ``measured_on`` of a bundle's data."""


def write_card(spec: BundleSpec, limits: str) -> str:
    """``CARD.md`` of a bundle: what it finds, data and terms, training command, figures, limits."""
    data, training, metrics = spec.data, spec.training, spec.metrics
    parts = [
        f"# {spec.title}",
        f"Bundle `{spec.name}`, made {spec.created_utc}.",
        "## What it finds",
        _class_table(spec),
        f"Input: {'grey' if spec.channels == 1 else 'RGB'} frames of any size. Network: `{spec.network}` with options "
        f"`{dict(spec.network_options)}`. {_front_end(spec)}{_overlap(spec)}",
        "## Data",
        f"{data['source']}. Terms: {data['terms']}",
        f"{data['train_frames']} frames to train, {data['validation_frames']} to choose the epoch and the thresholds, "
        f"{data['test_frames']} to measure. {_split_words(data)} Split with seed {training['plan']['seed']}, SHA-256 "
        f"`{data['split_sha256']}`; data SHA-256 `{data['sha256']}`.",
        "## Training",
        f"    {training['command']}",
        f"{training['epochs']} epochs, the {'last' if _keeps_last(training) else 'best'} was number "
        f"{training['best_epoch'] + 1}; {training['minutes']:.0f} minutes on {training['device']} in "
        f"{training['precision']}, from {_start_words(training)}. The plan stands in `bundle.json`.",
        "## Measured",
        f"On the {metrics['frames']} frames of the {MEASURED[data.get('measured_on', 'test')]}, with gates, thresholds "
        "and 16-bit weights as shipped:",
        _figures(metrics) if "mean_iou" in metrics else _class_figures(metrics),
        *_cross_validation(metrics),
        "## Limits",
        limits,
    ]
    return "\n\n".join(parts) + "\n"


def _split_words(data: Mapping[str, Any]) -> str:
    if data.get("split", "content") in ("frame", "kfold"):
        return "Every frame was dealt for itself: frames that show the same steel may stand in two parts."
    if data.get("split") == "file":
        return "The parts have label files of their own."
    if data.get("split") == "origin":
        return f"Frames of one strip were kept in one part: {data['groups']} strips."
    return (
        "Frames that show the same steel (copies, turned, mirrored or pasted together) were kept in one part: "
        f"{data['groups']} groups."
    )


def _start_words(training: Mapping[str, Any]) -> str:
    if start := training.get("start"):
        return f"the weights of bundle '{start['name']}' (SHA-256 `{start['sha256']}`)"
    if training.get("pretrained"):
        return "ImageNet weights"
    asked = training["plan"].get("network", {}).get("pretrained")
    return "fresh weights (ImageNet's were asked for and could not be had)" if asked else "fresh weights"


def _keeps_last(training: Mapping[str, Any]) -> bool:
    return bool(training["plan"].get("schedule", {}).get("keep", "best") == "last")


def _cross_validation(metrics: Mapping[str, Any]) -> list[str]:
    folds = metrics.get("cross_validation")
    if not folds:
        return []
    each = ", ".join(_text(value) for value in folds["folds"])
    return [
        f"Cross-validated over {len(folds['folds'])} folds: {METRIC_WORDS[folds['metric']]} {_text(folds['mean'])} ± "
        f"{_text(folds['deviation'])} ({each}). These are the weights of the best fold."
    ]


def _class_table(spec: BundleSpec) -> str:
    if spec.task == "classify":
        rows = ["| id | class | gate |", "|---|---|---|"]
        rows += [f"| {c.id} | {c.title} (`{c.name}`) | {spec.gates[c.name]:.2f} |" for c in spec.taxonomy]
        return "\n".join(rows)
    rows = ["| id | class | gate | pixel threshold | minimum area |", "|---|---|---|---|---|"]
    rows += [
        f"| {c.id} | {c.title} (`{c.name}`) | {spec.gates[c.name]:.2f} | {spec.pixel_thresholds[c.name]:.2f} | "
        f"{spec.min_area_px[c.name]} px |"
        for c in spec.taxonomy
    ]
    return "\n".join(rows)


def _front_end(spec: BundleSpec) -> str:
    if not spec.front_end:
        return ""
    return "What stands out of the steel around it is found first; the network names each such region. "


def _overlap(spec: BundleSpec) -> str:
    if spec.exclusive:
        return f"A {_classed(spec)} has one class."
    return "Classes may overlap."


def _classed(spec: BundleSpec) -> str:
    """What the network gives a class to."""
    if spec.front_end:
        return "region"
    return "frame" if spec.task == "classify" else "pixel"


def _class_figures(metrics: Mapping[str, Any]) -> str:
    rows = ["| class | frames with it | found | right when said | F1 | AUROC |", "|---|---|---|---|---|---|"]
    for name, row in metrics["classes"].items():
        figures = [row[key] for key in ("support", "recall", "precision", "f1", "auroc")]
        rows.append(f"| {name} | " + " | ".join(_text(value) for value in figures) + " |")
    return "\n".join(rows) + f"\n\nAccuracy {_text(metrics['accuracy'])}, mean AUROC {_text(metrics['auroc'])}."


def _figures(metrics: Mapping[str, Any]) -> str:
    rows = [
        "| class | IoU | Dice | Dice a frame | frames with it | found | right when said | AUROC |",
        "|---|---|---|---|---|---|---|---|",
    ]
    if "background_iou" in metrics:
        rows.append(f"| background | {_text(metrics['background_iou'])} | | | | | | |")
    for name, row in metrics["classes"].items():
        figures = [row["iou"], row["dice"], row["competition_dice"], row["support"]]
        figures += [row["recall"], row["precision"], row["auroc"]]
        rows.append(f"| {name} | " + " | ".join(_text(value) for value in figures) + " |")
    lines = [
        "\n".join(rows),
        f"Mean IoU {_text(metrics['mean_iou'])}"
        + (" (with background)" if "background_iou" in metrics else "")
        + f", mean Dice {_text(metrics['mean_dice'])}, mean Dice a frame {_text(metrics['competition_dice'])} "
        "(1 where a class is neither there nor drawn).",
    ]
    for key, what in (("clean_frames", "frames"), ("clean_regions", "regions")):
        clean = metrics.get(key, {})
        if clean.get(what):
            side = f" of {clean['side_px']}×{clean['side_px']} pixels" if "side_px" in clean else ""
            lines.append(
                f"Of {clean[what]} {what}{side} without a defect the gate opened in {clean['gate_open_share']:.1%}, "
                f"and pixels were drawn in {clean['drawn_share']:.1%}."
            )
    return "\n\n".join(lines)


def _text(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
