"""Icons: the project's own drawings (24 px, strokes), tinted with the theme when they are painted."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app import paths
from app.ui import theme

# What the drawings are stroked in; replaced by the colour wanted.
_DRAWN_COLOUR = "currentColor"


def icon(name: str, shade: str = "text") -> QIcon:
    """The icon ``resources/icons/NAME.svg`` in the colour of the token ``shade``; it follows the theme."""
    return QIcon(_TintedIcon(name, shade))


def pixmap(name: str, colour: QColor, size_px: int, ratio: float = 1.0) -> QPixmap:
    """The icon in one colour at a size in device-independent pixels."""
    picture = QPixmap(round(size_px * ratio), round(size_px * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    paint(painter, name, colour, QRectF(picture.rect()))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def paint(painter: QPainter, name: str, colour: QColor, rect: QRectF) -> None:
    """Draw the icon into ``rect``."""
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace(_DRAWN_COLOUR, colour.name()).encode()))
    renderer.render(painter, rect)


@lru_cache(maxsize=128)
def _drawing(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


class _TintedIcon(QIconEngine):
    """Looks the colour up at every painting, so that a change of theme needs no new icons."""

    def __init__(self, name: str, token: str) -> None:
        super().__init__()
        self._name = name
        self._token = token

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        """Draw with the theme's colour."""
        token = "text_off" if mode == QIcon.Mode.Disabled else self._token
        paint(painter, self._name, theme.colour(token), QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The drawing as a pixmap."""
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        """A copy, as Qt makes one when an icon is detached."""
        return _TintedIcon(self._name, self._token)
