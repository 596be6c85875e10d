"""Waiting out a full disk or a locked database, and telling of it once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from app.store.errors import StoreClosedError, passing
from app.words.reason import Reason

T = TypeVar("T")
OnEvent = Callable[[Reason], None]

_FIRST_PAUSE_S = 0.1
_LAST_PAUSE_S = 2.0

_log = logging.getLogger(__name__)


class Patience:
    """Repeats a write while what hinders it may pass; ``on_event`` hears when that begins and when it ends."""

    def __init__(self, on_event: OnEvent | None = None) -> None:
        self._on_event = on_event
        self._gave_up = threading.Event()
        self._hindrance: str | None = None

    def give_up(self) -> None:
        """Make what waits, now or later, end with ``StoreClosedError``. Any thread."""
        self._gave_up.set()

    def until_done(self, write: Callable[[], T]) -> T:
        """Do ``write``, again and again while its error is a passing one; any other error is raised."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                result = write()
            except Exception as error:
                hindrance = passing(error)
                if hindrance is None:
                    raise
                self._note(hindrance)
                if self._gave_up.wait(pause_s):
                    raise StoreClosedError("The store was closed before this could be written.") from error
                pause_s = min(2 * pause_s, _LAST_PAUSE_S)
            else:
                self._note(None)
                return result

    def tell(self, event: Reason) -> None:
        """Hand an event on; a listener that fails does not stop the writer."""
        if self._on_event is not None:
            try:
                self._on_event(event)
            except Exception:  # noqa: BLE001 - somebody else's fault must not end the writer
                _log.exception("A listener to the store's events failed.")

    def _note(self, hindrance: Reason | None) -> None:
        """Tell of a hindrance when it comes, changes and goes, not at every attempt."""
        code = None if hindrance is None else hindrance.code
        if code != self._hindrance:
            self._hindrance = code
            self.tell(hindrance or Reason("store_recovered"))
