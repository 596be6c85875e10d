"""The rows of Kaggle's label CSV as text: column styles, header, cells, and what can be wrong with a row."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NoReturn

from models.labels.label_set import LabelError, RowProblem
from models.labels.rle import SPREADSHEET_CELL_LIMIT, looks_cut
from models.labels.taxonomy import MAX_CLASSES

PIXELS_COLUMN = "EncodedPixels"
_SPLIT_COLUMNS = ("ImageId", "ClassId", PIXELS_COLUMN)
_JOINED_COLUMNS = ("ImageId_ClassId", PIXELS_COLUMN)

# A data frame with gaps in its class column writes whole numbers as 3.0, a spreadsheet in some countries as 3,0.
_CLASS_ID = re.compile(r"(\d{1,9})(?:[.,]0+)?", re.ASCII)

# Opening a CSV, a spreadsheet puts what is left of too long a cell into the first cell of a row of its own.
_REST = re.compile(r"\d+(?: \d+)+", re.ASCII)

CUT_REMEDY = (
    f"A spreadsheet keeps {SPREADSHEET_CELL_LIMIT:,} characters of a cell and cuts off the rest; take the file as it "
    "was before the spreadsheet saved it."
)

# UTF-16's byte-order marks, as reading them as UTF-8 leaves them.
_UTF16_MARKS = ("\udcff\udcfe", "\udcfe\udcff")


class KaggleStyle(StrEnum):
    """The three column styles; the values are those of the command line."""

    SPLIT = "split"
    """ImageId,ClassId,EncodedPixels: a row for every frame and class found."""
    JOINED = "joined"
    """ImageId_ClassId,EncodedPixels: the same rows."""
    FULL = "full"
    """ImageId_ClassId,EncodedPixels: a row for every frame and class, with an empty cell where the class is absent."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The header."""
        return _SPLIT_COLUMNS if self is KaggleStyle.SPLIT else _JOINED_COLUMNS


@dataclass(slots=True)
class FrameRows:
    """The rows of one frame as text."""

    cells: list[tuple[int, int, str]] = field(default_factory=list)
    """(line, class id, run lengths) of every row with pixels."""
    absent: frozenset[int] = frozenset()
    """The classes with an empty cell; 0 for a row with neither class nor pixels, which says 'no defect'."""
    broken: bool = False
    """Whether a row of this frame could not be used at all."""


class RowError(ValueError):
    """What is wrong with one row, and the frame it names ('' where it cannot be told)."""

    def __init__(self, sentence: str, image: str = "") -> None:
        super().__init__(sentence)
        self.image = image


