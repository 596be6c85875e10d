"""``stripsight inspect``: frames from a source through a bundle into a folder of results, without a window.

The frames go down the same line as in the workstation. A simulated line is not paced here, so that it loses none.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.arguments import add_device, frame_count

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.inspection.recipe import Recipe
    from app.inspection.results import Results
    from app.inspection.status import LineEvent, LineStatus
    from app.sources import Source
    from app.store import Store
    from app.words.inspection import Inspection
    from app.words.reason import Reason
    from models.bundle import Bundle
    from models.predictor import Predictor

_SHOW_EVERY_S = 0.2
_LINE_EVERY_S = 5.0
_STOP_TIMEOUT_S = 30.0


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``inspect``."""
    parser = subparsers.add_parser(
        "inspect",
        help="inspect a source and write labels.csv and frames.csv",
        description="Inspect a source and write what was found. Exit 0 if any frame was inspected.",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder, image or video; camera:0; rtsp://…; sim:NAME (folders in a folder are not entered)",
    )
    parser.add_argument("--model", metavar="BUNDLE", required=True, help="a shipped bundle's name or a bundle's folder")
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="the folder to write results to")
    add_device(parser)
    parser.add_argument("--recipe", metavar="FILE", type=Path, help="a TOML file with thresholds and limits")
    parser.add_argument("--frames", metavar="N", type=frame_count, help="end after so many frames")
    parser.add_argument("--overlays", action="store_true", help="write a PNG with coloured masks for every frame")
    parser.add_argument("--store", action="store_true", help="keep the inspections in the station's store as well")
    parser.add_argument("--engine", choices=("local", "ray"), default="local", help="where the work is done")


def run(arguments: argparse.Namespace) -> int:
    """Inspect; 0 if any frame was inspected, 1 if none or the run was broken off, 2 for a wrong call."""
    if arguments.engine == "ray":
        _err("Engine 'ray' is not in this version; leave --engine out to inspect on this computer.")
        return 2
    from app import paths
    from app.inspection.recipe import Recipe, RecipeError
    from app.inspection.results import Results, ResultsError
    from app.sources import SourceError, open_source
    from app.store import StoreError
    from models.bundle import BundleError, open_bundle

    with ExitStack() as opened:
        try:
            recipe = Recipe.load(arguments.recipe) if arguments.recipe else Recipe.default()
            bundle = open_bundle(arguments.model, paths.bundle_folders())
            recipe.check(bundle.spec.taxonomy)
            source = open_source(arguments.source, limit=arguments.frames, pace=False)
            opened.callback(source.stop)
            results = opened.enter_context(Results(arguments.out, bundle.spec.taxonomy, arguments.overlays))
            keeping = _Keeping(results, _open_store(opened) if arguments.store else None)
            keeping.begin_strip(source, recipe)
        except (RecipeError, BundleError, SourceError, ResultsError, StoreError) as error:
            _err(str(error))
            return 1
        return _inspect(source, bundle, recipe, arguments.device, keeping)


def _inspect(source: Source, bundle: Bundle, recipe: Recipe, device: str, keeping: _Keeping) -> int:
    from app.inspection.line import InspectionLine

    progress = _Progress(source.length)
    line = InspectionLine(lambda inspection: keeping.keep(inspection, progress), lambda event: _tell(event, progress))
    interrupted = False
    line.start(lambda: source, _predictor_maker(bundle, device, progress), recipe, keeping.strip_id)
    try:
        while not line.wait(_SHOW_EVERY_S):
            progress.show(line.status())
    except KeyboardInterrupt:
        interrupted = True
    finally:
        ended = line.stop(_STOP_TIMEOUT_S)
        status = line.status()
        progress.close(status)
        keeping.end_strip()
    return _conclude(status, keeping.results.folder, broken_off=interrupted or not ended)


