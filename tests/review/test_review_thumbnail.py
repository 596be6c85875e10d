"""Thumbnails: their size, and that the thinnest defect is still seen."""

import numpy as np
import pytest

from app.review.thumbnail import thumbnail
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("two", ["a", "b"])


@pytest.mark.parametrize("size", [(256, 1600), (900, 300), (30, 40), (1, 4000), (4000, 1)])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_it_fits_and_is_never_enlarged(size, kind):
    made = thumbnail(np.full(size, 200, kind), None, TAXONOMY, 180, 40)
    assert made.dtype == np.uint8
    assert made.shape[0] <= min(40, size[0])
    assert made.shape[1] <= min(180, size[1])
    assert made.shape[2] == 3


def test_a_scratch_of_one_pixel_keeps_its_colour():
    stack = empty_stack(256, 1600, 2)
    stack[:, 800] = 2
    made = thumbnail(np.full((256, 1600), 100, np.uint8), stack, TAXONOMY, 180, 40)
    column = 800 // 9  # 1,600 pixels into 178, nine to one
    expected = (100 + np.array(TAXONOMY.by_id(2).rgb)) / 2
    assert np.abs(made[:, column] - expected).max() <= 1
    assert (made[:, column + 1] == 100).all()


def test_colour_frames_stay_coloured():
    image = np.zeros((60, 60, 3), np.uint8)
    image[..., 2] = 200
    made = thumbnail(image, None, TAXONOMY, 30, 30)
    assert made.shape == (30, 30, 3)
    assert (made == (0, 0, 200)).all()
