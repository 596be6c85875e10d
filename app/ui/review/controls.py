"""Buttons of the review page: one way to make each kind."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QToolButton

from app.ui import icons
from app.ui.keys import KeyBinding, explain
from app.ui.picker import Picker

_ICON_PX = 22


def button(text: str, icon: str = "", *, primary: bool = False, flat: bool = False) -> QPushButton:
    """A push button. A click leaves the keyboard where it was, so that one can go on drawing; Tab reaches it."""
    made = QPushButton(text)
    if icon:
        made.setIcon(icons.icon(icon, "on_accent" if primary else "text"))
        made.setIconSize(QSize(_ICON_PX, _ICON_PX))
    if primary or flat:
        made.setProperty("role", "primary" if primary else "flat")
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setAutoDefault(False)
    return made


def narrow(picker: Picker) -> Picker:
    """The same picker, as narrow as its column has it though a choice be longer."""
    picker.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    picker.setMinimumContentsLength(6)
    picker.currentTextChanged.connect(picker.setToolTip)
    return picker


def tool(icon: str, binding: KeyBinding, *, checkable: bool = False) -> QToolButton:
    """A button with an icon alone; its tooltip says what it does and by which key."""
    made = QToolButton()
    made.setIcon(icons.icon(icon))
    made.setIconSize(QSize(_ICON_PX + 2, _ICON_PX + 2))
    made.setCheckable(checkable)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    explain(made, binding)
    return made
