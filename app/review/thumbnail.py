"""Thumbnail: a frame with its masks, small enough to stand beside the one being drawn."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from app.words.frame import Image
from models.evaluation.pictures import overlay
from models.labels.masks import MaskStack, shrink
from models.labels.taxonomy import Taxonomy

Rgb = npt.NDArray[np.uint8]


def thumbnail(image: Image, stack: MaskStack | None, taxonomy: Taxonomy, width_px: int, height_px: int) -> Rgb:
    """The frame as (h, w, 3) 8-bit RGB, at most ``height_px`` by ``width_px``, its masks in their classes' colours.

    ``image`` is (H, W) or (H, W, 3), uint8 or uint16; one of 16 bits is stretched to its brightest pixel. It is shrunk
    by a whole factor and never enlarged; a one-pixel scratch keeps its colour.
    """
    height, width = image.shape[:2]
    if image.dtype != np.uint8:
        image = (image * (255.0 / max(1, int(image.max(initial=0))))).astype(np.uint8)
    factor = max(-(-width // width_px), -(-height // height_px), 1)
    masks = shrink(np.zeros((height, width), taxonomy.stack_dtype) if stack is None else stack, factor)
    size = masks.shape[1], masks.shape[0]
    return overlay(cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8), masks, taxonomy)
