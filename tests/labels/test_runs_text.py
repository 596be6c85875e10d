"""The text of run lengths, against Python's own numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.labels.runs_text import runs_text

_NUMBERS = st.integers(0, 2_000_000) | st.sampled_from([0, 9, 10, 99, 100, 999, 1000, 1001, 10_000, 999_999, 1_000_000])


@given(st.lists(st.tuples(_NUMBERS, _NUMBERS), min_size=30, max_size=60))
def test_every_number_is_written_as_python_writes_it(runs):
    starts, lengths = np.array(runs).T
    assert runs_text(starts, lengths) == " ".join(f"{start} {length}" for start, length in runs)


@pytest.mark.parametrize("count", [1, 4095, 4096, 4097, 10_000])
def test_any_count_is_written_whole(count):
    starts, lengths = np.arange(count) * 37 % 999_983, np.arange(count) % 999 + 1
    numbers = runs_text(starts, lengths).split(" ")
    assert [int(number) for number in numbers] == np.column_stack((starts, lengths)).reshape(-1).tolist()


def test_no_run_is_the_empty_text():
    assert runs_text(np.array([], dtype=int), np.array([], dtype=int)) == ""
