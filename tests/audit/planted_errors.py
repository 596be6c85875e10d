"""Label errors planted with a fixed seed, and how many of them a ranking finds early."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from models.labels.masks import class_mask, classes_present, set_class

KINDS = ("drop", "add", "swap", "shift", "grow", "shrink")
"""A piece forgotten, one of another frame added, of another class, 15 to 30 px beside, 8 to 14 px larger or smaller."""

LEAST_PX = 200
"""No smaller piece is touched: whether it is labelled at all is chance in these data."""


@dataclass(frozen=True)
class Planted:
    """The stacks with the errors in them, and the kind of error by the frame's place."""

    stacks: list
    kinds: dict[int, str]


def plant_errors(stacks, class_count, share, seed, exclusive=True):
    """Every kind in turn in ``share`` of the frames, by ``seed``; a frame that cannot have a kind is passed over."""
    random = np.random.default_rng(seed)
    changed, kinds = list(stacks), {}
    wanted = round(share * len(stacks))
    for place in random.permutation(len(stacks)):
        if len(kinds) == wanted:
            break
        kind = KINDS[len(kinds) % len(KINDS)]
        stack = _with_error(kind, stacks[place].copy(), stacks, class_count, random, exclusive)
        if stack is not None:
            changed[place], kinds[int(place)] = stack, kind
    assert len(kinds) == wanted, "too few frames have a piece to spoil"
    return Planted(changed, kinds)


def found_early(planted, order, among=0.2):
    """The share of the planted errors within the first ``among`` of ``order`` (places, the most suspicious first)."""
    early = set(order[: int(among * len(order))])
    return sum(place in early for place in planted.kinds) / len(planted.kinds)


def _with_error(kind, stack, stacks, class_count, random, exclusive):
    if kind == "add":
        return _added(stack, stacks, random, exclusive)
    pieces = _pieces(stack)
    if not pieces:
        return None
    class_id, piece = pieces[random.integers(len(pieces))]
    moved = {"drop": np.zeros_like(piece), "swap": piece}.get(kind)
    if kind == "shift":
        away, angle = random.uniform(15, 30), random.uniform(0, 2 * np.pi)
        moved = _moved(piece, round(away * np.cos(angle)), round(away * np.sin(angle)))
        if moved.sum() < piece.sum() / 2:
            return None
    elif kind == "grow":
        moved = cv2.dilate(piece.view(np.uint8), _disk(random.integers(8, 15))) > 0
        if moved.sum() < 1.5 * piece.sum():
            return None
    elif kind == "shrink":
        moved = _shrunk(piece, random.integers(8, 15))
        if moved.sum() > 0.6 * piece.sum():
            return None
    set_class(stack, class_id, class_mask(stack, class_id) & ~piece)
    if kind == "swap":
        class_id = random.choice([other for other in range(1, class_count + 1) if other != class_id])
    return _with_piece(stack, class_id, moved, exclusive)


def _added(stack, stacks, random, exclusive):
    for _ in range(50):
        donor = stacks[random.integers(len(stacks))]
        pieces = _pieces(donor) if donor.shape == stack.shape else []
        if pieces:
            class_id, piece = pieces[random.integers(len(pieces))]
            if not stack[piece].any():
                return _with_piece(stack, class_id, piece, exclusive)
    return None


def _with_piece(stack, class_id, piece, exclusive):
    if exclusive:
        stack[piece] = 0
    set_class(stack, int(class_id), class_mask(stack, int(class_id)) | piece)
    return stack


def _pieces(stack):
    found = []
    for class_id in classes_present(stack):
        mask = class_mask(stack, class_id)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
        found += [(class_id, labels == k) for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= LEAST_PX]
    return found


def _moved(piece, across, down):
    shift = np.float32([[1, 0, across], [0, 1, down]])
    return cv2.warpAffine(piece.view(np.uint8), shift, piece.shape[::-1], flags=cv2.INTER_NEAREST) > 0


def _shrunk(piece, radius):
    """By ``radius``, or by as much as leaves anything."""
    for less in range(int(radius), 0, -1):
        left = cv2.erode(piece.view(np.uint8), _disk(less)) > 0
        if left.any():
            return left
    return piece


def _disk(radius):
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * int(radius) + 1, 2 * int(radius) + 1))
