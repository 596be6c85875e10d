"""The queue before the writer: bounded for inspections, open for a person's few orders, emptied in batches."""

from __future__ import annotations

import time
from collections import deque
from threading import Condition
from typing import Generic, TypeVar

from app.store.errors import StoreBusyError, StoreClosedError

T = TypeVar("T")


class Buffer(Generic[T]):
    """First in, first out. ``put`` waits while ``capacity`` items that had to wait for room are inside."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._items: deque[tuple[T, bool]] = deque()
        self._bounded = 0
        self._urgent = 0
        self._closed = False
        self._changed = Condition()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T, timeout_s: float | None = None) -> None:
        """Add an item, waiting for room. Raises ``StoreBusyError`` after ``timeout_s``."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or self._bounded < self._capacity, timeout_s):
                raise StoreBusyError("The store is busy and takes no inspection; wait, or look at its last message.")
            self._refuse_if_closed()
            self._items.append((item, False))
            self._bounded += 1
            self._changed.notify_all()

    def push(self, item: T) -> None:
        """Add an urgent item at once; it ends the batch that is being gathered."""
        with self._changed:
            self._refuse_if_closed()
            self._items.append((item, True))
            self._urgent += 1
            self._changed.notify_all()

    def take(self, most: int, window_s: float) -> list[T]:
        """Up to ``most`` items: waits for the first, then ``window_s`` for more. Empty once closed and emptied."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            until = time.monotonic() + window_s
            self._changed.wait_for(
                lambda: self._closed or self._urgent or len(self._items) >= most, until - time.monotonic()
            )
            batch: list[T] = []
            while self._items and len(batch) < most:
                item, urgent = self._items.popleft()
                self._urgent -= urgent
                self._bounded -= not urgent
                batch.append(item)
            self._changed.notify_all()
            return batch

    def close(self) -> None:
        """Take nothing more; whoever waits for room is told, and what is inside can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise StoreClosedError("The store is closed; open it again to write.")
