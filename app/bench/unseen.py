"""The workstation where nobody sees it: its real window, station, store and pages, in a home that is thrown away."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.bench.bench import BenchError
from app.bench.lent import LentRuntime
from app.bench.offscreen import offscreen_application
from app.inspection.capture import FrameSource
from app.inspection.recipe import Recipe
from app.inspection.status import LineEvent
from app.settings import DATA_FOLDER, Settings
from app.station import Station
from app.words.inspection import Inspection
from models.bundle import Bundle
from models.cache_folder import HOME_VARIABLE
from models.predictor import Predictor
from models.runtimes.base import Runtime

if TYPE_CHECKING:
    from app.ui.live.page import LivePage
    from app.ui.shell import MainWindow

_STOP_TIMEOUT_S = 60.0


class UnseenWorkstation:
    """The window on a station whose line is given its sources and its runtime directly."""

    def __init__(self, station: Station, window: MainWindow, live: LivePage, bundle: Bundle, runtime: Runtime) -> None:
        self.station = station
        self.window = window
        self.live = live
        self._bundle = bundle
        self._runtime = runtime
        self._errors: list[LineEvent] = []
        station.subscribe(_ignored, self._on_event)

    def start(self, source: FrameSource) -> None:
        """Have the line inspect this source."""
        recipe = Recipe.default()
        strip = self.station.store.begin_strip("bench", source.name, recipe.name, recipe.to_json())
        self.station.line.start(
            lambda: source, lambda: Predictor(self._bundle, LentRuntime(self._runtime)), recipe, strip
        )

    def stop(self) -> None:
        """Stop the line. Raises ``BenchError`` with the first error the line told of."""
        self.station.line.stop(_STOP_TIMEOUT_S)
        if self._errors:
            raise BenchError(f"The line failed ({self._errors[0].reason.code}); the figures would be wrong.")

    def _on_event(self, event: LineEvent) -> None:
        if event.error:
            self._errors.append(event)


@contextmanager
def unseen_workstation(bundle: Bundle, runtime: Runtime) -> Iterator[UnseenWorkstation]:
    """The workstation, shown offscreen at its usual size. Raises ``BenchError`` where Qt cannot be loaded."""
    application = offscreen_application()
    from app.workstation import UNSEEN_SIZE, Workstation

    with tempfile.TemporaryDirectory(prefix="stripsight-bench-") as place, _home(Path(place)):
        settings = Settings().replaced(DATA_FOLDER, str(Path(place) / "data"))
        station = Station(settings)
        try:
            workstation = Workstation(station, settings)
            workstation.window.resize(UNSEEN_SIZE)
            workstation.window.show()
            workstation.window.show_page("live")
            application.processEvents()
            try:
                yield UnseenWorkstation(station, workstation.window, workstation.live, bundle, runtime)
            finally:
                station.line.stop(_STOP_TIMEOUT_S)
                workstation.close()
        finally:
            station.close()


@contextmanager
def _home(folder: Path) -> Iterator[None]:
    """A person's window, keys and theme are neither asked for nor touched."""
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[HOME_VARIABLE]
        else:
            os.environ[HOME_VARIABLE] = before


def _ignored(_inspection: Inspection) -> None:
    """Every inspection goes to the store and to the window; the bench reads them there."""
