"""The filter sheet: the filters of the queue that have no place above its list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Signal

from app.review.ports import ReviewItem
from app.review.queue import QueueFilter
from app.review.suspicion import Cause, cause_of
from app.review.time_span import TimeSpan, since
from app.ui.picker import Picker
from app.ui.review.controls import button, narrow
from app.ui.review.keys import REVIEW_KEYS
from app.ui.review.sentences import CAUSE_WORDS, ORDER_HELP, worded
from app.ui.review.sheet import Sheet


class QueueFilterSheet(Sheet):
    """Pickers for time, strip, station, reviewer and cause of suspicion.

    Signals:
        changed(): another choice was made.
        clear_asked(): all filters, those above the list as well, are to be taken off.
    """

    changed = Signal()
    clear_asked = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Filters"))
        self.span_box = self._picker(self.tr("Taken"), "clock")
        for span, text in (
            (TimeSpan.ANY, self.tr("At any time")),
            (TimeSpan.TODAY, self.tr("Today")),
            (TimeSpan.SHIFT, ""),
            (TimeSpan.WEEK, self.tr("In the last 7 days")),
        ):
            self.span_box.addItem(text, span)
        self.cause_box = self._picker(self.tr("Cause of suspicion"), "notice")
        self.strip_box = self._picker(self.tr("Strip"), "strip")
        self.station_box = self._picker(self.tr("Station"), "device")
        self.reviewer_box = self._picker(self.tr("Last reviewed by"), "person")
        self._boxes = (self.span_box, self.cause_box, self.strip_box, self.station_box, self.reviewer_box)
        self.clear_button = button(self.tr("Clear all filters"), "restore")
        binding = REVIEW_KEYS["clear_filters"]
        self.clear_button.setToolTip(f"{binding.worded}  ({binding.label})")
        self.clear_button.clicked.connect(self.clear_asked)
        self.body.addSpacing(8)
        self.body.addWidget(self.clear_button)
        self.add_title(self.tr("Orders of the list"))
        for text in ORDER_HELP.values():
            self.add_caption(worded(text))
        self.body.addStretch(1)
        self.list_choices(())

    def list_choices(self, items: Collection[ReviewItem]) -> None:
        """Offer the strips, stations, reviewers and causes of these items; what is chosen stays chosen."""
        causes = {cause_of(item) for item in items}
        known = [(worded(text), cause) for cause, text in CAUSE_WORDS.items() if cause in causes]
        started = since(TimeSpan.SHIFT, datetime.now(UTC))
        assert started is not None, "a shift has a beginning"
        said = self.tr("Shift since {clock}").format(clock=started.astimezone().strftime("%H:%M"))
        self.span_box.setItemText(self.span_box.findData(TimeSpan.SHIFT), said)
        _fill(self.cause_box, self.tr("Any"), None, known)
        for box, everything, names in (
            (self.strip_box, self.tr("Every strip"), sorted({item.strip for item in items}, reverse=True)),
            (self.station_box, self.tr("Every station"), sorted({item.station for item in items})),
            (self.reviewer_box, self.tr("Anybody"), sorted({item.reviewer for item in items})),
        ):
            _fill(box, everything, "", [(name, name) for name in names if name])

    def clear(self) -> None:
        """Choose everything, without saying so."""
        for box in self._boxes:
            box.setCurrentIndex(0)

    @property
    def count(self) -> int:
        """How many of its filters are on."""
        return sum(box.currentIndex() > 0 for box in self._boxes)

    def narrowed(self, shown: QueueFilter) -> QueueFilter:
        """A filter with the choices of this sheet in it; spans of time end now."""
        # Qt gives the word of a text enumeration back
        cause = self.cause_box.currentData()
        return replace(
            shown,
            since_utc=since(TimeSpan(self.span_box.currentData()), datetime.now(UTC)),
            cause=None if cause is None else Cause(cause),
            strip=self.strip_box.currentData(),
            station=self.station_box.currentData(),
            reviewer=self.reviewer_box.currentData(),
        )

    def _picker(self, title: str, icon: str) -> Picker:
        self.add_title(title)
        box = narrow(Picker(icon))
        box.setAccessibleName(title)
        box.activated.connect(self.changed)
        self.body.addWidget(box)
        return box


def _fill(box: Picker, everything: str, none: Cause | str | None, choices: Sequence[tuple[str, Cause | str]]) -> None:
    """List the choices after 'everything'; one that was chosen stays in the list though nothing has it any more."""
    chosen, text = box.currentData(), box.currentText()
    box.clear()
    box.addItem(everything, none)
    for title, value in choices:
        box.addItem(title, value)
    if chosen and box.findData(chosen) < 0:
        box.addItem(text, chosen)
    box.setCurrentIndex(max(box.findData(chosen), 0) if chosen else 0)
    box.setEnabled(box.count() > 1)
