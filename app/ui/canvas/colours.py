"""Colour tables: from the bits of a mask stack to the pixels of the overlay, one look-up a pixel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy

Pixels = npt.NDArray[np.uint32]
"""(H, W), one 0xAARRGGBB a pixel, colours multiplied by alpha (Qt's ARGB32_Premultiplied)."""

# A table of 65,536 entries is built in milliseconds; wider stacks are first reduced to one class a pixel.
_MOST_TABLE_BITS = 16


class StackColours:
    """The colour tables of one taxonomy: which classes are shown, and how opaque their fill is.

    The fill of a pixel with several classes is the mean of their colours; its outline takes the class with the lowest
    id. Outlines are always opaque, so that an opacity of 0 shows outlines alone.
    """

    def __init__(self, taxonomy: Taxonomy, hidden: Iterable[int] = (), opacity: float = 0.45) -> None:
        """``hidden`` holds class ids, ``opacity`` of the fill runs from 0 to 1."""
        self.taxonomy = taxonomy
        hidden_ids = frozenset(hidden)
        self.visible_bits = sum(1 << (c.id - 1) for c in taxonomy if c.id not in hidden_ids)
        self._rgb = np.array([(0, 0, 0), *(c.rgb for c in taxonomy)], dtype=np.float64)
        self._alpha = round(255 * min(max(opacity, 0.0), 1.0))
        self._table_bits = min(taxonomy.stack_dtype.itemsize * 8, _MOST_TABLE_BITS)
        if taxonomy.stack_dtype.itemsize * 8 <= _MOST_TABLE_BITS:
            self._fill = self._fill_table()
            self._outline = self._outline_table()
        else:
            self._fill = premultiplied(self._rgb, np.where(np.arange(len(self._rgb)) > 0, self._alpha, 0))
            self._outline = premultiplied(self._rgb, np.where(np.arange(len(self._rgb)) > 0, 255, 0))

    def paint(self, stack: MaskStack, edges: MaskStack) -> Pixels:
        """The overlay's pixels for a piece of the stack and for the bits that lie on an outline, both (H, W)."""
        if stack.dtype.itemsize * 8 <= self._table_bits:
            fill, outline = self._fill[stack], self._outline[edges]
        else:
            fill, outline = self._fill[self._first_class(stack)], self._outline[self._first_class(edges)]
        np.copyto(fill, outline, where=outline != 0)
        return fill

    def _fill_table(self) -> Pixels:
        """One entry for every value a stack of up to 16 bits can hold."""
        values = np.arange(1 << self._table_bits, dtype=np.uint32)
        total = np.zeros((values.size, 3))
        count = np.zeros(values.size)
        for bit in range(len(self.taxonomy)):
            carries = (values >> bit & self.visible_bits >> bit & 1).astype(bool)
            total[carries] += self._rgb[bit + 1]
            count += carries
        mean = total / np.maximum(count, 1)[:, None]
        return premultiplied(mean, np.where(count > 0, self._alpha, 0))

    def _outline_table(self) -> Pixels:
        return premultiplied(
            self._rgb[self._first_class(np.arange(1 << self._table_bits, dtype=np.uint32))],
            np.where(np.arange(1 << self._table_bits) & self.visible_bits, 255, 0),
        )

    def _first_class(self, stack: MaskStack) -> npt.NDArray[np.uint8]:
        """The lowest class id shown at each pixel, 0 for none."""
        first = np.zeros(stack.shape, dtype=np.uint8)
        for bit in reversed(range(len(self.taxonomy))):
            if self.visible_bits >> bit & 1:
                first[(stack & stack.dtype.type(1 << bit)) != 0] = bit + 1
        return first


def premultiplied(rgb: npt.NDArray[np.float64], alpha: npt.NDArray[np.integer[Any]]) -> Pixels:
    """0xAARRGGBB from (N, 3) colours of 0 to 255 and (N,) alphas of 0 to 255."""
    channels = np.rint(rgb * alpha[:, None] / 255).astype(np.uint32)
    pixels = alpha.astype(np.uint32) << 24 | channels[:, 0] << 16 | channels[:, 1] << 8 | channels[:, 2]
    return pixels.astype(np.uint32)
