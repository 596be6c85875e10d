"""Reshaping, splitting, merging and placing findings, on masks worked out by hand."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.document import MaskDocument
from app.review.edit import Action, OverlapPolicy
from app.review.rules import DrawingRules
from app.review.tools.bridge import bridges
from app.review.tools.finding import Piece, piece_at, piece_in
from app.review.tools.holes import class_holes
from app.review.tools.placement import carried, placed
from app.review.tools.reshape import LARGEST_RADIUS_PX, filled, grown, shrunk, smoothed
from app.review.tools.split import split, stairs
from models.labels.components import components
from models.labels.masks import class_mask
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])
RULES = DrawingRules(TAXONOMY)


def stack_of(*drawings):
    """A stack from drawings, one a class: '#' is the class."""
    stack = np.zeros((len(drawings[0]), len(drawings[0][0])), np.uint8)
    for bit, rows in enumerate(drawings):
        stack |= np.array([[(letter == "#") << bit for letter in row] for row in rows], np.uint8)
    return stack


def rows(stack, class_id=1):
    return ["".join("#" if pixel else "." for pixel in row) for row in class_mask(stack, class_id)]


def first(stack, class_id=1):
    """The piece with the class's first pixel."""
    y, x = np.argwhere(class_mask(stack, class_id))[0]
    return piece_at(stack, int(x), int(y), (class_id,))


def changed(stack, change, rules=RULES):
    document = MaskDocument(stack, TAXONOMY)
    document.do_all(rules.change(stack, change), Action.GROW)
    return document.stack


# Holes


def test_a_finding_is_filled_and_what_lies_in_the_hole_stays():
    stack = stack_of([".###.", "#...#", "#.#.#", ".###."], ["....."] * 2 + [".#..."] + ["....."])
    filled_up = changed(stack, filled(first(stack)))
    assert rows(filled_up) == [".###.", "#####", "#####", ".###."]
    assert rows(filled_up, 2) == rows(stack, 2)
    assert filled(first(filled_up)) is None


def test_several_findings_of_a_class_surround_a_hole_together():
    stack = stack_of(["##.##", "#...#", "#...#", "##.##"])
    assert all(filled(piece_at(stack, x, 0, (1,))) is None for x in (0, 4))
    assert class_holes(stack, 1) is None, "it is open above and below"
    stack = stack_of([".##..", "#..#.", "#..#.", ".##.."], [".....", ".#...", ".....", "....."])
    assert rows(changed(stack, class_holes(stack, 1))) == [".##..", "####.", "####.", ".##.."]
    assert class_holes(stack, 2) is None
    assert class_holes(stack, 3) is None
    over = DrawingRules(TAXONOMY, overlap={1: OverlapPolicy.YIELD})
    assert rows(changed(stack, class_holes(stack, 1), over)) == [".##..", "#.##.", "####.", ".##.."]


# Grow and shrink


def test_growing_by_one_adds_the_four_neighbours_and_by_two_a_disc():
    stack = stack_of([".....", ".....", "..#..", ".....", "....."])
    assert rows(changed(stack, grown(first(stack), 1, (5, 5)))) == [".....", "..#..", ".###.", "..#..", "....."]
    assert rows(changed(stack, grown(first(stack), 2, (5, 5)))) == ["..#..", ".###.", "#####", ".###.", "..#.."]


def test_growing_stops_at_the_frame_and_adds_nothing_past_it():
    stack = stack_of(["#..", "...", "..."])
    change = grown(first(stack), 1, (3, 3))
    assert rows(changed(stack, change)) == ["##.", "#..", "..."]
    full = stack_of(["##", "##"])
    assert grown(first(full), 3, (2, 2)) is None


def test_shrinking_takes_the_rim_but_not_at_the_frames_edge():
    stack = stack_of(["......", ".####.", ".####.", ".####.", "......"])
    assert rows(changed(stack, shrunk(first(stack), 1, (5, 6)))) == ["......", "......", "..##..", "......", "......"]
    edge = stack_of(["####..", "####..", "####..", "......"])
    assert rows(changed(edge, shrunk(first(edge), 1, (4, 6)))) == ["###...", "###...", "......", "......"]


def test_a_scratch_one_pixel_wide_shrinks_only_when_asked():
    stack = stack_of([".......", ".#####.", "......."])
    assert shrunk(first(stack), 1, (3, 7)) is None
    gone = changed(stack, shrunk(first(stack), 1, (3, 7), keep_thin=False))
    assert not gone.any()


