"""Tone: what grey values are shown as, by hand-computed values and by what a canvas paints."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.ui.canvas import FrameCanvas, Tone
from app.ui.canvas.tone import equalised


def test_a_plain_tone_changes_nothing():
    assert Tone().plain
    assert np.array_equal(Tone().table(), np.arange(256))


@pytest.mark.parametrize(
    ("tone", "value", "shown"),
    [
        (Tone(contrast=2.0), 255 // 2, 127),
        (Tone(contrast=2.0), 51, 0),  # (0.2 - 0.5) * 2 + 0.5 = -0.1
        (Tone(contrast=2.0), 153, 179),  # (0.6 - 0.5) * 2 + 0.5 = 0.7
        (Tone(brightness=0.2), 51, 102),
        (Tone(gamma=2.0), 64, 128),  # sqrt(64 / 255) = 0.501
        (Tone(gamma=0.5), 128, 64),
    ],
)
def test_values_by_hand(tone, value, shown):
    assert abs(int(tone.table()[value]) - shown) <= 1


def test_local_contrast_brings_out_a_faint_mark_on_uneven_ground():
    ground = np.tile(np.linspace(40, 200, 512), (256, 1))
    grain = np.random.default_rng(1).normal(0, 1.5, ground.shape)
    image = np.clip(ground + grain, 0, 255)
    image[100:140, 200:260] -= 6
    image = image.astype(np.uint8)
    shown = equalised(image, 0, 255)
    assert shown.shape == image.shape
    assert shown.dtype == np.uint8

    def step(picture):
        return abs(float(picture[100:140, 200:260].mean()) - float(picture[60:95, 200:260].mean()))

    assert step(shown) > 1.5 * step(image)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colour_and_deep_images_keep_their_shape(dtype):
    top = np.iinfo(dtype).max
    image = np.random.default_rng(2).integers(0, top, (40, 70, 3)).astype(dtype)
    shown = equalised(image, 0, float(top))
    assert shown.shape == image.shape
    assert shown.dtype == np.uint8


def test_a_canvas_keeps_its_tone_from_frame_to_frame_and_tells_the_true_value(qtbot):
    canvas = FrameCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 300)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.set_tone(Tone(brightness=0.2))
    for grey in (51, 102):
        canvas.show_frame(np.full((64, 64), grey, np.uint8))
        QApplication.processEvents()
        middle = canvas.to_viewport(32, 32).toPoint()
        assert abs(canvas.viewport().grab().toImage().pixelColor(middle).red() - (grey + 51)) <= 1
        told = []
        canvas.pixel_hovered.connect(told.append)
        qtbot.mouseMove(canvas.viewport(), middle)
        qtbot.waitUntil(lambda told=told: bool(told))
        assert told[-1].value == (grey,)
        canvas.pixel_hovered.disconnect(told.append)
        qtbot.mouseMove(canvas.viewport(), middle * 0)
