"""Index masks: a folder of PNG files, one a frame, whose pixels are 0 for background and k for the class with id k.

Grey, grey with few bits and palette PNGs are read; 8-bit grey is written. One pixel holds one class.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.labels.frame_files import FrameFiles, FrameNameError, frame_stem
from models.labels.label_set import (
    Decoded,
    FrameLabels,
    LabelError,
    LabelSet,
    RowProblem,
    Size,
    Written,
    checked_size,
    known_frames,
    numbered_taxonomy,
    refuse_nothing,
)
from models.labels.masks import MaskError, empty_stack, index_from_stack, overlap_px, stack_from_index
from models.labels.replacement import replacement
from models.labels.taxonomy import MAX_CLASSES, Taxonomy

Index = npt.NDArray[np.integer[Any]]
"""(H, W): 0 background, k the class with id k."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE = 0, 3
_DROPPED_CHUNKS = (b"PLTE", b"tRNS")


class PngError(ValueError):
    """A PNG file that is no index mask; the message says why."""


def is_index_folder(path: Path) -> bool:
    """Whether this is a folder with at least one PNG file."""
    return path.is_dir() and any(_png_files(path))


def read_index_folder(folder: Path, taxonomy: Taxonomy | None = None) -> LabelSet:
    """The index masks of a folder as a label set; a frame is named by its file.

    Without a taxonomy the classes are numbered up to the highest index found. A file that is no index mask becomes a
    problem. Raises ``LabelError`` where the folder has no PNG file.
    """
    sizes: dict[Path, Size] = {}
    problems: list[RowProblem] = []
    highest = 0
    for path in sorted(_png_files(folder)):
        try:
            index = read_index(path)
            highest = max(highest, _highest(index))
            sizes[path] = checked_size(*index.shape)
        except (PngError, LabelError) as error:
            problems.append(RowProblem(None, path.name, str(error)))
    if not sizes and not problems:
        raise LabelError(f"{folder} has no PNG file; name the folder of index masks.")
    classes = taxonomy or numbered_taxonomy(max(highest, 1))
    frames = {
        path.name: FrameLabels(
            path.name,
            size,
            partial(_decode, path, size, len(classes)),
            # A mask of nothing but background states that there is nothing.
            explicit_empty=True,
        )
        for path, size in sizes.items()
    }
    return LabelSet(classes, frames, tuple(problems))


def read_index(path: Path) -> Index:
    """The (H, W) index mask in a PNG file. Raises ``PngError`` where it is damaged or a colour picture."""
    try:
        return index_of_png(path.read_bytes())
    except OSError as error:
        raise PngError(f"The file cannot be read ({error.strerror}).") from error


def index_of_png(content: bytes) -> Index:
    """The (H, W) index mask in the bytes of a PNG. Raises ``PngError`` as ``read_index`` does."""
    raw, depth = _without_palette(content)
    image = cv2.imdecode(np.frombuffer(raw, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise PngError("The file is damaged; copy it again.")
    if image.ndim == 3:
        if np.any(image[..., :3] != image[..., :1]):
            raise PngError("The file is a colour picture; an index mask is grey or has a palette.")
        image = image[..., 0]
    # OpenCV spreads 1, 2 and 4 bits over 0 to 255; an index is the number as it was stored.
    index: Index = image // (255 // ((1 << depth) - 1)) if depth < 8 else image
    return index


def write_index_folder(
    labels: LabelSet, frames: Iterable[FrameLabels], folder: Path, *, lossy: bool = False
) -> Written:
    """Write one 8-bit PNG a frame into ``folder``, each whole or not at all.

    ``frames`` is gone through once, after ``refuse_overlaps``. Frames whose labels are not wholly known are left out
    and named, because background means 'no defect'. Where ``lossy``, overlapping classes leave the lowest id.
    """
    problems = list(labels.problems)
    files = FrameFiles(".png")
    count = 0
    for frame, decoded in known_frames(frames, problems):
        try:
            name = files.claim(frame.name)
        except FrameNameError as error:
            problems.append(RowProblem(None, frame.name, str(error)))
            continue
        _write_png(folder / name, index_from_stack(decoded.stack, lossy=lossy))
        count += 1
    refuse_nothing(folder, count, problems)
    return Written(frames=count, rows=count, problems=tuple(problems))


def refuse_overlaps(frames: Iterable[FrameLabels]) -> None:
    """Raise ``LabelError`` with the count where classes overlap in any frame; an index mask would lose one of them."""
    counts = {frame.name: overlap_px(frame.decode().stack) for frame in frames}
    overlapping = {name: count for name, count in counts.items() if count}
    if overlapping:
        name, count = next(iter(overlapping.items()))
        raise LabelError(
            f"{sum(overlapping.values())} pixel(s) in {len(overlapping)} frame(s) carry several classes (the first is "
            f"{name} with {count}), and an index mask holds one; convert to kaggle or coco. Nothing was written."
        )


def png_name(frame_name: str) -> str:
    """The mask file's name: the frame's with .png for its image suffix; a video's NAME#000000 keeps all of it."""
    return f"{frame_stem(frame_name)}.png"


def _png_files(folder: Path) -> Iterator[Path]:
    try:
        yield from (path for path in folder.iterdir() if path.suffix.lower() == ".png" and path.is_file())
    except OSError as error:
        raise LabelError(f"{folder} cannot be read ({error.strerror}); name the folder of index masks.") from error


def _decode(path: Path, size: Size, class_count: int) -> Decoded:
    try:
        return Decoded(stack_from_index(read_index(path), class_count))
    except (PngError, MaskError) as error:
        return Decoded(empty_stack(*size, class_count), (RowProblem(None, path.name, str(error)),), complete=False)


def _highest(index: Index) -> int:
    highest = int(index.max(initial=0))
    if highest > MAX_CLASSES:
        raise PngError(
            f"The file holds the value {highest}; an index mask holds 0 and the class ids 1 to {MAX_CLASSES}."
        )
    return highest


def _without_palette(content: bytes) -> tuple[bytes, int]:
    """The PNG with its samples as grey, checked chunk by chunk, and the bits of a sample.

    OpenCV would turn a palette into colours; a palette image read as grey gives the indices themselves. Its decoder
    also hands out half a picture for half a file, so that the file's wholeness is checked here (PNG specification,
    chapters 5 and 11).
    """
    if not content.startswith(_SIGNATURE):
        raise PngError("The file is no PNG." if content else "The file is empty; copy it again.")
    kept = [_SIGNATURE]
    depth = 0
    place = len(_SIGNATURE)
    while place + 12 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, place)
        body, place = content[place + 8 : place + 8 + length], place + 12 + length
        if place > len(content):
            break
        if zlib.crc32(kind + body) != struct.unpack_from(">I", content, place - 4)[0]:
            raise PngError("The file is damaged (a checksum differs); copy it again.")
        if kind == b"IHDR" and length == 13:
            depth = body[8]
            body = body[:9] + bytes([_GREY if body[9] == _PALETTE else body[9]]) + body[10:]
        if kind not in _DROPPED_CHUNKS:
            kept.append(struct.pack(">I", length) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))
        if kind == b"IEND" and depth:
            return b"".join(kept), depth
    raise PngError("The file is cut short; copy it again.")


def _write_png(path: Path, index: npt.NDArray[np.uint8]) -> None:
    _, encoded = cv2.imencode(".png", index)
    with replacement(path) as part:
        part.write_bytes(encoded.tobytes())