@pytest.mark.parametrize("radius", [0, -1, LARGEST_RADIUS_PX + 1])
def test_a_radius_of_nothing_is_refused(radius):
    stack = stack_of(["#.."])
    for tool in (grown, shrunk, smoothed):
        with pytest.raises(ValueError, match="choose 1 to"):
            tool(first(stack), radius, (1, 3))


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_growing_and_shrinking_are_distances_between_centres(seed, radius):
    rng = np.random.default_rng(seed)
    stack = (cv2.GaussianBlur(rng.random((24, 30)), (0, 0), 2) > 0.52).astype(np.uint8)
    if not stack.any():
        return
    piece = first(stack)
    own = np.zeros(stack.shape, bool)
    x, y, width, height = piece.box_px
    own[y : y + height, x : x + width] = piece.mask
    inside = np.argwhere(own)
    beside = np.argwhere(~own)
    to_inside = _least(np.argwhere(np.ones_like(own)), inside).reshape(own.shape)
    change = grown(piece, radius, stack.shape)
    assert np.array_equal(changed(own.astype(np.uint8), change) > 0, to_inside <= radius**2)
    if beside.size:
        to_beside = _least(np.argwhere(np.ones_like(own)), beside).reshape(own.shape)
        change = shrunk(piece, radius, stack.shape, keep_thin=False)
        assert np.array_equal(changed(own.astype(np.uint8), change) > 0, to_beside > radius**2)


def _least(points, others):
    return ((points[:, None] - others[None]) ** 2).sum(axis=2).min(axis=1)


# Smooth


def test_smoothing_takes_a_burr_and_fills_a_dent():
    stack = stack_of(
        [
            "...........",
            ".....#.....",
            ".#########.",
            ".#########.",
            ".#########.",
            ".####.####.",
            "...........",
        ]
    )
    block = ["..........."] * 2 + [".#########."] * 4 + ["..........."]
    assert rows(changed(stack, smoothed(first(stack), 1, (7, 11)))) == block


def test_smoothing_keeps_a_scratch_unless_asked():
    stack = stack_of(
        [
            "............",
            ".####.......",
            ".####.......",
            ".###########",
            ".####.......",
            "............",
        ]
    )
    piece = first(stack)
    kept = rows(changed(stack, smoothed(piece, 1, (6, 12))))
    assert kept[3] == ".###########"
    gone = rows(changed(stack, smoothed(piece, 1, (6, 12), keep_thin=False)))
    assert gone[3] == ".####......."
    line = stack_of(["......", ".####.", "......"])
    assert smoothed(first(line), 2, (3, 6)) is None, "nothing would be left of it"
    assert not changed(line, smoothed(first(line), 2, (3, 6), keep_thin=False)).any()


def test_a_straight_edge_at_the_frames_edge_stays_straight():
    stack = stack_of(["######", "######", "######", "......"])
    assert smoothed(first(stack), 1, (4, 6)) is None


# Split


@given(*[st.integers(-9, 9)] * 4)
@settings(max_examples=100, deadline=None)
def test_stairs_go_one_pixel_across_or_down_at_a_time_along_the_line(x0, y0, x1, y1):
    columns, down = stairs((x0, y0), (x1, y1))
    assert (columns[0], down[0], columns[-1], down[-1]) == (x0, y0, x1, y1)
    assert (np.abs(np.diff(columns)) + np.abs(np.diff(down)) == 1).all()
    aside = (columns - x0) * (y1 - y0) - (down - y0) * (x1 - x0)
    assert (np.abs(aside) <= max(math.hypot(x1 - x0, y1 - y0), 1)).all(), "never more than a pixel off"


def test_a_diagonal_cut_leaves_two_findings():
    stack = stack_of(["#####"] * 5)
    parted = changed(stack, split(first(stack), [(-1.5, -1.5), (7, 7)]))
    assert len(components(parted, 3)) == 2
    assert rows(parted) == ["..###", "#..##", "##..#", "###..", "####."]


def test_a_cut_that_parts_nothing_is_none():
    stack = stack_of(["#####"] * 4)
    piece = first(stack)
    assert split(piece, [(2.5, 0.5), (2.5, 2.5)]) is None, "it ends within"
    assert split(piece, [(20, 0), (30, 9)]) is None
    assert split(piece, [(2, 2)]) is None
    assert split(piece, [(2, 2), (float("nan"), 3)]) is None
    assert split(piece, [(0.5, -1), (0.5, 9)]) is None, "it takes a column off the side"


