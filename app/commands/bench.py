"""``stripsight bench``: figures measured side by side, as text or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from app.commands.arguments import add_device, frame_count

if TYPE_CHECKING:
    from app.bench.figures import Report


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench: what it measures, how many frames it takes unless told otherwise, and how it is run."""

    sentence: str
    frames: int
    run: Callable[[argparse.Namespace], Report]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``bench``."""
    parser = subparsers.add_parser(
        "bench",
        help="measure side by side",
        description="Measure side by side: "
        + "; ".join(f"{name}: {bench.sentence}" for name, bench in BENCHES.items()),
    )
    parser.add_argument("name", metavar="NAME", choices=tuple(BENCHES), help=", ".join(BENCHES))
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else")
    parser.add_argument("--frames", metavar="N", type=frame_count, help="how many frames either side takes")
    parser.add_argument("--model", metavar="BUNDLE", default="demo-strip", help="the bundle (default: demo-strip)")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run one bench; 0 where it could be measured, whether or not a goal was reached, 1 where it could not."""
    from app.bench.pipeline import BenchError
    from app.commands.doctor import machine
    from app.store import StoreError
    from models.bundle import BundleError
    from models.runtimes.base import RuntimeUnavailable

    try:
        report = BENCHES[arguments.name].run(arguments)
    except (BenchError, BundleError, RuntimeUnavailable, StoreError) as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(report.to_json(asdict(machine())), indent=2, ensure_ascii=False))
    else:
        print(report.to_text())
    return 0


def _pipeline(arguments: argparse.Namespace) -> Report:
    from app import paths
    from app.bench.pipeline import bench_pipeline
    from models.bundle import open_bundle
    from models.runtimes.choice import choose_runtime

    bundle = open_bundle(arguments.model, paths.bundle_folders())
    runtime = choose_runtime(bundle, arguments.device, paths.cache())
    try:
        return bench_pipeline(bundle, runtime, arguments.frames or BENCHES["pipeline"].frames)
    finally:
        runtime.close()


BENCHES: dict[str, Bench] = {
    "pipeline": Bench("the whole line (decode, infer, store, show) beside the bare runtime", 400, _pipeline),
}
"""Every bench there is."""
