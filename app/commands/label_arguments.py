"""What the verbs of ``stripsight labels`` share: sizes and classes on the command line, progress, how they speak."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from models.labels.label_set import FrameLabels, RowProblem, Size
    from models.labels.taxonomy import Taxonomy


def add_size(parser: argparse.ArgumentParser) -> None:
    """Add ``--size``."""
    parser.add_argument(
        "--size",
        metavar="HxW",
        type=_size,
        help="the frames' height and width, where the labels lack them (a CSV, YOLO without images); 256x1600 for a "
        "CSV without",
    )


def add_classes(parser: argparse.ArgumentParser) -> None:
    """Add ``--classes``."""
    parser.add_argument(
        "--classes",
        metavar="N|FILE",
        help="the number of classes, or a JSON file with a taxonomy (a bundle.json is one)",
    )


def taxonomy_of(text: str | None) -> Taxonomy | None:
    """The taxonomy of ``--classes``: numbered classes for a number, else that of a JSON file.

    Raises ``TaxonomyError`` where it cannot be.
    """
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


def add_map(parser: argparse.ArgumentParser) -> None:
    """Add ``--map``."""
    parser.add_argument(
        "--map",
        metavar="FILE",
        type=Path,
        help="a TOML file that says what each class of the labels is to the model, a line a class, by name or id: "
        '1 = "scratches"; "" leaves a class out',
    )


def class_map_of(path: Path) -> dict[str, str]:
    """The map of ``--map``, as ``models.labels.class_map`` has it. Raises ``LabelError`` where it cannot be."""
    from models.labels.label_set import LabelError

    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise LabelError(f"The map {path} cannot be read ({error.strerror}); name a TOML file.") from error
    except ValueError as error:
        raise LabelError(f'The map {path} is no TOML ({error}); write lines such as 1 = "scratches".') from error
    for key, value in table.items():
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise LabelError(f"The map {path}: '{key}' must become a class's name or id in one line; correct it.")
    return {key: str(value) for key, value in table.items()}


def frame_progress(frames: Iterable[FrameLabels], count: int, task: str) -> Iterable[FrameLabels]:
    """A bar on a terminal, a line now and then elsewhere."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(frames, desc=task, total=count, unit="frame", leave=False)
        return
    for number, frame in enumerate(frames, start=1):
        yield frame
        if number % 5000 == 0:
            say(f"{task}: {number} of {count} frames.", sys.stderr)


def name_problems(source: Path, problems: Iterable[RowProblem]) -> None:
    """Each problem as a line on stderr."""
    for problem in problems:
        say(f"{source}, {problem}", sys.stderr)


def fail(sentence: str, code: int = 1) -> int:
    """Say what is wrong; the exit code."""
    say(f"stripsight: {sentence}", sys.stderr)
    return code


def say(sentence: str, stream: TextIO) -> None:
    """One line."""
    stream.write(f"{sentence}\n")


def _size(text: str) -> Size:
    match = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", text, re.ASCII)
    if not match or int(match.group(1)) * int(match.group(2)) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write height and width as in 256x1600")
    return int(match.group(1)), int(match.group(2))
