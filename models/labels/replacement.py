"""Replacement: a file or folder that takes its predecessor's place whole, or leaves it as it was."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def replacement(path: Path) -> Iterator[Path]:
    """The name of a file beside ``path`` to write to; it becomes ``path`` at the end of the block.

    An error within the block, or in the exchange itself, leaves the old ``path`` untouched and nothing beside it. The
    folder is made where it is not there yet. Raises ``OSError`` where ``path`` is a folder or a device.
    """
    target = path.resolve()
    # Renaming onto a folder fails only at the end, and onto a device such as /dev/null it would succeed.
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield part
        part.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


@contextmanager
def text_replacement(path: Path) -> Iterator[TextIO]:
    """A UTF-8 text stream, written without newline translation, that becomes ``path`` at the end of the block."""
    with replacement(path) as part, part.open("w", encoding="utf-8", newline="") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def folder_replacement(path: Path) -> Iterator[Path]:
    """A new folder beside ``path`` to write into; it becomes ``path`` at the end of the block, with all it holds.

    What ``path`` held before goes. An error within the block, or in the exchange itself, leaves the old ``path``
    untouched and nothing beside it. Raises ``OSError`` where ``path`` is no folder.
    """
    target = path.resolve()
    if target.exists() and not target.is_dir():
        raise OSError(errno.ENOTDIR, "it is no folder", str(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    part, old = (target.with_name(f".{target.name}.{os.getpid()}.{word}") for word in ("part", "old"))
    part.mkdir()
    try:
        yield part
        if target.exists():
            target.replace(old)
        try:
            part.replace(target)
        except BaseException:
            if old.exists():
                old.replace(target)
            raise
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)
