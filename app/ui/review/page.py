"""The review page: the queue at the left, the frame in the middle, classes, findings and sheets at the right."""

from __future__ import annotations

from functools import partial
from uuid import UUID

import numpy as np
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.review.desk import ReviewDesk
from app.review.edit import OverlapPolicy
from app.review.label_file import LabelFile, OpenedLabels
from app.review.open_case import OpenCase
from app.review.ports import ReviewCase, ReviewItem, ReviewStore
from app.ui.canvas import FrameCanvas, HeldKey, HoveredPixel
from app.ui.keys import bind
from app.ui.message_bar import MessageBar, MessageKind
from app.ui.review.case_head import CaseHead
from app.ui.review.class_panel import ClassPanel
from app.ui.review.decision_bar import DecisionBar
from app.ui.review.drawing import Drawing, Tool
from app.ui.review.export_sheet import ExportSheet
from app.ui.review.finding_panel import FindingPanel
from app.ui.review.keys import REVIEW_KEYS
from app.ui.review.open_sheet import OpenSheet
from app.ui.review.queue_panel import QueuePanel
from app.ui.review.sentences import ACTION_WORDS, worded
from app.ui.review.session import ReviewSession
from app.ui.review.tool_bar import ToolBar
from app.ui.sentences import sentence
from app.words.correction import ReviewState
from models.labels.components import Component

RIGHT_WIDTH_PX = 352
_FINDINGS_AFTER_MS = 120
_SAVE_TOPIC = "review_save"


