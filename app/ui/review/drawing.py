"""Drawing: from the pointer on the canvas to edits of the open case."""

from __future__ import annotations

from enum import Enum, auto
from math import floor

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QWheelEvent

from app.review.edit import Action, Box, Edit, OverlapPolicy
from app.review.open_case import OpenCase
from app.review.tools.brush import erase, larger_tip, paint
from app.review.tools.finding import Piece, delete, fill_holes, piece_at, piece_in, relabel
from app.ui.canvas import FrameCanvas, HoveredPixel, PointerAt
from app.ui.review.brush_outline import BrushOutline
from models.labels.components import Component

FIRST_TIP_PX = 9


class Tool(Enum):
    """What the left button does."""

    SELECT = auto()
    BRUSH = auto()
    ERASER = auto()


class Drawing(QObject):
    """Draws into the open case what the pointer and the keys ask for, and repaints what changed.

    Signals:
        step_finished(): the masks have changed by a whole step.
        tool_changed(): another tool, tip or class.
        finding_selected(object): the ``Component`` clicked on, or ``None``.
    """

    step_finished = Signal()
    tool_changed = Signal()
    finding_selected = Signal(object)

    def __init__(self, canvas: FrameCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.SELECT
        self.tip_px = FIRST_TIP_PX
        self.class_id = 1
        self.overlap = OverlapPolicy.ALLOW
        self.selected: Component | None = None
        self._canvas = canvas
        self._case: OpenCase | None = None
        self._enabled = True
        self._stroke: Action | None = None
        self._erased_classes: tuple[int, ...] = ()
        self._last: tuple[float, float] | None = None
        self._hovered: tuple[int, int] | None = None
        self._outline = BrushOutline()
        self._outline.set_tip(self.tip_px)
        canvas.add_item(self._outline)
        canvas.viewport().installEventFilter(self)
        canvas.pressed.connect(self._on_pressed)
        canvas.moved.connect(self._on_moved)
        canvas.released.connect(self._on_released)
        canvas.clicked.connect(self._on_clicked)
        canvas.pixel_hovered.connect(self._on_hovered)

    # What is worked on, and with what

    def set_case(self, case: OpenCase | None) -> None:
        """Draw into this case from now on; a stroke in progress is finished first."""
        self.finish_stroke()
        self._case = case
        self._last = None
        self.select(None)
        if case is not None and self.class_id > len(case.case.taxonomy):
            self.class_id = 1
        self._dress()

    def set_enabled(self, enabled: bool) -> None:
        """Whether anything can be drawn: not while the masks as they came are looked at."""
        self.finish_stroke()
        self._enabled = enabled
        self._dress()

    def set_tool(self, tool: Tool) -> None:
        """Change the tool."""
        self.finish_stroke()
        self.tool = tool
        self._dress()
        self.tool_changed.emit()

    def set_tip(self, tip_px: int) -> None:
        """Change the tip's diameter."""
        self.tip_px = larger_tip(tip_px, 0)
        self._dress()
        self.tool_changed.emit()

    def change_tip(self, steps: int) -> None:
        """So many sizes up, or down where negative."""
        self.set_tip(larger_tip(self.tip_px, steps))

    def pick_class(self, class_id: int) -> None:
        """With Select and a finding selected, give it this class; draw with it from now on in any case."""
        self.class_id = class_id
        if self.tool is Tool.SELECT and self.selected is not None:
            self._relabel(self._selected_piece(), class_id)
        self._dress()
        self.tool_changed.emit()

    @property
    def drawing(self) -> bool:
        """Whether a stroke is in progress."""
        return self._stroke is not None

    # What the keys ask for

    def delete_finding(self) -> None:
        """Delete the selected finding, else the one under the pointer."""
        piece = self._selected_piece() or self._hovered_piece()
        if piece is not None and self._can_draw():
            self._do(delete(piece), Action.DELETE)
            self.select(None)

    def relabel_hovered(self) -> None:
        """Give the finding under the pointer the picked class."""
        self._relabel(self._hovered_piece(), self.class_id)

    def fill_hovered(self) -> None:
        """Fill the holes of the finding under the pointer."""
        piece = self._hovered_piece()
        if piece is not None and self._case is not None and self._can_draw():
            self._do(fill_holes(piece, self._case.case.taxonomy, self.overlap), Action.FILL)

    def select(self, finding: Component | None) -> None:
        """Select a finding, and frame it on the canvas."""
        self.selected = finding
        self._canvas.set_highlight(None if finding is None else finding.box_px)
        self.finding_selected.emit(finding)

    def cancel(self) -> None:
        """Give up the stroke in progress; without one, deselect."""
        if self._stroke is None:
            self.select(None)
            return
        self._stroke = None
        if self._case is not None:
            self._repaint(self._case.document.cancel())

    def finish_stroke(self) -> None:
        """End the stroke in progress as it is."""
        action, self._stroke = self._stroke, None
        if action is not None and self._case is not None and self._case.finish(action) is not None:
            self.step_finished.emit()

    # The pointer

    @Slot(object)
    def _on_pressed(self, pointer: PointerAt) -> None:
        if not self._can_draw() or self._stroke is not None or self._case is None:
            return
        erasing = self.tool is Tool.ERASER or pointer.button == Qt.MouseButton.RightButton
        self._stroke = Action.ERASE if erasing else Action.BRUSH
        shift = bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier)
        self._erased_classes = self._visible_classes() if shift else (self.class_id,)
        here = (pointer.x, pointer.y)
        start = self._last if shift and not erasing and self._last is not None else here
        self._extend(start, here)

    @Slot(object)
    def _on_moved(self, pointer: PointerAt) -> None:
        self._outline.move_to(pointer.x, pointer.y)
        if self._stroke is not None and self._last is not None:
            self._extend(self._last, (pointer.x, pointer.y))

    @Slot(object)
    def _on_released(self, pointer: PointerAt) -> None:
        if self._stroke is not None and self._last is not None:
            self._extend(self._last, (pointer.x, pointer.y))
            self.finish_stroke()

    @Slot(object)
    def _on_clicked(self, pointer: PointerAt) -> None:
        self._hovered = (floor(pointer.x), floor(pointer.y))
        piece = self._hovered_piece()
        self.select(None if piece is None else self._finding_of(piece))

    @Slot(object)
    def _on_hovered(self, pixel: HoveredPixel | None) -> None:
        self._hovered = None if pixel is None else (pixel.x, pixel.y)
        if pixel is None:
            self._outline.setVisible(False)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Ctrl with the wheel changes the tip instead of zooming."""
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.change_tip(1 if event.angleDelta().y() > 0 else -1)
            return True
        return False

    # Edits

    def _extend(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        assert self._case is not None, "a stroke has a case"
        if self._stroke is Action.ERASE:
            edit = erase(start, end, self.tip_px, self._erased_classes)
        else:
            edit = paint(start, end, self.tip_px, self.class_id, self._case.case.taxonomy, self.overlap)
        self._last = end
        self._repaint(self._case.apply(edit))

    def _do(self, edit: Edit | None, action: Action) -> bool:
        patch = None if self._case is None else self._case.do(edit, action)
        if patch is None:
            return False
        self._repaint(patch.box_px)
        self.step_finished.emit()
        return True

    def _relabel(self, piece: Piece | None, class_id: int) -> None:
        if piece is None or self._case is None or not self._can_draw():
            return
        was_selected = self.selected is not None
        if self._do(relabel(piece, class_id, self._case.case.taxonomy, self.overlap), Action.RELABEL) and was_selected:
            row, column = _first_pixel(piece)
            joined = piece_at(self._case.document.stack, column, row, (class_id,))
            self.select(None if joined is None else self._finding_of(joined))

    def _selected_piece(self) -> Piece | None:
        chosen, case = self.selected, self._case
        if chosen is None or case is None:
            return None
        return piece_in(case.document.stack, chosen.class_id, chosen.box_px, chosen.area_px)

    def _hovered_piece(self) -> Piece | None:
        if self._hovered is None or self._case is None:
            return None
        return piece_at(self._case.document.stack, *self._hovered, self._visible_classes())

    def _finding_of(self, piece: Piece) -> Component:
        return Component(piece.class_id, piece.box_px, piece.area_px)

    def _visible_classes(self) -> tuple[int, ...]:
        if self._case is None:
            return ()
        return tuple(c.id for c in self._case.case.taxonomy if self._canvas.class_visible(c.id))

    def _can_draw(self) -> bool:
        return self._enabled and self._case is not None and self._case.case.image is not None

    def _repaint(self, box: Box | None) -> None:
        if box is not None:
            self._canvas.update_rect(*box)

    def _dress(self) -> None:
        """Let cursor and outline show what the left button would do."""
        draws = self.tool is not Tool.SELECT and self._can_draw()
        self._canvas.set_tool_active(draws)
        self._outline.set_tip(self.tip_px)
        white = self.tool is Tool.ERASER or self._case is None
        self._outline.set_colour(
            QColor("#ffffff")
            if white or self._case is None
            else QColor(*self._case.case.taxonomy.by_id(self.class_id).rgb)
        )
        if not draws:
            self._outline.setVisible(False)


def _first_pixel(piece: Piece) -> tuple[int, int]:
    """(row, column) in the frame of one of the piece's pixels."""
    row, column = divmod(int(piece.mask.argmax()), piece.mask.shape[1])
    return piece.box_px[1] + row, piece.box_px[0] + column
