"""``stripsight labels check``: which labels are probably wrong, by checks of their own and by a model's eyes."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.arguments import add_device
from app.commands.label_arguments import (
    add_classes,
    add_map,
    add_size,
    fail,
    frame_progress,
    say,
    taxonomy_of,
)

if TYPE_CHECKING:
    from app.commands.labelled_frames import LabelledFrames
    from models.audit.label_auditor import LabelAuditor
    from models.audit.pictures import View
    from models.audit.suspect import Suspect
    from models.bundle import Bundle
    from models.labels.label_set import LabelSet
    from models.labels.taxonomy import Taxonomy

SHOWN_FRAMES = 50
"""So many of the most suspicious frames are drawn in ``suspects.html``."""


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``check`` and its arguments."""
    check = verbs.add_parser(
        "check",
        help="find labels that are probably wrong",
        description="Rank frames by how suspicious their labels are: with --model by how much model and labels "
        "disagree, without by checks that need none (unusable rows, missing images, sizes, copies labelled otherwise, "
        "overlaps, specks). --map compares labels of other classes than the model's. Writes suspects.csv and "
        "suspects.html into --out, and with images labels.csv, which the workstation's review opens with the most "
        "suspicious frames first.",
    )
    check.add_argument("input", metavar="LABELS", type=Path, help="a Kaggle CSV, a COCO JSON or a folder of index PNGs")
    check.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to write")
    check.add_argument("--images", metavar="DIR", type=Path, help="the folder of the frames; --model needs it")
    check.add_argument("--model", metavar="BUNDLE", help="a shipped bundle's name or a bundle's folder")
    check.add_argument(
        "--unlabelled-are-clean", action="store_true", help="an image the labels say nothing of has no defect"
    )
    check.add_argument(
        "--one-view", action="store_true", help="do not look at frames mirrored, too: four times as fast, finds less"
    )
    add_device(check)
    add_size(check)
    add_classes(check)
    add_map(check)


def run(arguments: argparse.Namespace) -> int:
    """Check; 0 where the files are written, 1 where the work failed, 2 for a wrong call."""
    from models.bundle import BundleError
    from models.data.collection import DataError
    from models.labels.label_set import LabelError
    from models.labels.taxonomy import TaxonomyError
    from models.predictor import ImageError, ModelError
    from models.runtimes.base import RuntimeUnavailable

    complaint = _wrong_call(arguments)
    if complaint:
        return fail(complaint, code=2)
    try:
        taxonomy = taxonomy_of(arguments.classes)
    except TaxonomyError as error:
        return fail(str(error), code=2)
    try:
        _check(arguments, taxonomy)
    except (BundleError, DataError, ImageError, LabelError, ModelError, RuntimeUnavailable) as error:
        return fail(str(error))
    except OSError as error:
        return fail(f"{arguments.out} cannot be written ({error.strerror or error}); name another --out.")
    return 0


def _wrong_call(arguments: argparse.Namespace) -> str:
    if arguments.images is None:
        for word, given in (("--model", arguments.model), ("--unlabelled-are-clean", arguments.unlabelled_are_clean)):
            if given:
                return f"{word} looks at images; name their folder with --images."
    if arguments.map is not None and arguments.model is None:
        return "--map says what the labels' classes are to a model; name it with --model."
    if arguments.model is not None and arguments.classes is not None and arguments.map is None:
        return "--model brings its own classes; leave --classes out, or name with --map what they are to the model."
    return ""


def _check(arguments: argparse.Namespace, taxonomy: Taxonomy | None) -> None:
    from app.commands.labelled_frames import labels_in_classes, read_labelled_frames
    from models.audit.label_auditor import suspects_of
    from models.audit.label_checks import check_labels
    from models.labels.label_set import LabelError

    bundle = _bundle(arguments.model)
    own = taxonomy if bundle is None or arguments.map is not None else bundle.spec.taxonomy
    labelled = read_labelled_frames(arguments, own)
    count = len(labelled.labels.frames)
    if not count:
        raise LabelError(f"{arguments.input} labels no frame; name a file with labels.")
    progress = partial(frame_progress, count=count, task="Checking")
    if bundle is None:
        findings = check_labels(labelled.labels, labelled.images, progress)
        _write(arguments, labelled, findings, findings, _views_of_labels(labelled, findings))
        return
    judged = labelled.labels
    if arguments.map is not None:
        judged = labels_in_classes(judged, arguments.map, bundle.spec.taxonomy)
    auditor = _auditor(arguments, bundle, labelled)
    try:
        findings = check_labels(labelled.labels, labelled.images, progress)
        shown = frame_progress(judged.frames.values(), count, "Comparing with the model")
        suspects = suspects_of([auditor.examine(frame).opinion for frame in shown])
        # A damaged mask file is no frame any more, and still the first thing to look at.
        unusable = [found for found in findings if found.score == 1 and found.name not in labelled.labels.frames]
        views = _views_of_model(auditor, judged, suspects)
        _write(arguments, labelled, [*suspects, *unusable], findings, views, judged.taxonomy)
    finally:
        auditor.runtime.close()