def test_a_cut_from_far_away_and_round_a_corner():
    stack = stack_of(["#######"] * 5)
    parted = changed(stack, split(first(stack), [(2.5, -1e12), (2.5, 2.5), (1e12, 2.5)]))
    assert rows(parted) == ["##.####", "##.####", "##.....", "#######", "#######"]


@given(st.integers(0, 2**32 - 1), *[st.floats(-4, 34)] * 4)
@settings(max_examples=100, deadline=None)
def test_a_split_takes_only_its_line_and_always_parts(seed, x0, y0, x1, y1):
    rng = np.random.default_rng(seed)
    stack = (cv2.GaussianBlur(rng.random((24, 30)), (0, 0), 2) > 0.5).astype(np.uint8)
    piece = first(stack)
    change = split(piece, [(x0, y0), (x1, y1)])
    if change is None:
        return
    assert change.added is None
    assert len(components(changed(stack, change), 3)) > len(components(stack, 3))
    assert change.removed.area_px <= abs(x1 - x0) + abs(y1 - y0) + 3


# Merge


def test_the_bridge_is_the_shortest_way():
    stack = stack_of(["##......", "##....##", "......##", "........"])
    left, right = piece_at(stack, 0, 0, (1,)), piece_at(stack, 7, 1, (1,))
    document = MaskDocument(stack, TAXONOMY)
    document.do_all(RULES.merge(stack, (left, right), 1), Action.MERGE)
    assert rows(document.stack) == ["##......", "########", "......##", "........"]
    assert len(document.findings()) == 1


def test_each_finding_is_bridged_to_the_nearest():
    stack = stack_of(["#......#...#"])
    pieces = [piece_at(stack, x, 0, (1,)) for x in (0, 11, 7)]
    assert bridges(pieces).mask.tolist() == [[True] * 12]
    assert bridges(pieces[:1]) is None
    assert bridges([]) is None


def test_findings_of_two_classes_become_one_of_the_first():
    stack = stack_of(["##....", "......"], ["....##", "......"])
    document = MaskDocument(stack, TAXONOMY)
    document.do_all(RULES.merge(stack, (first(stack), first(stack, 2)), 1), Action.MERGE)
    assert rows(document.stack) == ["######", "......"]
    assert not class_mask(document.stack, 2).any()
    locked = DrawingRules(TAXONOMY, locked=frozenset({2}))
    assert locked.merge(stack, (first(stack), first(stack, 2)), 1) == ()


def test_findings_that_touch_need_no_bridge():
    stack = stack_of(["##..", "..##"], ["....", "...."])
    stack[1, 2:] = 2
    assert bridges((first(stack), first(stack, 2))) is None
    document = MaskDocument(stack, TAXONOMY)
    document.do_all(RULES.merge(stack, (first(stack), first(stack, 2)), 2), Action.MERGE)
    assert rows(document.stack, 2) == ["##..", "..##"]


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_merged_findings_are_one_and_nothing_else_changes(seed, tip):
    rng = np.random.default_rng(seed)
    stack = (cv2.GaussianBlur(rng.random((30, 40)), (0, 0), 1.2) > 0.62).astype(np.uint8)
    pieces = [piece_in(stack, c.class_id, c.box_px, c.area_px) for c in components(stack, 3)][:4]
    document = MaskDocument(stack, TAXONOMY)
    document.do_all(RULES.merge(stack, pieces, 1, tip), Action.MERGE)
    assert (document.stack >= stack).all()
    if pieces:
        y, x = np.argwhere(pieces[0].mask)[0] + pieces[0].box_px[1::-1]
        one = piece_at(document.stack, int(x), int(y), (1,))
        assert one.area_px >= sum(piece.area_px for piece in pieces)


# Place


def test_moving_takes_the_finding_along_and_nothing_else():
    stack = stack_of(["##....", ".#....", "......"], ["......", "...#..", "......"])
    moved = changed(stack, placed(first(stack), (3, 6), shift=(2, 1)))
    assert rows(moved) == ["......", "..##..", "...#.."]
    assert rows(moved, 2) == rows(stack, 2)
    half_out = changed(stack, placed(first(stack), (3, 6), shift=(-1, 2)))
    assert rows(half_out) == ["......", "......", "#....."]
    assert placed(first(stack), (3, 6), shift=(-2, 0)) is None, "nothing would be left"


