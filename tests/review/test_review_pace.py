"""The pace of a review: hand-computed, without its breaks."""

import pytest

from app.review.pace import Pace


def paced(*moments):
    pace = Pace()
    for moment in moments:
        pace.note(moment)
    return pace


def test_frames_a_minute_and_what_is_left():
    pace = paced(100, 110, 130, 160)  # three gaps, a minute together
    assert pace.per_minute == pytest.approx(3)
    assert pace.minutes_left(90) == pytest.approx(30)


def test_too_few_decisions_say_nothing():
    assert paced(1, 2, 3).per_minute is None
    assert paced().minutes_left(10) is None
    assert paced(5, 5, 5, 5).per_minute is None, "no time has gone by"


def test_a_break_is_left_out_and_old_decisions_are_forgotten():
    assert paced(0, 20, 40, 1_000, 1_020).per_minute == pytest.approx(3)
    slow, fast = range(0, 3_000, 100), range(2_902, 2_942, 2)
    assert paced(*slow, *fast).per_minute == pytest.approx(30), "twenty gaps of two seconds"
