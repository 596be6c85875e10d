"""What each key of the review page does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut

from app.ui.keys import bind
from app.ui.review.comparing import Comparison
from app.ui.review.drawing import Tool
from app.ui.review.keys import REVIEW_KEYS

if TYPE_CHECKING:
    from app.ui.review.page import ReviewPage

_TOOL_KEYS = {
    "select": Tool.SELECT,
    "brush": Tool.BRUSH,
    "eraser": Tool.ERASER,
    "wand": Tool.WAND,
    "polygon": Tool.POLYGON,
    "lasso": Tool.LASSO,
    "box": Tool.BOX,
    "scissors": Tool.SCISSORS,
    "threshold": Tool.THRESHOLD,
    "grab_cut": Tool.GRAB_CUT,
    "knife": Tool.KNIFE,
    "ruler": Tool.RULER,
}
_LARGE_STEP_PX = 10
_TURN_DEG = 5
_RESIZE = 1.05


def bind_review_keys(page: ReviewPage) -> None:
    """Bind them all."""
    drawing, findings, area = page.drawing, page.drawing.findings, page.frame_area
    for name, slot in (
        ("accept", page.accept),
        ("no_defect", page.no_defect),
        ("unsure", page.unsure),
        ("previous", partial(page.step, -1)),
        ("next", partial(page.step, 1)),
        ("smaller", partial(drawing.adjust, -1)),
        ("larger", partial(drawing.adjust, 1)),
        ("tip_shape", drawing.toggle_tip),
        ("back", drawing.back),
        ("relabel", findings.relabel_hovered),
        ("fill", findings.fill),
        ("grow", findings.grow),
        ("shrink", findings.shrink),
        ("smooth", findings.smooth),
        ("join", findings.join),
        ("copy", findings.copy),
        ("paste", findings.paste),
        ("carry", page.carry),
        ("lock", page.class_means.toggle_lock),
        ("delete", findings.delete),
        ("undo", page.undo),
        ("redo", page.redo),
        ("restore", page.restore),
        ("cancel", page.cancel),
        ("export", partial(page.show_sheet, page.export_sheet)),
        ("open", partial(page.show_sheet, page.open_sheet)),
        ("refresh", page.refresh),
        ("find", page.queue_panel.find_text),
        ("filters", page.show_filters),
        ("clear_filters", page.queue_panel.clear_filters),
        ("select_all", page.queue_panel.select_all),
        ("change_selected", partial(page.show_sheet, page.queue_panel.bulk_sheet)),
        ("neighbours", page.neighbours.toggle),
        ("order", page.queue_panel.order_box.open_by_key),
        ("difference", partial(area.comparing.toggle, Comparison.DIFFERENCE)),
        ("wipe", partial(area.comparing.toggle, Comparison.WIPE)),
        ("tone", area.view_bar.open_tone),
        ("catalogue", page.open_catalogue),
        ("opinion", page.open_opinion),
        ("heat", page.asking.toggle_heat),
        ("local", area.view_bar.tone_panel.toggle_local),
    ):
        bind(page, REVIEW_KEYS[name], slot)
    for name, tool in _TOOL_KEYS.items():
        bind(page, REVIEW_KEYS[name], partial(page.set_tool, tool))
    _bind_placing(page)


def _bind_placing(page: ReviewPage) -> None:
    """Arrows with Ctrl move the selected finding, with Alt they turn and resize it; they repeat while held."""
    findings = page.drawing.findings
    for arrow, right, down in (("Left", -1, 0), ("Right", 1, 0), ("Up", 0, -1), ("Down", 0, 1)):
        _repeating(page, f"Ctrl+{arrow}", partial(findings.move, right, down))
        _repeating(page, f"Ctrl+Shift+{arrow}", partial(findings.move, _LARGE_STEP_PX * right, _LARGE_STEP_PX * down))
    _repeating(page, "Alt+Left", partial(findings.turn, -_TURN_DEG))
    _repeating(page, "Alt+Right", partial(findings.turn, _TURN_DEG))
    _repeating(page, "Alt+Up", partial(findings.resize, _RESIZE))
    _repeating(page, "Alt+Down", partial(findings.resize, 1 / _RESIZE))


def _repeating(page: ReviewPage, keys: str, slot: partial[None]) -> None:
    shortcut = QShortcut(QKeySequence(keys), page)
    shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    shortcut.activated.connect(slot)
