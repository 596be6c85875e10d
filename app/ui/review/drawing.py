"""Drawing: the tool in hand, and the way from the canvas's pointer and the page's keys to it."""

from __future__ import annotations

from enum import Enum, auto
from math import floor

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent

from app.review.edit import Action
from app.review.open_case import OpenCase
from app.review.tools.brush import Tip
from app.review.tools.grab_cut import grab_cut
from app.ui.canvas import FrameCanvas, HoveredPixel, PointerAt
from app.ui.review.brush_outline import BrushOutline
from app.ui.review.hands.boxes import BoxHand, all_of, dark_or_light
from app.ui.review.hands.findings import Findings
from app.ui.review.hands.hand import Hand
from app.ui.review.hands.knife import KnifeHand
from app.ui.review.hands.outline_item import OutlineItem
from app.ui.review.hands.outlines import LassoHand, PolygonHand, ScissorsHand
from app.ui.review.hands.ruler import RulerHand
from app.ui.review.hands.search import SearchHand
from app.ui.review.hands.strokes import StrokeHand
from app.ui.review.hands.table import Table
from app.ui.review.hands.wand import WandHand


class Tool(Enum):
    """What the left button does."""

    SELECT = auto()
    BRUSH = auto()
    ERASER = auto()
    WAND = auto()
    POLYGON = auto()
    LASSO = auto()
    BOX = auto()
    SCISSORS = auto()
    THRESHOLD = auto()
    GRAB_CUT = auto()
    KNIFE = auto()
    RULER = auto()


