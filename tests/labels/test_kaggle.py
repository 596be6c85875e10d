"""Kaggle's label CSV: the column styles there and back, what each says of absence, and rows that are wrong."""

from __future__ import annotations

import csv
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_samples import frame_names, names_in, stacks

from models.labels.kaggle import KaggleStyle, labels_csv, read_kaggle, write_kaggle, write_label_set
from models.labels.label_set import LabelError, NothingConvertedError
from models.labels.rle import SPREADSHEET_CELL_LIMIT

SIZE = (3, 4)
SPLIT = "ImageId,ClassId,EncodedPixels\n"
JOINED = "ImageId_ClassId,EncodedPixels\n"


@pytest.fixture
def table(tmp_path):
    """Write a label CSV and read it."""

    def write(content: str | bytes):
        path = tmp_path / "labels.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return read_kaggle(path)

    return write


@pytest.fixture
def severstal():
    """The folder of real label files."""
    if "STRIPSIGHT_DATA" not in os.environ:
        pytest.skip("STRIPSIGHT_DATA does not name a folder of real data")
    return Path(os.environ["STRIPSIGHT_DATA"]) / "severstal"


def problems_of(read, size=SIZE):
    """Every problem of a file, as (line, image, sentence)."""
    decoded = [read.decode(name, size) for name in read.frames]
    found = [*read.problems, *(problem for one in decoded for problem in one.problems)]
    return [(problem.line, problem.image, problem.sentence) for problem in found]


