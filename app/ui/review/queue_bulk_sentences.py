"""Bulk changes in words: what one would do, and what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP

from app.review.bulk import BulkPlan, BulkReport, LeftAlone, Relabel
from app.ui.review.sentences import worded
from app.ui.sentences import whole
from app.words.correction import ReviewState

_NAMED = {LeftAlone.UNSAVED: 60, LeftAlone.NO_IMAGE: 6, LeftAlone.NO_CLASS: 6}
"""So many frames are named; of more, how many more. Those with strokes wait for somebody, who needs their names."""

LEFT_ALONE_WORDS: dict[LeftAlone, str] = {
    LeftAlone.UNSAVED: str(QT_TRANSLATE_NOOP("review", "Left alone, for strokes in them are not decided: {names}.")),
    LeftAlone.NO_IMAGE: str(QT_TRANSLATE_NOOP("review", "Left alone, for their images are missing: {names}.")),
    LeftAlone.NO_CLASS: str(QT_TRANSLATE_NOOP("review", "Without this class: {names}.")),
}

_DECIDED: dict[ReviewState, str] = {
    ReviewState.CONFIRMED: str(QT_TRANSLATE_NOOP("review", "{frames} frame(s) are saved as right, as they are.")),
    ReviewState.VERIFIED_EMPTY: str(
        QT_TRANSLATE_NOOP("review", "{frames} frame(s) are saved as free of defects; {cleared} of them lose masks.")
    ),
    ReviewState.UNSURE: str(QT_TRANSLATE_NOOP("review", "{frames} frame(s) are saved as unsure, as they are.")),
}


def plan_sentences(plan: BulkPlan, titles: Mapping[str, str]) -> tuple[str, ...]:
    """What a change would do; ``titles`` are the classes' by name."""
    frames = whole(len(plan.frames))
    change = plan.change
    if isinstance(change, Relabel):
        lines = [
            worded("{frames} frame(s), {findings} finding(s) from {first} to {second}.").format(
                frames=frames,
                findings=whole(plan.findings),
                first=titles.get(change.from_name, change.from_name),
                second=titles.get(change.to_name, change.to_name),
            )
        ]
        if plan.undecided:
            said = worded("{count} of them nobody has decided on; they are saved as unsure.")
            lines.append(said.format(count=whole(plan.undecided)))
    else:
        lines = [worded(_DECIDED[change.state]).format(frames=frames, cleared=whole(plan.cleared))]
    if plan.frames:
        lines.append(worded("Each can be undone in its frame."))
    return tuple(lines)


def report_sentences(report: BulkReport) -> tuple[str, ...]:
    """What a change did."""
    said = worded("{saved} of {frames} frame(s) are changed and saved.")
    if report.stopped:
        said = worded("Stopped: {saved} of {frames} frame(s) are changed and saved, the others as they were.")
    lines = [said.format(saved=whole(report.saved), frames=whole(report.frames))]
    if report.problem:
        lines.append(report.problem)
    # the others have been said of the selection before
    unsaved = report.left_alone.get(LeftAlone.UNSAVED)
    return (*lines, *left_alone_sentences({} if unsaved is None else {LeftAlone.UNSAVED: unsaved}))


def left_alone_sentences(names: Mapping[LeftAlone, Sequence[str]]) -> tuple[str, ...]:
    """Who is left alone, and why."""
    return tuple(
        worded(text).format(names=_listed(names[why], _NAMED[why]))
        for why, text in LEFT_ALONE_WORDS.items()
        if why in names
    )


def _listed(names: Sequence[str], most: int) -> str:
    shown = ", ".join(names[:most])
    more = len(names) - most
    return shown if more <= 0 else worded("{names} and {count} more").format(names=shown, count=whole(more))
