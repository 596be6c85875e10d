"""Pictures of labelled frames for a page: classes tinted and outlined in their colours, as files within the HTML."""

from __future__ import annotations

import base64
import html
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.labels.masks import MaskStack, class_mask, classes_present
from models.labels.taxonomy import Taxonomy

WIDTH_PX = 560
"""Wider pictures are scaled down to it; the page is looked through, not measured in."""
_LEAST_WIDTH_PX = 320
_TINT = 0.3

Rgb = npt.NDArray[np.uint8]


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
    """An ``<img>`` of a (H, W) or (H, W, 3) RGB frame with its (H, W) stack; ``box_px`` (x, y, w, h) is framed.

    The frame is scaled before anything is drawn, so that outlines stay one pixel wide and a thin defect stays seen.
    """
    height, width = stack.shape
    scale = min(max(1.0, _LEAST_WIDTH_PX / width), WIDTH_PX / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    drawn = cv2.resize(_as_rgb(image), size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    masks = [
        (taxonomy.by_id(class_id).rgb, _scaled(class_mask(stack, class_id), size))
        for class_id in classes_present(stack)
    ]
    for colour, mask in masks:
        drawn[mask] = ((1 - _TINT) * drawn[mask] + _TINT * np.array(colour)).astype(np.uint8)
    for colour, mask in masks:
        outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(drawn, outlines, -1, colour, 1)
    if box_px is not None:
        _frame(drawn, box_px, scale)
    return f'<img alt="" width="{size[0]}" height="{size[1]}" src="data:image/jpeg;base64,{_jpeg(drawn)}">'


def figure(picture: str, caption: str) -> str:
    """A picture with a caption of plain text below, as HTML."""
    return f"<figure>{picture}<figcaption>{html.escape(caption)}</figcaption></figure>"


def _scaled(mask: npt.NDArray[np.bool_], size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """The mask at ``size`` (width, height); what is there before is there after, however thin."""
    share = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    scaled: npt.NDArray[np.bool_] = share > (0.25 if size[0] < mask.shape[1] else 0.5)
    return scaled


def _frame(drawn: Rgb, box_px: tuple[int, int, int, int], scale: float) -> None:
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


def _as_rgb(image: npt.NDArray[np.uint8]) -> Rgb:
    return image.copy() if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)


def _jpeg(image: Rgb) -> str:
    """A quarter of a PNG's size, with colours at full size: outlines are one pixel wide."""
    sampling = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    done, encoded = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92, *sampling])
    assert done, "JPEG takes any 8-bit image"
    return base64.b64encode(encoded.tobytes()).decode("ascii")
