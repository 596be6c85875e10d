"""``stripsight labels``: convert label files, count what they hold, look for what is wrong in them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands import labels_check, labels_stats
from app.commands.label_arguments import add_classes, add_size, fail, frame_progress, name_problems, say, taxonomy_of

if TYPE_CHECKING:
    from models.labels.label_set import LabelSet, Written

FORMAT_KEYS = ("kaggle", "coco", "png", "labelme", "yolo", "cvat")
"""The keys of ``models.labels.formats.FORMATS``, which is too heavy to import for ``--help``."""

STYLES = ("split", "joined", "full")
"""The values of ``models.labels.kaggle.KaggleStyle``."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``labels`` and its verbs."""
    labels = subparsers.add_parser("labels", help="convert, count and check label files")
    verbs = labels.add_subparsers(dest="verb", metavar="VERB", required=True)
    convert = verbs.add_parser(
        "convert",
        help="write a label file in another format",
        description="Write a label file in another format. The format of IN is recognised; classes and pixels stay.",
    )
    convert.add_argument("input", metavar="IN", type=Path, help="a Kaggle CSV, a COCO JSON or a folder of index PNGs")
    convert.add_argument("output", metavar="OUT", type=Path, help="the file to write (for png: the folder)")
    convert.add_argument("--to", required=True, choices=FORMAT_KEYS, help="the format to write")
    convert.add_argument(
        "--style",
        choices=STYLES,
        help="Kaggle's columns: split (ImageId,ClassId,EncodedPixels; the default), joined "
        "(ImageId_ClassId,EncodedPixels) or full (joined, with an empty cell for every absent class)",
    )
    add_size(convert)
    add_classes(convert)
    labels_stats.add_verb(verbs)
    labels_check.add_verb(verbs)


def run(arguments: argparse.Namespace) -> int:
    """What the verb says; the exit code."""
    return _VERBS[arguments.verb](arguments)


def _convert(arguments: argparse.Namespace) -> int:
    """Convert; 0 where at least one frame was written, 1 where none could be, 2 for a wrong call."""
    from models.labels.formats import ReadOptions, WriteOptions, format_by_key, format_of
    from models.labels.kaggle import KaggleStyle
    from models.labels.label_set import LabelError, NothingConvertedError
    from models.labels.taxonomy import TaxonomyError

    if arguments.style and arguments.to != "kaggle":
        return fail(f"--style is for --to kaggle and not for {arguments.to}; leave it out.", code=2)
    try:
        taxonomy = taxonomy_of(arguments.classes)
    except TaxonomyError as error:
        return fail(str(error), code=2)
    options = ReadOptions(arguments.size, taxonomy)
    try:
        source = format_of(arguments.input)
        labels = source.read(arguments.input, options)
        writing = WriteOptions(KaggleStyle(arguments.style or STYLES[0]), frame_progress)
        written = format_by_key(arguments.to).write(labels, arguments.output, writing)
    except NothingConvertedError as error:
        name_problems(arguments.input, error.problems)
        return fail(str(error))
    except LabelError as error:
        return fail(str(error))
    except OSError as error:
        return fail(f"{arguments.output} cannot be written ({error.strerror or error}); choose another place.")
    name_problems(arguments.input, written.problems)
    _summarise(arguments.output, labels, written)
    return 0


def _summarise(target: Path, labels: LabelSet, written: Written) -> None:
    say(
        f"{target}: {written.frames} of {len(labels.frames)} frame(s), {written.rows} row(s), "
        f"{len(written.problems)} problem(s).",
        sys.stdout,
    )
    if written.unstated:
        say(
            f"{written.unstated} frame(s) without a defect have no row, as these columns have none for them; "
            "--style full does.",
            sys.stdout,
        )


_VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "convert": _convert,
    "stats": labels_stats.run,
    "check": labels_check.run,
}
"""Every verb's work."""
