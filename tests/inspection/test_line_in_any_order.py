"""The line under any order of calls: it always ends, releases what it opened and accounts for every frame."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_parts import WAIT_S, BrightnessRuntime, Kept, StripSource, make_bundle

from app.inspection.line import InspectionLine, LineError
from app.inspection.recipe import Recipe
from app.inspection.status import LineEvent, LineState
from models.bundle import Bundle
from models.predictor import Predictor

CALLS = (
    "start",
    "start live",
    "start short",
    "pause",
    "resume",
    "stop",
    "change source",
    "break source",
    "change model",
    "break model",
    "change recipe",
    "see a frame",
)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundles"))


class _Station:
    """A line, and everything that was ever opened for it."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.sources: list[StripSource] = []
        self.runtimes: list[BrightnessRuntime] = []
        self.kept = Kept()
        self.events: list[LineEvent] = []
        self.seen = 0
        self.line = InspectionLine(self.kept, self.events.append)

    def source(self, count: int | None = None, live: bool = False) -> StripSource:
        self.sources.append(StripSource(count, live=live, name=f"source {len(self.sources)}"))
        return self.sources[-1]

    def model(self) -> Predictor:
        self.runtimes.append(BrightnessRuntime())
        return Predictor(self.bundle, self.runtimes[-1])

    def call(self, name: str) -> None:
        match name:
            case "start" | "start live" | "start short":
                self._start(3 if name == "start short" else None, name == "start live")
            case "pause":
                self.line.pause()
            case "resume":
                self.line.resume()
            case "stop":
                assert self.line.stop(WAIT_S)
            case "change source":
                self.line.change_source(self.source)
            case "break source":
                self.line.change_source(_broken)
            case "change model":
                self.line.change_model(self.model)
            case "break model":
                self.line.change_model(_broken)
            case "change recipe":
                self.line.change_recipe(Recipe.parse("[every_class]\ngate = 0.3\n", "r.toml"))
            case "see a frame":
                self._see_a_frame()

    def _start(self, count: int | None, live: bool) -> None:
        try:
            self.line.start(lambda: self.source(count, live), self.model, Recipe.default())
        except LineError:
            assert self.line.status().state.active

    def _see_a_frame(self) -> None:
        if self.line.status().state is LineState.RUNNING:
            target = len(self.kept.inspections) + 1
            with self.kept.changed:
                self.kept.changed.wait_for(
                    lambda: len(self.kept.inspections) >= target or not self.line.status().state.active, 0.2
                )


def _broken() -> StripSource:
    raise OSError("It is not there; plug it in.")


@settings(max_examples=150, deadline=None)
@given(calls=st.lists(st.sampled_from(CALLS), max_size=16))
def test_any_order_of_calls_ends_cleanly(bundle: Bundle, calls: list[str]) -> None:
    before = set(threading.enumerate())
    station = _Station(bundle)
    for name in ["start", *calls]:
        station.call(name)
    assert station.line.stop(WAIT_S)
    assert set(threading.enumerate()) <= before
    assert not station.line.status().state.active
    assert all(source.released for source in station.sources if source.produced)
    assert all(runtime.closed for runtime in station.runtimes)
    counted = sum(int(i.verdict.reason.parameters.get("count", 1)) for i in station.kept.inspections)
    assert counted == sum(source.produced for source in station.sources)
    ids = [inspection.id for inspection in station.kept.inspections]
    assert len(set(ids)) == len(ids)


def test_calls_from_several_threads_at_once_end_cleanly(bundle: Bundle, tmp_path: Path) -> None:
    station = _Station(bundle)
    station.call("start")
    names = ("pause", "resume", "change source", "change model", "break model", "change recipe", "see a frame") * 3
    threads = [threading.Thread(target=station.call, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert station.line.stop(WAIT_S)
    assert all(source.released for source in station.sources if source.produced)
    assert all(runtime.closed for runtime in station.runtimes)
    assert sum(source.produced for source in station.sources) == station.line.status().counters.frames
