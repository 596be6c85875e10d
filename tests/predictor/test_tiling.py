"""Tiles: they cover the frame, and blending them changes nothing that they agree on."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.tiling import TileBlender, batches, lay_tiles, with_neighbours

SIDES = st.integers(8, 300)


def test_a_small_frame_is_one_tile_of_its_own_size() -> None:
    grid = lay_tiles((200, 1600), (256, 512), 32, 32, one_pass_px=256 * 2048)
    assert grid.tile_px == (224, 1600)
    assert (grid.tops, grid.lefts) == ((0,), (0,))


def test_a_big_frame_is_a_grid_that_ends_with_the_frame() -> None:
    grid = lay_tiles((256, 1200), (256, 512), 32, 32, one_pass_px=256 * 512)
    assert grid.tile_px == (256, 512)
    # 512 - 32 = 480 further each; the last is moved back to 1200 - 512.
    assert grid.lefts == (0, 480, 688)
    assert grid.shape == (1, 3)
    assert [grid.corner(tile) for tile in range(3)] == [(0, 0), (0, 480), (0, 688)]


def test_a_low_long_frame_has_low_tiles() -> None:
    grid = lay_tiles((100, 5000), (256, 512), 32, 32, one_pass_px=256 * 512)
    assert grid.tile_px == (128, 512)
    assert grid.tops == (0,)


@given(height=SIDES, width=SIDES, tile=st.tuples(st.integers(1, 4), st.integers(1, 4)), overlap=st.integers(0, 31))
def test_every_pixel_lies_in_a_tile_and_neighbours_overlap(
    height: int, width: int, tile: tuple[int, int], overlap: int
) -> None:
    grid = lay_tiles((height, width), (tile[0] * 32, tile[1] * 32), overlap, 32, one_pass_px=1)
    for length, side, starts in ((height, grid.tile_px[0], grid.tops), (width, grid.tile_px[1], grid.lefts)):
        assert side % 32 == 0
        assert starts[0] == 0
        assert starts[-1] + side >= length
        assert starts == (0,) or starts[-1] + side == length
        for first, second in itertools.pairwise(starts):
            assert first < second <= first + side - overlap


@settings(deadline=None, max_examples=40)
@given(height=st.integers(8, 150), width=st.integers(8, 150), overlap=st.integers(0, 31), seed=st.integers(0, 1000))
def test_tiles_cut_from_one_map_blend_back_into_it(height: int, width: int, overlap: int, seed: int) -> None:
    grid = lay_tiles((height, width), (32, 64), overlap, 32, one_pass_px=1)
    tall, broad = grid.tile_px
    padded = (max(height, tall), max(width, broad))
    whole = np.random.default_rng(seed).random((2, *padded), dtype=np.float32)
    blender = TileBlender(grid, 2, overlap)
    blended = np.full((2, height, width), np.nan, dtype=np.float32)
    for row in range(grid.shape[0]):
        for column in range(grid.shape[1]):
            tile = row * grid.shape[1] + column
            top, left = grid.corner(tile)
            blender.add(tile, whole[:, top : top + tall, left : left + broad])
        band, answer = blender.finish_row(row)
        assert np.isnan(blended[:, band]).all()
        blended[:, band] = answer
    np.testing.assert_allclose(blended, whole[:, :height, :width], rtol=1e-5, atol=1e-6)


def test_the_weight_moves_linearly_from_one_tile_to_the_next() -> None:
    grid = lay_tiles((32, 60), (32, 32), 4, 32, one_pass_px=1)
    assert grid.lefts == (0, 28)
    blender = TileBlender(grid, 1, 4)
    blender.add(0, np.zeros((1, 32, 32), dtype=np.float32))
    blender.add(1, np.ones((1, 32, 32), dtype=np.float32))
    _, answer = blender.finish_row(0)
    np.testing.assert_allclose(answer[0, 16, 26:34], [0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1], atol=1e-6)


def test_where_no_tile_was_added_the_answer_is_nothing_and_the_neighbour_counts_alone() -> None:
    grid = lay_tiles((32, 60), (32, 32), 4, 32, one_pass_px=1)
    blender = TileBlender(grid, 1, 4)
    blender.add(1, np.ones((1, 32, 32), dtype=np.float32))
    _, answer = blender.finish_row(0)
    assert (answer[0, :, :28] == 0).all()
    np.testing.assert_allclose(answer[0, :, 28:], 1)


def test_neighbours_are_the_eight_around() -> None:
    needed = np.zeros((4, 5), dtype=bool)
    needed[0, 0] = needed[3, 3] = True
    expected = np.array([[1, 1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 1]], dtype=bool)
    np.testing.assert_array_equal(with_neighbours(needed), expected)


@pytest.mark.parametrize(("count", "expected"), [(0, []), (3, [3]), (7, [3, 3, 1])])
def test_batches_are_in_order_and_no_longer_than_asked(count: int, expected: list[int]) -> None:
    cut = list(batches(range(count), 3))
    assert [len(batch) for batch in cut] == expected
    assert [tile for batch in cut for tile in batch] == list(range(count))
