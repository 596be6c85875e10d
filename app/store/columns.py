"""Column types and the columns every row carries: who did it, at which station, when."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import Column, DateTime, Integer, String, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NAME_LENGTH = 200
"""Longest name of a station, person, source, recipe, class or model, in characters."""


class UtcTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC. SQLite keeps no zone, so the zone is put back when read."""

    impl = DateTime
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time as the database takes it; a naive one is an error of the program."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The time {value} has no time zone; give it in UTC.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def stamp_columns() -> tuple[Column[Any], ...]:
    """Key, station, actor, UTC time and the station's offset from UTC in minutes: the head of every table."""
    return (
        Column("id", Uuid, primary_key=True),
        Column("station", String(NAME_LENGTH), nullable=False),
        Column("actor", String(NAME_LENGTH), nullable=False),
        Column("time_utc", UtcTime, nullable=False),
        Column("offset_min", Integer, nullable=False),
    )


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): sorts by the time it was made."""
    return uuid_utils.compat.uuid7()  # type: ignore[no-any-return, unused-ignore]


def offset_min(time_utc: datetime) -> int:
    """The station's offset from UTC at that time, in minutes east."""
    offset = time_utc.astimezone().utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who, where and when, for the rows that are written together."""

    station: str
    actor: str
    time_utc: datetime
    offset_min: int

    @classmethod
    def now(cls, station: str, actor: str) -> Stamp:
        """A stamp of this moment."""
        return cls.at(station, actor, datetime.now(UTC))

    @classmethod
    def at(cls, station: str, actor: str, time_utc: datetime) -> Stamp:
        """A stamp of another moment; ``time_utc`` is aware."""
        return cls(name_text(station), name_text(actor), time_utc, offset_min(time_utc))

    def row(self, row_id: UUID | None = None) -> dict[str, Any]:
        """The values of ``stamp_columns``, under a new key where none is given."""
        return {
            "id": row_id or new_id(),
            "station": self.station,
            "actor": self.actor,
            "time_utc": self.time_utc,
            "offset_min": self.offset_min,
        }


def text(value: str) -> str:
    """``value`` as every database takes it: file names that are not UTF-8 escaped, NUL left out."""
    if value.isascii():
        return value.replace("\0", "")
    return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "")


def name_text(value: str) -> str:
    """``value`` as a column of ``NAME_LENGTH`` characters takes it."""
    return text(value)[:NAME_LENGTH]


def finite(value: float | None) -> float | None:
    """``value`` as a plain float; ``None`` for NaN and infinity, which databases treat differently."""
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def to_json(value: Any) -> str:
    """JSON for a column; numpy's scalars are taken as numbers."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    return str(value)
