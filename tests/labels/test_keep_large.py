"""``keep_large`` is ``drop_small`` and ``components`` in one, for any stack."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.labels.components import Component, components, drop_small, keep_large


@given(seed=st.integers(0, 10**6), density=st.floats(0, 1), least=st.integers(0, 12))
def test_it_does_what_the_two_do_one_after_the_other(seed: int, density: float, least: int) -> None:
    rng = np.random.default_rng(seed)
    stack = sum((rng.random((12, 17)) < density).astype(np.uint8) << bit for bit in range(3))
    probabilities = rng.random((3, 12, 17), dtype=np.float32)
    smallest = {1: least, 2: 3}
    expected = stack.copy()
    drop_small(expected, smallest)
    found = keep_large(stack, (1, 2, 3), probabilities, smallest)
    np.testing.assert_array_equal(stack, expected)
    assert found == components(expected, 3, probabilities)


def test_classes_not_asked_for_and_absent_ones_are_left_alone() -> None:
    stack = np.zeros((8, 8), dtype=np.uint16)
    stack[1:3, 1:3] = 1 << 9
    stack[6, 6] = 1
    found = keep_large(stack, (4, 10), np.full((2, 8, 8), 0.5, dtype=np.float16), {1: 100})
    assert found == (Component(class_id=10, box_px=(1, 1, 2, 2), area_px=4, score=0.5),)
    assert stack[6, 6] == 1
    assert keep_large(stack, (10,), np.ones((1, 8, 8), dtype=np.float16), {10: 5}) == ()
    assert not (stack & (1 << 9)).any()
