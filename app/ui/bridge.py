"""The bridge: the line's callbacks, which come in the line's threads, become Qt signals in the Qt thread."""

from __future__ import annotations

import threading
import time
from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.inspection.status import GAP_CODES, LineEvent
from app.ui.station import Station
from app.words.inspection import Inspection, VerdictKind

MOST_A_SECOND = 30
"""How often the newest inspection is handed on; the eye sees no more, and the store has every one."""

STATUS_EVERY_MS = 250

KEPT_REJECTS = 24
_KEPT_VERDICTS = 1000
_KEPT_EVENTS = 100


class LineBridge(QObject):
    """Hands the newest inspection on, at most ``MOST_A_SECOND`` times a second, and what came before it in brief.

    Signals, all in the Qt thread:
        inspected(object): the newest ``Inspection``.
        rejected(object): a tuple of the rejects since the last time, oldest first, at most ``KEPT_REJECTS``.
        judged(object): a tuple with the ``VerdictKind`` of every inspection since the last time.
        event_raised(object): a ``LineEvent``.
        status_read(object): the ``LineStatus``, every ``STATUS_EVERY_MS``.
    """

    inspected = Signal(object)
    rejected = Signal(object)
    judged = Signal(object)
    event_raised = Signal(object)
    status_read = Signal(object)
    _woken = Signal()

    def __init__(self, station: Station, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._station = station
        self._lock = threading.Lock()
        self._newest: Inspection | None = None
        self._rejects: deque[Inspection] = deque(maxlen=KEPT_REJECTS)
        self._verdicts: deque[VerdictKind] = deque(maxlen=_KEPT_VERDICTS)
        self._events: deque[LineEvent] = deque(maxlen=_KEPT_EVENTS)
        self._wake_pending = False
        self._closed = False
        self._handed_on_s = 0.0
        self._delay = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._delay.timeout.connect(self._hand_on)
        self._poll = QTimer(self, interval=STATUS_EVERY_MS)
        self._poll.timeout.connect(self.read_status)
        self._woken.connect(self._on_woken, Qt.ConnectionType.QueuedConnection)
        station.subscribe(self._take_inspection, self._take_event)
        self._poll.start()

    def close(self) -> None:
        """Hand nothing on any more; a callback that comes later is ignored."""
        with self._lock:
            self._closed = True
        self._poll.stop()
        self._delay.stop()

    @Slot()
    def read_status(self) -> None:
        """Read the status now rather than at the next tick."""
        self.status_read.emit(self._station.status())

    def _take_inspection(self, inspection: Inspection) -> None:
        """Called in the inference thread."""
        with self._lock:
            if inspection.verdict.reason.code not in GAP_CODES:
                # A stretch of lost frames has nothing to look at: it is counted and stands on the tape, and the last
                # frame stays in view rather than flickering between picture and none.
                self._newest = inspection
            self._verdicts.append(inspection.verdict.kind)
            if inspection.verdict.kind is VerdictKind.REJECT:
                self._rejects.append(inspection)
            self._wake()

    def _take_event(self, event: LineEvent) -> None:
        """Called in any thread."""
        with self._lock:
            self._events.append(event)
            self._wake()

    def _wake(self) -> None:
        """One queued call at a time, however fast the line is. Called with the lock held, so ``close`` has to wait."""
        if not self._wake_pending and not self._closed:
            self._wake_pending = True
            self._woken.emit()

    @Slot()
    def _on_woken(self) -> None:
        wait_s = self._handed_on_s + 1.0 / MOST_A_SECOND - time.monotonic()
        if wait_s <= 0:
            self._hand_on()
        elif not self._delay.isActive():
            self._delay.start(max(1, round(wait_s * 1000)))

    @Slot()
    def _hand_on(self) -> None:
        with self._lock:
            newest, self._newest = self._newest, None
            rejects, verdicts, events = tuple(self._rejects), tuple(self._verdicts), tuple(self._events)
            for pending in (self._rejects, self._verdicts, self._events):
                pending.clear()
            self._wake_pending = False
            if self._closed:
                return
        self._handed_on_s = time.monotonic()
        for event in events:
            self.event_raised.emit(event)
        if verdicts:
            self.judged.emit(verdicts)
        if rejects:
            self.rejected.emit(rejects)
        if newest is not None:
            self.inspected.emit(newest)
