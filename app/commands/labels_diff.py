"""``stripsight labels diff``: what changed between two label files of any formats, frame by frame and in all."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.label_arguments import add_classes, add_size, fail, frame_progress, name_problems, say, taxonomy_of
from app.commands.text_table import table

if TYPE_CHECKING:
    from models.labels.difference import LabelDifference, PixelChange
    from models.labels.label_set import LabelSet


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``diff`` and its arguments."""
    diff = verbs.add_parser(
        "diff",
        help="compare two label files",
        description="Compare two label files of any formats: frames changed, pixels added and removed, and the Dice "
        "coefficient, frame by frame and class by class. Frames that one side alone names are listed and not counted.",
    )
    diff.add_argument("before", metavar="A", type=Path, help="the labels before")
    diff.add_argument("after", metavar="B", type=Path, help="the labels after")
    diff.add_argument("--json", action="store_true", help="write the figures as JSON")
    diff.add_argument("--all", action="store_true", help="list frames that are the same, too")
    add_size(diff)
    add_classes(diff)


def run(arguments: argparse.Namespace) -> int:
    """Compare; 0 where the two could be compared, whatever came out, 1 where not, 2 for a wrong call."""
    from models.labels.difference import compare_labels
    from models.labels.export_manifest import difference_json
    from models.labels.label_set import LabelError
    from models.labels.taxonomy import TaxonomyError

    try:
        before, after = _read(arguments)
        shown = frame_progress(before.frames.values(), len(before.frames), "Comparing")
        difference = compare_labels(before, after, shown)
    except TaxonomyError as error:
        return fail(str(error), code=2)
    except LabelError as error:
        return fail(str(error))
    found = difference.frames
    name_problems(arguments.before, (*before.problems, *(each for frame in found for each in frame.problems_before)))
    name_problems(arguments.after, (*after.problems, *(each for frame in found for each in frame.problems_after)))
    if arguments.json:
        say(json.dumps(difference_json(difference, every_frame=arguments.all), indent=1), sys.stdout)
    else:
        _show(difference, everything=arguments.all)
    return 0


def summary(difference: LabelDifference) -> str:
    """A difference in one sentence."""
    from models.labels.difference import FrameState

    pixels = difference.pixels
    apart = {
        "only before": len(difference.names(FrameState.ONLY_BEFORE)),
        "only after": len(difference.names(FrameState.ONLY_AFTER)),
        "of another size": len(difference.names(FrameState.OTHER_SIZE)),
    }
    others = "".join(f", {count} {words}" for words, count in apart.items() if count)
    return (
        f"{len(difference.names(FrameState.CHANGED))} of {len(difference.compared)} frame(s) changed, "
        f"{pixels.added_px} pixel(s) added, {pixels.removed_px} removed, Dice {pixels.dice:.4f}{others}."
    )


def _read(arguments: argparse.Namespace) -> tuple[LabelSet, LabelSet]:
    """Both label sets; frames whose size one side lacks have it from the other."""
    from models.labels.formats import ReadOptions, format_of

    taxonomy = taxonomy_of(arguments.classes)
    paths = arguments.before, arguments.after
    formats = [format_of(path) for path in paths]
    # A CSV and YOLO's files name no sizes, and are read after the side that does.
    order = sorted((0, 1), key=lambda side: formats[side].key in ("kaggle", "yolo"))
    read: dict[int, LabelSet] = {}
    for side in order:
        known = next((other for other in read.values() if arguments.size is None), None)
        sizes = {} if known is None else {name: frame.size for name, frame in known.frames.items()}
        read[side] = formats[side].read(paths[side], ReadOptions(arguments.size, taxonomy, sizes))
    return read[0], read[1]


def _show(difference: LabelDifference, *, everything: bool) -> None:
    from models.labels.difference import FrameState

    figures = ("added px", "removed px", "before px", "after px", "Dice")
    frames = [frame for frame in difference.frames if everything or frame.state is not FrameState.SAME]
    if frames:
        rows = [(frame.name, frame.state.value, *_cells(frame.pixels)) for frame in frames]
        say(table([("frame", "state", *figures), *rows]), sys.stdout)
        say("", sys.stdout)
    totals = [(name, *_cells(change)) for name, change in difference.classes.items()]
    say(table([("class", *figures), *totals, ("all", *_cells(difference.pixels))]), sys.stdout)
    say("", sys.stdout)
    say(summary(difference), sys.stdout)


def _cells(change: PixelChange) -> tuple[str, ...]:
    numbers = change.added_px, change.removed_px, change.before_px, change.after_px
    return (*(f"{number}" for number in numbers), f"{change.dice:.4f}")
