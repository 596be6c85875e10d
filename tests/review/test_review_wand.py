"""Wand, threshold, GrabCut and scissors on frames whose answer is known."""

from collections import deque
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.tools.area import spread
from app.review.tools.flood import flood
from app.review.tools.grab_cut import grab_cut
from app.review.tools.scissors import Scissors
from app.review.tools.threshold import Side, otsu_level, threshold
from app.review.tools.wand import Wand

FRAME = np.array(
    [
        [10, 10, 90, 90, 90],
        [10, 90, 14, 90, 90],
        [90, 90, 14, 20, 90],
        [10, 90, 90, 20, 30],
    ],
    np.uint8,
)


def drawn(area, size):
    mask = np.zeros(size, bool) if area is None else spread(area, (0, 0, size[1], size[0]))
    return ["".join("#" if pixel else "." for pixel in row) for row in mask]


def rows(area):
    return drawn(area, FRAME.shape)


def disc_on_steel(seed=1):
    """A frame with noise and a lighter disc, and where the disc is."""
    rng = np.random.default_rng(seed)
    down, across = np.mgrid[:150, :200]
    disc = (down - 75) ** 2 + (across - 100) ** 2 <= 30**2
    return (np.where(disc, 170, 100) + rng.normal(0, 4, disc.shape)).clip(0, 255).astype(np.uint8), disc


def iou(area, truth):
    mask = spread(area, (0, 0, truth.shape[1], truth.shape[0]))
    return np.count_nonzero(mask & truth) / np.count_nonzero(mask | truth)


# The wand


def test_the_tolerance_is_from_the_clicked_pixel_and_not_from_neighbour_to_neighbour():
    wand = Wand(FRAME, (2.5, 1.5), connectivity=4)
    assert rows(wand.area(5)) == [".....", "..#..", "..#..", "....."]
    assert rows(wand.area(6)) == [".....", "..#..", "..##.", "...#."]
    assert rows(wand.area(16)) == [".....", "..#..", "..##.", "...##"]
    assert rows(wand.area(5)) == [".....", "..#..", "..#..", "....."], "and back again"


def test_four_or_eight_neighbours():
    # the second dark pixel of the first row meets the 14 below it at a corner alone
    assert rows(Wand(FRAME, (0.5, 0.5), connectivity=4).area(4)) == ["##...", "#....", ".....", "....."]
    assert rows(Wand(FRAME, (0.5, 0.5), connectivity=8).area(4)) == ["##...", "#.#..", "..#..", "....."]


def test_the_flood_stays_in_its_limit():
    wand = Wand(FRAME, (3.5, 2.5), limit=(3, -5, 1, 20))
    assert rows(wand.area(0)) == [".....", ".....", "...#.", "...#."]
    assert rows(wand.area(255)) == ["...#."] * 4
    assert Wand(FRAME, (0.5, 0.5), limit=(3, 0, 1, 4)).area(5) is None, "clicked beside the limit"
    assert Wand(FRAME, (0.5, 0.5), limit=(30, 0, 1, 4)).area(5) is None, "the limit is beside the frame"


@pytest.mark.parametrize("point", [(-0.5, 1), (5, 1), (1, 4), (float("nan"), 1), (float("inf"), 1)])
def test_beside_the_frame_there_is_nothing(point):
    assert Wand(FRAME, point).area(5) is None


def test_no_tolerance_below_none():
    assert Wand(FRAME, (0, 0)).area(-1) is None
    assert Wand(FRAME, (0, 0)).area(float("nan")) is None
    with pytest.raises(ValueError, match="4 or 8"):
        Wand(FRAME, (0, 0), connectivity=6)


def test_a_median_looks_past_single_noisy_pixels():
    frame = np.full((9, 9), 50, np.uint8)
    frame[4, 4], frame[2, 6] = 255, 0
    raw = Wand(frame, (0, 0)).area(10)
    assert raw is not None
    assert raw.area_px == 79
    filtered = Wand(frame, (0, 0), median_px=3).area(10)
    assert filtered is not None
    assert filtered.area_px == 81
    assert frame[4, 4] == 255


