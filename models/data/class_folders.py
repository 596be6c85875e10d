"""Class folders: one folder of images a class, named as the class. Which classes a frame holds is all that is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.data.collection import Collection, DataError
from models.data.image_files import image_paths, read_image
from models.labels.masks import empty_stack
from models.labels.taxonomy import Taxonomy


def read_class_folders(folder: Path, taxonomy: Taxonomy, channels: int = 1, clean_folder: str = "") -> Collection:
    """Every image of ``folder/CLASS`` for the classes in their order, by name within a class; masks are not known.

    ``clean_folder`` names a folder of frames without a defect, which come last; '' where there is none. A frame is
    called CLASS/FILE. Raises ``DataError`` naming a folder that no class names, a class whose folder is missing or
    holds no image, and an image that cannot be read.
    """
    names, images, labels = [], [], []
    for kind, class_ids in labelled_folders(folder, taxonomy, clean_folder):
        for path in image_paths(folder / kind):
            names.append(f"{kind}/{path.name}")
            images.append(read_image(path, channels))
            labels.append(class_ids)
    return Collection(
        taxonomy,
        tuple(names),
        tuple(images),
        tuple(empty_stack(image.shape[0], image.shape[1], len(taxonomy)) for image in images),
        labels=tuple(labels),
    )


def labelled_folders(folder: Path, taxonomy: Taxonomy, clean_folder: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The folders' names and the class ids they stand for: the classes in their order, then the clean folder.

    Raises ``DataError`` where the folders and the classes are not the same.
    """
    if not folder.is_dir():
        raise DataError(f"The folder {folder} is not there; name a folder that holds one folder a class.")
    if clean_folder in taxonomy.names:
        raise DataError(
            f"'{clean_folder}' is the clean folder and a class at once; take it out of data.classes or clear "
            "data.clean_folder."
        )
    found = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    named = [(name, (class_id,)) for class_id, name in enumerate(taxonomy.names, start=1)]
    known: list[tuple[str, tuple[int, ...]]] = [*named, *([(clean_folder, ())] if clean_folder else [])]
    for name, _ in known:
        if name not in found:
            raise DataError(f"{folder} has no folder for '{name}'; it holds {', '.join(found) or 'no folder at all'}.")
    strange = [name for name in found if name not in dict(known)]
    if strange:
        raise DataError(
            f"No class is named as the folder {folder / strange[0]}; add '{strange[0]}' to data.classes, name it as "
            "data.clean_folder, or take the folder out."
        )
    yield from known