# --- what is written ---


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (KaggleStyle.SPLIT, SPLIT + "a_1.jpg,1,1 3 7 1\na_1.jpg,3,12 1\nb.jpg,2,4 1\n"),
        (KaggleStyle.JOINED, JOINED + "a_1.jpg_1,1 3 7 1\na_1.jpg_3,12 1\nb.jpg_2,4 1\n"),
        (
            KaggleStyle.FULL,
            JOINED + "a_1.jpg_1,1 3 7 1\na_1.jpg_2,\na_1.jpg_3,12 1\nb.jpg_1,\nb.jpg_2,4 1\nb.jpg_3,\n"
            "c.jpg_1,\nc.jpg_2,\nc.jpg_3,\n",
        ),
    ],
)
def test_each_style_is_written_exactly(tmp_path, table, style, expected):
    frames = [
        ("a_1.jpg", np.array([[1, 0, 1, 0], [1, 0, 0, 0], [1, 0, 0, 4]], dtype=np.uint8)),
        ("b.jpg", np.array([[0, 2, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], dtype=np.uint8)),
        ("c.jpg", np.zeros(SIZE, dtype=np.uint8)),
    ]
    path = tmp_path / "out" / "labels.csv"
    assert write_kaggle(path, frames, 3, style) == expected.count("\n") - 1
    assert path.read_bytes().decode() == expected
    assert names_in(path.parent) == ["labels.csv"]


@given(st.dictionaries(frame_names, stacks(class_count=5), min_size=1, max_size=4), st.sampled_from(KaggleStyle))
def test_every_style_there_and_back_to_the_pixel(drawn, style):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.csv"
        write_kaggle(path, [(name, stack) for name, (stack, _) in drawn.items()], 5, style)
        read = read_kaggle(path)
    assert not read.problems
    for name, (stack, _) in drawn.items():
        decoded = read.decode(name, stack.shape, 5)
        np.testing.assert_array_equal(decoded.stack, stack)
        assert not decoded.problems
        mentioned = style is KaggleStyle.FULL or stack.any()
        assert (name in read.frames) == bool(mentioned)
        assert decoded.complete == bool(mentioned)
        assert read.explicit_empty(name) == (style is KaggleStyle.FULL and not stack.any())


@pytest.mark.parametrize("style", KaggleStyle)
def test_the_style_is_told_from_the_file(tmp_path, style):
    path = tmp_path / "labels.csv"
    write_kaggle(path, [("a.jpg", np.ones(SIZE, dtype=np.uint8))], 2, style)
    assert read_kaggle(path).style is style


def test_a_writer_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("what was there")

    def frames():
        yield "a.jpg", np.ones(SIZE, dtype=np.uint8)
        raise RuntimeError("the camera is gone")

    with pytest.raises(RuntimeError, match="the camera is gone"):
        write_kaggle(path, frames(), 1)
    assert path.read_text() == "what was there"
    assert names_in(tmp_path) == ["labels.csv"]


def test_a_run_in_progress_shows_whole_frames_beside_the_old_file(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("what was there")
    with labels_csv(path, 1) as rows:
        assert rows.add("a.jpg", np.ones(SIZE, dtype=np.uint8)) == 1
        assert rows.add("b.jpg", np.zeros(SIZE, dtype=np.uint8)) == 0
        (part,) = (other for other in tmp_path.iterdir() if other != path)
        assert part.read_text() == SPLIT + "a.jpg,1,1 12\n"
        assert path.read_text() == "what was there"
    assert path.read_text() == SPLIT + "a.jpg,1,1 12\n"


@pytest.mark.parametrize("name", ["", "a\nb.jpg", "a\rb.jpg"])
def test_a_name_that_cannot_stand_in_a_row_is_refused(tmp_path, name):
    with pytest.raises(LabelError, match="rename it"):
        write_kaggle(tmp_path / "labels.csv", [(name, np.ones(SIZE, dtype=np.uint8))], 1)
    assert not names_in(tmp_path)


# --- what is read ---


@pytest.mark.parametrize(
    "content",
    [
        SPLIT + "a.jpg,2,4 3\n",
        JOINED + "a.jpg_2,4 3\n",
        "\ufeff" + SPLIT + "a.jpg,2,4 3\n",
        (SPLIT + "a.jpg,2,4 3\n").replace("\n", "\r\n"),
        SPLIT + "a.jpg,2,4 3",
        SPLIT + "\n   \na.jpg,2,4 3\n\n",
        '"ImageId","ClassId","EncodedPixels"\n"a.jpg","2","4 3"\n',
        SPLIT + " a.jpg , 2 , 4 3 \n",
        SPLIT + "a.jpg,2.0,4 3\n",
        "ClassId,EncodedPixels,ImageId\n2,4 3,a.jpg\n",
        "imageid,CLASSID,EncodedPixels,reviewer\na.jpg,2,4 3,somebody\n",
    ],
)
def test_the_same_row_in_many_dresses(table, content):
    read = table(content)
    assert problems_of(read) == []
    assert list(read.frames) == ["a.jpg"]
    np.testing.assert_array_equal(read.decode("a.jpg", SIZE).stack, [[0, 2, 0, 0], [0, 2, 0, 0], [0, 2, 0, 0]])


def test_a_name_is_split_at_its_last_underscore(table):
    assert list(table(JOINED + "coil_7_left.jpg_3,1 1\n").frames) == ["coil_7_left.jpg"]


def test_a_quoted_cell_longer_than_the_csv_modules_own_limit(table):
    text = " ".join(f"{start} 1" for start in range(1, 60_000, 2))
    assert len(text) > 131_072
    assert table(f'{SPLIT}"a,b.jpg",1,"{text}"\n').decode("a,b.jpg", (300, 200)).stack.sum() == 30_000


def test_empty_frames_and_unknown_frames_are_kept_apart(table):
    read = table(JOINED + "clean_1,\nclean_2,\nhalf_1,\nfound_1,1 1\nfound_2,\n")
    assert read.class_count == 2
    assert {name: read.explicit_empty(name) for name in ("clean", "half", "found", "nowhere")} == {
        "clean": True,
        "half": False,
        "found": False,
        "nowhere": False,
    }
    assert not read.decode("nowhere", SIZE).complete


def test_a_row_of_a_name_alone_says_that_there_is_no_defect(table):
    read = table(SPLIT + "a.jpg,,\nb.jpg,1,1 1\n")
    assert read.explicit_empty("a.jpg")
    assert not read.explicit_empty("b.jpg")


def test_a_frame_with_a_broken_row_is_never_empty(table):
    read = table(JOINED + "a_1,\na_2,\na_x,1 2\nb_1,1 1\nb_2,\n")
    assert not read.explicit_empty("a")
    assert not read.decode("a", SIZE).complete


def test_several_rows_of_one_class_are_joined(table):
    read = table(SPLIT + "a.jpg,1,1 3\na.jpg,1,10 3\n")
    assert problems_of(read) == []
    np.testing.assert_array_equal(read.decode("a.jpg", SIZE).stack, [[1, 0, 0, 1]] * 3)


def test_several_rows_that_overlap_are_joined_and_named(table):
    read = table(SPLIT + "a.jpg,1,1 4\na.jpg,1,3 4\na.jpg,2,1 4\n")
    assert problems_of(read) == [(3, "a.jpg", "It names 2 pixel(s) of class 1 that another row names, too.")]
    assert np.count_nonzero(read.decode("a.jpg", SIZE).stack & 1) == 6


def test_pixels_and_an_empty_cell_of_one_class_are_named(table):
    assert problems_of(table(JOINED + "a_1,\na_1,1 1\n")) == [
        (3, "a", "Class 1 has pixels in this row and an empty cell in another.")
    ]


@pytest.mark.parametrize(
    ("header", "row", "named"),
    [
        (SPLIT, "bad.jpg,1,1 2 3", "odd count"),
        (SPLIT, "bad.jpg,1,1 three", "'three'"),
        (SPLIT, "bad.jpg,1,-1 3", "negative"),
        (SPLIT, "bad.jpg,1,0 3", "zero"),
        (SPLIT, "bad.jpg,1,1 0", "zero"),
        (SPLIT, "bad.jpg,1,1 3 2 1", "overlap"),
        (SPLIT, "bad.jpg,1,12 2", "past the end"),
        (SPLIT, "bad.jpg,0,1 1", "class id is 0"),
        (SPLIT, "bad.jpg,65,1 1", "class id is 65"),
        (SPLIT, "bad.jpg,-1,1 1", "class id is '-1'"),
        (SPLIT, "bad.jpg,1.5,1 1", "class id is '1.5'"),
        (SPLIT, "bad.jpg,,1 1", "class id is ''"),
        (SPLIT, "bad.jpg,1", "2 cell(s), but the header has 3"),
        (SPLIT, "bad.jpg,1,1 1,5", "4 cell(s), but the header has 3"),
        (JOINED, "bad.jpg_,1 1", "class id is ''"),
        (JOINED, "bad.jpg_x,1 1", "class id is 'x'"),
        (JOINED, "bad.jpg_1,1,2", "3 cell(s), but the header has 2"),
    ],
)
def test_a_wrong_row_is_named_and_the_rest_goes_on(table, header, row, named):
    good = "{0}.jpg,1,4 3\n" if header == SPLIT else "{0}.jpg_1,4 3\n"
    read = table(header + good.format("first") + row + "\n" + good.format("last"))
    ((line, image, sentence),) = problems_of(read)
    assert (line, image) == (3, "bad.jpg")
    assert named in sentence
    assert not read.decode("bad.jpg", SIZE).complete
    for name in ("first.jpg", "last.jpg"):
        assert read.decode(name, SIZE).stack.sum() == 3


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (",1,1 1", "names no frame"),
        ("nonsense", "1 cell(s)"),
        ('"bad.jpg,1,1 1', "quotes do not match"),
        ('"bad.jpg"x,1,1 1', "quotes do not match"),
    ],
)
def test_a_row_whose_frame_cannot_be_told_costs_only_itself(table, row, named):
    read = table(SPLIT + f"first.jpg,1,1 1\n{row}\nlast.jpg,1,1 1\n")
    ((line, image, sentence),) = problems_of(read)
    assert (line, image) == (3, "")
    assert named in sentence
    assert list(read.frames) == ["first.jpg", "last.jpg"]


