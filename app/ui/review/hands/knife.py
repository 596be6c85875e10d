"""The knife: a line through a finding makes two of it."""

from __future__ import annotations

from collections.abc import Callable

from app.review.edit import Action
from app.review.tools.area import Point
from app.review.tools.finding import Piece
from app.review.tools.split import split
from app.ui.canvas import PointerAt
from app.ui.review.hands.hand import Hand, point
from app.ui.review.hands.outline_item import OutlineItem
from app.ui.review.hands.table import Table


class KnifeHand(Hand):
    """Cuts every finding the dragged line parts; ``pieces_in`` gives the findings that reach into a box."""

    def __init__(self, table: Table, item: OutlineItem, pieces_under: Callable[[Point, Point], list[Piece]]) -> None:
        super().__init__(table)
        self._item, self._pieces_under = item, pieces_under
        self._start: Point | None = None

    @property
    def busy(self) -> bool:
        """Whether the button is held."""
        return self._start is not None

    def press(self, pointer: PointerAt) -> None:
        """Begin the cut."""
        self._start = point(pointer)

    def move(self, pointer: PointerAt) -> None:
        """Show it."""
        if self._start is not None:
            self._item.show_line((self._start, point(pointer)), (self._start,))

    def release(self, pointer: PointerAt) -> None:
        """Cut."""
        start = self._start
        self.cancel()
        if start is None:
            return
        end, table = point(pointer), self.table
        cuts = [split(piece, (start, end)) for piece in self._pieces_under(start, end)]
        edits = tuple(edit for cut in cuts for edit in table.rules.change(table.stack, cut))
        table.do(edits, Action.SPLIT)

    def cancel(self) -> None:
        """Give it up."""
        self._start = None
        self._item.clear()
