"""One line of a YOLO segmentation file: ``class x1 y1 x2 y2 …`` with shares of the image's width and height."""

from __future__ import annotations

import re

from models.labels.label_set import Size
from models.labels.number_text import NumberError, parse_number
from models.labels.outlines import Corners
from models.labels.polygon_fill import Ring, ShapeError, checked_ring

# A data frame writes whole numbers as 3.0, and some locales as 3,0.
_CLASS = re.compile(r"(\d{1,9})(?:[.,]0+)?", re.ASCII)

_OUTSIDE = 0.05
"""How far a share may lie outside 0 to 1: rounding does; pixels in place of shares are further off."""


def class_of_row(line: str) -> int:
    """The class of a line, counted from 0. Raises ``ShapeError`` where the line does not begin with one."""
    first = (line.split() or [""])[0]
    match = _CLASS.fullmatch(first)
    if not match:
        raise ShapeError(f"It begins with '{first[:24]}', which is no class; classes are whole numbers from 0.")
    return int(match.group(1))


def known_class(line: str, class_count: int) -> int:
    """``class_of_row`` where there are so many classes; raises ``ShapeError`` past the last one."""
    number = class_of_row(line)
    if number >= class_count:
        raise ShapeError(f"It is of class {number}; with {class_count} class(es) the highest is {class_count - 1}.")
    return number


def ring_of_row(line: str, size: Size) -> Ring:
    """The line's polygon in pixels. Raises ``ShapeError`` naming what is wrong with it."""
    words = line.split()[1:]
    if len(words) == 4:
        raise ShapeError("It is a box and no outline; export YOLO's segmentation labels.")
    if len(words) % 2:
        raise ShapeError(f"It has {len(words)} coordinates, an odd count; corners are pairs of x and y.")
    try:
        shares = [parse_number(word) for word in words]
    except NumberError as error:
        raise ShapeError(str(error)) from error
    for share in shares:
        if not -_OUTSIDE <= share <= 1 + _OUTSIDE:
            raise ShapeError(f"It holds {share:g}; coordinates are shares of the width and height, from 0 to 1.")
    height, width = size
    return checked_ring([x * width for x in shares[0::2]], [y * height for y in shares[1::2]], size)


def row_of_ring(class_number: int, ring: Corners, size: Size) -> str:
    """The line of a ring in whole pixels; ten decimals bring it back exactly on any frame that can be."""
    height, width = size
    shares = ring / (width, height)
    return f"{class_number} {' '.join(_share(number) for number in shares.reshape(-1).tolist())}\n"


def _share(number: float) -> str:
    return f"{number:.10f}".rstrip("0").rstrip(".")
