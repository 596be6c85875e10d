"""How frame and labels are shown: difference, wipe, tone and minimap, by real mouse and keys."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from review_bench import LEFT

from app.review.difference import AGREED, DIFFERENCE, EXTRA, MISSED
from app.ui.review.comparing import Comparison
from app.ui.review.drawing import Tool


def colour(bench, x, y):
    """What is painted over a frame pixel, its masks' fill at full strength."""
    bench.canvas.set_opacity(1.0)
    QApplication.processEvents()
    return bench.canvas.viewport().grab().toImage().pixelColor(bench.at(x, y))


def part(class_id):
    return QColor(DIFFERENCE.by_id(class_id).colour)


def test_the_difference_shows_agreed_missed_and_extra_and_follows_undo(bench):
    bench.key(Qt.Key.Key_B)
    bench.stroke([(120, 20), (130, 20)])
    bench.key(Qt.Key.Key_V)
    bench.click(100, 44)
    bench.key(Qt.Key.Key_X)
    bench.key(Qt.Key.Key_D)
    assert bench.page.frame_area.comparing.way is Comparison.DIFFERENCE
    assert bench.page.frame_area.view_bar.comparisons[Comparison.DIFFERENCE].isChecked()
    assert colour(bench, 28, 16) == part(AGREED)
    assert colour(bench, 125, 20) == part(MISSED)
    assert colour(bench, 100, 44) == part(EXTRA)
    bench.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert colour(bench, 100, 44) == part(AGREED)


def test_nothing_is_drawn_while_comparing_and_a_tool_ends_it(bench):
    bench.key(Qt.Key.Key_B)
    before = bench.stack.copy()
    bench.key(Qt.Key.Key_D)
    bench.stroke([(120, 20), (130, 20)])
    assert np.array_equal(bench.stack, before)
    bench.key(Qt.Key.Key_B)
    assert bench.page.frame_area.comparing.way is Comparison.NONE
    bench.stroke([(120, 20), (130, 20)])
    assert not np.array_equal(bench.stack, before)


def test_escape_and_the_same_key_end_a_comparison(bench):
    for end in (Qt.Key.Key_D, Qt.Key.Key_Escape):
        bench.key(Qt.Key.Key_D)
        assert bench.page.frame_area.words.isVisible()
        bench.key(end)
        assert bench.page.frame_area.comparing.way is Comparison.NONE
        assert not bench.page.frame_area.words.isVisible()


def test_the_wipe_shows_what_came_left_of_its_line_which_is_dragged(bench):
    bench.key(Qt.Key.Key_V)
    bench.click(28, 16)
    bench.key(Qt.Key.Key_X)
    bench.click(100, 44)
    bench.key(Qt.Key.Key_X)
    steel = colour(bench, 28, 16)
    bench.key(Qt.Key.Key_C)
    first, second = (QColor(c.colour) for c in list(bench.page.case.case.taxonomy)[:2])
    # The line stands in the middle, at column 80.
    assert colour(bench, 28, 16) == first
    assert colour(bench, 100, 44).saturation() < 40
    viewport = bench.canvas.viewport()
    line = bench.canvas.to_viewport(80, 32).toPoint()
    bench.qtbot.mousePress(viewport, LEFT, Qt.KeyboardModifier.NoModifier, line)
    bench.qtbot.mouseMove(viewport, bench.at(130, 32))
    bench.qtbot.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, bench.at(130, 32))
    assert colour(bench, 100, 44) == second
    bench.key(Qt.Key.Key_C)
    assert colour(bench, 28, 16) == steel


def test_a_comparison_goes_on_with_the_next_frame(bench):
    bench.key(Qt.Key.Key_D)
    bench.go("b.png")
    assert bench.page.frame_area.comparing.way is Comparison.DIFFERENCE
    assert colour(bench, 15, 15) == part(AGREED)


def test_tone_is_set_by_its_sheet_and_stays(bench):
    view = bench.page.frame_area.view_bar
    bench.key(Qt.Key.Key_T)
    assert view.tone_panel.isVisible()
    view.tone_panel.contrast_slider.setValue(50)
    assert view.tone_panel.tone.contrast == 2.0
    assert view.tone_button.isChecked()
    view.tone_panel.hide()
    bench.window.activateWindow()
    bench.qtbot.waitUntil(bench.window.isActiveWindow)
    bench.go("b.png")
    assert bench.canvas._frame_layer._tone.contrast == 2.0
    bench.key(Qt.Key.Key_T, Qt.KeyboardModifier.ShiftModifier)
    assert view.tone_panel.tone.local
    bench.qtbot.mouseClick(view.tone_panel.reset_button, LEFT)
    assert view.tone_panel.tone.plain
    assert not view.tone_button.isChecked()


def test_the_minimap_appears_with_the_zoom_and_takes_the_view_where_it_is_pressed(bench):
    minimap = bench.page.frame_area.minimap
    assert minimap.isHidden()
    bench.canvas.zoom_by(8)
    assert minimap.isVisible()
    assert minimap.geometry().right() < bench.canvas.viewport().width()
    near_left = QPoint(minimap.width() // 8, minimap.height() // 2)
    bench.qtbot.mouseClick(minimap, LEFT, Qt.KeyboardModifier.NoModifier, near_left)
    assert abs(bench.canvas.visible_box.center().x() - 20) < 4
    bench.canvas.fit()
    assert minimap.isHidden()


def test_the_select_tool_keeps_the_comparison(bench):
    bench.key(Qt.Key.Key_D)
    bench.key(Qt.Key.Key_V)
    assert bench.page.drawing.tool is Tool.SELECT
    assert bench.page.frame_area.comparing.way is Comparison.DIFFERENCE
