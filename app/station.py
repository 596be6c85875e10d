"""The station: settings, store, line and bundles, joined. The one wiring place; it knows no Qt.

What takes time (stopping a line, beginning a strip) is done in one control thread, in the order it was asked for, so
that a window may call any of this from its own thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from uuid import UUID

from app import paths
from app.inspection.line import STOP_TIMEOUT_S, InspectionLine
from app.inspection.recipe import Recipe
from app.inspection.status import LineEvent, LineState, LineStatus
from app.settings import DEFAULT_BUNDLE, DEVICE, Settings
from app.sources import Source, open_source
from app.station_store import open_station_store
from app.words.inspection import Inspection
from app.words.reason import Reason
from models.bundle import list_bundles, open_bundle
from models.data.strip import PRESETS
from models.predictor import Predictor

OnInspected = Callable[[Inspection], None]
OnEvent = Callable[[LineEvent], None]

_log = logging.getLogger(__name__)

_GOOD_NEWS = frozenset({"store_recovered", "quota_free"})
_CHANGEABLE = frozenset({LineState.STARTING, LineState.RUNNING, LineState.PAUSED})


class Station:
    """One inspection station.

    Opens the store at construction (raises ``StoreError`` with one sentence where it cannot) and closes it in
    ``close``. Subscribers are called in the line's and the store's threads.
    """

    def __init__(self, settings: Settings, recipe: Recipe | None = None) -> None:
        self.settings = settings
        self._recipe = recipe or Recipe.default()
        self._bundle = settings[DEFAULT_BUNDLE]
        self._device = settings[DEVICE]
        self._subscribers: tuple[tuple[OnInspected, OnEvent], ...] = ()
        self._strip: UUID | None = None
        self._lock = threading.Lock()
        self.store = open_station_store(
            settings, lambda reason: self._tell(LineEvent(reason, error=reason.code not in _GOOD_NEWS))
        )
        self.line = InspectionLine(self._keep, self._on_line_event)
        # Owns the order of start, stop and changes; ends in close().
        self._control = ThreadPoolExecutor(max_workers=1, thread_name_prefix="stripsight-control")

    @property
    def bundle_name(self) -> str:
        """The bundle that inspects, or would at the next start."""
        return self._bundle

    def subscribe(self, on_inspected: OnInspected, on_event: OnEvent) -> None:
        """Call these with every inspection and every event from now on; they must return soon."""
        with self._lock:
            self._subscribers = (*self._subscribers, (on_inspected, on_event))

    def start(self, source_spec: str) -> None:
        """Inspect this source, as a strip of its own; a line at work changes over to it."""
        self._order(lambda: self._start(source_spec))

    def pause(self) -> None:
        """Inspect nothing until ``resume``; what a live source gives meanwhile is kept as not inspected."""
        self.line.pause()

    def resume(self) -> None:
        """Go on."""
        self.line.resume()

    def stop(self) -> None:
        """Stop the line; what was captured is still inspected."""
        self._order(lambda: self.line.stop(STOP_TIMEOUT_S))

    def change_bundle(self, name: str) -> None:
        """Inspect with another bundle from the next frame on; one that cannot be used leaves the old one at work."""
        self._order(lambda: self._change_bundle(name))

    def change_device(self, device: str) -> None:
        """Inspect on another device from the next frame on; where it cannot be had, an event says so."""
        self._order(lambda: self._change_device(device))

    def bundle_folder(self) -> Path:
        """Where the bundle that inspects lies. Raises ``BundleError`` where it cannot be opened."""
        return open_bundle(self._bundle, paths.bundle_folders()).folder

    def bundles(self) -> list[tuple[str, str]]:
        """(name, title) of every bundle that can be opened, the one in use first."""
        found = [(bundle.name, bundle.spec.title) for bundle in list_bundles(paths.bundle_folders())]
        return sorted(found, key=lambda entry: entry[0] != self._bundle)

    def sources(self) -> list[tuple[str, str]]:
        """(spec, title) of the sources that need no choosing: the simulated lines and the first camera."""
        simulated = [(f"sim:{preset.name}", preset.title) for preset in PRESETS if preset.name != "training"]
        return [*simulated, ("camera:0", "Camera at this computer")]

    def status(self) -> LineStatus:
        """The line at this moment."""
        return self.line.status()

    def close(self) -> None:
        """Stop in the order source, model, writer; bounded."""
        self._control.shutdown(wait=True, cancel_futures=True)
        self.line.stop(STOP_TIMEOUT_S)
        self._end_strip()
        self.store.close()

    def _start(self, source_spec: str) -> None:
        strip = self.store.begin_strip(_strip_name(), source_spec, self._recipe.name, self._recipe.to_json())

        def opening() -> Source:
            return open_source(source_spec)

        if self.line.status().state in _CHANGEABLE and self.line.change_source(opening, strip):
            self._end_strip(followed_by=strip)
            return
        self.line.stop(STOP_TIMEOUT_S)
        # Before the start: a source that cannot be opened ends the run, and with it the strip, at once.
        self._end_strip(followed_by=strip)
        self.line.start(opening, self._predictor_maker(self._bundle), self._recipe, strip)

    def _change_bundle(self, name: str) -> None:
        if not self.line.change_model(self._predictor_maker(name)):
            # Nothing runs: it is checked now, so that a damaged bundle is named before the next start.
            open_bundle(name, paths.bundle_folders())
        self._bundle = name

    def _change_device(self, device: str) -> None:
        self._device = device
        self.line.change_model(self._predictor_maker(self._bundle))

    def _predictor_maker(self, name: str) -> Callable[[], Predictor]:
        device = self._device

        def make() -> Predictor:
            # In the inference thread: this import may bring torch along, which must not hold up the window.
            from models.runtimes.choice import choose_runtime

            bundle = open_bundle(name, paths.bundle_folders())
            return Predictor(bundle, choose_runtime(bundle, device, paths.cache()))

        return make

    def _keep(self, inspection: Inspection) -> None:
        self.store.writer.put(inspection)
        for on_inspected, _ in self._subscribers:
            on_inspected(inspection)

    def _on_line_event(self, event: LineEvent) -> None:
        if event.reason.code == "line_ended":
            self._end_strip()
        self._tell(event)

    def _tell(self, event: LineEvent) -> None:
        for _, on_event in self._subscribers:
            on_event(event)

    def _end_strip(self, followed_by: UUID | None = None) -> None:
        with self._lock:
            strip, self._strip = self._strip, followed_by
        if strip is not None:
            self.store.end_strip(strip)

    def _order(self, work: Callable[[], object]) -> None:
        """Have the control thread do it; what it raises becomes an event."""
        self._control.submit(work).add_done_callback(self._tell_failed)

    def _tell_failed(self, done: Future[object]) -> None:
        if done.cancelled() or (error := done.exception()) is None:
            return
        _log.debug("an order failed", exc_info=error)
        self._tell(LineEvent(Reason("order_failed", {"error": str(error)}), error=True))


def _strip_name() -> str:
    """A strip's name until the plant gives it one: when it began, on the station's clock."""
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
