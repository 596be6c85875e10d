"""Pixel probabilities: what the runtime says, of whole frames and of tiles, and the mean over the mirrored frame."""

from __future__ import annotations

import numpy as np
import pytest
from level_model import LevelRuntime, level_bundle

from models.pixel_probabilities import mirrored_pixel_probabilities, pixel_probabilities
from models.predictor import ImageError, ModelError
from models.runtimes.base import Encoded


@pytest.fixture
def image(random):
    return random.choice(np.array([0, 100, 200], np.uint8), size=(70, 90))


def expected(image):
    return np.stack([np.where(image == level, 0.98, 0.01) for level in (200, 100)])


def test_a_frame_in_one_pass(image):
    said = pixel_probabilities(level_bundle(), LevelRuntime(), image)
    assert said.pixels.dtype == np.float32
    np.testing.assert_allclose(said.pixels, expected(image), atol=1e-6)
    np.testing.assert_allclose(said.presence, [0.98, 0.98], atol=1e-6)


def test_a_frame_of_many_tiles_is_blended_without_a_seam(monkeypatch, image):
    monkeypatch.setattr("models.pixel_probabilities.ONE_PASS_PX", 64 * 64)
    runtime = LevelRuntime()
    said = pixel_probabilities(level_bundle(tile_px=(32, 32), overlap_px=8), runtime, image)
    np.testing.assert_allclose(said.pixels, expected(image), atol=1e-5)
    assert runtime.asked == 3 * 4


def test_mirrored_is_the_mean_over_four_views_each_turned_back(image):
    class Slanted(LevelRuntime):
        """Surer the farther right and down, which is chance and not the steel."""

        def classify(self, tiles):
            said = super().classify(tiles)
            height, width = tiles.shape[2:]
            slope = np.linspace(0.5, 1, height)[:, None] * np.linspace(0.5, 1, width)
            return Encoded(said.probabilities, (said.state * slope).astype(np.float32))

    image = image[:64]
    said = mirrored_pixel_probabilities(level_bundle(), Slanted(), image[:, :64])
    np.testing.assert_allclose(said.pixels, expected(image[:, :64]) * 0.75**2, atol=1e-5)


def test_rgb_and_sixteen_bits_are_taken(image):
    said = pixel_probabilities(level_bundle(), LevelRuntime(), np.repeat(image[:, :, None], 3, axis=2))
    np.testing.assert_allclose(said.pixels, expected(image), atol=1e-6)
    wide = mirrored_pixel_probabilities(level_bundle(), LevelRuntime(), image.astype(np.uint16) * 257)
    np.testing.assert_allclose(wide.pixels, expected(image), atol=1e-6)


def test_what_cannot_be_asked_is_refused(image):
    with pytest.raises(ModelError, match="only classifies"):
        pixel_probabilities(level_bundle(task="classify"), LevelRuntime(), image)
    with pytest.raises(ImageError, match="at least 8×8"):
        pixel_probabilities(level_bundle(), LevelRuntime(), image[:4])

    class Broken(LevelRuntime):
        def segment(self, encoded, rows):
            return super().segment(encoded, rows) * np.nan

    with pytest.raises(ModelError, match="gave no number"):
        pixel_probabilities(level_bundle(), Broken(), image)