def test_a_quarter_turn_four_times_is_nothing():
    stack = stack_of(["......", ".###..", "...#..", "...#..", "......", "......"])
    turned = changed(stack, placed(first(stack), (6, 6), turn_deg=90))
    assert rows(turned) == ["......", "...#..", "...#..", ".###..", "......", "......"]
    for _ in range(3):
        turned = changed(turned, placed(first(turned), (6, 6), turn_deg=90))
    assert np.array_equal(turned, stack)


def test_twice_as_large_is_four_times_the_pixels():
    stack = np.zeros((20, 20), np.uint8)
    stack[8:11, 7:12] = [[1, 1, 1, 1, 1], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0]]
    doubled = changed(stack, placed(first(stack), (20, 20), scale=(2.0, 2.0)))
    x, y, width, height = cv2.boundingRect(doubled)
    assert (width, height) == (10, 6)
    assert np.array_equal(doubled[y : y + 6, x : x + 10], np.kron(stack[8:11, 7:12], np.ones((2, 2), np.uint8)))


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"turn_deg": 720.0},
        {"scale": (0.0, 1.0)},
        {"scale": (1.0, -2.0)},
        {"shift": (math.nan, 0.0)},
        {"turn_deg": math.inf},
        {"shift": (1e9, 0.0)},
    ],
)
def test_no_change_and_no_number_are_nothing(how):
    stack = stack_of(["##....", ".#....", "......"])
    assert placed(first(stack), (3, 6), **how) is None


@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 8), st.sampled_from([90.0, 180.0, 270.0, -90.0]))
@settings(max_examples=100, deadline=None)
def test_quarter_turns_lose_and_double_no_pixel(seed, width, height, turn):
    mask = np.random.default_rng(seed).random((height, width)) < 0.5
    mask[0, 0] = mask[-1, -1] = True
    turned = placed(Piece(1, (20, 20, width, height), mask), (60, 60), turn_deg=turn)
    # the first and the last pixel of a turned mask lie at its corners, so its box is the turned box
    assert np.array_equal(turned.added.mask, np.rot90(mask, k=-round(turn / 90)))


def test_findings_are_carried_by_the_names_of_their_classes():
    stack = stack_of(["##....", "......", "......"], ["......", "....##", "....##"], ["......", "#.....", "......"])
    pieces = [first(stack, class_id) for class_id in (1, 2, 3)]
    other = make_taxonomy("other", ["x", "b", "a"])
    placed_there = carried(pieces, TAXONOMY, other, (2, 5))
    assert [(class_id, area.box_px) for class_id, area in placed_there] == [(3, (0, 0, 2, 1)), (2, (4, 1, 1, 1))]
    rules = DrawingRules(other, exclusive=True, locked=frozenset({2}))
    target = MaskDocument(np.full((2, 5), 1, np.uint8), other)
    target.do_all(rules.draw_all(target.stack, placed_there), Action.COPY)
    assert target.stack.tolist() == [[4, 4, 1, 1, 1], [1, 1, 1, 1, 1]]
    target.undo()
    assert (target.stack == 1).all()


# Findings are found without looking at the whole frame


@given(st.integers(0, 2**32 - 1), st.integers(0, 299), st.integers(0, 39))
@settings(max_examples=60, deadline=None)
def test_a_piece_is_the_same_as_labelling_the_whole_frame_gives(seed, x, y):
    rng = np.random.default_rng(seed)
    stack = (cv2.GaussianBlur(rng.random((40, 300)), (0, 0), 3) > 0.5).astype(np.uint8)
    piece = piece_at(stack, x, y, (1, 2, 3))
    _, labels = cv2.connectedComponents(stack, connectivity=8)
    if not stack[y, x]:
        assert piece is None
        return
    whole = np.zeros(stack.shape, bool)
    whole[piece.box_px[1] : piece.box_px[1] + piece.box_px[3], piece.box_px[0] : piece.box_px[0] + piece.box_px[2]] = (
        piece.mask
    )
    assert np.array_equal(whole, labels == labels[y, x])
    again = piece_in(stack, 1, piece.box_px, piece.area_px)
    assert again is not None
    assert np.array_equal(again.mask, piece.mask)


def test_a_larger_piece_cut_off_at_the_box_is_not_the_finding():
    stack = stack_of(["##....", "##....", "#####."])
    assert piece_in(stack, 1, (0, 0, 2, 2), 4) is None
    assert piece_in(stack, 1, (50, 50, 2, 2), 4) is None