def _bundle(reference: str | None) -> Bundle | None:
    from app import paths
    from models.bundle import open_bundle

    return None if reference is None else open_bundle(reference, paths.bundle_folders())


def _auditor(arguments: argparse.Namespace, bundle: Bundle, labelled: LabelledFrames) -> LabelAuditor:
    from app import paths
    from models.audit.label_auditor import LabelAuditor
    from models.pixel_probabilities import require_drawing
    from models.runtimes.choice import choose_runtime

    assert labelled.images is not None, "--model without --images was refused"
    require_drawing(bundle)
    runtime = choose_runtime(bundle, arguments.device, paths.cache())
    return LabelAuditor(bundle, runtime, labelled.images, mirrored=not arguments.one_view)


def _views_of_model(auditor: LabelAuditor, judged: LabelSet, suspects: Sequence[Suspect]) -> dict[str, list[View]]:
    """Label and model of the first frames, which are looked at once more: keeping all would fill the memory."""
    import numpy as np

    from models.audit.pictures import View

    views = {}
    for suspect in suspects[:SHOWN_FRAMES]:
        one = auditor.examine(judged.frames[suspect.name])
        if one.image is not None and one.stack is not None and one.drawn is not None:
            views[suspect.name] = [
                View("the frame", one.image, np.zeros_like(one.stack)),
                View("as labelled", one.image, one.stack),
                View("as the model draws it", one.image, one.drawn),
            ]
    return views


def _views_of_labels(labelled: LabelledFrames, findings: Sequence[Suspect]) -> dict[str, list[View]]:
    """The labels of the first frames, and those of the copies they are compared with."""
    from models.audit.sample_frames import view_of
    from models.audit.suspect import ranked

    if labelled.images is None:
        return {}
    views = {}
    for suspect in ranked(findings)[:SHOWN_FRAMES]:
        names = [name for name in (suspect.name, suspect.twin) if name]
        seen = [view_of(name, name, labelled.labels, labelled.images) for name in names]
        if seen[0] is not None:
            views[suspect.name] = [view for view in seen if view is not None]
    return views


def _write(
    arguments: argparse.Namespace,
    labelled: LabelledFrames,
    found: Sequence[Suspect],
    findings: Sequence[Suspect],
    views: Mapping[str, Sequence[View]],
    taxonomy: Taxonomy | None = None,
) -> None:
    """``taxonomy`` is what the suspicions speak of, the labels' own classes without."""
    from models.audit.suspect import ranked
    from models.audit.suspects_file import SUSPECTS_FILE, write_suspects
    from models.audit.suspects_page import suspects_page
    from models.labels.replacement import text_replacement

    suspects = ranked(found)
    own = labelled.labels.taxonomy
    taxonomy = taxonomy or own
    lead = f"{len(labelled.labels.frames):,} labelled frames" + (
        f", compared with {arguments.model}." if arguments.model else "."
    )
    worst_first = sorted(findings, key=lambda finding: (-finding.score, finding.name))
    write_suspects(arguments.out / SUSPECTS_FILE, suspects, taxonomy)
    with text_replacement(arguments.out / "suspects.html") as stream:
        title = f"Suspicious labels in {arguments.input.name}"
        by_model = arguments.model is not None
        page = suspects_page(
            title, lead, suspects, views, worst_first, taxonomy, by_model=by_model, findings_taxonomy=own
        )
        stream.write(page)
    if labelled.images is not None:
        _write_for_review(arguments.out / "labels.csv", labelled)
    _summarise(arguments, suspects, findings)


def _write_for_review(path: Path, labelled: LabelledFrames) -> None:
    """The labels as the review opens them; it finds the suspects beside them."""
    from models.labels.kaggle import KaggleStyle, write_label_set
    from models.labels.label_set import NothingConvertedError

    try:
        write_label_set(labelled.labels, labelled.labels.frames.values(), path, KaggleStyle.FULL)
    except NothingConvertedError:
        say(f"{path} is not written, for no frame's labels can be used.", sys.stderr)


def _summarise(arguments: argparse.Namespace, suspects: Sequence[Suspect], findings: Sequence[Suspect]) -> None:
    for kind, count in Counter(finding.kind for finding in findings).most_common():
        say(f"{count} × {kind.value}", sys.stdout)
    for rank, suspect in enumerate(suspects[:5], start=1):
        say(f"{rank}. {suspect.name}: {suspect.kind.value}, score {suspect.score:.3f}", sys.stdout)
    say(f"{arguments.out / 'suspects.html'} shows {len(suspects)} frame(s).", sys.stdout)
