"""YOLO folders as other programs lay them out, made by hand from their documentation, and what can be wrong."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from label_samples import label_set_of

from models.labels.formats import format_of
from models.labels.index_png import is_index_folder
from models.labels.label_set import LabelError
from models.labels.taxonomy import make_taxonomy
from models.labels.yolo import read_yolo, write_yolo
from models.labels.yolo_classes import named_classes

SQUARE = "0.25 0 0.5 0 0.5 0.5 0.25 0.5"
"""The second pixel of the first row of a frame of 2×4."""


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_data_set_with_images_in_folders(tmp_path):
    put(
        tmp_path / "data.yaml",
        "path: ../steel\ntrain: images/train\nval: images/val\n\nnames:\n  0: pit\n  1: scratch\n",
    )
    put(tmp_path / "labels" / "train" / "a.txt", f"1 {SQUARE}\n0 0 0.5 1 0.5 1 1 0 1\n")
    put(tmp_path / "labels" / "val" / "b.txt", "")
    (tmp_path / "images" / "train").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "images" / "train" / "a.jpg"), np.zeros((2, 4), np.uint8))
    (tmp_path / "images" / "val").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "val" / "b.bmp"), np.zeros((3, 5), np.uint8))
    for place in (tmp_path, tmp_path / "labels"):
        assert format_of(place).key == "yolo"
        labels = read_yolo(place)
        assert labels.taxonomy.names == ("pit", "scratch")
        assert {name: frame.size for name, frame in labels.frames.items()} == {"a.jpg": (2, 4), "b.bmp": (3, 5)}
        assert labels.frames["a.jpg"].decode().stack.tolist() == [[0, 2, 0, 0], [1, 1, 1, 1]]
        assert labels.frames["b.bmp"].explicit_empty


def test_labels_and_png_frames_in_one_folder_with_a_list_of_names(tmp_path):
    put(tmp_path / "classes.txt", "pit\nrolled-in scale\n\n")
    put(tmp_path / "a.txt", f"1 {SQUARE}\r\n\r\n")
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((2, 4), np.uint8))
    assert is_index_folder(tmp_path)
    assert format_of(tmp_path).key == "yolo"
    labels = read_yolo(tmp_path)
    assert [one.title for one in labels.taxonomy] == ["pit", "rolled-in scale"]
    assert labels.frames["a.png"].decode().stack.tolist() == [[0, 2, 0, 0], [0, 0, 0, 0]]


def test_a_folder_of_masks_with_a_note_stays_one(tmp_path):
    put(tmp_path / "readme.txt", "1 2 3")
    put(tmp_path / "notes.txt", "taken on Monday\n")
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((2, 4), np.uint8))
    assert format_of(tmp_path).key == "png"


def test_without_names_the_classes_are_numbered_from_the_highest(tmp_path):
    put(tmp_path / "a.txt", f"2 {SQUARE}\n")
    assert read_yolo(tmp_path, (2, 4)).taxonomy.names == ("class_1", "class_2", "class_3")
    assert list(read_yolo(tmp_path, (2, 4)).frames) == ["a"]


def test_decimal_commas_and_a_class_as_a_data_frame_writes_it(tmp_path):
    put(tmp_path / "a.txt", f"0,0 {SQUARE.replace('.', ',')}\n")
    put(tmp_path / "b.txt", f"0.0 {SQUARE}\n")
    labels = read_yolo(tmp_path, (2, 4))
    for frame in labels.frames.values():
        assert frame.decode().stack.tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]


def test_sizes_must_be_known(tmp_path):
    put(tmp_path / "a.txt", f"0 {SQUARE}\n")
    with pytest.raises(LabelError, match=r"does not tell the size of a; give --size HxW, or put the images beside"):
        read_yolo(tmp_path)


def test_a_taxonomy_is_followed_by_name_where_there_are_names_and_by_number_elsewhere(tmp_path):
    put(tmp_path / "a.txt", f"0 {SQUARE}\n")
    taxonomy = make_taxonomy("steel", ["scratch", "pit"])
    assert read_yolo(tmp_path, (2, 4), taxonomy).frames["a"].decode().stack.max() == 1
    put(tmp_path / "classes.txt", "pit\ndent\n")
    labels = read_yolo(tmp_path, (2, 4), taxonomy)
    assert labels.frames["a"].decode().stack.max() == 2
    assert "Class 'dent' is not in taxonomy 'steel'" in labels.problems[0].sentence


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("0 0.5 0.5 0.1 0.1", "It is a box and no outline; export YOLO's segmentation labels"),
        ("0 0 0 1 1", "It is a box"),
        ("0 0.1 0.2", "A polygon needs at least three corners, each an x and a y; this one has 1"),
        ("0 0 0 1 0 1", "It has 5 coordinates, an odd count"),
        ("0 0 0 1 0 one 1", "'one' is no number"),
        ("0 0 0 120 0 120 1", "It holds 120; coordinates are shares of the width and height, from 0 to 1"),
        ("0 0 0 -0.4 0 1 1", "It holds -0.4"),
        ("0 0 0 nan 0 1 1", "'nan' is no number"),
        ("0 0 0 1,000 0 1 1", "'1,000' may be 1.000 or 1000"),
        ("pit 0 0 1 0 1 1", "It begins with 'pit', which is no class"),
        ("-1 0 0 1 0 1 1", "It begins with '-1', which is no class"),
        (f"2 {SQUARE}", "It is of class 2; with 2 class(es) the highest is 1"),
        (f"999999999 {SQUARE}", "It is of class 999999999"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_file_and_line(tmp_path, row, named):
    put(tmp_path / "data.yaml", "names: [pit, scratch]\n")
    put(tmp_path / "labels" / "a.txt", f"0 {SQUARE}\n{row}\n")
    decoded = read_yolo(tmp_path, (2, 4)).frames["a"].decode()
    assert not decoded.complete
    (problem,) = decoded.problems
    assert (problem.line, problem.image) == (2, "a")
    assert problem.sentence.startswith("a.txt: ")
    assert named in problem.sentence
    assert decoded.stack.any()


def test_files_that_cannot_be_read_or_lie_twice_are_named(tmp_path):
    put(tmp_path / "data.yaml", "names: [pit]\n")
    put(tmp_path / "labels" / "train" / "a.txt", f"0 {SQUARE}\n")
    put(tmp_path / "labels" / "val" / "a.txt", f"0 {SQUARE}\n")
    (tmp_path / "labels" / "b.txt").write_bytes(b"\xff\xfe0\x00")
    problems = [str(problem) for problem in read_yolo(tmp_path, (2, 4)).problems]
    assert problems == [
        "b.txt: The file is no UTF-8 text; write it anew.",
        "a: a.txt lies in two folders; the first one counts.",
    ]
    with pytest.raises(LabelError, match="has no label file"):
        read_yolo(tmp_path / "labels" / "nowhere")


@pytest.mark.parametrize(
    "text",
    [
        "names: [pit, 'rolled-in scale', \"it's\"]\nnc: 3\n",
        "nc: 3\nnames: ['pit', \"rolled-in scale\", 'it''s']  # three\n",
        "names: {0: pit, 2: it's, 1: rolled-in scale}\n",
        "names:\n- pit\n- rolled-in scale\n- it's\nnc: 3\n",
        "names:  # by number\n  0: pit\n  # a comment\n\n  1: 'rolled-in scale'\n  2: \"it's\"  # last\ntrain: x\n",
        "train: a.txt\r\nnames:\r\n    2: it's\r\n    0: pit\r\n    1: rolled-in scale\r\n",
    ],
)
def test_names_as_people_write_them(tmp_path, text):
    put(tmp_path / "data.yaml", text)
    assert named_classes(tmp_path) == (tmp_path / "data.yaml", ["pit", "rolled-in scale", "it's"])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("names: pit, scratch\n", "which is no list; write a name a line below"),
        ("names: [pit, scratch\n", "which is no list"),
        ("names:\n  0: pit\n  2: scratch\n", "does not number its classes 0, 1, 2, … without a gap"),
        ("names:\n  0: pit\n  0: scratch\n", "does not number its classes"),
        ('names:\n  0: "pit\n', "whose quotes do not match"),
    ],
)
def test_names_that_cannot_be_read_are_refused_in_one_sentence(tmp_path, text, named):
    put(tmp_path / "data.yaml", text)
    with pytest.raises(LabelError, match=r"data\.yaml") as caught:
        named_classes(tmp_path)
    assert named in str(caught.value)


def test_what_is_written_is_what_ultralytics_reads(tmp_path):
    stack = np.array([[0, 1, 0, 0], [2, 0, 0, 2]], np.uint8)
    labels = label_set_of({"a.jpg": stack, "clean.png": stack * 0}, 2, make_taxonomy("steel", ["pit", "scratch"]))
    write_yolo(labels, labels.frames.values(), tmp_path)
    assert (tmp_path / "data.yaml").read_text() == (
        'path: .\ntrain: train.txt\nval: train.txt\nnames:\n  0: "pit"\n  1: "scratch"\n'
    )
    assert (tmp_path / "train.txt").read_text() == "./images/a.jpg\n./images/clean.png\n"
    assert (tmp_path / "labels" / "clean.txt").read_text() == ""
    assert (tmp_path / "labels" / "a.txt").read_text().splitlines() == [
        f"0 {SQUARE}",
        "1 0 0.5 0.25 0.5 0.25 1 0 1",
        "1 0.75 0.5 1 0.5 1 1 0.75 1",
    ]


def test_a_ring_comes_back_exactly_on_the_widest_frame(tmp_path):
    stack = np.zeros((2, 100_003), np.uint8)
    stack[0, 1::301] = 1
    stack[1, ::997] = 1
    labels = label_set_of({"a.png": stack}, 1)
    write_yolo(labels, labels.frames.values(), tmp_path)
    assert np.array_equal(read_yolo(tmp_path, stack.shape).frames["a.png"].decode().stack, stack)
