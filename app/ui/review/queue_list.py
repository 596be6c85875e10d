"""The queue as a list: one row an inspection, with its state, verdict and classes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.review.ports import ReviewItem
from app.ui import icons, theme
from app.ui.fonts import text_font
from app.ui.review.sentences import STATE_ICONS, state_word
from app.ui.sentences import VERDICT_ICONS, sentence, verdict_word
from app.words.correction import ReviewState

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 62
_ITEM_ROLE = Qt.ItemDataRole.UserRole
_EDGE_PX = 12
_MARK_PX = 24
_CHIP_PX = 14
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class QueueModel(QAbstractListModel):
    """The listed items; ``edited`` says which hold strokes nobody has decided on."""

    def __init__(self, edited: Callable[[UUID], bool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[ReviewItem] = []
        self._rows: dict[UUID, int] = {}
        self._edited = edited
        self.current: UUID | None = None
        self.colours: Mapping[str, QColor] = {}

    def set_items(self, items: Sequence[ReviewItem], colours: Mapping[str, QColor]) -> None:
        """Show another list; ``colours`` are the classes' by name."""
        self.beginResetModel()
        self._items = list(items)
        self._rows = {item.id: row for row, item in enumerate(self._items)}
        self.colours = colours
        self.endResetModel()

    def update_item(self, item: ReviewItem) -> None:
        """Show an item's new state in its place."""
        row = self._rows.get(item.id)
        if row is not None:
            self._items[row] = item
            self.dataChanged.emit(self.index(row), self.index(row))

    def row_of(self, item_id: UUID) -> int | None:
        """Where an item stands."""
        return self._rows.get(item_id)

    def between(self, top: int, bottom: int) -> Sequence[ReviewItem]:
        """The items of the rows from ``top`` to ``bottom``, both included."""
        return self._items[top : bottom + 1]

    def edited(self, item: ReviewItem) -> bool:
        """Whether strokes wait for a decision."""
        return self._edited(item.id)

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many items are listed."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The item itself, its name, and a tooltip that words what the row draws."""
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == _ITEM_ROLE:
            return item
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return item.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(self._said(item))
        return None

    def _said(self, item: ReviewItem) -> list[str]:
        said = [item.name, state_word(item.state)]
        if self.edited(item):
            said.append(self.tr("Edited, not decided yet; the strokes are kept."))
        if item.verdict is not None:
            said.append(f"{verdict_word(item.verdict)}: {sentence(item.reason)}")
        else:
            said.append(sentence(item.reason))
        if item.class_names:
            said.append(", ".join(item.class_names))
        if item.suspicion:
            said.append(self.tr("Suspicion {percent:.0%}").format(percent=item.suspicion))
        return said


