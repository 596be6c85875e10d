"""Kind folders: one folder of images and grey masks for each kind of defect, and one for frames that have none.

The layout of the magnetic-tile set (Huang, Qiu and Yuan, *Surface defect saliency of magnetic tile*, The Visual
Computer 36, 2020, https://doi.org/10.1007/s00371-018-1588-5).
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from models.data.class_folders import labelled_folders
from models.data.collection import Collection, DataError
from models.data.image_files import check_masks_have_images, image_paths, read_image
from models.labels.masks import Mask, empty_stack, set_class
from models.labels.taxonomy import Taxonomy

MASK_ABOVE = 127
"""Masks are grey at the edges of a defect; brighter pixels than this belong to it."""


def read_kind_folders(folder: Path, taxonomy: Taxonomy, channels: int = 1, clean_folder: str = "") -> Collection:
    """Every image of ``folder/KIND/images`` with its mask of the same stem, a PNG, in ``folder/KIND/masks``.

    Ordered as the classes, then by name; frames of ``clean_folder`` come last and hold nothing. The folder says which
    class a frame holds, the mask where: a frame whose mask is empty still counts as defective (``Collection.labels``),
    for its defect was seen even if nobody drew it, and as background pixel by pixel. A clean frame needs no mask; if it
    has one, it must be empty. Raises ``DataError`` naming what is missing, unreadable, of another size or not in its
    place.
    """
    names, images, stacks, labels = [], [], [], []
    for kind, class_ids in labelled_folders(folder, taxonomy, clean_folder):
        masks = folder / kind / "masks"
        paths = image_paths(folder / kind / "images")
        if class_ids and not masks.is_dir():
            raise DataError(f"The folder {masks} is not there; each kind needs images/ and masks/.")
        check_masks_have_images(masks, paths)
        for path in paths:
            image = read_image(path, channels)
            stack = empty_stack(image.shape[0], image.shape[1], len(taxonomy))
            mask_path = masks / f"{path.stem}.png"
            if mask_path.is_file():
                mask = _mask(mask_path, image.shape[:2])
                for class_id in class_ids:
                    set_class(stack, class_id, mask)
                if mask.any() and not class_ids:
                    raise DataError(f"{mask_path} marks pixels of a clean frame; move the frame or empty the mask.")
            elif class_ids:
                raise DataError(f"Image {path.name} has no mask {mask_path}; add it or remove the image.")
            names.append(f"{kind}/{path.name}")
            images.append(image)
            stacks.append(stack)
            labels.append(class_ids)
    return Collection(taxonomy, tuple(names), tuple(images), tuple(stacks), labels=tuple(labels), masked=True)


def _mask(path: Path, size_px: tuple[int, ...]) -> Mask:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise DataError(f"{path} cannot be read as a mask; write it again.")
    if grey.shape != size_px:
        raise DataError(
            f"{path} is {grey.shape[1]}×{grey.shape[0]} pixels and its image {size_px[1]}×{size_px[0]}; "
            "image and mask must have the same size."
        )
    return np.asarray(grey > MASK_ABOVE)
