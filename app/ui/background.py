"""Background: one long piece of work on a thread of its own, with progress, a stop and an answer in the Qt thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

_END_LIMIT_S = 10.0
_SHOWN_PARTS = 200

Progress = Callable[[int, int], bool]


class Background(QObject):
    """Runs one piece of work at a time.

    Signals, all in the Qt thread:
        progressed(int, int): (done, in all).
        finished(object): what the work returned.
        failed(str): why it did not, as a sentence.
    """

    progressed = Signal(int, int)
    finished = Signal(object)
    failed = Signal(str)
    _ended = Signal(object, object)
    _advanced = Signal(int, int)

    def __init__(self, name: str, expected: type[Exception], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._expected = expected
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        queued = Qt.ConnectionType.QueuedConnection
        self._ended.connect(self._on_ended, queued)
        self._advanced.connect(self.progressed, queued)

    @property
    def running(self) -> bool:
        """Whether work is going on."""
        return self._thread is not None

    def start(self, work: Callable[[Progress], object]) -> bool:
        """Run ``work``, which is given a function to tell its progress and be told whether to go on."""
        if self.running:
            return False
        self._stop.clear()
        # named by whoever made it (an export, a label file being opened); ends with its work, or by stop()
        self._thread = threading.Thread(target=self._run, args=(work,), name=self._name, daemon=True)
        self._thread.start()
        return True

    def stop(self) -> None:
        """Ask the work to stop; ``failed`` says when it has."""
        self._stop.set()

    def close(self) -> None:
        """Stop and wait, for a bounded time."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_END_LIMIT_S)

    def _run(self, work: Callable[[Progress], object]) -> None:
        try:
            value = work(self._tell)
        except self._expected as error:
            self._ended.emit(None, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, the page has to be told
            self._ended.emit(None, f"{type(error).__name__}: {error}")
        else:
            self._ended.emit(value, None)

    def _tell(self, done: int, total: int) -> bool:
        if done % max(total // _SHOWN_PARTS, 1) == 0:
            self._advanced.emit(done, total)
        return not self._stop.is_set()

    @Slot(object, object)
    def _on_ended(self, value: object, error: str | None) -> None:
        if self._thread is not None:
            self._thread.join(_END_LIMIT_S)
            self._thread = None
        if error is None:
            self.finished.emit(value)
        else:
            self.failed.emit(error)
