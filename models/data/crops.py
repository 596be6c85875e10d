"""Crops: random, augmented pieces of labelled frames, image and mask cut and flipped together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.data import Dataset
from torchvision import tv_tensors
from torchvision.transforms import v2

from models.data.augmentations import apply, listed_transforms, strategy_transforms
from models.data.collection import IGNORED, Collection, ignored_px, target_index
from models.data.statistics import Normalisation
from models.labels.masks import Mask, MaskStack, class_mask, classes_present
from models.labels.taxonomy import Taxonomy
from models.networks.sizing import brought_to


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How crops are cut and varied.

    ``size_px`` is (height, width). ``flips`` mirrors both ways, each with probability one half. ``brightness`` and
    ``contrast`` are the largest relative change, 0 for none: lines differ in light and camera. ``defect_share`` of the
    crops of a frame with defects hold one of them, its class drawn evenly; the others lie anywhere. ``transpose`` swaps
    rows and columns with probability one half; with ``flips`` these are all eight ways to lay a plate. ``zoom`` are the
    smallest and the largest factor, drawn evenly in their logarithm, by which a crop is enlarged.

    With ``cut`` 'frames' whole frames are brought to ``size_px`` instead. A ``strategy`` but 'keys' takes the place of
    flips, transpose, brightness and contrast: a set of ``models.data.augmentations``, or with 'custom' the transforms
    that ``train`` lists.
    """

    size_px: tuple[int, int]
    flips: bool = True
    brightness: float = 0.25
    contrast: float = 0.25
    defect_share: float = 0.0
    transpose: bool = False
    zoom: tuple[float, float] = (1.0, 1.0)
    cut: str = "crops"
    strategy: str = "keys"
    train: tuple[Mapping[str, Any], ...] = ()


class CropDataset(Dataset[tuple[Tensor, Tensor]]):
    """One random crop of each frame of a collection, made from torch's global random state.

    An item is (image (C, h, w) float32 normalised, target): with ``exclusive`` the target is (h, w) int64 with 0
    background, k class k and 255 ignored, else (K, h, w) float32 of 0 and 1, or 255 in every plane where ignored.
    Frames smaller than the crop are mirrored outwards to its size first. Without ``masks`` the target is empty: masks
    take most of the time where they are not learnt. Raises ``DataError`` for a transform that cannot be made.
    """

    def __init__(
        self,
        collection: Collection,
        augmentation: Augmentation,
        normalisation: Normalisation,
        exclusive: bool,
        crops_a_frame: int = 1,
        masks: bool = True,
    ) -> None:
        self._collection = collection
        self._exclusive = exclusive
        self._ignored = {defect.id for defect in collection.taxonomy if defect.role.left_out}
        self._crops_a_frame = crops_a_frame
        self._masks = masks
        self._size_px = augmentation.size_px
        self._whole = augmentation.cut == "frames"
        self._zoom = augmentation.zoom
        by_keys = augmentation.strategy == "keys"
        self._transpose_share = 0.5 if augmentation.transpose and by_keys else 0.0
        self._defect_share = augmentation.defect_share
        self._transforms = _transforms(augmentation, normalisation)

    def __len__(self) -> int:
        return len(self._collection) * self._crops_a_frame

    def __getitem__(self, place: int) -> tuple[Tensor, Tensor]:
        row = place % len(self._collection)
        image, target = self._frame(row) if self._whole else self._crop(row)
        x: Tensor = tv_tensors.Image(_channels_first(image))
        # A mask image of several channels holds the overlapping classes, one channel each.
        y: Tensor | None = None if target is None else tv_tensors.Mask(_channels_first(target))
        if self._whole:
            x, y = _resized(x, y, self._size_px)
        x, y = apply(self._transforms, x, y)
        if float(torch.rand(())) < self._transpose_share:
            x, y = x.mT, y if y is None else y.mT
        if y is None:
            return x.as_subclass(Tensor), torch.zeros(0)
        if self._exclusive:
            return x.as_subclass(Tensor), y.as_subclass(Tensor)[0].long()
        return x.as_subclass(Tensor), y.as_subclass(Tensor).float()

    def _frame(self, row: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8] | None]:
        target = target_array(self._collection, row, self._exclusive) if self._masks else None
        return self._collection.images[row], target

    def _crop(self, row: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8] | None]:
        stack = self._collection.stacks[row]
        size_px = self._cut_px()
        window = self._window(stack, size_px)
        image = mirrored_to(self._collection.images[row][window], size_px)
        if not self._masks:
            return image, None
        ignored = self._collection.ignored_at(row)
        target = target_of(
            stack[window],
            self._collection.taxonomy,
            self._exclusive,
            None if ignored is None else ignored[window],
        )
        return image, mirrored_to(target, size_px)

    def _cut_px(self) -> tuple[int, int]:
        """Height and width to cut, which the zoom then brings to the crop's size."""
        smallest, largest = self._zoom
        if smallest == largest == 1.0:
            return self._size_px
        zoom = smallest * (largest / smallest) ** float(torch.rand(()))
        return max(1, round(self._size_px[0] / zoom)), max(1, round(self._size_px[1] / zoom))

    def _window(self, stack: MaskStack, size_px: tuple[int, int]) -> tuple[slice, slice]:
        """Where to cut: around a random pixel of a random class for the share of crops that hold one, else anywhere."""
        at: npt.NDArray[np.intp] | None = None
        if self._defect_share and float(torch.rand(())) < self._defect_share:
            present = [defect for defect in classes_present(stack) if defect not in self._ignored]
            if present:
                pixels = np.argwhere(class_mask(stack, present[_below(len(present))]))
                at = pixels[_below(len(pixels))]
        window = []
        for axis, (side, crop) in enumerate(zip(stack.shape, size_px, strict=True)):
            room = max(0, side - crop)
            first, last = (0, room) if at is None else (max(0, int(at[axis]) - crop + 1), min(int(at[axis]), room))
            start = first + _below(last - first + 1)
            window.append(slice(start, start + crop))
        return window[0], window[1]


