"""The canvas as a widget: where the mouse points, what a grab shows, what keys and wheel do."""

from __future__ import annotations

import gc
from math import floor

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPen, QWheelEvent
from PySide6.QtWidgets import QApplication, QGraphicsRectItem
from pytestqt.qtbot import QtBot

from app.ui.canvas import FrameCanvas, HoveredPixel, PointerAt
from models.labels.masks import MaskStack, empty_stack
from models.labels.taxonomy import make_taxonomy

FOUR = make_taxonomy("four", ["a", "b", "c", "d"])
ORANGE, BLUE = QColor("#e69f00"), QColor("#56b4e9")
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def canvas(qtbot: QtBot) -> FrameCanvas:
    canvas = FrameCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(900, 400)
    canvas.show()
    qtbot.waitExposed(canvas)
    image = np.full((256, 1600), 100, np.uint8)
    canvas.show_frame(image)
    return canvas


def at(canvas: FrameCanvas, x: float, y: float) -> QPoint:
    """The viewport pixel that shows this frame point."""
    point = canvas.to_viewport(x, y)
    return QPoint(floor(point.x()), floor(point.y()))


def colour_at(canvas: FrameCanvas, x: float, y: float) -> QColor:
    """What a grab shows of this frame point."""
    QApplication.processEvents()
    return canvas.viewport().grab().toImage().pixelColor(at(canvas, x, y))


def squares() -> MaskStack:
    stack = empty_stack(256, 1600, 4)
    stack[60:120, 200:300] = 1
    stack[60:120, 1200:1300] = 2
    return stack


