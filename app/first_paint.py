"""The first paint: how long the program takes until its window can be seen, and where that time goes."""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QWidget


class FirstPaint(QObject):
    """Watches a window until everything in it has been painted once.

    Signals:
        painted(): it has.
    """

    painted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The window is painted before its children, in one go: afterwards all of it is."""
        if event.type() is QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self._on_painted)
        return super().eventFilter(watched, event)

    @Slot()
    def _on_painted(self) -> None:
        self.painted.emit()


def show_until_painted(window: QWidget, marks_s: dict[str, float]) -> None:
    """Show the window and return once it is painted, having said so in one line of JSON on standard output.

    ``marks_s`` are the moments, on ``time.time``, at which the stages of the start ended, in order. The line is
    ``{"painted": true, "torch": whether it was imported, "stages_ms": {STAGE: …}}``.
    """
    watch = FirstPaint(window)
    watch.painted.connect(QApplication.quit)
    window.show()
    QApplication.exec()
    marks_s = {**marks_s, "paint": time.time()}
    said = {"painted": True, "torch": "torch" in sys.modules, "stages_ms": _stages_ms(marks_s)}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _stages_ms(marks_s: dict[str, float]) -> dict[str, float]:
    """Each stage from the end of the one before; the first from the start of the process, to about 10 ms."""
    import psutil

    before_s, stages = psutil.Process().create_time(), {}
    for name, mark_s in marks_s.items():
        stages[name] = round((mark_s - before_s) * 1000, 1)
        before_s = mark_s
    return stages
