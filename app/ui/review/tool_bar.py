"""The tool bar over the canvas: tools, tip, undo and findings."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QFrame, QHBoxLayout, QLabel, QSlider, QToolButton

from app.review.open_case import OpenCase
from app.review.tools.brush import larger_tip
from app.ui.fonts import figures_font
from app.ui.review.controls import tool
from app.ui.review.drawing import Tool
from app.ui.review.keys import REVIEW_KEYS
from app.ui.review.sentences import ACTION_WORDS, worded

_TOOLS = (
    (Tool.SELECT, "pointer", "select", "Select"),
    (Tool.BRUSH, "brush", "brush", "Brush"),
    (Tool.ERASER, "eraser", "eraser", "Eraser"),
)
_TIPS = [1]
while _TIPS[-1] < 200:
    _TIPS.append(larger_tip(_TIPS[-1]))


class ToolBar(QFrame):
    """What can be done to the masks, each with its key in the tooltip.

    Signals:
        tool_chosen(object): a ``Tool``.
        tip_chosen(int): a tip diameter in pixels.
    """

    tool_chosen = Signal(object)
    tip_chosen = Signal(int)

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
        for kind, icon, name, title in _TOOLS:
            made = tool(icon, REVIEW_KEYS[name], checkable=True)
            made.setText(self.tr(title))
            made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            made.clicked.connect(self._chooser(kind))
            self._group.addButton(made)
            self.tools[kind] = made
            layout.addWidget(made)
        layout.addSpacing(6)
        self._add_tip(layout)
        layout.addStretch(1)
        layout = second
        self.undo_button = tool("undo", REVIEW_KEYS["undo"])
        self.redo_button = tool("redo", REVIEW_KEYS["redo"])
        self.delete_button = tool("delete", REVIEW_KEYS["delete"])
        self.restore_button = tool("restore", REVIEW_KEYS["restore"])
        for made in (self.undo_button, self.redo_button, self.delete_button, self.restore_button):
            layout.addWidget(made)
        layout.addStretch(1)

    def set_compact(self, compact: bool) -> None:
        """In a small window: two rows, and tools without words."""
        direction = QBoxLayout.Direction
        self._rows.setDirection(direction.TopToBottom if compact else direction.LeftToRight)
        style = Qt.ToolButtonStyle
        for made in self.tools.values():
            made.setToolButtonStyle(style.ToolButtonIconOnly if compact else style.ToolButtonTextBesideIcon)

    def show_tool(self, chosen: Tool, tip_px: int) -> None:
        """Mark the tool in use and its tip."""
        self.tools[chosen].setChecked(True)
        self.tip_label.setText(self.tr("{tip} px").format(tip=tip_px))
        nearest = min(range(len(_TIPS)), key=lambda place: abs(_TIPS[place] - tip_px))
        self.tip_slider.blockSignals(True)
        self.tip_slider.setValue(nearest)
        self.tip_slider.blockSignals(False)
        for widget in (self._tip_title, self.tip_slider, self.tip_label):
            widget.setEnabled(chosen is not Tool.SELECT)

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
        self.restore_button.setEnabled(can_draw and document is not None and document.differs_from_word)
        self.delete_button.setEnabled(can_draw)

    def _add_tip(self, layout: QHBoxLayout) -> None:
        self._tip_title = QLabel(self.tr("Tip"))
        self._tip_title.setProperty("role", "caption")
        self.tip_slider = QSlider(Qt.Orientation.Horizontal)
        self.tip_slider.setRange(0, len(_TIPS) - 1)
        self.tip_slider.setMinimumWidth(60)
        self.tip_slider.setMaximumWidth(130)
        self.tip_slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tip_slider.setAccessibleName(self.tr("Tip diameter"))
        smaller, larger = REVIEW_KEYS["smaller"].label, REVIEW_KEYS["larger"].label
        wheel = REVIEW_KEYS["tip_wheel"].label
        self.tip_slider.setToolTip(
            self.tr("Tip diameter in frame pixels  ({smaller} and {larger}, {wheel})").format(
                smaller=smaller, larger=larger, wheel=wheel
            )
        )
        self.tip_slider.valueChanged.connect(lambda place: self.tip_chosen.emit(_TIPS[place]))
        self.tip_label = QLabel()
        self.tip_label.setFont(figures_font(15))
        self.tip_label.setFixedWidth(58)
        layout.addWidget(self._tip_title)
        layout.addWidget(self.tip_slider, 2)
        layout.addWidget(self.tip_label)

    def _chooser(self, kind: Tool) -> object:
        return lambda: self.tool_chosen.emit(kind)
