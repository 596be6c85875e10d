"""The label formats, in one list: how each is recognised, read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from models.labels import coco, cvat, index_png, kaggle, labelme, yolo
from models.labels.drawn_shapes import ShapeKind
from models.labels.kaggle import KaggleStyle
from models.labels.label_set import FrameLabels, LabelError, LabelSet, Size, Written
from models.labels.losses import Holds
from models.labels.taxonomy import Taxonomy

Progress = Callable[[Iterable[FrameLabels], int, str], Iterable[FrameLabels]]
"""Hands the frames on and shows how far it has come: (frames, their number, what is being done)."""


def silent(frames: Iterable[FrameLabels], count: int, task: str) -> Iterable[FrameLabels]:
    """The progress that shows nothing."""
    return frames


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a label file may leave open: the frames' size, (height, width) in pixels, and the classes.

    Without a size a CSV's frames are the steel competition's; of any other file that names none it is asked for.
    ``sizes`` are those of single frames by name, where they are known from elsewhere; they go before ``size``.
    """

    size: Size | None = None
    taxonomy: Taxonomy | None = None
    sizes: Mapping[str, Size] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """How to write: the column style of a CSV, masks or polygons where a format has both, whom to tell the progress."""

    style: KaggleStyle = KaggleStyle.SPLIT
    shapes: ShapeKind = ShapeKind.MASKS
    progress: Progress = silent
    lossy: bool = False
    """Whether what the format cannot hold may be lost; the loss is surveyed by ``models.labels.losses``."""


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """One kind of label file: ``key`` names it on the command line, ``title`` to people.

    ``holds`` says what it can hold when written so; ``folder``: it is one, with a file a frame.
    """

    key: str
    title: str
    folder: bool
    holds: Callable[[WriteOptions], Holds]
    recognise: Callable[[Path], bool]
    read: Callable[[Path, ReadOptions], LabelSet]
    write: Callable[[LabelSet, Path, WriteOptions], Written]


def _read_kaggle(path: Path, options: ReadOptions) -> LabelSet:
    return kaggle.read_kaggle(path).label_set(options.size or kaggle.FRAME_SIZE, options.taxonomy, options.sizes)


def _write_kaggle(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    return kaggle.write_label_set(labels, _shown(labels, options, "Writing rows"), path, options.style)


def _read_coco(path: Path, options: ReadOptions) -> LabelSet:
    return coco.read_coco(path, options.taxonomy)


def _write_coco(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    return coco.write_coco(labels, _shown(labels, options, "Writing annotations"), path, options.shapes)


def _is_coco(path: Path) -> bool:
    return coco.is_coco(path) and not labelme.is_labelme(path)


def _read_labelme(path: Path, options: ReadOptions) -> LabelSet:
    return labelme.read_labelme(path, options.size, options.taxonomy)


def _write_labelme(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    return labelme.write_labelme(labels, _shown(labels, options, "Writing shapes"), path, options.shapes)


def _read_yolo(path: Path, options: ReadOptions) -> LabelSet:
    return yolo.read_yolo(path, options.size, options.taxonomy, options.sizes)


def _write_yolo(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    return yolo.write_yolo(labels, _shown(labels, options, "Writing polygons"), path)


def _read_cvat(path: Path, options: ReadOptions) -> LabelSet:
    return cvat.read_cvat(path, options.taxonomy)


def _write_cvat(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    return cvat.write_cvat(labels, _shown(labels, options, "Writing shapes"), path, options.shapes)


def _is_png(path: Path) -> bool:
    # Frames lie beside LabelMe's and YOLO's files, and many are PNGs.
    others = (labelme.is_labelme, yolo.is_yolo, cvat.is_cvat)
    return index_png.is_index_folder(path) and not any(recognise(path) for recognise in others)


def _read_png(path: Path, options: ReadOptions) -> LabelSet:
    return index_png.read_index_folder(path, options.taxonomy)


def _write_png(labels: LabelSet, path: Path, options: WriteOptions) -> Written:
    if not options.lossy:
        index_png.refuse_overlaps(_shown(labels, options, "Looking for overlaps"))
    return index_png.write_index_folder(labels, _shown(labels, options, "Writing masks"), path, lossy=options.lossy)


def _kaggle_holds(options: WriteOptions) -> Holds:
    full = options.style is KaggleStyle.FULL
    return Holds(roles=False, unknown=not full, clean=full)


def _holds(holds: Holds) -> Callable[[WriteOptions], Holds]:
    return lambda options: holds


FORMATS: tuple[LabelFormat, ...] = (
    LabelFormat("kaggle", "Kaggle run-length CSV", False, _kaggle_holds, kaggle.is_kaggle, _read_kaggle, _write_kaggle),
    LabelFormat("coco", "COCO JSON", False, _holds(Holds()), _is_coco, _read_coco, _write_coco),
    LabelFormat(
        "png",
        "folder of index PNGs",
        True,
        _holds(Holds(overlap=False, roles=False, file_suffix=".png")),
        _is_png,
        _read_png,
        _write_png,
    ),
    LabelFormat(
        "labelme",
        "folder of LabelMe JSONs",
        True,
        _holds(Holds(file_suffix=".json")),
        labelme.is_labelme,
        _read_labelme,
        _write_labelme,
    ),
    LabelFormat(
        "yolo",
        "folder of YOLO polygons",
        True,
        _holds(Holds(roles=False, file_suffix=".txt")),
        yolo.is_yolo,
        _read_yolo,
        _write_yolo,
    ),
    LabelFormat("cvat", "CVAT XML", False, _holds(Holds()), cvat.is_cvat, _read_cvat, _write_cvat),
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
