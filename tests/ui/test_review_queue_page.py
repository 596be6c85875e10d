"""The review page's queue: filters, orders and what follows from the list, by mouse and key, over a real store."""

import uuid
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PySide6.QtCore import Qt
from review_bench import CONTROL, HEIGHT, LEFT, PLAIN, SHIFT, WIDTH, Bench

from app.review.pace import Pace
from app.review.queue import Order
from app.review.suspicion import Cause
from app.review.time_span import TimeSpan
from app.review_desk import open_desk
from app.store import Store
from app.ui.preferences import Preferences
from app.words.correction import ReviewState
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


# Several frames


def click_row(bench, row, modifiers=PLAIN):
    queue = bench.page.queue_panel.list
    queue.scrollTo(queue.model().index(row))
    bench.qtbot.mouseClick(queue.viewport(), LEFT, modifiers, queue.visualRect(queue.model().index(row)).center())


def selected(bench):
    return "".join(item.name.removesuffix(".png") for item in bench.page.queue_panel.list.selected)


def open_bulk(bench, *, first, second=None):
    """Open the sheet by its key and choose; waits until the change has been counted."""
    sheet = bench.page.queue_panel.bulk_sheet
    if not sheet.isVisible():
        bench.key(Qt.Key.Key_B, CONTROL)
    pick(sheet.action_box, "relabel" if second else first)
    if second:
        pick(sheet.from_box, first)
        pick(sheet.to_box, second)
    bench.qtbot.waitUntil(lambda: sheet.plan is not None)
    return sheet


def test_ctrl_and_shift_select_without_opening_and_a_plain_click_opens(station):
    click_row(station, 2, CONTROL)
    assert selected(station) == "02"
    assert station.name == "0.png"
    click_row(station, 4, SHIFT)
    assert selected(station) == "0234"
    assert station.page.queue_panel.change_button.text() == "Change 4 …"
    station.key(Qt.Key.Key_PageDown)
    station.wait_for("1.png")
    assert selected(station) == "0234", "one can look through frames with others selected"
    station.page.queue_panel.search.setText(".png")
    assert selected(station) == "0234", "as long as they are listed"
    click_row(station, 3)
    station.wait_for("3.png")
    assert selected(station) == "3"
    assert not station.page.queue_panel.change_button.isVisible()
    queue = station.page.queue_panel.list
    station.qtbot.keyClick(queue, Qt.Key.Key_Down)
    station.wait_for("4.png")
    station.qtbot.keyClick(queue, Qt.Key.Key_Down, SHIFT)
    assert selected(station) == "45"
    assert station.name == "4.png"
    station.key(Qt.Key.Key_A, CONTROL)
    assert selected(station) == "01234567"


def test_a_class_is_relabelled_in_all_selected_frames_and_undone_in_one(station, store):
    station.key(Qt.Key.Key_B)
    station.key(Qt.Key.Key_2)
    station.stroke([(60, 40), (80, 50)])
    drawn = station.stack.copy()
    station.key(Qt.Key.Key_PageDown)
    station.wait_for("1.png")
    station.key(Qt.Key.Key_A, CONTROL)
    sheet = open_bulk(station, first="pit", second="scratch")
    said = sheet.plan_label.text()
    assert "7 frame(s), 35 finding(s) from Pit to Scratch." in said
    assert "7 of them nobody has decided on; they are saved as unsure." in said
    assert "Left alone, for strokes in them are not decided: 0.png." in sheet.left_alone_label.text()
    before = {item.name: store.reader().load(item.id).stack for item in station.page.session.queue.all}
    station.qtbot.mouseClick(sheet.start_button, LEFT)
    assert station.page.case is None, "nobody draws in a frame that is being changed"
    station.qtbot.waitUntil(lambda: sheet.report is not None)
    assert "7 of 7 frame(s) are changed and saved." in sheet.result_label.text()
    assert not sheet.start_button.isEnabled(), "a second click changes nothing more"
    station.wait_for("1.png")
    for item in station.page.session.queue.all:
        stored = store.reader().load(item.id)
        if item.name == "0.png":
            assert stored.latest is None
            continue
        assert np.array_equal(stored.stack, before[item.name] * 2), item.name
        assert (item.state, item.class_names) == (ReviewState.UNSURE, ("scratch",))
        assert stored.latest.actor == "weber"
    station.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(station.stack, before["1.png"])
    station.go("0.png")
    assert np.array_equal(station.stack, drawn)


def test_a_note_being_typed_is_kept_when_many_are_changed(station, store):
    note = station.page.column.note_edit
    station.key(Qt.Key.Key_A, CONTROL)
    note.setFocus()
    station.qtbot.keyClicks(note, "check the roll")
    sheet = station.page.queue_panel.bulk_sheet
    station.page.show_sheet(sheet)
    pick(sheet.action_box, ReviewState.VERIFIED_EMPTY)
    station.qtbot.waitUntil(lambda: sheet.plan is not None)
    station.qtbot.mouseClick(sheet.start_button, LEFT)
    station.qtbot.waitUntil(lambda: sheet.report is not None)
    assert sheet.report.saved == 7
    assert "not decided: 0.png" in sheet.result_label.text()
    assert station.page.queue_panel.progress_label.text().startswith("7 of 8")
    assert station.page.case.note == "check the roll"


