"""``stripsight labels stats``: what a set of labels holds, counted and drawn."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands.label_arguments import add_classes, add_size, fail, frame_progress, name_problems, say, taxonomy_of

if TYPE_CHECKING:
    from app.commands.labelled_frames import LabelledFrames
    from models.audit.label_survey import LabelSurvey

_PROBLEMS_AT_MOST = 10


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``stats`` and its arguments."""
    stats = verbs.add_parser(
        "stats",
        help="count and draw what a set of labels holds",
        description="Count what a set of labels holds: classes, clean and defective frames, areas, places, what stands "
        "together. Writes statistics.json and statistics.html into --out. The format of IN is recognised.",
    )
    stats.add_argument("input", metavar="IN", type=Path, help="a Kaggle CSV, a COCO JSON or a folder of index PNGs")
    stats.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to write")
    stats.add_argument("--images", metavar="DIR", type=Path, help="the folder of the frames, for sample pictures")
    stats.add_argument(
        "--unlabelled-are-clean", action="store_true", help="an image the labels say nothing of has no defect"
    )
    add_size(stats)
    add_classes(stats)


def run(arguments: argparse.Namespace) -> int:
    """Count; 0 where the files are written, 1 where there was nothing to count, 2 for a wrong call."""
    from app.commands.labelled_frames import read_labelled_frames
    from models.audit.label_survey import survey_labels
    from models.data.collection import DataError
    from models.labels.label_set import LabelError
    from models.labels.taxonomy import TaxonomyError

    if arguments.unlabelled_are_clean and arguments.images is None:
        return fail("--unlabelled-are-clean speaks of images; name their folder with --images.", code=2)
    try:
        taxonomy = taxonomy_of(arguments.classes)
    except TaxonomyError as error:
        return fail(str(error), code=2)
    try:
        labelled = read_labelled_frames(arguments, taxonomy)
    except (LabelError, DataError) as error:
        return fail(str(error))
    frames = labelled.labels.frames
    if not frames:
        name_problems(arguments.input, labelled.labels.problems[:_PROBLEMS_AT_MOST])
        return fail(f"{arguments.input} labels no frame; name a file with labels.")
    shown = frame_progress(frames.values(), len(frames), "Counting")
    survey = survey_labels(labelled.labels, shown, labelled.unlabelled)
    try:
        _write(arguments, labelled, survey)
    except OSError as error:
        return fail(f"{arguments.out} cannot be written ({error.strerror or error}); name another --out.")
    return 0


def _write(arguments: argparse.Namespace, labelled: LabelledFrames, survey: LabelSurvey) -> None:
    from models.audit.label_statistics import label_statistics
    from models.audit.sample_frames import sample_frames
    from models.audit.statistics_page import statistics_page
    from models.audit.statistics_table import statistics_table
    from models.labels.replacement import text_replacement

    statistics: dict[str, Any] = {"labels": arguments.input.name, **label_statistics(survey)}
    samples = "" if labelled.images is None else sample_frames(survey, labelled.labels, labelled.images)
    with text_replacement(arguments.out / "statistics.json") as stream:
        json.dump(statistics, stream, indent=2, ensure_ascii=False, allow_nan=False)
        stream.write("\n")
    with text_replacement(arguments.out / "statistics.html") as stream:
        stream.write(statistics_page(f"Labels of {arguments.input.name}", survey, statistics, samples))
    name_problems(arguments.input, survey.problems[:_PROBLEMS_AT_MOST])
    if len(survey.problems) > _PROBLEMS_AT_MOST:
        say(f"{len(survey.problems) - _PROBLEMS_AT_MOST} more problems are counted in statistics.json.", sys.stderr)
    say(statistics_table(statistics), sys.stdout)
    say(f"{arguments.out / 'statistics.html'} shows it.", sys.stdout)
