"""Frames with a Kaggle label CSV: a folder of images and one file of run lengths."""

from __future__ import annotations

from pathlib import Path

from models.data.collection import Collection, DataError
from models.data.image_files import image_paths, read_image
from models.labels.kaggle import KaggleFile, read_kaggle
from models.labels.label_set import LabelError
from models.labels.masks import empty_stack
from models.labels.taxonomy import Taxonomy


def read_kaggle_folder(
    images: Path, labels: Path, taxonomy: Taxonomy, channels: int = 1, unlabelled_are_clean: bool = False
) -> Collection:
    """The images of a folder that the label CSV speaks of, ordered by name.

    A frame without a row is clean only with ``unlabelled_are_clean``; else it is left out, for its labels may merely be
    missing. Raises ``DataError`` for a missing folder, a label of an image that is not there, a row that cannot be
    read or does not fit its image, and a class the taxonomy lacks.
    """
    paths = {path.name: path for path in image_paths(images)}
    try:
        file = read_kaggle(labels)
    except LabelError as error:
        raise DataError(str(error)) from error
    if file.problems:
        raise DataError(f"{labels}, {file.problems[0]}")
    missing = [name for name in file.frames if name not in paths]
    if missing:
        raise DataError(
            f"{labels}{_line_of(file, missing[0])} names {len(missing)} image(s) that are not in {images}, the first "
            f"is {missing[0]}; add the images or remove the rows."
        )
    if file.class_count > len(taxonomy):
        raise DataError(
            f"{labels}{_line_of_highest_class(file)} holds class {file.class_count}, but there are only "
            f"{len(taxonomy)} classes; name them all."
        )
    names = [name for name in paths if unlabelled_are_clean or name in file.frames]
    if not names:
        raise DataError(f"{labels} labels no image; name a file with labels, or say that unlabelled images are clean.")
    pictures = tuple(read_image(paths[name], channels) for name in names)
    stacks = []
    for name, image in zip(names, pictures, strict=True):
        if name not in file.frames:
            stacks.append(empty_stack(image.shape[0], image.shape[1], len(taxonomy)))
            continue
        decoded = file.decode(name, (image.shape[0], image.shape[1]), len(taxonomy))
        if not decoded.complete:
            raise DataError(f"{labels}, {decoded.problems[0]}")
        stacks.append(decoded.stack)
    return Collection(taxonomy, tuple(names), pictures, tuple(stacks))


def _line_of(file: KaggleFile, name: str) -> str:
    """Where the file first draws the frame, as part of a sentence; '' where it only says what it lacks."""
    cells = file.frames[name].cells
    return f", line {cells[0][0]}," if cells else ""


def _line_of_highest_class(file: KaggleFile) -> str:
    """Where the file first draws its highest class, as part of a sentence; '' where it only says it is absent."""
    lines = [line for rows in file.frames.values() for line, class_id, _ in rows.cells if class_id == file.class_count]
    return f", line {min(lines)}," if lines else ""
