"""Boxes: a rectangle, and what a threshold finds inside one."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor

from PySide6.QtCore import Qt

from app.review.edit import Action, Box
from app.review.tools.area import Area, Point
from app.review.tools.outline import rectangle
from app.review.tools.threshold import Side, threshold
from app.ui.canvas import PointerAt
from app.ui.review.hands.hand import Hand, point, removes
from app.ui.review.hands.outline_item import OutlineItem
from app.ui.review.hands.outlines import line_colour
from app.ui.review.hands.table import Table

Found = Callable[[Table, Point, Point, PointerAt], Area | None]
"""The pixels meant by a box from one corner to the opposite one; the pointer is the release's."""


class BoxHand(Hand):
    """Draws what is found in a dragged box."""

    def __init__(self, table: Table, item: OutlineItem, found: Found, action: Action) -> None:
        super().__init__(table)
        self._item, self._found, self._action = item, found, action
        self._corner: Point | None = None
        self._removes = False

    @property
    def busy(self) -> bool:
        """Whether the button is held."""
        return self._corner is not None

    def press(self, pointer: PointerAt) -> None:
        """Begin at one corner."""
        self._corner, self._removes = point(pointer), removes(pointer)

    def move(self, pointer: PointerAt) -> None:
        """Show the box."""
        if self._corner is not None:
            self._show(self._corner, point(pointer))

    def release(self, pointer: PointerAt) -> None:
        """Find and draw."""
        corner = self._corner
        self.cancel()
        if corner is not None:
            area = self._found(self.table, corner, point(pointer), pointer)
            self.keep(area, self._action, removes=self._removes)

    def cancel(self) -> None:
        """Give it up."""
        self._corner = None
        self._item.clear()

    def _show(self, corner: Point, opposite: Point, words: str = "") -> None:
        (x0, y0), (x1, y1) = corner, opposite
        corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        self._item.show_line(corners, closed=True, colour=line_colour(self.table, removes=self._removes), words=words)


def all_of(table: Table, corner: Point, opposite: Point, _pointer: PointerAt) -> Area | None:
    """Every pixel of the box."""
    return rectangle(corner, opposite, table.size)


def dark_or_light(table: Table, corner: Point, opposite: Point, pointer: PointerAt) -> Area | None:
    """The dark pixels of the box, or with Shift the light ones, by Otsu's level."""
    light = bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier)
    return threshold(table.image, box_between(corner, opposite), Side.LIGHT if light else Side.DARK)


def box_between(corner: Point, opposite: Point) -> Box:
    """The pixels a dragged box touches."""
    left, right = sorted((corner[0], opposite[0]))
    top, bottom = sorted((corner[1], opposite[1]))
    return floor(left), floor(top), max(1, ceil(right) - floor(left)), max(1, ceil(bottom) - floor(top))
