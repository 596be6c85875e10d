"""Image files: which files of a folder are images, and their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from models.data.collection import DataError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"})


def image_paths(folder: Path) -> tuple[Path, ...]:
    """The images of a folder, ordered by name; hidden files are none. Raises ``DataError`` where it holds none."""
    if not folder.is_dir():
        raise DataError(f"The folder {folder} is not there; name the folder of the images.")
    paths = sorted(
        path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
    )
    if not paths:
        raise DataError(f"The folder {folder} holds no images; put {', '.join(sorted(IMAGE_SUFFIXES))} files there.")
    return tuple(paths)


def read_image(path: Path, channels: int) -> npt.NDArray[np.uint8]:
    """An 8-bit image, (H, W) for one channel or (H, W, 3) RGB. Raises ``DataError`` naming an unreadable file."""
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE if channels == 1 else cv2.IMREAD_COLOR)
    if image is None:
        raise DataError(f"{path} cannot be read as an image; replace the file or leave it out.")
    return np.ascontiguousarray(image if channels == 1 else image[:, :, ::-1]).astype(np.uint8, copy=False)


def check_masks_have_images(masks: Path, images: Sequence[Path]) -> None:
    """Raises ``DataError`` where a mask, a PNG, has no image of the same stem."""
    stems = {path.stem for path in images}
    orphans = sorted(path.name for path in masks.glob("*.png") if path.stem not in stems)
    if orphans:
        raise DataError(
            f"{len(orphans)} mask(s) in {masks} have no image, the first is {orphans[0]}; "
            "add the images or remove the masks."
        )
