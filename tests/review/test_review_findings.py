"""Finding tools on hand-drawn masks."""

import numpy as np

from app.review.document import MaskDocument
from app.review.edit import Action, OverlapPolicy
from app.review.tools.finding import delete, fill_holes, piece_at, piece_in, relabel
from models.labels.masks import class_mask, empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])


def stack_of(*drawings):
    """A stack from drawings, one a class: '#' is the class."""
    stack = np.zeros((len(drawings[0]), len(drawings[0][0])), np.uint8)
    for bit, rows in enumerate(drawings):
        stack |= np.array([[(letter == "#") << bit for letter in row] for row in rows], np.uint8)
    return stack


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
    document.do(delete(piece), Action.DELETE)
    assert np.array_equal(document.stack, stack_of(["......"] * 3 + ["....##"], ["#....."] + ["......"] * 3))


def test_relabel_changes_the_class_of_one_piece_alone():
    for overlap in OverlapPolicy:
        document = MaskDocument(stack_of(TWO_PIECES), TAXONOMY)
        document.do(relabel(piece_at(document.stack, 2, 1, (1,)), 3, TAXONOMY, overlap), Action.RELABEL)
        assert class_mask(document.stack, 3).sum() == 3
        assert class_mask(document.stack, 1).sum() == 2
        document.undo()
        assert np.array_equal(document.stack, stack_of(TWO_PIECES))


def test_relabel_keeps_an_overlapping_class_only_where_overlap_is_allowed():
    stack = stack_of(["##"], [".#"])
    for overlap, left in ((OverlapPolicy.ALLOW, 1), (OverlapPolicy.REPLACE, 0)):
        document = MaskDocument(stack, TAXONOMY)
        document.do(relabel(piece_at(stack, 0, 0, (1,)), 3, TAXONOMY, overlap), Action.RELABEL)
        assert class_mask(document.stack, 2).sum() == left
        assert class_mask(document.stack, 3).sum() == 2


def test_relabelling_to_the_same_class_is_nothing():
    stack = stack_of(TWO_PIECES)
    assert relabel(piece_at(stack, 0, 0, (1,)), 1, TAXONOMY, OverlapPolicy.ALLOW) is None


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
    document.do(fill_holes(piece_at(stack, 1, 0, (1,)), TAXONOMY, OverlapPolicy.ALLOW), Action.FILL)
    assert np.array_equal(document.stack, stack_of([".###.", "#####", "#####", ".###."]))
    assert fill_holes(piece_at(document.stack, 1, 0, (1,)), TAXONOMY, OverlapPolicy.ALLOW) is None