class Drawing(QObject):
    """Gives what the pointer does to the tool in hand, and shows what the tool would do.

    Signals:
        tool_changed(): another tool, tip, tolerance or class.
    """

    tool_changed = Signal()

    def __init__(self, canvas: FrameCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool = Tool.SELECT
        self.table = Table(canvas, self)
        self.findings = Findings(self.table, self)
        self._canvas = canvas
        self._tip_outline = BrushOutline()
        self._line = OutlineItem()
        self._brush = StrokeHand(self.table, erases=False)
        self._hands = self._made_hands()
        for item in (self._tip_outline, self._line):
            canvas.add_item(item)
        canvas.view_changed.connect(self._line.set_scale)
        canvas.viewport().installEventFilter(self)
        canvas.pressed.connect(self._on_pressed)
        canvas.moved.connect(self._on_moved)
        canvas.released.connect(self._on_released)
        canvas.clicked.connect(self._on_clicked)
        canvas.pixel_hovered.connect(self._on_hovered)
        self.table.means_changed.connect(self._dress)
        self.table.means_changed.connect(self.tool_changed)
        self._dress()

    def _made_hands(self) -> dict[Tool, Hand]:
        table, line = self.table, self._line
        return {
            Tool.BRUSH: self._brush,
            Tool.ERASER: StrokeHand(table, erases=True),
            Tool.WAND: WandHand(table, line),
            Tool.POLYGON: PolygonHand(table, line),
            Tool.LASSO: LassoHand(table, line),
            Tool.BOX: BoxHand(table, line, all_of, Action.RECTANGLE),
            Tool.SCISSORS: ScissorsHand(table, line),
            Tool.THRESHOLD: BoxHand(table, line, dark_or_light, Action.THRESHOLD),
            Tool.GRAB_CUT: SearchHand(table, line, grab_cut, Action.GRAB_CUT),
            Tool.KNIFE: KnifeHand(table, line, self.findings.pieces_under),
            Tool.RULER: RulerHand(table, line),
        }

    @property
    def hand(self) -> Hand | None:
        """The tool in hand; ``None`` for Select, with which the canvas is panned."""
        return self._hands.get(self.tool)

    @property
    def busy(self) -> bool:
        """Whether a step has begun and not ended."""
        return self.hand is not None and self.hand.busy

    # What is worked on, and with what

    def set_case(self, case: OpenCase | None) -> None:
        """Draw into this case from now on; a step that has begun is ended first."""
        self.finish()
        self.table.case = case
        self._brush.forget_end()
        self.findings.select(None)
        if case is not None and self.table.class_id > len(case.case.taxonomy):
            self.table.class_id = 1
        self._dress()

    def set_enabled(self, enabled: bool) -> None:
        """Whether anything can be drawn: not while other masks than those of now are looked at."""
        self.finish()
        self.table.enabled = enabled
        self._dress()

    def set_tool(self, tool: Tool) -> None:
        """Take another tool in hand."""
        self.finish()
        self.tool = tool
        self._dress()
        self.tool_changed.emit()

    def pick_class(self, class_id: int) -> None:
        """With Select and a finding selected, give it this class; draw with it from now on in any case."""
        if self.tool is Tool.SELECT and self.findings.selected is not None:
            self.findings.relabel_selected(class_id)
        self.table.set_class(class_id)

    def adjust(self, steps: int) -> None:
        """More or less of what the tool in hand has: tip or tolerance."""
        (self.hand or self._brush).adjust(steps)

    def toggle_tip(self) -> None:
        """A square tip, or a round one."""
        self.table.set_tip_shape(Tip.ROUND if self.table.tip is Tip.SQUARE else Tip.SQUARE)

    def finish(self) -> None:
        """End the step that has begun: keep what is whole."""
        if self.hand is not None:
            self.hand.finish()

    def close(self) -> bool:
        """End a step of several presses by drawing it; whether there was one."""
        busy = self.busy
        if self.hand is not None and busy:
            self.hand.close()
        return busy

    def back(self) -> bool:
        """Take back the last press of a step of several; whether there was one."""
        return self.hand is not None and self.hand.busy and self.hand.back()

    def cancel(self) -> None:
        """Give up the step that has begun; without one, deselect."""
        if self.hand is not None and (self.hand.busy or self.tool is Tool.RULER):
            self.hand.cancel()
        else:
            self.findings.select(None)

    def stop(self) -> None:
        """End every tool's thread; the page goes."""
        for hand in self._hands.values():
            hand.stop()

    # The pointer

    @Slot(object)
    def _on_pressed(self, pointer: PointerAt) -> None:
        hand = self.hand
        if hand is not None and self.table.can_draw and pointer.button in _DRAWING_BUTTONS:
            hand.press(pointer)

    @Slot(object)
    def _on_moved(self, pointer: PointerAt) -> None:
        if self.hand is None:
            return
        if self.hand.tipped:
            self._tip_outline.move_to(pointer.x, pointer.y)
        if self.table.can_draw:
            self.hand.move(pointer)

    @Slot(object)
    def _on_released(self, pointer: PointerAt) -> None:
        if self.hand is not None and self.table.can_draw:
            self.hand.release(pointer)

    @Slot(object)
    def _on_clicked(self, pointer: PointerAt) -> None:
        self.findings.hovered = floor(pointer.x), floor(pointer.y)
        self.findings.select_hovered()

    @Slot(object)
    def _on_hovered(self, pixel: HoveredPixel | None) -> None:
        self.findings.hovered = None if pixel is None else (pixel.x, pixel.y)
        if pixel is None:
            self._tip_outline.setVisible(False)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Ctrl with the wheel changes the tool instead of zooming; a double click ends a step of several presses."""
        if isinstance(event, QWheelEvent) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.adjust(1 if event.angleDelta().y() > 0 else -1)
            return True
        if event.type() == QEvent.Type.MouseButtonDblClick and isinstance(event, QMouseEvent):
            # Its first press has set a corner already.
            return self.tool in _OF_SEVERAL_PRESSES and self.close()
        return False

    @Slot()
    def _dress(self) -> None:
        """Let cursor and outline show what the left button would do."""
        hand, table = self.hand, self.table
        draws = hand is not None and table.can_draw
        self._canvas.set_tool_active(draws)
        self._tip_outline.set_tip(table.tip_px, table.tip)
        white = self.tool is Tool.ERASER or table.case is None
        self._tip_outline.set_colour(
            QColor("#ffffff")
            if white or table.case is None
            else QColor(*table.case.case.taxonomy.by_id(table.class_id).rgb)
        )
        if hand is None or not draws or not hand.tipped:
            self._tip_outline.setVisible(False)


_DRAWING_BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
_OF_SEVERAL_PRESSES = (Tool.POLYGON, Tool.SCISSORS)