def test_sixteen_bits_and_colours_flood_as_eight_bits_do():
    frame, disc = disc_on_steel()
    for image, factor in ((frame, 1), (frame.astype(np.uint16) * 257, 257), (np.dstack([frame] * 3), 1)):
        area = Wand(image, (100, 75), median_px=3).area(30 * factor)
        assert iou(area, disc) > 0.98
    red = np.dstack([frame, np.zeros_like(frame), np.zeros_like(frame)])
    assert iou(Wand(red, (100, 75), median_px=3).area(30), disc) > 0.98, "one channel differs"


def minimax(levels, x, y, tolerance, connectivity):
    """The plain flood, pixel by pixel."""
    height, width = levels.shape
    steps = [(0, 1), (0, -1), (1, 0), (-1, 0)] + [(1, 1), (1, -1), (-1, 1), (-1, -1)] * (connectivity == 8)
    found, waiting = {(y, x)}, deque([(y, x)])
    while waiting:
        row, column = waiting.popleft()
        for down, across in steps:
            near = row + down, column + across
            inside = 0 <= near[0] < height and 0 <= near[1] < width
            if inside and near not in found and abs(int(levels[near]) - int(levels[y, x])) <= tolerance:
                found.add(near)
                waiting.append(near)
    mask = np.zeros(levels.shape, bool)
    mask[tuple(np.transpose(list(found)))] = True
    return mask


@given(st.integers(0, 2**32 - 1), st.integers(0, 5), st.sampled_from([4, 8]), st.integers(0, 15), st.integers(0, 11))
@settings(max_examples=150, deadline=None)
def test_the_flood_is_the_same_whatever_window_it_begins_in(seed, tolerance, connectivity, x, y):
    levels = np.random.default_rng(seed).integers(0, 9, (12, 16)).astype(np.uint8)
    expected = minimax(levels, x, y, tolerance, connectivity)
    reads = []

    def read(box):
        reads.append(box)
        return levels[box[1] : box[1] + box[3], box[0] : box[0] + box[2]].copy()

    area = flood(read, x, y, (0, 0, 16, 12), tolerance, connectivity, window=(x, y, 1, 1))
    assert np.array_equal(spread(area, (0, 0, 16, 12)), expected)
    assert reads[0] == (x, y, 1, 1)
    assert all(a[2] * a[3] < b[2] * b[3] for a, b in pairwise(reads)), "windows only grow"


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 255), min_size=2, max_size=6), st.sampled_from([1, 3, 5]))
@settings(max_examples=50, deadline=None)
def test_a_larger_tolerance_takes_the_same_pixels_and_more(seed, tolerances, median_px):
    frame = np.random.default_rng(seed).integers(0, 256, (40, 300)).astype(np.uint8)
    wand = Wand(frame, (150, 20), median_px=median_px)
    live = {tolerance: drawn(wand.area(tolerance), frame.shape) for tolerance in tolerances}
    for tolerance in tolerances:
        assert drawn(Wand(frame, (150, 20), median_px=median_px).area(tolerance), frame.shape) == live[tolerance]
    ordered = [np.array([list(row) for row in live[tolerance]]) == "#" for tolerance in sorted(live)]
    assert all((more | less == more).all() for less, more in pairwise(ordered))


# Threshold


def test_dark_and_light_part_a_box_and_nothing_beside_it():
    assert rows(threshold(FRAME, (0, 0, 3, 3), Side.DARK, 14)) == ["##...", "#.#..", "..#..", "....."]
    assert rows(threshold(FRAME, (0, 0, 3, 3), Side.LIGHT, 14)) == ["..#..", ".#...", "##...", "....."]
    assert rows(threshold(FRAME, (3, 2, 50, 50), Side.DARK, 20)) == [".....", ".....", "...#.", "...#."]


def test_otsu_parts_two_kinds_of_pixels():
    level = otsu_level(FRAME, (0, 0, 5, 4))
    assert level is not None
    assert 30 <= level < 90
    frame, disc = disc_on_steel()
    assert iou(threshold(frame, (50, 25, 100, 100), Side.LIGHT), disc) > 0.999
    deep = frame.astype(np.uint16) * 257
    assert iou(threshold(deep, (50, 25, 100, 100), Side.LIGHT), disc) > 0.999
    colours = np.dstack([frame] * 3)
    assert iou(threshold(colours, (50, 25, 100, 100), Side.LIGHT), disc) > 0.999