def test_a_name_that_is_not_utf8_costs_only_its_row(table):
    read = table(SPLIT.encode() + b"K\xfche.jpg,1,1 1\nb.jpg,1,1 1\n")
    ((line, _, sentence),) = problems_of(read)
    assert line == 2
    assert "not UTF-8" in sentence
    sentence.encode("utf-8")
    assert list(read.frames) == ["b.jpg"]


def test_a_cell_as_long_as_a_spreadsheet_allows_is_named_though_it_decodes(table):
    # 4,096 runs of 'sssss 1' with a space between them are just as long; a cut may fall so that all is in order.
    text = " ".join(f"{start} 1" for start in range(10_001, 10_001 + 2 * 4096, 2))
    assert len(text) == SPREADSHEET_CELL_LIMIT
    read = table(f"{SPLIT}a.jpg,1,{text}\n")
    ((line, image, sentence),) = problems_of(read, (2000, 2000))
    assert (line, image) == (2, "a.jpg")
    assert "32,767 characters" in sentence
    decoded = read.decode("a.jpg", (2000, 2000))
    assert decoded.stack.sum() == 4096
    assert not decoded.complete


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a.jpg,1,1 1\n", "no header of a label CSV"),
        (b"ImageId,EncodedPixels\n", "no header of a label CSV"),
        (b"ImageId,ImageId,ClassId,EncodedPixels\n", "no header of a label CSV"),
        (b"ImageId;ClassId;EncodedPixels\na.jpg;1;1 1\n", "separated by semicolons; save it with commas"),
        (b"ImageId\tClassId\tEncodedPixels\n", "separated by tabs"),
        (SPLIT.encode("utf-16"), "not UTF-8 text"),
        (SPLIT.encode("utf-16-be"), "not UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no header of a label CSV"),
    ],
)
def test_a_file_that_is_no_label_csv_is_refused_in_one_sentence(table, content, named):
    with pytest.raises(LabelError, match=r"labels\.csv") as caught:
        table(content)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "nowhere.csv", tmp_path):
        with pytest.raises(LabelError, match="cannot be read"):
            read_kaggle(path)


# --- from one style to another ---


