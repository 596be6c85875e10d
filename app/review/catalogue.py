"""The class catalogue: what counts as a class and what does not, from frames the plant's own people have decided on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cv2
import numpy as np

from app.review.edit import Box, clip, region
from app.review.ports import PERSONS_WORD, ReviewError, ReviewStore
from app.words.frame import Image
from models.labels.components import Component, components
from models.labels.masks import Mask, MaskStack, class_mask

EXAMPLES = 12
"""So many of either kind; more teach nobody anything in the time there is."""
LOOKED_AT = 200
"""So many decided frames are looked through, the newest first."""
_A_FRAME = 2
"""At most so many examples of one kind from one frame, so that one bad coil does not fill the catalogue."""
_ROOM = 0.6
_LEAST_SIDE_PX = 48


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A cut-out of a decided frame with one finding in it.

    ``image`` is (h, w) or (h, w, 3), ``stack`` the (h, w) mask stack with the finding alone. ``area_px`` is the
    finding's; ``by`` and ``time_utc`` say whose decision it was and of when the frame is.
    """

    frame: str
    image: Image
    stack: MaskStack
    area_px: int
    by: str
    time_utc: datetime


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Examples of one class: those that people confirmed or drew, and those that they took away.

    The smallest of each come first, because the border between the two runs through them.
    """

    class_name: str
    counts: tuple[Example, ...]
    does_not: tuple[Example, ...]


def make_catalogue(store: ReviewStore, class_name: str, go_on: Callable[[int, int], bool] | None = None) -> Catalogue:
    """Look through the store's newest decided frames for examples of a class.

    ``go_on`` is told how many of how many frames were looked at and says whether to go on. A frame that cannot be
    loaded is passed over.
    """
    decided = sorted((item for item in store.items() if item.state in PERSONS_WORD), key=lambda item: item.time_utc)
    newest = decided[: -LOOKED_AT - 1 : -1]
    counts: list[Example] = []
    does_not: list[Example] = []
    for number, item in enumerate(newest):
        if (go_on is not None and not go_on(number, len(newest))) or min(len(counts), len(does_not)) >= EXAMPLES:
            break
        try:
            case = store.load(item.id)
        except ReviewError:
            continue
        if case.image is None or case.stack is None or class_name not in case.taxonomy.names:
            continue
        class_id = case.taxonomy.by_name(class_name).id
        now = class_mask(case.stack, class_id)
        came = now if case.word is None else class_mask(case.word, class_id)
        taken = tuple(piece for piece in _pieces(came) if not now[region(piece.box_px)][_own(came, piece)].any())
        for kept, pieces, mask in ((counts, _pieces(now), now), (does_not, taken, came)):
            for piece in pieces[-_A_FRAME:] if len(kept) < EXAMPLES else ():
                image, stack = _cut_out(case.image, mask, piece, class_id, case.stack.dtype.type)
                kept.append(Example(item.name, image, stack, piece.area_px, case.actor, item.time_utc))
    return Catalogue(class_name, *(tuple(sorted(kept, key=lambda one: one.area_px)) for kept in (counts, does_not)))


def _pieces(mask: Mask) -> tuple[Component, ...]:
    """The connected pieces, the largest first."""
    return components(mask.astype(np.uint8), 1)


def _own(mask: Mask, piece: Component) -> Mask:
    """(h, w) of the piece's box: its own pixels, for another piece may reach into the box."""
    inside = np.ascontiguousarray(mask[region(piece.box_px)]).view(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    label = 1 + int(np.argmin(np.abs(stats[1:, cv2.CC_STAT_AREA] - piece.area_px)))
    own: Mask = labels == label
    return own


def _cut_out(
    image: Image,
    mask: Mask,
    piece: Component,
    class_id: int,
    kind: type[np.unsignedinteger[Any]],
) -> tuple[Image, MaskStack]:
    """The piece with some steel around it; copies, so that the frame itself is let go."""
    x, y, width, height = piece.box_px
    across = max(_LEAST_SIDE_PX, round(width * (1 + _ROOM)))
    down = max(_LEAST_SIDE_PX, round(height * (1 + _ROOM)))
    wanted: Box = (x + width // 2 - across // 2, y + height // 2 - down // 2, across, down)
    box = clip(wanted, *mask.shape)
    assert box is not None, "a piece lies in its frame"
    alone = np.zeros_like(mask)
    alone[region(piece.box_px)] = _own(mask, piece)
    stack = (alone[region(box)].astype(kind) << kind(class_id - 1)).astype(kind)
    return image[region(box)].copy(), stack
