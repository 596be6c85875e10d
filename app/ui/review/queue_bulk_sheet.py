"""The bulk sheet: one change to all selected frames, said before it is made, and made in the background."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QProgressBar

from app.review.bulk import BulkPlan, BulkReport, Change, Decide, Relabel
from app.review.ports import ReviewError, ReviewItem
from app.ui.background import Background
from app.ui.picker import Picker
from app.ui.review.controls import button, narrow
from app.ui.review.queue_bulk_sentences import left_alone_sentences, plan_sentences, report_sentences
from app.ui.review.session import ReviewSession
from app.ui.review.sheet import Sheet
from app.ui.sentences import whole
from app.words.correction import ReviewState

_COUNT_AFTER_MS = 200
_RELABEL = "relabel"


class QueueBulkSheet(Sheet):
    """Relabels a class, or decides, in every selected frame.

    ``plan`` is what would be done, ``None`` while it is being counted; ``report`` what was done last.

    Signals:
        about_to_start(): what is being typed or drawn has to be finished now.
        done(): a change has ended; the queue shows what it did.
    """

    about_to_start = Signal()
    done = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Change frames"))
        self.plan: BulkPlan | None = None
        self.report: BulkReport | None = None
        self._session: ReviewSession | None = None
        self._items: Sequence[ReviewItem] = ()
        self._again = False
        self._counting = Background("review-bulk-count", ReviewError, self)
        self._work = Background("review-bulk", ReviewError, self)
        self._count_timer = QTimer(self, singleShot=True, interval=_COUNT_AFTER_MS)
        self._build()
        self._connect()
        self._show_running(False)
        self._show_choice()

    def _build(self) -> None:
        self.selection_label = self.add_caption()
        self.add_title(self.tr("What to do with them"))
        self.action_box = narrow(Picker("selected"))
        for text, value in (
            (self.tr("Relabel a class"), _RELABEL),
            (self.tr("Confirm their masks as right"), ReviewState.CONFIRMED),
            (self.tr("No defect: clear their masks"), ReviewState.VERIFIED_EMPTY),
            (self.tr("Mark them as unsure"), ReviewState.UNSURE),
        ):
            self.action_box.addItem(text, value)
        self.body.addWidget(self.action_box)
        self.from_title = self.add_title(self.tr("From class"))
        self.from_box = narrow(Picker("box"))
        self.body.addWidget(self.from_box)
        self.to_title = self.add_title(self.tr("To class"))
        self.to_box = narrow(Picker("box"))
        self.body.addWidget(self.to_box)
        self.decides_choice = QCheckBox(self.tr("Count them as reviewed"))
        self.decides_choice.setToolTip(
            self.tr("Else a frame nobody had decided on is saved as unsure: it may hold defects that were missed.")
        )
        self.body.addWidget(self.decides_choice)
        self.plan_label = self.add_caption()
        self.plan_label.setProperty("role", "")
        self.start_button = button("", "confirm", primary=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.stop_button = button(self.tr("Stop"), "stop")
        self.stop_button.setToolTip(self.tr("The frames changed so far stay changed and saved, the others as they are"))
        for widget in (self.start_button, self.progress, self.stop_button):
            self.body.addWidget(widget)
        self.left_alone_label = self.add_caption()
        self.result_label = self.add_caption()
        self.result_label.setProperty("role", "")
        self.body.addStretch(1)

    def _connect(self) -> None:
        for box in (self.action_box, self.from_box, self.to_box):
            box.activated.connect(self._on_choice_changed)
        self.decides_choice.toggled.connect(self._on_choice_changed)
        self._count_timer.timeout.connect(self._count)
        self._counting.finished.connect(self._on_counted)
        self._counting.failed.connect(self._on_count_failed)
        self.start_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(self._work.stop)
        self._work.progressed.connect(self._on_progressed)
        self._work.finished.connect(self._on_finished)
        self._work.failed.connect(self._on_failed)

    @property
    def running(self) -> bool:
        """Whether a change is being made."""
        return self._work.running

    def set_session(self, session: ReviewSession) -> None:
        """Change another session's frames."""
        self._session = session
        self.result_label.clear()
        self.set_items(())

    def set_items(self, items: Sequence[ReviewItem]) -> None:
        """These frames are selected now."""
        self._items = items
        if self._session is not None:
            titles = {c.name: c.title for taxonomy in self._session.taxonomies for c in taxonomy}
            present = {name for item in items for name in item.class_names}
            _fill(self.from_box, {name: title for name, title in titles.items() if name in present})
            _fill(self.to_box, titles)
            if self.to_box.currentIndex() == self.to_box.findData(self.from_box.currentData()):
                self.to_box.setCurrentIndex((self.to_box.currentIndex() + 1) % max(self.to_box.count(), 1))
        self.selection_label.setText(
            self.tr("{count} frame(s) are selected.").format(count=whole(len(items)))
            if items
            else self.tr("Select frames in the queue: Ctrl+click one by one, Shift+click a stretch, Ctrl+A all listed.")
        )
        self._on_choice_changed()

    @Slot()
    def start(self) -> None:
        """Do what was counted."""
        if self._session is None or self.plan is None or not self.plan.frames or self.running:
            return
        self.about_to_start.emit()
        held = self._session.hold(self.plan)
        self.report = None
        if self._work.start(self._session.changing(held)):
            self.result_label.clear()
            self._show_running(True)

    def close_work(self) -> None:
        """Stop counting and changing, for a bounded time."""
        self._count_timer.stop()
        self._counting.close()
        self._work.close()
        self._session = None

    def change(self) -> Change | None:
        """What is chosen; ``None`` where a class is missing or both are the same."""
        action = self.action_box.currentData()
        if action != _RELABEL:
            return Decide(ReviewState(action))
        first, second = self.from_box.currentData(), self.to_box.currentData()
        if not first or not second or first == second:
            return None
        return Relabel(first, second, self.decides_choice.isChecked())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Count what is selected by now."""
        super().showEvent(event)
        self._on_choice_changed()

    @Slot()
    def _on_choice_changed(self) -> None:
        relabels = self.action_box.currentData() == _RELABEL
        for widget in (self.from_title, self.from_box, self.to_title, self.to_box, self.decides_choice):
            widget.setVisible(relabels)
        self.plan = None
        self._show_choice()
        if self.isVisible() and self.change() is not None and self._items and not self.running:
            self._count_timer.start()

    @Slot()
    def _count(self) -> None:
        change = self.change()
        if self._session is None or change is None:
            return
        self._again = self._counting.running
        if self._again:
            self._counting.stop()
        else:
            self._counting.start(self._session.planning(change, tuple(self._items)))

    @Slot(object)
    def _on_counted(self, plan: BulkPlan) -> None:
        if self._session is None:
            return
        if self._again or plan.change != self.change():
            self._count()
            return
        self.plan = plan
        self._show_choice()

    @Slot(str)
    def _on_count_failed(self, why: str) -> None:
        if self._again:
            self._count()
        elif self._session is not None:
            self.plan_label.setText(why)

    @Slot(int, int)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setMaximum(total)
        self.progress.setValue(done)

    @Slot(object)
    def _on_finished(self, report: BulkReport) -> None:
        self.report = report
        self._end("\n".join(report_sentences(report)))

    @Slot(str)
    def _on_failed(self, why: str) -> None:
        self._end(why)

    def _end(self, said: str) -> None:
        self._show_running(False)
        if self._session is None:
            return
        self._session.release()
        self.done.emit()
        # nothing more is offered before something is chosen: a second click must not change what the first has
        self._count_timer.stop()
        self.plan_label.clear()
        self.result_label.setText(said)

    def _show_choice(self) -> None:
        """What would be done, or what is missing to say so."""
        plan, titles = self.plan, self._titles()
        frames = 0 if plan is None else len(plan.frames)
        self.start_button.setEnabled(frames > 0 and not self.running)
        self.start_button.setText(self.tr("Change {count} frame(s)").format(count=whole(frames)))
        self.left_alone_label.setText("" if plan is None else "\n".join(left_alone_sentences(plan.left_alone)))
        if plan is not None:
            self.plan_label.setText("\n".join(plan_sentences(plan, titles)))
        elif not self._items:
            self.plan_label.setText("")
        elif self.change() is None:
            missing = not self.from_box.count()
            self.plan_label.setText(
                self.tr("The selected frames have no masks.") if missing else self.tr("Choose two different classes.")
            )
        else:
            self.plan_label.setText(self.tr("Counting …"))

    def _titles(self) -> dict[str, str]:
        boxes = (self.from_box, self.to_box)
        return {box.itemData(row): box.itemText(row) for box in boxes for row in range(box.count())}

    def _show_running(self, running: bool) -> None:
        self.progress.setVisible(running)
        self.stop_button.setVisible(running)
        self.start_button.setVisible(not running)
        for widget in (self.action_box, self.from_box, self.to_box, self.decides_choice):
            widget.setEnabled(not running)


def _fill(box: Picker, titles: dict[str, str]) -> None:
    """List classes; the one chosen stays chosen where it is still there."""
    chosen = box.currentData()
    box.clear()
    for name, title in titles.items():
        box.addItem(title, name)
    box.setCurrentIndex(max(box.findData(chosen), 0) if titles else -1)