def wheel(canvas: FrameCanvas, where: QPoint, notches: int) -> None:
    event = QWheelEvent(
        QPointF(where),
        QPointF(canvas.viewport().mapToGlobal(where)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        NO_KEYS,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


@pytest.mark.parametrize("scale", [0.3, 1.0, 1.7, 4.0, 11.0, 64.0])
def test_the_pixel_pointed_at_is_the_pixel_shown(canvas: FrameCanvas, qtbot: QtBot, scale: float) -> None:
    rng = np.random.default_rng(5)
    image = rng.integers(0, 256, (256, 1600), dtype=np.uint8)
    canvas.show_frame(image)
    canvas.zoom_by(scale / canvas.scale_factor)
    canvas.set_tool_active(True)
    told: list[PointerAt] = []
    canvas.pressed.connect(told.append)
    shown = canvas.viewport().grab().toImage()
    for _ in range(25):
        x, y = int(rng.integers(0, canvas.viewport().width())), int(rng.integers(0, canvas.viewport().height()))
        told.clear()
        qtbot.mouseClick(canvas.viewport(), LEFT, NO_KEYS, QPoint(x, y))
        column, row = floor(told[0].x), floor(told[0].y)
        if not (0 <= column < 1600 and 0 <= row < 256):
            assert scale < 4
            continue
        if scale == 1.0 or scale >= 2:
            assert shown.pixelColor(x, y).red() == image[row, column]
        back = canvas.to_viewport(told[0].x, told[0].y)
        assert abs(back.x() - (x + 0.5)) < 1e-6
        assert abs(back.y() - (y + 0.5)) < 1e-6


def test_the_overlay_has_the_classes_colours(canvas: FrameCanvas) -> None:
    canvas.show_stack(squares(), FOUR)
    canvas.set_opacity(1.0)
    assert colour_at(canvas, 250, 90) == ORANGE
    assert colour_at(canvas, 1250, 90) == BLUE
    assert colour_at(canvas, 700, 90) == QColor(100, 100, 100)
    canvas.set_opacity(0.5)
    mixed = colour_at(canvas, 250, 90)
    for channel, expected in zip((mixed.red(), mixed.green(), mixed.blue()), (165, 130, 50), strict=True):
        assert abs(channel - expected) <= 2
    # The outline stays opaque.
    assert colour_at(canvas, 200.5, 90) == ORANGE


def test_a_hidden_class_is_not_drawn(canvas: FrameCanvas) -> None:
    canvas.show_stack(squares(), FOUR)
    canvas.set_class_visible(1, False)
    assert colour_at(canvas, 250, 90) == QColor(100, 100, 100)
    assert colour_at(canvas, 1200.5, 90) == BLUE
    assert not canvas.class_visible(1)
    canvas.set_class_visible(1, True)
    assert colour_at(canvas, 200.5, 90) == ORANGE


def test_masks_off_shows_bare_steel(canvas: FrameCanvas) -> None:
    canvas.show_stack(squares(), FOUR)
    canvas.set_masks_hidden(True)
    assert colour_at(canvas, 250, 90) == QColor(100, 100, 100)
    canvas.set_masks_hidden(False)
    assert colour_at(canvas, 250, 90) != QColor(100, 100, 100)


def test_a_scratch_of_one_pixel_is_seen_from_afar(canvas: FrameCanvas) -> None:
    stack = empty_stack(4096, 16384, 4)
    stack[2001, 4000:12000] = 1
    canvas.show_frame(np.full((4096, 16384), 100, np.uint8))
    canvas.show_stack(stack, FOUR)
    assert canvas.scale_factor < 0.06
    QApplication.processEvents()
    shown = canvas.viewport().grab().toImage()
    start, end = at(canvas, 4001, 2001), at(canvas, 11999, 2001)
    for x in range(start.x(), end.x() + 1):
        assert any(shown.pixelColor(x, start.y() + dy) == ORANGE for dy in (-1, 0, 1)), x


def test_only_the_changed_part_is_repainted(canvas: FrameCanvas) -> None:
    stack = empty_stack(256, 1600, 4)
    canvas.show_stack(stack, FOUR)
    canvas.set_opacity(1.0)
    assert colour_at(canvas, 250, 90) == QColor(100, 100, 100)
    stack[60:120, 200:300] = 1
    canvas.update_rect(200, 60, 100, 60)
    assert colour_at(canvas, 250, 90) == ORANGE
    stack[:] = 0
    canvas.update_rect(0, 0, 1600, 256)
    assert colour_at(canvas, 250, 90) == QColor(100, 100, 100)


def test_the_highlight_stands_around_its_box(canvas: FrameCanvas) -> None:
    canvas.set_highlight((600, 60, 200, 100))
    gap = 5 / canvas.scale_factor
    white = [colour_at(canvas, 600 - gap, y) for y in (100, 110, 120)]
    assert QColor("#ffffff") in white
    assert colour_at(canvas, 700, 110) == QColor(100, 100, 100)
    canvas.set_highlight(None)
    assert colour_at(canvas, 600 - gap, 110) == QColor(100, 100, 100)


def test_the_image_outlives_its_maker(canvas: FrameCanvas) -> None:
    canvas.show_frame(np.full((256, 1600), 37, np.uint8).copy())
    gc.collect()
    # Something else takes the memory, had it been let go.
    others = [np.full((256, 1600), 200, np.uint8) for _ in range(8)]
    assert colour_at(canvas, 800, 128) == QColor(37, 37, 37)
    assert len(others) == 8


def test_sixteen_bits(canvas: FrameCanvas) -> None:
    image = np.full((256, 1600), 500, np.uint16)
    image[:, 800:] = 4000
    canvas.show_frame(image)
    assert colour_at(canvas, 400, 128).red() == 0
    assert colour_at(canvas, 1200, 128).red() == 255
    canvas.show_frame(image, (0, 8000))
    assert colour_at(canvas, 1200, 128).red() == 128


def test_the_whole_frame_fits_and_stays_fitted(canvas: FrameCanvas) -> None:
    def visible() -> bool:
        corners = canvas.to_viewport(0, 0), canvas.to_viewport(1600, 256)
        return all(QRectF(canvas.viewport().rect()).contains(corner) for corner in corners)

    assert canvas.fitted
    assert visible()
    canvas.resize(500, 300)
    assert visible()
    canvas.zoom_by(3)
    assert not canvas.fitted
    assert not visible()
    canvas.fit()
    assert visible()
    canvas.zoom_by(3)
    canvas.show_frame(np.zeros((300, 200), np.uint8))
    assert canvas.fitted


def test_the_wheel_zooms_at_the_pointer(canvas: FrameCanvas) -> None:
    where = at(canvas, 1200, 60)
    before = canvas.to_frame(QPointF(where))
    scale = canvas.scale_factor
    wheel(canvas, where, 6)
    after = canvas.to_frame(QPointF(where))
    assert canvas.scale_factor == pytest.approx(scale * 1.25**6)
    # Scroll bars hold whole pixels.
    assert abs(after.x() - before.x()) <= 1 / canvas.scale_factor
    assert abs(after.y() - before.y()) <= 1 / canvas.scale_factor
    wheel(canvas, where, 60)
    assert canvas.scale_factor == 64
    wheel(canvas, where, -100)
    assert canvas.scale_factor < scale


def test_zoom_to_a_box(canvas: FrameCanvas) -> None:
    canvas.zoom_to_box((1000, 100, 40, 20))
    middle = canvas.to_frame(QPointF(canvas.viewport().rect().center()))
    assert abs(middle.x() - 1020) < 2
    assert abs(middle.y() - 110) < 2
    assert 4 < canvas.scale_factor <= 8


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton])
def test_dragging_pans(canvas: FrameCanvas, qtbot: QtBot, button: Qt.MouseButton) -> None:
    canvas.zoom_by(4)
    before = canvas.to_frame(QPointF(300, 200))
    qtbot.mousePress(canvas.viewport(), button, NO_KEYS, QPoint(300, 200))
    qtbot.mouseMove(canvas.viewport(), QPoint(350, 210))
    qtbot.mouseMove(canvas.viewport(), QPoint(400, 220))
    qtbot.mouseRelease(canvas.viewport(), button, NO_KEYS, QPoint(400, 220))
    after = canvas.to_frame(QPointF(400, 220))
    assert abs(after.x() - before.x()) < 1
    assert abs(after.y() - before.y()) < 1


