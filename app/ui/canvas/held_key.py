"""A key that means something for as long as it is held, wherever in its window the focus lies."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.ui.focus_keys import focus_keys
from app.ui.key_positions import TEXT_INPUTS, key_at_place


class HeldKey(QObject):
    """Says when ``key`` goes down and up while ``owner`` is visible in the active window.

    Signals: ``went_down``, ``went_up``. A window that loses the focus lets the key up.
    """

    went_down = Signal()
    went_up = Signal()

    def __init__(self, key: Qt.Key, owner: QWidget) -> None:
        super().__init__(owner)
        self._key = key
        self._owner = owner
        self._down = False
        focus_keys().listen(self, self._take, self._let_up)

    @property
    def is_down(self) -> bool:
        """Whether the key is held now."""
        return self._down

    def _take(self, event: QKeyEvent, watched: QWidget) -> bool:
        """See every key of the window that has the focus; take only this one."""
        pressed = key_at_place(event) or event.key()
        if pressed != self._key or not self._is_ours(watched):
            return False
        if event.isAutoRepeat():
            return self._down
        if event.type() == QEvent.Type.KeyRelease:
            was_down = self._down
            self._let_up()
            return was_down
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        self._down = True
        self.went_down.emit()
        return True

    def _is_ours(self, watched: QWidget) -> bool:
        if self._down:
            return True
        return (
            self._owner.isVisible()
            and watched.window() is self._owner.window()
            and not isinstance(watched, TEXT_INPUTS)
        )

    def _let_up(self) -> None:
        if self._down:
            self._down = False
            self.went_up.emit()
