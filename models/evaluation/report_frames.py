"""The report's pictures: worst frames as pairs of truth and prediction, and what a class's probability rests on."""

from __future__ import annotations

from models.evaluation.framed import class_keys, class_words, framed, with_masks
from models.evaluation.measurement import Look, Measurement
from models.evaluation.page import charts, paragraph, section
from models.evaluation.pictures import heated
from models.evaluation.records import FrameRecords

WORST_FRAMES = 24


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
        image, truth = measurement.collection.images[frame.row], measurement.collection.stacks[frame.row]
        told = (
            f"truth: {class_words(records, frame.row, said=False)}; said: {class_words(records, frame.row, said=True)}"
        )
        if drawn:
            pictures = with_masks(image, (truth, frame.stack), records.taxonomy)
            pairs.append(framed(f"{frame.name}, mean Dice {frame.dice:.2f}; {told}", pictures))
        else:
            pairs.append(framed(f"{frame.name}, {told}", [image]))
    words = f"{len(worst):,} of {len(records):,} frames are not right in every {'pixel' if drawn else 'class'}."
    return section(
        "Worst frames",
        paragraph(f"{words} The truth first, then what the model drew." if drawn else words, "note"),
        class_keys(records.taxonomy) if drawn else "",
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
    order = "First the surest mistakes, then a frame of each class told right."
    looks = [_look(measurement, look, measurement.evaluation.records) for look in measurement.looks]
    return section(
        "What the classifier looks at",
        paragraph(f"{note} Clear: nothing; yellow: most. {order}", "note"),
        charts(*looks),
    )


def _look(measurement: Measurement, look: Look, records: FrameRecords) -> str:
    image = measurement.collection.images[look.row]
    title = records.taxonomy.by_id(look.saliency.class_id).title
    right = "told right" if look.right else f"truth: {class_words(records, look.row, said=False)}"
    caption = f"{records.names[look.row]}: {title} {look.probability:.2f}, {right}"
    return framed(caption, [image, heated(image, look.saliency.heat)])
