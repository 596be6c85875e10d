"""The right column: classes, findings and the note of the frame on the table."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.review.edit import OverlapPolicy
from app.review.open_case import OpenCase
from app.ui.picker import Picker
from app.ui.review.class_panel import ClassPanel
from app.ui.review.finding_panel import FindingPanel

_LONGEST_NOTE = 2000


class WorkColumn(QWidget):
    """What one draws with, what has been drawn, and what one has to say about it.

    Signals:
        overlap_chosen(object): an ``OverlapPolicy`` for the class drawn with.
    """

    overlap_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.class_panel = ClassPanel()
        self.class_panel.setProperty("panel", "none")
        self.overlap_picker = Picker("difference")
        for policy, words in (
            (OverlapPolicy.ALLOW, self.tr("Drawn upon other classes")),
            (OverlapPolicy.YIELD, self.tr("Drawn around other classes")),
            (OverlapPolicy.REPLACE, self.tr("Drawn in place of others")),
        ):
            self.overlap_picker.addItem(words, policy)
        self.overlap_picker.setToolTip(self.tr("What the class drawn with does to the classes it meets"))
        self.overlap_picker.setAccessibleName(self.overlap_picker.toolTip())
        self.overlap_picker.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.overlap_picker.activated.connect(self._on_overlap_picked)
        self.finding_panel = FindingPanel()
        self.note_edit = QLineEdit()
        self.note_edit.setPlaceholderText(self.tr("Note, saved with your decision"))
        self.note_edit.setAccessibleName(self.tr("Note"))
        self.note_edit.setMaxLength(_LONGEST_NOTE)
        classes = QFrame()
        classes.setProperty("panel", "true")
        inside = QVBoxLayout(classes)
        inside.setContentsMargins(0, 0, 0, 4)
        inside.setSpacing(0)
        inside.addWidget(self.class_panel)
        picker_row = QHBoxLayout()
        picker_row.setContentsMargins(12, 4, 8, 4)
        picker_row.addWidget(self.overlap_picker)
        inside.addLayout(picker_row)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(classes)
        layout.addWidget(self.finding_panel, 1)
        layout.addWidget(self.note_edit)

    def show_case(self, case: OpenCase | None) -> None:
        """Show a case's classes and note; its findings come with ``show_findings``."""
        self.note_edit.setEnabled(case is not None)
        self.note_edit.setText("" if case is None else case.note)
        if case is not None:
            self.class_panel.set_taxonomy(case.case.taxonomy)
        else:
            self.class_panel.set_areas({})
            self.finding_panel.clear()

    def show_overlap(self, policy: OverlapPolicy) -> None:
        """Show what the class drawn with does to the others."""
        self.overlap_picker.setCurrentIndex(self.overlap_picker.findData(policy))

    def _on_overlap_picked(self, _place: int) -> None:
        self.overlap_chosen.emit(OverlapPolicy(self.overlap_picker.currentData()))

    def show_findings(self, case: OpenCase) -> None:
        """Show the findings as they are now, and how much there is of each class."""
        findings = case.document.findings()
        areas_px: dict[int, int] = {}
        for finding in findings:
            areas_px[finding.class_id] = areas_px.get(finding.class_id, 0) + finding.area_px
        self.class_panel.set_areas(areas_px)
        self.finding_panel.set_findings(findings, case.case.taxonomy)
