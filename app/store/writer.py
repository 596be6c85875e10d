"""The writer thread: it alone owns the connection that writes. Everything else asks it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.store import writes
from app.store.buffer import Buffer
from app.store.columns import Stamp, new_id
from app.store.errors import StoreClosedError, StoreError, one_line
from app.store.images import ImageFolder, ImagePolicy
from app.store.keeper import ImageKeeper
from app.store.patience import OnEvent, Patience
from app.store.records import Record, record
from app.store.references import References
from app.words.correction import Correction
from app.words.frame import Image
from app.words.inspection import Inspection, Verdict
from app.words.reason import Reason

T = TypeVar("T")

CAPACITY = 32
"""Inspections that may wait, with their images, before ``put`` waits."""
_BATCH = 64
_BATCH_WINDOW_S = 0.1
_STOP_TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Order(Generic[T]):
    """Something other than an inspection to write, in a transaction of its own."""

    write: Callable[[Connection], T]
    done: Future[T]


class StoreWriter:
    """Writes inspections in batches and a person's orders at once, in the order they came.

    ``put`` and the orders may be called from any thread. A full disk or a locked database makes the writer wait and
    try again, and says so once through ``on_event`` (on the writer's thread); an inspection that can never be written
    is named there and the rest goes on. ``actor`` is who the line works for; it may be set at a change of shift.
    """

    def __init__(
        self,
        engine: Engine,
        images: ImageFolder,
        station: str,
        actor: str,
        *,
        policy: ImagePolicy | None = None,
        on_event: OnEvent | None = None,
        capacity: int = CAPACITY,
    ) -> None:
        self.station = station
        self.actor = actor
        self._engine = engine
        self._patience = Patience(on_event)
        self._keeper = ImageKeeper(images, policy or ImagePolicy(), self._patience.tell)
        self._references = References()
        self._buffer: Buffer[Inspection | _Order[Any]] = Buffer(capacity)
        self._batch = min(_BATCH, capacity)
        self._stored = 0
        # Writes what ``put`` and the orders hand over; ends in ``stop``. A daemon only for a process that is torn down.
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    @property
    def backlog(self) -> int:
        """How many inspections and orders wait."""
        return len(self._buffer)

    @property
    def stored(self) -> int:
        """How many inspections this writer has committed."""
        return self._stored

    def start(self) -> None:
        """Start the thread."""
        with self._engine.connect() as connection:
            self._keeper.count(connection)
        self._thread.start()

    def put(self, inspection: Inspection, timeout_s: float | None = None) -> None:
        """Hand over an inspection; waits while the queue is full.

        Raises ``StoreBusyError`` after ``timeout_s`` and ``StoreClosedError`` once the store is closed.
        """
        self._buffer.put(inspection, timeout_s)

    def save_correction(self, correction: Correction, image: Image | None = None) -> Future[None]:
        """Append a correction; the future ends when it is on disk, or with a ``StoreError``.

        ``image`` is kept where the inspection's image was not, so that what a reviewer touched can be learnt from.
        """
        return self._order(partial(self._write_correction, correction, image))

    def save_verdict(self, inspection_id: UUID, verdict: Verdict, actor: str | None = None) -> Future[None]:
        """Append a verdict to an inspection; the earlier ones stay."""
        return self._order(
            lambda connection: writes.append_verdict(connection, inspection_id, verdict, self._stamp(actor))
        )

    def hold(self, inspection_id: UUID, *, held: bool = True, actor: str | None = None) -> Future[None]:
        """Keep an inspection's image from the quota, or release it."""
        return self._order(
            lambda connection: writes.hold(connection, inspection_id, held=held, stamp=self._stamp(actor))
        )

    def begin_strip(self, name: str, source: str, recipe: str, content: Mapping[str, Any] | None = None) -> UUID:
        """Begin a strip; its id can be used at once. ``content`` is what the recipe says, kept with its name."""
        strip = (new_id(), name, source)
        stated = (recipe, dict(content or {}))
        begun = self._order(
            lambda connection: writes.begin_strip(connection, self._references, strip, stated, self._stamp())
        )
        begun.add_done_callback(partial(self._tell_failed, name))
        return strip[0]

    def end_strip(self, strip_id: UUID) -> None:
        """End a strip."""
        ended = self._order(lambda connection: writes.end_strip(connection, strip_id, self._stamp()))
        ended.add_done_callback(partial(self._tell_failed, str(strip_id)))

    def flush(self, timeout_s: float | None = 60.0) -> None:
        """Wait until everything handed over so far is on disk. Raises ``TimeoutError``."""
        self._order(lambda _connection: None).result(timeout_s)

    def stop(self, timeout_s: float = _STOP_TIMEOUT_S) -> None:
        """Write what waits and end. What cannot be written in ``timeout_s`` is counted in an event."""
        self._buffer.close()
        if not self._thread.is_alive():
            return
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self._patience.give_up()
            self._thread.join(_STOP_TIMEOUT_S)

    def _order(self, write: Callable[[Connection], T]) -> Future[T]:
        done: Future[T] = Future()
        self._buffer.push(_Order(write, done))
        return done

    def _stamp(self, actor: str | None = None) -> Stamp:
        return Stamp.now(self.station, actor or self.actor)

    def _tell_failed(self, name: str, done: Future[None]) -> None:
        if not done.cancelled() and (error := done.exception()) is not None:
            self._refuse(name, error)

    def _refuse(self, name: str, error: BaseException) -> None:
        self._patience.tell(Reason("store_refused", {"name": name, "error": one_line(_cause(error))}))

    # From here on: the thread.

    def _run(self) -> None:
        while batch := self._buffer.take(self._batch, _BATCH_WINDOW_S):
            try:
                self._write(batch)
            except Exception as error:  # noqa: BLE001 - the thread lives on: the next inspections have to be kept
                _log.exception("The store's writer met an error it does not know.")
                self._patience.tell(Reason("store_failed", {"error": one_line(error)}))
            batch.clear()  # else their images stay in memory until the next ones come

    def _write(self, batch: Sequence[Inspection | _Order[Any]]) -> None:
        for is_order, items in groupby(batch, lambda item: isinstance(item, _Order)):
            if is_order:
                self._obey(items)
            else:
                self._keep(items)
            self._keep_quota()

    def _obey(self, orders: Iterator[Any]) -> None:
        for order in orders:
            if not order.done.set_running_or_notify_cancel():
                continue
            try:
                result = self._patience.until_done(partial(self._transact, order.write))
            except DBAPIError as error:
                order.done.set_exception(StoreError(f"The store refused it: {one_line(_cause(error))}."))
            except Exception as error:  # noqa: BLE001 - whoever gave the order gets the error
                order.done.set_exception(error)
            else:
                order.done.set_result(result)
        self._keeper.decided()

    def _keep(self, inspections: Iterator[Any]) -> None:
        records = [made for inspection in inspections if (made := self._make(inspection)) is not None]
        try:
            self._write_records(records)
        except StoreClosedError:
            self._patience.tell(Reason("store_lost", {"count": len(records)}))
        except Exception:  # noqa: BLE001 - one of them is refused; named below, where the others are kept
            for made in records:
                self._keep_alone(made)

    def _keep_alone(self, made: Record) -> None:
        try:
            self._write_records([made])
        except StoreClosedError:
            self._patience.tell(Reason("store_lost", {"count": 1}))
        except Exception as error:  # noqa: BLE001 - told, and the rest goes on
            self._refuse(made.name, error)

    def _make(self, inspection: Inspection) -> Record | None:
        stamp = self._stamp()
        try:
            return record(inspection, stamp, self._patience.until_done(partial(self._keeper.keep, inspection, stamp)))
        except StoreClosedError:
            self._patience.tell(Reason("store_lost", {"count": 1}))
        except Exception as error:  # noqa: BLE001 - told, and the rest goes on
            self._refuse(inspection.frame.name, error)
        return None

    def _write_records(self, records: Sequence[Record]) -> None:
        if not records:
            return
        write = partial(writes.insert_records, references=self._references, records=records, stamp=self._stamp())
        self._patience.until_done(partial(self._transact, write))
        self._stored += len(records)
        self._keeper.stored(made.image for made in records)

    def _write_correction(self, correction: Correction, image: Image | None, connection: Connection) -> None:
        writes.append_correction(connection, self._references, correction)
        if image is not None and not writes.has_image(connection, correction.inspection_id):
            stamp = Stamp.now(correction.station, correction.actor)
            writes.put_image(connection, self._keeper.keep_touched(correction, image, stamp))
            self._keeper.count(connection)

    def _keep_quota(self) -> None:
        if self._keeper.over_quota():
            mark = partial(self._keeper.mark, stamp=self._stamp())
            self._keeper.delete(self._patience.until_done(partial(self._transact, mark)))

    def _transact(self, write: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return write(connection)
        except BaseException:
            self._references.forget()  # what they remember may have been rolled back
            raise


def _cause(error: BaseException) -> object:
    """What the database said, without the statement SQLAlchemy adds to it."""
    return error.orig if isinstance(error, DBAPIError) else error
