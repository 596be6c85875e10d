"""The frames before and after: a thin strip of the queue's neighbours, the one on the table marked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app.review.ports import ReviewItem
from app.ui import icons, theme
from app.ui.fonts import text_font
from app.ui.preferences import Preferences
from app.ui.review.queue_thumbnails import Thumbnails
from app.ui.review.sentences import STATE_ICONS, state_word
from app.ui.review.session import ReviewSession

BEFORE, AFTER = 2, 3
STRIP_PX = 64
_GAP_PX = 6
_NAME_PX = 18
_EDGE_PX = 4
_MARK_PX = 14
_WIDEST_PX = 360
"""Thumbnails are made for the widest place there is, and shrunk for smaller windows."""


class NeighbourStrip(QWidget):
    """Two listed frames before the one on the table, and three after it. A click goes there.

    Signals:
        item_chosen(object): the id of the frame clicked.
        shown_changed(bool): the strip was shown or hidden.
    """

    item_chosen = Signal(object)
    shown_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: ReviewSession | None = None
        self._thumbnails: Thumbnails | None = None
        self._preferences: Preferences | None = None
        self._items: Sequence[ReviewItem] = ()
        self._current: UUID | None = None
        self._hovered: int | None = None
        self.setFixedHeight(STRIP_PX)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Frames before and after"))

    def set_session(self, session: ReviewSession) -> None:
        """Show another session's frames."""
        if self._thumbnails is not None:
            self._thumbnails.deleteLater()
        self._session = session
        ratio = self.devicePixelRatioF()
        height = STRIP_PX - _NAME_PX - _EDGE_PX
        self._thumbnails = Thumbnails(session, round(_WIDEST_PX * ratio), round(height * ratio), self)
        self._thumbnails.read.connect(self.update)
        session.queue_listed.connect(self._on_moved)
        session.status_changed.connect(self._on_moved)
        session.case_opened.connect(self._on_moved)
        session.item_changed.connect(self._on_item_changed)
        self._current = None
        self._on_moved()

    def remember_in(self, preferences: Preferences) -> None:
        """Be shown or hidden as the person left it, and note changes there."""
        self._preferences = preferences
        self._show(preferences.review_neighbours)

    @Slot()
    def toggle(self) -> None:
        """Show or hide the strip."""
        self._show(self.isHidden())
        if self._preferences is not None:
            self._preferences.review_neighbours = not self.isHidden()

    @property
    def items(self) -> Sequence[ReviewItem]:
        """The frames shown, in the queue's order."""
        return self._items

    def place(self, item_id: UUID) -> QRect:
        """Where a shown frame is drawn."""
        ids = [item.id for item in self._items]
        return self._cell(ids.index(item_id) + self._first)

    def _show(self, shown: bool) -> None:
        self.setVisible(shown)
        self.shown_changed.emit(shown)
        self._on_moved()

    @property
    def _first(self) -> int:
        """The first cell that is taken: the frame on the table always stands in the same one, empty if not listed."""
        return BEFORE - next((n for n, item in enumerate(self._items) if item.id == self._current), -1)

    def _cell(self, number: int) -> QRect:
        count = BEFORE + 1 + AFTER
        width = (self.width() - _GAP_PX * (count - 1)) / count
        left = round(number * (width + _GAP_PX))
        return QRect(left, 0, round(width), self.height())

    @Slot()
    def _on_moved(self) -> None:
        session, thumbnails = self._session, self._thumbnails
        if session is None or thumbnails is None or self.isHidden():
            return
        current = session.queue.current
        now = None if current is None else current.id
        if self._current is not None and now != self._current:
            # what was drawn in it has changed its masks
            thumbnails.forget(self._current)
        self._current = now
        self._items = session.queue.around(BEFORE, AFTER)
        # the next frames first: that is where one goes
        ids = [item.id for item in self._items]
        here = ids.index(now) if now in ids else 0
        if not session.loading:
            thumbnails.want([*ids[here:], *reversed(ids[:here])])
        self.update()

    @Slot(object)
    def _on_item_changed(self, item: ReviewItem) -> None:
        if self._thumbnails is not None:
            self._thumbnails.forget(item.id)
        self._on_moved()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as there is room."""
        return QSize(600, STRIP_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw every frame in its cell."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for number, item in enumerate(self._items, start=self._first):
            self._draw(painter, self._cell(number), item, hovered=number == self._hovered)
        painter.end()

    def _draw(self, painter: QPainter, cell: QRect, item: ReviewItem, *, hovered: bool) -> None:
        current = item.id == self._current
        ground = "accent_soft" if current else "hover" if hovered else "panel"
        painter.setBrush(theme.colour(ground))
        painter.setPen(QPen(theme.colour("accent" if current else "line"), 2 if current else 1))
        painter.drawRoundedRect(QRectF(cell).adjusted(1, 1, -1, -1), 4, 4)
        room = QRectF(cell.adjusted(_EDGE_PX, _EDGE_PX, -_EDGE_PX, -_NAME_PX))
        picture = None if self._thumbnails is None else self._thumbnails[item.id]
        painter.setFont(text_font(12))
        painter.setPen(theme.colour("text" if current else "text_soft"))
        if picture is not None:
            size = QSize(picture.size()).scaled(room.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF(0, 0, size.width(), size.height())
            place.moveCenter(room.center())
            painter.drawImage(place, picture)
        elif not item.readable:
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, self.tr("no image"))
        self._draw_name(painter, QRect(cell.left() + 6, cell.bottom() - _NAME_PX, cell.width() - 12, _NAME_PX), item)

    def _draw_name(self, painter: QPainter, line: QRect, item: ReviewItem) -> None:
        mark = STATE_ICONS.get(item.state)
        if mark is not None:
            box = QRectF(line.right() - _MARK_PX, line.center().y() - _MARK_PX / 2, _MARK_PX, _MARK_PX)
            icons.paint(painter, mark, theme.colour("text_soft"), box)
            line.setRight(line.right() - _MARK_PX - 2)
        words = painter.fontMetrics().elidedText(item.name, Qt.TextElideMode.ElideLeft, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

    def _at(self, point: QPoint) -> int | None:
        cells = range(self._first, self._first + len(self._items))
        return next((number for number in cells if self._cell(number).contains(point)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Go to the frame clicked."""
        number = self._at(event.position().toPoint())
        if number is not None and event.button() is Qt.MouseButton.LeftButton:
            self.item_chosen.emit(self._items[number - self._first].id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Mark what a click would open."""
        self._hover(self._at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Nothing is pointed at."""
        super().leaveEvent(event)
        self._hover(None)

    def event(self, event: QEvent) -> bool:
        """Say what a cell has no room for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._at(event.pos())
            item = None if number is None else self._items[number - self._first]
            said = "" if item is None else f"{item.name}\n{state_word(item.state)}"
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().event(event)

    def _hover(self, number: int | None) -> None:
        if number != self._hovered:
            self._hovered = number
            self.setCursor(Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor)
            self.update()
