"""The label formats, in one list: how each is recognised, read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from models.labels import coco, index_png, kaggle
from models.labels.kaggle import KaggleStyle
from models.labels.label_set import FrameLabels, LabelError, LabelSet, Size, Written
from models.labels.taxonomy import Taxonomy

Progress = Callable[[Iterable[FrameLabels], int, str], Iterable[FrameLabels]]
"""Hands the frames on and shows how far it has come: (frames, their number, what is being done)."""


def silent(frames: Iterable[FrameLabels], count: int, task: str) -> Iterable[FrameLabels]:
    """The progress that shows nothing."""
    return frames


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a label file may leave open: the frames' size, (height, width) in pixels, and the classes."""

    size: Size = kaggle.FRAME_SIZE
    taxonomy: Taxonomy | None = None


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write: the column style of a CSV, and whom to tell the progress."""

    style: KaggleStyle = KaggleStyle.SPLIT
    progress: Progress = silent


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """One kind of label file: ``key`` names it on the command line, ``title`` to people."""

    key: str
    title: str
    recognise: Callable[[Path], bool]
    read: Callable[[Path, ReadOptions], LabelSet]
    write: Callable[[LabelSet, Path, WriteOptions], Written]


def _read_kaggle(path: Path, options: ReadOptions) -> LabelSet:
    return kaggle.read_kaggle(path).label_set(options.size, options.taxonomy)


def _write_kaggle(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    return kaggle.write_label_set(labels, _shown(labels, options, "Writing rows"), path, options.style)


def _read_coco(path: Path, options: ReadOptions) -> LabelSet:
    return coco.read_coco(path, options.taxonomy)


def _write_coco(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    return coco.write_coco(labels, _shown(labels, options, "Writing annotations"), path)


def _read_png(path: Path, options: ReadOptions) -> LabelSet:
    return index_png.read_index_folder(path, options.taxonomy)


def _write_png(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    index_png.refuse_overlaps(_shown(labels, options, "Looking for overlaps"))
    return index_png.write_index_folder(labels, _shown(labels, options, "Writing masks"), path)


FORMATS: tuple[LabelFormat, ...] = (
    LabelFormat("kaggle", "Kaggle run-length CSV", kaggle.is_kaggle, _read_kaggle, _write_kaggle),
    LabelFormat("coco", "COCO JSON", coco.is_coco, _read_coco, _write_coco),
    LabelFormat("png", "folder of index PNGs", index_png.is_index_folder, _read_png, _write_png),
)
"""Every label format, in the order in which they are tried on an unknown file."""


def format_of(path: Path) -> LabelFormat:
    """The format a file or folder is in. Raises ``LabelError`` where it is missing or none of them."""
    if not path.exists():
        raise LabelError(f"{path} is not there; name a label file or folder.")
    for label_format in FORMATS:
        if label_format.recognise(path):
            return label_format
    raise LabelError(f"{path} is none of the label formats: {', '.join(one.title for one in FORMATS)}.")


def format_by_key(key: str) -> LabelFormat:
    """The format with this key. Raises ``LabelError`` where there is none."""
    for label_format in FORMATS:
        if label_format.key == key:
            return label_format
    raise LabelError(f"There is no label format '{key}'; choose {', '.join(one.key for one in FORMATS)}.")


def _shown(labels: LabelSet, options: WriteOptions, task: str) -> Iterable[FrameLabels]:
    return options.progress(labels.frames.values(), len(labels.frames), task)
