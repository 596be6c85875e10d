"""Lists of inspections for the review queue and the pages: filter, order and place in the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.store import schema
from app.store.references import taxonomy_sha256
from app.words.correction import ReviewState
from app.words.inspection import Verdict, VerdictKind
from models.labels.taxonomy import Taxonomy

_i = schema.inspection.c


class SortBy(StrEnum):
    """What a list is ordered by; equal ones stand by their id."""

    TIME = "time"
    SUSPICION = "suspicion"
    AREA = "area"


_SORT_COLUMNS = {SortBy.TIME: _i.frame_time_utc, SortBy.SUSPICION: _i.suspicion, SortBy.AREA: _i.area_px}


@dataclass(frozen=True, slots=True)
class InspectionFilter:
    """Which inspections are listed; what is left empty admits all.

    ``class_name`` admits frames whose latest labels (the newest correction's, else the model's) hold the class.
    ``text`` is part of the ImageId, upper and lower case alike (ASCII). Times are those of the frames, aware, and
    ``until_utc`` is left out itself.
    """

    strip_id: UUID | None = None
    class_name: str = ""
    verdicts: frozenset[VerdictKind] = frozenset()
    states: frozenset[ReviewState] = frozenset()
    since_utc: datetime | None = None
    until_utc: datetime | None = None
    source: str = ""
    text: str = ""
    taxonomy: Taxonomy | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter as conditions on the inspection table, to be joined by AND."""
        conditions: list[ColumnElement[bool]] = []
        if self.strip_id is not None:
            conditions.append(_i.strip_id == self.strip_id)
        if self.class_name:
            conditions.append(_holds_class(self.class_name))
        if self.verdicts:
            conditions.append(_i.verdict_kind.in_(sorted(kind.value for kind in self.verdicts)))
        if self.states:
            conditions.append(_i.review_state.in_(sorted(state.value for state in self.states)))
        if self.since_utc is not None:
            conditions.append(_i.frame_time_utc >= self.since_utc)
        if self.until_utc is not None:
            conditions.append(_i.frame_time_utc < self.until_utc)
        if self.source:
            conditions.append(_i.source == self.source)
        if self.text:
            conditions.append(func.lower(_i.name).contains(self.text.lower(), autoescape=True))
        if self.taxonomy is not None:
            same = select(schema.taxonomy.c.id).where(schema.taxonomy.c.sha256 == taxonomy_sha256(self.taxonomy))
            conditions.append(_i.taxonomy_id.in_(same))
        return conditions


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page starts: after the row with this sort value and id."""

    value: Any
    id: UUID


@dataclass(frozen=True, slots=True)
class ListedInspection:
    """One line of a list, without pixels. ``class_names`` are those in the latest labels, in the taxonomy's order.

    ``model`` is ``None`` where the masks come from a label file. ``size`` is (height, width) in pixels, ``None`` for a
    frame without an image. ``area_px`` are the model's pixels of any class, ``labelled_px`` those of the latest labels
    class by class. ``probabilities`` are the model's, 0 to 1 by class id of ``taxonomy``. ``strip`` is the strip's
    name, ``station`` the one that saw the frame; ``reviewer`` and ``note`` are the newest correction's, '' without one.
    """

    id: UUID
    strip_id: UUID | None
    source: str
    number: int
    name: str
    frame_time_utc: datetime
    size: tuple[int, int] | None
    inspected: bool
    verdict: Verdict
    review_state: ReviewState
    suspicion: float
    area_px: int
    class_names: tuple[str, ...]
    model: str | None
    taxonomy: Taxonomy
    probabilities: Mapping[int, float]
    labelled_px: int
    strip: str
    station: str
    reviewer: str
    note: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a list; ``next`` is ``None`` on the last page."""

    lines: Sequence[ListedInspection]
    next: Cursor | None


def page_statement(
    shown: InspectionFilter, sort: SortBy, *, descending: bool, after: Cursor | None, limit: int
) -> Select[Any]:
    """The inspections of one page, by keyset: a page costs the same however far down the list it stands."""
    column = _SORT_COLUMNS[sort]
    statement = (
        select(
            schema.inspection,
            column.label("sort_value"),
            schema.model.c.name.label("model_name"),
            schema.strip.c.name.label("strip_name"),
            schema.correction.c.actor.label("reviewer"),
            schema.correction.c.note.label("note"),
        )
        .join_from(schema.inspection, schema.model, schema.model.c.id == _i.model_id, isouter=True)
        .join(schema.strip, schema.strip.c.id == _i.strip_id, isouter=True)
        .join(schema.correction, schema.correction.c.id == _i.newest_correction_id, isouter=True)
        .where(*shown.conditions())
    )
    if after is not None:
        beyond, tie = (
            (column < after.value, _i.id < after.id) if descending else (column > after.value, _i.id > after.id)
        )
        statement = statement.where(or_(beyond, and_(column == after.value, tie)))
    order = (column.desc(), _i.id.desc()) if descending else (column, _i.id)
    return statement.order_by(*order).limit(limit)


def _holds_class(class_name: str) -> ColumnElement[bool]:
    mask, corrected = schema.mask.c, schema.correction_mask.c
    by_model = select(mask.id).where(mask.inspection_id == _i.id, mask.class_name == class_name).exists()
    by_person = (
        select(corrected.id)
        .where(corrected.correction_id == _i.newest_correction_id, corrected.class_name == class_name)
        .exists()
    )
    return or_(and_(_i.newest_correction_id.is_(None), by_model), by_person)
