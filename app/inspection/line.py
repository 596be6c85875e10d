"""The inspection line: start, pause, resume, stop, and change of source, model and recipe without a restart."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from uuid import UUID

from app.inspection.capture import OpenSource
from app.inspection.recipe import Recipe
from app.inspection.run import MakePredictor, Run
from app.inspection.status import LineEvent, LineStatus
from app.words.inspection import Inspection
from app.words.reason import Reason

STOP_TIMEOUT_S = 10.0


class LineError(RuntimeError):
    """The line cannot do what was asked of it now; the message says what to do first."""


class InspectionLine:
    """Frames from a source through a model to a verdict, in two threads; the store's writer is the third.

    ``on_inspected`` is called in the inference thread with *every* inspection, in order; where it blocks, the line
    waits (a live source then loses frames, counted). Where it raises, the line ends as failed: inspecting what nobody
    keeps would look like inspecting. ``on_event`` is called from any of the line's threads or the caller's, and must
    not call ``stop``; ``line_ended`` is the last event of a run, after its last inspection, however it came to its end.

    A folder or a video waits for the line. A live source drops its oldest frame; each stretch that was lost arrives as
    one inspection, *not inspected*, that says how many. After the source's end, frames + lost of the counters is what
    the source gave.

    All methods may be called from any thread; none but ``stop`` and ``wait`` blocks.
    """

    def __init__(self, on_inspected: Callable[[Inspection], None], on_event: Callable[[LineEvent], None]) -> None:
        self._on_inspected = on_inspected
        self._on_event = on_event
        self._lock = threading.Lock()
        self._run: Run | None = None

    def start(
        self,
        open_source: OpenSource,
        make_predictor: MakePredictor,
        recipe: Recipe,
        strip_id: UUID | None = None,
    ) -> None:
        """Start. ``open_source`` is called in the capture thread, ``make_predictor`` in the inference thread.

        What they raise becomes an event and the state ``failed``. The counters begin at 0. The predictor is the
        line's from then on; the recipe's thresholds are put over the bundle's. Raises ``LineError`` where the line is
        active.
        """
        with self._lock:
            if self._run is not None and self._run.status().state.active and not self._run.stopping:
                raise LineError("The line is at work; stop it before it is started again.")
            if self._run is not None and not self._run.join(time.monotonic() + 1.0):
                raise LineError("The line is still stopping; start it again when it has ended.")
            self._run = Run(open_source, make_predictor, recipe, strip_id, self._on_inspected, self._on_event)
            self._run.start()

    def pause(self) -> None:
        """Inspect nothing until ``resume``. What a live source gives meanwhile counts as lost, with that reason."""
        if (run := self._current()) is not None:
            run.pause()

    def resume(self) -> None:
        """Go on."""
        if (run := self._current()) is not None:
            run.resume()

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> bool:
        """Stop, source first, then the model; whether all threads have ended within ``timeout_s``.

        What was captured is still inspected while half of the time lasts; the rest arrives as one inspection, *not
        inspected*. Where a driver or a model hangs, an event says so, and the line cannot be started until it lets go.
        """
        if (run := self._current()) is None:
            return True
        was_active = run.status().state.active
        ended = run.stop(timeout_s)
        if not ended:
            self._on_event(LineEvent(Reason("stop_late", {"seconds": timeout_s}), error=True))
        elif was_active:
            self._on_event(LineEvent(Reason("line_stopped")))
        return ended

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the line has ended by itself; whether it has."""
        run = self._current()
        return run is None or run.join(None if timeout_s is None else time.monotonic() + timeout_s)

    def change_source(self, open_source: OpenSource, strip_id: UUID | None = None) -> bool:
        """Go on with another source, whose frames belong to ``strip_id`` (``None``: to the same strip).

        The old source lets go first, and what it gave is inspected. Whether the request was taken: it is not where the
        line has no run or its source has ended. A source that cannot be opened ends the line as failed.
        """
        run = self._current()
        return run is not None and run.change_source(open_source, strip_id)

    def change_model(self, make_predictor: MakePredictor) -> bool:
        """Change the model between two frames; the old one is closed. Whether the request was taken.

        Where the new one cannot be made or does not fit the recipe, an event says so and the old one goes on.
        """
        run = self._current()
        return run is not None and run.change_model(make_predictor)

    def change_recipe(self, recipe: Recipe) -> bool:
        """Change the recipe between two frames; one that does not fit the model is refused with an event."""
        run = self._current()
        return run is not None and run.change_recipe(recipe)

    def status(self) -> LineStatus:
        """The line at this moment."""
        run = self._current()
        return LineStatus() if run is None else run.status()

    def latest(self) -> Inspection | None:
        """The newest inspection of this run, lost stretches included."""
        run = self._current()
        return None if run is None else run.latest()

    def _current(self) -> Run | None:
        with self._lock:
            return self._run
