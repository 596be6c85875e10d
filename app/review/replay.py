"""Replay: what the lines of a journal (``app.review.journal``) make of a document just opened from the store."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.review.document import DocumentError, MaskDocument
from app.review.edit import Action, Box, clip, region
from app.review.record_lines import whole_lines
from models.labels.masks import MaskStack

VERSION = 1
MOVES = ("do", "undo", "redo")
"""The kinds of line that change the masks."""
UNREADABLE = (OSError, ValueError, KeyError, TypeError, zlib.error)
"""What reading lines that are no journal's can raise."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a journal brought back: how many steps, the note (``None`` where it holds none), and what went wrong."""

    steps: int = 0
    note: str | None = None
    problem: str = ""


def stack_hash(stack: MaskStack) -> str:
    """What a stack is recognised by: BLAKE2b over its size, dtype and pixels, 32 hex digits."""
    digest = hashlib.blake2b(f"{stack.shape}{stack.dtype.name}".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(stack).data)
    return digest.hexdigest()


def read_journal(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The header and the steps up to the first torn line. Raises ``ValueError`` without a header."""
    entries = [entry for entry, _ in whole_lines(path)]
    if not entries or entries[0].get("version") != VERSION:
        raise ValueError("their journal has no readable beginning")
    return entries[0], entries[1:]


def start_of(header: Mapping[str, Any], steps: list[dict[str, Any]], held: str) -> int | None:
    """The place of the first step after the point whose stack has the hash ``held``; ``None`` where there is none."""
    marks = [place for place, step in enumerate(steps) if step["step"] == "saved" and step["stack"] == held]
    if marks:
        return marks[-1] + 1
    return 0 if header["stack"] == held else None


def relive(steps: list[dict[str, Any]], document: MaskDocument, held: MaskStack) -> None:
    """Give a document that shows ``held`` the steps that led there, as far back as they say what stood before."""
    moves = [step for step in steps if step["step"] in MOVES]
    gaps = [place for place, step in enumerate(moves) if "before" not in step]
    moves = moves[gaps[-1] + 1 :] if gaps else moves
    if not moves:
        return
    try:
        stack = held.copy()
        for step in reversed(moves):
            box = _box(step, document)
            stack[region(box)] = unpack(step["before"], box, document)
        document.reset(stack)
        for step in moves:
            _do_again(step, document)
        whole = np.array_equal(document.finished_stack(), held)
    except UNREADABLE:
        whole = False
    if whole:
        document.mark_saved()
    else:
        document.reset(held)


def replay(steps: list[dict[str, Any]], document: MaskDocument) -> Recovery:
    done, note = 0, None
    for step in steps:
        if step["step"] == "note":
            note = str(step["text"])
        elif step["step"] in MOVES:
            _do_again(step, document)
            done += 1
    return Recovery(done, note)


def _do_again(step: Mapping[str, Any], document: MaskDocument) -> None:
    box = _box(step, document)
    after = unpack(step["after"], box, document)
    if step["step"] == "undo":
        document.undo()
    elif step["step"] == "redo":
        document.redo()
    # also mends an undo that reached below the point the replay started from
    document.replace(box, after, Action(step["action"]))


def _box(step: Mapping[str, Any], document: MaskDocument) -> Box:
    x, y, width, height = (int(value) for value in step["box"])
    if clip((x, y, width, height), *document.size) != (x, y, width, height):
        raise DocumentError("a step's rectangle is not in the frame")
    return x, y, width, height


def pack(content: MaskStack) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(content).tobytes(), 1)).decode()


def unpack(text: str, box: Box, document: MaskDocument) -> MaskStack:
    raw = zlib.decompress(base64.b64decode(text))
    kind = document.stack.dtype
    if len(raw) != box[2] * box[3] * kind.itemsize:
        raise DocumentError("a step does not fill its rectangle")
    return np.frombuffer(raw, dtype=kind).reshape(box[3], box[2])
