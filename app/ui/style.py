"""The style sheet: shapes and sizes of every kind of widget, its colours filled in from the theme's tokens.

Widgets say what they are by the dynamic properties ``role`` and ``panel``; every target is at least 40 px high.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

TARGET_PX = 44
"""Height of what is pressed, in device-independent pixels: gloves."""


def sheet(colours: Mapping[str, str], check_mark: Path) -> str:
    """The style sheet in these colours (by token); ``check_mark`` is the drawing in a checked box."""
    return Template(_SHEET).substitute(colours, target=f"{TARGET_PX}px", check_mark=check_mark.as_posix())


def set_property(widget: QObject, name: str, value: object) -> None:
    """Set a dynamic property the style sheet looks at, and restyle the widget if it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if isinstance(widget, QWidget):
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


_SHEET = """
QWidget { color: $text; }
QMainWindow, QWidget#pageGround { background: $window; }

QFrame[panel="true"] { background: $panel; border: 1px solid $line; border-radius: 6px; }
QFrame[panel="rail"] { background: $rail; border: none; border-right: 1px solid $line; }
QFrame[panel="status"] { background: $rail; border: none; border-top: 1px solid $line; }
QFrame[panel="error"] { background: $error_ground; border: 2px solid $reject; border-radius: 6px; }
QFrame[panel="error"] QLabel { color: $on_error; }
QFrame[panel="notice"] { background: $notice_ground; border: 2px solid $review; border-radius: 6px; }
QFrame[panel="notice"] QLabel { color: $on_notice; }
QFrame[panel="frozen"] { background: $accent; border: none; border-radius: 6px; }
QFrame[panel="frozen"] QLabel { color: $on_accent; font-size: 17px; font-weight: 600; }
QFrame[panel="frozen"] QPushButton {
    background: $panel; color: $text; border: none; font-weight: 600; padding: 0 18px;
}
QFrame[panel="frozen"] QPushButton:hover { background: $hover; }
QFrame[panel="sheet"] { background: $panel; border: 2px solid $accent; border-radius: 10px; }

QLabel { background: transparent; }
QLabel[role="title"] { font-size: 16px; font-weight: 600; }
QLabel[role="heading"] { font-size: 26px; font-weight: 600; }
QLabel[role="caption"] { color: $text_soft; font-size: 14px; }
QLabel[role="lead"] { font-size: 21px; font-weight: 500; }
QLabel[role="key"] {
    background: $raised; border: 1px solid $line_strong; border-bottom-width: 2px; border-radius: 4px;
    padding: 3px 9px; font-weight: 600;
}
QLabel[role="badge"] {
    background: $raised; border: 1px solid $line; border-radius: 4px; padding: 2px 10px; font-weight: 500;
}

QLabel[role="overlay"] {
    background: $panel; border: 1px solid $line_strong; border-radius: 6px; font-size: 18px; font-weight: 500;
}

QPushButton, QToolButton {
    background: $raised; color: $text; border: 1px solid $line_strong; border-radius: 6px;
    min-height: 42px; padding: 0 14px; font-weight: 500;
}
QToolButton { min-width: 30px; padding: 0 6px; }
QPushButton:hover, QToolButton:hover { background: $hover; }
QPushButton:pressed, QToolButton:pressed { background: $pressed; }
QPushButton:checked, QToolButton:checked { background: $accent_soft; border: 2px solid $accent; }
QPushButton:disabled, QToolButton:disabled { color: $text_off; border-color: $line; background: transparent; }
QPushButton:focus, QToolButton:focus { border: 2px solid $focus; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600; }
QPushButton[role="primary"]:hover { background: $accent_hover; }
QPushButton[role="primary"]:focus { border: 2px solid $text; }
QPushButton[role="primary"]:disabled { background: transparent; color: $text_off; border: 1px solid $line; }
QPushButton[role="flat"], QToolButton[role="flat"] { background: transparent; border: 1px solid transparent; }
QPushButton[role="flat"]:hover, QToolButton[role="flat"]:hover { background: $hover; }
QPushButton[role="flat"]:focus, QToolButton[role="flat"]:focus { border: 2px solid $focus; }
QToolButton[role="rail"] {
    background: transparent; border: none; border-left: 5px solid transparent; border-radius: 0;
    color: $text_soft; font-size: 14px; font-weight: 500; min-height: 72px; padding: 6px 5px 6px 0;
}
QToolButton[role="rail"]:hover { background: $hover; color: $text; }
QToolButton[role="rail"]:checked { background: $panel; color: $text; border-left: 5px solid $accent; }
QToolButton[role="rail"]:focus { border-left: 5px solid $focus; }
QToolButton[role="railSmall"] {
    background: transparent; border: 2px solid transparent; border-radius: 6px; min-height: 42px; color: $text_soft;
}
QToolButton[role="railSmall"]:hover { background: $hover; }
QToolButton[role="railSmall"]:focus { border: 2px solid $focus; }

QComboBox {
    background: $raised; border: 1px solid $line_strong; border-radius: 6px; min-height: 42px; padding: 0 12px;
    font-weight: 500;
}
QComboBox:hover { background: $hover; }
QComboBox:focus, QComboBox:on { border: 2px solid $focus; }
QComboBox:disabled { color: $text_off; border-color: $line; }
QComboBox::drop-down { border: none; width: 34px; }
QComboBox::down-arrow { image: none; }
QComboBox QAbstractItemView {
    background: $panel; color: $text; border: 1px solid $line_strong; outline: none; padding: 4px;
    selection-background-color: $accent_soft; selection-color: $text;
}
QComboBox QAbstractItemView::item { min-height: 42px; padding: 0 10px; }
QComboBox QAbstractItemView::item:selected { background: $accent_soft; color: $text; }

QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextEdit {
    background: $panel; border: 1px solid $line_strong; border-radius: 6px; padding: 4px 10px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QSpinBox, QDoubleSpinBox { min-height: 34px; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid $focus; }
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $focus; }

QCheckBox, QRadioButton { min-height: 42px; spacing: 10px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator {
    width: 22px; height: 22px; border: 2px solid $line_strong; background: $panel;
}
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 13px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox::indicator:checked { image: url("$check_mark"); }

QSlider:horizontal { min-height: 42px; background: transparent; }
QSlider::groove:horizontal { height: 6px; border-radius: 3px; background: $line; }
QSlider::sub-page:horizontal { height: 6px; border-radius: 3px; background: $accent; }
QSlider::handle:horizontal {
    width: 20px; margin: -10px 0; border-radius: 6px; background: $panel; border: 2px solid $line_strong;
}
QSlider::handle:horizontal:hover { background: $hover; }
QSlider:focus { border: none; }
QSlider::handle:horizontal:focus { border-color: $focus; }

QAbstractItemView { background: transparent; border: none; outline: none; }
QAbstractScrollArea { background: transparent; border: none; }
ZoomView, FrameCanvas { background: $surround; border: 2px solid transparent; }

QScrollBar:vertical { background: transparent; width: 14px; margin: 0; }
QScrollBar::handle:vertical { background: $line_strong; border-radius: 5px; min-height: 44px; margin: 2px; }
QScrollBar:horizontal { background: transparent; height: 14px; margin: 0; }
QScrollBar::handle:horizontal { background: $line_strong; border-radius: 5px; min-width: 44px; margin: 2px; }
QScrollBar::handle:hover { background: $text_soft; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QMenu { background: $panel; border: 1px solid $line_strong; padding: 4px; }
QMenu::item { min-height: 42px; padding: 0 24px; }
QMenu::item:selected { background: $accent_soft; }
QSplitter::handle { background: $window; }
QProgressBar { background: $raised; border: 1px solid $line; border-radius: 4px; min-height: 12px; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QToolTip { background: $panel; color: $text; border: 1px solid $line_strong; padding: 6px 8px; font-size: 15px; }
"""
