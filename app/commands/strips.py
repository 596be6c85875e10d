"""``stripsight strips list``: the strips the store holds and what became of their frames."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.store.strips import StripSummary

_HEAD = ("strip", "begun", "ended", "source", "recipe", "frames", "pass", "review", "reject", "not inspected")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``strips`` and what it can do."""
    parser = subparsers.add_parser("strips", help="what the store holds")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="every strip, the newest first, with its frames by verdict")


def run(_arguments: argparse.Namespace) -> int:
    """List the strips; 0, or 1 where there is no store to read."""
    from app import settings
    from app.store import StoreError, open_reader

    values, problems = settings.load()
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    try:
        reader = open_reader(Path(values[settings.DATA_FOLDER]))
        try:
            strips = reader.strips()
        finally:
            reader.close()
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    if not strips:
        print("The store holds no strip yet.")
        return 0
    print(*table([_HEAD, *(_line(strip) for strip in strips)]), sep="\n")
    return 0


def table(lines: Sequence[Sequence[str]]) -> list[str]:
    """Lines of equal columns, two blanks apart."""
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]


def _line(strip: StripSummary) -> tuple[str, ...]:
    if strip.ended_utc is None:
        ended = "running"
    else:
        ended = _local(strip.ended_utc) + (" (interrupted)" if strip.interrupted else "")
    counts = (str(count) for count in strip.counts.values())
    return (strip.name, _local(strip.begun_utc), ended, strip.source, strip.recipe, str(strip.frames), *counts)


def _local(time_utc: datetime) -> str:
    return time_utc.astimezone().strftime("%Y-%m-%d %H:%M:%S")
