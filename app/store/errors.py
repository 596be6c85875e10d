"""What can go wrong with the store, and which of it passes by itself."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError

from app.words.reason import Reason

_FULL_ERRNOS = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_PASSING_ERRNOS = frozenset({errno.EROFS, errno.EIO, errno.EACCES, errno.EMFILE})
_SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_SQLITE_PASSING = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})
_POSTGRES_FULL = "53100"


class StoreError(Exception):
    """The store cannot do what was asked; the message is one sentence with the remedy."""


class StoreClosedError(StoreError):
    """The store was closed while, or before, somebody wanted to write."""


class StoreBusyError(StoreError):
    """The store did not take an inspection in the time allowed."""


def passing(error: BaseException) -> Reason | None:
    """Why writing has to wait, where the same write may succeed later; ``None`` where it never will.

    A full disk, a locked or unreachable database and an I/O error pass; a row the schema refuses does not.
    """
    if isinstance(error, OSError):
        return _passing_file_error(error)
    if isinstance(error, DBAPIError):
        return _passing_database_error(error)
    return None


def _passing_file_error(error: OSError) -> Reason | None:
    if error.errno in _FULL_ERRNOS:
        return Reason("store_full")
    return _waiting(error) if error.errno in _PASSING_ERRNOS else None


def _passing_database_error(error: DBAPIError) -> Reason | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        if _POSTGRES_FULL in str(error.orig):
            return Reason("store_full")
        return _waiting(error.orig) if error.connection_invalidated else None
    primary = code & 0xFF  # extended result codes carry the primary one in the low byte
    if primary == sqlite3.SQLITE_FULL:
        return Reason("store_full")
    if primary in _SQLITE_BUSY:
        return Reason("store_locked")
    return _waiting(error.orig) if primary in _SQLITE_PASSING else None


def _waiting(error: object) -> Reason:
    return Reason("store_waiting", {"error": one_line(error)})


def one_line(error: object) -> str:
    """An error's text on one line, for a sentence."""
    return " ".join(str(error).split())
