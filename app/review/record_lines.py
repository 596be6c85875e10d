"""Record lines: JSON lines with a checksum, of which a crash can tear only the last."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def record_line(entry: Mapping[str, Any]) -> bytes:
    """One line, ``CRC32 JSON``, its end included."""
    body = json.dumps(entry, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def whole_lines(path: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """The entries up to the first torn line, each with the file's length up to its end, in bytes."""
    length = 0
    with path.open("rb") as stream:
        for line in stream:
            checksum, _, body = line.removesuffix(b"\n").partition(b" ")
            if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body):
                return
            length += len(line)
            entry: dict[str, Any] = json.loads(body)
            yield entry, length


def whole_length(path: Path) -> int:
    """How many bytes of the file are whole lines."""
    return max((length for _, length in whole_lines(path)), default=0)
