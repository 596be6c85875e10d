"""COCO's run lengths: how many pixels are off, on, off, … down the columns, as a list or as COCO's compressed text.

The compressed text is that of ``rleToString`` in pycocotools' maskApi.c: every count in groups of 5 bits, the lowest
first, each a character from '0' on, bit 5 set where more groups follow; from the fourth count on, the difference to
the count two before. Counts are read here and not by pycocotools, which writes past its buffer on a damaged text and
reads uninitialised memory where counts fall short of the frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pycocotools import mask as coco_mask

from models.labels.label_set import Size
from models.labels.masks import Mask
from models.labels.rle import RleError

_POLYGON_MARGIN = 1.0
"""How far a corner may lie outside the frame, in frame sizes: rounding does, a mistyped number is further off."""


def mask_of_rle(segmentation: Mapping[str, Any], size: Size) -> Mask:
    """The (H, W) mask of ``{"size": [h, w], "counts": list or text}``; raises ``RleError`` naming the fault."""
    stated = segmentation.get("size", list(size))
    if stated != list(size):
        raise RleError(f"Its size is {stated} and that of its image {list(size)}; they must agree.")
    counts = segmentation.get("counts")
    if isinstance(counts, str):
        return mask_of_counts(_decompress(counts), size)
    if isinstance(counts, list) and all(type(count) is int and 0 <= count < 1 << 40 for count in counts):
        return mask_of_counts(np.array(counts, dtype=np.int64), size)
    raise RleError("Its counts are neither a list of whole numbers from 0 nor compressed text.")


def mask_of_counts(counts: npt.NDArray[np.int64], size: Size) -> Mask:
    """The (H, W) mask of off, on, off, … counts, which must make up the whole frame."""
    height, width = size
    total = int(counts.sum())
    if np.any(counts < 0) or total != height * width:
        raise RleError(f"Its counts make up {total} pixels and the frame has {height * width}; give the right size.")
    flat = np.repeat(np.arange(counts.size) % 2 == 1, counts)
    return np.ascontiguousarray(flat.reshape(width, height).T)


def mask_of_polygons(polygons: Sequence[Sequence[float]], size: Size) -> Mask:
    """The (H, W) mask of polygons ``[x1, y1, x2, y2, …]`` in pixels, filled by COCO's own rule and joined."""
    for polygon in polygons:
        _check_polygon(polygon, size)
    height, width = size
    parts = coco_mask.frPyObjects([[float(number) for number in polygon] for polygon in polygons], height, width)
    counts: bytes = coco_mask.merge(parts)["counts"]
    return mask_of_counts(_decompress(counts.decode("ascii")), size)


def compressed(mask: Mask) -> dict[str, Any]:
    """``{"size": [h, w], "counts": text}`` of an (H, W) mask."""
    encoded = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return {"size": list(mask.shape), "counts": encoded["counts"].decode("ascii")}


def _decompress(text: str) -> npt.NDArray[np.int64]:
    codes = np.frombuffer(text.encode("utf-8"), dtype=np.uint8).astype(np.int64) - 48
    if np.any((codes < 0) | (codes > 63)):
        raise RleError("Its compressed counts hold a character that does not belong there.")
    ends = np.flatnonzero(codes < 32)
    if not ends.size or ends[-1] != codes.size - 1:
        raise RleError("Its compressed counts are empty or cut off.")
    starts = np.concatenate(([0], ends[:-1] + 1))
    lengths = ends - starts + 1
    if int(lengths.max()) > 8:
        raise RleError("Its compressed counts hold a number past the end of any frame.")
    places = np.arange(codes.size) - np.repeat(starts, lengths)
    counts = np.add.reduceat((codes & 31) << (5 * places), starts)
    # Bit 4 of the last group is the sign; what it stands above is then one too many.
    counts -= np.where(codes[ends] & 16, np.int64(1) << (5 * lengths), 0)
    counts[1::2] = np.cumsum(counts[1::2])
    counts[2::2] = np.cumsum(counts[2::2])
    result: npt.NDArray[np.int64] = counts
    return result


def _check_polygon(polygon: Sequence[float], size: Size) -> None:
    if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2:
        raise RleError("A polygon needs at least three corners, each an x and a y.")
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in polygon):
        raise RleError("A polygon's corners must be numbers.")
    for numbers, extent in ((polygon[0::2], size[1]), (polygon[1::2], size[0])):
        margin = max(extent * _POLYGON_MARGIN, 8.0)
        # Written so that a corner that is no number at all (NaN) is refused, too.
        if not all(-margin <= number <= extent + margin for number in numbers):
            raise RleError("A polygon's corner lies far outside the frame; is its size right?")
