"""The evaluation's report: one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
import html
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.data.collection import Collection
from models.evaluation.evaluation import Evaluation
from models.labels.masks import MaskStack, class_mask
from models.labels.taxonomy import Taxonomy

WORST_FRAMES = 24
PICTURE_WIDTH_PX = 480
COLUMNS = {
    "iou": "IoU",
    "dice": "Dice",
    "competition_dice": "Dice a frame",
    "support": "Frames with it",
    "recall": "Found",
    "precision": "Right when said",
    "auroc": "AUROC",
}

_STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
th, td { border: 1px solid #8886; padding: 0.25rem 0.7rem; text-align: right; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child { text-align: left; }
.key { display: inline-block; width: 0.9em; height: 0.9em; margin-right: 0.4em; border: 1px solid #8888; }
.pair { display: inline-block; margin: 0 1rem 1rem 0; vertical-align: top; }
.pair img { display: block; margin-top: 2px; max-width: 100%; }
"""


def report_html(title: str, evaluation: Evaluation, collection: Collection) -> str:
    """The report as HTML: figures, the table by class, the confusion matrix and the worst frames."""
    taxonomy = evaluation.taxonomy
    keys = " &nbsp; ".join(
        f'<span><span class="key" style="background:{c.colour}"></span>{html.escape(c.title)}</span>' for c in taxonomy
    )
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{html.escape(title)}</h1>",
            _summary(evaluation.metrics),
            "<h2>By class</h2>",
            _class_table(evaluation.metrics),
            "<h2>Confusion of pixels</h2><p>Rows are the truth, columns the model; shares of each row.</p>",
            _confusion(evaluation.metrics),
            f"<h2>Worst frames</h2><p>Truth above, model below. {keys}</p>",
            *(_pair(frame.name, frame.dice, frame.row, frame.stack, collection, taxonomy)
              for frame in evaluation.frames[:WORST_FRAMES] if frame.dice < 1),
            "</body></html>",
        ]
    )  # fmt: skip


def overlay(image: npt.NDArray[np.uint8], stack: MaskStack, taxonomy: Taxonomy) -> npt.NDArray[np.uint8]:
    """The image as (H, W, 3) RGB with its classes in their colours, half transparent."""
    colour = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
    painted = colour.astype(np.float32)
    for defect in taxonomy:
        tint = np.array([int(defect.colour[place : place + 2], 16) for place in (1, 3, 5)], dtype=np.float32)
        mask = class_mask(stack, defect.id)
        painted[mask] = 0.5 * painted[mask] + 0.5 * tint
    return painted.round().astype(np.uint8)


def _summary(metrics: dict[str, Any]) -> str:
    lines = [
        f"<p><b>{metrics['frames']}</b> frames. Mean IoU <b>{_text(metrics['mean_iou'])}</b>, mean Dice "
        f"<b>{_text(metrics['mean_dice'])}</b>, mean Dice a frame <b>{_text(metrics['competition_dice'])}</b>.</p>"
    ]
    clean = metrics["clean_frames"]
    if clean["frames"]:
        lines.append(
            f"<p>Of {clean['frames']} frames without a defect the gate opened in {clean['gate_open_share']:.1%}, and "
            f"pixels were drawn in {clean['drawn_share']:.1%}.</p>"
        )
    return "".join(lines)


def _class_table(metrics: dict[str, Any]) -> str:
    rows = ["<tr><th>Class</th>" + "".join(f"<th>{title}</th>" for title in COLUMNS.values()) + "</tr>"]
    for name, row in metrics["classes"].items():
        cells = "".join(f"<td>{_text(row[key])}</td>" for key in COLUMNS)
        rows.append(f"<tr><td>{html.escape(name)}</td>{cells}</tr>")
    return "<table>" + "".join(rows) + "</table>"


def _confusion(metrics: dict[str, Any]) -> str:
    order = [html.escape(name) for name in metrics["confusion_px"]["order"]]
    rows = ["<tr><th></th>" + "".join(f"<th>{name}</th>" for name in order) + "</tr>"]
    for name, counts in zip(order, metrics["confusion_px"]["rows_are_truth"], strict=True):
        whole = max(1, sum(counts))
        shades = "".join(
            f'<td style="background:rgba(86,180,233,{count / whole:.2f})" title="{count} px">{count / whole:.3f}</td>'
            for count in counts
        )
        rows.append(f"<tr><th>{name}</th>{shades}</tr>")
    return "<table>" + "".join(rows) + "</table>"


def _pair(name: str, dice: float, row: int, stack: MaskStack, collection: Collection, taxonomy: Taxonomy) -> str:
    pictures = "".join(
        f'<img alt="{what}" src="data:image/png;base64,{_png(overlay(collection.images[row], shown, taxonomy))}">'
        for what, shown in (("truth", collection.stacks[row]), ("model", stack))
    )
    return f'<div class="pair">{html.escape(name)}, Dice {dice:.2f}{pictures}</div>'


def _png(image: npt.NDArray[np.uint8]) -> str:
    height, width = image.shape[:2]
    if width > PICTURE_WIDTH_PX:
        size = PICTURE_WIDTH_PX, max(1, round(height * PICTURE_WIDTH_PX / width))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    done, encoded = cv2.imencode(".png", image[:, :, ::-1])
    assert done, "PNG takes any 8-bit image"
    return base64.b64encode(encoded.tobytes()).decode("ascii")


def _text(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
