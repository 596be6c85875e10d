"""The bridge: every reject and verdict arrives, the newest frame at most 30 times a second, nothing after the close."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from strip_station import StripStation, make_inspection, not_inspected

from app.ui.bridge import KEPT_REJECTS, MOST_A_SECOND, LineBridge
from app.words.inspection import Inspection, Verdict, VerdictKind
from app.words.reason import Reason
from models.labels.masks import empty_stack


class Heard:
    """What the bridge said, and in which thread."""

    def __init__(self, bridge: LineBridge) -> None:
        self.shown: list[tuple[float, Inspection]] = []
        self.rejects: list[Inspection] = []
        self.verdicts: list[VerdictKind] = []
        self.events: list[Any] = []
        self.threads: set[QThread] = set()
        bridge.inspected.connect(self._on_inspected)
        bridge.rejected.connect(self.rejects.extend)
        bridge.judged.connect(self.verdicts.extend)
        bridge.event_raised.connect(self.events.append)

    def _on_inspected(self, inspection: Inspection) -> None:
        self.shown.append((time.monotonic(), inspection))
        self.threads.add(QThread.currentThread())


@pytest.fixture
def station() -> StripStation:
    return StripStation()


@pytest.fixture
def bridge(station: StripStation, qapp: QApplication) -> LineBridge:
    return LineBridge(station)


def judged(number: int, kind: VerdictKind) -> Inspection:
    return make_inspection(number, None, empty_stack(8, 8, 4), verdict=Verdict(kind, Reason("clean")))


def test_nothing_that_counts_is_lost_however_fast_the_line(
    station: StripStation, bridge: LineBridge, qtbot: QtBot
) -> None:
    heard = Heard(bridge)
    kinds = [VerdictKind.REJECT if n % 50 == 0 else VerdictKind.PASS for n in range(500)]
    station.feed_from_thread(judged(n, kind) for n, kind in enumerate(kinds))
    qtbot.waitUntil(lambda: len(heard.verdicts) == 500)
    assert heard.verdicts == kinds
    assert [reject.frame.number for reject in heard.rejects] == list(range(0, 500, 50))
    assert heard.shown[-1][1].frame.number == 499
    assert heard.threads == {QCoreApplication.instance().thread()}
    bridge.close()


def test_the_page_is_spared(station: StripStation, bridge: LineBridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    stop = threading.Event()

    def run() -> None:
        number = 0
        while not stop.wait(0.002):
            station.feed(judged(number, VerdictKind.PASS))
            number += 1

    line = threading.Thread(target=run, name="test-line")
    line.start()
    try:
        qtbot.waitUntil(lambda: len(heard.shown) >= 10)
    finally:
        stop.set()
        line.join(timeout=10)
    gaps = [later - earlier for (earlier, _), (later, _) in zip(heard.shown, heard.shown[1:], strict=False)]
    # Timers count whole milliseconds.
    assert min(gaps) >= 1 / MOST_A_SECOND - 0.002
    bridge.close()


def test_only_as_many_rejects_wait_as_can_be_shown(station: StripStation, bridge: LineBridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    station.feed_from_thread(judged(n, VerdictKind.REJECT) for n in range(100))
    qtbot.waitUntil(lambda: bool(heard.shown))
    assert [reject.frame.number for reject in heard.rejects] == list(range(100 - KEPT_REJECTS, 100))
    bridge.close()


def test_events_come_in_order(station: StripStation, bridge: LineBridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    station.raise_event("source_opened", source="sim:mixed")
    station.raise_event("source_failed", is_error=True, error="gone")
    station.feed(not_inspected(3))
    qtbot.waitUntil(lambda: bool(heard.shown))
    assert [event.reason.code for event in heard.events] == ["source_opened", "source_failed"]
    assert heard.verdicts == [VerdictKind.NOT_INSPECTED]
    bridge.close()


def test_nothing_comes_after_the_close(station: StripStation, bridge: LineBridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    station.feed(judged(0, VerdictKind.PASS))
    bridge.close()
    station.feed_from_thread([judged(1, VerdictKind.PASS)])
    with qtbot.assertNotEmitted(bridge.inspected, wait=150):
        pass
    assert not heard.shown


def test_the_status_is_read_regularly(station: StripStation, bridge: LineBridge, qtbot: QtBot) -> None:
    station.start("sim:mixed")
    for _ in range(2):
        with qtbot.waitSignal(bridge.status_read) as blocker:
            pass
        assert blocker.args[0].source == "sim:mixed"
    bridge.close()
