"""The text of run lengths, at the speed of array look-ups: half a million numbers a frame must not hold up a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

_AT_ONCE = 4096
"""So many runs' bytes stay in the processor's cache."""

_FEW = 32
"""Up to so many runs, looking up costs more than it saves."""

_LARGEST = 999_999
"""What two groups of three digits hold."""

Numbers = npt.NDArray[np.integer[Any]]
Groups = npt.NDArray[np.uint32]
"""Four bytes each: a space or nothing, then up to three digits; a byte of zero stands for no letter."""


def runs_text(starts: Numbers, lengths: Numbers) -> str:
    """``start length start length …`` of (N,) starts and (N,) lengths from 0 up, decimal, one space between numbers."""
    if starts.size <= _FEW or max(int(starts.max()), int(lengths.max())) > _LARGEST:
        return " ".join(map(str, np.column_stack((starts, lengths)).reshape(-1).tolist()))
    pieces = (slice(first, first + _AT_ONCE) for first in range(0, starts.size, _AT_ONCE))
    # Every number comes after a space, the first one too.
    return b"".join(_bytes_of(starts[piece], lengths[piece]) for piece in pieces)[1:].decode("ascii")


def _bytes_of(starts: Numbers, lengths: Numbers) -> bytes:
    columns = [*_columns(starts), *_columns(lengths)]
    groups = np.empty((starts.size, len(columns)), dtype=np.uint32)
    for place, column in enumerate(columns):
        groups[:, place] = column
    return groups.tobytes().translate(None, b"\0")


def _columns(numbers: Numbers) -> Iterator[Groups]:
    """The groups of each number, its thousands first where any number has some."""
    small = numbers.astype(np.uint32)
    if int(small.max()) < 1000:
        yield _FIRST.take(small)
        return
    thousands = small // np.uint32(1000)
    yield _THOUSANDS.take(thousands)
    # After a group of thousands the last three digits keep their leading zeros and take no space.
    yield _FIRST_OR_NEXT.take(small - thousands * np.uint32(1000) + (thousands > 0) * np.uint32(1000))


def _groups(template: str) -> Groups:
    """The groups of 0 to 999, each as ``template`` writes it."""
    letters = b"".join(template.format(number).rjust(4, "\0").encode("ascii") for number in range(1000))
    return np.frombuffer(letters, dtype=np.uint32)


_FIRST = _groups(" {}")
_THOUSANDS = np.where(np.arange(1000) > 0, _FIRST, np.uint32(0))
_FIRST_OR_NEXT = np.concatenate([_FIRST, _groups("{:03d}")])
