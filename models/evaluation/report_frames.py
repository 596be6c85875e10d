"""The report's pictures: worst frames as pairs of truth and prediction, and what a class's probability rests on."""

from __future__ import annotations

import html

from models.evaluation.measurement import Look, Measurement
from models.evaluation.page import charts, class_key, paragraph, section
from models.evaluation.pictures import Picture, heated, packed, small_overlay
from models.evaluation.records import FrameRecords

WORST_FRAMES = 24
_WIDE_PX, _NARROW_PX = 548, 272
"""A picture's width; two narrow ones stand side by side where a frame is not wider than twice its height."""


def worst_frames_section(measurement: Measurement) -> str:
    """The frames done worst: truth beside prediction, or, where nothing is drawn, the frame with what was told."""
    records, drawn = measurement.evaluation.records, measurement.evaluation.metrics["drawn"]
    worst = [frame for frame in measurement.evaluation.frames if frame.dice < 1]
    if not drawn:
        worst = [frame for frame in worst if not records.right[frame.row]]
    if not worst:
        return section("Worst frames", paragraph("Every frame was told right."))
    pairs = []
    for frame in worst[:WORST_FRAMES]:
        image = measurement.collection.images[frame.row]
        width_px = _width_px(image)
        told = f"truth: {_classes(records, frame.row, said=False)}; said: {_classes(records, frame.row, said=True)}"
        if not drawn:
            pairs.append(_figure(f"{frame.name}, {told}", width_px, packed(image, width_px)))
            continue
        pictures = (
            packed(small_overlay(image, stack, records.taxonomy, width_px), width_px)
            for stack in (measurement.collection.stacks[frame.row], frame.stack)
        )
        pairs.append(_figure(f"{frame.name}, mean Dice {frame.dice:.2f}; {told}", _WIDE_PX, *pictures))
    words = f"{len(worst):,} of {len(records):,} frames are not right in every {'pixel' if drawn else 'class'}."
    keys = f'<p class="keys">{_keys(records)}</p>' if drawn else ""
    return section(
        "Worst frames",
        paragraph(f"{words} The truth first, then what the model drew." if drawn else words, "note"),
        keys,
        charts(*pairs),
    )


def looks_section(measurement: Measurement) -> str:
    """What a class's probability rests on, in frames told wrong and in frames told right."""
    if not measurement.looks:
        return ""
    ways = {look.saliency.way for look in measurement.looks}
    told = {
        "activation": "The heat is the gate's own class activation map: the probability it gives each place, the "
        "largest of which speaks for the frame (Zhou et al., CVPR 2016).",
        "occlusion": "The heat is what the log-odds of the class fall by where a patch of the frame is greyed out, "
        "against the greatest fall (Zeiler and Fergus, ECCV 2014); a frame without heat rests on no one place.",
    }
    note = " ".join(words for way, words in told.items() if way in ways)
    records = measurement.evaluation.records
    figures = [_look(measurement, look, records) for look in measurement.looks]
    return section(
        "What the classifier looks at",
        paragraph(
            f"Clear: nothing; yellow: most. {note} First the surest mistakes, then a frame a class told right.",
            "note",
        ),
        charts(*figures),
    )


def _look(measurement: Measurement, look: Look, records: FrameRecords) -> str:
    image = measurement.collection.images[look.row]
    title = records.taxonomy.by_id(look.saliency.class_id).title
    right = "told right" if look.right else f"truth: {_classes(records, look.row, said=False)}"
    caption = f"{records.names[look.row]}: {title} {look.probability:.2f}, {right}"
    width_px = _width_px(image)
    return _figure(caption, _WIDE_PX, packed(image, width_px), packed(heated(image, look.saliency.heat), width_px))


def _classes(records: FrameRecords, row: int, *, said: bool) -> str:
    flags = (records.said if said else records.truth)[row]
    chosen = [
        f"{defect.title} {records.probabilities[row, defect.id - 1]:.2f}" if said else defect.title
        for defect in records.counted
        if flags[defect.id - 1]
    ]
    return ", ".join(chosen) or "none"


def _keys(records: FrameRecords) -> str:
    return "".join(f"<span>{class_key(defect.title, defect.colour)}</span>" for defect in records.taxonomy)


def _width_px(image: Picture) -> int:
    height, width = image.shape[:2]
    return _NARROW_PX if width <= 2 * height else _WIDE_PX


def _figure(caption: str, width_px: int, *sources: str) -> str:
    said = html.escape(caption, quote=True)
    images = "".join(f'<img alt="{said}" src="{source}">' for source in sources)
    return (
        f'<figure style="width:{width_px}px"><figcaption>{said}</figcaption><div class="pair">{images}</div></figure>'
    )
