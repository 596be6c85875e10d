"""Queue filter: which inspections of a queue are listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.review.ports import ReviewItem
from app.review.suspicion import Cause, cause_of
from app.words.correction import ReviewState
from app.words.inspection import VerdictKind


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What of the queue is listed; an empty field lists all.

    ``text`` is part of the frame's name or of its note, upper and lower case alike; ``strip``, ``station`` and
    ``reviewer`` are whole names. ``since_utc`` (aware) admits frames taken then or later.
    """

    states: frozenset[ReviewState] = frozenset()
    verdict: VerdictKind | None = None
    class_name: str = ""
    text: str = ""
    strip: str = ""
    station: str = ""
    reviewer: str = ""
    since_utc: datetime | None = None
    cause: Cause | None = None

    def admits(self, item: ReviewItem) -> bool:
        """Whether an item is listed."""
        return (
            (not self.states or item.state in self.states)
            and (self.verdict is None or item.verdict is self.verdict)
            and (not self.class_name or self.class_name in item.class_names)
            and (not self.strip or self.strip == item.strip)
            and (not self.station or self.station == item.station)
            and (not self.reviewer or self.reviewer == item.reviewer)
            and (self.since_utc is None or item.time_utc >= self.since_utc)
            and (self.cause is None or cause_of(item) is self.cause)
            and (not self.text or self._named(item))
        )

    def _named(self, item: ReviewItem) -> bool:
        text = self.text.casefold()
        return text in item.name.casefold() or text in item.note.casefold()
