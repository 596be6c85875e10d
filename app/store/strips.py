"""Strips, and what became of their frames."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.store import schema
from app.words.inspection import VerdictKind


@dataclass(frozen=True, slots=True)
class StripSummary:
    """A strip and how many of its frames got which verdict (all four kinds in their order, 0 included).

    ``ended_utc`` is ``None`` while it runs; ``interrupted`` where the program ended before the strip did.
    """

    id: UUID
    name: str
    source: str
    recipe: str
    station: str
    actor: str
    begun_utc: datetime
    ended_utc: datetime | None
    interrupted: bool
    counts: Mapping[VerdictKind, int]

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return sum(self.counts.values())


def strip_summaries(connection: Connection) -> tuple[StripSummary, ...]:
    """Every strip, the newest first."""
    strip, inspection = schema.strip.c, schema.inspection.c
    rows = connection.execute(
        select(schema.strip, schema.recipe.c.name.label("recipe_name"))
        .join_from(schema.strip, schema.recipe, schema.recipe.c.id == strip.recipe_id)
        .order_by(strip.time_utc.desc(), strip.id.desc())
    ).all()
    counted = connection.execute(
        select(inspection.strip_id, inspection.verdict_kind, func.count().label("frames"))
        .where(inspection.strip_id.is_not(None))
        .group_by(inspection.strip_id, inspection.verdict_kind)
    ).all()
    counts: dict[UUID, dict[VerdictKind, int]] = defaultdict(lambda: dict.fromkeys(VerdictKind, 0))
    for line in counted:
        counts[line.strip_id][VerdictKind(line.verdict_kind)] = line.frames
    return tuple(_strip_of(row, counts[row.id]) for row in rows)


def _strip_of(row: Any, counts: Mapping[VerdictKind, int]) -> StripSummary:
    return StripSummary(
        id=row.id,
        name=row.name,
        source=row.source,
        recipe=row.recipe_name,
        station=row.station,
        actor=row.actor,
        begun_utc=row.time_utc,
        ended_utc=row.ended_utc,
        interrupted=row.interrupted,
        counts=counts,
    )
