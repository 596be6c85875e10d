"""Hand: what the pointer does while one tool is in it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.review.edit import Action
from app.review.tools.area import Area, Point
from app.ui.canvas import PointerAt
from app.ui.review.hands.table import Table


class Hand:
    """One tool. The pointer's events come in frame pixels; ``busy`` while a step has begun and not ended.

    A right press begins what takes the class away instead of drawing it.
    """

    tolerant = False
    """Whether the tool has a tolerance, which the wheel changes with Ctrl."""
    tipped = False
    """Whether the tool has a tip, which is shown at the pointer."""

    def __init__(self, table: Table) -> None:
        self.table = table

    @property
    def busy(self) -> bool:
        """Whether a step has begun and not ended."""
        raise NotImplementedError

    def press(self, pointer: PointerAt) -> None:
        """A button went down over the frame."""

    def move(self, pointer: PointerAt) -> None:
        """The pointer moved, with a button held or without."""

    def release(self, pointer: PointerAt) -> None:
        """The button went up."""

    def close(self) -> None:
        """Enter or a double click: end a step of several presses."""

    def back(self) -> bool:
        """Take back the last press of a step of several; whether there was one."""
        return False

    def adjust(self, steps: int) -> None:
        """Ctrl and the wheel: so many steps up, or down where negative."""

    def finish(self) -> None:
        """The frame is left or another tool taken: keep what is whole and give up the rest."""
        self.cancel()

    def cancel(self) -> None:
        """Give up the step that has begun."""

    def stop(self) -> None:
        """Give up what has begun and end every thread; the page goes."""
        self.cancel()

    def keep(self, area: Area | None, action: Action, *, removes: bool, class_id: int | None = None) -> None:
        """Draw an area with a class, the table's without one, or take the class away there, as one step."""
        rules, stack = self.table.rules, self.table.stack
        class_id = self.table.class_id if class_id is None else class_id
        self.table.do(rules.erase(stack, area, (class_id,)) if removes else rules.draw(stack, area, class_id), action)


def point(pointer: PointerAt) -> Point:
    """Where the pointer is."""
    return pointer.x, pointer.y


def removes(pointer: PointerAt) -> bool:
    """Whether this press begins to take away."""
    return pointer.button == Qt.MouseButton.RightButton