class RowReader:
    """Collects a label CSV's rows by frame, in the file's order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.frames: dict[str, FrameRows] = {}
        self.problems: list[RowProblem] = []
        self.class_count = 0
        """The highest class id so far."""
        self._joined = False
        self._empty_cell = False
        self._column_count = 0
        self._places: list[int] = []
        self._plain_ids: dict[str, int] = {}
        """Class ids as rows have written them so far, where nothing was to be corrected."""

    @property
    def style(self) -> KaggleStyle:
        """The column style of what has been read."""
        if not self._joined:
            return KaggleStyle.SPLIT
        return KaggleStyle.FULL if self._empty_cell else KaggleStyle.JOINED

    def take_header(self, line: str) -> None:
        """Tell the column style; columns may stand in any order and others are passed over.

        Raises ``LabelError`` where this is no header of a label CSV.
        """
        if "\0" in line or line.startswith(_UTF16_MARKS):
            raise LabelError(f"{self.path} is not UTF-8 text; save it as 'CSV UTF-8'.")
        columns = [column.strip(' "\n').lower() for column in line.split(",")]
        for joined, needed in ((False, _SPLIT_COLUMNS), (True, _JOINED_COLUMNS)):
            if all(columns.count(column.lower()) == 1 for column in needed):
                self._joined = joined
                self._column_count = len(columns)
                self._places = [columns.index(column.lower()) for column in needed]
                return
        _refuse_header(self.path, line)

    def take(self, number: int, line: str) -> None:
        """File the row in line ``number`` under its frame, or name what is wrong with it."""
        try:
            self._file(number, *self._cells(line))
        except RowError as error:
            self.problems.append(RowProblem(number, error.image, str(error)))
            if error.image:
                self.frames.setdefault(error.image, FrameRows()).broken = True

    def take_block(self, number: int, block: str) -> int:
        """File the rows of a block of whole lines, the first in line ``number``; how many lines there were.

        A row in which nothing is to be corrected or refused is filed here, at once; any other goes to ``take``.
        """
        lines = block.split("\n")
        if not lines[-1]:
            lines.pop()
        # Quotes may hold a comma, and other scripts have spaces and digits of their own.
        plain = '"' not in block and block.isascii()
        for place, line in enumerate(lines, start=number):
            if not (plain and self._take_plain(place, line)) and line and not line.isspace():
                self.take(place, line)
        return len(lines)

    def _take_plain(self, number: int, line: str) -> bool:
        """File a row of ASCII without quotes; whether nothing was to be corrected or refused in it."""
        fields = line.split(",")
        if len(fields) != self._column_count:
            return False
        if self._joined:
            name, _, class_text = fields[self._places[0]].rpartition("_")
        else:
            name, class_text = fields[self._places[0]], fields[self._places[1]]
        pixels = fields[self._places[-1]]
        class_id = self._plain_ids.get(class_text)
        # Anything up to a space in the code is white, and white at an end is taken away.
        if class_id is None or not name or name[0] <= " " or name[-1] <= " ":
            return False
        if pixels and (pixels[0] <= " " or pixels[-1] <= " "):
            return False
        rows = self.frames.get(name)
        if rows is None:
            rows = self.frames[name] = FrameRows()
        if pixels:
            rows.cells.append((number, class_id, pixels))
        else:
            rows.absent |= {class_id}
            self._empty_cell = True
        return True

    def _cells(self, line: str) -> tuple[str, str, str]:
        """Frame name, class id and run lengths as text."""
        fields = split_line(line)
        if len(fields) != self._column_count:
            # The frame's name is told from the first cell only where it is certain to be there.
            name = fields[0].strip() if self._places[0] == 0 and len(fields) > 1 else ""
            name = name.rpartition("_")[0] if self._joined else name
            raise RowError(f"The row has {len(fields)} cell(s), but the header has {self._column_count}.", name)
        first, *others = (_without_space(fields[place]) for place in self._places)
        name, class_text, pixels = (*_split_key(first), others[0]) if self._joined else (first, others[0], others[1])
        if not name.isascii() and any("\udc80" <= letter <= "\udcff" for letter in name):
            readable = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
            raise RowError(f"The frame's name '{readable}' is not UTF-8 text; save the file as 'CSV UTF-8'.")
        return name, class_text, pixels

    def _file(self, number: int, name: str, class_text: str, pixels: str) -> None:
        if not name:
            raise RowError("The row names no frame.")
        if not class_text and not pixels and _REST.fullmatch(name):
            raise RowError(f"The row '{name[:24]}…' is the rest of a longer cell. {CUT_REMEDY}")
        class_id = _class_id(name, class_text, pixels)
        if class_id and class_text.isdigit():
            self._plain_ids[class_text] = class_id
        self.class_count = max(self.class_count, class_id)
        rows = self.frames.setdefault(name, FrameRows())
        if pixels:
            rows.cells.append((number, class_id, pixels))
        else:
            rows.absent |= {class_id}
            self._empty_cell = True


def _without_space(cell: str) -> str:
    # Where a spreadsheet cut a cell at a space, its length tells so only with that space.
    return cell if looks_cut(cell) else cell.strip()


def split_line(line: str) -> list[str]:
    """The cells of one line; raises ``RowError`` where quotes do not match.

    A row is one line here, so that a quote left open costs its own row and not all that follow.
    """
    line = line.rstrip("\n")
    if '"' not in line:
        return line.split(",")
    # The csv module's own limit of 131,072 characters is shorter than the runs of a large frame.
    csv.field_size_limit(max(csv.field_size_limit(), 1 << 30))
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as error:
        raise RowError(f"The row's quotes do not match ({error}).") from error


def _split_key(key: str) -> tuple[str, str]:
    """Frame and class of an ``ImageId_ClassId``, split at the last underscore, as a frame's name may hold others."""
    name, underscore, class_text = key.rpartition("_")
    if not underscore:
        raise RowError(f"'{key[:80]}' has no '_' between the frame's name and the class id.")
    return name, class_text


def _class_id(name: str, text: str, pixels: str) -> int:
    """The class id, from 1; 0 for a row with neither class nor pixels."""
    if not text and not pixels:
        return 0
    match = _CLASS_ID.fullmatch(text)
    if not match:
        raise RowError(f"The class id is '{text[:24]}'; class ids are whole numbers from 1.", name)
    class_id = int(match.group(1))
    if not 1 <= class_id <= MAX_CLASSES:
        raise RowError(f"The class id is {class_id}; class ids run from 1 to {MAX_CLASSES}.", name)
    return class_id


def _refuse_header(path: Path, line: str) -> NoReturn:
    if not line.strip():
        raise LabelError(
            f"{path} is empty or begins with an empty line; a label CSV begins with {','.join(_SPLIT_COLUMNS)}."
        )
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if separator in line and PIXELS_COLUMN.lower() in line.lower():
            raise LabelError(f"{path} is separated by {word}; save it with commas.")
    raise LabelError(
        f"{path} begins with '{line.strip()[:60]}', which is no header of a label CSV; "
        f"it must be {','.join(_SPLIT_COLUMNS)} or {','.join(_JOINED_COLUMNS)}."
    )