class ReviewPage(QWidget):
    """Corrects what the model or a label file got wrong.

    Give it a ``ReviewDesk`` and the window's ``MessageBar``; call ``stop`` before the store is closed.
    """

    keys = REVIEW_KEYS

    def __init__(self, desk: ReviewDesk, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._messages = messages
        self.session: ReviewSession | None = None
        self._label_file: LabelFile | None = None
        self._class_shortcuts: list[QShortcut] = []
        self._case: OpenCase | None = None
        self._findings_timer = QTimer(self, singleShot=True, interval=_FINDINGS_AFTER_MS)
        self._build()
        self._connect()
        self._bind_keys()
        self.drawing.set_tool(Tool.SELECT)
        self.head.station_button.hide()
        self._show_nothing()
        if desk.station is not None:
            self.set_store(desk.station)
        else:
            self.show_sheet(self.open_sheet)

    # Building

    def _build(self) -> None:
        self.queue_panel = QueuePanel()
        self.head = CaseHead()
        self.tool_bar = ToolBar()
        self.canvas = FrameCanvas()
        self.canvas.set_opacity(0.4)
        self.message_label = QLabel(self.canvas)
        self.message_label.setProperty("role", "lead")
        self.message_label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message_label.setWordWrap(True)
        self.message_label.setMargin(16)
        self.hover_label = QLabel()
        self.hover_label.setProperty("role", "caption")
        self.hover_label.setContentsMargins(8, 0, 8, 0)
        self.decision_bar = DecisionBar()
        self.drawing = Drawing(self.canvas, self)
        self._bare_key = HeldKey(Qt.Key.Key_M, self)
        self._word_key = HeldKey(Qt.Key.Key_W, self)
        middle = QVBoxLayout()
        middle.setSpacing(8)
        for widget in (self.head, self.tool_bar):
            middle.addWidget(widget)
        middle.addWidget(self.canvas, 1)
        middle.addWidget(self.hover_label)
        middle.addWidget(self.decision_bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(10)
        layout.addWidget(self.queue_panel)
        layout.addLayout(middle, 1)
        layout.addWidget(self._build_right())

    def _build_right(self) -> QStackedWidget:
        self.class_panel = ClassPanel()
        self.replace_check = QCheckBox(self.tr("Drawing replaces other classes"))
        self.replace_check.setToolTip(self.tr("Off: classes may lie on one another, as in Kaggle's label files"))
        self.replace_check.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.finding_panel = FindingPanel()
        self.note_edit = QLineEdit()
        self.note_edit.setPlaceholderText(self.tr("Note, saved with your decision"))
        self.note_edit.setMaxLength(2000)
        work = QWidget()
        layout = QVBoxLayout(work)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        classes = QFrame()
        classes.setProperty("panel", "true")
        inside = QVBoxLayout(classes)
        inside.setContentsMargins(0, 0, 0, 4)
        inside.setSpacing(0)
        self.class_panel.setProperty("panel", "none")
        inside.addWidget(self.class_panel)
        checks = QHBoxLayout()
        checks.setContentsMargins(14, 0, 8, 0)
        checks.addWidget(self.replace_check)
        inside.addLayout(checks)
        layout.addWidget(classes)
        layout.addWidget(self.finding_panel, 1)
        layout.addWidget(self.note_edit)
        self.export_sheet = ExportSheet()
        self.open_sheet = OpenSheet(self._desk)
        self.right = QStackedWidget()
        self.right.setFixedWidth(RIGHT_WIDTH_PX)
        for widget in (work, self.export_sheet, self.open_sheet):
            self.right.addWidget(widget)
        return self.right

    def _connect(self) -> None:
        bar, decision, head = self.tool_bar, self.decision_bar, self.head
        self.queue_panel.item_chosen.connect(self.open_item)
        self._findings_timer.timeout.connect(self._show_findings)
        self.drawing.step_finished.connect(self._on_step_finished)
        self.drawing.tool_changed.connect(self._on_tool_changed)
        self.drawing.finding_selected.connect(self.finding_panel.mark)
        bar.tool_chosen.connect(self.drawing.set_tool)
        bar.tip_chosen.connect(self.drawing.set_tip)
        bar.opacity_chosen.connect(self.canvas.set_opacity)
        for button, slot in (
            (bar.undo_button, self.undo),
            (bar.redo_button, self.redo),
            (bar.delete_button, self.drawing.delete_finding),
            (bar.restore_button, self.restore),
            (bar.fit_button, self.canvas.fit),
            (bar.one_to_one_button, self.canvas.show_1_to_1),
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
        ):
            button.clicked.connect(slot)
        bar.bare_button.toggled.connect(self.canvas.set_masks_hidden)
        self.class_panel.class_picked.connect(self.drawing.pick_class)
        self.class_panel.visibility_changed.connect(self.canvas.set_class_visible)
        self.replace_check.toggled.connect(self._on_replace_toggled)
        self.finding_panel.finding_chosen.connect(self._on_finding_chosen)
        self.note_edit.editingFinished.connect(self._on_note_edited)
        self.canvas.pixel_hovered.connect(self._on_pixel_hovered)
        self._bare_key.went_down.connect(partial(self.canvas.set_masks_hidden, True))
        self._bare_key.went_up.connect(partial(self.canvas.set_masks_hidden, False))
        self._word_key.went_down.connect(self._on_word_down)
        self._word_key.went_up.connect(self._on_word_up)
        self.export_sheet.closed.connect(self.close_sheet)
        self.open_sheet.closed.connect(self.close_sheet)
        self.open_sheet.opened.connect(self._on_labels_opened)

    def _bind_keys(self) -> None:
        for name, slot in (
            ("accept", self.accept),
            ("no_defect", self.no_defect),
            ("unsure", self.unsure),
            ("previous", partial(self.step, -1)),
            ("next", partial(self.step, 1)),
            ("select", partial(self.drawing.set_tool, Tool.SELECT)),
            ("brush", partial(self.drawing.set_tool, Tool.BRUSH)),
            ("eraser", partial(self.drawing.set_tool, Tool.ERASER)),
            ("smaller", partial(self.drawing.change_tip, -1)),
            ("larger", partial(self.drawing.change_tip, 1)),
            ("relabel", self.drawing.relabel_hovered),
            ("fill", self.drawing.fill_hovered),
            ("delete", self.drawing.delete_finding),
            ("undo", self.undo),
            ("redo", self.redo),
            ("restore", self.restore),
            ("cancel", self.cancel),
            ("export", partial(self.show_sheet, self.export_sheet)),
            ("open", partial(self.show_sheet, self.open_sheet)),
            ("refresh", self.refresh),
        ):
            bind(self, REVIEW_KEYS[name], slot)

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
        self.replace_check.setChecked(store.exclusive)
        self._on_replace_toggled(store.exclusive)
        self.head.station_button.setVisible(self._label_file is not None and self._desk.station is not None)
        self.queue_panel.set_session(session)
        self.export_sheet.set_session(session)
        session.refresh()

    def refresh(self) -> None:
        """Read the queue anew."""
        if self.session is not None:
            self.session.refresh()

    def open_item(self, item_id: UUID) -> None:
        """Bring an item to the table."""
        if self.session is not None:
            self._leave_case()
            self.session.open(item_id)
            self._show_loading()

    def step(self, places: int) -> None:
        """Go so many places down the queue."""
        if self.session is not None:
            item = self.session.queue.neighbour(places)
            if item is not None:
                self.open_item(item.id)

    def show_sheet(self, sheet: QWidget) -> None:
        """Show a side sheet, or close it where it is shown already."""
        if self.right.currentWidget() is sheet:
            self.close_sheet()
            return
        self.right.setCurrentWidget(sheet)

    def close_sheet(self) -> None:
        """Back to classes and findings."""
        self.right.setCurrentIndex(0)
        self.canvas.setFocus()

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
        self._leave_session()
        if self._label_file is not None:
            self._label_file.close()
            self._label_file = None

    # Decisions

    def accept(self) -> None:
        """Save the masks as they are now, as right or as a correction, and go on."""
        if self._typing():
            self.canvas.setFocus()
        elif self._can_decide() and self._case is not None:
            self.drawing.finish_stroke()
            self._decide(self._case.decision)

    def no_defect(self) -> None:
        """Clear all masks, as one step, save the frame as free of defects and go on."""
        if self._can_decide() and self._case is not None:
            self.drawing.finish_stroke()
            patch = self._case.clear()
            if patch is not None:
                self.canvas.update_rect(*patch.box_px)
            self._decide(ReviewState.VERIFIED_EMPTY)

    def unsure(self) -> None:
        """Save the masks as they are now as undecided, and go on."""
        if self._can_decide():
            self.drawing.finish_stroke()
            self._decide(ReviewState.UNSURE)

    def _decide(self, state: ReviewState) -> None:
        session, case = self.session, self._case
        if session is None or case is None:
            return
        self._on_note_edited()
        if not session.decide(state):
            return
        following = session.queue.next_to_do()
        if following is not None:
            self.open_item(following.id)
        else:
            self._on_step_finished()
            self._messages.show_message(
                self.tr("Every frame in this list is decided."), MessageKind.NOTICE, topic="review_done"
            )

    # Edits

    def undo(self) -> None:
        """Take back the stroke in progress or the last step."""
        if self.drawing.drawing:
            self.drawing.cancel()
        elif self._case is not None and self._can_decide():
            self._repaint(self._case.undo())

    def redo(self) -> None:
        """Do the step taken back last once more."""
        if self._case is not None and self._can_decide() and not self.drawing.drawing:
            self._repaint(self._case.redo())

    def restore(self) -> None:
        """Back to what the model or the label file said, as one step."""
        if self._case is not None and self._can_decide() and not self.drawing.drawing:
            self._repaint(self._case.restore_word())

    def cancel(self) -> None:
        """Close a sheet, give up a stroke, or deselect."""
        if self.right.currentIndex() != 0:
            self.close_sheet()
        else:
            self.drawing.cancel()

    def _repaint(self, patch: object) -> None:
        if patch is not None:
            self.canvas.update_rect(*patch.box_px)  # type: ignore[attr-defined]  # a Patch
            self._on_step_finished()

    # What happens

    @Slot()
    def _on_queue_listed(self) -> None:
        if self.session is not None and self.session.queue.current is None:
            item = self.session.queue.next_to_do() or self.session.queue.neighbour(1)
            if item is not None:
                self.open_item(item.id)
            else:
                self._show_nothing()

    @Slot(object)
    def _on_case_opened(self, case: OpenCase) -> None:
        self._case = case
        loaded = case.case
        if loaded.taxonomy.names != tuple(s.property("name") for s in self._class_shortcuts):
            self._bind_classes(case)
        self.class_panel.set_taxonomy(loaded.taxonomy)
        blank = np.full(case.document.size, 60, np.uint8)
        self.canvas.show_frame(blank if loaded.image is None else loaded.image)
        self.canvas.show_stack(case.document.stack, loaded.taxonomy)
        # a view kept from the frame before would hide what lies outside it
        self.canvas.fit()
        self.drawing.set_case(case)
        self.class_panel.set_picked(self.drawing.class_id)
        self.note_edit.setText(case.note)
        self.note_edit.setEnabled(True)
        if loaded.image is None:
            why = "" if loaded.fault is None else sentence(loaded.fault)
            self._say(self.tr("This frame's image is not here, so it cannot be judged. {why}").format(why=why))
        else:
            self._say("")
        if case.recovered_steps:
            self._messages.show_message(
                self.tr("{name}: {count} unsaved step(s) of an earlier session are back; undo takes them away.").format(
                    name=loaded.item.name, count=case.recovered_steps
                ),
                MessageKind.NOTICE,
                topic="review_recovered",
            )
            case.recovered_steps = 0
        elif case.problem:
            self._messages.show_message(case.problem, MessageKind.ERROR, topic=_SAVE_TOPIC)
        self.queue_panel.mark_current()
        self._on_step_finished()

    @Slot(object, str)
    def _on_case_unopenable(self, case: ReviewCase | None, why: str) -> None:
        self._show_nothing()
        if case is None:
            self._say(why)
        else:
            self.head.show_item(case.item)
            self._say(sentence(case.fault if case.fault is not None else case.item.reason))
        self.queue_panel.mark_current()

    @Slot(object)
    def _on_item_changed(self, item: ReviewItem) -> None:
        if self.session is not None and self.session.queue.current is item:
            self._show_head()

    @Slot()
    def _on_step_finished(self) -> None:
        self._findings_timer.start()
        self._show_status()
        if self._case is not None and self._case.problem:
            self._messages.show_message(self._case.problem, MessageKind.ERROR, topic=_SAVE_TOPIC)

    @Slot()
    def _on_tool_changed(self) -> None:
        self.tool_bar.show_tool(self.drawing.tool, self.drawing.tip_px)
        self.class_panel.set_picked(self.drawing.class_id)

    @Slot(object)
    def _on_finding_chosen(self, finding: Component) -> None:
        self.drawing.set_tool(Tool.SELECT)
        self.drawing.select(finding)
        self.canvas.zoom_to_box(finding.box_px)
        self.canvas.setFocus()

    @Slot()
    def _on_note_edited(self) -> None:
        if self._case is not None:
            self._case.set_note(self.note_edit.text().strip())
            self._show_status()

    @Slot(bool)
    def _on_replace_toggled(self, replaces: bool) -> None:
        self.drawing.overlap = OverlapPolicy.REPLACE if replaces else OverlapPolicy.ALLOW

    @Slot(object)
    def _on_pixel_hovered(self, pixel: HoveredPixel | None) -> None:
        if pixel is None or self._case is None:
            self.hover_label.setText(" ")
            return
        value = ", ".join(str(part) for part in dict.fromkeys(pixel.value))
        taxonomy = self._case.case.taxonomy
        names = ", ".join(taxonomy.by_id(class_id).title for class_id in pixel.class_ids if class_id <= len(taxonomy))
        said = self.tr("Column {x}, row {y} · grey {value}").format(x=pixel.x, y=pixel.y, value=value)
        self.hover_label.setText(f"{said} · {names}" if names else said)

    @Slot()
    def _on_word_down(self) -> None:
        if self._case is not None:
            self.drawing.set_enabled(False)
            self.canvas.show_stack(self._case.document.word, self._case.case.taxonomy)
            self._say(self.tr("The masks as they came"), quiet=True)

    @Slot()
    def _on_word_up(self) -> None:
        if self._case is not None:
            self.canvas.show_stack(self._case.document.stack, self._case.case.taxonomy)
            self.drawing.set_enabled(True)
            self._say("")

    @Slot()
    def _on_try_again(self) -> None:
        if self.session is not None:
            self.session.retry()

    @Slot(str)
    def _on_failed(self, sentence_said: str) -> None:
        self._messages.show_message(sentence_said, MessageKind.ERROR, topic=_SAVE_TOPIC)

    @Slot(object)
    def _on_labels_opened(self, opened: OpenedLabels) -> None:
        before, self._label_file = self._label_file, opened.file
        self.set_store(opened.file)
        if before is not None:
            before.close()
        if opened.problems:
            count = len(opened.problems)
            self._messages.show_message(
                self.tr("{name}: {count} row(s) or frame(s) could not be used, the first: {first}").format(
                    name=opened.file.title, count=count, first=opened.problems[0]
                ),
                MessageKind.NOTICE,
                topic="review_labels",
            )
        else:
            self.close_sheet()

    # What is shown

    def _show_head(self) -> None:
        current = None if self.session is None else self.session.queue.current
        self.head.show_item(current, actor="" if self._case is None else self._case.case.actor)

    @Slot()
    def _show_status(self) -> None:
        self._show_head()
        self.decision_bar.show_case(self._case, can_decide=self._can_decide())
        document = None if self._case is None else self._case.document
        for button, binding, action in (
            (self.tool_bar.undo_button, REVIEW_KEYS["undo"], None if document is None else document.undo_action),
            (self.tool_bar.redo_button, REVIEW_KEYS["redo"], None if document is None else document.redo_action),
        ):
            button.setEnabled(action is not None)
            what = "" if action is None else f": {worded(ACTION_WORDS[action])}"
            button.setToolTip(f"{binding.worded}{what}  ({binding.label})")
        self.tool_bar.restore_button.setEnabled(document is not None and document.differs_from_word)
        self.tool_bar.delete_button.setEnabled(self._can_decide())
        if self._case is not None:
            self.queue_panel.list.viewport().update()

    @Slot()
    def _show_findings(self) -> None:
        if self._case is None:
            return
        findings = self._case.document.findings()
        areas: dict[int, int] = {}
        for finding in findings:
            areas[finding.class_id] = areas.get(finding.class_id, 0) + finding.area_px
        self.class_panel.set_areas(areas)
        self.finding_panel.set_findings(findings, self._case.case.taxonomy)
        if self.drawing.selected is not None and self.drawing.selected not in findings:
            self.drawing.select(None)
        self.finding_panel.mark(self.drawing.selected)

    def _show_loading(self) -> None:
        """While an image is being read, nothing can be decided about it."""
        session = self.session
        if session is not None and session.loading:
            self._case = None
            self.drawing.set_case(None)
            self.canvas.show_stack(None, None)
            self._show_status()
            self.queue_panel.mark_current()

    def _show_nothing(self) -> None:
        self._case = None
        self.drawing.set_case(None)
        self.canvas.show_frame(None)
        self.note_edit.clear()
        self.note_edit.setEnabled(False)
        self._say("")
        self._show_status()
        self.hover_label.setText(" ")

    def _say(self, text: str, *, quiet: bool = False) -> None:
        """Words over the canvas."""
        self.message_label.setText(text)
        self.message_label.setVisible(bool(text))
        width = min(self.canvas.width() - 40, 760)
        height = self.message_label.heightForWidth(width) if text else 0
        top = 12 if quiet else (self.canvas.height() - height) // 2
        self.message_label.setGeometry((self.canvas.width() - width) // 2, top, width, height)

    # Odds

    def _bind_classes(self, case: OpenCase) -> None:
        """The number keys of this taxonomy's classes."""
        for shortcut in self._class_shortcuts:
            shortcut.deleteLater()
        self._class_shortcuts = []
        for defect in case.case.taxonomy:
            if defect.key:
                shortcut = QShortcut(QKeySequence(defect.key), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(partial(self.drawing.pick_class, defect.id))
                shortcut.setProperty("name", defect.name)
                self._class_shortcuts.append(shortcut)

    def _can_decide(self) -> bool:
        return self._case is not None and self._case.case.image is not None and not self._word_key.is_down

    def _typing(self) -> bool:
        return isinstance(QApplication.focusWidget(), (QLineEdit, QPlainTextEdit))

    def _leave_case(self) -> None:
        """The note and a stroke in progress belong to the frame that is left."""
        self._on_note_edited()
        self.drawing.finish_stroke()

    def _leave_session(self) -> None:
        if self.session is None:
            return
        self._leave_case()
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
        self.drawing.finish_stroke()
