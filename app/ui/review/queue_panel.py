"""The left column: what is reviewed, how far, which of it is listed, and the list."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from app.review.pace import BREAK_S, DECISIONS
from app.review.queue import Order, QueueFilter
from app.ui.keys import explain
from app.ui.picker import Picker
from app.ui.review.controls import button, tool
from app.ui.review.keys import REVIEW_KEYS
from app.ui.review.queue_bulk_sheet import QueueBulkSheet
from app.ui.review.queue_filter_sheet import QueueFilterSheet
from app.ui.review.queue_list import QueueList, QueueModel
from app.ui.review.sentences import ORDER_HELP, ORDER_WORDS, STATE_WORDS, worded
from app.ui.review.session import ReviewSession
from app.ui.sentences import verdict_word, whole
from app.words.correction import ReviewState
from app.words.inspection import VerdictKind


class QueuePanel(QFrame):
    """Lists the queue of a session.

    Signals:
        item_chosen(object): the id of the item to open.
    """

    item_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._session: ReviewSession | None = None
        self._compact = False
        # the state of the queue whose choices the pickers show: typing a name changes the list, not these
        self._choices_of = -1
        self.setProperty("panel", "true")
        self._build()
        self._connect()

    def _build(self) -> None:
        self._build_head()
        self._build_filters()
        self.bulk_sheet = QueueBulkSheet()
        self.change_button = button("", "selected")
        explain(self.change_button, REVIEW_KEYS["change_selected"])
        self._change_row = QWidget()
        self._change_row.hide()
        self.model = QueueModel(self._edited)
        self.list = QueueList(self.model)
        self.empty_label = QLabel(self.tr("Nothing is open. Choose a label file at the right."))
        self.empty_label.setProperty("role", "caption")
        self.empty_label.setWordWrap(True)
        self.empty_label.setContentsMargins(14, 14, 14, 14)
        self._lay_out()

    def _build_head(self) -> None:
        self.source_label = QLabel(self.tr("Review"))
        self.source_label.setProperty("role", "title")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(14)
        self.progress_label = QLabel()
        self.progress_label.setProperty("role", "caption")
        self.progress_label.setWordWrap(True)
        self.pace_label = QLabel()
        self.pace_label.setProperty("role", "caption")
        said = self.tr("Over the last {count} decisions; breaks of more than {minutes} minutes count as none.")
        self.pace_label.setToolTip(said.format(count=DECISIONS, minutes=round(BREAK_S / 60)))
        self.pace_label.hide()
        self.refresh_button = tool("refresh", REVIEW_KEYS["refresh"])
        self.refresh_button.setProperty("role", "flat")
        self.neighbours_button = tool("neighbours", REVIEW_KEYS["neighbours"], checkable=True)
        self.neighbours_button.setChecked(True)

    def _build_filters(self) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Name or note"))
        self.search.setToolTip(f"{REVIEW_KEYS['find'].worded}  ({REVIEW_KEYS['find'].label})")
        self.search.setAccessibleName(REVIEW_KEYS["find"].worded)
        self.search.setClearButtonEnabled(True)
        self.state_box, self.verdict_box, self.class_box = Picker("review"), Picker("verdict-idle"), Picker("box")
        self.state_box.addItem(self.tr("Any state"), frozenset())
        for state, text in STATE_WORDS.items():
            self.state_box.addItem(worded(text), frozenset({state}))
        self.state_box.addItem(self.tr("Not decided"), frozenset({ReviewState.TO_DO, ReviewState.UNSURE}))
        self.verdict_box.addItem(self.tr("Any verdict"), None)
        for kind in VerdictKind:
            self.verdict_box.addItem(verdict_word(kind).capitalize(), kind)
        self.class_box.addItem(self.tr("Any class"), "")
        self.order_box = Picker("sort")
        for order, text in ORDER_WORDS.items():
            self.order_box.addItem(worded(text), order)
        binding = REVIEW_KEYS["order"]
        lines = (f"{binding.worded}  ({binding.label})", *map(worded, ORDER_HELP.values()))
        # as rich text, for Qt breaks no lines of plain tooltips
        self.order_box.setToolTip("".join(f"<p>{line}</p>" for line in lines))
        self.order_box.setAccessibleName(binding.worded)
        self.more_button = button("", "filter")
        self.more_button.setCheckable(True)
        explain(self.more_button, REVIEW_KEYS["filters"])
        self.filter_sheet = QueueFilterSheet()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.source_label, 1)
        head.addWidget(self.neighbours_button)
        head.addWidget(self.refresh_button)
        filters = QVBoxLayout()
        filters.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.search, 1)
        row.addWidget(self.more_button)
        filters.addLayout(row)
        filters.addWidget(self.state_box)
        filters.addWidget(self.verdict_box)
        filters.addWidget(self.class_box)
        filters.addWidget(self.order_box)
        top = QVBoxLayout()
        top.setContentsMargins(12, 8, 12, 8)
        top.setSpacing(6)
        top.addLayout(head)
        top.addWidget(self.progress_label)
        top.addWidget(self.progress)
        top.addWidget(self.pace_label)
        top.addLayout(filters)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.empty_label)
        layout.addWidget(self.list, 1)
        # below the list, so that no row moves from under the pointer that selects it
        below = QVBoxLayout(self._change_row)
        below.setContentsMargins(12, 8, 12, 8)
        below.addWidget(self.change_button)
        layout.addWidget(self._change_row)
        layout.addStretch(0)
        self.list.hide()

    def _connect(self) -> None:
        self.list.item_chosen.connect(self.item_chosen)
        self.list.selection_changed.connect(self._on_selection_changed)
        self.bulk_sheet.done.connect(self._on_selection_changed)
        self.search.textChanged.connect(self._on_filter_changed)
        for box in (self.state_box, self.verdict_box, self.class_box, self.order_box):
            box.activated.connect(self._on_filter_changed)
        self.filter_sheet.changed.connect(self._on_filter_changed)
        self.filter_sheet.clear_asked.connect(self.clear_filters)

    def set_session(self, session: ReviewSession) -> None:
        """List another session's queue, all of it."""
        self._session = None
        self._choices_of = -1
        self.clear_filters()
        self._session = session
        self.source_label.setText(session.store.title)
        self.source_label.setToolTip(session.store.title)
        session.queue_listed.connect(self._on_queue_listed)
        session.item_changed.connect(self._on_item_changed)
        self.bulk_sheet.set_session(session)
        self._on_queue_listed()

    @Slot()
    def mark_current(self) -> None:
        """Mark the item being worked on."""
        if self._session is not None:
            current = self._session.queue.current
            self.list.show_current(None if current is None else current.id)
            self.list.viewport().update()

    def set_compact(self, compact: bool) -> None:
        """In a small window: fewer words on the buttons."""
        self._compact = compact
        self.mark_filters()
        self._on_selection_changed()

    def filter(self) -> QueueFilter:
        """What is listed."""
        # Qt gives the word of a text enumeration back
        verdict = self.verdict_box.currentData()
        shown = QueueFilter(
            states=self.state_box.currentData(),
            verdict=None if verdict is None else VerdictKind(verdict),
            class_name=self.class_box.currentData(),
            text=self.search.text().strip(),
        )
        return self.filter_sheet.narrowed(shown)

    @Slot()
    def find_text(self) -> None:
        """Type a name or a note."""
        self.search.setFocus()
        self.search.selectAll()

    @Slot()
    def select_all(self) -> None:
        """Select every listed frame."""
        self.list.selectAll()

    def close_work(self) -> None:
        """Stop what goes on in the background, for a bounded time."""
        self.bulk_sheet.close_work()

    @Slot()
    def _on_selection_changed(self) -> None:
        items = self.list.selected
        self._change_row.setVisible(len(items) > 1)
        words = self.tr("Change {count} …") if self._compact else self.tr("Change {count} selected …")
        self.change_button.setText(words.format(count=whole(len(items))))
        if not self.bulk_sheet.running:
            self.bulk_sheet.set_items(items)

    @Slot()
    def clear_filters(self) -> None:
        """List everything; the order stays."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        for box in (self.state_box, self.verdict_box, self.class_box):
            box.setCurrentIndex(0)
        self.filter_sheet.clear()
        self._on_filter_changed()

    def _edited(self, item_id: object) -> bool:
        return self._session is not None and self._session.edited(item_id)  # type: ignore[arg-type]  # ids are UUIDs

    @Slot()
    def _on_filter_changed(self) -> None:
        self.mark_filters()
        if self._session is not None:
            self._session.set_filter(self.filter(), Order(self.order_box.currentData()))

    @Slot()
    def mark_filters(self) -> None:
        """Say how many filters of the sheet are on."""
        count = self.filter_sheet.count
        words = "" if self._compact else self.tr("More")
        self.more_button.setText(f"{words} {count}".strip() if count else words)
        self.more_button.setChecked(bool(count))

    @Slot()
    def _on_queue_listed(self) -> None:
        session = self._session
        if session is None:
            return
        titles = {c.name: c for taxonomy in session.taxonomies for c in taxonomy}
        if self._choices_of != session.queue.changes:
            self._choices_of = session.queue.changes
            self.verdict_box.setVisible(any(item.verdict is not None for item in session.queue.all))
            self.filter_sheet.list_choices(session.queue.all)
            self._list_classes({name: c.title for name, c in titles.items()})
        self.list.set_items(session.queue.listed, {name: QColor(*c.rgb) for name, c in titles.items()})
        self.mark_current()
        self._show_progress()

    @Slot(object)
    def _on_item_changed(self, item: object) -> None:
        self.model.update_item(item)  # type: ignore[arg-type]  # the signal carries ReviewItems
        self._show_progress()

    def _list_classes(self, titles: dict[str, str]) -> None:
        chosen = self.class_box.currentData()
        self.class_box.clear()
        self.class_box.addItem(self.tr("Any class"), "")
        for name, title in titles.items():
            self.class_box.addItem(title, name)
        self.class_box.setCurrentIndex(max(self.class_box.findData(chosen), 0))

    def _show_progress(self) -> None:
        assert self._session is not None, "there is a session to show"
        reviewed, every = self._session.progress
        self.progress.setMaximum(max(every, 1))
        self.progress.setValue(reviewed)
        listed = len(self._session.queue)
        said = self.tr("{done} of {all} reviewed").format(done=whole(reviewed), all=whole(every))
        if listed != every:
            said += self.tr(" · {listed} listed").format(listed=whole(listed))
        self.progress_label.setText(said)
        self._show_pace(every - reviewed)
        self.empty_label.setVisible(not listed)
        self.list.setVisible(bool(listed))
        self.empty_label.setText(
            self.tr("No frame matches the filter.")
            if every
            else self.tr("Nothing to review yet. Start the line on the Live page, or open a label file.")
        )

    def _show_pace(self, left: int) -> None:
        """How fast it goes and how long it takes, once there are enough decisions to say."""
        assert self._session is not None, "there is a session to show"
        pace, minutes = self._session.pace.per_minute, self._session.pace.minutes_left(left)
        self.pace_label.setVisible(pace is not None)
        if pace is None or minutes is None:
            return
        said = self.tr("{pace:.1f} a minute").format(pace=pace)
        if left:
            said += self.tr(" · {time} left").format(time=self._worded(minutes))
        self.pace_label.setText(said)

    def _worded(self, minutes: float) -> str:
        hours, rest = divmod(max(round(minutes), 1), 60)
        return self.tr("{hours} h {rest} min").format(hours=whole(hours), rest=rest) if hours else f"{rest} min"
