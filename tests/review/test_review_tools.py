"""All tools over all: each touches its rectangle alone, leaves locked classes, is undone exactly and replayed."""

import uuid

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.document import MaskDocument
from app.review.edit import Action, OverlapPolicy
from app.review.journal import JournalFolder
from app.review.rules import DrawingRules
from app.review.tools.brush import Tip, stroke
from app.review.tools.finding import piece_at
from app.review.tools.grab_cut import grab_cut
from app.review.tools.holes import class_holes
from app.review.tools.outline import polygon, rectangle
from app.review.tools.placement import carried, placed
from app.review.tools.reshape import filled, grown, shrunk, smoothed
from app.review.tools.scissors import Scissors
from app.review.tools.split import split
from app.review.tools.threshold import Side, threshold
from app.review.tools.wand import Wand
from models.labels.masks import class_mask
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])
SIZE = (48, 64)

points = st.tuples(st.floats(-12, 76), st.floats(-12, 60))
boxes = st.tuples(st.integers(-10, 60), st.integers(-10, 44), st.integers(1, 50), st.integers(1, 40))


def scissors_area(frame, way):
    scissors = Scissors(frame, way[0], reach_px=20)
    for point in way[1:]:
        scissors.fix(point)
    return scissors.area()


AREAS = {
    "round brush": lambda frame, way, box: stroke(way[0], way[1], box[2] % 9 + 1),
    "square brush": lambda frame, way, box: stroke(way[0], way[1], box[2] % 9 + 1, Tip.SQUARE),
    "polygon": lambda frame, way, box: polygon(way, SIZE),
    "rectangle": lambda frame, way, box: rectangle(way[0], way[1], SIZE),
    "wand": lambda frame, way, box: Wand(frame, way[0], 4, 3, box).area(box[2]),
    "threshold": lambda frame, way, box: threshold(frame, box, Side.DARK),
    "grab cut": lambda frame, way, box: grab_cut(frame, box, 1),
    "scissors": lambda frame, way, box: scissors_area(frame, way),
}

CHANGES = {
    "fill": lambda piece, way, size: filled(piece),
    "grow": lambda piece, way, size: grown(piece, 2, size),
    "shrink": lambda piece, way, size: shrunk(piece, 1, size),
    "smooth": lambda piece, way, size: smoothed(piece, 1, size),
    "split": lambda piece, way, size: split(piece, way),
    "place": lambda piece, way, size: placed(piece, size, way[0], (1.5, 0.8), way[1][0]),
}

STEPS = (*AREAS, *CHANGES, "class holes", "delete", "relabel", "merge", "copy", "erase")

steps = st.tuples(
    st.sampled_from(STEPS), st.lists(points, min_size=3, max_size=5), boxes, st.integers(1, 3), st.integers(1, 3)
)
some_rules = st.builds(
    DrawingRules,
    taxonomy=st.just(TAXONOMY),
    exclusive=st.booleans(),
    overlap=st.dictionaries(st.integers(1, 3), st.sampled_from(list(OverlapPolicy))),
    locked=st.frozensets(st.integers(1, 3), max_size=1),
    hidden=st.frozensets(st.integers(1, 3), max_size=1),
)


