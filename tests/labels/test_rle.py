"""Run lengths: cases computed by hand, a round trip, every way to be wrong, and a second opinion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_samples import masks

from models.labels.rle import SPREADSHEET_CELL_LIMIT, RleError, area_px, decode, encode, sorted_runs

# Counted down the columns, a frame of 3 rows and 4 columns holds the pixels
#   1 4 7 10
#   2 5 8 11
#   3 6 9 12
BY_HAND = [
    ("", [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]),
    ("1 1", [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]),
    ("12 1", [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]),
    ("1 12", [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]),
    ("4 3", [[0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]),
    ("2 1 5 1 8 1 11 1", [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]]),
    ("3 2 9 2", [[0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 1, 0]]),
]


@pytest.mark.parametrize(("text", "rows"), BY_HAND)
def test_hand_computed_cases_both_ways(text, rows):
    mask = np.array(rows, dtype=bool)
    assert encode(mask) == text
    np.testing.assert_array_equal(decode(text, (3, 4)), mask)


@given(masks)
def test_decoding_gives_back_what_was_encoded(mask):
    decoded = decode(encode(mask), mask.shape)
    assert decoded.dtype == np.bool_
    assert decoded.flags.c_contiguous
    np.testing.assert_array_equal(decoded, mask)


@given(masks)
def test_encoding_is_independent_of_the_memory_layout(mask):
    assert encode(np.asfortranarray(mask)) == encode(mask)
    assert encode(np.repeat(np.repeat(mask, 2, axis=0), 2, axis=1)[::2, ::2]) == encode(mask)


@given(masks)
def test_encoded_runs_ascend_and_never_touch(mask):
    runs = sorted_runs(encode(mask), mask.size)
    assert np.all(runs[1:, 0] > runs[:-1, 0] + runs[:-1, 1])
    assert area_px(runs) == np.count_nonzero(mask)


@given(masks, st.randoms())
def test_runs_may_stand_in_any_order(mask, random):
    numbers = encode(mask).split()
    pairs = [f"{start} {length}" for start, length in zip(numbers[::2], numbers[1::2], strict=True)]
    random.shuffle(pairs)
    np.testing.assert_array_equal(decode(" ".join(pairs), mask.shape), mask)


@given(masks)
def test_agrees_with_pycocotools(mask):
    """COCO's plain counts run down the columns, too, off first: starts and lengths follow from them."""
    from pycocotools import mask as coco_mask

    numbers = np.array(encode(mask).split(), dtype=int).reshape(-1, 2)
    counts, place = [], 1
    for start, length in numbers.tolist():
        counts += [start - place, length]
        place = start + length
    counts.append(mask.size + 1 - place)
    theirs = coco_mask.frPyObjects({"size": list(mask.shape), "counts": counts}, *mask.shape)
    ours = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    assert int(coco_mask.area(theirs)) == np.count_nonzero(mask)
    # Counts may end in an empty run; the masks are compared through their intersection over union.
    if mask.any():
        assert coco_mask.iou([theirs], [ours], [0])[0, 0] == 1.0


def test_adjacent_runs_are_taken_and_written_as_one():
    assert encode(decode("2 3 5 2", (3, 4))) == "2 5"


def test_space_around_and_between_the_numbers_does_not_matter():
    np.testing.assert_array_equal(decode("  4   2\t9 1 \n", (3, 4)), decode("4 2 9 1", (3, 4)))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1 2 3", "odd count"),
        ("7", "odd count"),
        ("1 2 three 4", "'three', which is no whole number"),
        ("1.5 2", "'1.5', which is no whole number"),
        ("1_0 2", "'1_0', which is no whole number"),
        ("+1 2", "'+1', which is no whole number"),
        ("nan", "'nan', which is no whole number"),
        ("٣ 1", "'٣', which is no whole number"),
        ("² 1", "'²', which is no whole number"),
        ("-1 2", "negative number -1"),
        ("5 -2", "negative number -2"),
        ("0 2", "Run 1 has a start of zero"),
        ("1 2 0 1", "Run 2 has a start of zero"),
        ("1 0", "Run 1 has a length of zero"),
        ("1 3 3 1", "'1 3' and '3 1' overlap"),
        ("9 2 1 9", "'1 9' and '9 2' overlap"),
        ("4 1 4 1", "'4 1' and '4 1' overlap"),
        ("12 2", "'12 2' ends at pixel 13, past the end of a frame of 12 pixels"),
        ("13 1", "past the end"),
        ("1 999999999999999999", "past the end"),
        ("1 99999999999999999999999", "past the end"),
        (f"1 {'9' * 5000}", "past the end"),
    ],
)
def test_a_fault_is_named(text, named):
    with pytest.raises(RleError) as caught:
        decode(text, (3, 4))
    assert named in str(caught.value)
    assert len(str(caught.value)) < 200


def test_without_a_size_only_the_end_is_left_unchecked():
    assert sorted_runs("900 100").tolist() == [[900, 100]]
    with pytest.raises(RleError, match="overlap"):
        sorted_runs("900 100 950 1")


def test_a_cell_cut_by_a_spreadsheet_is_recognised():
    text = " ".join(f"{start} 1" for start in range(100_001, 112_000, 2))
    cut = text[:SPREADSHEET_CELL_LIMIT]
    assert len(cut.split()) % 2
    with pytest.raises(RleError, match=r"odd count.*where a spreadsheet cuts it off"):
        decode(cut, (1000, 1000))
    assert decode(text, (1000, 1000)).sum() == 6000


def test_a_frame_without_pixels():
    assert encode(np.zeros((0, 5), dtype=bool)) == ""
    assert decode("", (0, 5)).shape == (0, 5)


@given(st.text(st.sampled_from("0123456789 -.x\t"), max_size=30))
def test_any_text_decodes_or_is_refused(text):
    """What is accepted comes out again in order, with adjacent runs joined."""
    try:
        mask = decode(text, (5, 7))
    except RleError:
        return
    numbers = [int(token) for token in text.split()]
    assert mask.sum() == sum(numbers[1::2])
    np.testing.assert_array_equal(decode(encode(mask), (5, 7)), mask)
