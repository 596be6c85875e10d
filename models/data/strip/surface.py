"""Surface: the steel without any mark on it: grain, rolling streaks, mottle, light and the strip's edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.data.strip.chance import Stream, chance
from models.data.strip.noise import Field, fractal_noise, smooth_noise, unrolled

GRAIN_PERIOD_PX = 3011
STREAK_PERIOD_PX = 4093
MOTTLE_PERIOD_PX = 3911
FRACTAL_PERIOD_PX = 2039
FRACTAL_HEIGHT_PX = 512
WANDER_SEGMENTS = 5
"""How many segments the strip takes to run from one place across the line to another."""
EDGE_BAND_PX = 14
"""How far in from its edge the strip bends away from the lamp."""
BACKGROUND_GREY = 3.0
"""What the camera sees past the strip's edge: nearly nothing."""
SENSOR_NOISE_GREY = 1.6
SENSOR_MARGIN_PX = 256
"""How far the one tile of sensor noise may be shifted from frame to frame."""


@dataclass(frozen=True, slots=True)
class Knot:
    """How the strip is at a segment's border; in between it changes smoothly.

    ``level`` is the mean grey of evenly lit steel; ``grain``, ``streaks`` and ``mottle`` are shares of it.
    """

    level: float
    grain: float
    streaks: float
    mottle: float


