"""Tiling: a frame too big for one pass cut into overlapping tiles, and their answers blended into one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TileGrid:
    """Where tiles lie on a frame: all of ``tile_px`` (height, width), at every pair of ``tops`` and ``lefts`` (px).

    A tile may reach past the frame only where the frame is smaller than a tile; there it is to be padded.
    """

    frame_px: tuple[int, int]
    tile_px: tuple[int, int]
    tops: tuple[int, ...]
    lefts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.tops) * len(self.lefts)

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of tiles."""
        return len(self.tops), len(self.lefts)

    def corner(self, tile: int) -> tuple[int, int]:
        """(top, left) of a tile by its number, counted row by row from 0."""
        row, column = divmod(tile, len(self.lefts))
        return self.tops[row], self.lefts[column]


def lay_tiles(
    frame_px: tuple[int, int], tile_px: tuple[int, int], overlap_px: int, multiple_px: int, one_pass_px: int
) -> TileGrid:
    """One tile over the whole frame where that has at most ``one_pass_px`` pixels, else a grid of ``tile_px``.

    Sizes are (height, width). Neighbours overlap by at least ``overlap_px``; the last of a row or column is moved
    back to end with the frame. Sides are multiples of ``multiple_px``.
    """
    whole = _round_up(frame_px[0], multiple_px), _round_up(frame_px[1], multiple_px)
    tile = whole if whole[0] * whole[1] <= one_pass_px else (min(tile_px[0], whole[0]), min(tile_px[1], whole[1]))
    return TileGrid(
        frame_px=frame_px,
        tile_px=tile,
        tops=_starts(frame_px[0], tile[0], overlap_px),
        lefts=_starts(frame_px[1], tile[1], overlap_px),
    )


def with_neighbours(needed: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """(rows, columns) bool, grown by one tile in all eight directions: a defect rarely ends where its tile does."""
    rows, columns = needed.shape
    padded = np.pad(needed, 1)
    grown = np.zeros_like(needed)
    for down in range(3):
        for across in range(3):
            grown |= padded[down : down + rows, across : across + columns]
    return grown


class TileBlender:
    """Tiles of one row after the other, blended; a band of pixel rows is handed out once no later tile can touch it.

    Each tile counts with a weight that falls linearly to its borders over ``overlap_px``, and the sum is divided by
    the sum of weights. Where no tile was added the answer is 0. Memory is one row of tiles, however long the frame.
    """

    def __init__(self, grid: TileGrid, channel_count: int, overlap_px: int) -> None:
        height, width = grid.tile_px
        frame_width = max(grid.frame_px[1], width)
        self._grid = grid
        self._weight: Floats = np.minimum.outer(_ramp(height, overlap_px), _ramp(width, overlap_px))
        self._sum: Floats = np.zeros((channel_count, height, frame_width), dtype=np.float32)
        self._weights: Floats = np.zeros((height, frame_width), dtype=np.float32)

    def add(self, tile: int, answer: Floats) -> None:
        """Add a tile's (channels, h, w) answer; the tile is of the row that ``finish_row`` is next called for."""
        _, left = self._grid.corner(tile)
        columns = slice(left, left + self._grid.tile_px[1])
        self._sum[:, :, columns] += answer * self._weight
        self._weights[:, columns] += self._weight

    def finish_row(self, row: int) -> tuple[slice, Floats]:
        """(pixel rows of the frame, their blended (channels, rows, frame width) answer), in order from the top."""
        tops, (height, width) = self._grid.tops, self._grid.frame_px
        top = tops[row]
        bottom = tops[row + 1] if row + 1 < len(tops) else height
        done = bottom - top
        # Where nothing was added both are 0; else a weight is at least 1 / (overlap + 1).
        weights: Floats = np.maximum(self._weights[:done, :width], np.float32(1e-9))
        blended: Floats = self._sum[:, :done, :width] / weights
        self._move_up(done)
        return slice(top, bottom), blended

    def _move_up(self, rows: int) -> None:
        for kept in (self._sum, self._weights):
            kept[..., :-rows, :] = kept[..., rows:, :].copy() if rows < kept.shape[-2] else 0
            kept[..., -rows:, :] = 0


def batches(tiles: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """``tiles`` in order, at most ``size`` at a time."""
    for start in range(0, len(tiles), size):
        yield tiles[start : start + size]


def _starts(length: int, tile: int, overlap: int) -> tuple[int, ...]:
    if length <= tile:
        return (0,)
    stride = tile - overlap
    return (*range(0, length - tile, stride), length - tile)


def _ramp(length: int, overlap: int) -> Floats:
    """1 in the middle, falling linearly to 1 / (overlap + 1) at both ends: never 0, or a lone tile would vanish."""
    rising = np.arange(1, length + 1, dtype=np.float32) / np.float32(overlap + 1)
    ramp: Floats = np.minimum(np.minimum(rising, rising[::-1]), np.float32(1))
    return ramp


def _round_up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple
