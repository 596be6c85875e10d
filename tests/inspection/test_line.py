"""The line: nothing is lost unseen, whatever fails, and every thread ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from line_parts import WAIT_S, BrightnessRuntime, Kept, StripSource, make_bundle, predictor

from app.inspection.line import InspectionLine, LineError
from app.inspection.recipe import Recipe
from app.inspection.status import LineEvent, LineState
from app.wording import word
from app.words.inspection import VerdictKind
from models.bundle import Bundle
from models.labels.taxonomy import make_taxonomy
from models.predictor import Predictor

STRIP_A = UUID(int=1)
STRIP_B = UUID(int=2)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return make_bundle(tmp_path_factory.mktemp("bundles"))


class _Line(InspectionLine):
    """A line that keeps what it says."""

    def __init__(self, on_inspected: Callable[[object], None] | None = None) -> None:
        self.kept = Kept()
        self.events: list[LineEvent] = []
        super().__init__(on_inspected or self.kept, self.events.append)

    @property
    def codes(self) -> list[str]:
        return [event.reason.code for event in self.events]

    def run_to_its_end(self, source: StripSource, bundle: Bundle, recipe: Recipe | None = None) -> None:
        self.start(lambda: source, lambda: predictor(bundle), recipe or Recipe.default())
        assert self.wait(WAIT_S)


@pytest.fixture
def line() -> Iterator[_Line]:
    made = _Line()
    yield made
    assert made.stop()


def test_a_source_that_waits_loses_nothing_and_keeps_its_order(line: _Line, bundle: Bundle) -> None:
    source = StripSource(200, white=frozenset({3, 77}), faults=frozenset({5}))
    line.run_to_its_end(source, bundle)
    status = line.status()
    assert line.kept.names == [f"{number:06d}.png" for number in range(200)]
    assert status.state is LineState.ENDED
    assert (status.counters.frames, status.counters.lost) == (200, 0)
    assert (status.counters.rejects, status.counters.not_inspected, status.counters.passes) == (2, 1, 197)
    assert source.released
    assert line.codes == ["model_changed", "source_opened", "source_ended", "line_ended"]
    assert (status.model, status.runtime, status.source) == ("bright", "Brightness · CPU", "strip")


def test_an_inspection_says_what_was_found_and_by_what(line: _Line, bundle: Bundle) -> None:
    line.run_to_its_end(StripSource(1, white=frozenset({0})), bundle)
    inspection = line.latest()
    assert inspection is not None
    assert inspection.verdict.kind is VerdictKind.REJECT
    assert [(f.class_id, f.area_px, f.box_px) for f in inspection.findings] == [
        (1, 25, (20, 10, 5, 5)),
        (2, 25, (20, 10, 5, 5)),
    ]
    assert inspection.stack is not None
    assert int((inspection.stack == 3).sum()) == 25
    assert inspection.model is not None
    assert (inspection.model.sha256, inspection.recipe) == (bundle.sha256, "default")
    assert {"capture", "queue", "classify", "inspect"} <= set(inspection.timings_ms)


def test_a_live_source_loses_visibly(line: _Line, bundle: Bundle) -> None:
    let_go, all_produced = threading.Event(), threading.Event()

    def count(number: int) -> None:
        if number == 49:
            all_produced.set()

    def slow() -> None:
        assert all_produced.wait(WAIT_S)
        assert let_go.wait(WAIT_S)

    source = StripSource(50, live=True, before_each=count)
    line.start(lambda: source, lambda: predictor(bundle, slow), Recipe.default())
    assert all_produced.wait(WAIT_S)
    let_go.set()
    assert line.wait(WAIT_S)
    counters = line.status().counters
    assert source.produced == 50
    assert counters.frames + counters.lost == 50
    assert counters.lost >= 40
    gaps = [i for i in line.kept.inspections if i.verdict.reason.code == "lost"]
    assert sum(gap.verdict.reason.parameters["count"] for gap in gaps) == counters.lost
    assert all(gap.verdict.kind is VerdictKind.NOT_INSPECTED and gap.frame.image is None for gap in gaps)
    # The frames and the gaps between them, laid end to end, are what the source gave.
    covered = 0
    for inspection in line.kept.inspections:
        assert inspection.frame.number == covered
        covered += inspection.verdict.reason.parameters["count"] if inspection in gaps else 1
    assert covered == 50


def test_while_paused_a_folder_waits_and_a_live_source_is_counted(line: _Line, bundle: Bundle) -> None:
    paused_at, far = threading.Event(), threading.Event()

    def pace(number: int) -> None:
        if number == 10:
            assert paused_at.wait(WAIT_S)
        if number == 40:
            far.set()

    source = StripSource(60, live=True, before_each=pace)
    line.start(lambda: source, lambda: predictor(bundle), Recipe.default())
    line.kept.wait_for(lambda kept: kept[-1].frame.number == 9)
    line.pause()
    assert line.status().state is LineState.PAUSED
    paused_at.set()
    assert far.wait(WAIT_S)
    line.resume()
    assert line.wait(WAIT_S)
    counters = line.status().counters
    assert counters.frames + counters.lost == 60
    pauses = [i.verdict.reason for i in line.kept.inspections if i.verdict.reason.code == "paused"]
    assert pauses
    assert "while the inspection was paused" in word(pauses[0])


def test_a_paused_folder_gives_everything_after_the_pause(line: _Line, bundle: Bundle) -> None:
    line.start(lambda: StripSource(30), lambda: predictor(bundle), Recipe.default())
    line.pause()
    line.resume()
    assert line.wait(WAIT_S)
    assert line.status().counters.frames == 30


def test_a_source_that_cannot_be_opened_is_a_sentence(line: _Line, bundle: Bundle) -> None:
    def no_camera() -> StripSource:
        raise OSError("Camera 7 is not there; plug it in.")

    line.start(no_camera, lambda: predictor(bundle), Recipe.default())
    assert line.wait(WAIT_S)
    status = line.status()
    assert status.state is LineState.FAILED
    assert status.error is not None
    assert word(status.error) == "Camera 7 is not there; plug it in."
    assert "source_failed" in line.codes


def test_what_was_captured_before_a_source_failed_is_inspected(line: _Line, bundle: Bundle) -> None:
    def unplugged(number: int) -> None:
        if number == 7:
            raise OSError("Camera 0 is gone; check its cable.")

    source = StripSource(None, before_each=unplugged)
    line.run_to_its_end(source, bundle)
    assert line.status().counters.frames == 7
    assert line.status().state is LineState.FAILED
    assert source.released
    assert [word(event.reason) for event in line.events if event.error] == ["Camera 0 is gone; check its cable."]


def test_a_model_that_cannot_be_loaded_ends_the_run_and_releases_the_source(line: _Line) -> None:
    source = StripSource(None)

    def broken() -> Predictor:
        raise ValueError("Bundle 'x' has a wrong hash; copy it again.")

    line.start(lambda: source, broken, Recipe.default())
    assert line.wait(WAIT_S)
    assert line.status().state is LineState.FAILED
    assert [word(event.reason) for event in line.events if event.error] == [
        "Bundle 'x' has a wrong hash; copy it again."
    ]
    assert source.produced == 0


def test_a_recipe_that_does_not_fit_the_model_ends_the_run_and_closes_the_model(line: _Line, bundle: Bundle) -> None:
    runtime = BrightnessRuntime()
    recipe = Recipe.parse("[class.scratch]\ngate = 0.1\n", "r.toml", "r")
    line.start(lambda: StripSource(3), lambda: Predictor(bundle, runtime), recipe)
    assert line.wait(WAIT_S)
    assert line.status().state is LineState.FAILED
    assert "class 'scratch'" in word(line.events[0].reason)
    assert runtime.closed


def test_a_frame_the_model_fails_on_is_not_inspected_and_the_line_goes_on(line: _Line, bundle: Bundle) -> None:
    calls = iter(range(100))

    def fail_often() -> None:
        if next(calls) in {2, 10, 11, 12, 13, 14, 15, 16}:
            raise RuntimeError("Out of memory.")

    line.start(lambda: StripSource(30), lambda: predictor(bundle, fail_often), Recipe.default())
    assert line.wait(WAIT_S)
    failed = [i.frame.number for i in line.kept.inspections if i.verdict.reason.code == "model_failed"]
    assert failed == [2, 10, 11, 12, 13, 14, 15, 16]
    assert line.status().counters.passes == 22
    assert line.codes.count("model_failing") == 1
    assert line.status().state is LineState.ENDED


def test_a_sink_that_fails_ends_the_line_as_failed(bundle: Bundle) -> None:
    def full(inspection: object) -> None:
        raise OSError("The disk is full.")

    line = _Line(full)
    source = StripSource(None)
    line.run_to_its_end(source, bundle)
    status = line.status()
    assert status.state is LineState.FAILED
    assert status.error is not None
    assert "The disk is full." in word(status.error)
    assert source.released


def test_a_slow_sink_holds_a_folder_back(bundle: Bundle) -> None:
    let_go = threading.Semaphore(0)
    entered = threading.Semaphore(0)

    def slow(inspection: object) -> None:
        entered.release()
        assert let_go.acquire(timeout=WAIT_S)

    line = _Line(slow)
    source = StripSource(40)
    line.start(lambda: source, lambda: predictor(bundle), Recipe.default())
    for _ in range(40):
        assert entered.acquire(timeout=WAIT_S)
        # One is in the sink, four wait in the queue, one waits to be put, one may just have been let in.
        assert source.produced <= line.status().counters.frames + 6
        let_go.release()
    assert line.wait(WAIT_S)


def test_the_model_changes_between_frames_and_the_old_one_is_closed(
    line: _Line, bundle: Bundle, tmp_path: Path
) -> None:
    other = make_bundle(tmp_path, "other", make_taxonomy("others", ["grey", "light"]))
    old, new = BrightnessRuntime(), BrightnessRuntime()
    line.start(lambda: StripSource(None), lambda: Predictor(bundle, old), Recipe.default())
    line.kept.wait_for_count(3)
    assert line.change_model(lambda: Predictor(other, new))
    line.kept.wait_for(lambda kept: kept[-1].model is not None and kept[-1].model.name == "other")
    assert old.closed
    assert not new.closed
    assert line.status().model == "other"
    assert line.latest().taxonomy.name == "others"  # type: ignore[union-attr]
    assert line.stop(WAIT_S)
    assert new.closed


def test_a_model_that_cannot_be_loaded_leaves_the_old_one_at_work(line: _Line, bundle: Bundle) -> None:
    def broken() -> Predictor:
        raise ValueError("Bundle 'x' has a wrong hash.")

    line.start(lambda: StripSource(None), lambda: predictor(bundle), Recipe.default())
    line.kept.wait_for_count(1)
    line.change_model(broken)
    line.kept.wait_for(lambda kept: "model_refused" in line.codes)
    seen = len(line.kept.inspections)
    line.kept.wait_for_count(seen + 3)
    assert line.status().state is LineState.RUNNING
    assert line.status().model == "bright"


def test_the_recipe_changes_between_frames_and_a_wrong_one_is_refused(line: _Line, bundle: Bundle) -> None:
    def every_frame_white() -> StripSource:
        return StripSource(None, white=frozenset(range(100_000)))

    line.start(every_frame_white, lambda: predictor(bundle), Recipe.default())
    line.kept.wait_for(lambda kept: kept[-1].verdict.kind is VerdictKind.REJECT)
    line.change_recipe(Recipe.parse("[class.nosuch]\ngate = 0.1\n", "w.toml", "wrong"))
    line.change_recipe(Recipe.parse("[every_class]\nreject_area_px = 25\n", "t.toml", "tolerant"))
    line.kept.wait_for(lambda kept: kept[-1].verdict.kind is VerdictKind.PASS)
    line.change_recipe(Recipe.parse("[every_class]\nmin_area_px = 26\n", "c.toml", "coarse"))
    line.kept.wait_for(lambda kept: kept[-1].verdict.reason.code == "gate_without_mask")
    assert [code for code in line.codes if code.startswith("recipe")] == [
        "recipe_refused",
        "recipe_changed",
        "recipe_changed",
    ]
    assert line.status().recipe == "coarse"


def test_the_source_changes_without_a_restart(line: _Line, bundle: Bundle) -> None:
    first, second = StripSource(None, name="first"), StripSource(5, name="second")
    line.start(lambda: first, lambda: predictor(bundle), Recipe.default(), STRIP_A)
    line.kept.wait_for_count(3)
    assert line.change_source(lambda: second, STRIP_B)
    assert line.wait(WAIT_S)
    inspections = line.kept.inspections
    of_first = [i for i in inspections if i.frame.source == "first"]
    of_second = [i for i in inspections if i.frame.source == "second"]
    assert inspections == of_first + of_second
    assert (len(of_first), len(of_second)) == (first.produced, 5)
    assert {i.strip_id for i in of_first} == {STRIP_A}
    assert {i.strip_id for i in of_second} == {STRIP_B}
    assert first.released
    assert not line.change_source(lambda: first)


def test_a_changed_source_that_cannot_be_opened_ends_the_line_as_failed(line: _Line, bundle: Bundle) -> None:
    def no_folder() -> StripSource:
        raise OSError("Folder /nowhere is not there; check the path.")

    line.start(lambda: StripSource(None), lambda: predictor(bundle), Recipe.default())
    line.kept.wait_for_count(1)
    assert line.change_source(no_folder)
    assert line.wait(WAIT_S)
    assert line.status().state is LineState.FAILED


def test_stopping_inspects_what_was_captured(line: _Line, bundle: Bundle) -> None:
    source = StripSource(None)
    line.start(lambda: source, lambda: predictor(bundle), Recipe.default())
    line.kept.wait_for_count(5)
    assert line.stop(WAIT_S)
    assert line.status().state is LineState.IDLE
    assert line.status().counters.frames == source.produced
    assert line.codes[-1] == "line_stopped"


def test_stopping_a_paused_line_ends_it(line: _Line, bundle: Bundle) -> None:
    source = StripSource(None)
    line.start(lambda: source, lambda: predictor(bundle), Recipe.default())
    line.kept.wait_for_count(1)
    line.pause()
    assert line.stop(WAIT_S)
    assert line.status().counters.frames == source.produced


def test_a_model_that_hangs_is_said_and_blocks_the_next_start_until_it_lets_go(line: _Line, bundle: Bundle) -> None:
    let_go, hangs = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        assert let_go.wait(WAIT_S)

    line.start(lambda: StripSource(None), lambda: predictor(bundle, hang), Recipe.default())
    assert hangs.wait(WAIT_S)
    assert not line.stop(0.05)
    assert line.codes[-1] == "stop_late"
    assert line.status().state is LineState.STOPPING
    with pytest.raises(LineError, match="still stopping"):
        line.start(lambda: StripSource(1), lambda: predictor(bundle), Recipe.default())
    let_go.set()
    assert line.wait(WAIT_S)
    left = [i.verdict.reason for i in line.kept.inspections if i.verdict.reason.code == "stopped"]
    assert [reason.parameters["count"] for reason in left] == [line.status().counters.lost]
    line.run_to_its_end(StripSource(2), bundle)
    assert line.status().counters.frames == 2


def test_the_last_event_comes_when_nothing_is_active_any_more(bundle: Bundle) -> None:
    at_the_end: list[tuple[LineState, int]] = []

    def on_event(event: LineEvent) -> None:
        if event.reason.code == "line_ended":
            at_the_end.append((line.status().state, len(kept.inspections)))

    kept = Kept()
    line = InspectionLine(kept, on_event)
    line.start(lambda: StripSource(20), lambda: predictor(bundle), Recipe.default())
    assert line.wait(WAIT_S)
    assert at_the_end == [(LineState.ENDED, 20)]


def test_an_active_line_is_not_started_twice(line: _Line, bundle: Bundle) -> None:
    line.start(lambda: StripSource(None), lambda: predictor(bundle), Recipe.default())
    with pytest.raises(LineError, match="stop it before"):
        line.start(lambda: StripSource(None), lambda: predictor(bundle), Recipe.default())


def test_an_idle_line_takes_every_call(bundle: Bundle) -> None:
    line = _Line()
    line.pause()
    line.resume()
    assert line.stop()
    assert line.wait()
    assert not line.change_source(lambda: StripSource(1))
    assert not line.change_model(lambda: predictor(bundle))
    assert not line.change_recipe(Recipe.default())
    assert line.latest() is None
    assert line.status().state is LineState.IDLE
    assert line.events == []


def test_a_live_source_gives_no_frame_before_the_model_is_ready(line: _Line, bundle: Bundle) -> None:
    opened, produced_early = threading.Event(), []
    source = StripSource(3, live=True)

    def open_source() -> StripSource:
        opened.set()
        return source

    def load() -> Predictor:
        assert opened.wait(WAIT_S)
        assert line.status().state is LineState.STARTING
        produced_early.append(source.produced)
        return predictor(bundle)

    line.start(open_source, load, Recipe.default())
    assert line.wait(WAIT_S)
    assert produced_early == [0]
    assert line.status().counters.frames + line.status().counters.lost == 3


def test_a_listener_that_fails_does_not_end_the_line(bundle: Bundle, caplog: pytest.LogCaptureFixture) -> None:
    def broken(event: LineEvent) -> None:
        raise ValueError("no window")

    kept = Kept()
    line = InspectionLine(kept, broken)
    line.start(lambda: StripSource(4), lambda: predictor(bundle), Recipe.default())
    assert line.wait(WAIT_S)
    assert len(kept.inspections) == 4
    assert "Whoever listens to the line failed" in caplog.text
    caplog.clear()
