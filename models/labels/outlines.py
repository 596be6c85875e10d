"""Outlines: the borders of a mask's pieces as closed rings along pixel borders, holes included.

Filled by the rule of ``models.labels.polygon_fill`` they give the mask back exactly. Pieces are 4-connected here, so
that no ring crosses or touches itself along an edge; pieces that touch at a corner belong to one finding, as
everywhere in the program, and carry its number.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.labels.masks import Mask

Corners = npt.NDArray[np.int64]
"""(N, 2): x and y of a closed ring's corners in whole pixels, every second edge horizontal."""

# Which of the four pixels round a lattice point are set: 1 above left, 2 above right, 4 below left, 8 below right.
_BELOW_RIGHT = 8
_CORNERS_OF = np.array([0, 1, 1, 0, 1, 0, 2, 1, 1, 2, 0, 1, 0, 1, 1, 0], dtype=np.int64)
"""How many corners of rings lie at a point, by the pixels round it: two where pixels touch at a corner alone."""
_RISING = 6
"""Above right and below left are set: the pixels that touch lie on a diagonal from below left to above right."""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """One 4-connected piece: its outer ring, clockwise on the screen, and its holes' rings, the other way round.

    Every ring begins at its upper left corner. ``finding`` counts the mask's 8-connected pieces from 1.
    """

    outer: Corners
    holes: tuple[Corners, ...]
    finding: int

    @property
    def rings(self) -> tuple[Corners, ...]:
        """The outer ring and the holes."""
        return (self.outer, *self.holes)


def outlines(mask: Mask) -> tuple[Outline, ...]:
    """The outlines of an (H, W) mask, by their upper left corners from the top."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    if not width:
        return ()
    crop = np.ascontiguousarray(mask[top : top + height, left : left + width])
    pieces = cv2.connectedComponents(crop.view(np.uint8), connectivity=4)[1]
    findings = cv2.connectedComponents(crop.view(np.uint8), connectivity=8)[1]
    outer: dict[int, tuple[Corners, int]] = {}
    holes: dict[int, list[Corners]] = {}
    for ring, is_hole in _rings(crop):
        x, y = (int(number) for number in ring[0])
        placed = ring + np.array([left, top])
        if is_hole:
            # Backwards, and still from the upper left corner.
            holes.setdefault(int(pieces[y - 1, x]), []).append(np.roll(placed[::-1], 1, axis=0))
        else:
            outer[int(pieces[y, x])] = placed, int(findings[y, x])
    return tuple(Outline(ring, tuple(holes.get(piece, ())), finding) for piece, (ring, finding) in outer.items())


def _rings(mask: Mask) -> list[tuple[Corners, bool]]:
    """Every ring of a mask from its upper left corner eastwards, and whether it goes round a hole."""
    around = _pixels_around(mask)
    flat = np.flatnonzero(_CORNERS_OF[around])
    flat = np.repeat(flat, _CORNERS_OF[around.reshape(-1)[flat]])
    y, x = np.divmod(flat, around.shape[1])
    code = around[y, x]
    second = np.zeros(flat.size, dtype=np.int64)
    second[1:] = flat[1:] == flat[:-1]
    # Corners of one lattice row are joined two by two from the left, those of a column from the top. Of two corners at
    # one point the left one ends the edge to the left; where the diagonal rises, it is the lower one of the column.
    lower = np.where(code == _RISING, 1 - second, second)
    by_column = np.lexsort((lower, y, x))
    vertical = np.empty(flat.size, dtype=np.int64)
    vertical[by_column[0::2]], vertical[by_column[1::2]] = by_column[1::2], by_column[0::2]
    points = np.stack([x, y], axis=1)
    starts_outer = (code & _BELOW_RIGHT) != 0
    return [(points[cycle], not starts_outer[cycle[0]]) for cycle in _cycles(vertical.tolist())]


def _pixels_around(mask: Mask) -> npt.NDArray[np.uint8]:
    """(H + 1, W + 1): the code of the four pixels round every lattice point."""
    padded = np.pad(mask, 1).astype(np.uint8)
    corners = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    around = corners[0].copy()
    for bit, corner in enumerate(corners[1:], start=1):
        around |= np.left_shift(corner, bit, dtype=np.uint8)
    return around


def _cycles(vertical: list[int]) -> list[list[int]]:
    """Corners joined to rings: 2 k and 2 k + 1 are the ends of a horizontal edge, ``vertical`` gives the other edge."""
    seen = bytearray(len(vertical))
    cycles = []
    for start in range(len(vertical)):
        if seen[start]:
            continue
        cycle: list[int] = []
        corner = start
        while not seen[corner]:
            across = corner ^ 1
            seen[corner] = seen[across] = 1
            cycle += (corner, across)
            corner = vertical[across]
        cycles.append(cycle)
    return cycles
