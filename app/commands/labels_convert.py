"""``stripsight labels convert``: a label file in another format, with a manifest, and nothing lost unsaid."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.label_arguments import add_classes, add_size, fail, frame_progress, name_problems, say, taxonomy_of
from app.commands.labels_diff import summary

if TYPE_CHECKING:
    from models.labels.export import Export, Exported
    from models.labels.losses import LossSurvey

FORMAT_KEYS = ("kaggle", "coco", "png", "labelme", "yolo", "cvat")
"""The keys of ``models.labels.formats.FORMATS``, which is too heavy to import for ``--help``."""

STYLES = ("split", "joined", "full")
"""The values of ``models.labels.kaggle.KaggleStyle``."""

SHAPES = ("masks", "polygons")
"""The values of ``models.labels.drawn_shapes.ShapeKind``."""

WITH_SHAPES = ("coco", "labelme", "cvat")
"""The formats that know both."""

_NAMED_AT_MOST = 20


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``convert`` and its arguments."""
    convert = verbs.add_parser(
        "convert",
        help="write a label file in another format",
        description="Write a label file in another format. The format of IN is recognised; classes and pixels stay. "
        "Beside OUT lies OUT.manifest.json: who, when, classes, counts, the SHA-256 of each file, and the difference "
        "from IN and from what lay there before.",
    )
    convert.add_argument(
        "input",
        metavar="IN",
        type=Path,
        help="a Kaggle CSV, a COCO JSON, a CVAT XML, or a folder of index PNGs, LabelMe JSONs or YOLO polygons",
    )
    convert.add_argument("output", metavar="OUT", type=Path, help="the file to write (png, labelme, yolo: the folder)")
    convert.add_argument("--to", required=True, choices=FORMAT_KEYS, help="the format to write")
    convert.add_argument(
        "--style",
        choices=STYLES,
        help="Kaggle's columns: split (ImageId,ClassId,EncodedPixels; the default), joined "
        "(ImageId_ClassId,EncodedPixels) or full (joined, with an empty cell for every absent class)",
    )
    convert.add_argument(
        "--shapes",
        choices=SHAPES,
        help="for coco, labelme and cvat: masks (exact in every program; the default) or polygons along pixel borders",
    )
    convert.add_argument(
        "--lossy", action="store_true", help="go ahead where OUT cannot hold everything; without, it is said and ends"
    )
    convert.add_argument("--by", metavar="NAME", help="who exports, for the manifest; your operator name without")
    add_size(convert)
    add_classes(convert)


def run(arguments: argparse.Namespace) -> int:
    """Convert; 0 where at least one frame was written, 1 where none could be, 2 for a wrong call."""
    from models.labels.label_set import LabelError, NothingConvertedError
    from models.labels.taxonomy import TaxonomyError

    complaint = _wrong_call(arguments)
    if complaint:
        return fail(complaint, code=2)
    try:
        export = _export(arguments)
    except TaxonomyError as error:
        return fail(str(error), code=2)
    except LabelError as error:
        return fail(str(error))
    try:
        return _convert(arguments, export)
    except NothingConvertedError as error:
        name_problems(arguments.input, error.problems)
        return fail(str(error))
    except LabelError as error:
        return fail(str(error))
    except OSError as error:
        return fail(f"{arguments.output} cannot be written ({error.strerror or error}); choose another place.")


def _wrong_call(arguments: argparse.Namespace) -> str:
    if arguments.style and arguments.to != "kaggle":
        return f"--style is for --to kaggle and not for {arguments.to}; leave it out."
    if arguments.shapes and arguments.to not in WITH_SHAPES:
        return f"--shapes is for --to {', '.join(WITH_SHAPES)} and not for {arguments.to}; leave it out."
    return ""


def _export(arguments: argparse.Namespace) -> Export:
    from app.settings import OPERATOR_NAME, load
    from models.labels.drawn_shapes import ShapeKind
    from models.labels.export import Export, source_of
    from models.labels.formats import ReadOptions, WriteOptions, format_by_key, format_of
    from models.labels.kaggle import KaggleStyle

    taxonomy = taxonomy_of(arguments.classes)
    source = format_of(arguments.input)
    return Export(
        labels=source.read(arguments.input, ReadOptions(arguments.size, taxonomy)),
        format=format_by_key(arguments.to),
        path=arguments.output,
        options=WriteOptions(
            style=KaggleStyle(arguments.style or STYLES[0]),
            shapes=ShapeKind(arguments.shapes or SHAPES[0]),
            progress=frame_progress,
            lossy=arguments.lossy,
        ),
        by=arguments.by or load()[0][OPERATOR_NAME],
        source=source_of(arguments.input, source),
    )


def _convert(arguments: argparse.Namespace, export: Export) -> int:
    from models.labels.export import export_labels

    survey = export.survey()
    if export.is_refused(survey):
        _say_losses(survey)
        name_problems(arguments.input, (*export.labels.problems, *survey.problems))
        return fail(
            f"Nothing was written, for {export.format.title} cannot hold all of {arguments.input}; add --lossy to go "
            "ahead, or convert to another format."
        )
    if survey.unstated:
        say(
            f"{survey.unstated} frame(s) without a defect will have no row, as these columns have none for them; "
            "--style full does.",
            sys.stdout,
        )
    if arguments.lossy:
        _say_losses(survey)
    exported = export_labels(export, survey)
    name_problems(arguments.input, exported.written.problems)
    _summarise(export, exported)
    return 0


def _say_losses(survey: LossSurvey) -> None:
    for loss in survey.losses:
        say(str(loss), sys.stderr)
        for name, pixels in list(loss.frames.items())[:_NAMED_AT_MOST]:
            say(f"  {name}: {f'{pixels} pixel(s)' if pixels else 'the frame'}", sys.stderr)
        if len(loss.frames) > _NAMED_AT_MOST:
            say(f"  and {len(loss.frames) - _NAMED_AT_MOST} more", sys.stderr)


def _summarise(export: Export, exported: Exported) -> None:
    written = exported.written
    say(
        f"{export.path}: {written.frames} of {len(export.labels.frames)} frame(s), {written.rows} row(s), "
        f"{len(written.problems)} problem(s).",
        sys.stdout,
    )
    if exported.earlier is not None:
        say(f"Against what lay there before: {summary(exported.earlier)}", sys.stdout)
    say(f"{export.manifest_path} says who, when and what.", sys.stdout)
