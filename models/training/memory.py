"""Memory of a training: on the CPU what is freed is kept for the next step; where it runs out that is recognised."""

from __future__ import annotations

import ctypes
import sys

import torch

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4
NEVER = -1


def keep_freed_memory() -> bool:
    """Tell the C library (glibc) not to give large blocks back to the system; whether it took the advice.

    Every step frees and takes the same gigabytes; given back, each page is cleared again at its next touch, which
    costs a quarter of the step on two cores (0.9 s instead of 1.2 s). Parameters as in mallopt(3).
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    advice = ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, NEVER), (M_TOP_PAD, 256 << 20))
    return all(mallopt(parameter, value) == 1 for parameter, value in advice)


def full_memory_is_told(device: torch.device) -> bool:
    """Whether a batch too large ends in an error that can be caught; beside a CPU the system swaps or kills instead."""
    return device.type == "cuda"


def memory_is_full(error: BaseException) -> bool:
    """Whether an error says that memory ran out, on a GPU or on the CPU (where torch has no type of its own for it)."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    words = ("can't allocate memory", "not enough memory", "out of memory")
    return isinstance(error, RuntimeError) and any(text in str(error) for text in words)
