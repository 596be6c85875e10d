"""Kaggle's label CSV in its three column styles: read row by row, decoded when asked, written whole.

The steel competition's files came as ``ImageId,ClassId,EncodedPixels`` with a row for every class found, and as
``ImageId_ClassId,EncodedPixels``, in sample submissions with an empty cell for every class that is absent. The masks
are run lengths as in ``models.labels.rle``. Numbers never depend on the locale.
"""

from __future__ import annotations

import csv
import gc
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

import numpy as np

from models.labels.kaggle_rows import CUT_REMEDY, PIXELS_COLUMN, FrameRows, KaggleStyle, RowReader
from models.labels.label_set import (
    Decoded,
    FrameLabels,
    LabelError,
    LabelSet,
    RowProblem,
    Size,
    Written,
    known_frames,
    numbered_taxonomy,
    refuse_nothing,
)
from models.labels.masks import Mask, MaskStack, class_mask, empty_stack, set_class
from models.labels.replacement import text_replacement
from models.labels.rle import SPREADSHEET_CELL_LIMIT, RleError, decode, encode, looks_cut
from models.labels.taxonomy import Taxonomy

__all__ = [
    "FRAME_SIZE",
    "KaggleFile",
    "KaggleStyle",
    "RowWriter",
    "is_kaggle",
    "labels_csv",
    "read_kaggle",
    "write_kaggle",
    "write_label_set",
]

_BLOCK_BYTES = 1 << 23
"""A file is read in such pieces: larger ones take memory and save no time."""

FRAME_SIZE: Size = (256, 1600)
"""The steel competition's frames; the CSV itself names no size."""


@dataclass(frozen=True, slots=True, eq=False)
class KaggleFile:
    """A label CSV as text by frame, in the file's order; masks are decoded when asked for and not kept.

    ``class_count`` is the highest class id in the file. ``problems`` are those of rows that could not be used at all.
    """

    path: Path
    style: KaggleStyle
    frames: dict[str, FrameRows]
    class_count: int
    problems: tuple[RowProblem, ...]

    def explicit_empty(self, name: str) -> bool:
        """Whether the file says of this frame that every class is absent; a frame it does not mention is unknown."""
        rows = self.frames.get(name)
        if rows is None or rows.cells or rows.broken:
            return False
        return len(rows.absent) == max(self.class_count, 1) or 0 in rows.absent

    def decode(self, name: str, size: Size, class_count: int | None = None) -> Decoded:
        """The frame's (H, W) stack of ``class_count`` classes (the file's own number where ``None``).

        Rows that cannot be used are left out and named in the problems. A frame the file does not mention comes back
        empty and not ``complete``.
        """
        rows = self.frames.get(name)
        count = class_count or max(self.class_count, 1)
        if rows is None:
            return Decoded(empty_stack(*size, count), complete=False)
        return _decode_frame(name, rows, size, count)

    def label_set(
        self,
        size: Size = FRAME_SIZE,
        taxonomy: Taxonomy | None = None,
        sizes: Mapping[str, Size] = MappingProxyType({}),
    ) -> LabelSet:
        """The file as a label set whose frames have one ``size`` but for those that ``sizes`` names.

        Classes are numbered without a taxonomy.
        """
        classes = taxonomy or numbered_taxonomy(max(self.class_count, 1))
        return LabelSet(
            taxonomy=classes,
            problems=self.problems,
            frames={
                name: FrameLabels(
                    name=name,
                    size=sizes.get(name, size),
                    decode=partial(self.decode, name, sizes.get(name, size), len(classes)),
                    explicit_empty=self.explicit_empty(name),
                )
                for name in self.frames
            },
        )


def is_kaggle(path: Path) -> bool:
    """Whether the file is a CSV by its name or begins with the header of one of the column styles."""
    if not path.is_file() or path.suffix.lower() in {".csv", ".tsv"}:
        return path.is_file()
    with path.open("rb") as stream:
        return PIXELS_COLUMN.lower().encode() in stream.readline(4096).lower()


def read_kaggle(path: Path) -> KaggleFile:
    """Read a label CSV in any of the column styles: UTF-8 with or without a byte-order mark, any line ends, quotes.

    A row that cannot be used becomes a problem and the rest goes on. Raises ``LabelError`` where the file cannot be
    read or has no such header.
    """
    reader = RowReader(path)
    try:
        blocks = _blocks(path)
        header, _, rest = next(blocks, "").partition("\n")
        reader.take_header(header)
        number = 2
        with _no_collection():
            for block in chain((rest,), blocks):
                number += reader.take_block(number, block)
    except OSError as error:
        raise LabelError(f"{path} cannot be read ({error.strerror}); name a label CSV that is there.") from error
    return KaggleFile(path, reader.style, reader.frames, reader.class_count, tuple(reader.problems))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Rows refer to nothing that refers back: looking for cycles among 100,000 takes as long as reading them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _blocks(path: Path) -> Iterator[str]:
    """The file's text in blocks of whole lines, ends of any kind as line feeds, without a byte-order mark.

    A byte that is no UTF-8 becomes a surrogate, so that it costs its own row and not the file.
    """
    with path.open("rb") as stream:
        rest = stream.read(len(BOM_UTF8)).removeprefix(BOM_UTF8)
        while read := stream.read(_BLOCK_BYTES):
            lines, end, rest = (rest + read).rpartition(b"\n")
            if end:
                yield _with_line_feeds(lines + end)
        if rest:
            yield _with_line_feeds(rest)


