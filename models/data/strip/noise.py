"""Noise tiles: made once, cropped for every frame.

A tile repeats along x, so that a frame anywhere on the strip is one crop. Two tiles whose periods share no factor,
added up, repeat only after the product of the periods.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
"""(H, W), float32, mean 0 and standard deviation 1 unless said otherwise."""


def smooth_noise(
    rng: np.random.Generator, height_px: int, period_px: int, sigma_x_px: float, sigma_y_px: float
) -> Field:
    """A (height_px, period_px) Gaussian field, correlated over the sigmas, continuous from its right to its left end.

    Wide correlations are drawn on a coarse grid and enlarged, which costs a fraction of the blur.
    """
    step_x = max(1, int(sigma_x_px / 3))
    step_y = max(1, int(sigma_y_px / 3))
    coarse_w = max(4, -(-period_px // step_x))
    coarse_h = max(4, -(-height_px // step_y))
    margin_x = min(coarse_w, int(4 * sigma_x_px / step_x) + 2)
    margin_y = int(4 * sigma_y_px / step_y) + 2
    grid = rng.standard_normal((coarse_h + 2 * margin_y, coarse_w), dtype=np.float32)
    grid = np.concatenate([grid[:, -margin_x:], grid, grid[:, :margin_x]], axis=1)
    grid = np.asarray(cv2.GaussianBlur(grid, (0, 0), sigma_x_px / step_x, sigmaY=sigma_y_px / step_y), dtype=np.float32)
    grid = grid[margin_y:-margin_y]
    if (step_x, step_y) != (1, 1):
        # One coarse column on each side goes along, so that the enlarged tile still closes.
        columns = (np.arange(period_px, dtype=np.float32) + 0.5) * (coarse_w / period_px) - 0.5 + margin_x
        rows = (np.arange(height_px, dtype=np.float32) + 0.5) * (coarse_h / height_px) - 0.5
        map_x, map_y = np.meshgrid(columns, rows)
        grid = cv2.remap(grid, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    else:
        grid = grid[:, margin_x:-margin_x]
    return standardised(np.asarray(grid, dtype=np.float32))


def fractal_noise(rng: np.random.Generator, height_px: int, period_px: int, coarsest_px: float) -> Field:
    """Octaves of ``smooth_noise`` from ``coarsest_px`` down to a pixel, each half as wide and 0.6 as strong."""
    total = np.zeros((height_px, period_px), dtype=np.float32)
    sigma, weight = coarsest_px, 1.0
    while sigma >= 0.8:
        total += np.float32(weight) * smooth_noise(rng, height_px, period_px, sigma, sigma)
        sigma, weight = sigma / 2, weight * 0.6
    return standardised(total)


def standardised(field: Field) -> Field:
    """``field`` moved and scaled to mean 0 and standard deviation 1."""
    return np.asarray((field - field.mean()) / max(float(field.std()), 1e-6), dtype=np.float32)


def unrolled(tile: Field, width_px: int) -> Field:
    """``tile`` followed by its own first ``width_px`` columns, so that every crop of that width is one slice."""
    repeats = -(-width_px // tile.shape[1])
    return np.ascontiguousarray(np.concatenate([tile, *([tile] * repeats)], axis=1)[:, : tile.shape[1] + width_px])
