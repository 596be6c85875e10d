"""The decision bar under the canvas: what the reviewer says of the frame, and whether it is safe."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from app.review.open_case import OpenCase, SaveStatus
from app.ui.fonts import text_font
from app.ui.keys import explain
from app.ui.review.controls import button
from app.ui.review.keys import REVIEW_KEYS
from app.ui.style import set_property
from app.words.correction import ReviewState


class DecisionBar(QFrame):
    """Previous, unsure, no defect, accept, next; and the state of saving."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "true")
        self._compact = False
        self.previous_button = button(self.tr("Previous  PgUp"), "previous")
        self.unsure_button = button(self.tr("Unsure  U"), "unsure")
        self.no_defect_button = button(self.tr("No defect  N"), "no-defect")
        self.accept_button = button("", "confirm", primary=True)
        self.next_button = button(self.tr("Next  PgDn"), "next")
        self.try_again_button = button(self.tr("Try again"), "save")
        self.status_label = QLabel()
        self.status_label.setProperty("role", "caption")
        self.status_label.setWordWrap(True)
        self.status_label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for name, made in (
            ("previous", self.previous_button),
            ("unsure", self.unsure_button),
            ("no_defect", self.no_defect_button),
            ("accept", self.accept_button),
            ("next", self.next_button),
        ):
            explain(made, REVIEW_KEYS[name])
        small = (self.previous_button, self.unsure_button, self.no_defect_button, self.next_button)
        self._texts = {made: made.text() for made in small}
        self.accept_button.setMinimumWidth(270)
        self.accept_button.setFont(text_font(16, QFont.Weight.DemiBold))
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(8, 8, 8, 8)
        self._outer.setSpacing(6)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addWidget(self.previous_button)
        self._row.addStretch(0)
        for made in (
            self.try_again_button,
            self.unsure_button,
            self.no_defect_button,
            self.accept_button,
            self.next_button,
        ):
            self._row.addWidget(made)
        self._outer.addLayout(self._row)

    def set_compact(self, compact: bool) -> None:
        """In a small window: icons alone beside the button that accepts, and the status above them."""
        self._compact = compact
        for made, text in self._texts.items():
            made.setText("" if compact else text)
        self.accept_button.setMinimumWidth(214 if compact else 270)
        (self._row if compact else self._outer).removeWidget(self.status_label)
        if compact:
            self._outer.insertWidget(0, self.status_label)
        else:
            self._row.insertWidget(1, self.status_label, 1)
        self._row.setStretch(2 if not compact else 1, int(compact))

    def show_case(self, case: OpenCase | None, *, can_decide: bool) -> None:
        """Say what accepting would mean for this case now, and how safe its work is."""
        for made in (self.unsure_button, self.no_defect_button, self.accept_button):
            made.setEnabled(can_decide)
        self.try_again_button.setVisible(case is not None and case.status is SaveStatus.FAILED)
        self.accept_button.setText(self._accept_text(case))
        set_property(self.status_label, "role", "title" if case and case.status is SaveStatus.FAILED else "caption")
        text = self._status_text(case)
        self.status_label.setText(text)
        self.status_label.setVisible(bool(text) or not self._compact)

    def _accept_text(self, case: OpenCase | None) -> str:
        decision = None if case is None else case.decision
        if decision is ReviewState.CORRECTED:
            return self.tr("Save correction  ⏎")
        if decision is ReviewState.VERIFIED_EMPTY:
            return self.tr("Confirm: no defect  ⏎")
        return self.tr("Confirm as right  ⏎")

    def _status_text(self, case: OpenCase | None) -> str:
        if case is None:
            return ""
        match case.status:
            case SaveStatus.FAILED:
                return case.problem
            case SaveStatus.SAVING:
                return self.tr("Saving …")
            case SaveStatus.EDITED:
                return case.problem or self.tr("Edited, not decided; the strokes are kept.")
            case SaveStatus.CLEAN:
                return self._saved_text(case)

    def _saved_text(self, case: OpenCase) -> str:
        texts = {
            ReviewState.UNSURE: self.tr("Saved as unsure."),
            ReviewState.CORRECTED: self.tr("Saved as corrected."),
            ReviewState.CONFIRMED: self.tr("Saved as right."),
            ReviewState.VERIFIED_EMPTY: self.tr("Saved as free of defects."),
        }
        return texts.get(case.state, "")
