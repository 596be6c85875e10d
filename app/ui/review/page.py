"""The review page: what its widgets, its keys and its session do to one another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget

from app.review.desk import ReviewDesk
from app.review.document import Patch
from app.review.edit import OverlapPolicy
from app.review.label_file import LabelFile, OpenedLabels
from app.review.open_case import OpenCase
from app.review.ports import ReviewCase, ReviewItem, ReviewStore
from app.ui.message_bar import MessageBar, MessageKind
from app.ui.review.asking import Asking
from app.ui.review.class_means import ClassMeans
from app.ui.review.comparing import Comparison
from app.ui.review.drawing import Tool
from app.ui.review.keys import REVIEW_SECTIONS
from app.ui.review.page_keys import bind_review_keys
from app.ui.review.session import ReviewSession
from app.ui.review.widgets import ReviewWidgets
from app.ui.sentences import sentence
from app.ui.shell import Workplace
from app.words.correction import ReviewState
from models.labels.components import Component
from models.labels.masks import class_mask

_FINDINGS_AFTER_MS = 120
_SAVE_TOPIC, _DONE_TOPIC, _FOUND_AGAIN_TOPIC, _LABELS_TOPIC, _OPINION_TOPIC = (
    f"review_{topic}" for topic in ("save", "done", "recovered", "labels", "opinion")
)


class ReviewPage(ReviewWidgets):
    """Corrects what the model or a label file got wrong.

    Give it a ``ReviewDesk`` and the window's ``MessageBar``; call ``stop`` before the store is closed.
    """

    keys = REVIEW_SECTIONS

    def __init__(self, desk: ReviewDesk, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.session: ReviewSession | None = None
        self.case: OpenCase | None = None
        self._desk = desk
        self._messages = messages
        self._label_file: LabelFile | None = None
        self._carried_to: UUID | None = None
        self._findings_timer = QTimer(self, singleShot=True, interval=_FINDINGS_AFTER_MS)
        self.class_means = ClassMeans(self)
        self.asking = Asking(desk.opinions, self.frame_area, self.drawing.table, self)
        self._connect()
        self._connect_buttons()
        bind_review_keys(self)
        self.drawing.set_tool(Tool.SELECT)
        self._show_nothing()
        if desk.station is not None:
            self.set_store(desk.station)
        else:
            self.show_sheet(self.open_sheet)

    def _connect(self) -> None:
        self._findings_timer.timeout.connect(self._show_findings)
        self.queue_panel.item_chosen.connect(self.open_item)
        self.neighbours.item_chosen.connect(self.open_item)
        self.neighbours.shown_changed.connect(self.queue_panel.neighbours_button.setChecked)
        self.drawing.table.step_finished.connect(self._on_step_finished)
        self.drawing.table.failed.connect(self._on_failed)
        self.drawing.tool_changed.connect(self._on_tool_changed)
        self.drawing.findings.selected_changed.connect(self.column.finding_panel.mark)
        self.tool_bar.tool_chosen.connect(self.set_tool)
        means = self.tool_bar.means
        means.tip_chosen.connect(self.drawing.table.set_tip)
        means.tolerance_chosen.connect(self.drawing.table.set_tolerance)
        means.shape_button.clicked.connect(self.drawing.toggle_tip)
        self.frame_area.drawable_changed.connect(self._on_drawable_changed)
        self.column.finding_panel.finding_chosen.connect(self._on_finding_chosen)
        self.column.note_edit.editingFinished.connect(self._on_note_edited)
        self.export_sheet.closed.connect(self.close_sheet)
        self.open_sheet.closed.connect(self.close_sheet)
        self.catalogue_sheet.closed.connect(self.close_sheet)
        self.queue_panel.filter_sheet.closed.connect(self.close_sheet)
        self.queue_panel.bulk_sheet.closed.connect(self.close_sheet)
        self.queue_panel.bulk_sheet.about_to_start.connect(self._leave_case)
        self.open_sheet.opened.connect(self._on_labels_opened)

        self.asking.failed.connect(self._on_opinion_failed)
        self.asking.taken_over.connect(self._on_step_finished)
        self.frame_area.view_bar.opinion_button.clicked.connect(self.open_opinion)

    def _connect_buttons(self) -> None:
        bar, decision, head = self.tool_bar, self.decision_bar, self.head
        for button, slot in (
            (bar.undo_button, self.undo),
            (bar.redo_button, self.redo),
            (bar.delete_button, self.drawing.findings.delete),
            (bar.restore_button, self.restore),
            (decision.accept_button, self.accept),
            (decision.no_defect_button, self.no_defect),
            (decision.unsure_button, self.unsure),
            (decision.previous_button, partial(self.step, -1)),
            (decision.next_button, partial(self.step, 1)),
            (decision.try_again_button, self._on_try_again),
            (head.labels_button, partial(self.show_sheet, self.open_sheet)),
            (head.export_button, partial(self.show_sheet, self.export_sheet)),
            (head.station_button, self.show_station),
            (self.queue_panel.refresh_button, self.refresh),
            (self.queue_panel.more_button, self.show_filters),
            (self.queue_panel.neighbours_button, self.neighbours.toggle),
            (self.queue_panel.change_button, partial(self.show_sheet, self.queue_panel.bulk_sheet)),
        ):
            button.clicked.connect(slot)

    # What can be asked of the page

    def set_store(self, store: ReviewStore) -> None:
        """Review another store's items, from its first one to do."""
        self._leave_session()
        session = ReviewSession(store, self._desk.journals, self._desk.reviewer, self)
        self.session = session
        session.queue_listed.connect(self._on_queue_listed)
        session.item_changed.connect(self._on_item_changed)
        session.case_opened.connect(self._on_case_opened)
        session.case_unopenable.connect(self._on_case_unopenable)
        session.status_changed.connect(self._show_status)
        session.failed.connect(self._on_failed)
        session.saved.connect(partial(self._messages.solve, _SAVE_TOPIC))
        self.class_means.set_default(OverlapPolicy.REPLACE if store.exclusive else OverlapPolicy.ALLOW)
        self.head.station_button.setVisible(self._label_file is not None and self._desk.station is not None)
        self.queue_panel.set_session(session)
        self.neighbours.set_session(session)
        self.export_sheet.set_session(session)
        self.catalogue_sheet.set_store(store)
        session.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read the queue anew."""
        if self.session is not None:
            self.session.refresh()

    @Slot(object)
    def open_item(self, item_id: UUID) -> None:
        """Bring an item to the table."""
        if self.session is not None:
            self._leave_case()
            self.session.open(item_id)
            if self.session.loading:
                self._show_loading()

    def step(self, places: int) -> None:
        """Go so many places down the queue."""
        item = None if self.session is None else self.session.queue.neighbour(places)
        if item is not None:
            self.open_item(item.id)

    def show_sheet(self, sheet: QWidget) -> None:
        """Show a side sheet, or close it where it is shown already."""
        if self.right.currentWidget() is sheet:
            self.close_sheet()
        else:
            self.right.setCurrentWidget(sheet)

    @Slot()
    def show_filters(self) -> None:
        """Show the filters that have no place above the list."""
        self.show_sheet(self.queue_panel.filter_sheet)
        self.queue_panel.mark_filters()

    @Slot()
    def close_sheet(self) -> None:
        """Back to classes and findings."""
        self.right.setCurrentWidget(self.column)
        self.canvas.setFocus()

    @Slot()
    def show_station(self) -> None:
        """Close the label file and review this station's inspections."""
        if self._desk.station is not None and self._label_file is not None:
            label_file, self._label_file = self._label_file, None
            self.set_store(self._desk.station)
            label_file.close()

    def stop(self) -> None:
        """Finish what is being done and end every thread of the page; to be called before the store closes."""
        self.export_sheet.close_work()
        self.open_sheet.close_work()
        self.asking.close()
        self.catalogue_sheet.close_work()
        self.drawing.stop()
        self._leave_session()
        if self._label_file is not None:
            self._label_file.close()
            self._label_file = None

    # Decisions

    @Slot()
    def accept(self) -> None:
        """Save the masks as they are now, as right or as a correction, and go on."""
        typed_in = QApplication.focusWidget()
        if isinstance(typed_in, (QLineEdit, QPlainTextEdit)):
            # Enter ends the typing; it must not decide about a frame
            if self.open_sheet.isAncestorOf(typed_in):
                self.open_sheet.open()
            elif self.export_sheet.isAncestorOf(typed_in):
                self.export_sheet.export()
            else:
                self.canvas.setFocus()
        elif self.drawing.close():
            pass  # Enter ends the outline that is being drawn; it must not decide about the frame
        elif self.case is not None and self._can_decide():
            self.drawing.finish()
            self._decide(self.case.decision)

    @Slot()
    def no_defect(self) -> None:
        """Clear all masks, as one step, save the frame as free of defects and go on."""
        if self.case is not None and self._can_decide():
            self.drawing.finish()
            rules = self.drawing.table.rules
            kept = [defect.title for defect in self.case.case.taxonomy if self._keeps(defect.id, rules.protected)]
            if kept:
                said = self.tr("{titles}: locked or hidden, with masks; unlock and show them, or delete them first.")
                self._on_failed(said.format(titles=", ".join(kept)))
                return
            self._show_patch(self.case.clear())
            self._decide(ReviewState.VERIFIED_EMPTY)

    def _keeps(self, class_id: int, protected: frozenset[int]) -> bool:
        """Whether a class that no tool may change has masks."""
        assert self.case is not None, "a decision is about a case"
        return class_id in protected and bool(class_mask(self.case.document.stack, class_id).any())

    @Slot()
    def unsure(self) -> None:
        """Save the masks as they are now as undecided, and go on."""
        if self._can_decide():
            self.drawing.finish()
            self._decide(ReviewState.UNSURE)

    def _decide(self, state: ReviewState) -> None:
        self._on_note_edited()
        if self.session is None or not self.session.decide(state):
            return
        following = self.session.queue.next_to_do()
        if following is not None:
            self.open_item(following.id)
            return
        self._on_step_finished()
        self._messages.show_message(
            self.tr("Every frame in this list is decided."), MessageKind.NOTICE, topic=_DONE_TOPIC
        )

    # Edits

    @Slot(object)
    def set_tool(self, tool: Tool) -> None:
        """Change the tool; one that draws ends a comparison, which cannot be drawn on."""
        if tool is not Tool.SELECT:
            self.frame_area.comparing.set_way(Comparison.NONE)
        self.drawing.set_tool(tool)

    @Slot()
    def undo(self) -> None:
        """Take back the stroke in progress or the last step."""
        if self.drawing.busy:
            if not self.drawing.back():
                self.drawing.cancel()
        elif self.case is not None and self._can_decide():
            self._show_patch(self.case.undo())

    @Slot()
    def redo(self) -> None:
        """Do the step taken back last once more."""
        if self.case is not None and self._can_decide() and not self.drawing.busy:
            self._show_patch(self.case.redo())

    @Slot()
    def restore(self) -> None:
        """Back to what the model or the label file said, as one step."""
        if self.case is not None and self._can_decide() and not self.drawing.busy:
            self._show_patch(self.case.restore_word(self.drawing.table.rules.protected_bits))

    @Slot()
    def open_catalogue(self) -> None:
        """Show what counts as the class drawn with and what does not, or close that."""
        self.show_sheet(self.catalogue_sheet)
        self.class_means.show_class()

    @Slot()
    def open_opinion(self) -> None:
        """Open the sheet to ask a model about the frame."""
        self.asking.panel.show_above(self.frame_area.view_bar.opinion_button)

    @Slot(str)
    def _on_opinion_failed(self, why: str) -> None:
        self._messages.show_message(why, MessageKind.NOTICE, topic=_OPINION_TOPIC)

    @Slot()
    def carry(self) -> None:
        """Copy the selected finding, or all, to the next frame, and go there."""
        item = None if self.session is None else self.session.queue.neighbour(1)
        if item is not None and self.case is not None:
            self.drawing.findings.copy()
            self._carried_to = item.id
            self.open_item(item.id)

    @Slot()
    def cancel(self) -> None:
        """Close a sheet, end a comparison, give up a stroke, or deselect."""
        if self.right.currentWidget() is not self.column:
            self.close_sheet()
        elif not self.frame_area.drawable:
            self.frame_area.comparing.set_way(Comparison.NONE)
        else:
            self.drawing.cancel()

    def _show_patch(self, patch: Patch | None) -> None:
        if patch is not None:
            self.frame_area.refresh(patch.box_px)
            self._on_step_finished()

    # What happens

    @Slot()
    def _on_queue_listed(self) -> None:
        if self.session is None or self.session.queue.current is not None:
            return
        item = self.session.queue.next_to_do() or self.session.queue.neighbour(1)
        if item is not None:
            self.open_item(item.id)
        else:
            self._show_nothing()

    @Slot(object)
    def _on_case_opened(self, case: OpenCase) -> None:
        self.case = case
        self.class_means.set_taxonomy(case.case.taxonomy)
        self.frame_area.show_case(case)
        self.column.show_case(case)
        self.drawing.set_case(case)
        self.asking.set_case(case)
        self.class_means.show_class()
        self.queue_panel.mark_current()
        self._tell_recovered(case)
        if self._carried_to == case.id and self._can_decide():
            self.drawing.findings.paste()
        self._carried_to = None
        self._on_step_finished()

    @Slot(object, str)
    def _on_case_unopenable(self, case: ReviewCase | None, why: str) -> None:
        self._show_nothing()
        if case is not None:
            self._show_head()
            why = sentence(case.fault if case.fault is not None else case.item.reason)
        self.frame_area.say(why)
        self.queue_panel.mark_current()

    @Slot(object)
    def _on_item_changed(self, item: ReviewItem) -> None:
        if self.session is not None and self.session.queue.current is item:
            self._show_head()

    @Slot()
    def _on_step_finished(self) -> None:
        self._findings_timer.start()
        self._show_status()
        if self.case is not None and self.case.problem:
            self._on_failed(self.case.problem)

    @Slot()
    def _on_tool_changed(self) -> None:
        self.tool_bar.show_tool(self.drawing)
        self.class_means.show_class()

    @Slot(object)
    def _on_finding_chosen(self, finding: Component) -> None:
        self.drawing.set_tool(Tool.SELECT)
        self.drawing.findings.select(finding)
        self.canvas.zoom_to_box(finding.box_px)
        self.canvas.setFocus()

    @Slot()
    def _on_note_edited(self) -> None:
        if self.case is not None:
            self.case.set_note(self.column.note_edit.text().strip())
            self._show_status()

    @Slot()
    def _on_drawable_changed(self) -> None:
        self.drawing.set_enabled(self.frame_area.drawable)
        self._show_status()

    @Slot()
    def _on_try_again(self) -> None:
        if self.session is not None:
            self.session.retry()

    @Slot(str)
    def _on_failed(self, said: str) -> None:
        self._messages.show_message(said, MessageKind.ERROR, topic=_SAVE_TOPIC)

    @Slot(object)
    def _on_labels_opened(self, opened: OpenedLabels) -> None:
        before, self._label_file = self._label_file, opened.file
        self.set_store(opened.file)
        if before is not None:
            before.close()
        if not opened.problems:
            self.close_sheet()
            return
        said = self.tr("{name}: {count} row(s) or frame(s) could not be used, the first: {first}").format(
            name=opened.file.title, count=len(opened.problems), first=opened.problems[0]
        )
        self._messages.show_message(said, MessageKind.NOTICE, topic=_LABELS_TOPIC)

    # What is shown

    def _show_head(self) -> None:
        current = None if self.session is None else self.session.queue.current
        self.head.show_item(current, actor="" if self.case is None else self.case.actor)

    @Slot()
    def _show_status(self) -> None:
        self._show_head()
        can_decide = self._can_decide()
        self.decision_bar.show_case(self.case, can_decide=can_decide)
        self.tool_bar.show_case(self.case, can_draw=can_decide)
        self.queue_panel.list.viewport().update()

    @Slot()
    def _show_findings(self) -> None:
        if self.case is None:
            return
        self.frame_area.minimap.renew()
        self.column.show_findings(self.case)
        selected = self.drawing.findings.selected
        if selected is not None and _gone(selected, self.case.document.findings()):
            self.drawing.findings.select(None)
        self.column.finding_panel.mark(self.drawing.findings.selected)

    def _show_loading(self) -> None:
        """While an image is being read, nothing can be decided about it."""
        self.case = None
        self.drawing.set_case(None)
        self.asking.set_case(None)
        self.frame_area.blank_masks()
        self._show_status()
        self.queue_panel.mark_current()

    def _show_nothing(self) -> None:
        self.case = None
        self.drawing.set_case(None)
        self.asking.set_case(None)
        self.frame_area.clear()
        self.column.show_case(None)
        self._show_status()

    def _tell_recovered(self, case: OpenCase) -> None:
        """Say once that strokes of a program that was stopped are back."""
        if case.recovered_steps:
            said = self.tr("{name}: {count} unsaved step(s) of an earlier session are back; undo takes them away.")
            said = said.format(name=case.case.item.name, count=case.recovered_steps)
            self._messages.show_message(said, MessageKind.NOTICE, topic=_FOUND_AGAIN_TOPIC)
            case.recovered_steps = 0

    def _can_decide(self) -> bool:
        return self.case is not None and self.case.case.image is not None and not self.frame_area.shows_word

    def _leave_case(self) -> None:
        """The note and a stroke in progress belong to the frame that is left."""
        self._on_note_edited()
        self.drawing.finish()

    def _leave_session(self) -> None:
        if self.session is None:
            return
        self._leave_case()
        self.queue_panel.close_work()
        session, self.session = self.session, None
        self._show_nothing()
        session.close()
        session.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Keys that pan and zoom work wherever the focus is."""
        if not self.canvas.take_view_key(event):
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """The line may have inspected more since the page was last looked at."""
        super().showEvent(event)
        self.refresh()
        self.canvas.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        """A stroke in progress ends where the page goes away."""
        super().hideEvent(event)
        self.drawing.finish()


def _gone(selected: Component, findings: Sequence[Component]) -> bool:
    """Whether no finding is the selected one any more; a score is no difference."""
    where = (selected.class_id, selected.box_px, selected.area_px)
    return all((finding.class_id, finding.box_px, finding.area_px) != where for finding in findings)


def make_review_page(desk: ReviewDesk, workplace: Workplace) -> ReviewPage:
    """The page over one desk, which remembers with the person what is shown of it."""
    page = ReviewPage(desk, workplace.messages)
    page.neighbours.remember_in(workplace.preferences)
    return page
