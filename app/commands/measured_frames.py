"""The labelled frames a bundle is measured on, as ``evaluate`` and ``models compare`` take them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.bundle import BundleSpec
    from models.data.collection import Collection

DATA_WORDS = (
    "DIR holds images/ and masks/ (one index a pixel), or a folder of images for each class (or of images/ and masks/ "
    "for each), named as the class; with --labels it holds the images of a Kaggle CSV."
)
"""What ``--data`` may name, for a description."""


def add_frames(parser: argparse.ArgumentParser) -> None:
    """Add ``--data``, ``--labels``, ``--unlabelled-are-clean`` and ``--clean-folder``."""
    parser.add_argument("--data", metavar="DIR", required=True, help="the labelled frames: a folder or a zip file")
    parser.add_argument("--labels", metavar="FILE", help="a Kaggle CSV with the labels of DIR's images")
    parser.add_argument(
        "--unlabelled-are-clean", action="store_true", help="an image without a row in the CSV has no defect"
    )
    parser.add_argument(
        "--clean-folder", metavar="NAME", default="", help="the folder of frames without a defect, beside the classes'"
    )


def read_frames(arguments: argparse.Namespace, spec: BundleSpec) -> Collection:
    """The frames with labels of the bundle's classes. Raises ``DataError`` naming what is missing or does not fit."""
    from models.data.cache import default_cache
    from models.data.class_folders import read_class_folders
    from models.data.index_folder import read_index_folder
    from models.data.kaggle_folder import read_kaggle_folder
    from models.data.kind_folders import read_kind_folders
    from models.data.places import local_file, local_folder

    cache = default_cache()
    folder = local_folder(arguments.data, "--data", cache)
    if arguments.labels is not None:
        labels = local_file(arguments.labels, "--labels", cache)
        return read_kaggle_folder(folder, labels, spec.taxonomy, spec.channels, arguments.unlabelled_are_clean)
    kinds = [folder / name for name in spec.taxonomy.names if (folder / name).is_dir()]
    if not kinds:
        return read_index_folder(folder, spec.taxonomy, spec.channels)
    read = read_kind_folders if any((kind / "images").is_dir() for kind in kinds) else read_class_folders
    return read(folder, spec.taxonomy, spec.channels, arguments.clean_folder)


def row_progress(rows: Iterable[int]) -> Iterable[int]:
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


def fail(sentence: str, code: int = 1) -> int:
    """Say what is wrong; the exit code."""
    sys.stderr.write(f"stripsight: {sentence}\n")
    return code


def unwritable(place: Path, error: OSError) -> int:
    """Say that the answer cannot be written; the exit code."""
    return fail(f"{place} cannot be written ({error.strerror or error}); name another --out.")
