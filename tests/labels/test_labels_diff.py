"""``stripsight labels diff`` and what it counts, by hand and against plain set arithmetic."""

from __future__ import annotations

import argparse
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_samples import label_set_of

from app.commands import labels
from models.labels.difference import FrameState, PixelChange, compare_labels
from models.labels.formats import WriteOptions, format_by_key
from models.labels.label_set import LabelError
from models.labels.taxonomy import make_taxonomy

HEADER = "ImageId,ClassId,EncodedPixels\n"


def diff(*words):
    """Call the command in this process; the exit code."""
    parser = argparse.ArgumentParser("stripsight")
    labels.add_parser(parser.add_subparsers(dest="command"))
    return labels.run(parser.parse_args(["labels", "diff", *map(str, words)]))


@pytest.fixture
def pair(tmp_path):
    """Two CSVs over frames of 3×4 pixels: one frame changed, one the same, one on each side alone."""
    before, after = tmp_path / "before.csv", tmp_path / "after.csv"
    before.write_text(f"{HEADER}a.png,1,1 4\na.png,2,9 2\nb.png,1,1 1\nold.png,1,1 5\n")
    after.write_text(f"{HEADER}b.png,1,1 1\na.png,1,3 4\nnew.png,2,1 6\n")
    return before, after


def test_the_table(pair, capsys):
    assert diff(*pair, "--size", "3x4") == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "frame    state        added px  removed px  before px  after px  Dice",
        "a.png    changed      2         4           6          4         0.4000",
        "old.png  only before  0         5           5          0         0.0000",
        "new.png  only after   6         0           0          6         0.0000",
        "",
        "class    added px  removed px  before px  after px  Dice",
        "class_1  2         2           5          5         0.6000",
        "class_2  0         2           2          0         0.0000",
        "all      2         4           7          5         0.5000",
        "",
        "1 of 2 frame(s) changed, 2 pixel(s) added, 4 removed, Dice 0.5000, 1 only before, 1 only after.",
    ]


def test_the_json(pair, capsys):
    assert diff(*pair, "--size", "3x4", "--json", "--all") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["frames"], said["changed"], said["added_px"], said["removed_px"], said["dice"]) == (2, 1, 2, 4, 0.5)
    assert (said["only_before"], said["only_after"], said["other_size"]) == (["old.png"], ["new.png"], [])
    assert said["classes"]["class_1"] == {
        "added_px": 2,
        "removed_px": 2,
        "before_px": 5,
        "after_px": 5,
        "dice": 0.6,
    }
    frames = {frame["ImageId"]: frame for frame in said["frames_changed"]}
    assert {name: frame["state"] for name, frame in frames.items()} == {"a.png": "changed", "b.png": "same"}
    assert frames["b.png"]["dice"] == 1.0


@given(st.integers(0, 2**32 - 1))
def test_figures_are_those_of_sets_of_pixels(seed):
    random = np.random.default_rng(seed)
    old, new = (random.integers(0, 8, (5, 6)).astype(np.uint8) for _ in range(2))
    difference = compare_labels(label_set_of({"a": old}, 3), label_set_of({"a": new}, 3))
    before, after = _pixels(old), _pixels(new)
    assert difference.pixels == PixelChange(len(before), len(after), len(before & after))
    assert difference.pixels.added_px == len(after - before)
    assert difference.pixels.removed_px == len(before - after)
    assert difference.pixels.dice == 2 * len(before & after) / (len(before) + len(after))
    assert sum(difference.classes.values(), PixelChange()) == difference.pixels


def _pixels(stack):
    return {(bit, row, column) for bit in range(3) for row, column in np.argwhere(stack >> bit & 1).tolist()}


def test_two_empty_frames_are_the_same_with_a_dice_of_one():
    nothing = np.zeros((2, 2), np.uint8)
    difference = compare_labels(label_set_of({"a": nothing}, 1), label_set_of({"a": nothing}, 1))
    assert difference.names(FrameState.SAME) == ("a",)
    assert difference.pixels.dice == 1.0


