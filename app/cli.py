"""The command line: ``stripsight`` opens the workstation, ``stripsight COMMAND`` does one thing and ends.

Exit 0 on success, 1 where the work itself failed, 2 for a wrong call. An error is one sentence on stderr that names
the thing and the remedy; the traceback comes with ``--debug`` only.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from app import __version__
from app.commands import bench, doctor, evaluate, inspect, labels, models, strips, train, workstation


class Command(Protocol):
    """What a module of ``app.commands`` offers."""

    def add_parser(self, subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
        """Add the command's parser."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do the work; the exit code."""


COMMANDS: tuple[Command, ...] = cast(
    "tuple[Command, ...]",
    (inspect, train, evaluate, labels, models, strips, bench, doctor),
)
"""Every command but the workstation itself, in the order of ``--help``."""


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(
        prog="stripsight",
        description="A workstation for inspecting rolled steel. Without a command, the workstation opens.",
    )
    parser.add_argument("--version", action="version", version=f"stripsight {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    workstation.add_arguments(parser)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``stripsight`` with these words; the exit code."""
    arguments_given = list(sys.argv[1:] if argv is None else argv)
    # argparse knows --debug only before the command's name; people write it at the end.
    debug = "--debug" in arguments_given
    arguments = build_parser().parse_args([word for word in arguments_given if word != "--debug"])
    arguments.debug = debug
    run: Callable[[argparse.Namespace], int] = workstation.run
    for command in COMMANDS:
        if arguments.command == command.__name__.rpartition(".")[2]:  # type: ignore[attr-defined]
            run = command.run
    try:
        return run(arguments)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 1
    except Exception as error:  # noqa: BLE001 - the one place where an unforeseen error becomes a sentence
        if debug:
            traceback.print_exc()
        else:
            print(f"stripsight: {error or type(error).__name__} (add --debug for the details)", file=sys.stderr)
        return 1