def target_array(collection: Collection, row: int, exclusive: bool) -> npt.NDArray[np.uint8]:
    """The frame's target as ``target_of`` has it."""
    return target_of(collection.stacks[row], collection.taxonomy, exclusive, collection.ignored_at(row))


def target_of(
    stack: MaskStack, taxonomy: Taxonomy, exclusive: bool, ignored: Mask | None = None
) -> npt.NDArray[np.uint8]:
    """What a mask stack asks of the network: (H, W) index if exclusive, else (H, W, K) of 0 and 1.

    Both are ``IGNORED`` where an ignore class lies and where ``ignored`` (H, W) says so, the planes in every class.
    """
    if exclusive:
        return target_index(stack, taxonomy, ignored)
    planes = np.stack([class_mask(stack, defect.id) for defect in taxonomy.classes], axis=2).astype(np.uint8)
    planes[ignored_px(stack, taxonomy, ignored)] = IGNORED
    return planes


def mirrored_to(image: npt.NDArray[np.uint8], least_px: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The image mirrored outwards below and to the right until it has at least this height and width."""
    missing = [max(0, least - side) for least, side in zip(least_px, image.shape[:2], strict=True)]
    if not any(missing):
        return image
    padded = cv2.copyMakeBorder(image, 0, missing[0], 0, missing[1], cv2.BORDER_REFLECT_101)
    return np.asarray(padded if padded.ndim == image.ndim else padded[:, :, None], dtype=np.uint8)


def _below(limit: int) -> int:
    """A whole number from 0 to ``limit`` - 1 from torch's random state, which the trainer sets."""
    return int(torch.randint(limit, ()))


def _channels_first(image: npt.NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(image if image.ndim == 3 else image[:, :, None])).permute(2, 0, 1)


def _resized(x: Tensor, y: Tensor | None, size_px: tuple[int, int]) -> tuple[Tensor, Tensor | None]:
    """Frame (C, H, W) uint8 and mask as a network that works at ``size_px`` sees them; the frame float, 0..1."""
    shrunk = tv_tensors.Image(brought_to(x.float()[None] / 255.0, size_px)[0])
    if y is None:
        return shrunk, None
    mask = functional.interpolate(y[None].float(), size_px, mode="nearest-exact")[0].to(y.dtype)
    return shrunk, tv_tensors.Mask(mask)


def _transforms(augmentation: Augmentation, normalisation: Normalisation) -> list[v2.Transform]:
    steps: list[v2.Transform] = []
    if augmentation.zoom != (1.0, 1.0) and augmentation.cut == "crops":
        steps.append(v2.Resize(list(augmentation.size_px), antialias=True))
    if augmentation.strategy == "keys" and augmentation.flips:
        steps += [v2.RandomHorizontalFlip(0.5), v2.RandomVerticalFlip(0.5)]
    steps.append(v2.ToDtype({tv_tensors.Image: torch.float32, "others": None}, scale=True))
    if augmentation.strategy == "custom":
        steps += listed_transforms(augmentation.train)
    elif augmentation.strategy != "keys":
        steps += strategy_transforms(augmentation.strategy, augmentation.size_px, normalisation.mean)
    elif augmentation.brightness or augmentation.contrast:
        steps.append(v2.ColorJitter(brightness=augmentation.brightness, contrast=augmentation.contrast))
    steps.append(v2.Normalize(list(normalisation.mean), list(normalisation.std)))
    return steps
