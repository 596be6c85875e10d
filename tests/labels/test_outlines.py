"""Outlines and the filling of polygons: they undo each other to the pixel, holes and single pixels included."""

from __future__ import annotations

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels.coco_rle import mask_of_polygons
from models.labels.keyholes import one_ring
from models.labels.outlines import outlines
from models.labels.polygon_fill import ShapeError, box_ring, checked_ring, fill, fill_ellipse_into, fill_into

large_masks = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(
    lambda size: st.floats(0.05, 0.95).flatmap(
        lambda share: st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).random(size) < share)
    )
)
"""Masks large enough for holes within pieces within holes."""

masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9))) | large_masks


def drawn(*rows):
    """A mask from rows of text; # is set."""
    return np.array([[letter == "#" for letter in row] for row in rows])


@given(masks)
def test_outlines_filled_are_the_mask(mask):
    found = outlines(mask)
    assert np.array_equal(fill([ring for outline in found for ring in outline.rings], mask.shape), mask)


@given(masks)
def test_keyholes_filled_one_by_one_are_the_mask_and_share_no_pixel(mask):
    pieces = [fill([one_ring(outline)], mask.shape) for outline in outlines(mask)]
    together = np.sum(pieces, axis=0) if pieces else np.zeros(mask.shape)
    assert np.array_equal(together, mask.astype(int))


@given(masks)
def test_keyholes_are_the_mask_by_the_rule_of_coco_as_well(mask):
    polygons = [one_ring(outline).reshape(-1).tolist() for outline in outlines(mask)]
    if polygons:
        assert np.array_equal(mask_of_polygons(polygons, mask.shape), mask)


@given(masks)
def test_outer_rings_run_clockwise_and_holes_the_other_way(mask):
    for outline in outlines(mask):
        for place, ring in enumerate(outline.rings):
            x, y = ring.T
            assert (np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0) == (place == 0)
            assert tuple(ring[0, ::-1]) == min(map(tuple, ring[:, ::-1].tolist()))


def test_a_frame_round_a_hole_by_hand():
    (outline,) = outlines(drawn("###", "#.#", "###"))
    assert outline.outer.tolist() == [[0, 0], [3, 0], [3, 3], [0, 3]]
    assert [ring.tolist() for ring in outline.holes] == [[[1, 1], [1, 2], [2, 2], [2, 1]]]
    assert one_ring(outline).tolist() == [
        *([0, 0], [1, 0]),
        *([1, 1], [1, 2], [2, 2], [2, 1], [1, 1]),
        *([1, 0], [3, 0], [3, 3], [0, 3]),
    ]


def test_pixels_that_touch_at_a_corner_are_two_outlines_of_one_finding():
    for rows in (("#.", ".#"), (".#", "#.")):
        found = outlines(drawn(*rows))
        assert [len(outline.outer) for outline in found] == [4, 4]
        assert [outline.finding for outline in found] == [1, 1]
    assert [outline.finding for outline in outlines(drawn("#.#"))] == [1, 2]


def test_a_piece_in_a_hole_keeps_its_own_outline():
    found = outlines(drawn("#####", "#...#", "#.#.#", "#...#", "#####"))
    assert [len(outline.holes) for outline in found] == [1, 0]
    assert [outline.finding for outline in found] == [1, 2]


def test_nothing_has_no_outline_and_the_whole_frame_one():
    assert outlines(np.zeros((3, 4), dtype=bool)) == ()
    (outline,) = outlines(np.ones((3, 4), dtype=bool))
    assert outline.outer.tolist() == [[0, 0], [4, 0], [4, 3], [0, 3]]


def test_a_thousand_holes_below_one_another():
    mask = np.ones((4001, 3), dtype=bool)
    mask[1::2, 1] = False
    (outline,) = outlines(mask)
    assert len(outline.holes) == 2000
    assert np.array_equal(fill([one_ring(outline)], mask.shape), mask)


def test_a_pixel_counts_where_its_centre_lies_inside():
    triangle = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    assert np.array_equal(fill([triangle], (4, 4)), drawn("###.", "##..", "#...", "...."))
    assert np.array_equal(fill([triangle[::-1]], (4, 4)), drawn("###.", "##..", "#...", "...."))


def test_an_edge_through_centres_belongs_to_the_pixel_on_its_right_and_below():
    half = box_ring(0.5, 0.5, 2.5, 2.5)
    assert np.array_equal(fill([half], (4, 4)), drawn("##..", "##..", "....", "...."))


@given(
    st.lists(st.tuples(st.floats(-6, 18), st.floats(-6, 18)), min_size=3, max_size=7),
    st.tuples(st.floats(-6, 18), st.floats(-6, 18), st.floats(-6, 18), st.floats(-6, 18)),
)
def test_two_parts_of_a_cut_polygon_share_no_pixel_and_lose_none(corners, cut):
    # A polygon and the same with a detour over another point: their difference is the detour's triangle.
    ring = np.array(corners)
    detour = np.array([ring[-1], [cut[0], cut[1]], ring[0]])
    longer = np.concatenate([ring, [[cut[0], cut[1]]]])
    assert np.array_equal(fill([longer], (12, 12)), fill([ring], (12, 12)) ^ fill([detour], (12, 12)))


def test_parts_outside_the_frame_are_cut_off():
    assert fill([box_ring(-5, -5, 50, 50)], (3, 4)).all()
    assert not fill([box_ring(10, 0, 20, 3)], (3, 4)).any()
    assert not fill([box_ring(-9, 0, -1, 3)], (3, 4)).any()
    assert np.array_equal(fill([box_ring(-2, 1, 2, 9)], (3, 4)), drawn("....", "##..", "##.."))


def test_two_polygons_over_each_other_are_their_union_and_two_rings_a_hole():
    outer, inner = box_ring(0, 0, 3, 3), box_ring(1, 1, 2, 2)
    mask = np.zeros((3, 3), dtype=bool)
    for ring in (outer, inner):
        fill_into(mask, [ring])
    assert mask.all()
    assert np.array_equal(fill([outer, inner], (3, 3)), drawn("###", "#.#", "###"))


def test_a_turned_box_and_an_ellipse():
    assert np.array_equal(fill([box_ring(1, 0, 2, 3, 90)], (3, 3)), drawn("...", "###", "..."))
    lying, standing = np.zeros((3, 3), dtype=bool), np.zeros((3, 3), dtype=bool)
    fill_ellipse_into(lying, (1.5, 1.5), (1.6, 0.4), 0)
    fill_ellipse_into(standing, (1.5, 1.5), (1.6, 0.4), 90)
    assert np.array_equal(lying, drawn("...", "###", "..."))
    assert np.array_equal(standing, drawn(".#.", ".#.", ".#."))
    with pytest.raises(ShapeError, match="radii above zero"):
        fill_ellipse_into(lying, (1, 1), (0, 1), 0)


@pytest.mark.parametrize(
    ("xs", "ys", "named"),
    [
        ([0, 1], [0, 1], "at least three corners, each an x and a y; this one has 2"),
        ([0, 1, 2], [0, 1], "at least three corners"),
        ([0, 1, 9e9], [0, 1, 1], "far outside the frame of 20 pixels"),
        ([0, 1, float("nan")], [0, 1, 1], "far outside"),
        ([0, 1, 2], [0, -50, 1], "far outside the frame of 10 pixels"),
    ],
)
def test_corners_that_cannot_be_are_refused(xs, ys, named):
    with pytest.raises(ShapeError, match=named):
        checked_ring(xs, ys, (10, 20))