class QueueDelegate(QStyledItemDelegate):
    """Draws a row: the review state, the name, the verdict, the classes, and how suspicious it is."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Rows of one height."""
        return QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        item: ReviewItem = index.data(_ITEM_ROLE)
        model = index.model()
        assert isinstance(model, QueueModel), "the delegate draws queues"
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("accent_soft" if chosen else "hover"))
        if item.id == model.current:
            painter.fillRect(QRect(rect.left(), rect.top(), 4, rect.height()), theme.colour("accent"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.colour("line"))
        self._draw_state(painter, rect, item, edited=model.edited(item))
        self._draw_text(painter, rect, item)
        self._draw_classes(painter, rect, item, model.colours)
        painter.restore()

    def _draw_state(self, painter: QPainter, rect: QRect, item: ReviewItem, *, edited: bool) -> None:
        mark = QRectF(rect.left() + _EDGE_PX, rect.center().y() - _MARK_PX / 2, _MARK_PX, _MARK_PX)
        name = STATE_ICONS.get(item.state)
        if name is not None:
            shade = "text" if item.state is ReviewState.UNSURE else "accent"
            icons.paint(painter, name, theme.colour(shade), mark)
        else:
            pen = QPen(theme.colour("line_strong"), 2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(mark.adjusted(4, 4, -4, -4))
        if edited:
            painter.setPen(QPen(theme.colour("text"), 1.5))
            painter.setBrush(theme.colour("review"))
            painter.drawEllipse(QRectF(mark.right() - 7, mark.top() - 1, 10, 10))

    def _draw_text(self, painter: QPainter, rect: QRect, item: ReviewItem) -> None:
        left = rect.left() + _EDGE_PX + _MARK_PX + 12
        upper = QRect(left, rect.top() + 9, rect.right() - _EDGE_PX - left, 22)
        lower = QRect(left, rect.top() + 33, rect.right() - _EDGE_PX - left, 20)
        painter.setFont(
            text_font(15, QFont.Weight.DemiBold if item.state is ReviewState.TO_DO else QFont.Weight.Normal)
        )
        painter.setPen(theme.colour("text"))
        name = painter.fontMetrics().elidedText(item.name, Qt.TextElideMode.ElideMiddle, upper.width())
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(text_font(13))
        painter.setPen(theme.colour("text_soft"))
        if item.verdict is not None:
            box = QRectF(lower.left(), lower.center().y() - 7, 15, 15)
            icons.paint(painter, VERDICT_ICONS[item.verdict], theme.colour("text_soft"), box)
            lower.setLeft(lower.left() + 21)
        words = [state_word(item.state)] if item.verdict is None else [verdict_word(item.verdict).capitalize()]
        if not item.readable:
            words.append(self.tr("image missing"))
        elif item.verdict is None and not item.class_names and item.state is ReviewState.TO_DO:
            words.append(self.tr("no labels"))
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, " · ".join(words))

    def _draw_classes(self, painter: QPainter, rect: QRect, item: ReviewItem, colours: Mapping[str, QColor]) -> None:
        right = rect.right() - _EDGE_PX
        painter.setPen(QPen(theme.colour("line_strong"), 1))
        for name in reversed(item.class_names[:8]):
            right -= _CHIP_PX
            painter.setBrush(colours.get(name, theme.colour("text_soft")))
            painter.drawRoundedRect(QRectF(right, rect.top() + 36, _CHIP_PX - 1, _CHIP_PX - 1), 3, 3)
            right -= 4


class QueueList(QListView):
    """The list itself. Ctrl and Shift select several of its frames; a plain click or arrow brings one to the table.

    Signals:
        item_chosen(object): the id of the item clicked or moved to.
        selection_changed(): other frames are selected.
    """

    item_chosen = Signal(object)
    selection_changed = Signal()

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._plain_click = True
        self.setModel(model)
        self.setItemDelegate(QueueDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Queue"))
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.clicked.connect(self._on_clicked)
        self.selectionModel().selectionChanged.connect(self.selection_changed)

    @property
    def selected(self) -> list[ReviewItem]:
        """The selected items in the list's order."""
        # by stretches: an index for each of thousands of rows takes a quarter of a second
        stretches = sorted((stretch.top(), stretch.bottom()) for stretch in self.selectionModel().selection().toList())
        return [item for top, bottom in stretches for item in self._model.between(top, bottom)]

    @property
    def _several(self) -> bool:
        selection = self.selectionModel().selection().toList()
        return sum(stretch.height() for stretch in selection) > 1

    def set_items(self, items: Sequence[ReviewItem], colours: Mapping[str, QColor]) -> None:
        """List other items; those selected stay selected where they are still listed."""
        before = [item.id for item in self.selected]
        self._model.set_items(items, colours)
        if len(before) > 1:
            self._select(before)

    def show_current(self, item_id: UUID | None) -> None:
        """Mark the item being worked on and bring it into view; several selected ones stay selected."""
        self._model.current = item_id
        row = None if item_id is None else self._model.row_of(item_id)
        several = self._several
        if row is None:
            if not several:
                self.clearSelection()
            return
        index, flag = self._model.index(row), QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flag.NoUpdate if several else flag.ClearAndSelect)
        self.scrollTo(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Arrows go to the next frame; with Shift they select."""
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before and event.modifiers() in _PLAIN:
            self.item_chosen.emit(self.currentIndex().data(_ITEM_ROLE).id)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Note the keys held, which the click's signal does not tell."""
        self._plain_click = event.modifiers() in _PLAIN
        super().mousePressEvent(event)

    def _select(self, item_ids: Sequence[UUID]) -> None:
        chosen = QItemSelection()
        rows = sorted(row for item_id in item_ids if (row := self._model.row_of(item_id)) is not None)
        for top, bottom in _stretches(rows):
            chosen.select(self._model.index(top), self._model.index(bottom))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if self._plain_click:
            self.item_chosen.emit(index.data(_ITEM_ROLE).id)


def _stretches(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, last) of each stretch of ascending rows that follow one another."""
    first = 0
    for place, row in enumerate(rows):
        if place + 1 == len(rows) or rows[place + 1] != row + 1:
            yield rows[first], row
            first = place + 1