class Surface:
    """Steel of one seed; ``window`` renders any stretch of it."""

    def __init__(self, seed: int, height_px: int, width_px: int, edge_rate: float) -> None:
        self._seed = seed
        self._height_px = height_px
        self._width_px = width_px
        self._edge_rate = edge_rate
        rng = chance(seed, Stream.TILES)
        self._grain = unrolled(_grain_tile(rng, height_px), width_px)
        self._streaks = unrolled(_streak_tile(rng, height_px), width_px)
        self._mottle = unrolled(fractal_noise(rng, height_px, MOTTLE_PERIOD_PX, 60.0), width_px)
        self._sensor = rng.standard_normal(
            (height_px + SENSOR_MARGIN_PX, width_px + SENSOR_MARGIN_PX), dtype=np.float32
        )
        self.fractal = fractal_noise(rng, FRACTAL_HEIGHT_PX, FRACTAL_PERIOD_PX, 32.0)
        self._light = _light_profile(rng, height_px)
        self._ease = _smoothstep(np.linspace(0, 1, width_px, endpoint=False, dtype=np.float32))
        self._base_level = float(rng.uniform(88, 122))

    def knot(self, segment: int) -> Knot:
        """The strip's state at the border before ``segment``."""
        rng = chance(self._seed, Stream.KNOTS, segment)
        return Knot(
            level=self._base_level * float(rng.uniform(0.82, 1.18)),
            grain=float(rng.uniform(0.05, 0.13)),
            streaks=float(rng.uniform(0.03, 0.10)),
            mottle=float(rng.uniform(0.01, 0.07)),
        )

    def edges_px(self, segment: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Upper and lower edge of the steel, (W,) each, in rows of the view; past the view where not in sight."""
        stretch, place = divmod(segment, WANDER_SEGMENTS)
        start, end = self._wander(stretch), self._wander(stretch + 1)
        along = (
            np.arange(self._width_px, dtype=np.float32) / np.float32(self._width_px) + np.float32(place)
        ) / np.float32(WANDER_SEGMENTS)
        wander = np.float32(start) + np.float32(end - start) * _smoothstep(along)
        reach = np.float32(0.45 * self._height_px)
        # The strip is a little wider than the view: only a third of the wander brings an edge into sight.
        upper = (wander - np.float32(1 / 3)) * reach * np.float32(1.5)
        lower = self._height_px + (wander + np.float32(1 / 3)) * reach * np.float32(1.5)
        return upper, lower

    def window(self, segment: int) -> tuple[Field, Field | None]:
        """The steel of one segment, (H, W) in grey levels, and its ``cover``.

        ``cover`` is the share of each pixel that is steel, (H, W) from 0 to 1, or ``None`` where all is steel.
        """
        start, end = self.knot(segment), self.knot(segment + 1)
        left = segment * self._width_px
        image = _crop(self._grain, GRAIN_PERIOD_PX, left, self._width_px) * self._between(start.grain, end.grain)
        image += _crop(self._streaks, STREAK_PERIOD_PX, left, self._width_px) * self._between(
            start.streaks, end.streaks
        )
        image += _crop(self._mottle, MOTTLE_PERIOD_PX, left, self._width_px) * self._between(start.mottle, end.mottle)
        image += np.float32(1)
        image *= self._between(start.level, end.level)
        image *= self._light
        depth = self._depth_px(segment)
        if depth is None:
            return image, None
        image *= np.float32(0.5) + np.float32(0.5) * np.clip(depth / np.float32(EDGE_BAND_PX), 0, 1)
        return image, np.clip(depth / np.float32(1.5), 0, 1)

    def finish(self, image: Field, cover: Field | None, segment: int) -> npt.NDArray[np.uint8]:
        """What the camera makes of it: background past the edges, sensor noise, 8 bits; (H, W). Changes ``image``."""
        if cover is not None:
            image *= cover
            image += np.float32(BACKGROUND_GREY) * (np.float32(1) - cover)
        rng = chance(self._seed, Stream.SENSOR, segment)
        y, x = int(rng.integers(SENSOR_MARGIN_PX)), int(rng.integers(SENSOR_MARGIN_PX))
        image += np.float32(SENSOR_NOISE_GREY) * self._sensor[y : y + self._height_px, x : x + self._width_px]
        np.clip(image, 0, 255, out=image)
        return np.rint(image, out=image).astype(np.uint8)

    def _between(self, start: float, end: float) -> npt.NDArray[np.float32]:
        return np.float32(start) + np.float32(end - start) * self._ease

    def _wander(self, stretch: int) -> float:
        """How far the strip has run off centre, -1 to 1: with ``edge_rate`` past the third where an edge shows."""
        rng = chance(self._seed, Stream.WANDER, stretch)
        side = 1.0 if rng.random() < 0.5 else -1.0
        off = rng.random() < self._edge_rate / 1.4
        return side * float(rng.uniform(0.45, 1.0) if off else rng.uniform(0.0, 0.3))

    def _depth_px(self, segment: int) -> Field | None:
        """How far each pixel lies inside the nearer edge, (H, W), below 0 off the strip; ``None`` without an edge."""
        upper, lower = self.edges_px(segment)
        if float(upper.max()) <= -EDGE_BAND_PX and float(lower.min()) >= self._height_px + EDGE_BAND_PX:
            return None
        rows = np.arange(self._height_px, dtype=np.float32)[:, None]
        return np.asarray(np.minimum(rows - upper, lower - rows), dtype=np.float32)


def _crop(tile: Field, period_px: int, left_px: int, width_px: int) -> Field:
    start = left_px % period_px
    return tile[:, start : start + width_px]


def _smoothstep(t: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return t * t * (3 - 2 * t)


def _grain_tile(rng: np.random.Generator, height_px: int) -> Field:
    """Fine grain drawn out along the rolling direction, with sparks where it faces the lamp."""
    fine = smooth_noise(rng, height_px, GRAIN_PERIOD_PX, 1.6, 0.6)
    coarse = smooth_noise(rng, height_px, GRAIN_PERIOD_PX, 5.0, 1.2)
    grain = 0.8 * fine + 0.6 * coarse
    sparks = np.maximum(grain - 2.1, 0) * 2.0
    return np.asarray(grain + sparks, dtype=np.float32)


def _streak_tile(rng: np.random.Generator, height_px: int) -> Field:
    """Rolling streaks: narrow across the strip, long along it."""
    narrow = smooth_noise(rng, height_px, STREAK_PERIOD_PX, 260.0, 1.0)
    broad = smooth_noise(rng, height_px, STREAK_PERIOD_PX, 500.0, 9.0)
    return np.asarray(0.6 * narrow + 0.8 * broad, dtype=np.float32)


def _light_profile(rng: np.random.Generator, height_px: int) -> Field:
    """The lamp's light across the strip, (H, 1), at most 1: brightest off centre, falling off to both sides."""
    centre = rng.uniform(0.35, 0.65)
    across = np.linspace(0, 1, height_px, dtype=np.float32)[:, None]
    fall = rng.uniform(0.8, 1.5)
    return np.asarray(1 / (1 + fall * (across - np.float32(centre)) ** 2 * 2), dtype=np.float32)
