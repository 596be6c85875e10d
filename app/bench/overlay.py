"""The overlay bench: a long line-scan image with masks in a 1920×1080 window, panned and zoomed, redraw by redraw.

Every redraw is painted in full before the next begins, into the window's memory; what a screen adds is not measured.
Then a scratch one pixel wide is looked for at every zoom in what the window shows, and must stand in every row of it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from app.bench.bench import Wishes
from app.bench.figures import Figure, Part, Report
from app.bench.offscreen import offscreen_application
from app.ui.canvas import FrameCanvas
from app.words.frame import Image
from models.data.strip import find_preset
from models.data.strip.taxonomy import DEMO_STRIP
from models.labels.masks import MaskStack

GOAL_PER_S = 60.0
FRAME_PX, SHORT_FRAME_PX = (4096, 16384), (1024, 4096)
WINDOW_PX: Final = (1920, 1080)
REDRAWS, SHORT_REDRAWS = 60, 8
"""At each zoom."""

SCALES: Final = (0.1, 0.17, 0.25, 0.4, 0.5, 0.7, 1.0, 1.6, 3.0, 8.0)
_SEED = 5
_PAN_PX = 23


@dataclass(frozen=True, slots=True)
class Redraw:
    """What one redraw took: on the clock, and in the window's thread's processor time."""

    wall_s: float
    cpu_s: float


def measure(wishes: Wishes) -> Report:
    """Redraws a second over all zooms, and the share of zooms at which the scratch is seen in every row."""
    size = SHORT_FRAME_PX if wishes.short else FRAME_PX
    redraws = wishes.frames_or(REDRAWS, SHORT_REDRAWS)
    image, stack = line_scan(size)
    application = offscreen_application()
    canvas = FrameCanvas()
    canvas.resize(*WINDOW_PX)
    canvas.show()
    application.processEvents()
    try:
        canvas.show_frame(image)
        canvas.show_stack(stack, DEMO_STRIP)
        application.processEvents()
        by_scale = {scale: _panned(canvas, scale, redraws) for scale in SCALES}
        zooming = _zoomed(canvas, redraws)
        seen = [_scratch_seen(canvas, size, scale) for scale in SCALES]
    finally:
        canvas.close()
        canvas.deleteLater()
        application.processEvents()
    rates = {f"at {scale:g}": _rate(taken) for scale, taken in by_scale.items()} | {"zooming": _rate(zooming)}
    every = [redraw for taken in (*by_scale.values(), zooming) for redraw in taken]
    parts = {name: Part(rate, "/s") for name, rate in rates.items()}
    parts["longest"] = Part(max(redraw.wall_s for redraw in every) * 1000, "ms")
    # What an otherwise idle computer would do: painting is one thread's work and waits for nothing.
    parts["by processor time"] = Part(len(every) / sum(redraw.cpu_s for redraw in every), "/s")
    per_s = len(every) / sum(redraw.wall_s for redraw in every)
    return Report(
        {
            "overlay_redraws_per_s": Figure(per_s, GOAL_PER_S, "redraws/s", "higher", parts, tuple(rates.values())),
            "scratch_seen_share": Figure(sum(seen) / len(seen), 1.0, "of zooms", "higher"),
        },
        setting={
            "frame_px": "x".join(map(str, size)),
            "window_px": "x".join(map(str, WINDOW_PX)),
            "redraws": len(every),
        },
    )


def _rate(redraws: list[Redraw]) -> float:
    return 1 / statistics.median(redraw.wall_s for redraw in redraws)


def line_scan(size: tuple[int, int]) -> tuple[Image, MaskStack]:
    """An (H, W) uint8 image of rendered steel with its mask stack; a scratch one pixel wide runs down its middle."""
    preset = find_preset("worst")
    assert preset is not None, "the strips rendered here are part of the program"
    renderer = preset.renderer(_SEED)
    image, stack = np.empty(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8)
    number = 0
    for top in range(0, size[0], renderer.height_px):
        for left in range(0, size[1], renderer.width_px):
            frame = renderer.render(number % 64)
            place = np.s_[top : top + renderer.height_px, left : left + renderer.width_px]
            height, width = image[place].shape
            image[place], stack[place] = frame.image[:height, :width], frame.stack[:height, :width]
            number += 1
    middle = size[1] // 2
    # Nothing else near it, or its own pixels could not be told.
    stack[:, middle - 40 : middle + 40] = 0
    stack[:, middle] = 1
    return image, stack


def _panned(canvas: FrameCanvas, scale: float, count: int) -> list[Redraw]:
    """Each redraw while the view is panned back and forth at this zoom."""
    _zoom_to(canvas, scale)
    canvas.viewport().repaint()
    steps = (_PAN_PX if number % 16 < 8 else -_PAN_PX for number in range(count))
    return [_timed(canvas, lambda step=step: canvas.pan_by(step, step / 2)) for step in steps]  # type: ignore[misc]


def _zoomed(canvas: FrameCanvas, count: int) -> list[Redraw]:
    """Each redraw while the wheel zooms in and out again."""
    _zoom_to(canvas, 0.2)
    factors = (1.25 if number % 20 < 10 else 0.8 for number in range(count))
    return [_timed(canvas, lambda factor=factor: canvas.zoom_by(factor)) for factor in factors]  # type: ignore[misc]


def _timed(canvas: FrameCanvas, move: Callable[[], None]) -> Redraw:
    wall_s, cpu_s = time.perf_counter(), time.thread_time()
    move()
    canvas.viewport().repaint()
    return Redraw(time.perf_counter() - wall_s, time.thread_time() - cpu_s)


def _zoom_to(canvas: FrameCanvas, scale: float) -> None:
    canvas.fit()
    canvas.zoom_by(scale / canvas.scale_factor)


def _scratch_seen(canvas: FrameCanvas, size: tuple[int, int], scale: float) -> bool:
    """Whether the masks change the picture in every row, where the scratch runs and nothing else does."""
    _zoom_to(canvas, scale)
    canvas.set_masks_hidden(True)
    bare = _pixels(canvas)
    canvas.set_masks_hidden(False)
    shown = _pixels(canvas)
    at = canvas.to_viewport(size[1] // 2, 0)
    bottom = canvas.to_viewport(0, size[0]).y()
    # A scaled pixel's edges may lie on either side; the steel left and right of the scratch carries no mask.
    reach = max(2, int(canvas.scale_factor) + 2)
    columns = slice(max(0, int(at.x()) - reach), int(at.x()) + reach + 1)
    rows = slice(max(0, int(np.ceil(at.y()))), min(WINDOW_PX[1], int(bottom)))
    return bool((bare[rows, columns] != shown[rows, columns]).any(axis=(1, 2)).all())


def _pixels(canvas: FrameCanvas) -> npt.NDArray[np.uint8]:
    """What the canvas shows, (H, W, 4)."""
    image = canvas.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    pixels: npt.NDArray[np.uint8] = rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4).copy()
    return pixels
