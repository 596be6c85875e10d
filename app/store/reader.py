"""Reading the store: on connections of its own that cannot write, so that no page ever makes the line wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.exc import DBAPIError

from app.store import schema
from app.store.errors import StoreError, one_line
from app.store.images import ImageFolder
from app.store.listing import Cursor, InspectionFilter, ListedInspection, Page, SortBy, page_statement
from app.store.stored import (
    FinalLabels,
    StoredInspection,
    correction_of,
    inspection_of,
    load_image,
    size_of,
    texts_of,
    verdict_of,
)
from app.store.strips import StripSummary, strip_summaries
from app.words.correction import Correction, ReviewState
from app.words.inspection import Verdict, VerdictKind
from models.labels.taxonomy import Taxonomy

_EVERYTHING = InspectionFilter()
_CHUNK = 200


class StoreReader:
    """What pages, exports and the command line ask. Any thread may call; each call sees one moment of the store."""

    def __init__(self, engine: Engine, images: ImageFolder) -> None:
        self._engine = engine
        self._images = images
        self._taxonomies: dict[UUID, Taxonomy] = {}

    def page(
        self,
        shown: InspectionFilter = _EVERYTHING,
        sort: SortBy = SortBy.TIME,
        *,
        descending: bool = True,
        after: Cursor | None = None,
        limit: int = 100,
    ) -> Page:
        """Up to ``limit`` inspections after a cursor (from the top without one)."""
        with self._look() as connection:
            statement = page_statement(shown, sort, descending=descending, after=after, limit=limit + 1)
            rows = connection.execute(statement).all()
            more, rows = len(rows) > limit, rows[:limit]
            lines = self._lines(connection, rows)
        return Page(lines, Cursor(rows[-1].sort_value, rows[-1].id) if more else None)

    def listed(
        self, shown: InspectionFilter = _EVERYTHING, sort: SortBy = SortBy.TIME, *, descending: bool = True
    ) -> Iterator[ListedInspection]:
        """Every inspection the filter admits, page by page."""
        after: Cursor | None = None
        while True:
            page = self.page(shown, sort, descending=descending, after=after, limit=_CHUNK)
            yield from page.lines
            after = page.next
            if after is None:
                return

    def count(self, shown: InspectionFilter = _EVERYTHING) -> int:
        """How many inspections the filter admits."""
        with self._look() as connection:
            statement = select(func.count()).select_from(schema.inspection).where(*shown.conditions())
            return int(connection.scalar(statement) or 0)

    def count_by_state(self, shown: InspectionFilter = _EVERYTHING) -> Mapping[ReviewState, int]:
        """How many inspections stand in each review state."""
        counts = self._counts("review_state", shown)
        return {state: counts.get(state.value, 0) for state in ReviewState}

    def count_by_verdict(self, shown: InspectionFilter = _EVERYTHING) -> Mapping[VerdictKind, int]:
        """How many inspections have each verdict."""
        counts = self._counts("verdict_kind", shown)
        return {kind: counts.get(kind.value, 0) for kind in VerdictKind}

    def load(self, inspection_id: UUID, *, image: bool = True) -> StoredInspection:
        """One inspection with its pixels and history. Raises ``StoreError`` where it is not in the store.

        Without ``image`` the image file is not read.
        """
        with self._look() as connection:
            row = connection.execute(_whole_inspection(inspection_id)).first()
            if row is None:
                raise StoreError(f"Inspection {inspection_id} is not in the store; refresh the list.")
            taxonomy = self._taxonomy(connection, row.taxonomy_id)
            masks = _of_inspection(connection, schema.mask, inspection_id, "class_id")
            findings = _of_inspection(connection, schema.finding, inspection_id, "place")
            verdicts = tuple(
                verdict_of(v) for v in _of_inspection(connection, schema.verdict, inspection_id, "revision")
            )
            corrections = self._corrections(connection, inspection_id, row.name)
            places = _of_inspection(connection, schema.image, inspection_id, "id")
        place = places[0] if places else None
        pixels, fault = load_image(self._images, place, row) if image else (None, None)
        return StoredInspection(
            inspection=inspection_of(row, taxonomy, masks, findings, verdicts[-1], pixels),
            review_state=ReviewState(row.review_state),
            corrections=corrections,
            verdicts=verdicts,
            image_fault=fault,
            held=place is not None and place.held,
        )

    def final_labels(self, shown: InspectionFilter = _EVERYTHING, *, undecided: bool = False) -> Iterator[FinalLabels]:
        """The labels of every inspection the filter admits, oldest frame first, read in small parts.

        They are the newest correction's in which a person decided, else the model's; with ``undecided``, those of the
        newest correction whatever its state, as the review page shows them.
        """
        after: Cursor | None = None
        while True:
            with self._look() as connection:
                statement = page_statement(shown, SortBy.TIME, descending=False, after=after, limit=_CHUNK)
                rows = connection.execute(statement).all()
                labels = self._labels(connection, rows, undecided=undecided)
            yield from labels
            if len(rows) < _CHUNK:
                return
            after = Cursor(rows[-1].sort_value, rows[-1].id)

    def taxonomies(self) -> tuple[Taxonomy, ...]:
        """Every taxonomy an inspection in the store has, oldest first."""
        used = select(schema.inspection.c.id).where(schema.inspection.c.taxonomy_id == schema.taxonomy.c.id).exists()
        with self._look() as connection:
            keys = connection.scalars(select(schema.taxonomy.c.id).where(used).order_by(schema.taxonomy.c.id)).all()
            return tuple(self._taxonomy(connection, key) for key in keys)

    def strips(self) -> tuple[StripSummary, ...]:
        """Every strip, the newest first."""
        with self._look() as connection:
            return strip_summaries(connection)

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()

    @contextmanager
    def _look(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise StoreError(f"The store cannot be read ({one_line(error.orig)}); try again.") from error

    def _counts(self, column: str, shown: InspectionFilter) -> dict[str, int]:
        by = schema.inspection.c[column]
        with self._look() as connection:
            rows = connection.execute(select(by, func.count()).where(*shown.conditions()).group_by(by)).all()
        return {row[0]: row[1] for row in rows}

    def _taxonomy(self, connection: Connection, key: UUID) -> Taxonomy:
        known = self._taxonomies.get(key)
        if known is None:
            definition = connection.scalar(select(schema.taxonomy.c.definition).where(schema.taxonomy.c.id == key))
            known = self._taxonomies[key] = Taxonomy.from_json(definition or {})
        return known

    def _corrections(self, connection: Connection, inspection_id: UUID, name: str) -> tuple[Correction, ...]:
        rows = _of_inspection(connection, schema.correction, inspection_id, "revision")
        masks = _grouped(connection, schema.correction_mask, "correction_id", [row.id for row in rows])
        return tuple(
            correction_of(row, self._taxonomy(connection, row.taxonomy_id), masks[row.id], name) for row in rows
        )

    def _lines(self, connection: Connection, rows: Sequence[Any]) -> tuple[ListedInspection, ...]:
        ids = [row.id for row in rows]
        verdicts: dict[UUID, Verdict] = {
            key: verdict_of(max(found, key=lambda verdict: verdict.revision))
            for key, found in _grouped(connection, schema.verdict, "inspection_id", ids).items()
        }
        latest = self._masks(connection, rows, "newest_correction_id")
        return tuple(
            _line_of(row, verdicts[row.id], latest[row.id], self._taxonomy(connection, row.taxonomy_id)) for row in rows
        )

    def _labels(self, connection: Connection, rows: Sequence[Any], *, undecided: bool) -> list[FinalLabels]:
        column = "newest_correction_id" if undecided else "decided_correction_id"
        masks = self._masks(connection, rows, column)
        keys = [key for row in rows if (key := getattr(row, column)) is not None]
        corrections = {
            row.id: row for row in connection.execute(select(schema.correction).where(schema.correction.c.id.in_(keys)))
        }
        return [self._final(connection, row, masks[row.id], corrections.get(getattr(row, column))) for row in rows]

    def _final(self, connection: Connection, row: Any, masks: Sequence[Any], correction: Any | None) -> FinalLabels:
        # A reviewer may have marked pixels as ignored in a taxonomy that had no class for it: the correction's knows.
        taxonomy_id = row.taxonomy_id if correction is None else correction.taxonomy_id
        return _final_of(row, self._taxonomy(connection, taxonomy_id), masks, correction)

    def _masks(self, connection: Connection, rows: Sequence[Any], column: str) -> dict[UUID, list[Any]]:
        """The mask rows by inspection: the correction's that ``column`` names, else the model's."""
        corrected = {row.id: key for row in rows if (key := getattr(row, column)) is not None}
        by_model = _grouped(connection, schema.mask, "inspection_id", [r.id for r in rows if r.id not in corrected])
        by_person = _grouped(connection, schema.correction_mask, "correction_id", list(corrected.values()))
        return {row.id: by_person[corrected[row.id]] if row.id in corrected else by_model[row.id] for row in rows}


def _whole_inspection(inspection_id: UUID) -> Any:
    inspection, model, recipe = schema.inspection, schema.model, schema.recipe
    return (
        select(
            inspection,
            model.c.name.label("model_name"),
            model.c.sha256.label("model_sha256"),
            model.c.runtime.label("model_runtime"),
            recipe.c.name.label("recipe_name"),
        )
        .join_from(inspection, recipe, recipe.c.id == inspection.c.recipe_id)
        .join(model, model.c.id == inspection.c.model_id, isouter=True)
        .where(inspection.c.id == inspection_id)
    )


def _of_inspection(connection: Connection, table: Table, inspection_id: UUID, order: str) -> Sequence[Any]:
    statement = select(table).where(table.c.inspection_id == inspection_id).order_by(table.c[order])
    return connection.execute(statement).all()


def _grouped(connection: Connection, table: Table, column: str, keys: Iterable[UUID]) -> dict[UUID, list[Any]]:
    """The rows of ``table`` by the key in ``column``, each group by class where the table has one."""
    groups: dict[UUID, list[Any]] = defaultdict(list)
    wanted = list(keys)
    if wanted:
        for row in connection.execute(select(table).where(table.c[column].in_(wanted))):
            groups[getattr(row, column)].append(row)
    return groups


def _line_of(row: Any, verdict: Verdict, masks: Sequence[Any], taxonomy: Taxonomy) -> ListedInspection:
    return ListedInspection(
        id=row.id,
        strip_id=row.strip_id,
        source=row.source,
        number=row.number,
        name=row.name,
        frame_time_utc=row.frame_time_utc,
        size=size_of(row),
        inspected=row.inspected,
        verdict=verdict,
        review_state=ReviewState(row.review_state),
        suspicion=row.suspicion,
        area_px=row.area_px,
        class_names=tuple(mask.class_name for mask in sorted(masks, key=lambda mask: mask.class_id)),
        model=row.model_name,
        taxonomy=taxonomy,
        probabilities={int(key): value for key, value in row.probabilities.items() if value is not None},
        labelled_px=sum(mask.area_px for mask in masks),
        strip=row.strip_name or "",
        station=row.station,
        reviewer=row.reviewer or "",
        note=row.note or "",
    )


def _final_of(row: Any, taxonomy: Taxonomy, masks: Sequence[Any], correction: Any | None) -> FinalLabels:
    return FinalLabels(
        inspection_id=row.id,
        name=row.name,
        source=row.source,
        size=size_of(row) if correction is None else (correction.height_px, correction.width_px),
        taxonomy=taxonomy,
        rle=dict(sorted(texts_of(masks).items())),
        labelled=correction is not None or row.inspected,
        state=ReviewState(row.review_state),
        verdict=VerdictKind(row.verdict_kind),
        model=row.model_name,
        reviewer="" if correction is None else correction.actor,
        time_utc=None if correction is None else correction.time_utc,
    )
