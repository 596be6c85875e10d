"""The writer thread: order, waiting, and what happens when it cannot write."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, Connection, select
from store_examples import grain, make_correction, make_inspection, stack_with

from app.store import InspectionFilter, Store, StoreBusyError, StoreClosedError, StoreError, schema
from app.store.buffer import Buffer
from app.store.engine import DATABASE_NAME
from app.words.inspection import Verdict, VerdictKind
from app.words.reason import Reason
from models.labels.masks import empty_stack

WAIT_S = 60.0


class Gate:
    """An order that holds the writer until it is opened."""

    def __init__(self, store: Store) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()
        self.done: Future[None] = store.writer._order(self._wait)

    def _wait(self, _connection: Connection) -> None:
        self.entered.set()
        assert self._open.wait(WAIT_S)

    def __enter__(self) -> Gate:
        assert self.entered.wait(WAIT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.set()


class EventList(list[Reason]):
    """Events, and a way to wait for one."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()

    def __call__(self, event: Reason) -> None:
        with self._changed:
            self.append(event)
            self._changed.notify_all()

    def wait_for(self, code: str) -> Reason:
        with self._changed:
            assert self._changed.wait_for(lambda: any(event.code == code for event in self), WAIT_S), list(self)
            return next(event for event in self if event.code == code)


@pytest.fixture
def heard() -> EventList:
    return EventList()


def test_put_waits_while_the_queue_is_full_and_loses_nothing(open_store: Callable[..., Store]) -> None:
    store = open_store(capacity=4)
    with Gate(store):
        for number in range(4):
            store.writer.put(make_inspection(number))
        with pytest.raises(StoreBusyError, match="busy"):
            store.writer.put(make_inspection(4), timeout_s=0.01)
        waiting = threading.Thread(target=store.writer.put, args=(make_inspection(5),))
        waiting.start()
        correction = store.writer.save_correction(make_correction(make_inspection(9)))
        assert not correction.done()
    waiting.join(WAIT_S)
    store.writer.flush()
    assert [line.number for line in store.reader().listed(descending=False)] == [0, 1, 2, 3, 5]
    assert store.writer.stored == 5


def test_closing_writes_what_waits(open_store: Callable[..., Store]) -> None:
    store = open_store()
    with Gate(store):
        for number in range(20):
            store.writer.put(make_inspection(number, 1))
        closer = threading.Thread(target=store.close)
        closer.start()
    closer.join(WAIT_S)
    assert open_store().reader().count() == 20


def test_a_closed_store_takes_nothing_and_says_so(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(StoreClosedError, match="closed"):
        store.writer.put(make_inspection())
    with pytest.raises(StoreClosedError, match="closed"):
        store.writer.save_correction(make_correction(make_inspection()))


def test_whoever_waits_for_room_is_told_when_the_store_closes() -> None:
    buffer: Buffer[int] = Buffer(1)
    buffer.put(1)
    failed: list[BaseException] = []

    def put() -> None:
        try:
            buffer.put(2)
        except StoreClosedError as error:
            failed.append(error)

    thread = threading.Thread(target=put)
    thread.start()
    buffer.close()
    thread.join(WAIT_S)
    assert len(failed) == 1
    assert buffer.take(8, 0.0) == [1]
    assert buffer.take(8, 0.0) == []


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 7))
@settings(deadline=None)
def test_the_buffer_keeps_the_order_of_inspections_and_orders(urgent: list[bool], most: int) -> None:
    buffer: Buffer[int] = Buffer(100)
    for number, is_urgent in enumerate(urgent):
        (buffer.push if is_urgent else buffer.put)(number)
    buffer.close()
    taken: list[int] = []
    while batch := buffer.take(most, 60.0):
        assert len(batch) <= most
        taken += batch
    assert taken == list(range(len(urgent)))


