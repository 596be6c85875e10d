"""What a plan says of its data, and the readers it may name, in one visible list."""

from __future__ import annotations

import os
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.data.class_folders import read_class_folders
from models.data.collection import Collection, DataError
from models.data.index_folder import read_index_folder
from models.data.kaggle_folder import read_kaggle_folder
from models.data.kind_folders import read_kind_folders
from models.data.rendered import read_rendered
from models.labels.taxonomy import Taxonomy, make_taxonomy


@dataclass(frozen=True, slots=True)
class DataPlan:
    """Where labelled frames come from. Each field is a key of a plan's ``[data]`` table.

    ``reader`` is a key of ``READERS``. ``folder`` is the data's folder, ``labels`` a label file; both may name
    environment variables as ``${NAME}``. ``taxonomy`` and ``classes`` name the classes in the order of their ids.
    ``exclusive``: a pixel has one class. ``unlabelled_are_clean``: a frame without a row in the label file has no
    defect. ``clean_folder`` names the class or kind folder of frames without a defect. ``copies``: train also on frames
    that are only another one turned or mirrored. ``preset``, ``frames`` and ``seed`` are for the reader that renders.
    ``source`` and ``terms`` go into the card.
    """

    reader: str
    taxonomy: str
    classes: tuple[str, ...]
    folder: str = ""
    labels: str = ""
    channels: int = 1
    exclusive: bool = True
    unlabelled_are_clean: bool = False
    clean_folder: str = ""
    preset: str = ""
    frames: int = 0
    seed: int = 1
    copies: bool = True
    validation_share: float = 0.10
    test_share: float = 0.12
    source: str = ""
    terms: str = ""

    def make_taxonomy(self) -> Taxonomy:
        """The taxonomy of the classes, all of them defects."""
        return make_taxonomy(self.taxonomy, self.classes)


def _index_folder(data: DataPlan) -> Collection:
    return read_index_folder(expanded_path(data.folder, "folder"), data.make_taxonomy(), data.channels)


def _kaggle_folder(data: DataPlan) -> Collection:
    return read_kaggle_folder(
        expanded_path(data.folder, "folder"),
        expanded_path(data.labels, "labels"),
        data.make_taxonomy(),
        data.channels,
        data.unlabelled_are_clean,
    )


def _class_folders(data: DataPlan) -> Collection:
    folder = expanded_path(data.folder, "folder")
    return read_class_folders(folder, data.make_taxonomy(), data.channels, data.clean_folder)


def _kind_folders(data: DataPlan) -> Collection:
    folder = expanded_path(data.folder, "folder")
    return read_kind_folders(folder, data.make_taxonomy(), data.channels, data.clean_folder)


def _rendered(data: DataPlan) -> Collection:
    collection = read_rendered(data.preset, data.frames, data.seed)
    if collection.taxonomy.names != data.classes or data.channels != 1:
        raise DataError(
            f"The rendered strip is grey and its classes are {', '.join(collection.taxonomy.names)}; "
            "write data.classes and data.channels so."
        )
    return collection


READERS: Mapping[str, Callable[[DataPlan], Collection]] = {
    "index_folder": _index_folder,
    "class_folders": _class_folders,
    "kind_folders": _kind_folders,
    "kaggle_folder": _kaggle_folder,
    "rendered": _rendered,
}


def read_collection(data: DataPlan) -> Collection:
    """The labelled frames a plan names. Raises ``DataError`` with one sentence where they cannot be had."""
    if data.reader not in READERS:
        raise DataError(f"There is no reader '{data.reader}'; choose one of {', '.join(sorted(READERS))}.")
    return READERS[data.reader](data)


def expanded_path(text: str, key: str) -> Path:
    """A path with its environment variables filled in. Raises ``DataError`` naming one that is not set."""
    if not text:
        raise DataError(f"The plan's [data] names no {key}; write it there or on the command line.")
    try:
        return Path(string.Template(text).substitute(os.environ)).expanduser()
    except KeyError as error:
        name = error.args[0]
        raise DataError(
            f"The plan's {key} is '{text}', but {name} is not set; set it, or name the folder with --images."
        ) from error
    except ValueError as error:
        raise DataError(f"The plan's {key} '{text}' is no path: {error}; write variables as ${{NAME}}.") from error
