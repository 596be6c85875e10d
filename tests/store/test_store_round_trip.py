"""What goes into the store comes out of it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import URL, select
from store_examples import HEIGHT, MODEL, START, TAXONOMY, WIDTH, make_correction, make_inspection, stack_with

from app.store import InspectionFilter, SortBy, Store, StoreError
from app.store.columns import new_id, offset_min
from app.words.correction import Correction, ReviewState
from app.words.frame import Frame
from app.words.inspection import Inspection, Verdict, VerdictKind
from app.words.reason import Reason
from models.labels import rle
from models.labels.masks import class_mask, empty_stack
from models.labels.taxonomy import make_taxonomy


def test_an_inspection_comes_back_as_it_was(any_store: Store) -> None:
    strip_id = any_store.begin_strip("coil 7", "sim:strip", "standard", {"gate": 0.4})
    reason = Reason("area_over_limit", {"class_title": "Scratch", "area": 12.5, "unit": "mm²", "limit": 3})
    before = make_inspection(
        3,
        1,
        3,
        kind=VerdictKind.REJECT,
        suspicion=0.625,
        strip_id=strip_id,
        verdict=Verdict(VerdictKind.REJECT, reason),
    )
    any_store.writer.put(before)
    any_store.writer.flush()

    stored = any_store.reader().load(before.id)
    after = stored.inspection
    assert after.taxonomy == TAXONOMY
    assert after.stack is not None
    assert after.stack.dtype == np.uint8
    np.testing.assert_array_equal(after.stack, before.stack)
    assert after.findings == before.findings
    assert after.probabilities == before.probabilities
    assert after.timings_ms == before.timings_ms
    assert after.verdict == before.verdict
    assert (after.model, after.recipe, after.strip_id, after.suspicion) == (MODEL, "standard", strip_id, 0.625)
    assert (after.frame.source, after.frame.number, after.frame.name) == ("sim:strip", 3, "frame000003")
    assert after.frame.time_utc == START + timedelta(seconds=3)
    assert after.frame.time_utc.utcoffset() == timedelta(0)
    assert stored.review_state is ReviewState.TO_DO
    assert stored.corrections == ()


def test_a_frame_that_was_not_inspected_is_stored_as_such_and_with_its_fault(any_store: Store) -> None:
    fault = Reason("unreadable", {"name": "kälte.png"})
    frame = Frame("folder", 0, "kälte.png", START, None, camera="top", along_mm=1200.5, mm_per_px=0.25, fault=fault)
    lost = make_inspection(
        0, frame=frame, stack=None, probabilities={}, verdict=Verdict(VerdictKind.NOT_INSPECTED, fault), timings_ms={}
    )
    any_store.writer.put(lost)
    any_store.writer.flush()

    reader = any_store.reader()
    stored = reader.load(lost.id)
    assert stored.inspection.stack is None
    assert stored.stack is None
    assert stored.inspection.verdict == Verdict(VerdictKind.NOT_INSPECTED, fault)
    assert stored.inspection.frame.fault == fault
    assert stored.image_fault == fault
    assert (stored.inspection.frame.camera, stored.inspection.frame.along_mm) == ("top", 1200.5)
    (line,) = reader.page().lines
    assert (line.inspected, line.size, line.verdict.kind) == (False, None, VerdictKind.NOT_INSPECTED)
    (labels,) = reader.final_labels()
    assert not labels.labelled
    assert labels.stack() is None


def test_labels_from_a_file_need_no_model_and_no_image(any_store: Store) -> None:
    labelled = make_inspection(0, 2, model=None, recipe="", probabilities={}, timings_ms={})
    any_store.writer.put(labelled)
    any_store.writer.flush()
    reader = any_store.reader()
    assert reader.load(labelled.id).inspection.model is None
    (labels,) = reader.final_labels()
    assert labels.size == (HEIGHT, WIDTH)
    assert labels.model is None
    assert labels.rle == {2: rle.encode(class_mask(stack_with(2), 2))}


@pytest.mark.parametrize("count", [8, 9, 33, 64])
def test_every_width_of_mask_stack_survives(store: Store, count: int) -> None:
    taxonomy = make_taxonomy("many", [f"class_{k}" for k in range(1, count + 1)])
    stack = empty_stack(HEIGHT, WIDTH, count)
    stack[1, 1] = stack.dtype.type(1 << (count - 1)) | stack.dtype.type(1)
    inspection = make_inspection(taxonomy=taxonomy, stack=stack, findings=())
    store.writer.put(inspection)
    store.writer.flush()
    after = store.reader().load(inspection.id).inspection.stack
    assert after is not None
    assert after.dtype == stack.dtype
    np.testing.assert_array_equal(after, stack)


def test_a_correction_is_appended_and_the_models_word_stays(any_store: Store) -> None:
    inspection = make_inspection(0, 1)
    any_store.writer.put(inspection)
    first = make_correction(inspection, 2, note="a scratch, not pitting")
    second = make_correction(inspection, 2, 3)
    any_store.writer.save_correction(first).result(30)
    any_store.writer.save_correction(second).result(30)

    stored = any_store.reader().load(inspection.id)
    assert [c.id for c in stored.corrections] == [first.id, second.id]
    assert [c.note for c in stored.corrections] == ["a scratch, not pitting", ""]
    for read, written in zip(stored.corrections, (first, second), strict=True):
        np.testing.assert_array_equal(read.stack, written.stack)
        assert (read.actor, read.station, read.time_utc) == (written.actor, written.station, written.time_utc)
        assert read.taxonomy == written.taxonomy
    np.testing.assert_array_equal(stored.inspection.stack, inspection.stack)
    np.testing.assert_array_equal(stored.stack, second.stack)
    assert stored.review_state is ReviewState.CORRECTED


def test_a_verdict_is_appended(any_store: Store) -> None:
    inspection = make_inspection(0, 1, kind=VerdictKind.REVIEW)
    any_store.writer.put(inspection)
    final = Verdict(VerdictKind.REJECT, Reason("count_over_limit", {"class_title": "Pitting", "count": 4, "limit": 2}))
    any_store.writer.save_verdict(inspection.id, final, "Inspector B").result(30)
    reader = any_store.reader()
    stored = reader.load(inspection.id)
    assert stored.verdicts == (inspection.verdict, final)
    assert stored.inspection.verdict == final
    assert reader.count(InspectionFilter(verdicts=frozenset({VerdictKind.REJECT}))) == 1
    assert reader.page().lines[0].verdict == final


def test_final_labels_are_the_last_decision_and_say_whose(any_store: Store) -> None:
    untouched, corrected, empty, unsure = (make_inspection(n, 1) for n in range(4))
    for inspection in (untouched, corrected, empty, unsure):
        any_store.writer.put(inspection)
    decided = make_correction(corrected, 3)
    save = any_store.writer.save_correction
    save(decided).result(30)
    save(make_correction(corrected, 2, state=ReviewState.UNSURE)).result(30)
    save(make_correction(empty, state=ReviewState.VERIFIED_EMPTY)).result(30)
    save(make_correction(unsure, 2, state=ReviewState.UNSURE)).result(30)

    reader = any_store.reader()
    by_name = {labels.name: labels for labels in reader.final_labels()}
    assert list(by_name) == [f"frame{n:06d}" for n in range(4)]
    model, person, nothing, open_one = by_name.values()
    assert (model.state, model.reviewer, model.time_utc) == (ReviewState.TO_DO, "", None)
    np.testing.assert_array_equal(model.stack(), stack_with(1))
    assert (person.state, person.reviewer, person.time_utc) == (ReviewState.UNSURE, "Inspector A", decided.time_utc)
    np.testing.assert_array_equal(person.stack(), stack_with(3))
    assert (nothing.state, dict(nothing.rle)) == (ReviewState.VERIFIED_EMPTY, {})
    np.testing.assert_array_equal(nothing.stack(), stack_with())
    assert (open_one.state, open_one.reviewer) == (ReviewState.UNSURE, "")
    np.testing.assert_array_equal(open_one.stack(), stack_with(1))

    shown = {labels.name: labels for labels in reader.final_labels(undecided=True)}
    np.testing.assert_array_equal(shown["frame000001"].stack(), stack_with(2))
    np.testing.assert_array_equal(shown["frame000003"].stack(), stack_with(2))


def test_a_correction_that_does_not_fit_is_refused_and_changes_nothing(any_store: Store) -> None:
    inspection = make_inspection(0, 1)
    any_store.writer.put(inspection)
    small = Correction(
        *(new_id(), inspection.id, ReviewState.CORRECTED, empty_stack(4, 4, 3), TAXONOMY),
        *("Inspector A", "Mill 2", datetime.now(UTC)),
    )
    with pytest.raises(StoreError, match="4×4 pixels and its frame 48×32"):
        any_store.writer.save_correction(small).result(30)
    with pytest.raises(StoreError, match="free of defects but holds masks"):
        any_store.writer.save_correction(make_correction(inspection, 1, state=ReviewState.VERIFIED_EMPTY)).result(30)
    with pytest.raises(StoreError, match="not in the store"):
        any_store.writer.save_correction(make_correction(make_inspection(1))).result(30)
    assert any_store.reader().load(inspection.id).corrections == ()


def test_filters(any_store: Store) -> None:
    strip_id = any_store.begin_strip("coil 7", "sim:strip", "standard")
    inspections = [
        make_inspection(0, strip_id=strip_id, name="A_first.png"),
        make_inspection(1, 1, kind=VerdictKind.REJECT),
        make_inspection(2, 1, 2, kind=VerdictKind.REVIEW),
        make_inspection(3, 3, kind=VerdictKind.REJECT, taxonomy=make_taxonomy("other", ["pitting", "x", "y"])),
    ]
    for inspection in inspections:
        any_store.writer.put(inspection)
    any_store.writer.save_correction(make_correction(inspections[1], 3)).result(30)
    reader = any_store.reader()

    def numbers(**given: object) -> list[int]:
        shown = InspectionFilter(**given)  # type: ignore[arg-type]
        found = [line.number for line in reader.listed(shown, descending=False)]
        assert reader.count(shown) == len(found)
        return found

    assert numbers() == [0, 1, 2, 3]
    assert numbers(strip_id=strip_id) == [0]
    assert numbers(verdicts=frozenset({VerdictKind.REJECT, VerdictKind.REVIEW})) == [1, 2, 3]
    assert numbers(states=frozenset({ReviewState.CORRECTED})) == [1]
    assert numbers(class_name="pitting") == [2], "the correction of 1 took its pitting away"
    assert numbers(class_name="scale") == [1]
    assert numbers(since_utc=START + timedelta(seconds=2)) == [2, 3]
    assert numbers(until_utc=START + timedelta(seconds=2)) == [0, 1]
    assert numbers(text="a_FIRST") == [0], "an underscore is no wildcard, case does not count"
    assert numbers(text="a%") == []
    assert numbers(source="folder") == []
    assert numbers(taxonomy=TAXONOMY) == [0, 1, 2]
    assert reader.count_by_state() == {**dict.fromkeys(ReviewState, 0), ReviewState.TO_DO: 3, ReviewState.CORRECTED: 1}
    assert reader.count_by_verdict()[VerdictKind.REJECT] == 2
    assert [taxonomy.name for taxonomy in reader.taxonomies()] == ["steel", "other"]
    classes = {line.number: line.class_names for line in reader.page().lines}
    assert classes == {0: (), 1: ("scale",), 2: ("pitting", "scratch"), 3: ("y",)}


@pytest.mark.parametrize("sort", list(SortBy))
@pytest.mark.parametrize("descending", [True, False])
def test_paging_shows_every_inspection_once_in_order(store: Store, sort: SortBy, descending: bool) -> None:
    _check_paging(store, sort, descending=descending)


def test_paging_is_the_same_on_every_database(any_store: Store) -> None:
    _check_paging(any_store, SortBy.SUSPICION, descending=True)


def _check_paging(store: Store, sort: SortBy, *, descending: bool) -> None:
    inspections = [make_inspection(n // 3, *([1] * (n % 2)), suspicion=(n * 7 % 5) / 8) for n in range(23)]
    for inspection in inspections:
        store.writer.put(inspection)
    store.writer.flush()
    reader = store.reader()
    lines, after = [], None
    while True:
        page = reader.page(sort=sort, descending=descending, after=after, limit=4)
        assert len(page.lines) <= 4
        lines += page.lines
        after = page.next
        if after is None:
            break

    def key(inspection: Inspection) -> tuple[object, str]:
        assert inspection.stack is not None
        values = {
            SortBy.TIME: inspection.frame.time_utc,
            SortBy.SUSPICION: inspection.suspicion,
            SortBy.AREA: int(np.count_nonzero(inspection.stack)),
        }
        return values[sort], inspection.id.hex

    assert [line.id for line in lines] == [i.id for i in sorted(inspections, key=key, reverse=descending)]


def test_strips_are_counted_by_verdict(any_store: Store) -> None:
    first = any_store.begin_strip("coil 1", "sim:strip", "standard")
    any_store.writer.put(make_inspection(0, strip_id=first))
    any_store.writer.put(make_inspection(1, 1, strip_id=first, kind=VerdictKind.REJECT))
    any_store.end_strip(first)
    second = any_store.begin_strip("coil 2", "folder", "thin")
    any_store.writer.flush()
    newest, oldest = any_store.reader().strips()
    assert (newest.id, newest.recipe, newest.ended_utc, newest.frames) == (second, "thin", None, 0)
    assert (oldest.id, oldest.source, oldest.interrupted, oldest.station) == (first, "sim:strip", False, "Mill 2")
    assert oldest.ended_utc is not None
    assert list(oldest.counts.items()) == [
        (VerdictKind.PASS, 1),
        (VerdictKind.REVIEW, 0),
        (VerdictKind.REJECT, 1),
        (VerdictKind.NOT_INSPECTED, 0),
    ]


def test_every_row_says_who_where_and_when_with_a_version_7_key(any_store: Store) -> None:
    from app.store import schema

    inspection = make_inspection(0, 1, image=stack_with(1), kind=VerdictKind.REJECT)
    strip_id = any_store.begin_strip("coil", "sim:strip", "standard")
    any_store.writer.put(inspection)
    any_store.writer.save_correction(make_correction(inspection, 2)).result(30)
    any_store.end_strip(strip_id)
    any_store.writer.flush()
    earliest = datetime.now(UTC) - timedelta(minutes=5)
    with any_store.reader()._engine.connect() as connection:
        for table in schema.metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            assert rows, table.name
            for row in rows:
                assert (row.station, row.actor) == ("Mill 2", "Inspector A"), table.name
                assert row.id.version == 7, table.name
                assert row.time_utc > earliest, table.name
                assert -14 * 60 <= row.offset_min <= 14 * 60


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="The time zone of a process cannot be set here.")
def test_the_stations_offset_stands_beside_the_utc_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        clocks_change = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
        assert offset_min(clocks_change - timedelta(seconds=1)) == 60
        assert offset_min(clocks_change) == 120
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_time_without_a_zone_is_refused(store: Store, events: list[Reason]) -> None:
    naive = Frame("sim:strip", 0, "naive", datetime(2026, 3, 29), None)
    store.writer.put(make_inspection(frame=naive))
    store.writer.flush()
    assert [event.code for event in events] == ["store_refused"]
    assert store.reader().count() == 0


def test_a_finding_names_its_taxonomys_version_and_class(store: Store) -> None:
    from app.store import schema

    renamed = make_taxonomy("steel", ["pits", "scratch", "scale"], version=3)
    store.writer.put(make_inspection(0, 1))
    store.writer.put(make_inspection(1, 1, taxonomy=renamed))
    store.writer.flush()
    finding, taxonomy = schema.finding.c, schema.taxonomy.c
    statement = select(taxonomy.version, finding.class_id, finding.class_name).join_from(
        schema.finding, schema.taxonomy, finding.taxonomy_id == taxonomy.id
    )
    with store.reader()._engine.connect() as connection:
        assert sorted(tuple(row) for row in connection.execute(statement)) == [(2, 1, "pitting"), (3, 1, "pits")]


def test_the_recipes_content_is_kept_with_each_change(store: Store) -> None:
    from app.store import schema

    for gate in (0.4, 0.5, 0.4):
        store.begin_strip("coil", "sim:strip", "standard", {"gate": gate})
        store.writer.put(make_inspection(0))
    store.writer.flush()
    statement = select(schema.recipe.c.content).join_from(
        schema.inspection, schema.recipe, schema.inspection.c.recipe_id == schema.recipe.c.id
    )
    with store.reader()._engine.connect() as connection:
        contents = connection.scalars(statement.order_by(schema.inspection.c.id)).all()
    assert contents == [{"gate": 0.4}, {"gate": 0.5}, {"gate": 0.4}]


def test_numbers_and_names_no_database_takes_are_stored_all_the_same(any_store: Store) -> None:
    odd = make_inspection(
        0,
        1,
        name="bad\udcff\0name.png",
        suspicion=float("nan"),
        probabilities={1: np.float32(0.5), 2: float("nan"), 3: float("inf")},
        recipe="r" * 500,
    )
    any_store.writer.put(odd)
    any_store.writer.flush()
    after = any_store.reader().load(odd.id).inspection
    assert after.frame.name == "bad\\udcffname.png"
    assert (after.suspicion, after.probabilities[1]) == (0.0, 0.5)
    assert np.isnan(after.probabilities[2])
    assert np.isnan(after.probabilities[3])
    assert after.recipe == "r" * 200


def test_what_was_stored_is_there_when_opened_again(
    open_store: Callable[..., Store], url: URL | None, folder: Path
) -> None:
    store = open_store(url=url)
    inspection = make_inspection(0, 1, 2)
    store.writer.put(inspection)
    store.close()
    np.testing.assert_array_equal(open_store(url=url).reader().load(inspection.id).stack, inspection.stack)


def test_a_reader_cannot_write(any_store: Store) -> None:
    from sqlalchemy.exc import DBAPIError

    from app.store import schema

    engine = any_store.reader()._engine
    with engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(schema.audit.delete())


def test_an_inspection_that_is_not_there_is_said_so(store: Store) -> None:
    with pytest.raises(StoreError, match="not in the store"):
        store.reader().load(new_id())


def test_a_listed_line_names_strip_station_reviewer_and_note(any_store: Store) -> None:
    strip = any_store.begin_strip("coil 7", "sim:strip", "standard", {})
    alone, reviewed = make_inspection(0, 1), make_inspection(1, 1, 2, strip_id=strip)
    any_store.writer.put(alone)
    any_store.writer.put(reviewed)
    correction = make_correction(reviewed, 2, 3, note="oil")
    any_store.writer.save_correction(correction).result(10)
    newest, oldest = any_store.reader().page().lines
    assert (newest.strip, newest.station, newest.reviewer, newest.note) == ("coil 7", "Mill 2", "Inspector A", "oil")
    assert (oldest.strip, oldest.station, oldest.reviewer, oldest.note) == ("", "Mill 2", "", "")
    # each class holds a row, and column 0 but for the pixel in that row, the other classes' pixels included
    assert newest.labelled_px == 2 * (WIDTH + HEIGHT - 1)
    assert newest.probabilities == {1: 0.125, 2: 0.25, 3: 0.75}
    assert newest.taxonomy == TAXONOMY
