"""Asking: a model's opinion of the frame on the table, fetched in the background and shown as wished."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from app.review.edit import Action
from app.review.open_case import OpenCase
from app.review.opinion import Opinion, Opinions
from app.review.ports import ReviewError
from app.ui.background import Background
from app.ui.review.frame_area import FrameArea
from app.ui.review.hands.table import Table
from app.ui.review.opinion_panel import OpinionPanel
from models.labels.masks import MaskStack


class Asking(QObject):
    """Asks when something of an opinion is to be seen, once a frame and model, and drops answers nobody waits for.

    Signals:
        failed(str): the model could not be asked, as a sentence.
        taken_over(): the model's masks have become the frame's.
    """

    failed = Signal(str)
    taken_over = Signal()

    def __init__(self, opinions: Opinions, area: FrameArea, table: Table, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.panel = OpinionPanel(area)
        self.opinion: Opinion | None = None
        self._opinions, self._area, self._table = opinions, area, table
        self._case: OpenCase | None = None
        self._model = ""
        self._takes_over = False
        self._asked: tuple[OpenCase, str] | None = None
        self._background = Background("review-opinion", ReviewError, self)
        self._background.finished.connect(self._on_answered)
        self._background.failed.connect(self._on_failed)
        self.panel.model_chosen.connect(self._on_model_chosen)
        self.panel.heat_wanted.connect(self._show)
        self.panel.comparison_wanted.connect(self._show)
        self.panel.take_over.connect(self.take_over)
        table.means_changed.connect(self._show_heat)

    def set_case(self, case: OpenCase | None) -> None:
        """Another frame: what was said of the last one is gone."""
        before, self._case, self.opinion = self._case, case, None
        self._takes_over = False
        if case is not None and (before is None or before.case.taxonomy != case.case.taxonomy):
            models = self._opinions.models(case.case.taxonomy)
            known = [model.name for model in models]
            self._model = self._model if self._model in known else next(iter(known), "")
            self.panel.set_models(models, self._model)
        self._show()

    @Slot()
    def toggle_heat(self) -> None:
        """Show how sure the model is of the class drawn with, or no longer."""
        self.panel.heat_check.toggle()

    @Slot()
    def take_over(self) -> None:
        """Make the model's masks the frame's, when it has answered."""
        self._takes_over = True
        self._show()

    def close(self) -> None:
        """End the work and let go of the model."""
        self._background.close()
        self._opinions.close()

    @property
    def _wanted(self) -> bool:
        return self._takes_over or self.panel.heat_check.isChecked() or self.panel.compare_check.isChecked()

    @Slot()
    def _show(self) -> None:
        """Show what is wished for, or ask first."""
        case = self._case
        if case is not None and case.case.image is not None and self.opinion is None and self._wanted and self._model:
            self._ask(case)
        compared = self.opinion is not None and self.panel.compare_check.isChecked()
        self._area.compare_with(self.opinion.stack if compared and self.opinion is not None else None)
        self._show_heat()
        if self._takes_over and self.opinion is not None:
            self._takes_over = False
            self._take(self.opinion.stack)

    @Slot()
    def _show_heat(self) -> None:
        wanted = self.opinion is not None and self.panel.heat_check.isChecked()
        heat = self.opinion.surety.get(self._table.class_id) if wanted and self.opinion is not None else None
        self._area.canvas.show_heat(heat)

    def _ask(self, case: OpenCase) -> None:
        if self._background.running:
            return
        image, taxonomy, model = case.case.image, case.case.taxonomy, self._model
        assert image is not None, "only a frame with an image is asked about"
        self._asked = case, model
        self.panel.say(self.tr("Asking the model …"))
        self._background.start(lambda _progress: self._opinions.ask(model, image, taxonomy))

    @Slot(object)
    def _on_answered(self, opinion: Opinion) -> None:
        asked, self._asked = self._asked, None
        if asked is not None and asked[0] is self._case and asked[1] == self._model:
            self.opinion = opinion
            self.panel.say("")
        self._show()

    @Slot(str)
    def _on_failed(self, why: str) -> None:
        self._asked = None
        for check in (self.panel.heat_check, self.panel.compare_check):
            check.setChecked(False)
        self._takes_over = False
        self.panel.say(why)
        self.failed.emit(why)

    @Slot(str)
    def _on_model_chosen(self, name: str) -> None:
        self._model, self.opinion = name, None
        self._show()

    def _take(self, stack: MaskStack) -> None:
        """One step; what no tool may change stays."""
        table, case = self._table, self._case
        if case is None or not table.can_draw:
            return
        kept = stack.dtype.type(table.rules.protected_bits)
        wanted = (stack & ~kept) | (case.document.stack & kept)
        height, width = wanted.shape
        patch = case.replace((0, 0, width, height), wanted, Action.OPINION)
        if patch is not None:
            self._area.refresh(patch.box_px)
            self.taken_over.emit()
