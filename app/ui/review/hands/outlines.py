"""Outlines: lasso, polygon and snap to edge. What lies inside is drawn, or with the right button taken away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor

from app.review.edit import Action
from app.review.tools.area import Point
from app.review.tools.outline import polygon
from app.review.tools.scissors import Scissors
from app.ui.canvas import PointerAt
from app.ui.review.hands.hand import Hand, point, removes
from app.ui.review.hands.outline_item import OutlineItem
from app.ui.review.hands.table import Table

_CLOSING_PX = 9.0
"""So near to the first corner, in device-independent pixels, a press closes the outline."""


class LassoHand(Hand):
    """Draws what the dragged line goes around."""

    def __init__(self, table: Table, item: OutlineItem) -> None:
        super().__init__(table)
        self._item = item
        self._points: list[Point] = []
        self._removes = False

    @property
    def busy(self) -> bool:
        """Whether the button is held."""
        return bool(self._points)

    def press(self, pointer: PointerAt) -> None:
        """Begin."""
        self._points, self._removes = [point(pointer)], removes(pointer)

    def move(self, pointer: PointerAt) -> None:
        """Go on."""
        if self.busy:
            self._points.append(point(pointer))
            self._item.show_line(self._points, closed=True, colour=line_colour(self.table, removes=self._removes))

    def release(self, pointer: PointerAt) -> None:
        """Close the line and draw what lies inside."""
        if self.busy:
            area = polygon((*self._points, point(pointer)), self.table.size)
            self.cancel()
            self.keep(area, Action.LASSO, removes=self._removes)

    def cancel(self) -> None:
        """Give it up."""
        self._points = []
        self._item.clear()


class PolygonHand(Hand):
    """Draws what lies inside the corners that are pressed one after the other.

    The first corner, a double click or Enter closes it; Backspace takes the last corner back.
    """

    def __init__(self, table: Table, item: OutlineItem) -> None:
        super().__init__(table)
        self._item = item
        self._corners: list[Point] = []
        self._removes = False

    @property
    def busy(self) -> bool:
        """Whether there is a corner."""
        return bool(self._corners)

    def press(self, pointer: PointerAt) -> None:
        """Set a corner, or close on the first one."""
        here = point(pointer)
        if not self.busy:
            self._removes = removes(pointer)
        elif len(self._corners) > 2 and is_near(self.table, here, self._corners[0]):
            self.close()
            return
        self._corners.append(here)
        self.move(pointer)

    def move(self, pointer: PointerAt) -> None:
        """Show where the next side would lie."""
        if self.busy:
            colour = line_colour(self.table, removes=self._removes)
            self._item.show_line((*self._corners, point(pointer)), self._corners, closed=True, colour=colour)

    def back(self) -> bool:
        """Take the last corner back."""
        if not self._corners:
            return False
        self._corners = self._corners[:-1]
        if self._corners:
            colour = line_colour(self.table, removes=self._removes)
            self._item.show_line(self._corners, self._corners, colour=colour)
        else:
            self._item.clear()
        return True

    def close(self) -> None:
        """Draw what lies inside."""
        area = polygon(self._corners, self.table.size) if len(self._corners) > 2 else None
        self.cancel()
        self.keep(area, Action.POLYGON, removes=self._removes)

    def cancel(self) -> None:
        """Give it up."""
        self._corners = []
        self._item.clear()


class ScissorsHand(Hand):
    """Draws what lies inside a line that follows the frame's edges between the points that are pressed."""

    def __init__(self, table: Table, item: OutlineItem) -> None:
        super().__init__(table)
        self._item = item
        self._scissors: Scissors | None = None
        self._removes = False

    @property
    def busy(self) -> bool:
        """Whether there is a point."""
        return self._scissors is not None

    def press(self, pointer: PointerAt) -> None:
        """Set a point, or close on the first one."""
        here = point(pointer)
        if self._scissors is None:
            self._scissors, self._removes = Scissors(self.table.image, here), removes(pointer)
        elif len(self._scissors.fixed) > 2 and is_near(self.table, here, self._scissors.fixed[0]):
            self.close()
            return
        else:
            self._scissors.fix(here)
        self.move(pointer)

    def move(self, pointer: PointerAt) -> None:
        """Show the way to the pointer."""
        if self._scissors is not None:
            self._show((*self._scissors.outline, *self._scissors.move(point(pointer))))

    def back(self) -> bool:
        """Take the last point back; the first one ends it."""
        if self._scissors is None:
            return False
        if self._scissors.take_back():
            self._show(self._scissors.outline)
        else:
            self.cancel()
        return True

    def close(self) -> None:
        """Draw what lies inside."""
        area = None if self._scissors is None else self._scissors.area()
        self.cancel()
        self.keep(area, Action.SCISSORS, removes=self._removes)

    def cancel(self) -> None:
        """Give it up."""
        self._scissors = None
        self._item.clear()

    def _show(self, way: Sequence[Point]) -> None:
        assert self._scissors is not None, "there is a point"
        self._item.show_line(way, self._scissors.fixed, colour=line_colour(self.table, removes=self._removes))


def line_colour(table: Table, *, removes: bool) -> QColor:
    """The colour of the class that is drawn; white for what takes away."""
    if removes or table.case is None:
        return QColor("#ffffff")
    return QColor(*table.case.case.taxonomy.by_id(table.class_id).rgb)


def is_near(table: Table, first: Point, second: Point) -> bool:
    """Whether two points of the frame lie on one another as the person sees them."""
    reach = _CLOSING_PX / table.canvas.scale_factor
    return abs(first[0] - second[0]) <= reach and abs(first[1] - second[1]) <= reach
