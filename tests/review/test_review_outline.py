"""Brush tips and outlines: a pixel belongs where its centre lies inside."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.tools.area import Area, spread, trimmed, union, within
from app.review.tools.brush import Tip, pressed_tip, snap, stroke
from app.review.tools.outline import polygon, rectangle

SIZE = (9, 12)
FRAME = (0, 0, SIZE[1], SIZE[0])

quarters = st.integers(-20, 60).map(lambda value: value / 4)
points = st.lists(st.tuples(quarters, quarters), min_size=3, max_size=9)


def drawn(area, size=SIZE):
    """The area's pixels as rows of '#' and '.' of a frame."""
    mask = np.zeros(size, bool) if area is None else spread(area, (0, 0, size[1], size[0]))
    return ["".join("#" if pixel else "." for pixel in row) for row in mask]


def inside(x, y, corners):
    """Even-odd, in fractions: whether a ray to the left meets an odd number of edges."""
    odd = False
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y0 <= y) != (y1 <= y):
            odd ^= x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x
    return odd


@given(points)
@settings(max_examples=120, deadline=None)
def test_a_pixel_is_in_a_polygon_where_its_centre_is(corners):
    exact = [(Fraction(x), Fraction(y)) for x, y in corners]
    expected = np.array(
        [
            [inside(column + Fraction(1, 2), row + Fraction(1, 2), exact) for column in range(SIZE[1])]
            for row in range(SIZE[0])
        ]
    )
    area = polygon(corners, SIZE)
    if area is None:
        assert not expected.any()
    else:
        assert np.array_equal(spread(area, FRAME), expected)
        assert area.mask.any(axis=0)[[0, -1]].all()
        assert area.mask.any(axis=1)[[0, -1]].all()


def test_outlines_that_share_an_edge_share_no_pixel_and_leave_none():
    left = [(1.0, 1.0), (7.5, 1.0), (4.5, 8.0), (1.0, 8.0)]
    right = [(7.5, 1.0), (11.0, 1.0), (11.0, 8.0), (4.5, 8.0)]
    both = np.add(*(spread(polygon(corners, SIZE), FRAME).astype(int) for corners in (left, right)))
    assert both[1:8, 1:11].tolist() == [[1] * 10] * 7
    assert both.sum() == 70


def test_a_triangle_looks_like_this():
    # centres on the slanted edge, x + y = 4, belong to the side right of it
    assert drawn(polygon([(0, 0), (4, 0), (0, 4)], (4, 4)), (4, 4)) == ["###.", "##..", "#...", "...."]


def test_what_a_bow_tie_encloses_twice_is_outside():
    twice = [(0, 0), (6, 0), (6, 6), (0, 6), (0, 0), (2, 2), (4, 2), (4, 4), (2, 4), (2, 2)]
    assert drawn(polygon(twice, (6, 6)), (6, 6)) == ["######", "######", "##..##", "##..##", "######", "######"]


@pytest.mark.parametrize(
    "corners",
    [
        [],
        [(1, 1)],
        [(1, 1), (5, 5)],
        [(1, 1), (5, 5), (3, 3)],
        [(-9, -9), (-1, -9), (-1, -1)],
        [(50, 1), (60, 1), (60, 9)],
        [(1, 1), (float("nan"), 4), (5, 5)],
        [(1, 1), (float("inf"), 4), (5, 5)],
    ],
)
def test_an_outline_around_no_centre_is_nothing(corners):
    assert polygon(corners, SIZE) is None


def test_an_outline_far_past_the_frame_is_cut_at_its_edge():
    assert polygon([(-1e300, -1e300), (1e300, -1e300), (1e300, 1e300), (-1e300, 1e300)], SIZE).box_px == FRAME
    assert rectangle((-1e300, 2.4), (1e300, 4.6), SIZE).box_px == (0, 2, 12, 3)


