"""Site: a place on the strip where a mark is to be drawn, and the shapes marks are made of."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.data.strip.noise import Field


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """Where a mark is to be drawn: its left end along the strip, and the rows of steel there.

    ``contrast`` is about 1 for a plain mark and below 0.5 for a faint one. ``fractal`` is noise to take shapes from.
    ``longest_px`` is the most a mark may reach along the strip.
    """

    x_px: int
    upper_px: int
    lower_px: int
    contrast: float
    longest_px: int
    fractal: Field

    def row(self, rng: np.random.Generator, height_px: int) -> int:
        """An upper row at which ``height_px`` rows lie on steel, if there are as many."""
        last = max(self.upper_px + 1, self.lower_px - height_px)
        return int(rng.integers(self.upper_px, last))

    def row_at_edge(self, rng: np.random.Generator, height_px: int) -> int:
        """The upper row of something that touches the upper or the lower edge of the steel in view."""
        return self.upper_px if rng.random() < 0.5 else max(self.upper_px, self.lower_px - height_px)

    def texture(self, rng: np.random.Generator, height_px: int, width_px: int, zoom: float = 1.0) -> Field:
        """A random (height_px, width_px) piece of ``fractal``, enlarged ``zoom`` times."""
        high, wide = self.fractal.shape
        h, w = min(high, max(1, int(height_px / zoom))), min(wide, max(1, int(width_px / zoom)))
        y, x = int(rng.integers(high - h + 1)), int(rng.integers(wide - w + 1))
        piece = self.fractal[y : y + h, x : x + w]
        if piece.shape == (height_px, width_px):
            return piece
        return np.asarray(cv2.resize(piece, (width_px, height_px), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def canvas(height_px: int, width_px: int) -> Field:
    """A field of zeros to draw on."""
    return np.zeros((height_px, width_px), dtype=np.float32)


def dome(height_px: int, width_px: int) -> Field:
    """1 in the middle, 0 on the ellipse that touches the sides, below 0 in the corners."""
    y = np.linspace(-1, 1, height_px, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width_px, dtype=np.float32)[None, :]
    return np.asarray(1 - (x * x + y * y), dtype=np.float32)


def line(field: Field, points: npt.NDArray[np.floating], value: float, thickness_px: int) -> None:
    """Draw a polyline through (n, 2) points x, y to a 16th of a pixel; in place."""
    fixed = np.rint(points * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(field, [fixed], False, value, thickness_px, cv2.LINE_8, 4)


def blur(field: Field, sigma_x_px: float, sigma_y_px: float | None = None) -> Field:
    """``field`` under a Gaussian; the same sigma both ways unless two are given."""
    out = cv2.GaussianBlur(field, (0, 0), sigmaX=sigma_x_px, sigmaY=sigma_x_px if sigma_y_px is None else sigma_y_px)
    return np.asarray(out, dtype=np.float32)
