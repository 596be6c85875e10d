"""Collection: labelled frames held in memory, as every reader of data gives them. Imports no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.labels.masks import Mask, MaskStack, class_mask, classes_present
from models.labels.taxonomy import Taxonomy

IGNORED = 255
"""The value of pixels in a target index that count neither in the loss nor in the metrics."""


class DataError(ValueError):
    """Data that cannot be trained on or measured with; one sentence names the thing and the remedy."""


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """Labelled frames of one taxonomy.

    ``images`` are (H, W) grey or (H, W, 3) RGB, uint8, of any sizes; ``stacks`` the mask stacks of the same heights and
    widths; ``names`` what errors and reports call the frames. ``origins`` name the strip of each frame where it is
    known: frames of one origin are never split. Empty means unknown.

    ``labels`` are the ids of each frame's classes, ascending, where something other than its mask says them: the folder
    it lies in. Empty means that the masks say it all. With labels the stacks are empty, unless ``masked`` says that
    masks are known beside them.

    ``ignored`` are (H, W) masks of pixels that count neither in the loss nor in the metrics beside those of the classes
    to ignore, ``None`` for a frame without; empty where no frame has any.
    """

    taxonomy: Taxonomy
    names: tuple[str, ...]
    images: tuple[npt.NDArray[np.uint8], ...]
    stacks: tuple[MaskStack, ...]
    origins: tuple[str, ...] = ()
    labels: tuple[tuple[int, ...], ...] = ()
    masked: bool = False
    ignored: tuple[Mask | None, ...] = ()

    def __post_init__(self) -> None:
        if not self.names:
            raise DataError("There are no labelled frames; check the folder of the images and the label file.")
        if not len(self.names) == len(self.images) == len(self.stacks):
            raise DataError(
                f"There are {len(self.names)} names, {len(self.images)} images and {len(self.stacks)} mask stacks; "
                "each frame needs one of each."
            )
        if self.origins and len(self.origins) != len(self.names):
            raise DataError(f"There are {len(self.names)} frames and {len(self.origins)} origins; give each frame one.")
        if self.labels and len(self.labels) != len(self.names):
            raise DataError(f"There are {len(self.names)} frames and labels of {len(self.labels)}; give each its own.")
        if self.ignored and len(self.ignored) != len(self.names):
            raise DataError(f"There are {len(self.names)} frames and {len(self.ignored)} masks of pixels to ignore.")
        for name, class_ids in zip(self.names, self.labels, strict=False):
            for class_id in class_ids:
                if not 1 <= class_id <= len(self.taxonomy):
                    raise DataError(
                        f"{name} is labelled with class {class_id}, but the classes run from 1 to {len(self.taxonomy)}."
                    )
        for name, image, stack in zip(self.names, self.images, self.stacks, strict=True):
            if image.shape[:2] != stack.shape:
                raise DataError(
                    f"{name} is {image.shape[1]}×{image.shape[0]} pixels and its mask "
                    f"{stack.shape[1]}×{stack.shape[0]}; image and mask must have the same size."
                )

    def __len__(self) -> int:
        return len(self.names)

    @property
    def channels(self) -> int:
        """1 for grey images, 3 for RGB."""
        return 1 if self.images[0].ndim == 2 else 3

    @property
    def drawn(self) -> bool:
        """Whether masks are known. Without, nothing may be learnt or measured pixel by pixel."""
        return self.masked or not self.labels

    @property
    def presence(self) -> npt.NDArray[np.bool_]:
        """Which classes each frame holds, (N, K): those of ``labels`` where given, else those with a pixel.

        A class whose pixels are ignored is never held.
        """
        present = np.zeros((len(self), len(self.taxonomy)), dtype=bool)
        for row, class_ids in enumerate(self.labels or map(classes_present, self.stacks)):
            present[row, [class_id - 1 for class_id in class_ids]] = True
        present[:, [defect.id - 1 for defect in self.taxonomy if defect.role.left_out]] = False
        return present

    def ignored_at(self, row: int) -> Mask | None:
        """The frame's mask of ``ignored``; ``None`` without."""
        return self.ignored[row] if self.ignored else None

    def subset(self, rows: Sequence[int]) -> Collection:
        """The frames at these places, in this order. Raises ``DataError`` where there are none."""
        return replace(
            self,
            names=tuple(self.names[row] for row in rows),
            images=tuple(self.images[row] for row in rows),
            stacks=tuple(self.stacks[row] for row in rows),
            origins=tuple(self.origins[row] for row in rows) if self.origins else (),
            labels=tuple(self.labels[row] for row in rows) if self.labels else (),
            ignored=tuple(self.ignored[row] for row in rows) if self.ignored else (),
        )

    def sha256(self) -> str:
        """Over names, pixels, masks and labels: the same data gives the same hash on any computer."""
        digest = hashlib.sha256()
        for name, image, stack in zip(self.names, self.images, self.stacks, strict=True):
            digest.update(f"{name}\0{image.shape}\0{stack.dtype.str}\0".encode())
            digest.update(np.ascontiguousarray(image).tobytes())
            digest.update(np.ascontiguousarray(stack).tobytes())
        if self.labels:
            digest.update(f"labels\0{self.labels}\0{self.masked}".encode())
        for place, mask in enumerate(self.ignored):
            if mask is not None:
                digest.update(f"ignored\0{place}\0".encode() + np.packbits(mask).tobytes())
        return digest.hexdigest()


def target_index(stack: MaskStack, taxonomy: Taxonomy, ignored: Mask | None = None) -> npt.NDArray[np.uint8]:
    """A training target from a stack, (H, W) uint8: 0 background, k class k, ``IGNORED`` where nothing is learnt.

    That is where a class to ignore or an unknown one lies, and where ``ignored`` (H, W) says so, as
    ``Collection.ignored`` has it.
    Where classes overlap the one with the highest id wins; ``models.labels.masks.overlap_px`` counts such pixels.
    """
    index = np.zeros(stack.shape, dtype=np.uint8)
    for defect in taxonomy.classes:
        if not defect.role.left_out:
            index[class_mask(stack, defect.id)] = defect.id
    index[ignored_px(stack, taxonomy, ignored)] = IGNORED
    return index


def ignored_px(stack: MaskStack, taxonomy: Taxonomy, ignored: Mask | None = None) -> Mask:
    """Where a class lies that loss and metrics leave out, or what else is to be ignored, (H, W)."""
    mask: Mask = (stack & stack.dtype.type(taxonomy.left_out_bits)) != 0
    return mask if ignored is None else mask | ignored


def class_areas_px(collection: Collection) -> npt.NDArray[np.int64]:
    """Pixels of each class in each frame, (N, K)."""
    return np.array(
        [
            [np.count_nonzero(class_mask(stack, defect.id)) for defect in collection.taxonomy.classes]
            for stack in collection.stacks
        ],
        dtype=np.int64,
    )
