"""Pictures of labelled frames for a page: classes tinted, outlined in their colours, and what is meant in a box."""

from __future__ import annotations

import html
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.evaluation.pictures import WIDTH_PX, Picture, overlay, packed
from models.labels.masks import MaskStack, class_mask, classes_present, empty_stack, set_class
from models.labels.taxonomy import Taxonomy

_LEAST_WIDTH_PX = 320
_TINT = 0.3
"""Less than elsewhere: what is judged here is the steel below a label, and the outline says where that ends."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture to draw: ``words`` below it, a frame, (H, W) or (H, W, 3) RGB, and the (H, W) stack drawn into it."""

    words: str
    image: npt.NDArray[np.uint8]
    stack: MaskStack


def labelled_picture(
    image: npt.NDArray[np.uint8],
    stack: MaskStack,
    taxonomy: Taxonomy,
    box_px: tuple[int, int, int, int] | None = None,
) -> str:
    """An ``<img>`` of a (H, W) or (H, W, 3) RGB frame with its (H, W) stack; ``box_px`` (x, y, w, h) is framed."""
    drawn = labelled_frame(image, stack, taxonomy, box_px)
    height, width = drawn.shape[:2]
    return f'<img alt="" width="{width}" height="{height}" src="{packed(drawn, width)}">'


def labelled_frame(
    image: npt.NDArray[np.uint8],
    stack: MaskStack,
    taxonomy: Taxonomy,
    box_px: tuple[int, int, int, int] | None = None,
) -> Picture:
    """The frame, (h, w, 3) RGB, tinted and outlined, 320 to ``WIDTH_PX`` pixels wide.

    It is scaled before anything is drawn, so that outlines stay one pixel wide and a thin defect stays seen.
    """
    width = stack.shape[1]
    scale = min(max(1.0, _LEAST_WIDTH_PX / width), WIDTH_PX / width)
    small = _scaled(stack, scale, len(taxonomy))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(image, (small.shape[1], small.shape[0]), interpolation=way).astype(np.uint8)
    drawn = overlay(resized, small, taxonomy, _TINT)
    for class_id in classes_present(small):
        mask = class_mask(small, class_id).astype(np.uint8)
        outlines, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(drawn, outlines, -1, taxonomy.by_id(class_id).rgb, 1)
    if box_px is not None:
        _frame(drawn, box_px, scale)
    return drawn


def figure(picture: str, caption: str) -> str:
    """A picture with a caption of plain text below, as HTML."""
    return f"<figure>{picture}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _scaled(stack: MaskStack, scale: float, class_count: int) -> MaskStack:
    """The stack times ``scale``; a line that is there before is there after, however thin."""
    height, width = (max(1, round(side * scale)) for side in stack.shape)
    # Half a pixel is the true edge; of a shrunk line of one pixel no more than scale / 2 may fall into any pixel.
    least = min(0.25, 0.45 * scale) if scale < 1 else 0.5
    scaled = empty_stack(height, width, class_count)
    for class_id in classes_present(stack):
        share = cv2.resize(
            class_mask(stack, class_id).astype(np.float32), (width, height), interpolation=cv2.INTER_AREA
        )
        set_class(scaled, class_id, share > least)
    return scaled


def _frame(drawn: Picture, box_px: tuple[int, int, int, int], scale: float) -> None:
    """A white box with a black rim, which is seen on any steel and is no class's colour."""
    left, top, width, height = box_px
    # Within the picture, so that the box of a piece that runs through the frame is closed.
    start = (max(1, round(left * scale) - 4), max(1, round(top * scale) - 4))
    end = (
        min(drawn.shape[1] - 2, round((left + width) * scale) + 3),
        min(drawn.shape[0] - 2, round((top + height) * scale) + 3),
    )
    cv2.rectangle(drawn, start, end, (0, 0, 0), 3)
    cv2.rectangle(drawn, start, end, (255, 255, 255), 1)
