"""The tools of the review page, each with a real mouse and real keys."""

from threading import Event

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from review_bench import CONTROL, HEIGHT, LEFT, PLAIN, RIGHT, SHIFT, WIDTH, block

from app.review.edit import Action, OverlapPolicy
from app.review.ports import ReviewError
from app.review.tools.area import Area
from app.review.tools.outline import polygon, rectangle
from app.ui.review.drawing import Tool
from app.words.correction import ReviewState
from models.labels.masks import class_mask

ALT = Qt.KeyboardModifier.AltModifier


def mask_of(area):
    mask = np.zeros((HEIGHT, WIDTH), bool)
    x, y, width, height = area.box_px
    mask[y : y + height, x : x + width] = area.mask
    return mask


def under(bench, x, y):
    """The frame point that the canvas reports for the widget point over a pixel."""
    point = bench.canvas.to_frame(QPointF(bench.at(x, y)) + QPointF(0.5, 0.5) / bench.canvas.devicePixelRatioF())
    return point.x(), point.y()


def take(bench, key, class_key=Qt.Key.Key_4):
    bench.key(key)
    bench.key(class_key)


def paint_steel(bench, change):
    """Change the open frame's pixels."""
    change(bench.page.case.case.image)


CORNERS = [(60, 10), (80, 12), (84, 30), (62, 28)]


def test_a_polygon_is_closed_by_enter_which_decides_nothing(bench):
    take(bench, Qt.Key.Key_P)
    for corner in CORNERS:
        bench.click(*corner)
    assert not class_mask(bench.stack, 4).any()
    bench.key(Qt.Key.Key_Return)
    expected = mask_of(polygon([under(bench, *corner) for corner in CORNERS], (HEIGHT, WIDTH)))
    assert np.array_equal(class_mask(bench.stack, 4), expected)
    assert bench.name == "a.png"
    assert bench.page.case.state is ReviewState.TO_DO
    assert bench.page.case.document.undo_action is Action.POLYGON


@pytest.mark.parametrize("end", ["first corner", "double click"])
def test_a_polygon_is_closed_by_its_first_corner_or_a_double_click(bench, end):
    take(bench, Qt.Key.Key_P)
    for corner in CORNERS:
        bench.click(*corner)
    if end == "first corner":
        bench.click(*CORNERS[0])
    else:
        bench.qtbot.mouseDClick(bench.canvas.viewport(), LEFT, PLAIN, bench.at(*CORNERS[-1]))
    expected = mask_of(polygon([under(bench, *corner) for corner in CORNERS], (HEIGHT, WIDTH)))
    assert np.array_equal(class_mask(bench.stack, 4), expected)
    assert not bench.page.drawing.busy


@pytest.mark.parametrize("back", [(Qt.Key.Key_Backspace, PLAIN), (Qt.Key.Key_Z, CONTROL)])
def test_a_corner_is_taken_back_and_masks_stay(bench, back):
    before = bench.stack.copy()
    take(bench, Qt.Key.Key_P)
    for corner in [*CORNERS, (120, 60)]:
        bench.click(*corner)
    bench.key(*back)
    bench.key(Qt.Key.Key_Return)
    expected = mask_of(polygon([under(bench, *corner) for corner in CORNERS], (HEIGHT, WIDTH)))
    assert np.array_equal(class_mask(bench.stack, 4), expected)
    bench.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(bench.stack, before)


def test_a_polygon_begun_is_given_up_with_escape_and_by_going_on(bench):
    before = bench.stack.copy()
    take(bench, Qt.Key.Key_P)
    for leave in (lambda: bench.key(Qt.Key.Key_Escape), lambda: bench.key(Qt.Key.Key_B)):
        for corner in CORNERS:
            bench.click(*corner)
        leave()
        assert not bench.page.drawing.busy
        assert np.array_equal(bench.stack, before)
        bench.key(Qt.Key.Key_P)


