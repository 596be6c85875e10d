"""The head over the canvas: which frame this is, what was said of it, and the page's two actions."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.review.ports import ReviewItem
from app.ui.elided_label import ElidedLabel
from app.ui.keys import explain
from app.ui.message_bar import IconLabel
from app.ui.review.controls import button
from app.ui.review.keys import REVIEW_KEYS
from app.ui.review.sentences import STATE_ICONS, state_word
from app.ui.sentences import VERDICT_ICONS, sentence, verdict_word


class CaseHead(QFrame):
    """Name, state, verdict and reason of the frame on the table."""

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
        if item is None:
            self.name_label.setText(self.tr("Nothing on the table"))
            self.reason_label.setText(self.tr("Choose a frame from the queue."))
            return
        self.name_label.setText(item.name)
        said = state_word(item.state)
        self.state_badge.setText(f"{said} · {actor}" if actor and item.state in STATE_ICONS else said)
        if item.verdict is None:
            self.verdict_icon.set_icon("verdict-idle", "text_soft")
            self.reason_label.setText(sentence(item.reason))
        else:
            self.verdict_icon.set_icon(VERDICT_ICONS[item.verdict], "text")
            self.reason_label.setText(f"{verdict_word(item.verdict).capitalize()}. {sentence(item.reason)}")
