"""The review page's queue: filters, orders and what follows from the list, by mouse and key, over a real store."""

import uuid
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import Qt
from review_bench import CONTROL, HEIGHT, SHIFT, WIDTH, Bench

from app.review.queue import Order
from app.review.suspicion import Cause
from app.review.time_span import TimeSpan
from app.review_desk import open_desk
from app.store import Store
from app.words.frame import Frame
from app.words.inspection import Inspection, ModelUsed, Verdict, VerdictKind
from app.words.reason import Reason
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("two", ["pit", "scratch"])
FRAMES = 8


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "store", "line-2", "weber") as opened:
        yield opened


@pytest.fixture
def station(qtbot, application, store, tmp_path):
    """Eight frames on two strips; frame n has n + 1 pits, is n months old and the more suspicious the smaller n is."""
    model = ModelUsed("m", "0" * 64, "test")
    strips = [store.begin_strip(name, "sim:x", "r", {}) for name in ("coil 1", "coil 2")]
    for number in range(FRAMES):
        stack = empty_stack(HEIGHT, WIDTH, 2)
        for pit in range(number + 1):
            stack[10:14, 10 + 12 * pit : 16 + 12 * pit] = 1
        image = np.full((HEIGHT, WIDTH), 60 + 10 * number, np.uint8)
        taken = datetime.now(UTC) - timedelta(days=30 * number)
        store.writer.put(
            Inspection(
                uuid.uuid4(),
                Frame("sim:x", number, f"{number}.png", taken, image),
                TAXONOMY,
                stack,
                (),
                {1: 0.9, 2: 0.8 if number == 2 else 0.1},
                Verdict(VerdictKind.REJECT, Reason("clean")),
                model,
                "r",
                strip_id=strips[number % 2],
                suspicion=0.9 - number / 10,
            )
        )
    store.writer.flush()
    desk = open_desk(store, "weber", "line-2", tmp_path / "review")
    made = Bench(qtbot, desk)
    qtbot.waitUntil(lambda: made.page.case is not None)
    yield made
    made.page.stop()
    desk.close()


def listed(bench):
    return "".join(item.name.removesuffix(".png") for item in bench.page.session.queue.listed)


def pick(box, value):
    """Choose a row as a click on it does."""
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_the_filter_sheet_narrows_says_how_many_are_on_and_one_key_clears_all(station):
    panel = station.page.queue_panel
    assert panel.more_button.text() == ""
    station.key(Qt.Key.Key_F4)
    sheet = panel.filter_sheet
    assert station.page.right.currentWidget() is sheet
    pick(sheet.strip_box, "coil 1")
    assert listed(station) == "0246"
    pick(sheet.span_box, TimeSpan.WEEK)
    assert listed(station) == "0"
    assert panel.more_button.text() == "2"
    panel.search.setText("0.p")
    pick(sheet.span_box, TimeSpan.ANY)
    pick(sheet.cause_box, Cause.CONTRADICTION)
    assert listed(station) == ""
    station.key(Qt.Key.Key_F4, SHIFT)
    assert listed(station) == "01234567"
    assert (panel.search.text(), panel.more_button.text(), sheet.count) == ("", "", 0)
    pick(sheet.cause_box, Cause.CONTRADICTION)
    assert listed(station) == "2", "the classifier is sure of a scratch nobody drew"
    station.key(Qt.Key.Key_F4, SHIFT)
    pick(panel.verdict_box, VerdictKind.REVIEW)
    assert listed(station) == ""
    pick(panel.verdict_box, VerdictKind.REJECT)
    assert listed(station) == "01234567"
    station.key(Qt.Key.Key_Escape)
    assert station.page.right.currentWidget() is station.page.column


def test_reviewer_and_note_are_found_after_a_decision(station):
    station.page.column.note_edit.setText("Oil stain")
    station.key(Qt.Key.Key_Return)
    station.wait_for("1.png")
    station.qtbot.waitUntil(lambda: station.page.session.saves == ())
    panel = station.page.queue_panel
    station.key(Qt.Key.Key_F5)
    station.qtbot.waitUntil(lambda: panel.filter_sheet.reviewer_box.findData("weber") > 0)
    pick(panel.filter_sheet.reviewer_box, "weber")
    assert listed(station) == "0"
    station.key(Qt.Key.Key_F4, SHIFT)
    station.key(Qt.Key.Key_F, CONTROL)
    assert panel.search.hasFocus()
    station.qtbot.keyClicks(panel.search, "OIL")
    assert listed(station) == "0"


def test_orders_by_area_time_and_name(station):
    box = station.page.queue_panel.order_box
    for order, expected in (
        (Order.AREA, "76543210"),
        (Order.TIME, "01234567"),
        (Order.NAME, "01234567"),
        (Order.SUSPICION, "01234567"),
    ):
        pick(box, order)
        assert listed(station) == expected
    assert "100% at a gate or limit" in box.toolTip()
    assert "F9" in box.toolTip()
