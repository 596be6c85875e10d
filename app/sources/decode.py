"""Bytes become an image, or the reason why they cannot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from app.sources.completeness import Completeness, completeness
from app.sources.quiet import quiet_opencv
from app.words.frame import Image
from app.words.reason import Reason

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
LEAST_SIDE_PX = 16
"""Smaller than this is a thumbnail or an accident, not a frame."""


def decode_image(data: bytes, name: str) -> Image | Reason:
    """The image in ``data``: (H, W) where the file has one channel, else (H, W, 3) RGB; uint8 or uint16.

    Pixels are taken as stored: an orientation tag is not applied, alpha is dropped. ``name`` is for the reason.
    """
    if not data:
        return Reason("empty_file", {"name": name})
    state = completeness(data)
    if state is Completeness.CUT_SHORT:
        return Reason("truncated", {"name": name})
    if state is Completeness.BROKEN:
        return Reason("unreadable", {"name": name})
    quiet_opencv()
    try:
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        pixels = None
    if pixels is None or pixels.dtype not in (np.uint8, np.uint16):
        return Reason("unreadable", {"name": name})
    height, width = pixels.shape[:2]
    if min(height, width) < LEAST_SIDE_PX:
        return Reason("too_small", {"name": name, "width": width, "height": height, "least": LEAST_SIDE_PX})
    return from_opencv(pixels)


def read_image(path: Path, name: str) -> Image | Reason:
    """``decode_image`` of a file; one that cannot be opened is unreadable."""
    try:
        data = path.read_bytes()
    except OSError:
        return Reason("unreadable", {"name": name})
    return decode_image(data, name)


def from_opencv(pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> Image:
    """OpenCV's grey, grey with alpha, BGR or BGRA as (H, W) or (H, W, 3) RGB."""
    if pixels.ndim == 2:
        return pixels
    if pixels.shape[2] < 3:
        return np.ascontiguousarray(pixels[:, :, 0])
    code = cv2.COLOR_BGRA2RGB if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(pixels, code), dtype=pixels.dtype)
