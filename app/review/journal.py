"""The journal: every finished stroke on disk before the next one, so that a killed program loses none.

One file per inspection, one line per step, ``CRC32 JSON``. A step is the rectangle it changed and what stands there
now. The first line holds the hash of the stack the steps start from; a ``saved`` line holds that of the stack handed to
the store. On reopening, the steps after the point whose hash is the store's are done again; a torn last line (the
program died while writing) is left out. The line is handed to the system at once, which outlives a killed program, and
forced to the disk on a thread of its own, which outlives a power cut; the next line waits for that.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import zlib
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from app.review.document import DocumentError, MaskDocument, Patch
from app.review.edit import Action, Box
from app.review.ports import ReviewError
from app.review.record_lines import record_line, whole_length, whole_lines
from models.labels.masks import MaskStack

VERSION = 1
_SUFFIX = ".journal"
_SYNC_LIMIT_S = 5.0
"""How long the next stroke waits for the last one to reach the disk before it says so."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a journal brought back: how many steps, the note (``None`` where it holds none), and what went wrong."""

    steps: int = 0
    note: str | None = None
    problem: str = ""


class JournalFolder:
    """The journals of all inspections, below one folder. ``close`` ends its thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # forces journal lines to the disk, so that a slow disk never stalls the pointer; ended by close()
        self._sync = ThreadPoolExecutor(1, thread_name_prefix="review-journal")

    def pending(self) -> frozenset[UUID]:
        """The inspections with steps that are not in the store yet."""
        found = set()
        with contextlib.suppress(OSError):
            for path in self._folder.glob(f"*{_SUFFIX}"):
                with contextlib.suppress(ValueError):
                    found.add(UUID(path.name.removesuffix(_SUFFIX)))
        return frozenset(found)

    def begin(self, inspection_id: UUID, document: MaskDocument) -> Journal:
        """The journal for a document, continued where it holds steps; call ``recover`` before the first step."""
        return Journal(self._path(inspection_id), inspection_id, document, self._sync)

    def recover(self, inspection_id: UUID, document: MaskDocument) -> Recovery:
        """Do the journalled steps again in a document just opened from the store."""
        path = self._path(inspection_id)
        if not path.exists():
            return Recovery()
        try:
            header, steps = _read(path)
            start = _start(header, steps, stack_hash(document.finished_stack()))
            if start is None:
                return self._set_aside(path, "they start from other masks than the store holds now")
            recovery = _replay(steps[start:], document)
        except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
            return self._set_aside(path, str(error))
        if not recovery.steps and recovery.note is None:
            with contextlib.suppress(OSError):
                path.unlink()
        return recovery

    def close(self) -> None:
        """End the thread; what was journalled is on disk then."""
        self._sync.shutdown(wait=True)

    def _path(self, inspection_id: UUID) -> Path:
        return self._folder / f"{inspection_id}{_SUFFIX}"

    def _set_aside(self, path: Path, why: str) -> Recovery:
        kept = path.with_suffix(".set-aside")
        try:
            path.replace(kept)
        except OSError as error:
            return Recovery(problem=f"Unsaved strokes in {path.name} cannot be read: {error}.")
        return Recovery(problem=f"Unsaved strokes could not be done again, {why}; they are kept in {kept.name}.")


class Journal:
    """The steps of one document on their way to the disk."""

    def __init__(self, path: Path, inspection_id: UUID, document: MaskDocument, sync: ThreadPoolExecutor) -> None:
        self._path = path
        self._inspection_id = inspection_id
        self._document = document
        self._base = stack_hash(document.finished_stack()) if not path.exists() else ""
        self._handed = self._base
        self._sync = sync
        self._pending: Future[None] | None = None
        self._file: int | None = None
        self._end = 0
        self._gap = False
        self._steps_since_saved = 0

    def step(self, patch: Patch, kind: str = "do") -> None:
        """Keep a finished step: ``do``, ``undo`` or ``redo``. Raises ``ReviewError`` where the disk refuses it.

        After a refusal the next step carries the whole frame, so that the journal is whole again.
        """
        box, after = patch.box_px, patch.before if kind == "undo" else patch.after
        if self._gap:
            height, width = self._document.size
            kind, box, after = "do", (0, 0, width, height), self._document.finished_stack()
        self._steps_since_saved += 1
        self._write({"step": kind, "action": patch.action.value, "box": list(box), "after": _pack(after)})

    def note(self, text: str) -> None:
        """Keep the note as it is now."""
        self._steps_since_saved += 1
        self._write({"step": "note", "text": text})

    def saving(self, stack: MaskStack) -> None:
        """The stack has been handed to the store; steps from here on start from it."""
        self._handed = stack_hash(stack)
        self._steps_since_saved = 0
        if self._file is not None or self._path.exists():
            self._write({"step": "saved", "stack": self._handed})

    def saved(self) -> None:
        """The store has it: the file goes, unless steps were made since."""
        if self._steps_since_saved:
            return
        self.close()
        self._base, self._end = self._handed, 0
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file; it stays on disk."""
        with contextlib.suppress(ReviewError):
            self._await_sync()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _write(self, entry: Mapping[str, Any]) -> None:
        try:
            self._await_sync()
            if self._file is None:
                self._open()
            assert self._file is not None
            self._put(self._file, record_line(entry))
        except OSError as error:
            self._gap = True
            raise ReviewError(
                f"The last stroke is not secured against a crash: {error.strerror or error}. "
                "It is still here; save, or make room on the disk."
            ) from error
        self._gap = False
        self._pending = self._sync.submit(os.fsync, self._file)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        self._end = whole_length(self._path)
        os.ftruncate(self._file, self._end)
        if not self._end:
            height, width = self._document.size
            header = {
                "step": "start",
                "version": VERSION,
                "inspection": str(self._inspection_id),
                "height": height,
                "width": width,
                "dtype": self._document.stack.dtype.name,
                "stack": self._base,
            }
            self._put(self._file, record_line(header))

    def _put(self, file: int, line: bytes) -> None:
        """Write one whole line at the end, or leave the file as it was."""
        try:
            os.lseek(file, self._end, os.SEEK_SET)
            left = memoryview(line)
            while left:
                left = left[os.write(file, left) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(file, self._end)
            raise
        self._end += len(line)

    def _await_sync(self) -> None:
        pending, self._pending = self._pending, None
        if pending is None:
            return
        try:
            pending.result(timeout=_SYNC_LIMIT_S)
        except TimeoutError as error:
            self._pending = pending
            raise ReviewError("The disk has not taken the last stroke for seconds; check the disk.") from error
        except OSError as error:
            self._gap = True
            raise ReviewError(f"The disk refused a stroke: {error.strerror or error}; check the disk.") from error


def stack_hash(stack: MaskStack) -> str:
    """What a stack is recognised by: BLAKE2b over its size, dtype and pixels, 32 hex digits."""
    digest = hashlib.blake2b(f"{stack.shape}{stack.dtype.name}".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(stack).data)
    return digest.hexdigest()


def _read(path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The header and the steps up to the first torn line. Raises ``ValueError`` without a header."""
    entries = [entry for entry, _ in whole_lines(path)]
    if not entries or entries[0].get("version") != VERSION:
        raise ValueError("their journal has no readable beginning")
    return entries[0], entries[1:]


def _start(header: Mapping[str, Any], steps: list[dict[str, Any]], held: str) -> int | None:
    """The place of the first step after the point whose stack has the hash ``held``; ``None`` where there is none."""
    marks = [place for place, step in enumerate(steps) if step["step"] == "saved" and step["stack"] == held]
    if marks:
        return marks[-1] + 1
    return 0 if header["stack"] == held else None


def _replay(steps: list[dict[str, Any]], document: MaskDocument) -> Recovery:
    done, note = 0, None
    for step in steps:
        if step["step"] == "note":
            note = str(step["text"])
        elif step["step"] in ("do", "undo", "redo"):
            _do_again(step, document)
            done += 1
    return Recovery(done, note)


def _do_again(step: Mapping[str, Any], document: MaskDocument) -> None:
    x, y, width, height = (int(value) for value in step["box"])
    box: Box = (x, y, width, height)
    after = _unpack(step["after"], box, document)
    if step["step"] == "undo":
        document.undo()
    elif step["step"] == "redo":
        document.redo()
    # also mends an undo that reached below the point the replay started from
    document.replace(box, after, Action(step["action"]))


def _pack(content: MaskStack) -> str:
    return base64.b64encode(zlib.compress(np.ascontiguousarray(content).tobytes(), 1)).decode()


def _unpack(text: str, box: Box, document: MaskDocument) -> MaskStack:
    raw = zlib.decompress(base64.b64decode(text))
    kind = document.stack.dtype
    if len(raw) != box[2] * box[3] * kind.itemsize:
        raise DocumentError("a step does not fill its rectangle")
    return np.frombuffer(raw, dtype=kind).reshape(box[3], box[2])