def test_one_refused_inspection_is_named_and_the_others_are_kept(any_store: Store, events: list[Reason]) -> None:
    good = make_inspection(1, 1)
    bits = make_inspection(2, stack=np.full((4, 4), 128, np.uint8), findings=())
    stranger = make_inspection(3, strip_id=make_inspection().id)
    with Gate(any_store):
        for inspection in (good, good, bits, stranger, make_inspection(4)):
            any_store.writer.put(inspection)
    any_store.writer.flush()
    assert [line.number for line in any_store.reader().listed(descending=False)] == [1, 4]
    assert [event.code for event in events] == ["store_refused"] * 3
    # The mask is looked at before the database is asked.
    assert [event.parameters["name"] for event in events] == ["frame000002", "frame000001", "frame000003"]
    assert "Class id 8 is not in taxonomy 'steel'" in str(events[0].parameters["error"])


def test_a_full_disk_keeps_what_is_stored_and_goes_on_when_there_is_room(folder: Path, heard: EventList) -> None:
    noisy = empty_stack(400, 400, 3)
    noisy[::2, ::2] = 1  # a long run-length text: fills pages soon
    with Store.open(folder, "Mill 2", "Inspector A", on_event=heard) as store:
        first = make_inspection(0, 1)
        store.writer.put(first)
        store.writer.flush()

        def limit(connection: Connection) -> None:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")

        store.writer._order(limit).result(WAIT_S)
        for number in range(1, 9):
            store.writer.put(make_inspection(number, stack=noisy, findings=()))
        heard.wait_for("store_full")
        reader = store.reader()
        assert reader.load(first.id).inspection.stack is not None, "what is stored can be read while the disk is full"

        _lift_page_limit(store)
        heard.wait_for("store_recovered")
        store.writer.flush()
        assert reader.count() == 9
        assert [event.code for event in heard] == ["store_full", "store_recovered"], "told once, not at every attempt"
    _check_integrity(folder)


