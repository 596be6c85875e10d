"""``stripsight models compare``: two bundles on the same frames, and whether the second is safe to promote."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.arguments import add_device
from app.commands.measured_frames import DATA_WORDS, add_frames, fail, read_frames, row_progress, unwritable
from app.commands.text_table import table

if TYPE_CHECKING:
    from models.bundle import Bundle
    from models.data.collection import Collection
    from models.evaluation.comparison import Comparison, Side


def add_verb(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``compare`` and its arguments."""
    compare = verbs.add_parser(
        "compare",
        help="lay two bundles side by side and say whether the second is safe to promote",
        description="Measure bundles A and B on the same labelled frames, with 95 % intervals of every difference, and "
        "say whether B is safe to promote. " + DATA_WORDS,
    )
    compare.add_argument("bundle_a", metavar="A", help="the bundle in use: its name or its folder")
    compare.add_argument("bundle_b", metavar="B", help="the bundle that may take its place")
    add_frames(compare)
    compare.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else")
    compare.add_argument("--out", metavar="FILE", type=Path, help="write a report (HTML) to this file")
    add_device(compare)


def run(arguments: argparse.Namespace) -> int:
    """Compare; 0 where both were measured, whatever the verdict, 1 where they could not be."""
    from app import paths
    from models.bundle import BundleError, open_bundle
    from models.data.collection import DataError
    from models.evaluation.comparison import check_comparable, compare
    from models.pixels import ImageError
    from models.predictor import ModelError
    from models.runtimes.base import RuntimeUnavailable

    try:
        a = open_bundle(arguments.bundle_a, paths.bundle_folders())
        b = open_bundle(arguments.bundle_b, paths.bundle_folders())
        check_comparable(a, b)
        # A bundle that takes grey frames is shown coloured ones as well as it would be grey ones, and not the reverse.
        collection = read_frames(arguments, max(a.spec, b.spec, key=lambda spec: spec.channels))
        comparison = compare(*_run(a, b, collection, arguments.device))
    except (BundleError, DataError, ImageError, ModelError, RuntimeUnavailable) as error:
        return fail(str(error))
    try:
        _tell(comparison, collection, arguments)
    except OSError as error:
        return unwritable(arguments.out, error)
    return 0


def _run(a: Bundle, b: Bundle, collection: Collection, device: str) -> tuple[Side, Side]:
    from app import paths
    from models.evaluation.comparison import run_both
    from models.predictor import Predictor
    from models.runtimes.choice import choose_runtime

    with ExitStack() as open_runtimes:
        predictors = []
        for bundle in (a, b):
            predictors.append(Predictor(bundle, choose_runtime(bundle, device, paths.cache())))
            open_runtimes.callback(predictors[-1].close)
        return run_both(predictors[0], predictors[1], collection, row_progress)


def _tell(comparison: Comparison, collection: Collection, arguments: argparse.Namespace) -> None:
    from models.evaluation.comparison_report import comparison_html, comparison_json, comparison_rows
    from models.evaluation.promotion import judge
    from models.labels.replacement import text_replacement

    promotion = judge(comparison)
    if arguments.out is not None:
        with text_replacement(arguments.out) as stream:
            stream.write(comparison_html(comparison, promotion, collection))
    if arguments.json:
        json.dump(comparison_json(comparison, promotion), sys.stdout, indent=2, allow_nan=False, ensure_ascii=False)
        sys.stdout.write("\n")
        return
    print(table(comparison_rows(comparison)))
    print("\n" + "\n".join((promotion.sentence, *promotion.cautions)))
