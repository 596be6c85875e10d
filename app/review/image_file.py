"""Image files of a frames folder: which there are, how large they are and what they hold."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from app.words.frame import Image
from app.words.reason import Reason
from models.labels.image_header import header_size

SUFFIXES = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})

_AS_STORED = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR | cv2.IMREAD_IGNORE_ORIENTATION
"""Labels count the pixels of the file: an orientation tag must not turn them."""


def image_names(folder: Path) -> list[str]:
    """Names of the image files directly in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())


def image_size(path: Path) -> tuple[int, int] | None:
    """(height, width) in pixels, from the header alone where the format allows; ``None`` where it is no image."""
    size = header_size(path)
    if size is not None:
        return size
    image, _ = read_image(path)
    return None if image is None else (image.shape[0], image.shape[1])


def read_image(path: Path) -> tuple[Image | None, Reason | None]:
    """The image, (H, W) or (H, W, 3) RGB, uint8 or uint16; or ``None`` and why it cannot be read."""
    try:
        data = np.fromfile(path, dtype=np.uint8)
    except OSError:
        return None, Reason("unreadable", {"name": path.name})
    if not data.size:
        return None, Reason("empty_file", {"name": path.name})
    try:
        image = cv2.imdecode(data, _AS_STORED)
    except cv2.error:
        image = None
    if image is None or image.dtype not in (np.uint8, np.uint16):
        return None, Reason("unreadable", {"name": path.name})
    return (cv2.cvtColor(image, cv2.COLOR_BGR2RGB) if image.ndim == 3 else image), None