@pytest.mark.parametrize(("key", "action"), [(Qt.Key.Key_L, Action.LASSO), (Qt.Key.Key_Q, Action.RECTANGLE)])
def test_lasso_and_rectangle_draw_what_they_go_around_and_the_right_button_takes_away(bench, key, action):
    take(bench, key)
    way = [*CORNERS, (60, 12)] if action is Action.LASSO else [(60, 10), (84, 30)]
    bench.stroke(way)
    points = [under(bench, *pixel) for pixel in way]
    area = (
        polygon([*points, points[-1]], (HEIGHT, WIDTH))
        if action is Action.LASSO
        else rectangle(*points, (HEIGHT, WIDTH))
    )
    assert np.array_equal(class_mask(bench.stack, 4), mask_of(area))
    assert bench.page.case.document.undo_action is action
    bench.stroke(way, button=RIGHT)
    assert not class_mask(bench.stack, 4).any()


def test_the_wand_takes_in_more_when_dragged_to_the_right(bench):
    def steel(image):
        image[:] = 100
        image[20:30, 60:80] = 110
        image[20:30, 80:100] = 130

    paint_steel(bench, steel)
    take(bench, Qt.Key.Key_A)
    bench.page.drawing.table.set_tolerance(0)
    viewport = bench.canvas.viewport()
    bench.qtbot.mousePress(viewport, LEFT, PLAIN, bench.at(70, 25))
    assert class_mask(bench.stack, 4).sum() == pytest.approx(200, abs=8)  # the median rounds its corners
    bench.qtbot.mouseMove(viewport, bench.at(70, 25) + QPoint(4 * 22, 0))
    assert bench.page.drawing.table.tolerance == 22
    inside = class_mask(bench.stack, 4)
    assert inside[20:30, 60:100].mean() > 0.97
    assert inside[40, 20], "the ground differs by ten levels only"
    bench.qtbot.mouseMove(viewport, bench.at(70, 25) + QPoint(4, 0))
    assert class_mask(bench.stack, 4).sum() == pytest.approx(200, abs=8)
    bench.qtbot.mouseRelease(viewport, LEFT, PLAIN, bench.at(70, 25) + QPoint(4, 0))
    assert bench.page.case.document.undo_action is Action.WAND
    bench.key(Qt.Key.Key_Z, CONTROL)
    assert not class_mask(bench.stack, 4).any()