def made(seed):
    """A frame and masks on it that nobody drew by hand."""
    rng = np.random.default_rng(seed)
    smooth = [cv2.GaussianBlur(rng.random(SIZE), (0, 0), 3) for _ in range(4)]
    frame = cv2.normalize(smooth[0], None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    stack = sum(((one > np.quantile(one, 0.8)) << bit for bit, one in enumerate(smooth[1:])), np.zeros(SIZE, int))
    return frame, stack.astype(np.uint8)


def edits_of(kind, frame, stack, rules, way, box, class_id, other):
    """The edits of one tool, however it is used."""
    if kind in AREAS:
        return rules.draw(stack, AREAS[kind](frame, way, box), class_id)
    if kind == "erase":
        return rules.erase(stack, polygon(way, SIZE), (class_id, other))
    if kind == "class holes":
        return rules.change(stack, class_holes(stack, class_id))
    pieces = [
        piece
        for row in range(4, SIZE[0], 9)
        for column in range(4, SIZE[1], 9)
        if (piece := piece_at(stack, column, row, (class_id, other)))
    ]
    if not pieces:
        return ()
    piece = pieces[box[2] % len(pieces)]
    if kind in CHANGES:
        return rules.change(stack, CHANGES[kind](piece, way, SIZE))
    if kind == "delete":
        return rules.delete(stack, piece)
    if kind == "relabel":
        return rules.relabel(stack, piece.area, piece.class_id, other)
    if kind == "merge":
        return rules.merge(stack, (piece, pieces[-1]), class_id)
    return rules.draw_all(stack, carried(pieces, TAXONOMY, TAXONOMY, (30, 40)))


@given(st.integers(0, 2**32 - 1), some_rules, st.lists(steps, min_size=1, max_size=6))
@settings(max_examples=40, deadline=None)
def test_every_tool_keeps_to_its_rectangle_and_the_rules_and_is_undone_and_replayed(
    tmp_path_factory, seed, rules, played
):
    frame, original = made(seed)
    untouched = frame.copy()
    document = MaskDocument(original, TAXONOMY)
    folder = JournalFolder(tmp_path_factory.mktemp("journals"))
    key = uuid.UUID(int=seed)
    journal = folder.begin(key, document)
    for kind, way, box, class_id, other in played:
        before = document.stack.copy()
        edits = edits_of(kind, frame, document.stack, rules, way, box, class_id, other)
        patch = document.do_all(edits, Action.BRUSH)
        allowed = np.zeros(SIZE, bool)
        for edit in edits:
            x, y, width, height = edit.box_px
            assert 0 <= x < x + width <= SIZE[1], kind
            assert 0 <= y < y + height <= SIZE[0], kind
            assert edit.mask.shape == (height, width), kind
            allowed[y : y + height, x : x + width] |= edit.mask
        assert np.array_equal(document.stack[~allowed], before[~allowed]), kind
        for protected in rules.protected:
            assert np.array_equal(class_mask(document.stack, protected), class_mask(original, protected)), kind
        if patch is not None:
            journal.step(patch)
            journal.step(document.undo(), "undo")
            assert np.array_equal(document.stack, before), kind
            journal.step(document.redo(), "redo")
    assert np.array_equal(frame, untouched), "no tool writes to the frame"
    journal.close()
    again = MaskDocument(original, TAXONOMY)
    folder.recover(key, again)
    folder.close()
    assert np.array_equal(again.stack, document.stack)
    while document.undo():
        pass
    assert np.array_equal(document.stack, original)


# On a line-scan frame

WIDE, HIGH = 16_384, 4_096


@pytest.fixture(scope="module")
def strip():
    """A frame of a line-scan camera with a light spot, and an empty document on it."""
    frame = np.full((HIGH, WIDE), 100, np.uint8)
    cv2.circle(frame, (8_000, 2_000), 40, 180, -1)
    return frame, MaskDocument(np.zeros((HIGH, WIDE), np.uint8), TAXONOMY)


class Counted(np.ndarray):
    """An image that notes how large the largest part of it is that anybody takes."""

    largest = 0

    def __getitem__(self, key):
        part = super().__getitem__(key)
        Counted.largest = max(Counted.largest, np.size(part))
        return part


def test_a_tool_reads_what_it_touches_and_not_the_frame(strip):
    """Counted in pixels: every tool reads a window of the frame and of the masks that is a sliver of the whole."""
    frame, document = strip
    spot = np.pi * 40**2
    rules = DrawingRules(TAXONOMY, exclusive=True)
    image, way = frame.view(Counted), [(7_960, 2_000), (8_000, 1_960), (8_040, 2_000), (8_000, 2_040)]
    box = (7_900, 1_900, 200, 200)
    areas = {
        "brush": lambda: stroke(way[0], way[1], 9),
        "polygon": lambda: polygon(way, (HIGH, WIDE)),
        "rectangle": lambda: rectangle(way[0], way[3], (HIGH, WIDE)),
        "wand": lambda: Wand(image, (8_000, 2_000), median_px=3).area(20),
        "threshold": lambda: threshold(image, box, Side.LIGHT),
        "grab cut": lambda: grab_cut(image, box),
        "scissors": lambda: scissors_area(image, way),
    }
    for name, make in areas.items():
        Counted.largest = 0
        area = make()
        assert area is not None, name
        assert Counted.largest <= 500 * 500, name
        if name in ("wand", "threshold", "grab cut"):
            assert area.area_px == pytest.approx(spot, rel=0.03), name
        Counted.largest = 0
        edits = rules.draw(document.stack.view(Counted), area, 1)
        assert Counted.largest <= area.box_px[2] * area.box_px[3], name
        patch = document.do_all(edits, Action.BRUSH)
        assert patch is None or patch.nbytes <= 2 * area.box_px[2] * area.box_px[3], name
    stack = document.stack.view(Counted)
    Counted.largest = 0
    piece = piece_at(stack, 8_000, 2_000, (1, 2, 3))
    assert Counted.largest <= 500 * 500
    cut = [(7_900, 2_000), (8_100, 2_000)]
    for name in ("grow", "shrink", "split"):
        change = CHANGES[name](piece, cut, (HIGH, WIDE))
        assert change is not None, name
        changed = [area.box_px for area in (change.removed, change.added) if area is not None]
        assert max(width * height for _, _, width, height in changed) <= 90 * 90, name
    moved = placed(piece, (HIGH, WIDE), (30.0, 20.0), turn_deg=45.0)
    assert moved is not None
    assert moved.added.area_px == pytest.approx(piece.area_px, rel=0.03)
