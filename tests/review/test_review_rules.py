"""Drawing rules: what is locked stays, and what a newly drawn class meets gives way, stays or wins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.document import MaskDocument
from app.review.edit import Action, OverlapPolicy
from app.review.rules import DrawingRules
from app.review.tools.area import Area, Change
from app.review.tools.outline import polygon
from models.labels.masks import class_mask
from models.labels.taxonomy import TaxonomyError, make_taxonomy

TAXONOMY = make_taxonomy("four", ["a", "b", "c", "d"])
ROW = Area((0, 0, 4, 1), np.ones((1, 4), bool))


def stack(*values):
    return np.array([values], np.uint8)


def after(rules, before, edits, action=Action.BRUSH):
    document = MaskDocument(before, TAXONOMY)
    document.do_all(edits, action)
    return document.stack[0].tolist()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (OverlapPolicy.ALLOW, [1, 3, 5, 1]),
        (OverlapPolicy.YIELD, [1, 2, 4, 1]),
        (OverlapPolicy.REPLACE, [1, 1, 1, 1]),
    ],
)
def test_a_drawn_class_lies_over_yields_or_replaces(policy, expected):
    before = stack(0, 2, 4, 1)
    rules = DrawingRules(TAXONOMY, overlap={1: policy})
    assert after(rules, before, rules.draw(before, ROW, 1)) == expected


def test_each_class_has_its_own_policy():
    before = stack(0, 2, 4, 1)
    rules = DrawingRules(TAXONOMY, overlap={1: OverlapPolicy.REPLACE, 2: OverlapPolicy.YIELD})
    assert after(rules, before, rules.draw(before, ROW, 1)) == [1, 1, 1, 1]
    assert after(rules, before, rules.draw(before, ROW, 2)) == [2, 2, 4, 1]
    assert after(rules, before, rules.draw(before, ROW, 3)) == [4, 6, 4, 5], "unnamed: allowed"


def test_an_exclusive_taxonomy_replaces_whatever_the_class_says():
    before = stack(0, 2, 4, 1)
    rules = DrawingRules(TAXONOMY, exclusive=True, overlap={1: OverlapPolicy.ALLOW})
    assert after(rules, before, rules.draw(before, ROW, 1)) == [1, 1, 1, 1]


@pytest.mark.parametrize("how", ["locked", "hidden"])
def test_a_protected_class_is_neither_drawn_erased_replaced_nor_relabelled(how):
    before = stack(0, 2, 6, 1)
    for policy in OverlapPolicy:
        rules = DrawingRules(TAXONOMY, overlap=dict.fromkeys(range(1, 5), policy), **{how: frozenset({2})})
        assert rules.draw(before, ROW, 2) == ()
        assert rules.erase(before, ROW, (2,)) == ()
        assert rules.relabel(before, ROW, 2, 1) == ()
        assert rules.relabel(before, ROW, 1, 2) == ()
        assert rules.change(before, Change(2, removed=ROW)) == ()
        assert after(rules, before, rules.erase(before, ROW, (1, 2, 3))) == [0, 2, 2, 0]
        assert class_mask(np.array([after(rules, before, rules.draw(before, ROW, 1))]), 2).tolist() == [[0, 1, 1, 0]]
    rules = DrawingRules(TAXONOMY, exclusive=True, **{how: frozenset({2})})
    assert after(rules, before, rules.draw(before, ROW, 1)) == [1, 2, 6, 1], "cannot replace, so is not drawn there"
    assert rules.changeable == (1, 3, 4)


def test_a_relabelled_pixel_does_not_yield_to_the_class_it_leaves():
    before = stack(1, 1, 3, 0)
    rules = DrawingRules(TAXONOMY, overlap={3: OverlapPolicy.YIELD})
    first = Area((0, 0, 3, 1), np.ones((1, 3), bool))
    assert after(rules, before, rules.relabel(before, first, 1, 3)) == [4, 4, 2, 0]
    assert rules.relabel(before, first, 1, 1) == ()


def test_clearing_and_restoring_leave_protected_bits_alone():
    rules = DrawingRules(TAXONOMY, locked=frozenset({2}))
    document = MaskDocument(stack(1, 2, 3, 4), TAXONOMY, word=stack(2, 0, 1, 8))
    document.clear(rules.protected_bits)
    assert document.stack[0].tolist() == [0, 2, 2, 0]
    document.restore_word(rules.protected_bits)
    assert document.stack[0].tolist() == [0, 2, 3, 8]
    assert document.clear(0b1111) is None


def test_outside_the_frame_and_no_area_are_nothing():
    before = stack(0, 0, 0, 0)
    rules = DrawingRules(TAXONOMY)
    far = Area((4, 0, 2, 1), np.ones((1, 2), bool))
    assert rules.draw(before, far, 1) == rules.draw(before, None, 1) == rules.erase(before, far, (1,)) == ()
    assert rules.erase(before, None, (1,)) == rules.change(before, None) == rules.relabel(before, far, 1, 2) == ()
    assert MaskDocument(before, TAXONOMY).do_all((), Action.BRUSH) is None
    with pytest.raises(TaxonomyError, match="ids run from 1 to 4"):
        rules.draw(before, ROW, 5)


outlines = st.lists(st.tuples(st.floats(-3, 20), st.floats(-3, 16)), min_size=3, max_size=7)
class_ids = st.integers(1, 4)
steps = st.tuples(st.sampled_from(["draw", "erase", "relabel", "change"]), outlines, class_ids, class_ids)


@given(
    st.lists(steps, max_size=8),
    st.integers(0, 2**32 - 1),
    st.sets(class_ids),
    st.sets(class_ids),
    st.dictionaries(class_ids, st.sampled_from(list(OverlapPolicy))),
    st.booleans(),
)
@settings(max_examples=100, deadline=None)
def test_whatever_is_done_protected_classes_stay_and_all_can_be_undone(played, seed, locked, hidden, overlap, one):
    value = np.random.default_rng(seed).integers(0, 16, (13, 17)).astype(np.uint8)
    original = (value & -value.astype(np.int16)).astype(np.uint8) if one else value
    rules = DrawingRules(TAXONOMY, one, overlap, frozenset(locked), frozenset(hidden))
    document = MaskDocument(original, TAXONOMY)
    for kind, outline, class_id, other in played:
        area = polygon(outline, document.size)
        if kind == "draw":
            edits = rules.draw(document.stack, area, class_id)
        elif kind == "erase":
            edits = rules.erase(document.stack, area, (class_id, other))
        elif kind == "change":
            edits = rules.change(document.stack, Change(class_id, removed=area, added=polygon(outline[1:], (13, 17))))
        else:
            edits = () if area is None else rules.relabel(document.stack, area, class_id, other)
        before = document.stack.copy()
        document.do_all(edits, Action.BRUSH)
        touched = np.zeros(document.size, bool)
        for edit in edits:
            x, y, width, height = edit.box_px
            touched[y : y + height, x : x + width] |= edit.mask
        assert np.array_equal(document.stack[~touched], before[~touched])
    for class_id in locked | hidden:
        assert np.array_equal(class_mask(document.stack, class_id), class_mask(original, class_id))
    if one:
        assert not (document.stack & (document.stack - np.uint8(1))).any()
    while document.undo():
        pass
    assert np.array_equal(document.stack, original)