def test_a_frame_with_a_broken_row_does_not_become_clean(tmp_path, table):
    labels = table(SPLIT + "bad.jpg,1,1 2 3\nbad.jpg,2,1 1\ngood.jpg,2,1 1\n").label_set(SIZE)
    path = tmp_path / "full.csv"
    written = write_label_set(labels, labels.frames.values(), path, KaggleStyle.FULL)
    assert path.read_text() == JOINED + "good.jpg_1,\ngood.jpg_2,1 1\n"
    assert (written.frames, written.rows) == (1, 2)
    assert [problem.image for problem in written.problems] == ["bad.jpg", "bad.jpg"]
    # A style that says nothing of absence keeps the rows that are right.
    written = write_label_set(labels, labels.frames.values(), path, KaggleStyle.SPLIT)
    assert path.read_text() == SPLIT + "bad.jpg,2,1 1\ngood.jpg,2,1 1\n"
    assert (written.frames, written.rows, len(written.problems)) == (2, 2, 1)


def test_where_no_frame_can_be_used_the_old_file_stays(tmp_path, table):
    labels = table(SPLIT + "bad.jpg,1,1 2 3\n").label_set(SIZE)
    path = tmp_path / "out.csv"
    path.write_text("what was there")
    with pytest.raises(NothingConvertedError) as caught:
        write_label_set(labels, labels.frames.values(), path, KaggleStyle.SPLIT)
    assert [problem.line for problem in caught.value.problems] == [2]
    assert path.read_text() == "what was there"


def test_frames_without_a_defect_are_counted_where_a_style_cannot_say_so(tmp_path, table):
    labels = table(JOINED + "clean_1,\nfound_1,1 1\n").label_set(SIZE)
    written = write_label_set(labels, labels.frames.values(), tmp_path / "out.csv", KaggleStyle.SPLIT)
    assert (written.frames, written.rows, written.unstated) == (1, 1, 1)


# --- the real files ---


@pytest.mark.parametrize("name", ["train.csv", pytest.param("rle_rows_without_images.csv", marks=pytest.mark.slow)])
def test_real_rows_come_out_as_they_went_in(severstal, tmp_path, name):
    """Decoded to pixels and encoded again, through every style and back, every row is the same text."""
    with (severstal / name).open(newline="") as stream:
        expected = sorted(tuple(row) for row in csv.reader(stream))
    source = severstal / name
    for style in (KaggleStyle.FULL, KaggleStyle.JOINED, KaggleStyle.SPLIT):
        read = read_kaggle(source)
        labels = read.label_set()
        path = tmp_path / f"{style}.csv"
        written = write_label_set(labels, labels.frames.values(), path, style)
        assert written.problems == ()
        assert written.frames == len(read.frames)
        source = path
    with source.open(newline="") as stream:
        assert sorted(tuple(row) for row in csv.reader(stream)) == expected


@pytest.mark.parametrize("name", ["train.csv", "rle_rows_without_images.csv"])
def test_a_real_file_is_written_byte_for_byte_but_for_line_ends(severstal, tmp_path, name):
    labels = read_kaggle(severstal / name).label_set()
    path = tmp_path / "labels.csv"
    write_kaggle(path, ((frame.name, frame.decode().stack) for frame in labels.frames.values()), 4)
    assert path.read_bytes() == (severstal / name).read_bytes().replace(b"\r\n", b"\n")


@pytest.mark.parametrize("keep", ["1 2 ", "1 22"])
def test_a_cell_that_a_spreadsheet_cut_at_a_space_or_in_a_number_is_named_with_what_to_do(table, keep):
    runs = "1 1 " * (SPREADSHEET_CELL_LIMIT // 4 + 1)
    cut = runs[: SPREADSHEET_CELL_LIMIT - len(keep)] + keep
    assert len(cut) == SPREADSHEET_CELL_LIMIT
    decoded = table(f"{SPLIT}a.jpg,1,{cut}\nb.jpg,1,1 1\n").decode("a.jpg", (256, 1600))
    assert not decoded.complete
    (problem,) = decoded.problems
    assert (problem.line, problem.image) == (2, "a.jpg")
    assert "32,767 characters" in problem.sentence
    assert "take the file as it was before the spreadsheet saved it" in problem.sentence


def test_the_rest_of_a_cell_that_a_spreadsheet_put_into_a_row_of_its_own_is_no_clean_frame(table):
    read = table(f"{SPLIT}a.jpg,1,1 1\n5 2 9 14,,\n")
    assert list(read.frames) == ["a.jpg"]
    (problem,) = read.problems
    assert problem.line == 3
    assert "rest of a longer cell" in problem.sentence
    assert "before the spreadsheet saved it" in problem.sentence


@pytest.mark.parametrize("text", ["3", "3.0", '"3,0"'])
def test_a_class_id_means_the_same_in_every_locale(table, text):
    assert table(f"{SPLIT}a.jpg,{text},1 1\n").frames["a.jpg"].cells == [(2, 3, "1 1")]