def _with_line_feeds(block: bytes) -> str:
    text = block.decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class RowWriter:
    """Writes a label CSV to a text stream, frame by frame."""

    def __init__(self, stream: TextIO, style: KaggleStyle, class_count: int) -> None:
        self._stream = stream
        self._rows = csv.writer(stream, lineterminator="\n")
        self._style = style
        self._class_count = class_count
        self._rows.writerow(style.columns)

    def add(self, name: str, stack: MaskStack) -> int:
        """Write the rows of one frame, (H, W), and return how many; in the ``full`` style also for absent classes.

        Give the ``full`` style only frames that somebody or something has looked at: an empty cell says 'absent'.
        """
        if not name or any(letter in name for letter in "\r\n"):
            raise LabelError(f"A frame named {name!r} cannot stand in a CSV row; rename it.")
        written = 0
        for class_id in range(1, self._class_count + 1):
            text = encode(class_mask(stack, class_id))
            if text or self._style is KaggleStyle.FULL:
                key = (name, class_id) if self._style is KaggleStyle.SPLIT else (f"{name}_{class_id}",)
                self._rows.writerow((*key, text))
                written += 1
        # Whoever looks at a long run's unfinished file sees whole frames.
        self._stream.flush()
        return written


@contextmanager
def labels_csv(path: Path, class_count: int, style: KaggleStyle = KaggleStyle.SPLIT) -> Iterator[RowWriter]:
    """A label CSV to add frames to one by one; it takes its place at the end of the block.

    An error within the block leaves the file that was there before.
    """
    with text_replacement(path) as stream:
        yield RowWriter(stream, style, class_count)


def write_kaggle(
    path: Path, frames: Iterable[tuple[str, MaskStack]], class_count: int, style: KaggleStyle = KaggleStyle.SPLIT
) -> int:
    """Write frames' names and (H, W) stacks as a whole label CSV or not at all; the number of rows."""
    with labels_csv(path, class_count, style) as rows:
        return sum(rows.add(name, stack) for name, stack in frames)


def write_label_set(labels: LabelSet, frames: Iterable[FrameLabels], path: Path, style: KaggleStyle) -> Written:
    """Write ``frames`` of a label set as one label CSV, whole or not at all.

    The ``full`` style states what is absent: frames whose labels are not wholly known are left out and named. The
    others have no way to state it: frames known to be empty are counted as ``unstated``.
    """
    problems = list(labels.problems)
    frame_count = row_count = unstated = 0
    with labels_csv(path, len(labels.taxonomy), style) as rows:
        for frame, decoded in (known_frames if style is KaggleStyle.FULL else _all_frames)(frames, problems):
            written = rows.add(frame.name, decoded.stack)
            row_count += written
            frame_count += written > 0
            unstated += not written and frame.explicit_empty
        refuse_nothing(path, frame_count + unstated, problems)
    return Written(frame_count, row_count, tuple(problems), unstated)


def _all_frames(frames: Iterable[FrameLabels], problems: list[RowProblem]) -> Iterator[tuple[FrameLabels, Decoded]]:
    for frame in frames:
        decoded = frame.decode()
        problems.extend(decoded.problems)
        yield frame, decoded


def _decode_frame(name: str, rows: FrameRows, size: Size, class_count: int) -> Decoded:
    stack = empty_stack(*size, class_count)
    problems: list[RowProblem] = []
    complete = not rows.broken
    for line, class_id, text in rows.cells:
        try:
            mask = _decode_cell(class_id, text, size, class_count)
        except RleError as error:
            problems.append(RowProblem(line, name, str(error)))
            complete = False
            continue
        before = class_mask(stack, class_id)
        overlap = int(np.count_nonzero(before & mask))
        set_class(stack, class_id, before | mask)
        sentences = []
        if overlap:
            sentences.append(f"It names {overlap} pixel(s) of class {class_id} that another row names, too.")
        if class_id in rows.absent:
            sentences.append(f"Class {class_id} has pixels in this row and an empty cell in another.")
        if looks_cut(text):
            complete = False
            sentences.append(f"The cell has exactly {SPREADSHEET_CELL_LIMIT:,} characters. {CUT_REMEDY}")
        problems.extend(RowProblem(line, name, sentence) for sentence in sentences)
    return Decoded(stack, tuple(problems), complete)


def _decode_cell(class_id: int, text: str, size: Size, class_count: int) -> Mask:
    if class_id > class_count:
        raise RleError(f"Class {class_id} is not in the taxonomy, whose ids run from 1 to {class_count}.")
    return decode(text, size)
