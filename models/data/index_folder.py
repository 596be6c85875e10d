"""Index-mask folders: ``images/`` and ``masks/`` with one PNG an image, 0 background and k the class with id k."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from models.data.collection import Collection, DataError
from models.data.image_files import check_masks_have_images, image_paths, read_image
from models.labels.masks import MaskError, stack_from_index
from models.labels.taxonomy import Taxonomy


def read_index_folder(folder: Path, taxonomy: Taxonomy, channels: int = 1) -> Collection:
    """Every image of ``folder/images`` with its mask of the same stem in ``folder/masks``, ordered by name.

    Raises ``DataError`` naming the folder, image or mask that is missing, unreadable or of another size, or a mask
    value the taxonomy lacks.
    """
    images, masks = folder / "images", folder / "masks"
    for place in (images, masks):
        if not place.is_dir():
            raise DataError(f"The folder {place} is not there; name a folder that holds images/ and masks/.")
    paths = image_paths(images)
    check_masks_have_images(masks, paths)
    stacks = []
    for path in paths:
        mask_path = masks / f"{path.stem}.png"
        if not mask_path.is_file():
            raise DataError(f"Image {path.name} has no mask {mask_path.name} in {masks}; add it or remove the image.")
        index = cv2.imread(str(mask_path), cv2.IMREAD_UNCHANGED)
        if index is None or index.ndim != 2 or index.dtype != np.uint8:
            raise DataError(f"{mask_path} cannot be read as an 8-bit index mask of one channel; write it again.")
        try:
            stacks.append(stack_from_index(index, len(taxonomy.classes)))
        except MaskError as error:
            raise DataError(f"Mask {mask_path.name}: {error}") from error
    return Collection(
        taxonomy,
        tuple(path.name for path in paths),
        tuple(read_image(path, channels) for path in paths),
        tuple(stacks),
    )
