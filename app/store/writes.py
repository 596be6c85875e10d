"""Every write, each a function of the open transaction. Only the writer thread (and the opening) calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, func, insert, select, update

from app.store import schema
from app.store.columns import Stamp, name_text, text
from app.store.errors import StoreError
from app.store.records import Record, Row, correction_row, mask_rows, verdict_row
from app.store.references import References
from app.words.correction import Correction, ReviewState
from app.words.inspection import Verdict

DECIDED = frozenset({ReviewState.CORRECTED, ReviewState.CONFIRMED, ReviewState.VERIFIED_EMPTY})
"""The states in which a person has decided."""


def insert_records(connection: Connection, *, references: References, records: Sequence[Record], stamp: Stamp) -> None:
    """Write inspections with their verdicts, masks, findings and images, one statement a table."""
    for record in records:
        _refer(connection, references, record, stamp)
    _insert(connection, schema.inspection, [record.inspection for record in records])
    _insert(connection, schema.verdict, [record.verdict for record in records])
    _insert(connection, schema.mask, [row for record in records for row in record.masks])
    _insert(connection, schema.finding, [row for record in records for row in record.findings])
    _insert(connection, schema.image, [record.image for record in records if record.image is not None])


def has_image(connection: Connection, inspection_id: UUID) -> bool:
    """Whether the store knows where the inspection's image lies."""
    image = schema.image.c
    found = connection.scalar(select(image.id).where(image.inspection_id == inspection_id, image.removed_utc.is_(None)))
    return found is not None


def put_image(connection: Connection, row: Row) -> None:
    """Write the row of an image that is kept later than its inspection, maybe in place of one the quota removed."""
    same = schema.image.c.inspection_id == row["inspection_id"]
    values = {key: value for key, value in row.items() if key not in {"id", "held"}}
    if connection.execute(update(schema.image).where(same).values(**values)).rowcount == 0:
        _insert(connection, schema.image, [row])


def append_correction(connection: Connection, references: References, correction: Correction) -> None:
    """Append a correction. Raises ``StoreError`` where it does not fit its inspection."""
    _check_correction(connection, correction)
    stamp = Stamp.at(correction.station, correction.actor, correction.time_utc)
    taxonomy_id = references.taxonomy(connection, correction.taxonomy, stamp)
    revision = _next_revision(connection, schema.correction, correction.inspection_id)
    _insert(connection, schema.correction, [correction_row(correction, revision, taxonomy_id, stamp)])
    masks = [
        {**row, "correction_id": correction.id, "taxonomy_id": taxonomy_id}
        for row in mask_rows(correction.stack, correction.taxonomy, stamp)
    ]
    _insert(connection, schema.correction_mask, masks)
    derived: Row = {"review_state": correction.state.value, "newest_correction_id": correction.id}
    if correction.state in DECIDED:
        derived["decided_correction_id"] = correction.id
    connection.execute(
        update(schema.inspection).where(schema.inspection.c.id == correction.inspection_id).values(**derived)
    )
    append_audit(connection, "correction", correction.inspection_id, {"state": correction.state.value}, stamp)


def append_verdict(connection: Connection, inspection_id: UUID, verdict: Verdict, stamp: Stamp) -> None:
    """Append a verdict. Raises ``StoreError`` where the inspection is not in the store."""
    _require_inspection(connection, inspection_id)
    revision = _next_revision(connection, schema.verdict, inspection_id)
    _insert(connection, schema.verdict, [verdict_row(inspection_id, revision, verdict, stamp)])
    connection.execute(
        update(schema.inspection).where(schema.inspection.c.id == inspection_id).values(verdict_kind=verdict.kind.value)
    )
    append_audit(connection, "verdict", inspection_id, {"kind": verdict.kind.value}, stamp)


def hold(connection: Connection, inspection_id: UUID, *, held: bool, stamp: Stamp) -> None:
    """Keep an image from the quota, or release it. Raises ``StoreError`` where there is none."""
    changed = connection.execute(
        update(schema.image).where(schema.image.c.inspection_id == inspection_id).values(held=held)
    )
    if changed.rowcount == 0:
        raise StoreError(f"Inspection {inspection_id} has no image in the store; choose one whose image was kept.")
    append_audit(connection, "hold" if held else "release", inspection_id, {}, stamp)


