"""History: undo steps without a limit short of the disk. The newest lie in memory, older ones packed in a file."""

from __future__ import annotations

import tempfile
import weakref
import zlib
from dataclasses import dataclass
from typing import IO

import numpy as np

from app.review.edit import Action, Box
from models.labels.masks import MaskStack

MEMORY_BYTES = 64 * 2**20
"""Steps past this many bytes go to a temporary file, the oldest first; the newest one always stays in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """One undo step: the changed rectangle, as it was and as it became."""

    action: Action
    box_px: Box
    before: MaskStack
    after: MaskStack

    @property
    def nbytes(self) -> int:
        """What it takes in memory."""
        return self.before.nbytes + self.after.nbytes


@dataclass(frozen=True, slots=True)
class _Packed:
    """Where a step lies in the file, and what it looks like unpacked."""

    action: Action
    box_px: Box
    kind: str
    start: int
    length: int


class History:
    """Steps one on top of the other. The file, where there is one, has no name and goes with the object."""

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._memory_bytes = memory_bytes
        self._packed: list[_Packed] = []
        self._patches: list[Patch] = []
        self._held = 0
        self._file: IO[bytes] | None = None

    def __len__(self) -> int:
        return len(self._packed) + len(self._patches)

    @property
    def action(self) -> Action | None:
        """What the step on top did."""
        if self._patches:
            return self._patches[-1].action
        return self._packed[-1].action if self._packed else None

    def push(self, patch: Patch) -> None:
        """Lay a step on top."""
        self._patches.append(patch)
        self._held += patch.nbytes
        while self._held > self._memory_bytes and len(self._patches) > 1:
            try:
                packed = self._pack(self._patches[0])
            except OSError:
                # A full disk costs memory, not history; the next step tries again.
                return
            self._packed.append(packed)
            self._held -= self._patches.pop(0).nbytes

    def pop(self) -> Patch | None:
        """Take the step on top; ``None`` where there is none. Raises ``OSError`` where its file cannot be read."""
        if not self._patches and self._packed:
            self._patches.append(self._unpack(self._packed[-1]))
            self._held += self._patches[-1].nbytes
            self._packed.pop()
        if not self._patches:
            return None
        patch = self._patches.pop()
        self._held -= patch.nbytes
        return patch

    def clear(self) -> None:
        """Forget every step."""
        self._packed.clear()
        self._patches.clear()
        self._held = 0

    def _pack(self, patch: Patch) -> _Packed:
        content = zlib.compress(np.stack([patch.before, patch.after]).tobytes(), 1)
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="stripsight-undo-")  # noqa: SIM115 - closed with the object
            weakref.finalize(self, self._file.close)
        start = self._packed[-1].start + self._packed[-1].length if self._packed else 0
        self._file.seek(start)
        self._file.write(content)
        self._file.flush()
        return _Packed(patch.action, patch.box_px, patch.after.dtype.str, start, len(content))

    def _unpack(self, packed: _Packed) -> Patch:
        assert self._file is not None, "what is packed has a file"
        self._file.seek(packed.start)
        content = zlib.decompress(self._file.read(packed.length))
        _, _, width, height = packed.box_px
        before, after = np.frombuffer(content, dtype=packed.kind).reshape(2, height, width)
        return Patch(packed.action, packed.box_px, before, after)
