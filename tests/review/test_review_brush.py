"""The brush against distances worked out pixel by pixel in fractions."""

import math
from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.tools.brush import capsule, larger_tip, snap

coordinates = st.floats(-5, 40, allow_nan=False)


def squared_distance(point, start, end):
    """From a point to a segment, exactly."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = Fraction(0) if not length else ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length
    along = min(max(along, Fraction(0)), Fraction(1))
    return (px - ax - along * (bx - ax)) ** 2 + (py - ay - along * (by - ay)) ** 2


@given(coordinates, coordinates, coordinates, coordinates, st.integers(1, 12))
@settings(max_examples=200, deadline=None)
def test_a_pixel_is_drawn_where_its_centre_is_within_half_the_tip(x0, y0, x1, y1, tip):
    start = tuple(Fraction(half, 2) for half in snap((x0, y0), tip))
    end = tuple(Fraction(half, 2) for half in snap((x1, y1), tip))
    (left, top, width, height), mask = capsule((x0, y0), (x1, y1), tip)
    assert mask.shape == (height, width)
    drawn = {(left + int(column), top + int(row)) for row, column in np.argwhere(mask)}
    reach = Fraction(tip, 2) ** 2
    expected = {
        (column, row)
        for column in range(left - 2, left + width + 2)
        for row in range(top - 2, top + height + 2)
        if squared_distance((column + Fraction(1, 2), row + Fraction(1, 2)), start, end) <= reach
    }
    assert drawn == expected


@given(coordinates, coordinates, coordinates, coordinates, st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_a_stroke_never_breaks(x0, y0, x1, y1, tip):
    _, mask = capsule((x0, y0), (x1, y1), tip)
    count, _ = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    assert count == 2


@pytest.mark.parametrize(
    ("tip", "rows"),
    [
        (1, ["#"]),
        (2, ["##", "##"]),
        (3, ["###", "###", "###"]),
        (4, [".##.", "####", "####", ".##."]),
        (5, [".###.", "#####", "#####", "#####", ".###."]),
    ],
)
def test_small_tips_look_like_this(tip, rows):
    _, mask = capsule((10.3, 10.3), (10.3, 10.3), tip)
    assert ["".join("#" if pixel else "." for pixel in row) for row in mask] == rows


def test_a_tip_of_one_pixel_draws_the_pixel_under_the_pointer():
    for x, y in ((7.01, 4.99), (7.5, 4.5), (7.99, 4.01)):
        box, mask = capsule((x, y), (x, y), 1)
        assert box == (7, 4, 1, 1)
        assert mask.all()


def test_tip_sizes_go_up_and_down_by_the_same_keys():
    assert [larger_tip(1), larger_tip(2), larger_tip(10), larger_tip(100)] == [2, 3, 11, 110]
    assert larger_tip(1, -3) == 1
    assert larger_tip(400) == 400
    for tip in range(1, 200):
        assert larger_tip(larger_tip(tip), -1) == tip, math.log(tip)
