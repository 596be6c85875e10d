"""The review page's widgets: queue at the left, frame in the middle, classes, findings and sheets at the right."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.review.desk import ReviewDesk
from app.ui.review.case_head import CaseHead
from app.ui.review.catalogue_sheet import CatalogueSheet
from app.ui.review.decision_bar import DecisionBar
from app.ui.review.drawing import Drawing
from app.ui.review.export_sheet import ExportSheet
from app.ui.review.frame_area import FrameArea
from app.ui.review.open_sheet import OpenSheet
from app.ui.review.queue_neighbours import NeighbourStrip
from app.ui.review.queue_panel import QueuePanel
from app.ui.review.tool_bar import ToolBar
from app.ui.review.work_column import WorkColumn

COMPACT_BELOW_PX = 1640
"""Page widths below this leave words out and narrow the columns."""
_QUEUE_WIDTHS_PX, _RIGHT_WIDTHS_PX = (316, 240), (352, 296)


class ReviewWidgets(QWidget):
    """Where everything lies, in a wide and in a small window; what it does is the page's."""

    def __init__(self, desk: ReviewDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compact: bool | None = None
        self.queue_panel = QueuePanel()
        self.head = CaseHead()
        self.tool_bar = ToolBar()
        self.frame_area = FrameArea()
        self.canvas = self.frame_area.canvas
        self.neighbours = NeighbourStrip()
        self.decision_bar = DecisionBar()
        self.column = WorkColumn()
        self.export_sheet = ExportSheet()
        self.open_sheet = OpenSheet(desk)
        self.catalogue_sheet = CatalogueSheet()
        self.drawing = Drawing(self.canvas, self)
        self.right = QStackedWidget()
        queue_sheets = (self.queue_panel.filter_sheet, self.queue_panel.bulk_sheet)
        for widget in (self.column, self.export_sheet, self.open_sheet, self.catalogue_sheet, *queue_sheets):
            self.right.addWidget(widget)
        middle = QVBoxLayout()
        middle.setSpacing(8)
        middle.addWidget(self.head)
        middle.addWidget(self.tool_bar)
        middle.addWidget(self.frame_area, 1)
        middle.addWidget(self.neighbours)
        middle.addWidget(self.decision_bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(10)
        layout.addWidget(self.queue_panel)
        layout.addLayout(middle, 1)
        layout.addWidget(self.right)
        self._set_compact(True)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit smaller windows."""
        super().resizeEvent(event)
        self._set_compact(self.width() < COMPACT_BELOW_PX)

    def _set_compact(self, compact: bool) -> None:
        if compact == self._compact:
            return
        self._compact = compact
        self.queue_panel.setFixedWidth(_QUEUE_WIDTHS_PX[compact])
        self.right.setFixedWidth(_RIGHT_WIDTHS_PX[compact])
        for area in (self.queue_panel, self.head, self.tool_bar, self.decision_bar):
            area.set_compact(compact)
