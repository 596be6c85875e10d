"""Time spans by the station's clock, also in the nights in which it is changed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.review.time_span import TimeSpan, since

BERLIN = ZoneInfo("Europe/Berlin")


def local(day, hour, minute=0, month=6):
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("now", "began"),
    [
        (local(10, 6), local(10, 6)),
        (local(10, 13, 59), local(10, 6)),
        (local(10, 14), local(10, 14)),
        (local(10, 23), local(10, 22)),
        (local(10, 5, 59), local(9, 22)),
        (local(1, 0, 30), local(31, 22, month=5)),
    ],
)
def test_a_shift_begins_at_six_two_and_ten(now, began):
    assert since(TimeSpan.SHIFT, now, BERLIN) == began


def test_today_begins_at_midnight_of_the_zone_even_when_clocks_go_forward():
    # 29 March 2026 has 23 hours in Berlin: midnight is 23:00 UTC, before the change at 01:00 UTC
    now = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    assert since(TimeSpan.TODAY, now, BERLIN) == datetime(2026, 3, 28, 23, 0, tzinfo=UTC)


def test_a_week_is_seven_times_24_hours_and_any_time_has_no_beginning():
    now = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    assert since(TimeSpan.WEEK, now) == datetime(2026, 3, 22, 12, 0, tzinfo=UTC)
    assert since(TimeSpan.ANY, now) is None
