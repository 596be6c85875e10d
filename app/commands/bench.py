"""``stripsight bench``: figures measured side by side, as a table or JSON, and compared with an earlier day's."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.bench.bench import BENCHES, Bench, BenchError, Wishes, find_bench
from app.commands.arguments import add_device, frame_count

if TYPE_CHECKING:
    from app.bench.figures import Report

WRONG_CALL = 2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``bench``."""
    parser = subparsers.add_parser(
        "bench",
        help="measure side by side",
        description="Measure side by side, all of these or the one named. "
        + "; ".join(f"{bench.name}: {bench.sentence}" for bench in BENCHES),
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help=", ".join(bench.name for bench in BENCHES))
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else")
    parser.add_argument("--short", action="store_true", help="few frames, for an answer soon; it is worth less")
    parser.add_argument("--frames", metavar="N", type=frame_count, help="how many frames either side takes")
    parser.add_argument("--model", metavar="BUNDLE", default="demo-strip", help="the bundle (default: demo-strip)")
    parser.add_argument(
        "--compare",
        metavar="FILE",
        type=Path,
        help="exit 1 where a ratio is worse by more than a third than the one FILE keeps of a computer of this kind",
    )
    parser.add_argument("--write", metavar="FILE", type=Path, help="keep the ratios in FILE, for --compare")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run one bench or all.

    0 where all could be measured, whether or not a goal was reached; 1 where one could not, or where a ratio is worse
    than its baseline; 2 where there is no bench of that name.
    """
    from app.commands.doctor import machine

    try:
        benches = (find_bench(arguments.name),) if arguments.name else BENCHES
    except BenchError as error:
        print(error, file=sys.stderr)
        return WRONG_CALL
    reports: dict[str, Report] = {}
    for bench in benches:
        report = _measured(bench, arguments) if arguments.name else _measured_apart(bench, arguments)
        if report is not None:
            reports[bench.name] = report
    here = asdict(machine())
    _print(here, reports, as_json=arguments.json)
    try:
        worse = _kept_and_compared(here, reports, arguments)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    return 1 if worse or len(reports) < len(benches) else 0


def _measured(bench: Bench, arguments: argparse.Namespace) -> Report | None:
    """What the bench measured in this process; ``None``, said on stderr, where it could not."""
    from app.store import StoreError
    from models.bundle import BundleError
    from models.runtimes.base import RuntimeUnavailable

    try:
        return bench.measure(Wishes(arguments.model, arguments.device, arguments.frames, arguments.short))
    except (BenchError, BundleError, RuntimeUnavailable, StoreError) as error:
        print(error, file=sys.stderr)
        return None


def _measured_apart(bench: Bench, arguments: argparse.Namespace) -> Report | None:
    """As ``_measured``, in a process of its own: what one bench loads and keeps must not weigh on the next."""
    from app.bench.own_process import own_command, own_folder
    from app.bench.printed import from_json

    print(f"Measuring {bench.name}: {bench.sentence} …", file=sys.stderr)
    words = ["bench", bench.name, "--json", "--model", arguments.model, "--device", arguments.device]
    words += ["--short"] if arguments.short else []
    words += ["--frames", str(arguments.frames)] if arguments.frames else []
    done = subprocess.run(  # noqa: S603 - this very program
        [*own_command(), *words], stdout=subprocess.PIPE, cwd=own_folder(), check=False
    )
    if done.returncode:
        return None
    return from_json(json.loads(done.stdout), bench.name)


def _print(here: Mapping[str, Any], reports: Mapping[str, Report], *, as_json: bool) -> None:
    from app.bench.printed import machine_text, to_json, to_text

    if not reports:
        return
    if as_json:
        print(json.dumps(to_json(here, reports), indent=2, ensure_ascii=False))
        return
    for name, report in reports.items():
        print(to_text(name, report), end="\n\n")
    print(machine_text(here))


def _kept_and_compared(
    here: Mapping[str, Any], reports: Mapping[str, Report], arguments: argparse.Namespace
) -> Sequence[str]:
    """Compare and write as asked; the keys of the ratios that are worse than their baseline, each said on stderr.

    Raises ``BenchError`` where a file cannot be read or written.
    """
    from app.bench.baselines import compare, kind_of, read_baselines, write_baselines

    figures = {key: figure for report in reports.values() for key, figure in report.figures.items()}
    kind = kind_of(here, short=arguments.short)
    worse = []
    if arguments.compare is not None:
        compared = compare(figures, read_baselines(arguments.compare, kind))
        worse = [each for each in compared if each.worse]
        for each in worse:
            print(each.sentence, file=sys.stderr)
        words = f"compared with {arguments.compare} for {kind}"
        print(f"{len(compared)} ratio(s) {words}, {len(worse)} worse by more than a third.", file=sys.stderr)
    if arguments.write is not None:
        write_baselines(arguments.write, kind, here, figures)
    return [each.key for each in worse]