def test_a_rectangle_holds_the_pixels_whose_centre_is_inside():
    assert rectangle((1.6, 2.4), (4.6, 4.4), SIZE).box_px == (2, 2, 3, 2)
    assert rectangle((4.6, 4.4), (1.6, 2.4), SIZE).box_px == (2, 2, 3, 2), "drawn the other way"
    for ends in (((3.6, 1), (4.4, 8)), ((20, 1), (30, 8)), ((1, float("nan")), (3, 3))):
        assert rectangle(*ends, SIZE) is None


@given(quarters, quarters, quarters, quarters)
@settings(max_examples=100, deadline=None)
def test_a_rectangle_is_the_polygon_of_its_corners(x0, y0, x1, y1):
    as_polygon = polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], SIZE)
    as_rectangle = rectangle((x0, y0), (x1, y1), SIZE)
    assert drawn(as_polygon) == drawn(as_rectangle)


@given(quarters, quarters, quarters, quarters, st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_a_square_tip_covers_what_a_square_passes_over(x0, y0, x1, y1, tip):
    """Against the places along the way at which the square would hold a pixel's centre, in fractions."""
    (sx, sy), (ex, ey) = snap((x0, y0), tip), snap((x1, y1), tip)
    area = stroke((x0, y0), (x1, y1), tip, Tip.SQUARE)
    for row in range(-8, 24):
        for column in range(-8, 24):
            spans = [
                _while_within(2 * column + 1, sx, ex, tip),
                _while_within(2 * row + 1, sy, ey, tip),
            ]
            covered = max(span[0] for span in spans) <= min(span[1] for span in spans)
            x, y = column - area.box_px[0], row - area.box_px[1]
            here = 0 <= x < area.box_px[2] and 0 <= y < area.box_px[3] and bool(area.mask[y, x])
            assert here == covered


def _while_within(centre, start, end, reach):
    """From when to when on the way, 0 to 1, ``centre`` is at most ``reach`` from it; an empty span where never."""
    if start == end:
        return (Fraction(0), Fraction(1)) if abs(centre - start) <= reach else (Fraction(1), Fraction(0))
    times = sorted(Fraction(centre + side * reach - start, end - start) for side in (-1, 1))
    return max(times[0], Fraction(0)), min(times[1], Fraction(1))


def test_a_square_tip_looks_like_this():
    assert drawn(stroke((2.5, 2.5), (2.5, 2.5), 3, Tip.SQUARE), (5, 5)) == [".....", ".###.", ".###.", ".###.", "....."]
    diagonal = stroke((1.5, 1.5), (3.5, 3.5), 1, Tip.SQUARE)
    assert drawn(diagonal, (5, 5)) == [".....", ".##..", ".###.", "..##.", "....."]
    round_tip = stroke((2.5, 2.5), (2.5, 2.5), 5)
    assert drawn(round_tip, (5, 5)) == [".###.", "#####", "#####", "#####", ".###."]


def test_pressure_goes_from_one_pixel_to_the_whole_tip():
    assert [pressed_tip(20, pressure) for pressure in (-1, 0, 0.1, 0.5, 1, 7)] == [1, 1, 2, 10, 20, 20]


def test_areas_are_clipped_trimmed_joined_and_spread():
    area = Area((-1, -1, 3, 3), np.array([[1, 1, 1], [1, 0, 0], [1, 0, 1]], bool))
    clipped = within(area, (2, 2))
    assert clipped is not None
    assert (clipped.box_px, clipped.mask.tolist(), clipped.area_px) == ((1, 1, 1, 1), [[True]], 1)
    assert within(area, (1, 1)) is None, "its pixel in the frame is not one of the area's"
    assert within(Area((5, 5, 1, 1), np.ones((1, 1), bool)), (4, 4)) is None
    assert trimmed((3, 4, 2, 2), np.zeros((2, 2), bool)) is None
    joined = union(clipped, Area((3, 0, 1, 1), np.ones((1, 1), bool)))
    assert drawn(joined, (3, 4)) == ["...#", ".#..", "...."]
    assert union(None, clipped) is clipped
    assert union(clipped, None) is clipped
    assert spread(joined, (3, 0, 2, 1)).tolist() == [[True, False]]
