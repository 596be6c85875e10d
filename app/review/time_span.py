"""Time spans of the review queue: today, this shift, the last week; on the station's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

SHIFT_STARTS = (time(6), time(14), time(22))
"""When shifts begin, by the station's clock, ascending: three shifts of eight hours."""
_WEEK = timedelta(days=7)


class TimeSpan(StrEnum):
    """How far back frames are listed."""

    ANY = "any"
    TODAY = "today"
    SHIFT = "shift"
    WEEK = "week"


def since(span: TimeSpan, now: datetime, zone: tzinfo | None = None) -> datetime | None:
    """When a span that ends at ``now`` (aware) began, in UTC; ``None`` for ``ANY``.

    Days and shifts begin by the clock of ``zone``, without one by this computer's, also across a change to or from
    summer time.
    """
    match span:
        case TimeSpan.ANY:
            return None
        case TimeSpan.WEEK:
            return now.astimezone(UTC) - _WEEK
        case TimeSpan.TODAY:
            return _at(now.astimezone(zone).date(), time(), zone)
        case TimeSpan.SHIFT:
            return _shift_start(now, zone)


def _shift_start(now: datetime, zone: tzinfo | None) -> datetime:
    today = now.astimezone(zone).date()
    starts = (_at(day, start, zone) for day in (today, today - timedelta(days=1)) for start in reversed(SHIFT_STARTS))
    return next(start for start in starts if start <= now)


def _at(day: date, clock: time, zone: tzinfo | None) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
