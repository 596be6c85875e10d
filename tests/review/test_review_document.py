"""The document: every edit a changed rectangle, undone and redone exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import erased, painted

from app.review.document import DocumentError, MaskDocument
from app.review.edit import Action, Edit, OverlapPolicy
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])
SIZE = (23, 31)

points = st.tuples(st.floats(-6, 36), st.floats(-6, 28))
strokes = st.tuples(
    st.sampled_from(["paint", "erase", "clear", "undo", "redo"]),
    st.lists(points, min_size=1, max_size=4),
    st.integers(1, 9),
    st.integers(1, 3),
    st.sampled_from(list(OverlapPolicy)),
)


def play(document, stroke):
    kind, way, tip, class_id, overlap = stroke
    if kind == "undo":
        document.undo()
    elif kind == "redo":
        document.redo()
    elif kind == "clear":
        document.clear()
    else:
        for start, end in zip(way, [*way[1:], way[-1]], strict=True):
            drawn = kind == "paint"
            way_on = document, start, end, tip, class_id
            for edit in painted(*way_on, overlap) if drawn else erased(*way_on):
                document.apply(edit)
        document.finish(Action.BRUSH if kind == "paint" else Action.ERASE)


@given(st.lists(strokes, max_size=25), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_undoing_all_gives_the_original_and_redoing_all_the_last(played, seed):
    original = np.random.default_rng(seed).integers(0, 8, SIZE).astype(np.uint8)
    document = MaskDocument(original, TAXONOMY)
    for stroke in played:
        play(document, stroke)
    last = document.stack.copy()
    while document.undo():
        pass
    assert np.array_equal(document.stack, original)
    assert not document.dirty
    while document.redo():
        pass
    if not any(stroke[0] == "undo" for stroke in played):
        assert np.array_equal(document.stack, last)


@given(st.lists(strokes, min_size=1, max_size=12), st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None)
def test_every_patch_is_the_smallest_rectangle_that_changed(played, seed):
    original = np.random.default_rng(seed).integers(0, 8, SIZE).astype(np.uint8)
    document = MaskDocument(original, TAXONOMY)
    for _, way, tip, class_id, overlap in played:
        before = document.stack.copy()
        patch = document.do_all(painted(document, way[0], way[-1], tip, class_id, overlap), Action.BRUSH)
        rows, columns = np.nonzero(document.stack != before)
        if patch is None:
            assert rows.size == 0
        else:
            assert patch.box_px == (
                columns.min(),
                rows.min(),
                columns.max() - columns.min() + 1,
                rows.max() - rows.min() + 1,
            )


def test_the_argument_is_not_changed_and_the_view_cannot_be_written():
    stack = empty_stack(4, 5, 3)
    document = MaskDocument(stack, TAXONOMY)
    document.do_all([Edit((0, 0, 2, 2), np.ones((2, 2), bool), clear=0, draw=2)], Action.BRUSH)
    assert stack.sum() == 0
    with pytest.raises(ValueError, match="read-only"):
        document.stack[0, 0] = 1


def test_a_cancelled_stroke_leaves_no_step():
    document = MaskDocument(empty_stack(9, 9, 3), TAXONOMY)
    (edit,) = painted(document, (2, 2), (6, 6), 3, 1, OverlapPolicy.REPLACE)
    document.apply(edit)
    box = document.cancel()
    assert box is not None
    assert document.empty
    assert document.finish(Action.BRUSH) is None
    assert document.undo_action is None


def test_replace_takes_the_other_class_away_and_allow_keeps_it():
    for overlap, expected in ((OverlapPolicy.REPLACE, 2), (OverlapPolicy.ALLOW, 3)):
        stack = np.full((3, 3), 1, np.uint8)
        document = MaskDocument(stack, TAXONOMY)
        document.do_all(painted(document, (1.2, 1.2), (1.2, 1.2), 1, 2, overlap), Action.BRUSH)
        assert document.stack[1, 1] == expected
        assert document.stack.sum() == 8 + expected


def test_dirty_follows_saving_undo_and_a_lost_branch():
    document = MaskDocument(empty_stack(9, 9, 3), TAXONOMY)
    assert not document.dirty
    document.do_all(painted(document, (1, 1), (1, 1), 1, 1, OverlapPolicy.ALLOW), Action.BRUSH)
    document.mark_saved()
    assert not document.dirty
    document.undo()
    assert document.dirty
    document.redo()
    assert not document.dirty
    document.undo()
    document.do_all(painted(document, (5, 5), (5, 5), 1, 1, OverlapPolicy.ALLOW), Action.BRUSH)
    assert document.dirty, "as many steps as when it was saved, but other ones"
    document.mark_saved()
    document.mark_unsaved()
    assert document.dirty


def test_drawing_what_is_there_is_no_step():
    document = MaskDocument(np.full((5, 5), 1, np.uint8), TAXONOMY)
    assert document.do_all(painted(document, (2, 2), (2, 2), 3, 1, OverlapPolicy.ALLOW), Action.BRUSH) is None
    assert not document.dirty


def test_restore_word_brings_the_models_masks_back_in_one_step():
    word = np.full((4, 4), 1, np.uint8)
    document = MaskDocument(empty_stack(4, 4, 3), TAXONOMY, word)
    assert document.differs_from_word
    document.restore_word()
    assert not document.differs_from_word
    document.undo()
    assert document.empty


def test_findings_are_those_of_now():
    document = MaskDocument(empty_stack(9, 9, 3), TAXONOMY)
    document.do_all([Edit((1, 2, 3, 2), np.ones((2, 3), bool), 0, 2)], Action.BRUSH)
    (finding,) = document.findings()
    assert (finding.class_id, finding.box_px, finding.area_px) == (2, (1, 2, 3, 2), 6)
    document.undo()
    assert document.findings() == ()


def test_a_word_of_another_frame_is_refused():
    with pytest.raises(DocumentError, match="one frame"):
        MaskDocument(empty_stack(4, 4, 3), TAXONOMY, empty_stack(5, 4, 3))


def test_wide_stacks_keep_their_high_bits():
    taxonomy = make_taxonomy("many", [f"c{k}" for k in range(1, 65)])
    document = MaskDocument(empty_stack(3, 3, 64), taxonomy)
    document.do_all(painted(document, (1, 1), (1, 1), 1, 64, OverlapPolicy.REPLACE), Action.BRUSH)
    assert int(document.stack[1, 1]) == 1 << 63
    document.do_all(erased(document, (1, 1), (1, 1), 1, 64), Action.ERASE)
    assert document.empty