def _conclude(status: LineStatus, folder: Path, *, broken_off: bool) -> int:
    """The last lines and the exit code."""
    counters = status.counters
    inspected = counters.frames - counters.not_inspected
    print(
        f"{counters.frames} frame(s): {counters.passes} pass, {counters.reviews} review, {counters.rejects} reject, "
        f"{counters.not_inspected} not inspected{f', {counters.lost} lost' if counters.lost else ''}. "
        f"labels.csv and frames.csv are in {folder}."
    )
    if broken_off:
        _err(f"Interrupted; what was inspected until then is in {folder}.")
        return 1
    if status.error is not None:
        # What it says is on stderr already. A source that fails after some frames has still given those.
        return 0 if inspected and status.error.code == "source_failed" else 1
    if not inspected:
        _err(f"None of the {counters.frames} frame(s) of {status.source} could be inspected; see the lines above.")
        return 1
    return 0


class _Keeping:
    """Where the inspections of a run go: the results' folder and, if asked for, the store."""

    def __init__(self, results: Results, store: Store | None) -> None:
        self.results = results
        self.strip_id: UUID | None = None
        self._store = store

    def begin_strip(self, source: Source, recipe: Recipe) -> None:
        """Begin a strip in the store."""
        if self._store is not None:
            self.strip_id = self._store.begin_strip(source.name, source.name, recipe.name, recipe.to_json())

    def end_strip(self) -> None:
        """End the strip; the store is closed by whoever opened it."""
        if self._store is not None and self.strip_id is not None:
            self._store.end_strip(self.strip_id)

    def keep(self, inspection: Inspection, progress: _Progress) -> None:
        """Keep one inspection; called in the inference thread."""
        from app.inspection.results import nameable
        from app.wording import word
        from app.words.inspection import VerdictKind

        inspection = nameable(inspection)
        self.results.add(inspection)
        if self._store is not None:
            self._store.writer.put(inspection)
        if inspection.verdict.kind is VerdictKind.NOT_INSPECTED:
            sentence, name = word(inspection.verdict.reason), inspection.frame.name
            progress.say(sentence if name in sentence else f"{name}: {sentence}")


class _Progress:
    """A bar on a terminal; elsewhere a line on stdout every few seconds."""

    def __init__(self, length: int | None) -> None:
        self._length = length
        self._said_s = time.monotonic()
        self._waiting_said = False
        self._bar = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=length, unit="frame", dynamic_ncols=True, leave=False)

    def show(self, status: LineStatus) -> None:
        """Show how far the line is."""
        done = status.counters.frames + status.counters.lost
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        elif time.monotonic() - self._said_s >= _LINE_EVERY_S:
            self._said_s = time.monotonic()
            if not done:
                self._say_waiting()
                return
            total = f" of {self._length}" if self._length else ""
            self.tell(f"{done}{total} frames, {status.frames_per_s:.1f} frames/s")

    def _say_waiting(self) -> None:
        if not self._waiting_said:
            self._waiting_said = True
            self.tell("The model is being loaded; the first time on a computer takes longest.")

    def say(self, sentence: str) -> None:
        """Write a line on stderr, from any thread."""
        if self._bar is not None:
            self._bar.write(sentence, file=sys.stderr)
        else:
            _err(sentence)

    def tell(self, sentence: str) -> None:
        """Write a line on stdout, from any thread."""
        if self._bar is not None:
            self._bar.write(sentence)
        else:
            print(sentence, flush=True)

    def close(self, status: LineStatus) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self.show(status)
            self._bar.close()


def _predictor_maker(bundle: Bundle, device: str, progress: _Progress) -> Callable[[], Predictor]:
    def make() -> Predictor:
        # Called in the inference thread: it may import torch, while the first frames are decoded.
        from app import paths
        from models.predictor import Predictor
        from models.runtimes.choice import choose_runtime

        runtime = choose_runtime(bundle, device, paths.cache())
        progress.tell(f"{bundle.name} on {runtime.label}: {runtime.reason}")
        return Predictor(bundle, runtime)

    return make


def _open_store(opened: ExitStack) -> Store:
    from app.settings import load
    from app.station_store import open_station_store

    settings, problems = load()
    for problem in problems:
        _err(problem)
    store = open_station_store(settings, _tell_store)
    return opened.enter_context(store)


def _tell(event: LineEvent, progress: _Progress) -> None:
    from app.wording import word

    if event.error:
        progress.say(word(event.reason))


def _tell_store(reason: Reason) -> None:
    from app.wording import word

    _err(word(reason))


def _err(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
