"""Labelled frames as ``labels stats`` and ``labels check`` take them: a label file, and the images beside it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from app.commands.label_arguments import class_map_of
from app.review.image_file import image_size
from models.audit.frame_images import FrameImages
from models.labels.class_map import mapped_labels
from models.labels.formats import ReadOptions, format_of
from models.labels.kaggle import FRAME_SIZE, KaggleFile, read_kaggle
from models.labels.label_set import Decoded, FrameLabels, LabelError, LabelSet, Size, numbered_taxonomy
from models.labels.masks import empty_stack
from models.labels.taxonomy import MAX_CLASSES, Taxonomy, TaxonomyError


@dataclass(frozen=True, slots=True)
class LabelledFrames:
    """A label set, the images it speaks of where a folder was named, and the images it says nothing of."""

    labels: LabelSet
    images: FrameImages | None
    unlabelled: tuple[str, ...] = ()


def read_labelled_frames(arguments: argparse.Namespace, taxonomy: Taxonomy | None) -> LabelledFrames:
    """What ``input``, ``images``, ``size`` and ``unlabelled_are_clean`` of the command line name.

    A CSV names no sizes: with images each frame has its image's, unless ``--size`` says otherwise. With images frames
    are named as those. Raises ``LabelError`` or ``DataError`` where the file or the folder cannot be used.
    """
    images = None if arguments.images is None else FrameImages(arguments.images)
    label_format = format_of(arguments.input)
    if label_format.key == "kaggle" and images is not None and arguments.size is None:
        labels = _sized_by_images(read_kaggle(arguments.input), images, taxonomy)
    else:
        labels = label_format.read(arguments.input, ReadOptions(arguments.size, taxonomy))
    if images is None:
        return LabelledFrames(labels, None)
    labels = replace(labels, frames=_named_as_images(labels.frames, images))
    unlabelled = images.without(labels.frames)
    if arguments.unlabelled_are_clean:
        clean = {name: _clean_frame(name, images, len(labels.taxonomy)) for name in unlabelled}
        return LabelledFrames(replace(labels, frames={**labels.frames, **clean}), images)
    return LabelledFrames(labels, images, unlabelled)


def labels_in_classes(labels: LabelSet, map_file: Path, taxonomy: Taxonomy) -> LabelSet:
    """The labels in the classes of ``taxonomy``, as ``--map`` says.

    Raises ``LabelError`` naming the file where it cannot be read or names a class that is not there.
    """
    mapping = class_map_of(map_file)
    ids = [int(key[:9]) for key in mapping if key.isascii() and key.isdigit()]
    if labels.taxonomy == numbered_taxonomy(len(labels.taxonomy)):
        # These labels happen to hold none of the plant's higher classes.
        most = min(max([len(labels.taxonomy), *ids]), MAX_CLASSES)
        labels = replace(labels, taxonomy=numbered_taxonomy(most))
    try:
        return mapped_labels(labels, mapping, taxonomy)
    except TaxonomyError as error:
        raise LabelError(f"The map {map_file}: {error}") from error


def _named_as_images(frames: Mapping[str, FrameLabels], images: FrameImages) -> dict[str, FrameLabels]:
    """The frames under their images' names: mask 7.png of image 7.jpg is frame 7.jpg, unless that has labels, too."""
    named: dict[str, FrameLabels] = {}
    for name, frame in frames.items():
        path = images.find(name)
        own = name if path is None or path.name in frames else path.name
        named[own] = replace(frame, name=own)
    return named


def _sized_by_images(file: KaggleFile, images: FrameImages, taxonomy: Taxonomy | None) -> LabelSet:
    """The file's label set with each frame in the size its image's header tells."""
    labels = file.label_set(FRAME_SIZE, taxonomy)
    frames: Mapping[str, FrameLabels] = {
        name: replace(frame, size=size, decode=partial(file.decode, name, size, len(labels.taxonomy)))
        for name, frame in labels.frames.items()
        for size in [_size_of(name, images)]
    }
    return replace(labels, frames=frames)


def _size_of(name: str, images: FrameImages) -> Size:
    path = images.find(name)
    return FRAME_SIZE if path is None else image_size(path) or FRAME_SIZE


def _clean_frame(name: str, images: FrameImages, class_count: int) -> FrameLabels:
    size = _size_of(name, images)
    return FrameLabels(name, size, lambda: Decoded(empty_stack(*size, class_count)), explicit_empty=True)
