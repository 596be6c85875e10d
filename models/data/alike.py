"""Alike frames: which images show the same piece of steel. Imports no torch.

Public defect sets hold copies: turned by 180°, mirrored, saved again, or pasted half and half with another image. A
split by file puts one copy into training and the other into the test, and the figures look better than they are.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

SIGNATURE_SIDE = 48
SIMILAR = 0.8
"""Correlation of two signatures from which they count as the same steel. Copies of NEU images that were only turned lie
above 0.9, blended ones above 0.8; from 0.7 down different scratches chain into groups of hundreds."""

SAME = 0.95
"""Correlation of two whole signatures from which the one is a copy of the other."""

_HALVES = (np.s_[:, :, :], np.s_[:, :24], np.s_[:, 24:], np.s_[:, :, :24], np.s_[:, :, 24:])
_TURNS = (np.s_[:, :, :], np.s_[:, ::-1, ::-1], np.s_[:, :, ::-1], np.s_[:, ::-1, :])
_BLOCK = 2048


def whole_copies(images: Sequence[npt.NDArray[np.uint8]]) -> set[int]:
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

    firsts: dict[str, int] = {}
    for place, origin in enumerate(origins):
        join(place, firsts.setdefault(origin, place))
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
