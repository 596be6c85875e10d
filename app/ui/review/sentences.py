"""Words of the review as the page shows them."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.review.edit import Action
from app.review.export import ExportReport, LeftOut
from app.review.ports import Word
from app.review.queue import Order
from app.review.suspicion import Cause
from app.ui.sentences import whole
from app.words.correction import ReviewState

CONTEXT = "review"

STATE_WORDS: dict[ReviewState, str] = {
    ReviewState.TO_DO: str(QT_TRANSLATE_NOOP("review", "To do")),
    ReviewState.UNSURE: str(QT_TRANSLATE_NOOP("review", "Unsure")),
    ReviewState.CORRECTED: str(QT_TRANSLATE_NOOP("review", "Corrected")),
    ReviewState.CONFIRMED: str(QT_TRANSLATE_NOOP("review", "Confirmed")),
    ReviewState.VERIFIED_EMPTY: str(QT_TRANSLATE_NOOP("review", "No defect")),
}

STATE_ICONS: dict[ReviewState, str] = {
    ReviewState.UNSURE: "unsure",
    ReviewState.CORRECTED: "brush",
    ReviewState.CONFIRMED: "confirm",
    ReviewState.VERIFIED_EMPTY: "no-defect",
}
"""Each decided state has a shape of its own; ``TO_DO`` is an open circle."""

ACTION_WORDS: dict[Action, str] = {
    Action.BRUSH: str(QT_TRANSLATE_NOOP("review", "brush stroke")),
    Action.ERASE: str(QT_TRANSLATE_NOOP("review", "erasing")),
    Action.RELABEL: str(QT_TRANSLATE_NOOP("review", "change of class")),
    Action.DELETE: str(QT_TRANSLATE_NOOP("review", "deletion")),
    Action.FILL: str(QT_TRANSLATE_NOOP("review", "filling")),
    Action.RECTANGLE: str(QT_TRANSLATE_NOOP("review", "rectangle")),
    Action.POLYGON: str(QT_TRANSLATE_NOOP("review", "polygon")),
    Action.LASSO: str(QT_TRANSLATE_NOOP("review", "lasso")),
    Action.WAND: str(QT_TRANSLATE_NOOP("review", "magic wand")),
    Action.THRESHOLD: str(QT_TRANSLATE_NOOP("review", "threshold")),
    Action.GRAB_CUT: str(QT_TRANSLATE_NOOP("review", "GrabCut")),
    Action.SCISSORS: str(QT_TRANSLATE_NOOP("review", "outline along edges")),
    Action.GROW: str(QT_TRANSLATE_NOOP("review", "growing")),
    Action.SHRINK: str(QT_TRANSLATE_NOOP("review", "shrinking")),
    Action.SMOOTH: str(QT_TRANSLATE_NOOP("review", "smoothing")),
    Action.SPLIT: str(QT_TRANSLATE_NOOP("review", "cut")),
    Action.MERGE: str(QT_TRANSLATE_NOOP("review", "joining")),
    Action.TRANSFORM: str(QT_TRANSLATE_NOOP("review", "move")),
    Action.COPY: str(QT_TRANSLATE_NOOP("review", "pasting")),
    Action.OPINION: str(QT_TRANSLATE_NOOP("review", "taking the model's masks over")),
    Action.CLEAR: str(QT_TRANSLATE_NOOP("review", "clearing of all masks")),
    Action.RESTORE: str(QT_TRANSLATE_NOOP("review", "return to the masks as they came")),
}

CAUSE_WORDS: dict[Cause, str] = {
    Cause.THRESHOLD: str(QT_TRANSLATE_NOOP("review", "Near a threshold")),
    Cause.CONTRADICTION: str(QT_TRANSLATE_NOOP("review", "Classifier against segmenter")),
    Cause.LABEL: str(QT_TRANSLATE_NOOP("review", "Model against label")),
    Cause.UNLABELLED: str(QT_TRANSLATE_NOOP("review", "Not in the label file")),
    Cause.NOT_INSPECTED: str(QT_TRANSLATE_NOOP("review", "Not inspected")),
}

CAUSE_HELP: dict[Cause, str] = {
    Cause.THRESHOLD: str(
        QT_TRANSLATE_NOOP(
            "review",
            "A class's probability is near its gate, or an area or a count near its limit: with a little more or "
            "less, the verdict would have been another. 100% is at the gate or limit.",
        )
    ),
    Cause.CONTRADICTION: str(
        QT_TRANSLATE_NOOP(
            "review", "The classifier is sure that a class is in the frame, and the segmenter drew no pixel of it."
        )
    ),
    Cause.LABEL: str(
        QT_TRANSLATE_NOOP("review", "A label check compared the label with a model, and they disagree so strongly.")
    ),
    Cause.UNLABELLED: str(
        QT_TRANSLATE_NOOP("review", "The label file has no row of this frame: nobody has said anything of it.")
    ),
    Cause.NOT_INSPECTED: str(QT_TRANSLATE_NOOP("review", "Nothing is known of a frame that was not inspected.")),
}

ORDER_WORDS: dict[Order, str] = {
    Order.SUSPICION: str(QT_TRANSLATE_NOOP("review", "Suspicion")),
    Order.AREA: str(QT_TRANSLATE_NOOP("review", "Area")),
    Order.TIME: str(QT_TRANSLATE_NOOP("review", "Time")),
    Order.NAME: str(QT_TRANSLATE_NOOP("review", "Name")),
}

ORDER_HELP: dict[Order, str] = {
    Order.SUSPICION: str(
        QT_TRANSLATE_NOOP(
            "review",
            "Suspicion: to do first, then unsure, then done. On a station it is how near the frame was to another "
            "verdict, 100% at a gate or limit, or how sure the classifier is of a class the segmenter did not draw; "
            "in a label file with a label check, how strongly a model disagrees with the label.",
        )
    ),
    Order.AREA: str(QT_TRANSLATE_NOOP("review", "Area: the most labelled pixels first.")),
    Order.TIME: str(QT_TRANSLATE_NOOP("review", "Time: the newest frame first.")),
    Order.NAME: str(QT_TRANSLATE_NOOP("review", "Name: from A to Z, numbers by their value.")),
}

WORD_WORDS: dict[Word, str] = {
    Word.REVIEWER: str(QT_TRANSLATE_NOOP("review", "reviewed")),
    Word.UNSURE: str(QT_TRANSLATE_NOOP("review", "unsure")),
    Word.MODEL: str(QT_TRANSLATE_NOOP("review", "the model's word")),
    Word.LABEL_FILE: str(QT_TRANSLATE_NOOP("review", "the label file's word")),
}

LEFT_OUT_WORDS: dict[LeftOut, str] = {
    LeftOut.UNREVIEWED: str(QT_TRANSLATE_NOOP("review", "nobody has reviewed them")),
    LeftOut.UNREVIEWED_EMPTY: str(
        QT_TRANSLATE_NOOP("review", "nobody has reviewed them and they have no masks; a row would call them clean")
    ),
    LeftOut.INCOMPLETE: str(QT_TRANSLATE_NOOP("review", "their rows in the label file are broken")),
    LeftOut.NO_LABELS: str(QT_TRANSLATE_NOOP("review", "they were never inspected")),
    LeftOut.SUPERSEDED: str(QT_TRANSLATE_NOOP("review", "another inspection of the same name stands for them")),
}


def worded(text: str) -> str:
    """A word of this table in the language of the interface."""
    return QCoreApplication.translate(CONTEXT, text)


def state_word(state: ReviewState) -> str:
    """How far a person has got with a frame."""
    return worded(STATE_WORDS[state])


def export_sentences(report: ExportReport) -> tuple[str, ...]:
    """What an export came to: what was written, whose word it is, and what was left out and why."""
    words = ", ".join(
        f"{whole(report.words[word])} {worded(text)}" for word, text in WORD_WORDS.items() if report.words[word]
    )
    written = worded("{name}: {frames} frame(s), {rows} row(s)").format(
        name=report.plan.path.name, frames=whole(len(report.written)), rows=whole(report.rows)
    )
    lines = [f"{written} · {words}." if words else f"{written}."]
    if report.verified_empty:
        lines.append(worded("{count} of them without a defect.").format(count=whole(report.verified_empty)))
    lines += [
        worded("{count} left out: {why}.").format(count=whole(report.left_out[why]), why=worded(text))
        for why, text in LEFT_OUT_WORDS.items()
        if report.left_out[why]
    ]
    if report.problems:
        lines.append(worded("{count} broken row(s) did not go out.").format(count=whole(len(report.problems))))
    return tuple(lines)
