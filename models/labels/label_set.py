"""Label set: the labels of many frames as every label format reads and writes them, decoded frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy, make_taxonomy

Size = tuple[int, int]
"""(height, width) in pixels."""

MAX_FRAME_PX = 1 << 30
"""A frame of more pixels is a mistyped size, not steel; line-scan frames stay far below."""


_NUMBERED = "numbered"
"""The taxonomy's name where a file numbers its classes."""


class LabelError(ValueError):
    """A label file that cannot be read or written as a whole; the message names it and the remedy."""


class NothingConvertedError(LabelError):
    """Not one frame could be written, so no file was; ``problems`` say why."""

    def __init__(self, sentence: str, problems: tuple[RowProblem, ...]) -> None:
        super().__init__(sentence)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row, annotation or file that could not be taken as it is; the rest went on.

    ``line`` counts from 1 in a text file (``None`` elsewhere), ``image`` is the frame's name ('' where unreadable).
    """

    line: int | None
    image: str
    sentence: str

    def __str__(self) -> str:
        place = [] if self.line is None else [f"line {self.line}"]
        return f"{', '.join([*place, *([self.image] if self.image else [])])}: {self.sentence}"


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A frame's labels as pixels: its (H, W) stack, what was wrong, and whether nothing had to be left out.

    Where ``complete`` is false, a pixel without a bit is not known to be free of defects.
    """

    stack: MaskStack
    problems: tuple[RowProblem, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class FrameLabels:
    """What a label file says of one frame; ``decode`` makes the pixels each time it is called and keeps none.

    ``explicit_empty``: the file states that the frame has no defect, which is not the same as stating nothing.
    ``source_id`` is the number the file gives the frame (COCO's image id), ``annotation_ids`` the number of the first
    annotation by class id; both are kept when the labels are written to a format that has them.
    """

    name: str
    size: Size
    decode: Callable[[], Decoded]
    explicit_empty: bool = False
    source_id: int | None = None
    annotation_ids: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, eq=False)
class LabelSet:
    """The labels of many frames, by name, in the file's order.

    A frame that is not in ``frames`` is unknown, never clean. ``problems`` are those found while reading the file;
    those within a frame's masks come from its ``decode``. ``category_ids`` are COCO's own ids by class id.
    """

    taxonomy: Taxonomy
    frames: Mapping[str, FrameLabels]
    problems: tuple[RowProblem, ...] = ()
    category_ids: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Written:
    """What writing a label set came to: frames and rows (annotations, files) written, and every problem of the set.

    ``unstated`` counts frames known to be empty that the format has no way to say so of.
    """

    frames: int
    rows: int
    problems: tuple[RowProblem, ...] = ()
    unstated: int = 0


def known_frames(frames: Iterable[FrameLabels], problems: list[RowProblem]) -> Iterator[tuple[FrameLabels, Decoded]]:
    """The frames, decoded, for a format in which a pixel without a class means 'no defect'.

    A frame of which something is not known is left out and named in ``problems``, as are all problems of decoding.
    """
    for frame in frames:
        decoded = frame.decode()
        problems.extend(decoded.problems)
        if is_known(frame, decoded):
            yield frame, decoded
            continue
        if not decoded.complete:
            sentence = "The frame is left out, for without the row that cannot be used it would look free of a defect."
        else:
            sentence = "The frame is left out, for its labels do not say whether it is free of every defect."
        problems.append(RowProblem(None, frame.name, sentence))


def is_known(frame: FrameLabels, decoded: Decoded) -> bool:
    """Whether a pixel of the frame without a class is known to have no defect."""
    return decoded.complete and (frame.explicit_empty or bool(decoded.stack.any()))


def refuse_nothing(path: Path, frame_count: int, problems: Iterable[RowProblem]) -> None:
    """Raise ``NothingConvertedError`` where no frame is left to write, so that ``path`` stays as it was."""
    if not frame_count:
        raise nothing_converted(path, problems)


def nothing_converted(path: Path, problems: Iterable[RowProblem]) -> NothingConvertedError:
    """The error that not one frame could be written to ``path``."""
    sentence = f"Nothing was written to {path}, for no frame's labels could be used."
    return NothingConvertedError(sentence, tuple(problems))


def numbered_taxonomy(class_count: int) -> Taxonomy:
    """A taxonomy for files that number their classes and do not name them: class_1, class_2, …"""
    return make_taxonomy(_NUMBERED, [f"class_{class_id}" for class_id in range(1, class_count + 1)])


def is_numbered(taxonomy: Taxonomy) -> bool:
    """Whether the classes are those of a file that numbers them and does not name them."""
    return taxonomy.name == _NUMBERED and all(one.name == f"class_{one.id}" for one in taxonomy)


def checked_size(height: int, width: int) -> Size:
    """(height, width) where a frame can be so large; raises ``LabelError`` otherwise."""
    if height < 1 or width < 1 or height * width > MAX_FRAME_PX:
        raise LabelError(f"No frame is {height}×{width} pixels; give height and width as in 256x1600.")
    return height, width
