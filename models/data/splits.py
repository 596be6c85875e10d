"""Splits: which frames are trained on, validated on and tested on. Imports no torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.data.alike import similar_groups, whole_copies
from models.data.collection import Collection, DataError

Grouping = Literal["content", "origin", "file"]
"""What must stay on one side: frames that show the same steel (and those of one strip, where known), those of one
strip alone, or nothing, each file being for itself."""


@dataclass(frozen=True, slots=True)
class Split:
    """Places in a collection, each in at most one part, ascending.

    ``groups`` is how many groups of frames that stay together there were, ``sha256`` a hash over which frame is where.
    ``copies`` are frames left out of ``train`` because it holds the same frame already, turned or mirrored.
    """

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    groups: int
    sha256: str
    copies: tuple[int, ...] = ()


def split_by_content(collection: Collection, validation_share: float, test_share: float, seed: int) -> Split:
    """Split so that alike frames stay together and each part holds about its share of every combination of classes.

    Shares are of the whole, 0 to 1, together below 1. The same collection and seed give the same split. Raises
    ``DataError`` where a part with a share above 0 comes out empty.
    """
    return make_split(collection, validation_share, test_share, seed, "content")


def split_by_file(collection: Collection, validation_share: float, test_share: float, seed: int) -> Split:
    """Split as if each file were for itself, as most published figures were made.

    Copies of one frame then fall on both sides, and the figures come out better than they are: ``models.data.alike``.
    """
    return make_split(collection, validation_share, test_share, seed, "file")


def make_split(
    collection: Collection, validation_share: float, test_share: float, seed: int, grouping: Grouping
) -> Split:
    """Split by content, origin or file, stratified by the combination of classes; see ``split_by_content``."""
    if validation_share < 0 or test_share < 0 or validation_share + test_share >= 1:
        raise DataError(
            f"Shares of {validation_share:g} for validation and {test_share:g} for the test leave nothing to train on; "
            "together they must stay below 1."
        )
    groups = frame_groups(collection, grouping)
    shares = {"train": 1.0 - (validation_share + test_share), "validation": validation_share, "test": test_share}
    parts = _deal(groups, collection.presence, shares, seed, rare=grouping == "origin")
    for part, share in (("validation", validation_share), ("test", test_share), ("train", 1.0)):
        if share > 0 and not parts[part]:
            raise DataError(
                f"The {part} part is empty: {len(collection)} frames fall into only {len(groups)} groups of alike "
                f"ones; give more frames or {_remedy(part)}."
            )
    return _split(collection, parts["train"], parts["validation"], parts["test"], len(groups))


def split_by_names(collection: Collection, validation: Sequence[str], test: Sequence[str]) -> Split:
    """The split that names the frames of the validation and the test part; all others are trained on.

    Raises ``DataError`` naming a frame that is not there or stands in both, and a part that is empty but for the test.
    """
    rows = {name: row for row, name in enumerate(collection.names)}
    for part, names in (("validation", validation), ("test", test)):
        unknown = next((name for name in names if name not in rows), None)
        if unknown is not None:
            raise DataError(f"The {part} part names {unknown}, which is not among the frames; correct the list.")
    twice = next((name for name in validation if name in set(test)), None)
    if twice is not None:
        raise DataError(f"{twice} stands in the validation and in the test part; name it in one of them.")
    held_back = {*validation, *test}
    train = [row for row, name in enumerate(collection.names) if name not in held_back]
    for part, empty in (("validation", not validation), ("train", not train)):
        if empty:
            raise DataError(f"The {part} part is empty; name other frames for validation and test.")
    return _split(
        collection, train, sorted(rows[name] for name in validation), sorted(rows[name] for name in test), len(rows)
    )


def make_folds(collection: Collection, folds: int, seed: int, grouping: Grouping = "content") -> tuple[Split, ...]:
    """Cross-validation: ``folds`` splits without a test part, every frame in the validation part of exactly one.

    What ``grouping`` keeps together is never split, and each fold holds about its share of every combination of
    classes. Raises ``DataError`` where there are fewer than two folds or a fold comes out empty.
    """
    if folds < 2:
        raise DataError(f"{folds} fold(s) leave nothing to train on or to validate with; ask for 2 or more.")
    groups = frame_groups(collection, grouping)
    parts = _deal(groups, collection.presence, {str(fold): 1.0 / folds for fold in range(folds)}, seed, rare=True)
    splits = []
    for fold, validation in parts.items():
        if not validation:
            raise DataError(
                f"Fold {int(fold) + 1} of {folds} is empty: {len(collection)} frames fall into only {len(groups)} "
                "groups; ask for fewer folds or give more frames."
            )
        train = sorted(set(range(len(collection))) - set(validation))
        splits.append(_split(collection, train, validation, [], len(groups)))
    return tuple(splits)


def frame_groups(collection: Collection, grouping: Grouping) -> list[list[int]]:
    """Places of frames that must stay together, each group ascending, groups by their first member."""
    if grouping == "content":
        return similar_groups(collection.images, collection.origins)
    if grouping == "file":
        return [[row] for row in range(len(collection))]
    if grouping != "origin":
        raise DataError(f"There is no grouping '{grouping}'; choose one of {', '.join(get_args(Grouping))}.")
    if not collection.origins:
        raise DataError(
            "Frames cannot be kept together by strip: their strips are not known; say in data.origin how names tell "
            "them, or group the frames by content."
        )
    members: dict[str, list[int]] = {}
    for row, origin in enumerate(collection.origins):
        members.setdefault(origin, []).append(row)
    return list(members.values())


def without_copies(split: Split, collection: Collection) -> Split:
    """The split with each frame of ``train`` that is only an earlier one turned or mirrored moved to ``copies``.

    A copy teaches a network nothing that flipping does not, and it costs as much as a frame. Those left out measure
    what a split by file would have said: they are unseen as files, not as steel.
    """
    copies = whole_copies([collection.images[row] for row in split.train])
    digest = hashlib.sha256(split.sha256.encode())
    left_out = tuple(row for place, row in enumerate(split.train) if place in copies)
    digest.update("\n".join(["copies", *(collection.names[row] for row in left_out), ""]).encode())
    kept = tuple(row for place, row in enumerate(split.train) if place not in copies)
    return replace(split, train=kept, copies=left_out, sha256=digest.hexdigest())


def _remedy(empty_part: str) -> str:
    return "smaller shares of the others" if empty_part == "train" else f"a larger data.{empty_part}_share"


def _split(
    collection: Collection, train: Sequence[int], validation: Sequence[int], test: Sequence[int], groups: int
) -> Split:
    digest = hashlib.sha256()
    for part, rows in (("train", train), ("validation", validation), ("test", test)):
        digest.update("\n".join([part, *(collection.names[row] for row in rows), ""]).encode())
    return Split(tuple(train), tuple(validation), tuple(test), groups, digest.hexdigest())


def _deal(
    groups: list[list[int]], present: npt.NDArray[np.bool_], shares: dict[str, float], seed: int, *, rare: bool
) -> dict[str, list[int]]:
    """Deal groups to the parts, stratum by stratum, the part furthest below its share first; shares add up to 1.

    With ``rare`` it is the part furthest below its share of the whole and of the stratum together, so that classes of
    a few large groups reach every part. Without, the whole alone counts, which is enough where groups are small.
    """
    strata: dict[tuple[bool, ...], list[list[int]]] = {}
    for group in groups:
        strata.setdefault(tuple(bool(held) for held in np.any(present[group], axis=0)), []).append(group)
    random = np.random.default_rng(seed)
    parts: dict[str, list[int]] = {part: [] for part in shares}
    dealt = 0
    for key in sorted(strata):
        stratum = strata[key]
        before, begun = dealt, {part: len(rows) for part, rows in parts.items()}
        for place in random.permutation(len(stratum)):
            dealt += len(stratum[place])
            lacking = {part: share * dealt - len(parts[part]) for part, share in shares.items()}
            if rare:
                for part, share in shares.items():
                    lacking[part] += share * (dealt - before) - (len(parts[part]) - begun[part])
            parts[max(lacking, key=lacking.__getitem__)].extend(stratum[place])
    return {part: sorted(rows) for part, rows in parts.items()}
