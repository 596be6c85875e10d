"""Splits by content: what shows the same piece of steel stays on one side. Imports no torch.

Public defect sets hold copies: turned by 180°, mirrored, saved again, or pasted half and half with another image. A
split by file puts one copy into training and the other into the test, and the figures look better than they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from models.data.collection import Collection, DataError

SIGNATURE_SIDE = 48
SIMILAR = 0.8
"""Correlation of two signatures from which they count as the same steel. Copies of NEU images that were only turned lie
above 0.9, blended ones above 0.8; from 0.7 down different scratches chain into groups of hundreds."""

SAME = 0.95
"""Correlation of two whole signatures from which the one is a copy of the other."""

_HALVES = (np.s_[:, :, :], np.s_[:, :24], np.s_[:, 24:], np.s_[:, :, :24], np.s_[:, :, 24:])
_TURNS = (np.s_[:, :, :], np.s_[:, ::-1, ::-1], np.s_[:, :, ::-1], np.s_[:, ::-1, :])
_BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Split:
    """Places in a collection, each in at most one part, ascending.

    ``groups`` is how many groups of alike frames there were, ``sha256`` a hash over which frame is in which part.
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
    if validation_share < 0 or test_share < 0 or validation_share + test_share >= 1:
        raise DataError(
            f"Shares of {validation_share:g} for validation and {test_share:g} for the test leave nothing to train on; "
            "together they must stay below 1."
        )
    groups = similar_groups(collection.images, collection.origins)
    parts = _deal(groups, collection.presence, {"validation": validation_share, "test": test_share}, seed)
    for part, share in (("validation", validation_share), ("test", test_share), ("train", 1.0)):
        if share > 0 and not parts[part]:
            raise DataError(
                f"The {part} part is empty: {len(collection)} frames fall into only {len(groups)} groups of alike "
                "ones; give more frames or another share."
            )
    digest = hashlib.sha256()
    for part in ("train", "validation", "test"):
        digest.update("\n".join([part, *(collection.names[row] for row in parts[part]), ""]).encode())
    return Split(
        train=tuple(parts["train"]),
        validation=tuple(parts["validation"]),
        test=tuple(parts["test"]),
        groups=len(groups),
        sha256=digest.hexdigest(),
    )


def without_copies(split: Split, collection: Collection) -> Split:
    """The split with each frame of ``train`` that is only an earlier one turned or mirrored moved to ``copies``.

    A copy teaches a network nothing that flipping does not, and it costs as much as a frame. Those left out measure
    what a split by file would have said: they are unseen as files, not as steel.
    """
    copies = _whole_copies([collection.images[row] for row in split.train])
    digest = hashlib.sha256(split.sha256.encode())
    left_out = tuple(row for place, row in enumerate(split.train) if place in copies)
    digest.update("\n".join(["copies", *(collection.names[row] for row in left_out), ""]).encode())
    kept = tuple(row for place, row in enumerate(split.train) if place not in copies)
    return replace(split, train=kept, copies=left_out, sha256=digest.hexdigest())


def _whole_copies(images: Sequence[npt.NDArray[np.uint8]]) -> set[int]:
    """Places of images that an earlier one shows already, as it is, turned by 180° or mirrored."""
    signatures = np.stack([_signature(image) for image in images])
    still = _normalised(signatures)
    copies: set[int] = set()
    for turn in _TURNS:
        turned = _normalised(signatures[turn])
        for first in range(0, len(images), _BLOCK):
            rows, columns = np.nonzero(still[first : first + _BLOCK] @ turned.T > SAME)
            copies.update(int(row) for row, column in zip(rows + first, columns, strict=True) if column < row)
    return copies


def similar_groups(
    images: Sequence[npt.NDArray[np.uint8]], origins: Sequence[str] = (), similar: float = SIMILAR
) -> list[list[int]]:
    """Places of images in groups that show the same steel, each group ascending, groups by their first member.

    Two images are alike where their signatures, or those of the same half of both, correlate above ``similar``, as
    they are or with one turned by 180° or mirrored, or where they have one origin; a group is everything linked by
    such pairs.
    """
    signatures = np.stack([_signature(image) for image in images])
    parent = list(range(len(images)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def join(one: int, other: int) -> None:
        # The smaller place becomes the root, which keeps groups ordered by their first member.
        a, b = root(one), root(other)
        parent[max(a, b)] = min(a, b)

    for place, origin in enumerate(origins):
        join(place, origins.index(origin))
    for window in _HALVES:
        still = _normalised(signatures[window])
        for turn in _TURNS:
            turned = _normalised(signatures[turn][window])
            for first in range(0, len(images), _BLOCK):
                rows, columns = np.nonzero(still[first : first + _BLOCK] @ turned.T > similar)
                for row, column in zip(rows + first, columns, strict=True):
                    join(int(row), int(column))
    members: dict[int, list[int]] = {}
    for place in range(len(images)):
        members.setdefault(root(place), []).append(place)
    return [members[first] for first in sorted(members)]


def _signature(image: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Fine structure at 48 by 48: what blending, brightness and illumination leave alone."""
    grey = image if image.ndim == 2 else image.mean(axis=2).astype(np.uint8)
    small = cv2.resize(grey, (SIGNATURE_SIDE, SIGNATURE_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(small - cv2.GaussianBlur(small, (0, 0), 2.5), dtype=np.float32)


def _normalised(signatures: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    flat = signatures.reshape(len(signatures), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    # An image without structure has no signature and is like no other.
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-3), dtype=np.float32)


def _deal(
    groups: list[list[int]], present: npt.NDArray[np.bool_], shares: dict[str, float], seed: int
) -> dict[str, list[int]]:
    """Deal groups to the parts, stratum by stratum, the part furthest below its share first."""
    strata: dict[tuple[bool, ...], list[list[int]]] = {}
    for group in groups:
        strata.setdefault(tuple(bool(held) for held in np.any(present[group], axis=0)), []).append(group)
    random = np.random.default_rng(seed)
    parts: dict[str, list[int]] = {"train": [], **{part: [] for part in shares}}
    quota = {"train": 1.0 - sum(shares.values()), **shares}
    dealt = 0
    for key in sorted(strata):
        stratum = strata[key]
        for place in random.permutation(len(stratum)):
            dealt += len(stratum[place])
            neediest = max(quota, key=lambda part: quota[part] * dealt - len(parts[part]))
            parts[neediest].extend(stratum[place])
    return {part: sorted(rows) for part, rows in parts.items()}
