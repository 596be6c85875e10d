"""The image quota: the oldest reviewed images go first; what is unreviewed or held never goes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from app.store import schema
from app.store.columns import Stamp
from app.store.images import KeptFor
from app.store.records import Row
from app.store.writes import DECIDED, append_audit

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Removed:
    """An image whose row says it is gone and whose file is still to be deleted."""

    inspection_id: UUID
    path: str
    size_bytes: int


def kept_bytes(connection: Connection) -> int:
    """The size of all kept images; originals are not the store's."""
    image = schema.image.c
    total = connection.scalar(
        select(func.sum(image.size_bytes)).where(image.kept_for != KeptFor.ORIGINAL, image.removed_utc.is_(None))
    )
    return int(total or 0)


def counted_bytes(image: Row) -> int:
    """What an image's row adds to the quota."""
    return 0 if image["kept_for"] == KeptFor.ORIGINAL else int(image["size_bytes"] or 0)


def remove_oldest_reviewed(connection: Connection, excess_bytes: int, stamp: Stamp) -> list[Removed]:
    """Mark the oldest reviewed images as removed until ``excess_bytes`` are freed; empty where none may go."""
    removed: list[Removed] = []
    freed = 0
    for candidate in _oldest_reviewed(connection):
        if freed >= excess_bytes:
            break
        removed.append(candidate)
        freed += candidate.size_bytes
    if removed:
        connection.execute(
            update(schema.image)
            .where(schema.image.c.inspection_id.in_([r.inspection_id for r in removed]))
            .values(removed_utc=stamp.time_utc)
        )
        append_audit(connection, "images_removed", None, {"count": len(removed), "bytes": freed}, stamp)
    return removed


def _oldest_reviewed(connection: Connection) -> list[Removed]:
    image, inspection = schema.image.c, schema.inspection.c
    rows = connection.execute(
        select(image.inspection_id, image.path, image.size_bytes)
        .join_from(schema.image, schema.inspection, image.inspection_id == inspection.id)
        .where(
            image.kept_for != KeptFor.ORIGINAL,
            image.removed_utc.is_(None),
            image.held.is_(False),
            inspection.review_state.in_([state.value for state in DECIDED]),
        )
        .order_by(image.time_utc, image.id)
        .limit(_BATCH)
    )
    return [Removed(row.inspection_id, row.path, row.size_bytes or 0) for row in rows]