def begin_strip(
    connection: Connection,
    references: References,
    strip: tuple[UUID, str, str],
    recipe: tuple[str, Mapping[str, Any]],
    stamp: Stamp,
) -> None:
    """Begin a strip (id, name, source) under a recipe (name, content)."""
    strip_id, name, source = strip
    row = {
        **stamp.row(strip_id),
        "name": name_text(name),
        "source": text(source),
        "recipe_id": references.state_recipe(connection, *recipe, stamp),
        "ended_utc": None,
        "interrupted": False,
    }
    _insert(connection, schema.strip, [row])
    append_audit(connection, "strip_begun", strip_id, {"name": text(name)}, stamp)


def end_strip(connection: Connection, strip_id: UUID, stamp: Stamp) -> None:
    """End a strip; one that has ended keeps its end."""
    changed = connection.execute(
        update(schema.strip)
        .where(schema.strip.c.id == strip_id, schema.strip.c.ended_utc.is_(None))
        .values(ended_utc=stamp.time_utc)
    )
    if changed.rowcount:
        append_audit(connection, "strip_ended", strip_id, {}, stamp)


def end_interrupted_strips(connection: Connection, stamp: Stamp) -> int:
    """End this station's strips that a killed program left open, at their last inspection; how many there were."""
    last = (
        select(func.max(schema.inspection.c.time_utc))
        .where(schema.inspection.c.strip_id == schema.strip.c.id)
        .scalar_subquery()
    )
    open_strips = select(schema.strip.c.id, schema.strip.c.time_utc, last.label("last_utc")).where(
        schema.strip.c.ended_utc.is_(None), schema.strip.c.station == stamp.station
    )
    rows = connection.execute(open_strips).all()
    for row in rows:
        ended_utc: datetime = row.last_utc or row.time_utc
        connection.execute(
            update(schema.strip).where(schema.strip.c.id == row.id).values(ended_utc=ended_utc, interrupted=True)
        )
        append_audit(connection, "strip_interrupted", row.id, {}, stamp)
    return len(rows)


def append_audit(
    connection: Connection, action: str, subject_id: UUID | None, parameters: Mapping[str, Any], stamp: Stamp
) -> None:
    """Append to the audit who did what."""
    row = {**stamp.row(), "action": action, "subject_id": subject_id, "parameters": dict(parameters)}
    _insert(connection, schema.audit, [row])


def _refer(connection: Connection, references: References, record: Record, stamp: Stamp) -> None:
    taxonomy_id = references.taxonomy(connection, record.taxonomy, stamp)
    record.inspection["taxonomy_id"] = taxonomy_id
    record.inspection["model_id"] = references.model(connection, record.model, stamp)
    record.inspection["recipe_id"] = references.recipe(connection, record.recipe, stamp)
    for row in (*record.masks, *record.findings):
        row["taxonomy_id"] = taxonomy_id


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _next_revision(connection: Connection, table: Table, inspection_id: UUID) -> int:
    newest = connection.scalar(select(func.max(table.c.revision)).where(table.c.inspection_id == inspection_id))
    return 1 + (newest or 0)


def _require_inspection(connection: Connection, inspection_id: UUID) -> Any:
    columns = schema.inspection.c
    row = connection.execute(
        select(columns.name, columns.height_px, columns.width_px).where(columns.id == inspection_id)
    ).first()
    if row is None:
        raise StoreError(f"Inspection {inspection_id} is not in the store; open it from the review queue again.")
    return row


def _check_correction(connection: Connection, correction: Correction) -> None:
    row = _require_inspection(connection, correction.inspection_id)
    height, width = correction.stack.shape
    if row.height_px is not None and (row.height_px, row.width_px) != (height, width):
        raise StoreError(
            f"The correction of {row.name} is {width}×{height} pixels and its frame {row.width_px}×{row.height_px}; "
            "open the frame again and repeat the correction."
        )
    if correction.state is ReviewState.VERIFIED_EMPTY and correction.stack.any():
        raise StoreError(f"{row.name} is marked as free of defects but holds masks; erase them or mark it corrected.")