def test_a_flat_box_or_one_beside_the_frame_has_no_level():
    flat = np.full((5, 5), 7, np.uint8)
    assert otsu_level(flat, (0, 0, 5, 5)) is None
    assert threshold(flat, (0, 0, 5, 5), Side.DARK) is None
    assert threshold(flat, (9, 9, 5, 5), Side.DARK, 100) is None
    assert otsu_level(flat, (-9, 0, 5, 5)) is None
    assert threshold(flat, (0, 0, 5, 5), Side.LIGHT, 7) is None


# GrabCut


def test_grab_cut_finds_the_disc_the_same_way_every_time():
    frame, disc = disc_on_steel()
    first = grab_cut(frame, (60, 35, 80, 80))
    assert iou(first, disc) > 0.97
    again = grab_cut(frame, (60, 35, 80, 80))
    assert again is not None
    assert again.box_px == first.box_px
    assert np.array_equal(again.mask, first.mask)
    deep = grab_cut(frame.astype(np.uint16) * 257, (60, 35, 80, 80))
    assert iou(deep, disc) > 0.97


def test_a_box_past_the_frame_is_cut_at_its_edge():
    frame, disc = disc_on_steel()
    right = np.ascontiguousarray(frame[:, 100:])
    area = grab_cut(right, (-50, 35, 90, 80))
    assert iou(area, disc[:, 100:]) > 0.95
    assert area.box_px[0] == 0


def test_grab_cut_takes_the_rim_for_background_where_the_frame_leaves_none():
    frame, disc = disc_on_steel()
    assert iou(grab_cut(frame, (0, 0, 200, 150)), disc) > 0.9


@pytest.mark.parametrize("box", [(300, 0, 50, 50), (-60, 0, 50, 50), (5, 5, 3, 3), (5, 5, 0, 9)])
def test_grab_cut_of_too_little_is_nothing(box):
    frame, _ = disc_on_steel()
    assert grab_cut(frame, box) is None


# Scissors


def test_the_way_follows_the_edge_between_the_points():
    frame, disc = disc_on_steel()
    scissors = Scissors(frame, (70, 75))
    for point in ((100, 45), (130, 75), (100, 105)):
        scissors.fix(point)
    assert iou(scissors.area(), disc) > 0.95
    assert scissors.fixed == ((70.5, 75.5), (100.5, 45.5), (130.5, 75.5), (100.5, 105.5))
    radii = np.hypot(*(np.array(scissors.outline) - (100.5, 75.5)).T)
    assert np.abs(radii - 30).max() < 3, "and not the straight line, which passes at 21"


def test_the_way_is_whole_and_ends_at_the_pointer():
    frame, _ = disc_on_steel()
    scissors = Scissors(frame, (20, 20), reach_px=30)
    for target in ((45, 33), (20, 20), (140, 90), (-40, 20), (1e9, 1e9)):
        way = np.array(scissors.move(target))
        end = np.clip(target, 0, (199, 149)) + 0.5
        assert way[0].tolist() == [20.5, 20.5]
        assert way[-1].tolist() == end.tolist()
        near = way[np.abs(way - 20.5).max(axis=1) <= 30]
        assert np.abs(np.diff(near, axis=0)).max(initial=0) <= 1


def test_points_can_be_taken_back():
    frame, _ = disc_on_steel()
    scissors = Scissors(frame, (70, 75))
    scissors.fix((100, 45))
    before = scissors.outline, scissors.fixed, scissors.move((130, 75))
    scissors.fix((120, 120))
    assert scissors.take_back()
    assert (scissors.outline, scissors.fixed, scissors.move((130, 75))) == before
    assert scissors.take_back()
    assert not scissors.take_back()
    assert scissors.fixed == ((70.5, 75.5),)
    scissors.fix((70.2, 75.9))
    assert len(scissors.fixed) == 1, "a point on the last one is none"
    assert scissors.area() is None
