"""The size a network works at: frames of any size are brought to it, and what is drawn is brought back.

Both are graphs without branches, so that a bundle of such a network runs on frames of any size on every runtime.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional

MULTIPLE_OF_RESIZED_PX = 8
"""What height and width of a frame must be multiples of where the network brings it to a size of its own."""

InputPx = Sequence[int] | int | None
"""Option ``input_px``: [height, width], or one number for a square; 0 or none takes frames as they come."""


def read_input_px(value: InputPx, multiple_px: int = 1) -> tuple[int, int] | None:
    """(height, width) px, or ``None`` for frames as they come.

    Raises ``ValueError`` for anything else than two positive multiples of ``multiple_px``.
    """
    if not value:
        return None
    sides = (value, value) if isinstance(value, int) else tuple(value)
    whole = all(isinstance(side, int) and side > 0 and side % multiple_px == 0 for side in sides)
    if len(sides) != 2 or not whole:
        of_what = "whole numbers" if multiple_px == 1 else f"multiples of {multiple_px}"
        raise ValueError(f"input_px is {value} and must be [height, width] in pixels, two {of_what}")
    return sides[0], sides[1]


def brought_to(x: Tensor, input_px: tuple[int, int] | None) -> Tensor:
    """(N, C, H, W) as (N, C, *input_px): each pixel the mean of those it covers; ``None`` leaves the size.

    Where the frame is the smaller one, pixels are repeated, and averaged where they meet.
    """
    return x if input_px is None else functional.adaptive_avg_pool2d(x, input_px)


def brought_back(logits: Tensor, frame: Tensor) -> Tensor:
    """Logits (N, P, h, w) at the size of ``frame`` (N, C, H, W), between their places bilinear."""
    return functional.interpolate(logits, size=frame.shape[-2:], mode="bilinear", align_corners=False)
