"""The review queue: which inspections are listed, in which order, and where the reviewer stands in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.review.ports import ReviewItem
from app.words.correction import ReviewState
from app.words.inspection import VerdictKind

_STATE_RANK = {ReviewState.TO_DO: 0, ReviewState.UNSURE: 1}
_VERDICT_RANK = {VerdictKind.REVIEW: 0, VerdictKind.REJECT: 1, VerdictKind.NOT_INSPECTED: 2, VerdictKind.PASS: 3}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What of the queue is listed; an empty field lists all."""

    states: frozenset[ReviewState] = frozenset()
    verdict: VerdictKind | None = None
    class_name: str = ""
    text: str = ""

    def admits(self, item: ReviewItem) -> bool:
        """Whether an item is listed."""
        return (
            (not self.states or item.state in self.states)
            and (self.verdict is None or item.verdict is self.verdict)
            and (not self.class_name or self.class_name in item.class_names)
            and self.text.casefold() in item.name.casefold()
        )


def ordered(items: Iterable[ReviewItem]) -> tuple[ReviewItem, ...]:
    """To do first, by suspicion, the most suspicious first; then unsure ones, then what is done.

    Frames without an image stand behind the others of their state: there is nothing to look at. Equally suspicious
    ones stand by verdict (review, reject, not inspected, pass) and then by name.
    """

    def rank(item: ReviewItem) -> tuple[int, bool, float, int, str, str]:
        verdict = len(_VERDICT_RANK) if item.verdict is None else _VERDICT_RANK[item.verdict]
        return _STATE_RANK.get(item.state, 2), not item.readable, -item.suspicion, verdict, item.name, str(item.id)

    return tuple(sorted(items, key=rank))


class ReviewQueue:
    """The listed items and the current one.

    The order is made when items or the filter are set and then stays: a frame that gets its decision keeps its place
    under the reviewer's eyes until the queue is refreshed.
    """

    def __init__(self, items: Iterable[ReviewItem] = (), shown: QueueFilter | None = None) -> None:
        self._all: dict[UUID, ReviewItem] = {}
        self._listed: list[UUID] = []
        self._filter = shown or QueueFilter()
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
    def class_names(self) -> tuple[str, ...]:
        """The classes found anywhere in the queue, by name."""
        return tuple(sorted({name for item in self._all.values() for name in item.class_names}))

    def __len__(self) -> int:
        return len(self._listed)

    def set_items(self, items: Iterable[ReviewItem]) -> None:
        """Take a new list; the current item stays current where it is still there."""
        self._all = {item.id: item for item in items}
        if self._current not in self._all:
            self._current = None
        self._list()

    def set_filter(self, shown: QueueFilter) -> None:
        """List by another filter."""
        self._filter = shown
        self._list()

    def update(self, item: ReviewItem) -> None:
        """An item has changed; its place stays."""
        self._all[item.id] = item

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
        if self._current not in self._listed:
            return self._all[self._listed[0 if step > 0 else -1]]
        place = self._listed.index(self._current) + step
        return self._all[self._listed[place]] if 0 <= place < len(self._listed) else None

    def next_to_do(self) -> ReviewItem | None:
        """The next listed item nobody decided on after the current one, from the top again past the end.

        One without an image is passed over: it cannot be decided.
        """
        start = self._listed.index(self._current) + 1 if self._current in self._listed else 0
        for item_id in self._listed[start:] + self._listed[:start]:
            item = self._all[item_id]
            if item_id != self._current and item.state is ReviewState.TO_DO and item.readable:
                return item
        return None

    def _list(self) -> None:
        admitted = (item for item in self._all.values() if self._filter.admits(item))
        self._listed = [item.id for item in ordered(admitted)]
