"""Whether the bytes of an image file are all there, told from its structure alone.

Decoders fill up what is missing with grey or with what stood in memory, and a half-written frame would pass for steel.
Formats: JPEG (ITU-T T.81, annex B), PNG (W3C PNG, 5.3), BMP (BITMAPFILEHEADER), TIFF 6.0 (section 2), WebP (RFC 9649).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from enum import Enum, auto

_TIFF_UNITS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_STRIP_TAGS = ((273, 279), (324, 325))
"""Offsets and byte counts: of strips, of tiles."""


class Completeness(Enum):
    """What the structure says."""

    COMPLETE = auto()
    CUT_SHORT = auto()
    BROKEN = auto()
    """All there, but not as it was written."""
    UNKNOWN = auto()
    """No format known here; let the decoder say."""


def completeness(data: bytes) -> Completeness:
    """Look at the whole file ``data``."""
    for magic, look in _FORMATS:
        if data.startswith(magic):
            try:
                return look(data)
            except (struct.error, IndexError):
                return Completeness.CUT_SHORT
    return Completeness.UNKNOWN


def end_marked(data: bytes) -> bool:
    """Whether the format ends with a mark of its own, so that a complete file is complete however fresh it is."""
    return data.startswith((b"\xff\xd8", b"\x89PNG"))


def _jpeg(data: bytes) -> Completeness:
    place = 2
    while data[place] == 0xFF:
        marker = data[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker == 0xDA:
            # Inside a scan 0xFF is always followed by 0 or a restart marker, so this end is no accident.
            return Completeness.COMPLETE if data.find(b"\xff\xd9", place) > 0 else Completeness.CUT_SHORT
        place += 2 + int(struct.unpack_from(">H", data, place + 2)[0])
    # A file given its full size in advance is zeros where it has not been written yet.
    return Completeness.BROKEN if any(data[place:]) else Completeness.CUT_SHORT


def _png(data: bytes) -> Completeness:
    place = 8
    while True:
        length, kind = struct.unpack_from(">I4s", data, place)
        (checksum,) = struct.unpack_from(">I", data, place + 8 + length)
        if zlib.crc32(memoryview(data)[place + 4 : place + 8 + length]) != checksum:
            return Completeness.BROKEN
        if kind == b"IEND":
            return Completeness.COMPLETE
        place += 12 + length


def _bmp(data: bytes) -> Completeness:
    (size,) = struct.unpack_from("<I", data, 2)
    return Completeness.COMPLETE if size <= len(data) else Completeness.CUT_SHORT


def _webp(data: bytes) -> Completeness:
    (size,) = struct.unpack_from("<I", data, 4)
    return Completeness.COMPLETE if size + 8 <= len(data) else Completeness.CUT_SHORT


def _tiff(data: bytes) -> Completeness:
    order = "<" if data.startswith(b"II") else ">"
    (directory,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, directory)
    entries = dict(_tiff_entry(data, order, directory + 2 + 12 * place) for place in range(count))
    for offsets, sizes in _STRIP_TAGS:
        for offset, size in zip(entries.get(offsets, ()), entries.get(sizes, ()), strict=False):
            if offset + size > len(data):
                return Completeness.CUT_SHORT
    return Completeness.COMPLETE


def _tiff_entry(data: bytes, order: str, place: int) -> tuple[int, tuple[int, ...]]:
    """A directory entry's tag and its values; no values where they are not whole numbers."""
    tag, kind, count = struct.unpack_from(order + "HHI", data, place)
    unit = _TIFF_UNITS.get(kind)
    if unit is None:
        return tag, ()
    layout = f"{order}{count}{unit}"
    place += 8
    if struct.calcsize(layout) > 4:
        (place,) = struct.unpack_from(order + "I", data, place)
    return tag, struct.unpack_from(layout, data, place)


_FORMATS: tuple[tuple[bytes, Callable[[bytes], Completeness]], ...] = (
    (b"\xff\xd8", _jpeg),
    (b"\x89PNG\r\n\x1a\n", _png),
    (b"BM", _bmp),
    (b"RIFF", _webp),
    (b"II*\x00", _tiff),
    (b"MM\x00*", _tiff),
)
"""How each format begins, and who looks at it."""
