"""What a plan says of its data, and the readers it may name, in one visible list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from models.data.cache import DataCache, default_cache
from models.data.class_folders import read_class_folders
from models.data.collection import Collection, DataError
from models.data.corrections_folder import read_corrections
from models.data.index_folder import read_index_folder
from models.data.kaggle_folder import read_kaggle_folder
from models.data.kind_folders import read_kind_folders
from models.data.mapped import mapped_collection
from models.data.origins import origins_from_names
from models.data.places import local_file, local_folder
from models.data.rendered import read_rendered
from models.labels.taxonomy import Role, Taxonomy, TaxonomyError, make_taxonomy


@dataclass(frozen=True, slots=True)
class DataPlan:
    """Where labelled frames come from. Each field is a key of a plan's ``[data]`` table.

    - ``reader``: a key of ``READERS``.
    - ``taxonomy``, ``classes``: what the classes are called together, and their names in the order of their ids.
    - ``folder``, ``labels``: the data's folder and a label file. Either may be a path, a zip file, a path into one
      (``DATA.zip/images``) or a URL that fsspec opens (s3://, https://, …), and name environment variables as
      ``${NAME}``. Archives and URLs are copied once into the data cache.
    - ``channels``: 1 grey, 3 RGB. ``exclusive``: a pixel (a frame, where masks are not known) has one class.
    - ``roles``: class names and 'nuisance', 'ignore' or 'unknown'; all others are defects. Pixels of a class with the
      role 'ignore' or 'unknown' count in no loss and no metric.
    - ``source_classes``: the classes of the data in the order of its ids, where they are not the plan's own.
    - ``map``: the data's classes (by name, or by id as text) and what they become (a name or id of ``classes``, or ''
      to leave them out); see ``models.labels.class_map``. Without ``source_classes`` it names every class of the data,
      but for those that the data itself says are to be ignored or unknown.
    - ``unlabelled_are_clean``: a frame without a row in the label file has no defect; without, it is left out.
    - ``clean_folder``: the class or kind folder of frames without a defect.
    - ``origin``, ``origin_gap``: which strip a frame is of, by its name; see ``models.data.origins``.
    - ``preset``, ``frames``, ``seed``: what the reader that renders is to render.
    - ``copies``: train also on frames that are only another one turned or mirrored.
    - ``validation_share``, ``test_share``: shares of the frames, 0 to 1, kept back to choose by and to measure on.
    - ``source``, ``terms``: words for the card.
    """

    reader: str
    taxonomy: str
    classes: tuple[str, ...]
    folder: str = ""
    labels: str = ""
    channels: int = 1
    exclusive: bool = True
    roles: Mapping[str, str] = field(default_factory=dict)
    source_classes: tuple[str, ...] = ()
    map: Mapping[str, str] = field(default_factory=dict)
    unlabelled_are_clean: bool = False
    clean_folder: str = ""
    origin: str = ""
    origin_gap: int = 0
    preset: str = ""
    frames: int = 0
    seed: int = 1
    copies: bool = True
    validation_share: float = 0.10
    test_share: float = 0.12
    source: str = ""
    terms: str = ""

    def make_taxonomy(self) -> Taxonomy:
        """The taxonomy of the classes with their roles. Raises ``DataError`` for a role or a class that is not."""
        taxonomy = make_taxonomy(self.taxonomy, self.classes)
        for name, role in self.roles.items():
            if name not in self.classes:
                raise DataError(f"data.roles names '{name}', which is not in data.classes; add it or take it out.")
            if role not in list(Role):
                raise DataError(f"data.roles.{name} is '{role}'; choose one of {', '.join(Role)}.")
        roles = tuple(
            replace(defect, role=Role(self.roles.get(defect.name, Role.DEFECT))) for defect in taxonomy.classes
        )
        return replace(taxonomy, classes=roles)

    def source_taxonomy(self) -> Taxonomy:
        """The taxonomy the data is labelled in: ``source_classes``, else the keys of ``map``, else the plan's own."""
        if self.source_classes:
            return make_taxonomy("source", self.source_classes)
        if not self.map:
            return self.make_taxonomy()
        if all(key.isascii() and key.isdigit() for key in self.map):
            return make_taxonomy("source", [str(class_id) for class_id in range(1, max(map(int, self.map)) + 1)])
        if self.reader in _READERS_BY_NAME:
            return make_taxonomy("source", tuple(self.map))
        raise DataError(
            f"data.map names classes, but the {self.reader} reader finds numbers; list the data's classes in "
            "data.source_classes, in the order of their ids, or write ids in data.map."
        )


_READERS_BY_NAME = frozenset({"class_folders", "kind_folders"})
"""The readers of data that names its classes; in all other data a class is a number."""


def _index_folder(data: DataPlan, cache: DataCache) -> Collection:
    folder = local_folder(data.folder, "folder", cache)
    return read_index_folder(folder, data.source_taxonomy(), data.channels)


def _kaggle_folder(data: DataPlan, cache: DataCache) -> Collection:
    return read_kaggle_folder(
        local_folder(data.folder, "folder", cache),
        local_file(data.labels, "labels", cache),
        data.source_taxonomy(),
        data.channels,
        data.unlabelled_are_clean,
    )


def _class_folders(data: DataPlan, cache: DataCache) -> Collection:
    folder = local_folder(data.folder, "folder", cache)
    return read_class_folders(folder, data.source_taxonomy(), data.channels, data.clean_folder)


def _kind_folders(data: DataPlan, cache: DataCache) -> Collection:
    folder = local_folder(data.folder, "folder", cache)
    return read_kind_folders(folder, data.source_taxonomy(), data.channels, data.clean_folder)


def _store(data: DataPlan, cache: DataCache) -> Collection:
    return read_corrections(local_folder(data.folder, "folder", cache), data.channels)


def _rendered(data: DataPlan, cache: DataCache) -> Collection:
    collection = read_rendered(data.preset, data.frames, data.seed, cache)
    if data.channels != 1 or not (data.map or collection.taxonomy.names == data.classes):
        raise DataError(
            f"The rendered strip is grey and its classes are {', '.join(collection.taxonomy.names)}; "
            "write data.classes and data.channels so, or map the classes in data.map."
        )
    return collection


READERS: Mapping[str, Callable[[DataPlan, DataCache], Collection]] = {
    "index_folder": _index_folder,
    "class_folders": _class_folders,
    "kind_folders": _kind_folders,
    "kaggle_folder": _kaggle_folder,
    "store": _store,
    "rendered": _rendered,
}


def read_collection(data: DataPlan, cache: DataCache | None = None) -> Collection:
    """The labelled frames a plan names. Raises ``DataError`` with one sentence where they cannot be had.

    What has to be copied, unpacked or rendered first is kept in ``cache``, this person's own without.
    """
    if data.reader not in READERS:
        raise DataError(f"There is no reader '{data.reader}'; choose one of {', '.join(sorted(READERS))}.")
    try:
        taxonomy = data.make_taxonomy()
        collection = READERS[data.reader](data, cache or default_cache())
    except TaxonomyError as error:
        raise DataError(f"The plan's [data]: {error}") from error
    if data.origin:
        origins = origins_from_names(collection.names, data.origin, data.origin_gap)
        collection = replace(collection, origins=origins)
    if data.map or data.source_classes or data.roles or collection.taxonomy.names != taxonomy.names:
        return mapped_collection(collection, data.map, taxonomy)
    return collection
