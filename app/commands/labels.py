"""``stripsight labels``: turn label files from one format into another."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from models.labels.label_set import FrameLabels, LabelSet, RowProblem, Size, Written
    from models.labels.taxonomy import Taxonomy

FORMAT_KEYS = ("kaggle", "coco", "png")
"""The keys of ``models.labels.formats.FORMATS``, which is too heavy to import for ``--help``."""

STYLES = ("split", "joined", "full")
"""The values of ``models.labels.kaggle.KaggleStyle``."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``labels`` and its verbs."""
    labels = subparsers.add_parser("labels", help="convert label files")
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
    convert.add_argument(
        "--size", metavar="HxW", type=_size, help="the frames' height and width, which a CSV lacks; 256x1600 without"
    )
    convert.add_argument(
        "--classes",
        metavar="N|FILE",
        help="the number of classes, or a JSON file with a taxonomy (a bundle.json is one)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Convert; 0 where at least one frame was written, 1 where none could be, 2 for a wrong call."""
    from models.labels.formats import ReadOptions, WriteOptions, format_by_key, format_of
    from models.labels.kaggle import FRAME_SIZE, KaggleStyle
    from models.labels.label_set import LabelError, NothingConvertedError
    from models.labels.taxonomy import TaxonomyError

    if arguments.style and arguments.to != "kaggle":
        return _fail(f"--style is for --to kaggle and not for {arguments.to}; leave it out.", code=2)
    try:
        taxonomy = _taxonomy(arguments.classes)
    except TaxonomyError as error:
        return _fail(str(error), code=2)
    options = ReadOptions(arguments.size or FRAME_SIZE, taxonomy)
    try:
        source = format_of(arguments.input)
        labels = source.read(arguments.input, options)
        writing = WriteOptions(KaggleStyle(arguments.style or STYLES[0]), _progress)
        written = format_by_key(arguments.to).write(labels, arguments.output, writing)
    except NothingConvertedError as error:
        _name_problems(arguments.input, error.problems)
        return _fail(str(error))
    except LabelError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{arguments.output} cannot be written ({error.strerror or error}); choose another place.")
    _name_problems(arguments.input, written.problems)
    _summarise(arguments.output, labels, written)
    return 0


def _size(text: str) -> Size:
    match = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", text, re.ASCII)
    if not match or int(match.group(1)) * int(match.group(2)) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write height and width as in 256x1600")
    return int(match.group(1)), int(match.group(2))


def _taxonomy(text: str | None) -> Taxonomy | None:
    """The taxonomy of ``--classes``: numbered classes for a number, else that of a JSON file."""
    from models.labels.label_set import numbered_taxonomy
    from models.labels.taxonomy import MAX_CLASSES, Taxonomy, TaxonomyError

    if text is None:
        return None
    if text.isascii() and text.isdigit():
        if not 1 <= int(text[:9]) <= MAX_CLASSES:
            raise TaxonomyError(f"--classes {text} cannot be; give 1 to {MAX_CLASSES}, or a taxonomy file.")
        return numbered_taxonomy(int(text))
    try:
        value = json.loads(Path(text).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TaxonomyError(f"The taxonomy {text} cannot be read ({error.strerror}); name a JSON file.") from error
    except ValueError as error:
        raise TaxonomyError(f"The taxonomy {text} is no JSON ({error}); write it anew.") from error
    return Taxonomy.from_json(value["taxonomy"] if isinstance(value, dict) and "taxonomy" in value else value)


def _progress(frames: Iterable[FrameLabels], count: int, task: str) -> Iterable[FrameLabels]:
    """A bar on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(frames, desc=task, total=count, unit="frame", leave=False)
        return
    for number, frame in enumerate(frames, start=1):
        yield frame
        if number % 5000 == 0:
            _say(f"{task}: {number} of {count} frames.", sys.stderr)


def _name_problems(source: Path, problems: Iterable[RowProblem]) -> None:
    for problem in problems:
        _say(f"{source}, {problem}", sys.stderr)


def _summarise(target: Path, labels: LabelSet, written: Written) -> None:
    _say(
        f"{target}: {written.frames} of {len(labels.frames)} frame(s), {written.rows} row(s), "
        f"{len(written.problems)} problem(s).",
        sys.stdout,
    )
    if written.unstated:
        _say(
            f"{written.unstated} frame(s) without a defect have no row, as these columns have none for them; "
            "--style full does.",
            sys.stdout,
        )


def _fail(sentence: str, code: int = 1) -> int:
    _say(f"stripsight: {sentence}", sys.stderr)
    return code


def _say(sentence: str, stream: TextIO) -> None:
    stream.write(f"{sentence}\n")
