"""What a source of frames is: the protocol every kind follows, and the error any of them may raise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from app.words.frame import Frame


class SourceError(Exception):
    """A source that cannot be opened or has gone away; the message is one sentence with the remedy."""


class Source(Protocol):
    """Where frames come from.

    ``frames`` is iterated once, by the capture thread; everything else may be called from any thread. A source that
    was opened holds its device until ``stop`` or until ``frames`` has ended.
    """

    @property
    def name(self) -> str:
        """What people call it; also the ``source`` of its frames."""

    @property
    def live(self) -> bool:
        """Whether it goes on when nobody takes its frames, so that the line drops the oldest; otherwise it waits."""

    @property
    def length(self) -> int | None:
        """How many frames there will be, where that is known."""

    def frames(self) -> Iterator[Frame]:
        """The frames, in order; waits for each. Ends after the last one or soon after ``stop``.

        A frame that cannot be read comes without an image and with its ``fault``. Raises ``SourceError`` where the
        source itself has gone away.
        """

    def stop(self) -> None:
        """End ``frames`` soon and release the device; from any thread, any number of times."""


def now_utc() -> datetime:
    """The time a frame arrives."""
    return datetime.now(UTC)
