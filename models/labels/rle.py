"""Run-length encoding as Kaggle's steel and satellite competitions write it.

A mask is text, ``start length start length …``: pixels are counted down the columns first (column-major), the first
pixel is 1, starts ascend. No pixel is the empty text.
"""

from __future__ import annotations

from typing import NoReturn

import cv2
import numpy as np
import numpy.typing as npt

from models.labels.masks import Mask
from models.labels.runs_text import runs_text

SPREADSHEET_CELL_LIMIT = 32_767
"""Characters a spreadsheet keeps of one cell; it cuts the rest off when it saves a CSV again."""

_MAX_DIGITS = 18
"""Longer numbers do not fit a signed 64-bit integer, and no frame is that large."""

_LARGEST = 10**_MAX_DIGITS - 1
_PLAIN = b"0123456789 "

Runs = npt.NDArray[np.int64]
"""(N, 2): start (counted from 1) and length of every run, in pixels."""


class RleError(ValueError):
    """Text that is no run-length encoding of the frame; the message says what is wrong with it."""


def encode(mask: Mask) -> str:
    """The Kaggle text of an (H, W) bool mask: column-major, 1-based, ascending, adjacent runs joined."""
    # A zero at either end closes runs at the frame's edge.
    flat = np.zeros(mask.size + 2, dtype=np.bool_)
    flat[1:-1] = _transposed(mask).reshape(-1)
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return runs_text(edges[0::2] + 1, edges[1::2] - edges[0::2])


def decode(text: str, size: tuple[int, int]) -> Mask:
    """The (H, W) bool mask of a Kaggle text, C-contiguous; ``size`` is (height, width) in pixels.

    Runs may stand in any order. Raises ``RleError`` naming the fault: an odd count, something that is no whole
    number, a start or length below 1, overlapping runs, or a run past the end of the frame.
    """
    height, width = size
    runs = sorted_runs(text, height * width)
    return _transposed(_filled(runs, height * width).reshape(width, height))


def sorted_runs(text: str, pixel_count: int | None = None) -> Runs:
    """The runs of a Kaggle text by ascending start, checked as in ``decode``; past the end only with a pixel count."""
    try:
        return _checked(_numbers(text), pixel_count)
    except RleError as error:
        if not looks_cut(text):
            raise
        raise RleError(
            f"{error} The cell has exactly {SPREADSHEET_CELL_LIMIT:,} characters, where a spreadsheet cuts it off; "
            "take the file as it was before the spreadsheet saved it."
        ) from error


def looks_cut(text: str) -> bool:
    """Whether the text is as long as a spreadsheet's longest cell, so that its end has probably been cut off."""
    return len(text) == SPREADSHEET_CELL_LIMIT


def area_px(runs: Runs) -> int:
    """How many pixels the runs cover together."""
    return int(runs[:, 1].sum())


def _filled(runs: Runs, pixel_count: int) -> Mask:
    """(pixel_count,) bool, True where a run lies; the runs ascend and do not overlap."""
    ends = np.zeros(2 * len(runs) + 2, dtype=np.int64)
    ends[1:-1:2] = runs[:, 0] - 1
    ends[2:-1:2] = ends[1:-1:2] + runs[:, 1]
    ends[-1] = pixel_count
    inside = np.zeros(ends.size - 1, dtype=np.bool_)
    inside[1::2] = True
    return np.repeat(inside, np.diff(ends))


def _transposed(mask: Mask) -> Mask:
    """The transposed mask, copied so that it is C-contiguous; OpenCV does that several times faster than numpy."""
    if not mask.size:
        return np.zeros(mask.shape[::-1], dtype=np.bool_)
    transposed: Mask = cv2.transpose(np.ascontiguousarray(mask, dtype=np.bool_).view(np.uint8)).view(np.bool_)
    return transposed


def _numbers(text: str) -> npt.NDArray[np.int64]:
    if text.isascii() and not text.encode("ascii").translate(None, _PLAIN):
        # Only digits and spaces: the parser below takes nothing else, and stops at nothing.
        numbers: npt.NDArray[np.int64] = np.fromstring(text, dtype=np.int64, sep=" ")
        # It also ends longer numbers at the largest it knows.
        if not numbers.size or int(numbers.max()) <= _LARGEST:
            return numbers
    tokens = text.split()
    # int() would also take '1_000', '+5' and digits of other scripts, which no other reader does.
    if not all(token.isascii() and token.isdigit() for token in tokens):
        _refuse_first_bad(tokens)
    if any(len(token) > _MAX_DIGITS for token in tokens):
        longest = max(tokens, key=len)
        raise RleError(f"It holds the number {_short(longest)}, which is past the end of any frame.")
    return np.fromiter(map(int, tokens), dtype=np.int64, count=len(tokens))


def _refuse_first_bad(tokens: list[str]) -> NoReturn:
    bad = next(token for token in tokens if not (token.isascii() and token.isdigit()))
    digits = bad.removeprefix("-")
    if digits.isascii() and digits.isdigit():
        raise RleError(f"It holds the negative number {_short(bad)}; starts and lengths count from 1.")
    raise RleError(f"It holds '{_short(bad)}', which is no whole number.")


def _checked(numbers: npt.NDArray[np.int64], pixel_count: int | None) -> Runs:
    if numbers.size % 2:
        raise RleError(f"It holds {numbers.size} numbers, an odd count; runs are pairs of start and length.")
    runs = numbers.reshape(-1, 2)
    _check_each(runs)
    if np.any(runs[1:, 0] < runs[:-1, 0]):
        runs = runs[np.argsort(runs[:, 0], kind="stable")]
    _check_together(runs, pixel_count)
    return runs


def _check_each(runs: Runs) -> None:
    for column, word in ((0, "start"), (1, "length")):
        if np.any(runs[:, column] < 1):
            number = int(np.argmax(runs[:, column] < 1)) + 1
            raise RleError(f"Run {number} has a {word} of zero; {word}s count from 1.")


def _check_together(runs: Runs, pixel_count: int | None) -> None:
    ends: npt.NDArray[np.int64] = runs[:, 0] + runs[:, 1] - 1
    overlapping = runs[1:, 0] <= ends[:-1]
    if np.any(overlapping):
        place = int(np.argmax(overlapping))
        raise RleError(f"The runs at {_run(runs, place)} and {_run(runs, place + 1)} overlap; a pixel may stand once.")
    if pixel_count is not None and runs.shape[0] and ends[-1] > pixel_count:
        raise RleError(
            f"The run at {_run(runs, -1)} ends at pixel {int(ends[-1])}, past the end of a frame of {pixel_count} "
            "pixels; give the frame's right size."
        )


def _run(runs: Runs, place: int) -> str:
    return f"'{int(runs[place, 0])} {int(runs[place, 1])}'"


def _short(token: str) -> str:
    return token if len(token) <= 24 else f"{token[:21]}…"
