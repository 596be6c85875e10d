"""Words of the trade as the interface shows them: reasons, verdicts and the line's states, translated."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app import wording
from app.inspection.status import LineState
from app.words.inspection import VerdictKind
from app.words.reason import Reason

VERDICT_WORDS: dict[VerdictKind, str] = {
    VerdictKind.PASS: str(QT_TRANSLATE_NOOP("verdicts", "PASS")),
    VerdictKind.REVIEW: str(QT_TRANSLATE_NOOP("verdicts", "REVIEW")),
    VerdictKind.REJECT: str(QT_TRANSLATE_NOOP("verdicts", "REJECT")),
    VerdictKind.NOT_INSPECTED: str(QT_TRANSLATE_NOOP("verdicts", "NOT INSPECTED")),
}

VERDICT_ICONS: dict[VerdictKind, str] = {
    VerdictKind.PASS: "verdict-pass",
    VerdictKind.REVIEW: "verdict-review",
    VerdictKind.REJECT: "verdict-reject",
    VerdictKind.NOT_INSPECTED: "verdict-not-inspected",
}
"""Each verdict has a shape of its own, so that no one has to tell red from green."""

STATE_WORDS: dict[LineState, str] = {
    LineState.IDLE: str(QT_TRANSLATE_NOOP("states", "Not running")),
    LineState.STARTING: str(QT_TRANSLATE_NOOP("states", "Starting")),
    LineState.RUNNING: str(QT_TRANSLATE_NOOP("states", "Running")),
    LineState.PAUSED: str(QT_TRANSLATE_NOOP("states", "Paused")),
    LineState.STOPPING: str(QT_TRANSLATE_NOOP("states", "Stopping")),
    LineState.ENDED: str(QT_TRANSLATE_NOOP("states", "Source ended")),
    LineState.FAILED: str(QT_TRANSLATE_NOOP("states", "Failed")),
}


def sentence(reason: Reason) -> str:
    """A reason as one sentence in the language of the interface."""
    return wording.word(reason, lambda text: QCoreApplication.translate("reasons", text))


def verdict_word(kind: VerdictKind) -> str:
    """The verdict in capitals."""
    return QCoreApplication.translate("verdicts", VERDICT_WORDS[kind])


def line_state_word(state: LineState) -> str:
    """The line's state."""
    return QCoreApplication.translate("states", STATE_WORDS[state])


def whole(number: int) -> str:
    """A count with thin spaces between thousands, the same in every language."""
    return f"{number:,}".replace(",", "\u202f")
