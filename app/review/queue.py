"""The review queue: which inspections are listed, in which order, and where the reviewer stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.review.ports import ReviewItem
from app.review.queue_filter import QueueFilter
from app.words.correction import ReviewState
from app.words.inspection import VerdictKind

__all__ = ["Order", "QueueFilter", "ReviewQueue", "ordered"]

_DIGITS = re.compile(r"(\d+)", re.ASCII)
_STATE_RANK = {ReviewState.TO_DO: 0, ReviewState.UNSURE: 1}
_VERDICT_RANK = {VerdictKind.REVIEW: 0, VerdictKind.REJECT: 1, VerdictKind.NOT_INSPECTED: 2, VerdictKind.PASS: 3}


class Order(StrEnum):
    """What a queue is sorted by."""

    SUSPICION = "suspicion"
    """To do first, the most suspicious first; then unsure ones, then what is done."""
    AREA = "area"
    """The largest labelled area first."""
    TIME = "time"
    """The newest frame first."""
    NAME = "name"
    """By name, numbers in it by their value."""


def ordered(items: Iterable[ReviewItem], order: Order = Order.SUSPICION) -> tuple[ReviewItem, ...]:
    """The items in an order; equal ones stand by name.

    By suspicion, frames without an image stand behind the others of their state, for there is nothing to look at, and
    equally suspicious ones by verdict (review, reject, not inspected, pass).
    """
    return tuple(sorted(items, key=_KEYS[order]))


def _by_suspicion(item: ReviewItem) -> tuple[Any, ...]:
    verdict = len(_VERDICT_RANK) if item.verdict is None else _VERDICT_RANK[item.verdict]
    state = _STATE_RANK.get(item.state, 2)
    return state, not item.readable, -item.suspicion, verdict, item.name, item.id.int


def _by_area(item: ReviewItem) -> tuple[Any, ...]:
    return -item.area_px, item.name, item.id.int


def _by_time(item: ReviewItem) -> tuple[Any, ...]:
    return -item.time_utc.timestamp(), item.name, item.id.int


def _by_name(item: ReviewItem) -> tuple[Any, ...]:
    # the pieces alternate between text and number, so that places are comparable
    pieces = tuple(int(part) if place % 2 else part for place, part in enumerate(_DIGITS.split(item.name.casefold())))
    return pieces, item.time_utc, item.id.int


_KEYS: dict[Order, Callable[[ReviewItem], tuple[Any, ...]]] = {
    Order.SUSPICION: _by_suspicion,
    Order.AREA: _by_area,
    Order.TIME: _by_time,
    Order.NAME: _by_name,
}


class ReviewQueue:
    """The listed items and the current one.

    The order is made when items or the filter are set and then stays: a frame that gets its decision keeps its place
    under the reviewer's eyes until the queue is refreshed.
    """

    def __init__(self, items: Iterable[ReviewItem] = (), shown: QueueFilter | None = None) -> None:
        self._all: dict[UUID, ReviewItem] = {}
        self._listed: list[UUID] = []
        self._places: dict[UUID, int] = {}
        # whole, by order, so that typing a name sorts nothing; until an item changes
        self._sorted: dict[Order, Sequence[ReviewItem]] = {}
        self._filter = shown or QueueFilter()
        self._order = Order.SUSPICION
        self._changes = 0
        self._current: UUID | None = None
        self.set_items(items)

    @property
    def listed(self) -> Sequence[ReviewItem]:
        """The items the filter admits, in order."""
        return [self._all[item_id] for item_id in self._listed]

    @property
    def all(self) -> Collection[ReviewItem]:
        """Every item, listed or not."""
        return self._all.values()

    @property
    def current(self) -> ReviewItem | None:
        """The item being looked at; it may stand outside the filter once its state has changed."""
        return None if self._current is None else self._all.get(self._current)

    @property
    def changes(self) -> int:
        """How often items have been set or updated: the same number, the same items."""
        return self._changes

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes found anywhere in the queue, by name."""
        return tuple(sorted({name for item in self._all.values() for name in item.class_names}))

    def __len__(self) -> int:
        return len(self._listed)

    def set_items(self, items: Iterable[ReviewItem]) -> None:
        """Take a new list; the current item stays current where it is still there."""
        self._all = {item.id: item for item in items}
        self._sorted.clear()
        self._changes += 1
        if self._current not in self._all:
            self._current = None
        self._list()

    def set_filter(self, shown: QueueFilter, order: Order = Order.SUSPICION) -> None:
        """List by another filter, in this order."""
        self._filter, self._order = shown, order
        self._list()

    def update(self, item: ReviewItem) -> None:
        """An item has changed; its place stays."""
        self._all[item.id] = item
        self._sorted.clear()
        self._changes += 1

    def item(self, item_id: UUID) -> ReviewItem | None:
        """The item with this id."""
        return self._all.get(item_id)

    def select(self, item_id: UUID) -> ReviewItem | None:
        """Make an item the current one; ``None`` where the queue does not hold it."""
        if item_id in self._all:
            self._current = item_id
        return self._all.get(item_id)

    def neighbour(self, step: int) -> ReviewItem | None:
        """The listed item ``step`` places after the current one (before it where negative); ``None`` past an end."""
        if not self._listed:
            return None
        here = None if self._current is None else self._places.get(self._current)
        if here is None:
            return self._all[self._listed[0 if step > 0 else -1]]
        place = here + step
        return self._all[self._listed[place]] if 0 <= place < len(self._listed) else None

    def around(self, before: int, after: int) -> Sequence[ReviewItem]:
        """The current item and up to so many listed ones before and after it, in order.

        Where it is not listed, the first ones of the list: that is where one goes on.
        """
        here = None if self._current is None else self._places.get(self._current)
        stretch = slice(after) if here is None else slice(max(here - before, 0), here + after + 1)
        return [self._all[item_id] for item_id in self._listed[stretch]]

    def next_to_do(self) -> ReviewItem | None:
        """The next listed item nobody decided on after the current one, from the top again past the end.

        One without an image is passed over: it cannot be decided.
        """
        start = 0 if self._current is None else self._places.get(self._current, -1) + 1
        for item_id in self._listed[start:] + self._listed[:start]:
            item = self._all[item_id]
            if item_id != self._current and item.state is ReviewState.TO_DO and item.readable:
                return item
        return None

    def _list(self) -> None:
        if self._order not in self._sorted:
            self._sorted[self._order] = ordered(self._all.values(), self._order)
        self._listed = [item.id for item in self._sorted[self._order] if self._filter.admits(item)]
        self._places = {item_id: place for place, item_id in enumerate(self._listed)}
