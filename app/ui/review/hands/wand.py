"""The magic wand: press where it is to begin, drag to the side for more or less, release to keep."""

from __future__ import annotations

from app.review.edit import Action
from app.review.tools.wand import Wand
from app.ui.canvas import PointerAt
from app.ui.review.hands.hand import Hand, point, removes
from app.ui.review.hands.outline_item import OutlineItem
from app.ui.review.hands.table import Table

_PX_A_LEVEL = 4.0
"""Dragging so far, in device-independent pixels, changes the tolerance by one grey level."""
_MEDIAN_PX = 3
"""Rolled steel is grainy: without a filter a flood is stopped by single pixels."""


class WandHand(Hand):
    """Shows, while the button is held, what would be drawn; dragging right takes in more, left less."""

    tolerant = True

    def __init__(self, table: Table, item: OutlineItem) -> None:
        super().__init__(table)
        self._item = item
        self._wand: Wand | None = None
        self._pressed: PointerAt | None = None
        self._tolerance = 0

    @property
    def busy(self) -> bool:
        """Whether the button is held."""
        return self._wand is not None

    def press(self, pointer: PointerAt) -> None:
        """Flood from here."""
        self._wand = Wand(self.table.image, point(pointer), median_px=_MEDIAN_PX)
        self._pressed, self._tolerance = pointer, self.table.tolerance
        self._show(pointer)

    def move(self, pointer: PointerAt) -> None:
        """Change the tolerance."""
        if self._pressed is None:
            return
        dragged_px = (pointer.x - self._pressed.x) * self.table.canvas.scale_factor
        wanted = self._tolerance + round(dragged_px / _PX_A_LEVEL)
        if wanted != self.table.tolerance:
            self.table.set_tolerance(wanted)
            self._show(pointer)

    def release(self, pointer: PointerAt) -> None:
        """Keep what is shown."""
        if self.busy:
            self._wand = self._pressed = None
            self._item.clear()
            self.table.finish(Action.WAND)

    def adjust(self, steps: int) -> None:
        """More or less tolerance."""
        self.table.set_tolerance(self.table.tolerance + steps)

    def cancel(self) -> None:
        """Give it up."""
        if self.busy:
            self._wand = self._pressed = None
            self._item.clear()
            self.table.take_back()

    def _show(self, pointer: PointerAt) -> None:
        assert self._wand is not None, "the button is held"
        assert self._pressed is not None, "the button is held"
        table = self.table
        table.take_back()
        # The tolerance is said in levels of 256, whatever the camera's depth.
        scale = 257 if table.image.dtype.itemsize > 1 else 1
        area = self._wand.area(table.tolerance * scale)
        taken = removes(self._pressed)
        edits = table.rules.erase(table.stack, area, (table.class_id,)) if taken else None
        table.show(table.rules.draw(table.stack, area, table.class_id) if edits is None else edits)
        here = point(pointer)
        self._item.show_line((here, here), words=f"± {table.tolerance}")