def test_classes_are_matched_by_name_and_by_id_where_one_side_has_numbers_alone():
    one, two = np.array([[1]], np.uint8), np.array([[2]], np.uint8)
    pits_first = label_set_of({"a": one}, 2, make_taxonomy("steel", ["pit", "scratch"]))
    scratches_first = label_set_of({"a": two}, 2, make_taxonomy("steel", ["scratch", "pit"]))
    assert compare_labels(pits_first, scratches_first).names(FrameState.SAME) == ("a",)
    assert compare_labels(pits_first, label_set_of({"a": one}, 1)).names(FrameState.SAME) == ("a",)
    assert compare_labels(label_set_of({"a": two}, 3), pits_first).classes["scratch"] == PixelChange(1, 0, 0)
    fewer = compare_labels(pits_first, label_set_of({"a": one}, 2, make_taxonomy("steel", ["scratch", "oil"])))
    assert fewer.classes == {"pit": PixelChange(1, 0, 0), "scratch": PixelChange(0, 1, 0)}
    with pytest.raises(LabelError, match="names the classes pit, scratch, the other oil; name the classes of both"):
        compare_labels(pits_first, label_set_of({"a": one}, 1, make_taxonomy("steel", ["oil"])))


def test_frames_are_matched_without_suffix_only_where_that_is_clear():
    one = np.array([[1]], np.uint8)
    clear = compare_labels(label_set_of({"a.jpg": one}, 1), label_set_of({"a.png": one}, 1))
    assert clear.names(FrameState.SAME) == ("a.jpg",)
    unclear = compare_labels(label_set_of({"a.jpg": one, "a.bmp": one}, 1), label_set_of({"a.png": one}, 1))
    assert unclear.names(FrameState.ONLY_BEFORE) == ("a.jpg", "a.bmp")
    assert unclear.names(FrameState.ONLY_AFTER) == ("a.png",)


def test_frames_of_other_sizes_are_named_and_not_compared(tmp_path, capsys):
    for name, stack in (("one.json", np.ones((2, 3))), ("two.json", np.ones((3, 2)))):
        format_by_key("coco").write(label_set_of({"a.png": stack.astype(np.uint8)}, 1), tmp_path / name, WriteOptions())
    assert diff(tmp_path / "one.json", tmp_path / "two.json") == 0
    assert capsys.readouterr().out.endswith("removed, Dice 1.0000, 1 of another size.\n")


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("key", ["kaggle", "yolo"])
def test_a_format_without_sizes_takes_those_of_the_other_side(tmp_path, key, reverse, capsys):
    named = {"a.png": np.array([[1, 0, 1]], np.uint8), "b.png": np.array([[1], [0]], np.uint8)}
    sides = [tmp_path / "coco.json", tmp_path / ("labels.csv" if key == "kaggle" else "yolo")]
    for side, each in zip(sides, ("coco", key), strict=True):
        format_by_key(each).write(label_set_of(named, 1), side, WriteOptions())
    assert diff(*(reversed(sides) if reverse else sides)) == 0
    out, err = capsys.readouterr()
    assert "0 of 2 frame(s) changed, 0 pixel(s) added, 0 removed, Dice 1.0000." in out
    assert err == ""


def test_what_cannot_be_read_ends_in_one_sentence(pair, tmp_path, capsys):
    for words, code, named in (
        ((pair[0], tmp_path / "nowhere"), 1, "is not there"),
        ((pair[0], pair[1], "--classes", "0"), 2, "--classes 0 cannot be"),
    ):
        assert diff(*words) == code
        err = capsys.readouterr().err
        assert named in err
        assert err.count("\n") == 1


def test_rows_that_cannot_be_used_are_named_with_their_file(pair, capsys):
    pair[1].write_text(f"{HEADER}a.png,one,1 1\n")
    assert diff(*pair, "--size", "3x4") == 0
    assert f"{pair[1]}, line 2, a.png: The class id is 'one'" in capsys.readouterr().err
    pair[1].write_text(f"{HEADER}a.png,1,1 1 1\n")
    assert diff(*pair, "--size", "3x4") == 0
    assert f"{pair[1]}, line 2, a.png: It holds 3 numbers, an odd count" in capsys.readouterr().err
