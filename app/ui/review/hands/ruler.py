"""The ruler: how far from here to there, in millimetres where the scale is known."""

from __future__ import annotations

from math import hypot

from app.review.tools.area import Point
from app.ui.canvas import PointerAt
from app.ui.review.hands.hand import Hand, point
from app.ui.review.hands.outline_item import OutlineItem
from app.ui.review.hands.table import Table


class RulerHand(Hand):
    """Measures a dragged line, which stays until the next one. It changes nothing."""

    def __init__(self, table: Table, item: OutlineItem) -> None:
        super().__init__(table)
        self._item = item
        self._start: Point | None = None

    @property
    def busy(self) -> bool:
        """Whether the button is held."""
        return self._start is not None

    def press(self, pointer: PointerAt) -> None:
        """Measure from here."""
        self._start = point(pointer)
        self._item.clear()

    def move(self, pointer: PointerAt) -> None:
        """Show the length."""
        if self._start is not None:
            end = point(pointer)
            self._item.show_line((self._start, end), (self._start, end), words=self._words(self._start, end))

    def release(self, pointer: PointerAt) -> None:
        """Leave the line standing."""
        self._start = None

    def finish(self) -> None:
        """Take the line away."""
        self._start = None
        self._item.clear()

    def cancel(self) -> None:
        """Take the line away."""
        self.finish()

    def _words(self, start: Point, end: Point) -> str:
        across, down = abs(end[0] - start[0]), abs(end[1] - start[1])
        length = hypot(across, down)
        mm_per_px = None if self.table.case is None else self.table.case.case.mm_per_px
        pixels = f"{length:.1f} px  ({across:.0f} × {down:.0f})"
        return pixels if mm_per_px is None else f"{length * mm_per_px:.1f} mm   {pixels}"
