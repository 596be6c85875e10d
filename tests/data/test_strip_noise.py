"""Noise tiles close on themselves and have the spread they promise."""

from __future__ import annotations

import numpy as np
import pytest

from models.data.strip.noise import fractal_noise, smooth_noise, unrolled


@pytest.mark.parametrize(("sigma_x_px", "sigma_y_px"), [(1.6, 0.6), (30.0, 2.0), (260.0, 9.0)])
def test_a_tile_has_no_seam(sigma_x_px: float, sigma_y_px: float) -> None:
    tile = smooth_noise(np.random.default_rng(1), 64, 1001, sigma_x_px, sigma_y_px)
    assert tile.shape == (64, 1001)
    steps = np.abs(np.diff(tile, axis=1)).mean(axis=0)
    seam = np.abs(tile[:, 0] - tile[:, -1]).mean()
    assert seam <= 1.5 * steps.max()


def test_tiles_are_standardised() -> None:
    tile = fractal_noise(np.random.default_rng(2), 100, 500, 20.0)
    assert tile.dtype == np.float32
    assert abs(float(tile.mean())) < 1e-3
    assert float(tile.std()) == pytest.approx(1.0, abs=1e-3)


def test_unrolling_lets_every_crop_be_one_slice() -> None:
    tile = np.arange(5, dtype=np.float32)[None, :]
    assert unrolled(tile, 12)[0].tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]
