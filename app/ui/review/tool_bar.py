"""The tool bar over the canvas: tools, tip, undo and findings."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QHBoxLayout, QToolButton

from app.review.open_case import OpenCase
from app.ui.review.controls import tool
from app.ui.review.drawing import Drawing, Tool
from app.ui.review.keys import REVIEW_KEYS
from app.ui.review.means_bar import MeansBar
from app.ui.review.sentences import ACTION_WORDS, worded

_TOOLS = (
    ((Tool.SELECT, "pointer", "select"),),
    ((Tool.BRUSH, "brush", "brush"), (Tool.ERASER, "eraser", "eraser")),
    (
        (Tool.WAND, "wand", "wand"),
        (Tool.POLYGON, "polygon", "polygon"),
        (Tool.LASSO, "lasso", "lasso"),
        (Tool.BOX, "box", "box"),
        (Tool.SCISSORS, "scissors", "scissors"),
        (Tool.THRESHOLD, "threshold", "threshold"),
        (Tool.GRAB_CUT, "grab-cut", "grab_cut"),
    ),
    ((Tool.KNIFE, "knife", "knife"), (Tool.RULER, "ruler", "ruler")),
)
"""In groups: (tool, icon, name of its key)."""


class ToolBar(QFrame):
    """What can be done to the masks, each with its key in the tooltip.

    Signals:
        tool_chosen(object): a ``Tool``.
    """

    tool_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "true")
        self.tools: dict[Tool, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._rows = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._rows.setContentsMargins(8, 6, 8, 6)
        self._rows.setSpacing(6)
        layout, second = QHBoxLayout(), QHBoxLayout()
        for row in (layout, second):
            row.setSpacing(6)
            self._rows.addLayout(row)
        for group in _TOOLS:
            for kind, icon, name in group:
                made = tool(icon, REVIEW_KEYS[name], checkable=True)
                made.clicked.connect(self._chooser(kind))
                self._group.addButton(made)
                self.tools[kind] = made
                layout.addWidget(made)
            layout.addSpacing(8)
        layout.addStretch(1)
        self.means = MeansBar()
        second.addWidget(self.means)
        second.addStretch(1)
        layout = second
        self.undo_button = tool("undo", REVIEW_KEYS["undo"])
        self.redo_button = tool("redo", REVIEW_KEYS["redo"])
        self.delete_button = tool("delete", REVIEW_KEYS["delete"])
        self.restore_button = tool("restore", REVIEW_KEYS["restore"])
        for made in (self.undo_button, self.redo_button, self.delete_button, self.restore_button):
            layout.addWidget(made)

    def set_compact(self, compact: bool) -> None:
        """In a small window: two rows."""
        direction = QBoxLayout.Direction
        self._rows.setDirection(direction.TopToBottom if compact else direction.LeftToRight)

    def show_tool(self, drawing: Drawing) -> None:
        """Mark the tool in hand and show its means."""
        self.tools[drawing.tool].setChecked(True)
        self.means.show_means(drawing)

    def show_case(self, case: OpenCase | None, *, can_draw: bool) -> None:
        """Offer what can be done to this case now, and name what undo and redo would do."""
        document = None if case is None else case.document
        for made, name, action in (
            (self.undo_button, "undo", None if document is None else document.undo_action),
            (self.redo_button, "redo", None if document is None else document.redo_action),
        ):
            binding = REVIEW_KEYS[name]
            made.setEnabled(can_draw and action is not None)
            what = "" if action is None else f": {worded(ACTION_WORDS[action])}"
            made.setToolTip(f"{binding.worded}{what}  ({binding.label})")
        for made in self.tools.values():
            made.setEnabled(can_draw)
        self.restore_button.setEnabled(can_draw and document is not None and document.differs_from_word)
        self.delete_button.setEnabled(can_draw)

    def _chooser(self, kind: Tool) -> object:
        return lambda: self.tool_chosen.emit(kind)
