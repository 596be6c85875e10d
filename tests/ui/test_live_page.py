"""The live page on a station in memory: verdict, findings, counters, filmstrip, keys; real mouse and key events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot
from strip_station import StripStation, make_inspection, not_inspected

from app.inspection.status import LineState
from app.ui import theme
from app.ui.application import make_application, make_window
from app.ui.keys_sheet import KeysSheet
from app.ui.live.filmstrip import KEPT_BYTES, RejectsModel
from app.ui.live.keys import LIVE_KEYS
from app.ui.live.page import LIVE, LivePage
from app.ui.live.thumbnail import thumbnail
from app.ui.shell import MainWindow
from app.words.inspection import Inspection, VerdictKind
from models.labels.masks import empty_stack

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def station() -> StripStation:
    return StripStation()


@pytest.fixture
def window(station: StripStation, qtbot: QtBot) -> Iterator[MainWindow]:
    application = make_application()
    theme.apply_theme(application, theme.ThemeName.DARK)
    window = make_window(station, [LIVE])
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    window.activateWindow()
    qtbot.waitActive(window)
    yield window
    window.close()
    application.setStyleSheet("")


@pytest.fixture
def page(window: MainWindow) -> LivePage:
    page = window.page("live")
    assert isinstance(page, LivePage)
    return page


@pytest.fixture
def running(page: LivePage, qtbot: QtBot) -> LivePage:
    """The page after the start of the line."""
    # The window is active, but its focus is given by events still waiting.
    qtbot.waitUntil(page.viewer.start.hasFocus)
    qtbot.keyClick(page.window(), Qt.Key.Key_F5)
    assert page._state is LineState.RUNNING
    return page


def steel(value: int = 110) -> np.ndarray:
    return np.full((256, 1600), value, np.uint8)


def with_squares(number: int, *squares: tuple[int, int, int, int]) -> Inspection:
    """(class id, x, y, side) drawn on plain steel."""
    stack = empty_stack(256, 1600, 4)
    for class_id, x, y, side in squares:
        stack[y : y + side, x : x + side] |= 1 << (class_id - 1)
    return make_inspection(number, steel(), stack, mm_per_px=0.5)


REJECT = ((1, 200, 60, 50), (3, 1200, 100, 60))
REVIEW = ((2, 700, 100, 20),)


def show(page: LivePage, station: StripStation, qtbot: QtBot, inspection: Inspection) -> Inspection:
    """Feed it and wait until the page has it."""
    station.feed(inspection)
    qtbot.waitUntil(lambda: page._newest is inspection)
    return inspection


def colour_at(page: LivePage, x: float, y: float) -> QColor:
    QApplication.processEvents()
    canvas = page.viewer.canvas
    point = canvas.to_viewport(x, y)
    return canvas.viewport().grab().toImage().pixelColor(int(point.x()), int(point.y()))


# Before the start


def test_the_empty_page_says_what_to_do_and_starts(page: LivePage, station: StripStation, qtbot: QtBot) -> None:
    assert page.viewer.is_empty
    assert page.viewer.start.isVisible()
    assert page.banner.block.word == "READY"
    qtbot.mouseClick(page.viewer.start, LEFT)
    assert station.calls == [("start", "sim:mixed")]
    qtbot.waitUntil(lambda: not page.line_bar.start.isEnabled())
    assert "starting" in page.banner.reason.text()
    assert not page.viewer.start.isVisible()
    assert QApplication.focusWidget() is page, "a second press of the same key pushes nothing"
    show(page, station, qtbot, with_squares(0))
    assert not page.viewer.is_empty
    assert page.viewer.canvas.hasFocus()


def test_enter_starts_without_a_mouse(page: LivePage, station: StripStation, qtbot: QtBot) -> None:
    focused = QApplication.focusWidget()
    assert focused is page.viewer.start
    qtbot.keyClick(focused, Qt.Key.Key_Space)
    assert station.calls == [("start", "sim:mixed")]


def test_every_key_is_named_in_a_tooltip_or_works_on_a_visible_thing(page: LivePage) -> None:
    named = {
        "start": page.line_bar.start,
        "pause": page.line_bar.pause,
        "stop": page.line_bar.stop,
        "source": page.line_bar.sources,
        "model": page.line_bar.bundles,
        "bare": page.canvas_bar.bare,
        "freeze": page.canvas_bar.freeze,
        "zoom_in": page.canvas_bar.zoom_in,
        "zoom_out": page.canvas_bar.zoom_out,
        "fit": page.canvas_bar.fit,
        "one_to_one": page.canvas_bar.one_to_one,
        "back": page.back,
    }
    for name, widget in named.items():
        assert f"({LIVE_KEYS[name].label})" in widget.toolTip(), name


# Verdict


@pytest.mark.parametrize(
    ("squares", "word", "sentence"),
    [
        ((), "PASS", "No defect found."),
        (REVIEW, "REVIEW", "Cracks is uncertain: 52% against a gate of 50%."),
        (REJECT, "REJECT", "Pits: 2,500 px in this frame, over the limit of 1,500 px."),
    ],
)
def test_the_verdict_in_large_letters(
    running: LivePage, station: StripStation, qtbot: QtBot, squares: tuple, word: str, sentence: str
) -> None:
    inspection = show(running, station, qtbot, with_squares(7, *squares))
    assert running.banner.block.word == word
    assert running.banner.reason.text() == sentence
    assert "Frame 7" in running.banner.frame.text()
    block = running.banner.block.grab().toImage()
    assert block.pixelColor(block.width() - 8, block.height() // 2) == theme.verdict_colours(inspection.verdict.kind)[0]


def test_a_frame_that_could_not_be_read_is_never_a_pass(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, not_inspected(3))
    assert running.banner.block.word == "NOT INSPECTED"
    assert "frame_0003.png cannot be read as an image" in running.banner.reason.text()
    assert running.findings.view.placeholder == "Not inspected."
    show(running, station, qtbot, with_squares(4))
    assert colour_at(running, 800, 100) == QColor(110, 110, 110)


def test_the_verdict_is_hollow_while_the_line_stands(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1))
    ground = theme.verdict_colours(VerdictKind.PASS)[0]

    def middle() -> QColor:
        image = running.banner.block.grab().toImage()
        return image.pixelColor(image.width() - 12, image.height() // 2)

    qtbot.waitUntil(lambda: middle() == ground)
    qtbot.keyClick(running.window(), Qt.Key.Key_F6)
    assert station.calls[-1] == ("pause",)
    qtbot.waitUntil(lambda: middle() == theme.colour("panel"))
    qtbot.keyClick(running.window(), Qt.Key.Key_F6)
    assert station.calls[-1] == ("resume",)
    qtbot.waitUntil(lambda: middle() == ground)


def test_the_tape_remembers_what_flickered_past(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    for number, squares in enumerate(((), REJECT, (), REVIEW)):
        station.feed(with_squares(number, *squares))
    station.feed(not_inspected(4))
    kinds = ("pass", "reject", "pass", "review", "not_inspected")
    qtbot.waitUntil(lambda: running.banner.tape.verdicts == tuple(VerdictKind(kind) for kind in kinds))


# Counters


def test_the_counters_follow_the_line(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    for number in range(1200):
        station.counts[VerdictKind.PASS] += 1
        del number
    station.lost = 3
    for number, squares in enumerate((REJECT, REVIEW, REJECT)):
        station.feed(with_squares(number, *squares))
    station.feed(not_inspected(9))
    counters = running.counters
    qtbot.waitUntil(lambda: counters.frames.value == "1\u202f204")
    assert [c.value for c in (counters.rejects, counters.reviews, counters.not_inspected)] == ["2", "1", "1"]
    assert counters.lost.value == "3"
    assert counters.rate.value == "24.8"
    assert (counters.median.value, counters.slowest.value) == ("36 ms", "72 ms")


# Masks


def test_number_keys_hide_classes(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1, *REJECT))
    assert colour_at(running, 225, 85) != QColor(110, 110, 110)
    qtbot.keyClick(running.window(), Qt.Key.Key_1)
    assert not running.canvas_bar.chips[1].isChecked()
    assert colour_at(running, 225, 85) == QColor(110, 110, 110)
    assert colour_at(running, 1230, 130) != QColor(110, 110, 110)
    qtbot.mouseClick(running.canvas_bar.chips[1], LEFT)
    assert colour_at(running, 225, 85) != QColor(110, 110, 110)
    assert [chip.count for chip in running.canvas_bar.chips.values()] == [1, 0, 1, 0]


def test_a_hidden_class_stays_hidden_in_the_next_frame(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1, *REJECT))
    qtbot.keyClick(running.window(), Qt.Key.Key_1)
    show(running, station, qtbot, with_squares(2, *REJECT))
    assert colour_at(running, 225, 85) == QColor(110, 110, 110)
    assert not running.canvas_bar.chips[1].isChecked()


def test_m_held_shows_bare_steel(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1, *REJECT))
    focused = QApplication.focusWidget()
    qtbot.keyPress(focused, Qt.Key.Key_M)
    assert colour_at(running, 225, 85) == QColor(110, 110, 110)
    show(running, station, qtbot, with_squares(2, *REJECT))
    assert colour_at(running, 225, 85) == QColor(110, 110, 110)
    qtbot.keyRelease(focused, Qt.Key.Key_M)
    assert colour_at(running, 225, 85) != QColor(110, 110, 110)
    qtbot.mousePress(running.canvas_bar.bare, LEFT)
    assert running.viewer.canvas.masks_hidden
    qtbot.mouseRelease(running.canvas_bar.bare, LEFT)
    assert not running.viewer.canvas.masks_hidden


def test_the_masks_strength_by_key_is_remembered(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1, *REJECT))
    before = colour_at(running, 225, 85)
    for _ in range(10):
        qtbot.keyClick(running.window(), Qt.Key.Key_BracketRight)
    assert running.canvas_bar.opacity.value() == 100
    assert colour_at(running, 225, 85) == QColor("#e69f00") != before
    for _ in range(10):
        qtbot.keyClick(running.window(), Qt.Key.Key_BracketLeft)
    assert colour_at(running, 225, 85) == QColor(110, 110, 110)
    assert running._preferences.opacity_percent == 0


# Findings


def test_a_click_on_a_finding_zooms_and_freezes(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    shown = show(running, station, qtbot, with_squares(1, *REJECT))
    canvas, view = running.viewer.canvas, running.findings.view
    fitted = canvas.scale_factor
    second = view.visualRect(running.findings.model.index(1)).center()
    qtbot.mouseClick(view.viewport(), LEFT, pos=second)
    assert running.is_frozen
    assert running.shown is shown
    assert canvas.scale_factor > fitted
    middle = canvas.to_frame(QPointF(canvas.viewport().rect().center()))
    assert abs(middle.x() - 1230) < 3
    show(running, station, qtbot, with_squares(2))
    assert running.shown is shown
    assert running.banner.block.word == "REJECT"
    qtbot.keyClick(running.window(), Qt.Key.Key_Escape)
    assert not running.is_frozen
    assert running.banner.block.word == "PASS"
    assert canvas.fitted


def test_findings_by_key_go_round(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1, *REJECT))
    rows = []
    for _ in range(3):
        qtbot.keyClick(running.window(), Qt.Key.Key_N)
        rows.append(running.findings.view.currentIndex().row())
    qtbot.keyClick(running.window(), Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    rows.append(running.findings.view.currentIndex().row())
    assert rows == [0, 1, 0, 1]


def test_a_click_on_the_frame_picks_the_finding_there(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1, *REJECT))
    point = running.viewer.canvas.to_viewport(1230, 130)
    qtbot.mouseClick(running.viewer.canvas.viewport(), LEFT, pos=QPoint(int(point.x()), int(point.y())))
    assert running.findings.view.currentIndex().row() == 1
    assert running.is_frozen


def test_sizes_are_given_in_both_units(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1, *REJECT))
    words = [str(running.findings.model.index(row).data()) for row in range(2)]
    assert words == ["Pits, 625 mm²   ·   2\u202f500 px", "Scratches, 900 mm²   ·   3\u202f600 px"]


# Filmstrip


def test_rejects_collect_and_a_click_freezes_one(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    rejects = [with_squares(n, *REJECT) for n in range(3)]
    for reject in rejects:
        station.feed(reject)
    show(running, station, qtbot, with_squares(9))
    strip = running.filmstrip
    qtbot.waitUntil(lambda: strip.model.rowCount() == 3)
    assert [strip.model.inspection(row).frame.number for row in range(3)] == [2, 1, 0]
    qtbot.mouseClick(strip.view.viewport(), LEFT, pos=strip.view.visualRect(strip.model.index(2)).center())
    assert running.shown is rejects[0]
    assert running.back.isVisible()
    assert "Frozen at frame 0" in running._frozen_words.text()
    qtbot.mouseClick(running.back, LEFT)
    assert not running.is_frozen
    assert not running.back.isVisible()
    assert running.banner.block.word == "PASS"


def test_rejects_by_key(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    for number in range(3):
        station.feed(with_squares(number, *REJECT))
    qtbot.waitUntil(lambda: running.filmstrip.model.rowCount() == 3)
    seen = []
    for key in (Qt.Key.Key_R, Qt.Key.Key_Comma, Qt.Key.Key_Comma, Qt.Key.Key_Comma, Qt.Key.Key_Period):
        qtbot.keyClick(running.window(), key)
        assert running.shown is not None
        seen.append(running.shown.frame.number)
    assert seen == [2, 1, 0, 0, 1]
    qtbot.keyClick(running.window(), Qt.Key.Key_L)
    assert not running.is_frozen


def test_a_frozen_reject_stays_when_new_ones_come(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    station.feed(with_squares(0, *REJECT))
    qtbot.waitUntil(lambda: running.filmstrip.model.rowCount() == 1)
    qtbot.keyClick(running.window(), Qt.Key.Key_R)
    for number in range(1, 30):
        station.feed(with_squares(number, *REJECT))
    qtbot.waitUntil(lambda: running.filmstrip.model.rowCount() == 24)
    assert running.shown is not None
    assert running.shown.frame.number == 0
    qtbot.keyClick(running.window(), Qt.Key.Key_F)
    assert not running.is_frozen


def test_a_thumbnail_shows_a_scratch_of_one_pixel(qapp: QApplication) -> None:
    stack = empty_stack(640, 4000, 4)
    stack[250, 500:3000] = 1
    inspection = make_inspection(0, np.full((640, 4000), 90, np.uint8), stack)
    image = thumbnail(inspection, 320, 51).toImage()
    inked = [x for x in range(320) if any(image.pixelColor(x, y) == QColor("#e69f00") for y in range(51))]
    assert inked[0] in (39, 40)
    assert inked[-1] in (239, 240)
    assert len(inked) == inked[-1] - inked[0] + 1


def test_large_frames_do_not_fill_the_memory(qapp: QApplication) -> None:
    model = RejectsModel()
    side = int((KEPT_BYTES / 8) ** 0.5)
    for number in range(10):
        # Pages never written take no memory; what counts is what the arrays say.
        image, stack = np.zeros((side, side), np.uint8), empty_stack(side, side, 4)
        model.add([make_inspection(number, image, stack)])
    assert model.rowCount() == 4
    assert model.inspection(0).frame.number == 9


# The line bar


def test_a_source_is_changed_while_the_line_runs(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    sources = running.line_bar.sources
    qtbot.keyClick(running.window(), Qt.Key.Key_F2)
    assert sources.view().isVisible()
    qtbot.keyClick(sources.view(), Qt.Key.Key_Down)
    qtbot.keyClick(sources.view(), Qt.Key.Key_Return)
    assert station.calls[-1] == ("start", "sim:scratches")


def test_nothing_changes_in_passing(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    """A wheel turned over a picker, or an arrow pressed on it, is no choice yet."""
    for picker in (running.line_bar.sources, running.line_bar.bundles):
        centre = picker.rect().center()
        event = QWheelEvent(
            QPointF(centre),
            QPointF(picker.mapToGlobal(centre)),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(picker, event)
        picker.setFocus()
        qtbot.keyClick(picker, Qt.Key.Key_Down)
        assert picker.view().isVisible()
        qtbot.keyClick(picker.view(), Qt.Key.Key_Escape)
        assert picker.currentIndex() == 0
    assert station.calls == [("start", "sim:mixed")]


def test_an_idle_line_waits_for_the_start(page: LivePage, station: StripStation, qtbot: QtBot) -> None:
    page.line_bar.choose_source("/data/coil 12", "coil 12")
    assert station.calls == []
    qtbot.keyClick(page.window(), Qt.Key.Key_F5)
    assert station.calls == [("start", "/data/coil 12")]


def test_a_bundle_is_changed(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    bundles = running.line_bar.bundles
    qtbot.keyClick(running.window(), Qt.Key.Key_F3)
    qtbot.keyClick(bundles.view(), Qt.Key.Key_Down)
    qtbot.keyClick(bundles.view(), Qt.Key.Key_Return)
    assert station.calls[-1] == ("change_bundle", "neu-strip")


def test_a_folder_is_opened_without_stopping_the_frames(
    running: LivePage, station: StripStation, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = tmp_path / "coil 1204"
    folder.mkdir()
    qtbot.keyClick(running.window(), Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    dialog = running.line_bar.findChild(QFileDialog)
    assert dialog is not None
    show(running, station, qtbot, with_squares(5))
    dialog.fileSelected.emit(str(folder))
    dialog.close()
    assert station.calls[-1] == ("start", str(folder))
    assert running.line_bar.sources.currentText() == "coil 1204"


def test_stop(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    qtbot.waitUntil(running.line_bar.stop.isEnabled)
    qtbot.mouseClick(running.line_bar.stop, LEFT)
    assert station.calls[-1] == ("stop",)
    qtbot.waitUntil(running.line_bar.start.isEnabled)
    assert not running.line_bar.pause.isEnabled()


def test_a_new_start_forgets_the_last_run(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    show(running, station, qtbot, with_squares(1, *REJECT))
    qtbot.waitUntil(lambda: running.filmstrip.model.rowCount() == 1)
    qtbot.keyClick(running.window(), Qt.Key.Key_F8)
    qtbot.waitUntil(running.line_bar.start.isEnabled)
    qtbot.keyClick(running.window(), Qt.Key.Key_F5)
    assert running.filmstrip.model.rowCount() == 0
    assert running.banner.tape.verdicts == ()


# The keys sheet


def test_keys_do_not_reach_the_page_below_the_sheet(running: LivePage, station: StripStation, qtbot: QtBot) -> None:
    shown = show(running, station, qtbot, with_squares(1, *REJECT))
    qtbot.keyClick(running.window(), Qt.Key.Key_F)
    qtbot.keyClick(running.window(), Qt.Key.Key_Question)
    sheet = running.window().findChild(KeysSheet)
    assert sheet is not None
    qtbot.waitUntil(sheet.hasFocus)
    qtbot.keyClick(sheet, Qt.Key.Key_F8)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert station.calls == [("start", "sim:mixed")]
    assert running.is_frozen
    assert running.shown is shown


# Layout


def test_flat_frames_take_the_width_and_square_ones_stand_beside(
    running: LivePage, station: StripStation, qtbot: QtBot
) -> None:
    show(running, station, qtbot, with_squares(1))
    QApplication.processEvents()
    assert running.body.is_wide
    assert running.findings.y() > running.viewer.y() + running.viewer.height()
    canvas = running.viewer.canvas
    # A flat frame leaves no more than its margin empty above and below.
    assert canvas.height() - 256 * canvas.scale_factor < 40
    show(running, station, qtbot, make_inspection(2, np.zeros((600, 600), np.uint8), empty_stack(600, 600, 4)))
    QApplication.processEvents()
    assert not running.body.is_wide
    assert running.findings.x() > running.viewer.x() + running.viewer.width()


def test_a_low_window_has_room_for_what_to_do(page: LivePage) -> None:
    page.window().resize(1200, 700)
    QApplication.processEvents()
    assert not page.findings.isVisible()
    inside = page.viewer.rect().contains(
        page.viewer.start.rect().translated(page.viewer.start.mapTo(page.viewer, QPoint()))
    )
    assert inside
    page.window().resize(1920, 1080)
    QApplication.processEvents()
    assert page.findings.isVisible()


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 760), (1200, 700)])
@pytest.mark.parametrize("shape", [(256, 1600), (512, 512)])
def test_nothing_overlaps(
    running: LivePage, station: StripStation, qtbot: QtBot, size: tuple[int, int], shape: tuple[int, int]
) -> None:
    running.window().resize(*size)
    show(running, station, qtbot, make_inspection(1, np.zeros(shape, np.uint8), empty_stack(*shape, 4)))
    QApplication.processEvents()
    parts = [
        running.line_bar,
        running.banner,
        running.canvas_bar,
        running.viewer,
        running.findings,
        running.counters,
        running.filmstrip,
    ]
    places = [part.rect().translated(part.mapTo(running, QPoint(0, 0))) for part in parts]
    for number, first in enumerate(places):
        assert running.rect().contains(first), parts[number]
        for second in places[number + 1 :]:
            assert not first.intersects(second)