def test_a_click_without_a_tool_is_told(canvas: FrameCanvas, qtbot: QtBot) -> None:
    told: list[PointerAt] = []
    canvas.clicked.connect(told.append)
    qtbot.mouseClick(canvas.viewport(), LEFT, NO_KEYS, at(canvas, 800, 128))
    assert [(floor(p.x), floor(p.y)) for p in told] == [(pytest.approx(800, abs=2), pytest.approx(128, abs=2))]
    qtbot.mousePress(canvas.viewport(), LEFT, NO_KEYS, QPoint(100, 100))
    qtbot.mouseMove(canvas.viewport(), QPoint(160, 100))
    qtbot.mouseRelease(canvas.viewport(), LEFT, NO_KEYS, QPoint(160, 100))
    assert len(told) == 1


def test_a_tool_draws_with_the_left_button_and_space_pans(canvas: FrameCanvas, qtbot: QtBot) -> None:
    canvas.set_tool_active(True)
    strokes: list[tuple[str, PointerAt]] = []
    for name in ("pressed", "moved", "released"):
        getattr(canvas, name).connect(lambda pointer, name=name: strokes.append((name, pointer)))
    qtbot.mousePress(canvas.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, QPoint(300, 200))
    qtbot.mouseMove(canvas.viewport(), QPoint(340, 200))
    qtbot.mouseRelease(canvas.viewport(), LEFT, NO_KEYS, QPoint(340, 200))
    assert [name for name, _ in strokes] == ["pressed", "moved", "released"]
    assert strokes[0][1].modifiers == Qt.KeyboardModifier.ShiftModifier
    assert strokes[2][1].x > strokes[0][1].x
    strokes.clear()
    canvas.zoom_by(4)
    canvas.setFocus()
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    before = canvas.to_frame(QPointF(300, 200))
    qtbot.mousePress(canvas.viewport(), LEFT, NO_KEYS, QPoint(300, 200))
    qtbot.mouseMove(canvas.viewport(), QPoint(360, 200))
    qtbot.mouseRelease(canvas.viewport(), LEFT, NO_KEYS, QPoint(360, 200))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert not strokes
    assert abs(canvas.to_frame(QPointF(360, 200)).x() - before.x()) < 1


def test_the_hovered_pixel_is_told(canvas: FrameCanvas, qtbot: QtBot) -> None:
    told: list[HoveredPixel | None] = []
    canvas.pixel_hovered.connect(told.append)
    stack = squares()
    stack[60:120, 200:300] = 0b1001
    canvas.show_stack(stack, FOUR)
    qtbot.mouseMove(canvas.viewport(), at(canvas, 250, 90))
    assert told[-1] is not None
    assert told[-1].value == (100,)
    assert told[-1].class_ids == (1, 4)
    qtbot.mouseMove(canvas.viewport(), QPoint(450, 3))
    assert told[-1] is None


def test_keys_pan_and_zoom(canvas: FrameCanvas, qtbot: QtBot) -> None:
    canvas.setFocus()
    fitted = canvas.scale_factor
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.scale_factor == pytest.approx(fitted * 1.25)
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.scale_factor == pytest.approx(fitted)
    qtbot.keyClick(canvas, Qt.Key.Key_Z)
    assert canvas.scale_factor == 1.0
    before = canvas.to_frame(QPointF(100, 100)).x()
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.to_frame(QPointF(100, 100)).x() > before
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.scale_factor == pytest.approx(fitted)


def test_a_stack_of_another_size_goes_with_its_frame(canvas: FrameCanvas) -> None:
    canvas.show_stack(squares(), FOUR)
    canvas.set_opacity(1.0)
    canvas.show_frame(np.full((200, 1000), 50, np.uint8))
    assert colour_at(canvas, 250, 90) == QColor(50, 50, 50)


def test_a_tools_item_lies_on_top_in_frame_pixels(canvas: FrameCanvas) -> None:
    canvas.show_stack(squares(), FOUR)
    item = QGraphicsRectItem(200, 60, 100, 60)
    item.setPen(QPen(Qt.PenStyle.NoPen))
    item.setBrush(QColor("#123456"))
    canvas.add_item(item)
    assert colour_at(canvas, 250, 90) == QColor("#123456")
    canvas.remove_item(item)
    assert colour_at(canvas, 250, 90) != QColor("#123456")


def test_no_frame_shows_the_surround_alone(canvas: FrameCanvas) -> None:
    canvas.show_stack(squares(), FOUR)
    canvas.show_frame(None)
    assert canvas.frame_size == (0, 0)
    colours = canvas.viewport().grab().toImage()
    assert colours.pixelColor(450, 200) == colours.pixelColor(5, 5)
