"""The data of a training: read, split into the parts its plan asks for, and scaled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.data.collection import Collection, DataError
from models.data.readers import DataPlan, read_collection
from models.data.splits import Grouping, Split, make_folds, make_split, split_by_names, without_copies
from models.data.statistics import Normalisation, normalisation
from models.labels.masks import Mask
from models.training.plan import Plan

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and deviation of ImageNet's RGB pixels at 0..1, as torchvision's weights expect them."""

GROUPINGS: dict[str, Grouping] = {"content": "content", "origin": "origin", "frame": "file"}
FOLD_GROUPINGS: dict[str, Grouping] = {"kfold": "file", "grouped_kfold": "content"}


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The data of one training, split, with what the card says of it.

    ``validation`` is ``None`` where it is learnt from too, ``test`` where nothing was kept back to measure on.
    ``sha256`` is that of all frames, ``fold`` the number of the fold that validates, from 0.
    """

    train: Collection
    validation: Collection | None
    test: Collection | None
    split: Split
    sha256: str
    fold: int | None = None

    @property
    def judged_on(self) -> Collection | None:
        """What the finished bundle is measured on: the test part, else the validation part, else nothing."""
        return self.test or self.validation


def read_parts(plan: Plan) -> tuple[Parts, ...]:
    """The plan's data in the parts of one training, or of one a fold where it asks for all.

    Raises ``DataError`` where the data cannot be had or a part comes out empty.
    """
    collection, splits = _read_and_split(plan)
    sha256 = collection.sha256()
    numbered = list(enumerate(splits))
    if plan.validation.strategy in FOLD_GROUPINGS and plan.validation.fold >= 0:
        numbered = [numbered[plan.validation.fold]]
    of_folds = plan.validation.strategy in FOLD_GROUPINGS
    return tuple(_parts(plan, collection, split, sha256, fold if of_folds else None) for fold, split in numbered)


def make_normalisation(plan: Plan, training: Collection) -> Normalisation:
    """How pixels are scaled before the network: by the training part, to 0..1 alone, or as ImageNet's are."""
    channels = training.channels
    if plan.augmentation.normalisation == "simple":
        return Normalisation((0.0,) * channels, (1.0,) * channels)
    if plan.augmentation.normalisation == "imagenet":
        mean, std = IMAGENET
        # Of a grey frame the three are one channel: that of their mean.
        return Normalisation(mean, std) if channels == 3 else Normalisation((sum(mean) / 3,), (sum(std) / 3,))
    return normalisation(training)


def _read_and_split(plan: Plan) -> tuple[Collection, Sequence[Split]]:
    data, validation = plan.data, plan.validation
    if validation.strategy == "file":
        return _read_files(plan)
    collection = _read(data)
    if validation.strategy in GROUPINGS:
        grouping = GROUPINGS[validation.strategy]
        return collection, [make_split(collection, data.validation_share, data.test_share, plan.seed, grouping)]
    grouping = FOLD_GROUPINGS[validation.strategy]
    if data.test_share == 0:
        return collection, make_folds(collection, validation.folds, plan.seed, grouping)
    # The test part is set aside first; what is left is dealt to the folds.
    apart = make_split(collection, 0.0, data.test_share, plan.seed, grouping)
    left = collection.subset(apart.train)
    test = [collection.names[row] for row in apart.test]
    folds = make_folds(left, validation.folds, plan.seed, grouping)
    named = [split_by_names(collection, [left.names[row] for row in fold.validation], test) for fold in folds]
    return collection, [replace(split, groups=fold.groups) for split, fold in zip(named, folds, strict=True)]


def _read(data: DataPlan) -> Collection:
    """The collection in the plan's channels, those of the renderer too, which knows grey alone."""
    if data.reader != "rendered" or data.channels == 1:
        return read_collection(data)
    grey = read_collection(replace(data, channels=1))
    return replace(grey, images=tuple(np.repeat(image[:, :, None], data.channels, axis=2) for image in grey.images))


def _read_files(plan: Plan) -> tuple[Collection, Sequence[Split]]:
    """Training, validation and test frames from folders or label files of their own, as one collection and its split.

    Raises ``DataError`` where one frame stands in two of them.
    """
    its = plan.validation
    sources = [(plan.data.folder, plan.data.labels), (its.folder, its.labels), (its.test_folder, its.test_labels)]
    read = []
    for folder, labels in sources:
        if folder or labels:
            data = replace(plan.data, folder=folder or plan.data.folder, labels=labels or plan.data.labels)
            read.append(_read(data))
    seen: dict[bytes, str] = {}
    for collection in read:
        own = {image.tobytes(): name for name, image in zip(collection.names, collection.images, strict=True)}
        for pixels, name in own.items():
            if pixels in seen:
                raise DataError(
                    f"{name} stands in two parts (as {seen[pixels]} in the other); name each frame in one label file."
                )
        seen |= own
    first = np.cumsum([0, *(len(collection) for collection in read)])
    rows = [list(range(first[place], first[place + 1])) for place in range(len(read))]
    joined = joined_collections(read)
    names = joined.names
    split = split_by_names(
        joined, [names[row] for row in rows[1]], [names[row] for row in rows[2]] if len(rows) > 2 else []
    )
    return joined, [split]


def joined_collections(collections: Sequence[Collection]) -> Collection:
    """Several collections of one taxonomy as one, in order; names that come up twice get the number of their part."""
    names = [name for collection in collections for name in collection.names]
    if len(set(names)) < len(names):
        names = [f"{part}/{name}" for part, collection in enumerate(collections) for name in collection.names]
    return replace(
        collections[0],
        names=tuple(names),
        images=tuple(image for collection in collections for image in collection.images),
        stacks=tuple(stack for collection in collections for stack in collection.stacks),
        origins=tuple(origin for collection in collections for origin in collection.origins),
        labels=tuple(labels for collection in collections for labels in collection.labels),
        ignored=_joined_ignored(collections),
    )


def _joined_ignored(collections: Sequence[Collection]) -> tuple[Mask | None, ...]:
    if not any(collection.ignored for collection in collections):
        return ()
    return tuple(collection.ignored_at(row) for collection in collections for row in range(len(collection)))


def _parts(plan: Plan, collection: Collection, split: Split, sha256: str, fold: int | None) -> Parts:
    if not plan.data.copies:
        split = without_copies(split, collection)
    random = np.random.default_rng([plan.seed, 0 if fold is None else fold + 1])
    train = _sampled(plan, collection, split.train, "train", random)
    validation = _sampled(plan, collection, split.validation, "validation", random)
    if plan.schedule.train_on_all:
        train, validation = (*train, *validation), ()
    return Parts(
        collection.subset(train),
        collection.subset(validation) if validation else None,
        collection.subset(split.test) if split.test else None,
        split,
        sha256,
        fold,
    )


def _sampled(
    plan: Plan, collection: Collection, rows: Sequence[int], part: str, random: np.random.Generator
) -> tuple[int, ...]:
    """A share of a part's frames, of each combination of classes alike and at least one, ascending."""
    if plan.validation.sample == 1 or part not in plan.validation.sample_parts or not rows:
        return tuple(rows)
    strata: dict[bytes, list[int]] = {}
    presence = collection.presence
    for row in rows:
        strata.setdefault(presence[row].tobytes(), []).append(row)
    chosen: list[int] = []
    for stratum in strata.values():
        count = max(1, round(plan.validation.sample * len(stratum)))
        chosen.extend(int(row) for row in random.choice(stratum, size=count, replace=False))
    return tuple(sorted(chosen))
