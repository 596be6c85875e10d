"""``stripsight evaluate``: measure a bundle on labelled frames."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.commands.arguments import add_device
from app.commands.measured_frames import DATA_WORDS, add_frames, fail, read_frames, row_progress, unwritable

FIGURES_SAID = ("mean_iou", "mean_dice", "competition_dice", "accuracy", "auroc", "defect_auroc")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``evaluate`` and its arguments."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure a bundle on labelled frames",
        description="Measure a bundle on labelled frames and write metrics.json and report.html. " + DATA_WORDS,
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="a shipped bundle's name or a bundle's folder")
    add_frames(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to write")
    add_device(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure; 0 where the figures stand, 1 where they could not be had."""
    from app import paths
    from models.bundle import BundleError, open_bundle
    from models.data.collection import DataError
    from models.evaluation.measurement import measure
    from models.evaluation.report_folder import write_report
    from models.pixels import ImageError
    from models.predictor import ModelError, Predictor
    from models.runtimes.base import RuntimeUnavailable
    from models.runtimes.choice import choose_runtime

    try:
        bundle = open_bundle(arguments.bundle, paths.bundle_folders())
        collection = read_frames(arguments, bundle.spec)
        predictor = Predictor(bundle, choose_runtime(bundle, arguments.device, paths.cache()))
    except (BundleError, DataError, RuntimeUnavailable) as error:
        return fail(str(error))
    try:
        measurement = measure(predictor, collection, row_progress)
    except (DataError, ModelError, ImageError) as error:
        return fail(str(error))
    finally:
        predictor.close()
    try:
        metrics = write_report(measurement, arguments.out)
    except OSError as error:
        return unwritable(arguments.out, error)
    sys.stdout.write(f"{arguments.out}: {_figures(metrics)} on {metrics['frames']} frames.\n")
    return 0


def _figures(metrics: Mapping[str, Any]) -> str:
    from models.evaluation.figure_names import figure_words

    return ", ".join(
        f"{figure_words(name)} {metrics[name]:.3f}" for name in FIGURES_SAID if metrics.get(name) is not None
    )