def test_a_store_closed_while_the_disk_is_full_says_how_many_were_not_kept(folder: Path, heard: EventList) -> None:
    store = Store.open(folder, "Mill 2", "Inspector A", on_event=heard)
    store.writer._order(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1")).result(WAIT_S)
    noisy = empty_stack(400, 400, 3)
    noisy[::2, ::2] = 1
    for number in range(3):
        store.writer.put(make_inspection(number, stack=noisy, findings=()))
    heard.wait_for("store_full")
    order = store.writer.save_correction(make_correction(make_inspection()))
    store.close(timeout_s=0.01)
    assert sum(int(event.parameters["count"]) for event in heard if event.code == "store_lost") == 3
    assert isinstance(order.exception(WAIT_S), StoreError)
    with Store.open(folder, "Mill 2", "Inspector A") as again:
        assert again.reader().count() == 0
    _check_integrity(folder)


def test_a_locked_database_is_waited_for(folder: Path, heard: EventList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.engine._BUSY_TIMEOUT_MS", 10)
    with Store.open(folder, "Mill 2", "Inspector A", on_event=heard) as store:
        with closing(sqlite3.connect(folder / DATABASE_NAME, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            store.writer.put(make_inspection(0, 1))
            heard.wait_for("store_locked")
            other.execute("ROLLBACK")
        store.writer.flush()
        assert store.reader().count() == 1
        assert [event.code for event in heard] == ["store_locked", "store_recovered"]


def test_a_reader_sees_whole_inspections_while_the_writer_writes(any_store: Store) -> None:
    reader = any_store.reader()
    count = 150
    problems: list[object] = []
    ready = threading.Event()

    def read() -> None:
        seen = 0
        while seen < count and not problems:
            lines = list(reader.listed(descending=False))
            if len(lines) < seen:
                problems.append((len(lines), seen))
            seen = len(lines)
            ready.set()
            if lines:
                stored = reader.load(lines[-1].id)
                if len(stored.inspection.findings) != 2 or not np.array_equal(stored.stack, stack_with(1, 3)):
                    problems.append(stored.inspection.frame.name)

    thread = threading.Thread(target=read)
    thread.start()
    assert ready.wait(WAIT_S)
    for number in range(count):
        any_store.writer.put(make_inspection(number, 1, 3))
    any_store.writer.flush()
    thread.join(WAIT_S)
    assert not thread.is_alive()
    assert problems == []


def test_verdicts_and_corrections_are_never_changed_or_deleted(store: Store) -> None:
    """Every statement that touches the history is an INSERT."""
    from sqlalchemy import event

    statements: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda _c, _cur, sql, *_: statements.append(sql))
    inspection = make_inspection(0, 1, image=grain(1), kind=VerdictKind.REJECT)
    store.writer.put(inspection)
    store.writer.save_correction(make_correction(inspection, 2)).result(WAIT_S)
    store.writer.save_correction(make_correction(inspection, 3)).result(WAIT_S)
    store.writer.save_verdict(inspection.id, Verdict(VerdictKind.PASS, Reason("clean"))).result(WAIT_S)
    store.writer.hold(inspection.id).result(WAIT_S)
    store.end_strip(store.begin_strip("coil", "sim:strip", "standard"))
    store.writer.flush()
    history = ("verdict", "correction", "correction_mask", "audit", "mask", "finding")
    touching = [sql.split()[:3] for sql in statements if sql.split()[0] in {"UPDATE", "DELETE"}]
    assert touching, "the derived columns are updated"
    assert not [words for words in touching if words[1] in history or words[0] == "DELETE"]


def test_the_actor_can_change_with_the_shift(store: Store) -> None:
    store.writer.put(make_inspection(0))
    store.writer.flush()
    store.writer.actor = "Inspector B"
    store.writer.put(make_inspection(1))
    store.writer.flush()
    with store.reader()._engine.connect() as connection:
        columns = schema.inspection.c
        assert connection.scalars(select(columns.actor).order_by(columns.number)).all() == [
            "Inspector A",
            "Inspector B",
        ]


def test_a_listener_that_fails_does_not_stop_the_writer(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_event: Reason) -> None:
        raise RuntimeError("the window is gone")

    with Store.open(folder, "Mill 2", "Inspector A", on_event=fail) as store:
        store.writer.put(make_inspection(0, strip_id=make_inspection().id))
        store.writer.put(make_inspection(1))
        store.writer.flush()
        assert store.reader().count() == 1
    assert "listener" in caplog.text
    caplog.clear()


def test_a_second_program_is_refused_while_the_first_is_open(store: Store, folder: Path) -> None:
    with pytest.raises(StoreError, match="in use by another StripSight; close that one"):
        Store.open(folder, "Mill 2", "Inspector A")
    store.close()
    Store.open(folder, "Mill 2", "Inspector A").close()


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made"):
        Store.open(tmp_path / "file" / "store", "Mill 2", "Inspector A")


def test_a_file_that_is_no_database_is_one_sentence_and_stays(folder: Path) -> None:
    folder.mkdir()
    (folder / DATABASE_NAME).write_bytes(b"these are a person's notes, not a database" * 50)
    with pytest.raises(StoreError, match="is not a database; restore it from a backup"):
        Store.open(folder, "Mill 2", "Inspector A")
    assert (folder / DATABASE_NAME).read_bytes().startswith(b"these are")


def test_an_unreachable_server_is_one_sentence(folder: Path) -> None:
    url = URL.create("postgresql+pg8000", "strip", host="127.0.0.1", port=1, database="store")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(folder, "Mill 2", "Inspector A", url=url)
    Store.open(folder, "Mill 2", "Inspector A").close()


def test_a_strip_left_open_by_a_program_that_ended_is_marked(open_store: Callable[..., Store]) -> None:
    store = open_store()
    strip_id = store.begin_strip("coil 7", "sim:strip", "standard")
    store.writer.put(make_inspection(0, strip_id=strip_id))
    store.close()
    (strip,) = open_store().reader().strips()
    assert strip.interrupted
    assert strip.ended_utc is not None
    assert strip.ended_utc >= strip.begun_utc
    assert strip.frames == 1


def test_the_filter_of_a_strip_that_is_not_there_is_empty(store: Store) -> None:
    assert store.reader().count(InspectionFilter(strip_id=make_inspection().id)) == 0
    assert store.reader().page(InspectionFilter(strip_id=make_inspection().id)).next is None


def _lift_page_limit(store: Store) -> None:
    """Raise the limit between two attempts of the writer, on its own connection."""
    connection = store._engine.raw_connection()  # waits while the writer has it: there is only one
    connection.cursor().execute("PRAGMA max_page_count = 1000000")
    connection.close()


def _check_integrity(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
