"""The filmstrip: the last rejects as thumbnails with their masks, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.ui import theme
from app.ui.bridge import KEPT_REJECTS
from app.ui.fonts import figures_font
from app.ui.live.body import WIDE_ASPECT
from app.ui.live.placeholder import PlaceholderListView
from app.ui.live.thumbnail import thumbnail
from app.ui.sentences import whole
from app.words.inspection import Inspection

KEPT_BYTES = 256 * 2**20
"""Frames of 64 megapixels would fill the memory; then fewer rejects than ``KEPT_REJECTS`` are kept."""

_CAPTION_PX = 26
_PADDING_PX = 6
# Two columns of flat frames, or three of square ones, fill the panel at 1920 pixels.
_WIDE_PX = 384
_SQUARE_PX = 166

Index = QModelIndex | QPersistentModelIndex


class RejectsModel(QAbstractListModel):
    """The kept rejects, newest first, with their thumbnails."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[Inspection, QPixmap]] = []
        self.thumbnail_size = QSize(320, 52)

    def add(self, rejects: Sequence[Inspection]) -> None:
        """Add rejects, oldest first; what is over the limits goes."""
        for inspection in rejects[-KEPT_REJECTS:]:
            if not self._rows:
                self.thumbnail_size = thumbnail_size(inspection)
            picture = thumbnail(inspection, self.thumbnail_size.width(), self.thumbnail_size.height())
            self.beginInsertRows(QModelIndex(), 0, 0)
            self._rows.insert(0, (inspection, picture))
            self.endInsertRows()
        while len(self._rows) > KEPT_REJECTS or (len(self._rows) > 1 and self._bytes() > KEPT_BYTES):
            last = len(self._rows) - 1
            self.beginRemoveRows(QModelIndex(), last, last)
            self._rows.pop()
            self.endRemoveRows()

    def clear(self) -> None:
        """Forget all."""
        self.beginResetModel()
        self._rows.clear()
        self.endResetModel()

    def inspection(self, row: int) -> Inspection:
        """The reject in this row."""
        return self._rows[row][0]

    def picture(self, row: int) -> QPixmap:
        """Its thumbnail."""
        return self._rows[row][1]

    def row_of(self, inspection_id: UUID) -> int | None:
        """Where this reject is, if it is still kept."""
        return next((row for row, (kept, _) in enumerate(self._rows) if kept.id == inspection_id), None)

    def rowCount(self, _parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and signature
        """How many are kept."""
        return len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The caption, for the delegate and for screen readers."""
        if not index.isValid():
            return None
        inspection = self._rows[index.row()][0]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return caption(inspection)
        if role == Qt.ItemDataRole.ToolTipRole:
            return inspection.frame.name
        return None

    def _bytes(self) -> int:
        arrays = [array for kept, _ in self._rows for array in (kept.frame.image, kept.stack)]
        return sum(array.nbytes for array in arrays if array is not None)


class RejectDelegate(QStyledItemDelegate):
    """Draws a thumbnail with its caption, framed where it is the one shown."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one reject."""
        model = index.model()
        assert isinstance(model, RejectsModel), "the filmstrip's own model"
        rect = QRectF(option.rect)
        state = option.state
        painter.save()
        cell = rect.adjusted(3, 3, -3, -3)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        ground = "accent_soft" if chosen else "hover" if state & QStyle.StateFlag.State_MouseOver else "raised"
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.colour(ground))
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        edge = theme.colour("accent" if chosen else "focus" if focused else "line")
        painter.setPen(QPen(edge, 3 if chosen else 1))
        painter.drawRoundedRect(cell, 5, 5)
        picture = model.picture(index.row())
        painter.drawPixmap(round(cell.x()) + _PADDING_PX, round(cell.y()) + _PADDING_PX, picture)
        painter.setPen(theme.colour("text"))
        painter.setFont(figures_font(14))
        text = QRectF(cell.x() + 9, cell.bottom() - _CAPTION_PX - 1, cell.width() - 18, _CAPTION_PX)
        metrics = painter.fontMetrics()
        words = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, round(text.width()))
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Thumbnail, caption and their edges."""
        model = index.model()
        assert isinstance(model, RejectsModel), "the filmstrip's own model"
        size = model.thumbnail_size
        return QSize(size.width() + 2 * _PADDING_PX + 6, size.height() + _CAPTION_PX + _PADDING_PX + 8)


class Filmstrip(QFrame):
    """The panel of the last rejects.

    Signals:
        inspection_chosen(object): the ``Inspection`` that was clicked or picked with a key.
    """

    inspection_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "true")
        self.model = RejectsModel(self)
        self.view = PlaceholderListView(self.tr("Rejected frames collect here. Click one to look at it."))
        self.view.setModel(self.model)
        self.view.setItemDelegate(RejectDelegate(self.view))
        self.view.setViewMode(QListView.ViewMode.IconMode)
        self.view.setMovement(QListView.Movement.Static)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setAccessibleName(self.tr("Last rejects"))
        title = QLabel(self.tr("Last rejects"))
        title.setProperty("role", "title")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(title)
        layout.addWidget(self.view, 1)
        self.view.clicked.connect(self._on_clicked)
        self.view.activated.connect(self._on_clicked)

    def add(self, rejects: Sequence[Inspection]) -> None:
        """Add rejects, oldest first."""
        self.model.add(rejects)

    def clear(self) -> None:
        """Forget all."""
        self.model.clear()

    def choose(self, row: int) -> None:
        """Pick a row as a click would; out of range does nothing."""
        if 0 <= row < self.model.rowCount():
            index = self.model.index(row)
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)
            self.inspection_chosen.emit(self.model.inspection(row))

    def mark(self, inspection_id: UUID | None) -> None:
        """Show which reject the page shows, if it is one of these."""
        row = None if inspection_id is None else self.model.row_of(inspection_id)
        if row is None:
            self.view.selectionModel().clear()
        else:
            self.view.setCurrentIndex(self.model.index(row))

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.inspection_chosen.emit(self.model.inspection(index.row()))


def thumbnail_size(inspection: Inspection) -> QSize:
    """A size that shows a frame of this shape without dead room: flat for strip cameras, square for square ones."""
    size = inspection.frame.size
    aspect = 1.0 if size is None else size[1] / size[0]
    width, tallest = (_WIDE_PX, _WIDE_PX) if aspect >= WIDE_ASPECT else (_SQUARE_PX, _SQUARE_PX)
    height = min(max(round(width / aspect), 40), tallest)
    # The width that goes with the rounded height, or dark lines stand at both ends.
    return QSize(min(round(height * aspect), width), height)


def caption(inspection: Inspection) -> str:
    """Number, time and the classes found, e.g. '1 204  14:03:22  Pitted, Scratch'."""
    names = dict.fromkeys(inspection.taxonomy.by_id(f.class_id).title for f in inspection.findings)
    words = [whole(inspection.frame.number), inspection.frame.time_utc.astimezone().strftime("%H:%M:%S")]
    return "   ".join([*words, ", ".join(names)])
