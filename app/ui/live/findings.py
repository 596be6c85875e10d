"""The findings of the frame shown: class colour, title, size and score; a click zooms to one."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui import theme
from app.ui.fonts import figures_font
from app.ui.live.placeholder import PlaceholderListView
from app.ui.sentences import whole
from app.words.inspection import Finding, Inspection
from models.labels.taxonomy import DefectClass

_ROW_PX = 56
_SCORE_PX = 150
# In a narrower list the score's bar would take the room of the title.
_BAR_FROM_PX = 340

Index = QModelIndex | QPersistentModelIndex


class FindingsModel(QAbstractListModel):
    """The findings of one inspection, in its order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspection: Inspection | None = None

    def show_inspection(self, inspection: Inspection | None) -> None:
        """List this inspection's findings."""
        self.beginResetModel()
        self._inspection = inspection
        self.endResetModel()

    def finding(self, row: int) -> Finding:
        """The finding in this row."""
        assert self._inspection is not None, "a row belongs to an inspection"
        return self._inspection.findings[row]

    def defect_class(self, row: int) -> DefectClass:
        """Its class."""
        assert self._inspection is not None, "a row belongs to an inspection"
        return self._inspection.taxonomy.by_id(self.finding(row).class_id)

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and signature
        """How many findings there are."""
        return 0 if self._inspection is None else len(self._inspection.findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title and size, for screen readers."""
        if index.isValid() and role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.defect_class(index.row()).title}, {size_words(self.finding(index.row()))}"
        return None


class FindingDelegate(QStyledItemDelegate):
    """Draws a finding as one row: colour, title, size, score."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one finding."""
        model = index.model()
        assert isinstance(model, FindingsModel), "the list's own model"
        finding, defect = model.finding(index.row()), model.defect_class(index.row())
        rect = QRectF(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, state)
        swatch = QRectF(rect.x() + 12, rect.center().y() - 10, 20, 20)
        painter.setPen(QPen(theme.colour("line_strong"), 1))
        painter.setBrush(QColor(defect.colour))
        painter.drawRoundedRect(swatch, 4, 4)
        score_px = _SCORE_PX if rect.width() >= _BAR_FROM_PX else 56
        right = rect.right() - 12 - score_px
        room = right - swatch.right() - 24
        self._paint_line(painter, QRectF(swatch.right() + 12, rect.y() + 6, room, 24), defect.title, 17, "text")
        size = size_words(finding)
        self._paint_line(painter, QRectF(swatch.right() + 12, rect.y() + 29, room, 20), size, 14, "text_soft")
        self._paint_score(painter, QRectF(right + 12, rect.y(), score_px - 12, rect.height()), finding.score)
        painter.restore()

    def _paint_line(self, painter: QPainter, rect: QRectF, text: str, size_px: int, token: str) -> None:
        painter.setPen(theme.colour(token))
        painter.setFont(figures_font(size_px))
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, round(rect.width()))
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, words)

    def _paint_ground(self, painter: QPainter, rect: QRectF, state: QStyle.StateFlag) -> None:
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        token = "accent_soft" if chosen else "hover" if state & QStyle.StateFlag.State_MouseOver else "raised"
        painter.setBrush(theme.colour(token))
        painter.setPen(QPen(theme.colour("accent"), 2) if chosen else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rect.adjusted(2, 2, -2, -2), 5, 5)

    def _paint_score(self, painter: QPainter, rect: QRectF, score: float | None) -> None:
        """The mean probability as a bar with its figure."""
        if score is None:
            return
        bar = QRectF(rect.x(), rect.center().y() - 3, rect.width() - 52, 6)
        if bar.width() > 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("line"))
            painter.drawRoundedRect(bar, 3, 3)
            painter.setBrush(theme.colour("text_soft"))
            painter.drawRoundedRect(QRectF(bar.x(), bar.y(), bar.width() * min(max(score, 0.0), 1.0), 6), 3, 3)
        painter.setPen(theme.colour("text"))
        painter.setFont(figures_font(15))
        alignment = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(rect, alignment, f"{score:.0%}".replace("%", "\u202f%"))

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        """A row for gloves."""
        return QSize(200, _ROW_PX)


class FindingsPanel(QFrame):
    """The panel of the findings.

    Signals:
        finding_chosen(object): the ``Finding`` that was clicked or picked with a key.
    """

    finding_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "true")
        self.model = FindingsModel(self)
        self.view = PlaceholderListView(self.tr("Findings of the frame shown appear here."))
        self.view.setModel(self.model)
        self.view.setItemDelegate(FindingDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setAccessibleName(self.tr("Findings"))
        title = QLabel(self.tr("Findings"))
        title.setProperty("role", "title")
        self._count = QLabel()
        self._count.setProperty("role", "caption")
        top = QHBoxLayout()
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 8, 8)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.view, 1)
        self.view.clicked.connect(self._on_clicked)
        self.view.activated.connect(self._on_clicked)

    def show_inspection(self, inspection: Inspection | None) -> None:
        """List its findings."""
        self.model.show_inspection(inspection)
        if inspection is not None:
            inspected = inspection.stack is not None
            self.view.placeholder = self.tr("No findings in this frame.") if inspected else self.tr("Not inspected.")
        count = self.model.rowCount()
        self._count.setText(self.tr("%n in this frame", "", count) if count else "")

    def choose(self, row: int) -> None:
        """Pick a row as a click would; out of range does nothing."""
        if 0 <= row < self.model.rowCount():
            self.view.setCurrentIndex(self.model.index(row))
            self.finding_chosen.emit(self.model.finding(row))

    def choose_relative(self, step: int) -> None:
        """Pick the next (1) or the previous (-1) finding, around the ends."""
        count = self.model.rowCount()
        if count:
            current = self.view.currentIndex().row() if self.view.currentIndex().isValid() else -1 if step > 0 else 0
            self.choose((current + step) % count)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.finding_chosen.emit(self.model.finding(index.row()))


def size_words(finding: Finding) -> str:
    """The area, in mm² as well where the frame's scale is known."""
    pixels = f"{whole(finding.area_px)} px"
    if finding.area_mm2 is None:
        return pixels
    millimetres = f"{finding.area_mm2:.1f}" if finding.area_mm2 < 100 else whole(round(finding.area_mm2))
    return f"{millimetres} mm²   ·   {pixels}"
