"""The journal: every finished stroke on disk before the next one, so that a killed program loses none.

One file per inspection, one line per step, ``CRC32 JSON``. A step is the rectangle it changed, what stood there before
and what stands there now. The first line holds the hash of the stack the steps start from; a ``saved`` line holds that
of the stack handed to the store. On reopening, the steps after the point whose hash is the store's are done again; a
torn last line (the program died while writing) is left out. The line is handed to the system at once, which outlives a
killed program, and forced to the disk on a thread of its own, which outlives a power cut; the next line waits for that.

Once the store has everything, the file moves to the folder ``history``, and back before the next step. The steps up to
the point whose hash is the store's are the frame's history: they can be undone whenever it is opened again.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from app.review.document import MaskDocument
from app.review.history import Patch
from app.review.ports import ReviewError
from app.review.record_lines import record_line, whole_length
from app.review.replay import (
    UNREADABLE,
    VERSION,
    Recovery,
    pack,
    read_journal,
    relive,
    replay,
    stack_hash,
    start_of,
)
from models.labels.masks import MaskStack

_SUFFIX = ".journal"
_HISTORY = "history"
"""The folder, beside the journals, of those whose every step is in the store."""
_SYNC_LIMIT_S = 5.0
"""How long the next stroke waits for the last one to reach the disk before it says so."""


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
        return Journal(self._path(inspection_id), self._kept_path(inspection_id), inspection_id, document, self._sync)

    def recover(self, inspection_id: UUID, document: MaskDocument) -> Recovery:
        """Bring back an inspection's steps in a document just opened from the store.

        Those the store has can be undone again; those it has not are done again, and counted.
        """
        path, kept = self._path(inspection_id), self._kept_path(inspection_id)
        if not path.exists():
            self._bring_back_history(kept, document)
            return Recovery()
        held = document.finished_stack()
        try:
            header, steps = read_journal(path)
            start = start_of(header, steps, stack_hash(held))
            if start is None:
                return self._set_aside(path, "they start from other masks than the store holds now")
            relive(steps[:start], document, held)
            recovery = replay(steps[start:], document)
        except UNREADABLE as error:
            document.reset(held)
            return self._set_aside(path, str(error))
        if not recovery.steps and recovery.note is None:
            _keep(path, kept)
        return recovery

    def close(self) -> None:
        """End the thread; what was journalled is on disk then."""
        self._sync.shutdown(wait=True)

    def _path(self, inspection_id: UUID) -> Path:
        return self._folder / f"{inspection_id}{_SUFFIX}"

    def _kept_path(self, inspection_id: UUID) -> Path:
        return self._folder / _HISTORY / f"{inspection_id}{_SUFFIX}"

    def _bring_back_history(self, kept: Path, document: MaskDocument) -> None:
        """Let the steps of a frame the store has whole be undone; of other masks than the store's they are no history.

        Somebody else has corrected the frame then: the file is put out of the way, and nobody has lost anything.
        """
        if not kept.exists():
            return
        with contextlib.suppress(OSError):
            try:
                header, steps = read_journal(kept)
                held = document.finished_stack()
                start = start_of(header, steps, stack_hash(held))
                if start == len(steps):
                    relive(steps, document, held)
                    return
            except UNREADABLE:
                pass
            kept.replace(kept.with_suffix(".set-aside"))

    def _set_aside(self, path: Path, why: str) -> Recovery:
        kept = path.with_suffix(".set-aside")
        try:
            path.replace(kept)
        except OSError as error:
            return Recovery(problem=f"Unsaved strokes in {path.name} cannot be read: {error}.")
        return Recovery(problem=f"Unsaved strokes could not be done again, {why}; they are kept in {kept.name}.")


class Journal:
    """The steps of one document on their way to the disk."""

    def __init__(
        self, path: Path, kept: Path, inspection_id: UUID, document: MaskDocument, sync: ThreadPoolExecutor
    ) -> None:
        """``path`` is the file while steps are not in the store, ``kept`` once all are."""
        self._path = path
        self._kept = kept
        self._inspection_id = inspection_id
        self._document = document
        self._base = "" if path.exists() or kept.exists() else stack_hash(document.finished_stack())
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
        before, after = (patch.after, patch.before) if kind == "undo" else (patch.before, patch.after)
        entry: dict[str, Any] = {"step": kind, "action": patch.action.value, "box": list(patch.box_px)}
        if self._gap:
            height, width = self._document.size
            whole = self._document.finished_stack()
            # Without what stood before: no history reaches back past a gap.
            entry |= {"step": "do", "box": [0, 0, width, height], "after": pack(whole)}
        else:
            entry |= {"before": pack(before), "after": pack(after)}
        self._steps_since_saved += 1
        self._write(entry)

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
        """The store has it: the file goes to the history, unless steps were made since."""
        if self._steps_since_saved:
            return
        self.close()
        self._base, self._end = self._handed, 0
        _keep(self._path, self._kept)

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
        if self._kept.exists() and not self._path.exists():
            self._kept.replace(self._path)
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


def _keep(path: Path, kept: Path) -> None:
    """Put a journal whose every step is in the store to the history."""
    with contextlib.suppress(OSError):
        if path.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            path.replace(kept)
