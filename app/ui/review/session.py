"""ReviewSession: opens, keeps and saves the cases of one review store, without ever making the page wait."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.review.bulk import BulkPlan, BulkReport, Change, LeftAlone, Progress, do_change, plan_change
from app.review.journal import JournalFolder
from app.review.open_case import OpenCase, Reviewer, SaveStatus
from app.review.pace import Pace
from app.review.ports import PERSONS_WORD, ReviewCase, ReviewError, ReviewItem, ReviewStore
from app.review.queue import Order, QueueFilter, ReviewQueue
from app.words.correction import Correction, ReviewState
from models.labels.masks import class_mask, classes_present
from models.labels.taxonomy import Taxonomy

KEPT_CASES = 8
"""Cases whose undo history survives going on to other frames."""
RETRY_EVERY_MS = 5_000
_SAVE_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True)
class _Listing:
    """The queue as it was read."""

    items: Sequence[ReviewItem]
    taxonomies: tuple[Taxonomy, ...]
    counts: Mapping[ReviewState, int]


class ReviewSession(QObject):
    """The queue and the open cases of one store.

    Images and lists are read on a thread of its own; an answer whose question is out of date is dropped.

    Signals:
        queue_listed(): the queue's items or their order have changed.
        item_changed(object): one ``ReviewItem`` has changed in place.
        case_opened(object): the ``OpenCase`` now to be worked on.
        case_unopenable(object, str): a ``ReviewCase`` that cannot be worked on (or ``None``), and why.
        status_changed(): the current case's save status may have changed.
        failed(str): a sentence about something that went wrong.
        saved(): a correction that could not be saved has been saved after all.
    """

    queue_listed = Signal()
    item_changed = Signal(object)
    case_opened = Signal(object)
    case_unopenable = Signal(object, str)
    status_changed = Signal()
    failed = Signal(str)
    saved = Signal()
    _answered = Signal(object, object)
    _changed = Signal(object, object)

    def __init__(
        self, store: ReviewStore, journals: JournalFolder, reviewer: Reviewer, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.store = store
        self.queue = ReviewQueue()
        self.pace = Pace()
        self.taxonomies: tuple[Taxonomy, ...] = ()
        self._counts: Counter[ReviewState] = Counter()
        self._journals = journals
        self._reviewer = reviewer
        self._cases: OrderedDict[UUID, OpenCase] = OrderedDict()
        self._loading: dict[UUID, Future[ReviewCase]] = {}
        self._wanted: UUID | None = None
        self._list_asked: object = None
        self._edited: frozenset[UUID] = frozenset()
        self._saves: set[Future[None]] = set()
        self._closed = False
        # reads lists and images, so that the page never waits for a disk; ended by close()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="review-reader")
        self._retry = QTimer(self, interval=RETRY_EVERY_MS)
        self._retry.timeout.connect(self.retry)
        self._held: set[UUID] = set()
        self._answered.connect(self._on_answered, Qt.ConnectionType.QueuedConnection)
        self._changed.connect(self._on_changed, Qt.ConnectionType.QueuedConnection)

    @property
    def current(self) -> OpenCase | None:
        """The case being worked on."""
        return None if self._wanted is None else self._cases.get(self._wanted)

    @property
    def progress(self) -> tuple[int, int]:
        """(reviewed, all), of the whole store whatever is listed."""
        return sum(self._counts[state] for state in PERSONS_WORD), self._counts.total()

    @property
    def loading(self) -> bool:
        """Whether the wanted case is still being read."""
        return self._wanted is not None and self._wanted not in self._cases and self._wanted not in self._held

    @property
    def saves(self) -> tuple[Future[None], ...]:
        """The corrections on their way to the store."""
        return tuple(self._saves)

    def edited(self, item_id: UUID) -> bool:
        """Whether strokes stand in an item's journal that nobody has decided on."""
        case = self._cases.get(item_id)
        return case.edited if case is not None else item_id in self._edited

    # The queue

    def refresh(self) -> None:
        """Read the queue anew."""
        self._list_asked = object()
        self.ask(self._read_queue, partial(self._take_items, self._list_asked))
        self._edited = self._journals.pending()

    def set_filter(self, shown: QueueFilter, order: Order = Order.SUSPICION) -> None:
        """List by another filter, in this order."""
        self.queue.set_filter(shown, order)
        self.queue_listed.emit()

    def step(self, places: int) -> None:
        """Go so many places down the list, or up where negative."""
        neighbour = self.queue.neighbour(places)
        if neighbour is not None:
            self.open(neighbour.id)

    def open_next_to_do(self) -> bool:
        """Go to the next item nobody has decided on; whether there is one."""
        item = self.queue.next_to_do()
        if item is not None:
            self.open(item.id)
        return item is not None

    def open(self, item_id: UUID) -> None:
        """Bring an item to the table; ``case_opened`` or ``case_unopenable`` follows, at once where it is at hand."""
        if self.queue.select(item_id) is None:
            return
        self._wanted = item_id
        case = self._cases.get(item_id)
        if item_id in self._held:
            self._say_held()
        elif case is not None:
            self._cases.move_to_end(item_id)
            self._show(case)
        else:
            self._load(item_id)
            self.status_changed.emit()

    # Decisions

    def decide(self, state: ReviewState) -> bool:
        """Save the current case with this decision; whether it was handed over."""
        case = self.current
        if case is None:
            return False
        self.pace.note(time.monotonic())
        return self._hand_over(case, state)

    def retry(self) -> None:
        """Try again to save what the store refused."""
        for case in list(self._cases.values()):
            if case.refused_state is not None:
                self._hand_over(case, case.refused_state)

    def close(self) -> None:
        """End the thread and let go of the journals; waits a bounded time for corrections on their way."""
        self._closed = True
        self._retry.stop()
        wait(self._saves, timeout=_SAVE_LIMIT_S)
        self._reader.shutdown(wait=True, cancel_futures=True)
        for case in self._cases.values():
            case.close()
        self._cases.clear()

    # Changes to many frames

    def planning(self, change: Change, items: Sequence[ReviewItem]) -> Callable[[Progress], BulkPlan]:
        """The work that says what a change would do to these items, for a thread of the caller's."""
        unsaved = {item.id for item in items if self.edited(item.id)} | self._journals.pending()
        return partial(plan_change, change, items, self.store, unsaved)

    def changing(self, plan: BulkPlan) -> Callable[[Progress], BulkReport]:
        """The work that does what was planned, for a thread of the caller's; after ``hold`` and before ``release``."""
        return partial(do_change, plan, self.store, self._journals, self._reviewer, self._changed.emit)

    def hold(self, plan: BulkPlan) -> BulkPlan:
        """Let nobody open the plan's frames until they are changed or released.

        The plan comes back without those in which strokes have been drawn or a save is under way since it was made.
        """
        busy = {item_id for item_id, case in self._cases.items() if case.status is not SaveStatus.CLEAN}
        names = [item.name for item_id in plan.frames if item_id in busy and (item := self.queue.item(item_id))]
        alone = {**plan.left_alone}
        if names:
            alone[LeftAlone.UNSAVED] = (*alone.get(LeftAlone.UNSAVED, ()), *names)
        plan = replace(plan, frames=tuple(one for one in plan.frames if one not in busy), left_alone=alone)
        self._held = set(plan.frames)
        for item_id in self._held & self._cases.keys():
            self._cases.pop(item_id).close()
        if self._wanted in self._held:
            self._say_held()
        return plan

    def release(self) -> None:
        """Let every frame be opened again."""
        again = self._wanted in self._held
        self._held = set()
        if again and self._wanted is not None:
            self.open(self._wanted)

    @Slot(object, object)
    def _on_changed(self, item_id: UUID, correction: Correction) -> None:
        before = self.queue.item(item_id)
        if before is not None and not self._closed:
            self._held.discard(item_id)
            self._change(corrected(before, correction))
            if self._wanted == item_id:
                self.open(item_id)

    def _say_held(self) -> None:
        self.case_unopenable.emit(None, self.tr("This frame is being changed with others; it opens when it is saved."))

    # Background work

    def opened(self, item_id: UUID) -> OpenCase | None:
        """The case of an item that has been on the table lately, its strokes in it."""
        return self._cases.get(item_id)

    def ask(self, work: Callable[[], Any], take: Callable[[Any, BaseException | None], None]) -> Future[Any]:
        """Do work on the thread that reads; ``take`` is given its result, or its error, in this object's thread."""
        future: Future[Any] = self._reader.submit(work)
        future.add_done_callback(partial(self._pass_on, take))
        return future

    def _pass_on(self, take: Callable[..., None], future: Future[object]) -> None:
        """Called on whatever thread finished the future."""
        if not self._closed and not future.cancelled():
            self._answered.emit(take, future)

    @Slot(object, object)
    def _on_answered(self, take: Callable[..., None], future: Future[object]) -> None:
        if self._closed:
            return
        error = future.exception()
        take(None if error is not None else future.result(), error)

    def _read_queue(self) -> _Listing:
        """Called on the reading thread."""
        return _Listing(self.store.items(), tuple(self.store.taxonomies()), self.store.counts())

    def _take_items(self, asked: object, listing: _Listing | None, error: BaseException | None) -> None:
        if asked is not self._list_asked:
            return
        if listing is None:
            self.failed.emit(self.tr("The queue cannot be read: {error}").format(error=error))
            return
        self.taxonomies = listing.taxonomies
        self._counts = Counter(listing.counts)
        self.queue.set_items(listing.items)
        self.queue_listed.emit()

    def _load(self, item_id: UUID) -> None:
        """Ask for a case, unless it has been asked for; loads nobody waits for any more are given up."""
        for other in [one for one in self._loading if one != item_id]:
            if self._loading[other].cancel():
                del self._loading[other]
        if item_id not in self._loading:
            future = self.ask(partial(self.store.load, item_id), partial(self._take_case, item_id))
            self._loading[item_id] = future

    def _take_case(self, item_id: UUID, loaded: ReviewCase | None, error: BaseException | None) -> None:
        self._loading.pop(item_id, None)
        wanted = item_id == self._wanted
        if item_id in self._held:
            return
        if loaded is None:
            if wanted:
                self.case_unopenable.emit(None, str(error))
            return
        if loaded.stack is None:
            if wanted:
                self.case_unopenable.emit(loaded, "")
                self._prefetch()
            return
        if item_id not in self._cases:
            self._cases[item_id] = OpenCase(loaded, self._journals)
            self._forget()
        if wanted:
            self._show(self._cases[item_id])

    def _show(self, case: OpenCase) -> None:
        self.case_opened.emit(case)
        self._prefetch()

    def _prefetch(self) -> None:
        """Read the next item while this one is looked at."""
        for item in (self.queue.next_to_do(), self.queue.neighbour(1)):
            if item is not None and item.id not in {*self._cases, *self._loading, *self._held}:
                future = self.ask(partial(self.store.load, item.id), partial(self._take_case, item.id))
                self._loading[item.id] = future
                return

    def _forget(self) -> None:
        """Let go of the cases looked at longest ago; never of one that is not safe."""
        for item_id in list(self._cases):
            if len(self._cases) <= KEPT_CASES:
                return
            case = self._cases[item_id]
            if item_id != self._wanted and case.status in (SaveStatus.CLEAN, SaveStatus.EDITED):
                self._edited = self._edited | {item_id} if case.edited else self._edited - {item_id}
                case.close()
                del self._cases[item_id]

    # Saving

    def _hand_over(self, case: OpenCase, state: ReviewState) -> bool:
        before = self.queue.item(case.id)
        try:
            correction = case.hand_over(state, self._reviewer)
        except ReviewError as error:
            self.failed.emit(str(error))
            return False
        try:
            future = self.store.save_correction(correction, case.case.image)
        except ReviewError as error:
            self._take_saved(case, correction, before, None, error)
            return False
        self._saves.add(future)
        future.add_done_callback(self._saves.discard)
        future.add_done_callback(partial(self._pass_on, partial(self._take_saved, case, correction, before)))
        if before is not None:
            self._change(corrected(before, correction))
        self.status_changed.emit()
        return True

    def _take_saved(
        self,
        case: OpenCase,
        correction: Correction,
        before: ReviewItem | None,
        _nothing: object,
        error: BaseException | None,
    ) -> None:
        if error is None:
            was_refused = self._retry.isActive()
            case.stored(correction)
            if not any(one.refused_state is not None for one in self._cases.values()):
                self._retry.stop()
                if was_refused:
                    self.saved.emit()
        else:
            case.refused(correction, error)
            if before is not None:
                self._change(before)
            self.failed.emit(case.problem)
            self._retry.start()
        self.status_changed.emit()

    def _change(self, item: ReviewItem) -> None:
        before = self.queue.item(item.id)
        if before is not None:
            self._counts[before.state] -= 1
            self._counts[item.state] += 1
        self.queue.update(item)
        self.item_changed.emit(item)


def corrected(item: ReviewItem, correction: Correction) -> ReviewItem:
    """An item once its correction is its latest labels."""
    present = classes_present(correction.stack)
    return replace(
        item,
        state=correction.state,
        class_names=tuple(correction.taxonomy.by_id(class_id).name for class_id in present),
        area_px=sum(int(class_mask(correction.stack, class_id).sum()) for class_id in present),
        reviewer=correction.actor,
        note=correction.note,
        doubts=item.doubts if correction.state is ReviewState.UNSURE else (),
    )
