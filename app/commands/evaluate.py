"""``stripsight evaluate``: measure a bundle on labelled frames."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.bundle import Bundle
    from models.data.collection import Collection


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``evaluate`` and its arguments."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure a bundle on labelled frames",
        description="Measure a bundle on labelled frames and write metrics.json and report.html. DIR holds images/ and "
        "masks/ (one index a pixel), or only images where --labels names a Kaggle CSV.",
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="a shipped bundle's name or a bundle's folder")
    parser.add_argument("--data", metavar="DIR", type=Path, required=True, help="the labelled frames")
    parser.add_argument("--labels", metavar="FILE", type=Path, help="a Kaggle CSV with the labels of DIR's images")
    parser.add_argument(
        "--unlabelled-are-clean", action="store_true", help="an image without a row in the CSV has no defect"
    )
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="where to write")
    parser.add_argument("--device", default="auto", help="auto, cuda or cpu")


def run(arguments: argparse.Namespace) -> int:
    """Measure; 0 where the figures stand, 1 where they could not be had."""
    from app import paths
    from models.bundle import BundleError, open_bundle
    from models.data.collection import DataError
    from models.predictor import ModelError, Predictor
    from models.runtimes.base import RuntimeUnavailable
    from models.runtimes.choice import choose_runtime

    try:
        bundle = open_bundle(arguments.bundle, paths.bundle_folders())
        collection = _read(arguments, bundle)
        predictor = Predictor(bundle, choose_runtime(bundle, arguments.device, paths.cache()))
    except (BundleError, DataError, RuntimeUnavailable, ValueError) as error:
        return _fail(str(error))
    try:
        metrics = _measure(predictor, bundle, collection, arguments.out)
    except ModelError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{arguments.out} cannot be written ({error.strerror or error}); name another --out.")
    finally:
        predictor.close()
    _say(
        f"{arguments.out}: mean IoU {metrics['mean_iou']}, mean Dice {metrics['mean_dice']}, mean Dice a frame "
        f"{metrics['competition_dice']} on {metrics['frames']} frames."
    )
    return 0


def _read(arguments: argparse.Namespace, bundle: Bundle) -> Collection:
    from models.data.index_folder import read_index_folder
    from models.data.kaggle_folder import read_kaggle_folder

    spec = bundle.spec
    if arguments.labels is None:
        return read_index_folder(arguments.data, spec.taxonomy, spec.channels)
    return read_kaggle_folder(
        arguments.data, arguments.labels, spec.taxonomy, spec.channels, arguments.unlabelled_are_clean
    )


def _measure(predictor: object, bundle: Bundle, collection: Collection, folder: Path) -> dict[str, object]:
    from models.evaluation.evaluation import clean_region_metrics, evaluate
    from models.evaluation.report import report_html
    from models.labels.replacement import text_replacement
    from models.predictor import Predictor

    assert isinstance(predictor, Predictor)
    evaluation = evaluate(predictor, collection, _progress)
    metrics = {
        "bundle": bundle.name,
        "bundle_sha256": bundle.sha256,
        "runtime": predictor.runtime.label,
        **evaluation.metrics,
        "clean_regions": clean_region_metrics(predictor, collection),
    }
    with text_replacement(folder / "metrics.json") as stream:
        json.dump(metrics, stream, indent=2, allow_nan=False)
        stream.write("\n")
    with text_replacement(folder / "report.html") as stream:
        stream.write(report_html(f"{bundle.spec.title}: evaluation", evaluation, collection))
    return metrics


def _progress(rows: Iterable[int]) -> Iterable[int]:
    """A bar on a terminal, a line now and then elsewhere."""
    rows = list(rows)
    if sys.stderr.isatty():
        from tqdm import tqdm

        yield from tqdm(rows, unit="frame", leave=False)
        return
    for place, row in enumerate(rows, start=1):
        yield row
        if place % 500 == 0:
            sys.stderr.write(f"{place} of {len(rows)} frames measured.\n")


def _fail(sentence: str, code: int = 1) -> int:
    sys.stderr.write(f"stripsight: {sentence}\n")
    return code


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
