"""``stripsight labels``: convert and compare label files, count what they hold, look for what is wrong in them."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from app.commands import labels_check, labels_convert, labels_diff, labels_stats


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``labels`` and its verbs."""
    labels = subparsers.add_parser("labels", help="convert, compare, count and check label files")
    verbs = labels.add_subparsers(dest="verb", metavar="VERB", required=True)
    labels_convert.add_verb(verbs)
    labels_diff.add_verb(verbs)
    labels_stats.add_verb(verbs)
    labels_check.add_verb(verbs)


def run(arguments: argparse.Namespace) -> int:
    """What the verb says; the exit code."""
    return _VERBS[arguments.verb](arguments)


_VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "convert": labels_convert.run,
    "diff": labels_diff.run,
    "stats": labels_stats.run,
    "check": labels_check.run,
}
"""Every verb's work."""