def test_ctrl_and_wheel_change_the_wands_tolerance(bench):
    take(bench, Qt.Key.Key_A)
    before = bench.page.drawing.table.tolerance
    where = QPointF(bench.at(70, 25))
    event = QWheelEvent(
        where,
        QPointF(bench.canvas.viewport().mapToGlobal(where)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        CONTROL,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(bench.canvas.viewport(), event)
    assert bench.page.drawing.table.tolerance == before + 1
    bench.key(Qt.Key.Key_BracketLeft)
    assert bench.page.drawing.table.tolerance == before


@pytest.mark.parametrize(("modifiers", "grey"), [(PLAIN, 20), (SHIFT, 220)])
def test_the_threshold_finds_dark_pixels_of_a_box_or_with_shift_light_ones(bench, modifiers, grey):
    def steel(image):
        image[:] = 120
        image[20:26, 70:90] = grey

    paint_steel(bench, steel)
    take(bench, Qt.Key.Key_H)
    bench.stroke([(60, 10), (100, 40)], modifiers=modifiers)
    assert np.array_equal(class_mask(bench.stack, 4), block(20, 70, 6, 20))


def test_grab_cut_finds_what_stands_out_in_a_box(bench):
    def steel(image):
        rng = np.random.default_rng(4)
        image[:] = rng.normal(120, 4, image.shape)
        image[20:36, 70:100] = rng.normal(50, 4, (16, 30))

    paint_steel(bench, steel)
    take(bench, Qt.Key.Key_G)
    bench.stroke([(62, 12), (108, 44)])
    bench.qtbot.waitUntil(lambda: not bench.page.drawing.busy)
    found, there = class_mask(bench.stack, 4), block(20, 70, 16, 30)
    assert (found & there).sum() / (found | there).sum() > 0.9
    assert bench.page.case.document.undo_action is Action.GRAB_CUT


class SlowFind:
    """Finds a whole box, but only once it is let; ``areas`` are the boxes it was asked for."""

    def __init__(self):
        self.let = Event()
        self.areas = []

    def __call__(self, _image, box):
        area = Area(box, np.ones((box[3], box[2]), bool))
        self.areas.append(area)
        assert self.let.wait(30)
        return area


@pytest.fixture
def slow(bench):
    """What GrabCut's hand finds, which takes as long as the test wants."""
    made = bench.page.drawing._hands[Tool.GRAB_CUT]._find = SlowFind()
    yield made
    made.let.set()


def test_a_search_leaves_the_window_free_and_its_box_shown(bench, slow):
    take(bench, Qt.Key.Key_G)
    before = bench.stack.copy()
    bench.stroke([(62, 12), (70, 20)])
    bench.qtbot.waitUntil(lambda: len(slow.areas) == 1)
    assert bench.page.drawing.busy
    assert bench.page.drawing._line.isVisible()
    assert np.array_equal(bench.stack, before)
    bench.key(Qt.Key.Key_2)
    bench.stroke([(100, 10), (110, 20)])
    bench.key(Qt.Key.Key_Return)
    assert bench.name == "a.png", "Enter decides nothing before the answer is there"
    slow.let.set()
    bench.qtbot.waitUntil(lambda: not bench.page.drawing.busy)
    drawn = before | (mask_of(slow.areas[0]) * np.uint8(8))
    assert np.array_equal(bench.stack, drawn), "the class the box was drawn with, and no other box"
    assert not bench.page.drawing._line.isVisible()
    assert len(slow.areas) == 1


@pytest.mark.parametrize("leave", ["escape", "undo", "another tool", "another frame"])
def test_an_answer_nobody_waits_for_any_more_is_dropped(bench, slow, leave):
    take(bench, Qt.Key.Key_G)
    before = bench.stack.copy()
    bench.stroke([(62, 12), (70, 20)])
    bench.qtbot.waitUntil(lambda: len(slow.areas) == 1)
    hand = bench.page.drawing.hand
    if leave == "escape":
        bench.key(Qt.Key.Key_Escape)
    elif leave == "undo":
        bench.key(Qt.Key.Key_Z, CONTROL)
    elif leave == "another tool":
        bench.key(Qt.Key.Key_B)
    else:
        bench.key(Qt.Key.Key_PageDown)
        bench.wait_for("b.png")
        before = bench.stack.copy()
    assert not bench.page.drawing.busy
    assert not bench.page.drawing._line.isVisible()
    slow.let.set()
    bench.qtbot.waitUntil(lambda: not hand._background.running)
    assert np.array_equal(bench.stack, before)
    assert bench.page.case.document.undo_action is None
    bench.go("a.png")
    assert bench.page.case.document.undo_action is None


def test_a_search_waits_for_one_that_was_given_up(bench, slow):
    take(bench, Qt.Key.Key_G)
    bench.stroke([(62, 12), (70, 20)])
    bench.key(Qt.Key.Key_Escape)
    bench.stroke([(100, 10), (109, 19)])
    assert bench.page.drawing.busy
    assert len(slow.areas) <= 1
    slow.let.set()
    bench.qtbot.waitUntil(lambda: not bench.page.drawing.busy)
    assert len(slow.areas) == 2
    assert np.array_equal(class_mask(bench.stack, 4), mask_of(slow.areas[1]))
    assert mask_of(slow.areas[1])[14, 104]


def test_a_search_that_fails_is_said_and_draws_nothing(bench):
    def fail(_image, _box):
        raise ReviewError("There is no room for a search.")

    take(bench, Qt.Key.Key_G)
    bench.page.drawing.hand._find = fail
    bench.stroke([(62, 12), (70, 20)])
    bench.qtbot.waitUntil(lambda: not bench.page.drawing.busy)
    assert any("no room for a search" in message.sentence for message in bench.messages.messages)
    assert bench.page.case.document.undo_action is None


def test_ignored_pixels_and_unknown_findings_are_a_key_away_and_look_their_own_way(bench):
    panel = bench.page.column.class_panel
    wide = bench.page.case.case.taxonomy
    for key, modifiers, name in ((Qt.Key.Key_I, PLAIN, "ignored"), (Qt.Key.Key_U, SHIFT, "unknown")):
        class_id = wide.by_name(name).id
        bench.key(Qt.Key.Key_Q)
        bench.key(key, modifiers)
        assert panel.pick_button(class_id).isChecked()
        bench.stroke([(60, 10 * class_id), (70, 10 * class_id + 5)])
        assert class_mask(bench.stack, class_id).any()
    assert bench.name == "a.png", "Shift+U is not U"
    chips = {bytes(panel.pick_button(defect.id).icon().pixmap(24, 24).toImage().constBits()).hex() for defect in wide}
    assert len(chips) == len(wide)


def test_the_snapping_outline_follows_an_edge(bench):
    def steel(image):
        image[:] = 60
        cv2.circle(image, (80, 30), 18, 180, -1)

    paint_steel(bench, steel)
    take(bench, Qt.Key.Key_S)
    for corner in ((80, 12), (98, 30), (80, 48), (62, 30)):
        bench.click(*corner)
    bench.key(Qt.Key.Key_Return)
    there = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(there, (80, 30), 18, 1, -1)
    found = class_mask(bench.stack, 4)
    assert (found & (there > 0)).sum() / (found | (there > 0)).sum() > 0.9


def test_the_knife_makes_two_of_a_finding(bench):
    bench.key(Qt.Key.Key_K)
    bench.stroke([(28, 5), (28, 30)])
    bench.settle_findings()
    assert [f.area_px for f in bench.page.case.document.findings() if f.class_id == 1] == [96, 84]
    assert bench.page.case.document.undo_action is Action.SPLIT


def test_the_ruler_measures_and_changes_nothing(bench):
    before = bench.stack.copy()
    bench.key(Qt.Key.Key_Y)
    bench.stroke([(10, 10), (40, 50)])
    said = bench.page.drawing._line._words
    assert float(said.split()[0]) == pytest.approx(50, abs=0.5)
    assert np.array_equal(bench.stack, before)
    bench.key(Qt.Key.Key_Escape)
    assert not bench.page.drawing._line.isVisible()


def test_grow_shrink_and_smooth_change_the_selected_finding(bench):
    bench.click(28, 16)
    bench.key(Qt.Key.Key_Period)
    # Wider by one on each side, round: the corners of a rectangle stay.
    assert class_mask(bench.stack, 1).sum() == 12 * 16 + 2 * (12 + 16)
    assert bench.page.drawing.findings.selected.box_px == (19, 9, 18, 14)
    bench.key(Qt.Key.Key_Comma)
    assert class_mask(bench.stack, 1).sum() == pytest.approx(12 * 16, abs=4)
    bench.key(Qt.Key.Key_O)
    assert class_mask(bench.stack, 1)[16, 28]


def test_two_findings_are_joined(bench):
    take(bench, Qt.Key.Key_B, Qt.Key.Key_1)
    bench.stroke([(50, 16), (56, 16)])
    bench.key(Qt.Key.Key_V)
    bench.click(28, 16)
    bench.hover(53, 16)
    bench.key(Qt.Key.Key_J)
    joined = [f for f in bench.page.case.document.findings() if f.class_id == 1]
    assert len(joined) == 1
    assert joined[0].area_px > 12 * 16


def test_arrows_with_ctrl_move_the_selected_finding_as_one_step(bench):
    before = bench.stack.copy()
    bench.click(28, 16)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        bench.key(key, CONTROL)
    bench.key(Qt.Key.Key_Right, CONTROL | SHIFT)
    assert np.array_equal(class_mask(bench.stack, 1), block(11, 32, 12, 16))
    bench.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(bench.stack, before)


def test_turning_all_the_way_round_gives_the_finding_back(bench):
    before = bench.stack.copy()
    bench.click(28, 16)
    for _ in range(72):
        bench.key(Qt.Key.Key_Right, ALT)
    assert np.array_equal(bench.stack, before)
    for _ in range(8):
        bench.key(Qt.Key.Key_Up, ALT)
    assert class_mask(bench.stack, 1).sum() == pytest.approx(12 * 16 * 1.05**16, rel=0.1)


def test_findings_are_copied_to_another_frame_at_the_same_place(bench):
    bench.key(Qt.Key.Key_C, CONTROL)
    bench.go("c.png")
    bench.key(Qt.Key.Key_V, CONTROL)
    assert np.array_equal(class_mask(bench.stack, 1), block(10, 20, 12, 16))
    assert np.array_equal(class_mask(bench.stack, 2), block(40, 90, 8, 30))
    assert bench.page.case.document.undo_action is Action.COPY


def test_the_selected_finding_is_carried_to_the_next_frame(bench):
    bench.click(28, 16)
    bench.key(Qt.Key.Key_PageDown, SHIFT)
    bench.wait_for("b.png")
    assert np.array_equal(class_mask(bench.stack, 1), block(10, 20, 12, 16))
    assert not class_mask(bench.stack, 2).any()


def test_a_locked_class_is_changed_by_no_tool_and_no_defect_says_so(bench):
    bench.page.column.class_panel.lock_button(1).click()
    before = bench.stack.copy()
    take(bench, Qt.Key.Key_B, Qt.Key.Key_1)
    bench.stroke([(100, 10), (110, 10)])
    bench.key(Qt.Key.Key_V)
    bench.click(28, 16)
    for key in (Qt.Key.Key_X, Qt.Key.Key_Period, Qt.Key.Key_2):
        bench.key(key)
    assert np.array_equal(bench.stack, before)
    bench.key(Qt.Key.Key_N)
    assert np.array_equal(bench.stack, before)
    assert bench.name == "a.png"
    assert any("locked" in message.sentence for message in bench.messages.messages)


def test_each_class_has_its_own_rule_for_the_classes_it_meets(bench):
    picker = bench.page.column.overlap_picker
    expected = {OverlapPolicy.ALLOW: (192, 192), OverlapPolicy.YIELD: (192, 0), OverlapPolicy.REPLACE: (0, 192)}
    for policy, (ones, fours) in expected.items():
        take(bench, Qt.Key.Key_Q)
        place = picker.findData(policy)
        picker.setCurrentIndex(place)
        picker.activated.emit(place)
        bench.stroke([(16, 6), (40, 26)])
        inside = np.s_[10:22, 20:36]
        assert class_mask(bench.stack, 1)[inside].sum() == ones
        assert class_mask(bench.stack, 4)[inside].sum() == fours
        bench.key(Qt.Key.Key_Z, CONTROL)
    bench.key(Qt.Key.Key_3)
    assert picker.currentData() == OverlapPolicy.ALLOW


def test_a_square_tip_draws_a_square(bench):
    take(bench, Qt.Key.Key_B)
    bench.key(Qt.Key.Key_B, SHIFT)
    bench.page.drawing.table.set_tip(5)
    bench.click(70, 30)
    assert np.array_equal(class_mask(bench.stack, 4), block(28, 68, 5, 5))


def test_every_tool_has_a_button_and_its_key_in_the_tooltip(bench):
    assert set(bench.page.tool_bar.tools) == set(Tool)
    for button in bench.page.tool_bar.tools.values():
        assert "(" in button.toolTip()
        assert button.accessibleName()
