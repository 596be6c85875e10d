"""A made-up steel of two easy defects: bright squares and dark discs on noise."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from models.data.collection import Collection
from models.labels.masks import empty_stack, set_class
from models.labels.taxonomy import make_taxonomy

CLASSES = ("bright", "dark")


def make_collection(frames: int, size: int = 64, seed: int = 0, clean_every: int = 4) -> Collection:
    """Frame i holds a square where i is odd, a disc where i is even, nothing where ``clean_every`` divides it."""
    random = np.random.default_rng(seed)
    taxonomy = make_taxonomy("made-up", CLASSES)
    images, stacks = [], []
    for number in range(frames):
        image = random.normal(110, 12, (size, size)).clip(0, 255).astype(np.uint8)
        stack = empty_stack(size, size, len(CLASSES))
        if number % clean_every:
            kind = 1 + number % 2
            y, x = (int(v) for v in random.integers(14, size - 14, 2))
            mask = np.zeros((size, size), np.uint8)
            if kind == 1:
                cv2.rectangle(mask, (x - 9, y - 9), (x + 9, y + 9), 1, -1)
                image[mask > 0] = 235
            else:
                cv2.circle(mask, (x, y), 10, 1, -1)
                image[mask > 0] = 15
            set_class(stack, kind, mask > 0)
        images.append(image)
        stacks.append(stack)
    return Collection(taxonomy, tuple(f"{i:03d}.png" for i in range(frames)), tuple(images), tuple(stacks))


def write_index_folder(folder: Path, collection: Collection) -> Path:
    """The collection as ``images/`` and ``masks/``; classes do not overlap, so the stack's bits 1 and 2 are the ids."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    for name, image, stack in zip(collection.names, collection.images, collection.stacks, strict=True):
        assert cv2.imwrite(str(folder / "images" / name), image)
        assert cv2.imwrite(str(folder / "masks" / name), stack)
    return folder
