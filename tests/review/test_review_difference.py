"""Difference: where labels and masks that came agree, by hand-drawn stacks."""

import numpy as np
import pytest

from app.review.difference import AGREED, DIFFERENCE, EXTRA, MISSED, difference
from models.labels.masks import class_mask
from models.labels.taxonomy import DefectClass, Role, Taxonomy, make_taxonomy

THREE = make_taxonomy("three", ["a", "b", "c"])


def test_each_pixel_is_agreed_missed_or_extra():
    labels = np.array([[0, 1, 1, 0, 2]], np.uint8)
    model = np.array([[0, 1, 0, 4, 1]], np.uint8)
    parts = difference(labels, model, THREE)
    assert class_mask(parts, AGREED).tolist() == [[False, True, False, False, False]]
    assert class_mask(parts, MISSED).tolist() == [[False, False, True, False, True]]
    assert class_mask(parts, EXTRA).tolist() == [[False, False, False, True, True]]


def test_ignored_pixels_are_left_out_and_the_others_are_judged():
    taxonomy = Taxonomy(
        "ignoring",
        (
            DefectClass(1, "glare", "Glare", "#9e9e9e", role=Role.IGNORE),
            DefectClass(2, "scratch", "Scratch", "#e69f00"),
            DefectClass(3, "oil", "Oil", "#56b4e9", role=Role.NUISANCE),
            DefectClass(4, "dark", "Dark", "#222222", role=Role.IGNORE),
        ),
    )
    glare, scratch, oil, dark = 1, 2, 4, 8
    labels = np.array([[glare, glare, glare | scratch, dark | scratch, scratch, 0, 0, oil, scratch]], np.uint8)
    model = np.array([[0, scratch, scratch, 0, glare | scratch, glare, dark, oil, dark]], np.uint8)
    parts = difference(labels, model, taxonomy)
    assert parts.tolist() == [[0, 0, 0, 0, 1 << (AGREED - 1), 0, 0, 1 << (AGREED - 1), 1 << (MISSED - 1)]]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint64])
def test_the_highest_class_of_a_wide_stack_is_seen(dtype):
    bits = np.iinfo(dtype).bits
    taxonomy = make_taxonomy("wide", [f"c{place}" for place in range(bits)])
    highest = np.array([[1]], dtype) << dtype(bits - 1)
    assert difference(highest, np.zeros_like(highest), taxonomy).tolist() == [[1 << (MISSED - 1)]]
    assert difference(highest, highest, taxonomy).tolist() == [[1 << (AGREED - 1)]]


def test_its_parts_are_named():
    assert DIFFERENCE.names == ("agreed", "missed", "extra")
