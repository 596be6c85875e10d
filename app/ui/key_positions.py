"""Key positions: shortcuts by where a key lies, on keyboards whose layout has other letters or digits there.

A Cyrillic or Greek keyboard has no key that says 'B', and a French one has its digits on Shift. What Qt's own shortcuts
do not take is looked up by the key's place: the letter or digit that a US keyboard has there.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from app.ui.focus_keys import focus_keys

TEXT_INPUTS = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
"""While one of these has the focus a letter is text."""

# Linux input codes (linux/input-event-codes.h), which are a PC keyboard's scan codes: what Windows gives as they are
# and X11 and Wayland with 8 added.
_ROWS = {2: "1234567890", 16: "QWERTYUIOP[]", 30: "ASDFGHJKL", 44: "ZXCVBNM,."}
_PLACES = {first + step: sign for first, signs in _ROWS.items() for step, sign in enumerate(signs)}
_SHIFTED_BY_8 = ("xcb", "wayland", "offscreen")
_LAST_ASCII, _FIRST_SPECIAL = 0x7F, 0x01000000


def key_at_place(event: QKeyEvent) -> Qt.Key | None:
    """The key that a US keyboard has where this one was pressed; ``None`` where the layout's own is to be taken.

    That is where it is a letter or sign of its own script, or a digit row's key that gives its digit with Shift alone.
    """
    platform = QGuiApplication.platformName()
    if platform not in (*_SHIFTED_BY_8, "windows") or not event.nativeScanCode():
        return None
    sign = _PLACES.get(event.nativeScanCode() - (8 if platform in _SHIFTED_BY_8 else 0))
    if sign is None:
        return None
    foreign = _LAST_ASCII < event.key() < _FIRST_SPECIAL
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    other_digit = sign.isdigit() and not shift and event.key() != ord(sign)
    return Qt.Key(ord(sign)) if foreign or other_digit else None


class KeyPositions(QObject):
    """Sees every key of a window that no shortcut took, and tries the sign of its place."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        focus_keys().listen(self, self._take)

    def _take(self, event: QKeyEvent, watched: QWidget) -> bool:
        """Activate the shortcut of the window the key was pressed in."""
        if event.type() != QEvent.Type.KeyPress or isinstance(watched, TEXT_INPUTS):
            return False
        if watched.window() is not self._window:
            return False
        key = key_at_place(event)
        if key is None:
            return False
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        wanted = QKeySequence(QKeyCombination(modifiers, key))
        for shortcut in self._window.findChildren(QShortcut):
            owner = shortcut.parent()
            shown = isinstance(owner, QWidget) and owner.isVisible() and _reaches(shortcut, owner, watched)
            repeats = shortcut.autoRepeat() or not event.isAutoRepeat()
            sequences: list[QKeySequence] = shortcut.keys()
            if shown and repeats and shortcut.isEnabled() and wanted in sequences:
                shortcut.activated.emit()
                return True
        return False


def _reaches(shortcut: QShortcut, owner: QWidget, pressed_in: QWidget) -> bool:
    """Whether a key pressed in a widget is the shortcut's to take."""
    if shortcut.context() in (Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.ApplicationShortcut):
        return True
    return pressed_in is owner or (
        shortcut.context() == Qt.ShortcutContext.WidgetWithChildrenShortcut and owner.isAncestorOf(pressed_in)
    )
