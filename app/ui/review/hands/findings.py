"""Findings: select one, and what keys do to it: delete, relabel, reshape, join, move, copy and paste."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from app.review.edit import Action
from app.review.tools.area import Change, Point, Size
from app.review.tools.finding import Piece, piece_at, piece_in
from app.review.tools.placement import carried, placed
from app.review.tools.reshape import filled, grown, shrunk, smoothed
from app.review.tools.split import stairs
from app.ui.review.hands.table import Table
from models.labels.components import Component
from models.labels.taxonomy import Taxonomy

_RADIUS_PX = 1
"""A key grows, shrinks and smooths by so much; pressed again, by that once more."""
_SMOOTHING_RADIUS_PX = 2


@dataclass(slots=True, eq=False)
class _Moving:
    """A finding that keys move, turn and scale: always from how it was at first, so that nothing wears off."""

    piece: Piece
    shift: Point = (0.0, 0.0)
    scale: float = 1.0
    turn_deg: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Copied:
    """Findings taken along to other frames."""

    pieces: tuple[Piece, ...]
    taxonomy: Taxonomy


class Findings(QObject):
    """The selected finding and the one under the pointer, and what is done to them.

    Signals:
        selected_changed(object): the ``Component`` selected, or ``None``.
    """

    selected_changed = Signal(object)

    def __init__(self, table: Table, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.selected: Component | None = None
        self.copied: Copied | None = None
        self.hovered: tuple[int, int] | None = None
        self._table = table
        self._moving: _Moving | None = None

    # Which

    def select(self, finding: Component | None) -> None:
        """Select a finding, and frame it on the canvas."""
        self._moving = None
        self._mark(finding)

    def select_hovered(self) -> None:
        """Select the finding under the pointer, or none."""
        piece = self.hovered_piece()
        self.select(None if piece is None else _finding_of(piece))

    def selected_piece(self) -> Piece | None:
        """The selected finding's pixels; ``None`` without one, or where it is not as it was any more."""
        chosen, table = self.selected, self._table
        if chosen is None or table.case is None:
            return None
        return piece_in(table.stack, chosen.class_id, chosen.box_px, chosen.area_px)

    def hovered_piece(self) -> Piece | None:
        """The finding under the pointer, of the classes that are shown."""
        table = self._table
        if self.hovered is None or table.case is None:
            return None
        return piece_at(table.stack, *self.hovered, table.visible_classes)

    def pieces_under(self, start: Point, end: Point) -> list[Piece]:
        """The findings a line in frame pixels crosses, of the classes that are shown."""
        table, found = self._table, list[Piece]()
        height, width = table.size
        columns, rows = stairs((int(start[0]), int(start[1])), (int(end[0]), int(end[1])))
        for x, y in zip(columns.tolist(), rows.tolist(), strict=True):
            if not (0 <= x < width and 0 <= y < height) or not table.stack[y, x]:
                continue
            for class_id in table.visible_classes:
                if any(piece.class_id == class_id and _holds(piece, x, y) for piece in found):
                    continue
                piece = piece_at(table.stack, x, y, (class_id,))
                if piece is not None:
                    found.append(piece)
        return found

    # What is done to it

    def delete(self) -> None:
        """Delete the selected finding, else the one under the pointer."""
        piece = self.selected_piece() or self.hovered_piece()
        if piece is not None and self._table.can_draw:
            self._table.do(self._table.rules.delete(self._table.stack, piece), Action.DELETE)
            self.select(None)

    def relabel_hovered(self) -> None:
        """Give the finding under the pointer the class drawn with."""
        self._relabel(self.hovered_piece(), self._table.class_id)

    def relabel_selected(self, class_id: int) -> None:
        """Give the selected finding a class."""
        self._relabel(self.selected_piece(), class_id)

    def fill(self) -> None:
        """Fill the holes of the finding pointed at, or selected."""
        self._reshape(lambda piece, _size: filled(piece), Action.FILL)

    def grow(self) -> None:
        """One pixel wider all around."""
        self._reshape(lambda piece, size: grown(piece, _RADIUS_PX, size), Action.GROW)

    def shrink(self) -> None:
        """One pixel narrower all around."""
        self._reshape(lambda piece, size: shrunk(piece, _RADIUS_PX, size), Action.SHRINK)

    def smooth(self) -> None:
        """Burrs off, dents filled."""
        self._reshape(lambda piece, size: smoothed(piece, _SMOOTHING_RADIUS_PX, size), Action.SMOOTH)

    def join(self) -> None:
        """Make the selected finding and the one under the pointer one, of the selected one's class."""
        first, second = self.selected_piece(), self.hovered_piece()
        if first is None or second is None or not self._table.can_draw or _same(first, second):
            return
        edits = self._table.rules.merge(self._table.stack, (first, second), first.class_id, self._table.tip_px)
        if self._table.do(edits, Action.MERGE):
            self._select_at(first)

    def move(self, right: float, down: float) -> None:
        """Move the selected finding by so many pixels."""
        if moving := self._begun_moving():
            moving.shift = moving.shift[0] + right, moving.shift[1] + down
            self._place(moving)

    def turn(self, degrees: float) -> None:
        """Turn the selected finding clockwise about its middle."""
        if moving := self._begun_moving():
            moving.turn_deg += degrees
            self._place(moving)

    def resize(self, factor: float) -> None:
        """Scale the selected finding about its middle."""
        if moving := self._begun_moving():
            moving.scale *= factor
            self._place(moving)

    def copy(self) -> None:
        """Take along the selected finding, or without one all that are shown."""
        table, one = self._table, self.selected_piece()
        if table.case is None:
            return
        shown = table.visible_classes
        listed = (piece_in(table.stack, f.class_id, f.box_px, f.area_px) for f in table.case.document.findings())
        all_shown = tuple(piece for piece in listed if piece is not None and piece.class_id in shown)
        self.copied = Copied((one,) if one is not None else all_shown, table.case.case.taxonomy)

    def paste(self) -> None:
        """Draw what was taken along, at the same place, as one step."""
        table = self._table
        if self.copied is None or table.case is None or not table.can_draw:
            return
        drawn = carried(self.copied.pieces, self.copied.taxonomy, table.case.case.taxonomy, table.size)
        table.do(table.rules.draw_all(table.stack, drawn), Action.COPY)

    def _reshape(self, made: Callable[[Piece, Size], Change | None], action: Action) -> None:
        piece = self.selected_piece() or self.hovered_piece()
        table = self._table
        if piece is None or not table.can_draw:
            return
        was_selected = self.selected is not None
        if table.do(table.rules.change(table.stack, made(piece, table.size)), action) and was_selected:
            self._select_at(piece)

    def _relabel(self, piece: Piece | None, class_id: int) -> None:
        table = self._table
        if piece is None or not table.can_draw:
            return
        was_selected = self.selected is not None
        edits = table.rules.relabel(table.stack, piece.area, piece.class_id, class_id)
        if table.do(edits, Action.RELABEL) and was_selected:
            self._select_at(piece, class_id)

    # Moving

    def _begun_moving(self) -> _Moving | None:
        if not self._table.can_draw:
            return None
        if self._moving is None and (piece := self.selected_piece()) is not None:
            self._moving = _Moving(piece)
        return self._moving

    def _place(self, moving: _Moving) -> None:
        """One step from how the finding was at first to how it is now, in place of the last such step."""
        table = self._table
        assert table.case is not None, "a finding is selected"
        piece = moving.piece
        now = self.selected_piece()
        moved = now is not None and not _same(now, piece)
        if now is None or (moved and table.case.document.undo_action is not Action.TRANSFORM):
            # Something else was done in between; the next key goes on from what stands there.
            self._moving = None
            return
        if moved:
            undone = table.case.undo()
            table.repaint(None if undone is None else undone.box_px)
        scale = moving.scale, moving.scale
        change = placed(piece, table.size, moving.shift, scale, moving.turn_deg)
        if table.do(table.rules.change(table.stack, change), Action.TRANSFORM) and change is not None and change.added:
            area = change.added
            self._mark(Component(piece.class_id, area.box_px, area.area_px))
        else:
            self._mark(_finding_of(piece))

    def _mark(self, finding: Component | None) -> None:
        self.selected = finding
        self._table.canvas.set_highlight(None if finding is None else finding.box_px)
        self.selected_changed.emit(finding)

    def _select_at(self, piece: Piece, class_id: int | None = None) -> None:
        """Select what has become of a piece: the finding at its first pixel that is left."""
        stack, wanted = self._table.stack, (class_id or piece.class_id,)
        rows, columns = piece.mask.nonzero()
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            found = piece_at(stack, piece.box_px[0] + column, piece.box_px[1] + row, wanted)
            if found is not None:
                self.select(_finding_of(found))
                return
        self.select(None)


def _finding_of(piece: Piece) -> Component:
    return Component(piece.class_id, piece.box_px, piece.area_px)


def _same(first: Piece, second: Piece) -> bool:
    same_place = first.class_id == second.class_id and first.box_px == second.box_px
    return same_place and bool((first.mask == second.mask).all())


def _holds(piece: Piece, x: int, y: int) -> bool:
    column, row = x - piece.box_px[0], y - piece.box_px[1]
    inside = 0 <= column < piece.box_px[2] and 0 <= row < piece.box_px[3]
    return inside and bool(piece.mask[row, column])
