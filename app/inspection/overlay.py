"""Overlay: a frame with its masks in the taxonomy's colours, as an image file for people."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from app.words.frame import Image
from app.words.inspection import Inspection
from models.labels.masks import MaskStack, class_mask, classes_present
from models.labels.replacement import replacement
from models.labels.taxonomy import Taxonomy

FILL_OPACITY: Final = 0.35
_PNG_EFFORT: Final = 1
"""Of 9: an overlay is looked at once, and packing it harder would take longer than finding the defects."""

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_IMAGE_SUFFIX = re.compile(r"\.(png|jpe?g|bmp|tiff?|webp|p[gbpn]m)$", re.IGNORECASE)

Rgb = npt.NDArray[np.uint8]
"""(H, W, 3), red, green, blue."""


def draw_overlay(image: Image, stack: MaskStack | None, taxonomy: Taxonomy) -> Rgb:
    """The frame as 8-bit RGB, each class filled translucently in its colour and outlined in it.

    ``image`` is (H, W) or (H, W, 3) RGB, uint8 or uint16; one of 16 bits is stretched to its brightest pixel. Later
    classes are drawn over earlier ones where they overlap, outlines over all fills.
    """
    drawn = _as_rgb8(image)
    if stack is None:
        return drawn
    masks = [(taxonomy.by_id(class_id).rgb, class_mask(stack, class_id)) for class_id in classes_present(stack)]
    for colour, mask in masks:
        drawn[mask] = (drawn[mask] * (1 - FILL_OPACITY) + np.array(colour) * FILL_OPACITY).astype(np.uint8)
    for colour, mask in masks:
        drawn[_outline(mask)] = colour
    return drawn


def write_overlay(path: Path, inspection: Inspection) -> bool:
    """Write an inspection's overlay as a PNG, whole or not at all; False for one without an image.

    Raises ``OSError`` where the file cannot be written.
    """
    if inspection.frame.image is None:
        return False
    drawn = draw_overlay(inspection.frame.image, inspection.stack, inspection.taxonomy)
    _, encoded = cv2.imencode(
        ".png", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, _PNG_EFFORT]
    )
    with replacement(path) as part:
        part.write_bytes(encoded.tobytes())
    return True


class OverlayNames:
    """File names for overlays: the frame's own with ``.png``, made safe, and never one twice in a run."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def name(self, frame_name: str) -> str:
        """The file name for a frame. ``a.jpg`` gives ``a.png``; where that is taken, ``a.jpg.png``, then a number."""
        safe = _UNSAFE.sub("_", frame_name)
        candidates = [_IMAGE_SUFFIX.sub("", safe), safe]
        number = 2
        # Compared without case: two names that differ in it alone are one file on many a disk.
        while (stem := candidates.pop(0)).lower() in self._given:
            if not candidates:
                candidates.append(f"{safe}-{number}")
                number += 1
        self._given.add(stem.lower())
        return f"{stem}.png"


def _as_rgb8(image: Image) -> Rgb:
    if image.dtype != np.uint8:
        image = (image * (255.0 / max(1, int(image.max(initial=0))))).astype(np.uint8)
    if image.ndim == 2 or image.shape[2] == 1:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    return np.array(image, dtype=np.uint8)


def _outline(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The mask's pixels that touch one outside it, the frame's edge not counted as outside."""
    inner = cv2.erode(mask.view(np.uint8), np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    outline: npt.NDArray[np.bool_] = mask & (inner == 0)
    return outline
