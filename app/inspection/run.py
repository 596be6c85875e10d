"""One run of the line, from its start to its end: a capture thread, an inference thread, the queue between them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from uuid import UUID

from app.inspection.capture import Capture, OpenSource
from app.inspection.inspector import Inspector
from app.inspection.queue import Captured, FrameQueue, Gap
from app.inspection.recipe import Recipe, RecipeError
from app.inspection.status import LineEvent, LineMeter, LineState, LineStatus
from app.words.inspection import Inspection
from app.words.reason import Reason
from models.predictor import Predictor

_log = logging.getLogger(__name__)

MakePredictor = Callable[[], Predictor]

FAILURES_WORTH_SAYING = 5
"""So many frames in a row on which the model failed make an event; the line goes on."""

CAPTURE_END_S = 1.0
"""How long the inference thread waits for the capture thread before it says that the line has ended."""

DRAIN_SHARE = 0.5
"""The share of the time to stop in which captured frames are still inspected."""


class Run:
    """What ``InspectionLine`` holds while it is active. Any method may be called from any thread."""

    def __init__(
        self,
        open_source: OpenSource,
        make_predictor: MakePredictor,
        recipe: Recipe,
        strip_id: UUID | None,
        on_inspected: Callable[[Inspection], None],
        on_event: Callable[[LineEvent], None],
    ) -> None:
        self._make_predictor = make_predictor
        self._recipe = recipe
        self._on_inspected = on_inspected
        self._on_event = on_event
        self._queue = FrameQueue()
        self._meter = LineMeter()
        self._ready = threading.Event()
        self._capture = Capture(open_source, strip_id, self._queue, self._ready, self._say)
        # Owns the model: loads it, inspects with it, changes it, closes it; ends when the frames have ended.
        self._inference = threading.Thread(target=self._infer, name="stripsight-inference")
        self._lock = threading.Lock()
        self._inspector: Inspector | None = None
        self._latest: Inspection | None = None
        self._error: Reason | None = None
        self._stopping = False
        self._ended = False

    def start(self) -> None:
        """Start both threads."""
        self._capture.start()
        self._inference.start()

    @property
    def alive(self) -> bool:
        """Whether a thread is still at work."""
        return self._capture.thread.is_alive() or self._inference.is_alive()

    @property
    def stopping(self) -> bool:
        """Whether ``stop`` was called."""
        with self._lock:
            return self._stopping

    def pause(self) -> None:
        """Inspect nothing until ``resume``."""
        self._queue.pause()

    def resume(self) -> None:
        """Go on inspecting."""
        self._queue.resume()

    def stop(self, timeout_s: float) -> bool:
        """End both threads, source first; captured frames are inspected while there is time. Whether all ended."""
        deadline_s = time.monotonic() + timeout_s
        with self._lock:
            self._stopping = True
        self._queue.finish(timeout_s * DRAIN_SHARE)
        self._capture.stop()
        self._ready.set()
        return self.join(deadline_s)

    def join(self, deadline_s: float | None) -> bool:
        """Wait for both threads until ``deadline_s`` on ``time.monotonic``; whether both have ended."""
        for thread in (self._capture.thread, self._inference):
            if thread is not threading.current_thread():
                thread.join(None if deadline_s is None else max(0.0, deadline_s - time.monotonic()))
        return not self.alive

    def change_source(self, open_source: OpenSource, strip_id: UUID | None) -> bool:
        """See ``InspectionLine.change_source``."""
        return self._capture.change(open_source, strip_id)

    def change_model(self, make_predictor: MakePredictor) -> bool:
        """See ``InspectionLine.change_model``."""
        return self._ask(lambda: self._swap_model(make_predictor))

    def change_recipe(self, recipe: Recipe) -> bool:
        """See ``InspectionLine.change_recipe``."""
        return self._ask(lambda: self._swap_recipe(recipe))

    def latest(self) -> Inspection | None:
        """The newest inspection."""
        with self._lock:
            return self._latest

    def status(self) -> LineStatus:
        """The run at this moment."""
        with self._lock:
            inspector, error = self._inspector, self._error
        return LineStatus(
            state=self._state(),
            counters=self._meter.counters,
            frames_per_s=self._meter.frames_per_s,
            latency_p50_ms=self._meter.latency_ms(0.5),
            latency_p99_ms=self._meter.latency_ms(0.99),
            queue_depth=self._queue.depth,
            source=self._capture.source_name,
            model="" if inspector is None else inspector.model.name,
            runtime="" if inspector is None else inspector.model.runtime,
            runtime_reason="" if inspector is None else inspector.runtime_reason,
            recipe=self._recipe.name if inspector is None else inspector.recipe.name,
            error=error or self._capture.error,
        )

    def _state(self) -> LineState:
        with self._lock:
            failed = self._error is not None
            if self._ended and not self._capture.thread.is_alive():
                if failed or self._capture.error is not None:
                    return LineState.FAILED
                return LineState.IDLE if self._stopping else LineState.ENDED
            if self._stopping or self._ended:
                return LineState.STOPPING
        if not self._ready.is_set():
            return LineState.STARTING
        return LineState.PAUSED if self._queue.paused else LineState.RUNNING

    def _infer(self) -> None:
        try:
            if self._load():
                self._ready.set()
                self._inspect_all()
        finally:
            # However this thread ends, nobody may go on filling a queue that nobody empties.
            self._capture.stop()
            self._queue.finish(0)
            self._ready.set()
            with self._lock:
                inspector = self._inspector
            if inspector is not None:
                inspector.close()
            # Almost always over already; a driver that hangs is for whoever stops the line to wait for.
            self._capture.thread.join(CAPTURE_END_S)
            with self._lock:
                self._ended = True
            self._say(LineEvent(Reason("line_ended", {"count": self._meter.counters.frames})))

    def _load(self) -> bool:
        """Make the first model; whether there is one."""
        try:
            inspector = Inspector(self._make_predictor(), self._recipe)
        except Exception as error:  # noqa: BLE001 - a runtime may raise anything; its sentence is what people need
            self._fail("model_unusable", error)
            return False
        with self._lock:
            self._inspector = inspector
        self._say(LineEvent(Reason("model_changed", _named(inspector))))
        return True

    def _inspect_all(self) -> None:
        """Inspect until the frames have ended or an inspection cannot be handed on."""
        while (item := self._queue.get()) is not None:
            if not isinstance(item, Captured | Gap):
                item()
                continue
            inspection, latency_ms = self._inspect(item)
            self._meter.count(inspection, latency_ms)
            with self._lock:
                self._latest = inspection
            try:
                self._on_inspected(inspection)
            except Exception as error:  # noqa: BLE001 - going on would inspect without keeping, unseen
                self._fail("keeping_failed", error)
                return

    def _inspect(self, item: Captured | Gap) -> tuple[Inspection, float | None]:
        """The inspection of a frame or a gap, and the time from the frame's capture to its verdict."""
        inspector = self._current()
        if isinstance(item, Gap):
            return inspector.inspect_gap(item), None
        queue_ms = (time.perf_counter() - item.captured_s) * 1000
        waited_ms = {"queue": queue_ms} if item.live else {"capture": item.capture_ms, "queue": queue_ms}
        inspection = inspector.inspect(item.frame, item.live, item.strip_id, waited_ms)
        if inspector.failures_in_a_row == FAILURES_WORTH_SAYING:
            error = inspection.verdict.reason.parameters.get("error", "")
            self._say(LineEvent(Reason("model_failing", {"count": FAILURES_WORTH_SAYING, "error": error}), error=True))
        return inspection, (time.perf_counter() - item.captured_s) * 1000

    def _swap_model(self, make_predictor: MakePredictor) -> None:
        old = self._current()
        try:
            fresh = Inspector(make_predictor(), old.recipe)
        except Exception as error:  # noqa: BLE001 - as in _load
            self._say(LineEvent(Reason("model_refused", {"error": sentence(error)}), error=True))
            return
        with self._lock:
            self._inspector = fresh
        old.close()
        self._say(LineEvent(Reason("model_changed", _named(fresh))))

    def _swap_recipe(self, recipe: Recipe) -> None:
        try:
            self._current().change_recipe(recipe)
        except RecipeError as error:
            self._say(LineEvent(Reason("recipe_refused", {"error": sentence(error)}), error=True))
            return
        self._say(LineEvent(Reason("recipe_changed", {"recipe": recipe.name})))

    def _current(self) -> Inspector:
        with self._lock:
            assert self._inspector is not None, "asked for before the model was loaded"
            return self._inspector

    def _ask(self, request: Callable[[], None]) -> bool:
        if self.stopping or not self._inference.is_alive():
            return False
        self._queue.ask(request)
        return True

    def _fail(self, code: str, error: Exception) -> None:
        reason = Reason(code, {"error": sentence(error)})
        with self._lock:
            self._error = reason
        self._say(LineEvent(reason, error=True))

    def _say(self, event: LineEvent) -> None:
        try:
            self._on_event(event)
        except Exception:  # noqa: BLE001 - a listener's fault must not end the line
            _log.exception("Whoever listens to the line failed at %s.", event.reason.code)


def sentence(error: Exception) -> str:
    """What an error says, or its type's name where it says nothing."""
    return str(error) or type(error).__name__


def _named(inspector: Inspector) -> dict[str, str]:
    return {"model": inspector.model.name, "runtime": inspector.model.runtime}
