"""Shown frames: the live page's canvas, painted offscreen at the rate the workstation paints it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from app.words.inspection import Inspection

if TYPE_CHECKING:
    from uuid import UUID

    from PySide6.QtWidgets import QApplication

    from app.ui.canvas import FrameCanvas

_CANVAS_PX: Final = (1600, 640)
_MOST_PER_S: Final = 30


class ShownFrames:
    """Paints inspections on a canvas of its own. Where Qt cannot be loaded, nothing is shown and ``available`` says so.

    ``count`` frames were painted; ``paint_s`` is what each took.

    Everything is called from the main thread.
    """

    every_s = 1.0 / _MOST_PER_S

    def __init__(self) -> None:
        self.count = 0
        self.paint_s: list[float] = []
        self._last: UUID | None = None
        self._canvas: FrameCanvas | None = None
        self._application: QApplication | None = None
        # The bench must not open a window on somebody's desk, nor need one.
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        try:
            from app.ui.application import make_application
            from app.ui.canvas import FrameCanvas
        except ImportError:
            return
        self._application = make_application([])
        self._canvas = FrameCanvas()
        self._canvas.resize(*_CANVAS_PX)
        self._canvas.show()
        self._application.processEvents()

    @property
    def available(self) -> bool:
        """Whether frames are painted."""
        return self._canvas is not None

    def show(self, inspection: Inspection | None) -> None:
        """Paint an inspection, if it is a new one."""
        if self._canvas is None or self._application is None or inspection is None or inspection.id == self._last:
            return
        self._last = inspection.id
        begun_s = time.perf_counter()
        self._canvas.show_frame(inspection.frame.image)
        self._canvas.show_stack(inspection.stack, inspection.taxonomy)
        self._application.processEvents()
        self.paint_s.append(time.perf_counter() - begun_s)
        self.count += 1

    def close(self) -> None:
        """Take the canvas away."""
        if self._canvas is not None and self._application is not None:
            self._canvas.close()
            self._canvas.deleteLater()
            self._application.processEvents()
            self._canvas = None
