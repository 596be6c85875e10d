"""``stripsight`` without a command: the workstation itself."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings import Settings

CANNOT_START = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the workstation is started with."""
    group = parser.add_argument_group("workstation")
    group.add_argument("--source", metavar="SOURCE", help="a folder, image or video; camera:0; rtsp://…; sim:NAME")
    group.add_argument("--model", metavar="BUNDLE", help="the bundle to inspect with: a name or a folder")
    group.add_argument("--start", action="store_true", help="start the line at once")
    group.add_argument(
        "--without-display",
        type=_frame_count,
        metavar="FRAMES",
        help="where there is no display: run the same window unseen over so many frames, print a summary and end",
    )
    group.add_argument(
        "--until-painted",
        action="store_true",
        help="end as soon as the window is painted, having said on one line of JSON what that took",
    )
    group.add_argument(
        "--screenshot", type=Path, metavar="FILE", help="with --without-display: save what the window shows, as a PNG"
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the workstation; the exit code."""
    from app.display import display_available

    unseen = arguments.without_display is not None and not display_available()
    if unseen:
        # Before anything of Qt is imported: it reads the platform when it starts.
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    elif not display_available():
        print(
            "stripsight: There is no display to open the workstation on; log in at a desktop, or add "
            "--without-display 200 --screenshot FILE.",
            file=sys.stderr,
        )
        return CANNOT_START
    from app.store import StoreError

    try:
        return _open(_chosen(arguments), arguments, unseen=unseen)
    except StoreError as error:
        print(f"stripsight: {error}", file=sys.stderr)
        return CANNOT_START


def _chosen(arguments: argparse.Namespace) -> Settings:
    """The station's settings, with what the command line names put over them for this run."""
    from app.settings import DEFAULT_BUNDLE, DEFAULT_SOURCE, load

    settings, problems = load()
    for problem in problems:
        print(f"stripsight: {problem}", file=sys.stderr)
    if arguments.source:
        settings = settings.replaced(DEFAULT_SOURCE, arguments.source)
    if arguments.model:
        settings = settings.replaced(DEFAULT_BUNDLE, arguments.model)
    return settings


def _open(settings: Settings, arguments: argparse.Namespace, *, unseen: bool) -> int:
    marks_s = {"command line": time.time()}
    from app.settings import DEFAULT_SOURCE
    from app.station import Station
    from app.workstation import Workstation

    marks_s["modules"] = time.time()
    station = Station(settings)
    marks_s["station"] = time.time()
    try:
        workstation = Workstation(station, settings)
        marks_s["window"] = time.time()
        if arguments.until_painted:
            return workstation.run_until_painted(marks_s)
        source = settings[DEFAULT_SOURCE] if arguments.start or unseen else None
        if unseen:
            return workstation.run_unseen(source or "", arguments.without_display, arguments.screenshot)
        return workstation.run(source)
    finally:
        station.close()


def _frame_count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("give a whole number of frames from 1 up")
    return count
