"""A label CSV read in blocks is the same file wherever the blocks end."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.labels import kaggle
from models.labels.kaggle import read_kaggle

ROWS = [
    "ImageId,ClassId,EncodedPixels",
    "a.jpg,1,1 3 10 5",
    "a.jpg,2, 7 2 ",
    '"b, c.jpg",1,4 4',
    "",
    "d.jpg,,",
    "é.jpg,3,1 1",
    "e.jpg,1,5 5",
    "f.jpg,1",
    "g.jpg,one,1 1",
    "h.jpg,1,2 2",
]


@pytest.mark.parametrize("block_bytes", [1, 2, 7, 40, 1 << 20])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_rows_and_their_lines_do_not_depend_on_the_blocks(tmp_path: Path, monkeypatch, block_bytes, end, last, mark):
    path = tmp_path / "labels.csv"
    path.write_bytes(mark + (end.join(ROWS) + (end if last else "")).encode())
    monkeypatch.setattr(kaggle, "_BLOCK_BYTES", block_bytes)
    read = read_kaggle(path)
    cells = {name: rows.cells for name, rows in read.frames.items() if rows.cells}
    assert cells == {
        "a.jpg": [(2, 1, "1 3 10 5"), (3, 2, "7 2")],
        "b, c.jpg": [(4, 1, "4 4")],
        "é.jpg": [(7, 3, "1 1")],
        "e.jpg": [(8, 1, "5 5")],
        "h.jpg": [(11, 1, "2 2")],
    }
    assert read.explicit_empty("d.jpg")
    assert [(problem.line, problem.image) for problem in read.problems] == [(9, "f.jpg"), (10, "g.jpg")]
    assert read.class_count == 3


def test_a_byte_that_is_no_utf8_costs_its_own_row(tmp_path: Path):
    path = tmp_path / "labels.csv"
    path.write_bytes(b"ImageId,ClassId,EncodedPixels\na.jpg,1,1 1\n\xff.jpg,1,2 2\nc.jpg,1,3 3\n")
    read = read_kaggle(path)
    assert [name for name, rows in read.frames.items() if rows.cells] == ["a.jpg", "c.jpg"]
    assert [problem.line for problem in read.problems] == [3]