def test_stopping_leaves_whole_frames(station, store, monkeypatch):
    save = type(store.writer).save_correction
    sheet = station.page.queue_panel.bulk_sheet

    def save_and_stop(writer, correction, image=None):
        sheet._work.stop()
        return save(writer, correction, image)

    station.key(Qt.Key.Key_A, CONTROL)
    open_bulk(station, first=ReviewState.CONFIRMED)
    monkeypatch.setattr(type(store.writer), "save_correction", save_and_stop)
    station.qtbot.mouseClick(sheet.start_button, LEFT)
    station.qtbot.waitUntil(lambda: sheet.report is not None)
    assert "Stopped: 1 of 8 frame(s)" in sheet.result_label.text()
    assert store.reader().count_by_state()[ReviewState.CONFIRMED] == 1
    station.wait_for("0.png")
    assert station.page.decision_bar.accept_button.isEnabled()


def test_the_pace_is_said_from_the_fourth_decision_on(station, monkeypatch):
    """A frame every twenty seconds: three a minute, so that four frames take one minute and twenty seconds."""
    panel = station.page.queue_panel
    clock, note = iter(range(1_000, 2_000, 20)), Pace.note
    monkeypatch.setattr(Pace, "note", lambda pace, _now_s: note(pace, next(clock)))
    for number in range(4):
        assert not panel.pace_label.isVisible()
        station.wait_for(f"{number}.png")
        station.key(Qt.Key.Key_Return)
    assert panel.pace_label.text() == "3.0 a minute · 1 min left"
    assert panel.progress_label.text() == "4 of 8 reviewed"
    assert panel.progress.value() == 4


def strip(bench):
    return "".join(item.name.removesuffix(".png") for item in bench.page.neighbours.items)


def test_the_frames_before_and_after_are_seen_and_clicked(station):
    neighbours = station.page.neighbours
    assert strip(station) == "0123"
    first = station.item("0.png").id
    before = neighbours.place(first)
    station.qtbot.mouseClick(neighbours, LEFT, PLAIN, neighbours.place(station.item("3.png").id).center())
    station.wait_for("3.png")
    assert strip(station) == "123456"
    assert neighbours.place(station.item("3.png").id) == before, "the frame on the table stays in its place"
    station.page.queue_panel.search.setText("7")
    assert strip(station) == "7"
    assert neighbours.place(station.item("7.png").id).left() > before.right(), "the one on the table is not listed"
    station.key(Qt.Key.Key_F4, SHIFT)
    station.go("7.png")
    assert strip(station) == "567"
    station.qtbot.waitUntil(lambda: all(neighbours._thumbnails[item.id] is not None for item in neighbours.items))
    picture = neighbours._thumbnails[station.item("5.png").id]
    assert picture.pixelColor(picture.width() - 1, picture.height() - 1).red() == 110, "grey 60 + 10 × 5"


def test_a_thumbnail_shows_the_masks_as_they_were_left(station):
    neighbours, frame = station.page.neighbours, station.item("0.png").id
    station.qtbot.waitUntil(lambda: neighbours._thumbnails[frame] is not None)
    plain = neighbours._thumbnails[frame].copy()
    station.key(Qt.Key.Key_B)
    station.key(Qt.Key.Key_2)
    station.stroke([(60, 40), (100, 50)])
    station.key(Qt.Key.Key_PageDown)
    station.wait_for("1.png")
    station.qtbot.waitUntil(lambda: neighbours._thumbnails[frame] is not None)
    assert neighbours._thumbnails[frame] != plain


def test_a_key_hides_the_strip_and_the_person_finds_it_so_again(station):
    preferences = Preferences()
    station.page.neighbours.remember_in(preferences)
    button = station.page.queue_panel.neighbours_button
    assert station.page.neighbours.isVisible()
    station.key(Qt.Key.Key_F7)
    assert not station.page.neighbours.isVisible()
    assert not button.isChecked()
    preferences.save()
    assert not Preferences().review_neighbours
    station.qtbot.mouseClick(button, LEFT)
    assert station.page.neighbours.isVisible()
    assert button.isChecked()
    assert preferences.review_neighbours


def test_the_head_says_why_a_frame_stands_high_up_until_it_is_decided(station):
    head = station.page.head
    assert head.cause_badge.text() == "Suspicion 90% · Near a threshold"
    assert "near its gate" in head.cause_badge.toolTip()
    station.go("2.png")
    assert head.cause_badge.text() == "Suspicion 70% · Classifier against segmenter"
    assert "Scratch is likely (80%), but no pixels of it were found." in head.reason_label.text()
    station.go("7.png")
    assert not head.cause_badge.isVisible(), "20% is nothing to look at"
    station.go("2.png")
    station.key(Qt.Key.Key_Return)
    station.qtbot.waitUntil(lambda: station.item("2.png").reviewed)
    station.go("2.png")
    assert not head.cause_badge.isVisible()
