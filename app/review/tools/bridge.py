"""Bridges: the shortest ways between findings that are to become one."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from app.review.edit import join
from app.review.tools.area import Area, spread, union
from app.review.tools.brush import stroke
from app.review.tools.finding import Piece

_TOUCHING_PX = 1.5
"""Centres no further apart than this belong to pixels that share an edge or a corner."""


def bridges(pieces: Sequence[Piece], tip_px: int = 1) -> Area | None:
    """Straight ways, drawn with a round tip, that join the pieces; ``None`` where none is needed.

    Pieces that touch need none, nor does one alone. From the first piece on, the one nearest to those joined so far is
    joined by the shortest way between two of their pixels' centres. The cost follows the rectangle around all of them.
    """
    left = [piece.area for piece in pieces]
    if len(left) < 2:
        return None
    joined, built = left.pop(0), None
    while left:
        ways = [_shortest(joined, other) for other in left]
        nearest = min(range(len(left)), key=lambda place: ways[place][0])
        distance, start, end = ways[nearest]
        if distance > _TOUCHING_PX:
            way = stroke(start, end, tip_px)
            built = union(built, way)
        wider = union(joined, left.pop(nearest))
        assert wider is not None, "both have pixels"
        joined = wider
    return built


def _shortest(first: Area, second: Area) -> tuple[float, tuple[float, float], tuple[float, float]]:
    """The least distance between two pixels' centres, and these centres as (x, y): the first's, the second's."""
    box = join(first.box_px, second.box_px)
    assert box is not None, "two boxes have one around them"
    beside = (~spread(first, box)).view(np.uint8)
    distance = cv2.distanceTransform(beside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    rows, columns = np.nonzero(spread(second, box))
    least = int(np.argmin(distance[rows, columns]))
    end = np.array([columns[least] + box[0], rows[least] + box[1]])
    start = _nearest(first, end)
    return float(distance[rows[least], columns[least]]), _centre(start), _centre(end)


def _nearest(area: Area, pixel: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    rows, columns = np.nonzero(area.mask)
    pixels = np.stack([columns + area.box_px[0], rows + area.box_px[1]], axis=1)
    nearest: npt.NDArray[np.int64] = pixels[np.argmin(((pixels - pixel) ** 2).sum(axis=1))]
    return nearest


def _centre(pixel: npt.NDArray[np.int64]) -> tuple[float, float]:
    return float(pixel[0]) + 0.5, float(pixel[1]) + 0.5
