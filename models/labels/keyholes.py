"""Keyholes: a piece with holes as one ring, for formats whose polygons cannot have holes.

From the upper left corner of every hole a bridge of no width leads straight up to the ring above, there and back.
Filled by the even-odd rule the two ways along the bridge cancel out, so that not one pixel changes; a program that
draws the ring draws the bridge inside the piece alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.labels.outlines import Corners, Outline

_CHUNK = 512


@dataclass(frozen=True, slots=True, eq=False)
class _Ceilings:
    """Every edge with pixels of the piece right below it, by ascending y: (x from, x to, y), its ring and place."""

    spans: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int64]

    def above(self, x: int, y: int) -> int:
        """The lowest edge above (x, y) that a line straight up meets."""
        end = int(np.searchsorted(self.spans[:, 2], y))
        step = _CHUNK
        while end > 0:
            begin = max(end - step, 0)
            met = np.flatnonzero((self.spans[begin:end, 0] <= x) & (x <= self.spans[begin:end, 1]))
            if met.size:
                return begin + int(met[-1])
            end, step = begin, step * 2
        raise AssertionError("A hole without a piece round it")


def one_ring(outline: Outline) -> Corners:
    """The outline as one ring, (N, 2), clockwise on the screen; its outer ring where it has no hole."""
    if not outline.holes:
        return outline.outer
    rings = [ring.tolist() for ring in outline.rings]
    ceilings = _ceilings(outline.rings)
    bridges: dict[tuple[int, int], list[int]] = {}
    for number, ring in enumerate(outline.rings[1:], start=1):
        edge = ceilings.above(int(ring[0, 0]), int(ring[0, 1]))
        owner, place = ceilings.owners[edge].tolist()
        bridges.setdefault((owner, place), []).append(number)
    corners = np.array(_joined(rings, bridges), dtype=np.int64)
    again = np.zeros(len(corners), dtype=np.bool_)
    again[1:] = np.all(corners[1:] == corners[:-1], axis=1)
    return corners[~again]


def _ceilings(rings: tuple[Corners, ...]) -> _Ceilings:
    spans, owners = [], []
    for number, ring in enumerate(rings):
        following = np.roll(ring, -1, axis=0)
        # Rings have their piece on the right hand, which is below an edge that leads to the right.
        places = np.flatnonzero(following[:, 0] > ring[:, 0])
        spans.append(np.stack([ring[places, 0], following[places, 0], ring[places, 1]], axis=1))
        owners.append(np.stack([np.full_like(places, number), places], axis=1))
    together = np.concatenate(spans)
    order = np.argsort(together[:, 2], kind="stable")
    return _Ceilings(together[order], np.concatenate(owners)[order])


def _joined(rings: list[list[list[int]]], bridges: dict[tuple[int, int], list[int]]) -> list[list[int]]:
    """The outer ring's corners with every hole's ring let in where its bridge meets an edge."""
    joined: list[list[int]] = []
    # What is still to be said, the next on top: a ring from a place on, or a point. No recursion, as holes may hang
    # below one another in thousands.
    waiting: list[tuple[int, int] | list[int]] = [(0, 0)]
    while waiting:
        top = waiting.pop()
        if isinstance(top, list):
            joined.append(top)
            continue
        number, place = top
        ring = rings[number]
        if place == len(ring):
            joined.append(ring[0])
            continue
        joined.append(ring[place])
        waiting.append((number, place + 1))
        level = ring[place][1]
        for hole in sorted(bridges.get((number, place), ()), key=lambda one: rings[one][0][0], reverse=True):
            met = [rings[hole][0][0], level]
            waiting += (met, (hole, 0), met)
    # The outer ring closes by itself.
    return joined[:-1]
