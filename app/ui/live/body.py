"""The body of the live page: the viewer with its panels below a flat frame, or beside a square one."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.ui.live.counters import CountersPanel

WIDE_ASPECT = 2.2
"""From this width to height on, a frame takes the page's whole width."""

_SPACING_PX = 10
_SIDE_WIDTH_PX = 600
_CANVAS_MARGIN_PX = 20
_LOWEST_VIEWER_PX = 122
_LOWEST_PANELS_PX = 206
_ROOMY_FROM_PX = 620
_PANELS_SHARE = 0.36
# Qt's QWIDGETSIZE_MAX: no bound.
_UNBOUNDED = 16_777_215


class LiveBody(QWidget):
    """Arranges ``viewer`` (with ``bar`` above it) and ``panels`` by the frames' shape, so that no room is dead."""

    def __init__(self, bar: QWidget, viewer: QWidget, panels: tuple[QWidget, CountersPanel, QWidget]) -> None:
        """``panels`` are the findings, the counters and the filmstrip."""
        super().__init__()
        self._viewer = viewer
        self._bar = bar
        self._panels = panels
        self._frame_size = QSize(1600, 256)
        self._empty = True
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addWidget(bar)
        column.addWidget(viewer, 1)
        self._panel_box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._panel_box.setSpacing(_SPACING_PX)
        for panel, stretch in zip(panels, (5, 0, 8), strict=True):
            self._panel_box.addWidget(panel, stretch)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(_SPACING_PX)
        self._box.addLayout(column, 1)
        self._box.addLayout(self._panel_box, 0)
        self._arrange()

    @property
    def is_wide(self) -> bool:
        """Whether the panels stand below the viewer."""
        return self._frame_size.width() >= WIDE_ASPECT * self._frame_size.height()

    def set_frame_size(self, width: int, height: int) -> None:
        """Arrange for frames of this size in pixels."""
        size = QSize(width, height)
        if size != self._frame_size and not size.isEmpty():
            self._frame_size = size
            self._arrange()

    def set_empty(self, empty: bool) -> None:
        """Whether the viewer still says what to do; in a low window it then needs the panels' room."""
        if empty != self._empty:
            self._empty = empty
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Give the viewer what a fitted frame needs."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        findings, counters, filmstrip = self._panels
        crowded = self._empty and self.height() < _ROOMY_FROM_PX
        for panel in self._panels:
            panel.setVisible(not crowded)
        if crowded:
            self._viewer.setMinimumHeight(_LOWEST_VIEWER_PX)
            self._viewer.setMaximumHeight(_UNBOUNDED)
            return
        if self.is_wide:
            self._box.setDirection(QBoxLayout.Direction.TopToBottom)
            self._panel_box.setDirection(QBoxLayout.Direction.LeftToRight)
            needed = round(self.width() * self._frame_size.height() / self._frame_size.width()) + _CANVAS_MARGIN_PX
            below = max(_LOWEST_PANELS_PX, round(self.height() * _PANELS_SHARE))
            most = self.height() - self._bar.height() - below - 2 * _SPACING_PX
            self._viewer.setFixedHeight(max(min(needed, most), _LOWEST_VIEWER_PX))
            counters.setFixedWidth(min(400, max(350, round(self.width() * 0.28))))
            counters.setMinimumHeight(0)
            counters.setMaximumHeight(_UNBOUNDED)
            counters.arrange(upright=True)
            for panel in (findings, filmstrip):
                panel.setMinimumWidth(260)
                panel.setMaximumWidth(_UNBOUNDED)
        else:
            self._box.setDirection(QBoxLayout.Direction.LeftToRight)
            self._panel_box.setDirection(QBoxLayout.Direction.TopToBottom)
            self._viewer.setMinimumHeight(_LOWEST_VIEWER_PX)
            self._viewer.setMaximumHeight(_UNBOUNDED)
            width = min(_SIDE_WIDTH_PX, round(self.width() * 0.42))
            for panel in self._panels:
                panel.setFixedWidth(width)
            counters.setFixedHeight(214 if self.height() >= _ROOMY_FROM_PX else 126)
            counters.arrange(upright=False)
