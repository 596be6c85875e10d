"""Image headers: how large an image is, without decoding it where the format allows."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np

from models.labels.label_set import Size

# JPEG frame headers: SOF0 to SOF15 without DHT, JPG and DAC (ITU-T T.81, table B.1)
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}

_AS_STORED = cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION
"""Labels count the pixels of the file: an orientation tag must not turn them."""


def header_size(path: Path) -> Size | None:
    """(height, width) in pixels from a PNG's or JPEG's header; ``None`` where it is neither or cannot be read."""
    try:
        with path.open("rb") as stream:
            return _png_size(stream) or _jpeg_size(stream)
    except (OSError, struct.error):
        return None


def image_file_size(path: Path) -> Size | None:
    """(height, width) in pixels of any image; ``None`` where it cannot be read."""
    size = header_size(path)
    if size is not None:
        return size
    try:
        image = cv2.imdecode(np.fromfile(path, dtype=np.uint8), _AS_STORED)
    except (OSError, cv2.error):
        return None
    return None if image is None else (image.shape[0], image.shape[1])


def _png_size(stream: BinaryIO) -> Size | None:
    stream.seek(0)
    head = stream.read(24)
    if head[:8] != b"\x89PNG\r\n\x1a\n" or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:24])
    return height, width


def _jpeg_size(stream: BinaryIO) -> Size | None:
    stream.seek(0)
    if stream.read(2) != b"\xff\xd8":
        return None
    while True:
        marker, kind, length = struct.unpack(">BBH", stream.read(4))
        if marker != 0xFF:
            return None
        if kind in _JPEG_SIZES:
            height, width = struct.unpack(">xHH", stream.read(5))
            return height, width
        stream.seek(length - 2, 1)
