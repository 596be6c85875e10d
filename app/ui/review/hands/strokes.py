"""Strokes: the brush and the eraser."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.review.edit import Action
from app.review.tools.area import Point
from app.review.tools.brush import larger_tip, pressed_tip, stroke
from app.ui.canvas import PointerAt
from app.ui.review.hands.hand import Hand, point, removes
from app.ui.review.hands.table import Table


class StrokeHand(Hand):
    """Draws where the tip goes. A pen's pressure narrows the tip; Shift joins a stroke to the last one's end."""

    tipped = True

    def __init__(self, table: Table, *, erases: bool) -> None:
        super().__init__(table)
        self._erases = erases
        self._action: Action | None = None
        self._erased: tuple[int, ...] = ()
        self._last: Point | None = None

    @property
    def busy(self) -> bool:
        """Whether the button is held."""
        return self._action is not None

    def forget_end(self) -> None:
        """Another frame: no stroke to go on from."""
        self._last = None

    def press(self, pointer: PointerAt) -> None:
        """Begin a stroke."""
        erasing = self._erases or removes(pointer)
        self._action = Action.ERASE if erasing else Action.BRUSH
        self._erased = self.table.erased_by(pointer)
        joins = bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier) and not erasing
        start = self._last if joins and self._last is not None else point(pointer)
        self._extend(start, pointer)

    def move(self, pointer: PointerAt) -> None:
        """Go on."""
        if self.busy and self._last is not None:
            self._extend(self._last, pointer)

    def release(self, pointer: PointerAt) -> None:
        """End the stroke."""
        self.move(pointer)
        self.finish()

    def adjust(self, steps: int) -> None:
        """A larger or a smaller tip."""
        self.table.set_tip(larger_tip(self.table.tip_px, steps))

    def finish(self) -> None:
        """Keep the stroke as it is."""
        action, self._action = self._action, None
        if action is not None:
            self.table.finish(action)

    def cancel(self) -> None:
        """Give the stroke up."""
        if self._action is not None:
            self._action = None
            self.table.take_back()

    def _extend(self, start: Point, pointer: PointerAt) -> None:
        table, end = self.table, point(pointer)
        area = stroke(start, end, pressed_tip(table.tip_px, pointer.pressure), table.tip)
        if self._action is Action.ERASE:
            table.show(table.rules.erase(table.stack, area, self._erased))
        else:
            table.show(table.rules.draw(table.stack, area, table.class_id))
        self._last = end
