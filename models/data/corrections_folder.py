"""Corrections folder: frames a person has decided on, as a store hands them to a training.

``images/`` holds a PNG a frame, ``labels.csv`` their classes as Kaggle's run lengths, ``frames.csv`` (ImageId,Strip)
every frame with the strip it is of, '' where that is not known, and ``taxonomy.json`` the classes. A frame without a
row in ``labels.csv`` was looked at and is clean.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.data.collection import Collection, DataError
from models.data.kaggle_folder import read_kaggle_folder
from models.labels.kaggle import write_kaggle
from models.labels.masks import MaskStack
from models.labels.replacement import text_replacement
from models.labels.taxonomy import Taxonomy, TaxonomyError

IMAGES, LABELS, FRAMES, TAXONOMY = "images", "labels.csv", "frames.csv", "taxonomy.json"
_COLUMNS = ("ImageId", "Strip")


@dataclass(frozen=True, slots=True, eq=False)
class CorrectedFrame:
    """A frame and a person's word on it.

    ``name`` is unique in its folder and a file's name without its ending, ``strip`` what tells strips apart, '' where
    it is not known, ``image`` (H, W) grey or (H, W, 3) RGB, uint8 or uint16, ``stack`` the (H, W) mask stack.
    """

    name: str
    strip: str
    image: npt.NDArray[np.unsignedinteger[Any]]
    stack: MaskStack


def write_corrections(folder: Path, taxonomy: Taxonomy, frames: Iterable[CorrectedFrame]) -> int:
    """Write the frames one by one; how many. Images of 16 bits are written with 8, as collections have them."""
    (folder / IMAGES).mkdir(parents=True, exist_ok=True)
    strips: dict[str, str] = {}

    def written() -> Iterator[tuple[str, MaskStack]]:
        for frame in frames:
            file = f"{frame.name}.png"
            _write_image(folder / IMAGES / file, frame.image)
            strips[file] = frame.strip
            yield file, frame.stack

    write_kaggle(folder / LABELS, written(), len(taxonomy))
    with text_replacement(folder / FRAMES) as stream:
        csv.writer(stream, lineterminator="\n").writerows([_COLUMNS, *strips.items()])
    with text_replacement(folder / TAXONOMY) as stream:
        json.dump(taxonomy.to_json(), stream, indent=1)
    return len(strips)


def read_corrections(folder: Path, channels: int = 1) -> Collection:
    """The frames of a corrections folder, ordered by name, in the classes it was written with.

    Raises ``DataError`` naming what is missing, damaged or at odds.
    """
    try:
        taxonomy = Taxonomy.from_json(json.loads((folder / TAXONOMY).read_text(encoding="utf-8")))
        with (folder / FRAMES).open(encoding="utf-8", newline="") as stream:
            strips = {row[_COLUMNS[0]]: row[_COLUMNS[1]] for row in csv.DictReader(stream)}
    except FileNotFoundError as error:
        raise DataError(f"{folder} holds no corrections: {error.filename} is not there; export them anew.") from error
    except (OSError, ValueError, KeyError, csv.Error, TaxonomyError) as error:
        raise DataError(f"The corrections in {folder} cannot be read ({error}); export them anew.") from error
    if not strips:
        raise DataError(f"{folder} holds no corrections; review some frames and decide on them first.")
    collection = read_kaggle_folder(folder / IMAGES, folder / LABELS, taxonomy, channels, unlabelled_are_clean=True)
    at_odds = sorted(set(collection.names) ^ set(strips))
    if at_odds:
        raise DataError(f"{folder} has {at_odds[0]} in only one of {IMAGES} and {FRAMES}; export the corrections anew.")
    # Frames without a strip are no strip together: each is its own.
    return replace(collection, origins=tuple(strips[name] or f"frame {name}" for name in collection.names))


def _write_image(path: Path, image: npt.NDArray[np.unsignedinteger[Any]]) -> None:
    pixels = image if image.dtype == np.uint8 else np.rint(image / 257.0).astype(np.uint8)
    done = False
    with suppress(cv2.error):
        done = cv2.imwrite(str(path), pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[:, :, ::-1]))
    if not done:
        raise DataError(f"{path} cannot be written; make room on its disk or choose another folder.")
