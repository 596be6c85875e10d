"""Search: a box in which something is looked for that can take a second, and so on a thread of its own (GrabCut)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QCoreApplication, Slot

from app.review.edit import Action, Box
from app.review.ports import ReviewError
from app.review.tools.area import Area
from app.ui.background import Background, Progress
from app.ui.canvas import PointerAt
from app.ui.review.hands.boxes import BoxHand, all_of, box_between
from app.ui.review.hands.hand import point
from app.ui.review.hands.outline_item import OutlineItem
from app.ui.review.hands.table import Table
from app.words.frame import Image

Find = Callable[[Image, Box], Area | None]
"""The pixels meant in a box of a frame; called on another thread, and reads the frame only."""


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """One question, with what its answer is to be drawn with."""

    image: Image
    box: Box
    class_id: int
    removes: bool


class SearchHand(BoxHand):
    """Draws what is found in a dragged box once it is found.

    The box stays visible until then and nothing else is begun with this tool. Escape gives the search up, and so does
    whatever leaves the frame or the tool: an answer nobody waits for any more is dropped.
    """

    def __init__(self, table: Table, item: OutlineItem, find: Find, action: Action) -> None:
        super().__init__(table, item, all_of, action)
        self._find = find
        self._asked: _Search | None = None
        self._running: _Search | None = None
        self._background = Background("review-search", ReviewError, table)
        self._background.finished.connect(self._on_found)
        self._background.failed.connect(self._on_failed)

    @property
    def busy(self) -> bool:
        """Whether the button is held or an answer is waited for."""
        return super().busy or self._asked is not None

    def press(self, pointer: PointerAt) -> None:
        """Begin at one corner, unless an answer is waited for."""
        if self._asked is None:
            super().press(pointer)

    def release(self, pointer: PointerAt) -> None:
        """Begin to look."""
        corner, self._corner = self._corner, None
        if corner is not None:
            table, opposite = self.table, point(pointer)
            self._asked = _Search(table.image, box_between(corner, opposite), table.class_id, self._removes)
            self._show(corner, opposite, QCoreApplication.translate("SearchHand", "Looking …"))
            self._start()

    def cancel(self) -> None:
        """Give it up; what runs already runs to its end unheard."""
        self._asked = None
        super().cancel()

    def stop(self) -> None:
        """Give it up and wait for the thread, for a bounded time."""
        super().stop()
        self._background.close()

    def _start(self) -> None:
        """Answer what is asked, once an answer that nobody waits for any more is out of the way."""
        if self._asked is not None and not self._background.running:
            self._running = self._asked
            self._background.start(partial(_found, self._find, self._asked))

    @Slot(object)
    def _on_found(self, area: Area | None) -> None:
        search = self._ended()
        if search is not None:
            self.cancel()
            self.keep(area, self._action, removes=search.removes, class_id=search.class_id)

    @Slot(str)
    def _on_failed(self, why: str) -> None:
        if self._ended() is not None:
            self.cancel()
            self.table.failed.emit(why)

    def _ended(self) -> _Search | None:
        """The search that has ended; ``None`` where nobody waits for it, and the one that is waited for begins."""
        search, self._running = self._running, None
        if search is self._asked:
            return search
        self._start()
        return None


def _found(find: Find, search: _Search, _progress: Progress) -> Area | None:
    return find(search.image, search.box)
