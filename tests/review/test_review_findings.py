"""Finding tools on hand-drawn masks."""

import numpy as np

from app.review.document import MaskDocument
from app.review.edit import Action, OverlapPolicy
from app.review.rules import DrawingRules
from app.review.tools.finding import piece_at, piece_in
from app.review.tools.reshape import filled
from models.labels.masks import class_mask, empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])
RULES = DrawingRules(TAXONOMY)


def stack_of(*drawings):
    """A stack from drawings, one a class: '#' is the class."""
    stack = np.zeros((len(drawings[0]), len(drawings[0][0])), np.uint8)
    for bit, rows in enumerate(drawings):
        stack |= np.array([[(letter == "#") << bit for letter in row] for row in rows], np.uint8)
    return stack


def relabel(document, piece, overlap):
    """Give a piece of class 1 class 3, which has this policy."""
    rules = DrawingRules(TAXONOMY, overlap={3: overlap})
    document.do_all(rules.relabel(document.stack, piece.area, 1, 3), Action.RELABEL)


TWO_PIECES = ["##....", "..#...", "......", "....##"]


def test_the_piece_under_the_pointer_is_eight_connected():
    piece = piece_at(stack_of(TWO_PIECES), 0, 0, (1, 2, 3))
    assert piece is not None
    assert (piece.class_id, piece.box_px, piece.area_px) == (1, (0, 0, 3, 2), 3)
    assert piece_at(stack_of(TWO_PIECES), 3, 0, (1, 2, 3)) is None
    assert piece_at(stack_of(TWO_PIECES), 0, 0, (2, 3)) is None, "a hidden class cannot be picked"
    assert piece_at(stack_of(TWO_PIECES), 99, 0, (1,)) is None


def test_where_classes_overlap_the_smallest_piece_is_picked():
    stack = stack_of(["####", "####"], [".#..", "...."])
    piece = piece_at(stack, 1, 0, (1, 2, 3))
    assert piece is not None
    assert piece.class_id == 2


def test_delete_takes_one_piece_and_leaves_what_lies_under_it():
    document = MaskDocument(stack_of(TWO_PIECES, ["#.....", "......", "......", "......"]), TAXONOMY)
    piece = piece_at(document.stack, 1, 0, (1,))
    document.do_all(RULES.delete(document.stack, piece), Action.DELETE)
    assert np.array_equal(document.stack, stack_of(["......"] * 3 + ["....##"], ["#....."] + ["......"] * 3))


def test_relabel_changes_the_class_of_one_piece_alone():
    for overlap in OverlapPolicy:
        document = MaskDocument(stack_of(TWO_PIECES), TAXONOMY)
        relabel(document, piece_at(document.stack, 2, 1, (1,)), overlap)
        assert class_mask(document.stack, 3).sum() == 3
        assert class_mask(document.stack, 1).sum() == 2
        document.undo()
        assert np.array_equal(document.stack, stack_of(TWO_PIECES))


def test_relabel_keeps_an_overlapping_class_only_where_overlap_is_allowed():
    stack = stack_of(["##"], [".#"])
    for overlap, left, gained in (
        (OverlapPolicy.ALLOW, 1, 2),
        (OverlapPolicy.REPLACE, 0, 2),
        (OverlapPolicy.YIELD, 1, 1),
    ):
        document = MaskDocument(stack, TAXONOMY)
        relabel(document, piece_at(stack, 0, 0, (1,)), overlap)
        assert class_mask(document.stack, 2).sum() == left
        assert class_mask(document.stack, 3).sum() == gained


def test_relabelling_to_the_same_class_is_nothing():
    stack = stack_of(TWO_PIECES)
    assert RULES.relabel(stack, piece_at(stack, 0, 0, (1,)).area, 1, 1) == ()


def test_a_listed_finding_is_found_again_by_box_and_area():
    document = MaskDocument(stack_of(TWO_PIECES), TAXONOMY)
    for finding in document.findings():
        piece = piece_in(document.stack, finding.class_id, finding.box_px, finding.area_px)
        assert piece is not None
        assert piece.area_px == finding.area_px
    assert piece_in(document.stack, 1, (0, 0, 3, 2), 4) is None
    assert piece_in(empty_stack(3, 3, 3), 1, (0, 0, 1, 1), 1) is None


def test_holes_are_filled_through_no_diagonal():
    stack = stack_of([".###.", "#...#", "#.#.#", ".###."])
    document = MaskDocument(stack, TAXONOMY)
    document.do_all(RULES.change(stack, filled(piece_at(stack, 1, 0, (1,)))), Action.FILL)
    assert np.array_equal(document.stack, stack_of([".###.", "#####", "#####", ".###."]))
    assert filled(piece_at(document.stack, 1, 0, (1,))) is None
