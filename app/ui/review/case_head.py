"""The head over the canvas: which frame this is, what was said of it, and the page's two actions."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.review.ports import ReviewItem
from app.review.suspicion import cause_of
from app.ui.elided_label import ElidedLabel
from app.ui.keys import explain
from app.ui.message_bar import IconLabel
from app.ui.review.controls import button
from app.ui.review.keys import REVIEW_KEYS
from app.ui.review.sentences import CAUSE_HELP, CAUSE_WORDS, STATE_ICONS, state_word, worded
from app.ui.sentences import VERDICT_ICONS, sentence, verdict_word


class CaseHead(QFrame):
    """Name, state, suspicion, verdict and reasons of the frame on the table."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "true")
        self.name_label = ElidedLabel()
        self.name_label.setProperty("role", "lead")
        self.verdict_icon = IconLabel("verdict-idle", "text_soft", 22)
        self.reason_label = ElidedLabel()
        self.reason_label.setProperty("role", "caption")
        self.state_badge = QLabel()
        self.state_badge.setProperty("role", "badge")
        self.cause_badge = QLabel()
        self.cause_badge.setProperty("role", "badge")
        self.labels_button = button(self.tr("Open label file …"), "import")
        self.station_button = button(self.tr("Back to this station"), "back-to-live")
        self.export_button = button(self.tr("Export labels …"), "export")
        explain(self.labels_button, REVIEW_KEYS["open"])
        explain(self.export_button, REVIEW_KEYS["export"])
        self.station_button.hide()
        self.station_button.setToolTip(self.tr("Close the label file and review this station's inspections"))
        self._texts = {made: made.text() for made in (self.labels_button, self.station_button, self.export_button)}
        upper = QHBoxLayout()
        upper.setSpacing(12)
        upper.addWidget(self.name_label)
        upper.addWidget(self.state_badge)
        upper.addWidget(self.cause_badge)
        upper.addStretch(1)
        lower = QHBoxLayout()
        lower.setSpacing(8)
        lower.addWidget(self.verdict_icon)
        lower.addWidget(self.reason_label, 1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(upper)
        words.addLayout(lower)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(words, 1)
        for made in (self.station_button, self.labels_button, self.export_button):
            layout.addWidget(made)

    def set_compact(self, compact: bool) -> None:
        """In a small window: actions as icons."""
        for made, text in self._texts.items():
            made.setText("" if compact else text)

    def show_item(self, item: ReviewItem | None, *, actor: str = "") -> None:
        """Show an item; ``actor`` is whose word its latest labels are."""
        for widget in (self.state_badge, self.verdict_icon):
            widget.setVisible(item is not None)
        self._show_cause(item)
        if item is None:
            self.name_label.setText(self.tr("Nothing on the table"))
            self.reason_label.setText(self.tr("Choose a frame from the queue."))
            return
        self.name_label.setText(item.name)
        said = state_word(item.state)
        self.state_badge.setText(f"{said} · {actor}" if actor and item.state in STATE_ICONS else said)
        reasons = [sentence(item.reason), *(sentence(doubt) for doubt in item.doubts)]
        if item.verdict is None:
            self.verdict_icon.set_icon("verdict-idle", "text_soft")
        else:
            self.verdict_icon.set_icon(VERDICT_ICONS[item.verdict], "text")
            reasons.insert(0, f"{verdict_word(item.verdict).capitalize()}.")
        self.reason_label.setText(" ".join(reasons))

    def _show_cause(self, item: ReviewItem | None) -> None:
        """Why a frame that waits for a decision stands high up in the queue."""
        cause = None if item is None or item.reviewed else cause_of(item)
        self.cause_badge.setVisible(cause is not None)
        if item is None or cause is None:
            return
        percent = self.tr("Suspicion {percent:.0%}").format(percent=item.suspicion)
        self.cause_badge.setText(f"{percent} · {worded(CAUSE_WORDS[cause])}")
        self.cause_badge.setToolTip(f"<p>{worded(CAUSE_HELP[cause])}</p>")
