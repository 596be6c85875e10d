"""Focus keys: the keys of whichever widget has the focus, for what must see them wherever in the window that is.

A filter on the application would see every event of the program, thousands a second while frames stream, and each costs
a wait for the interpreter while the line calculates. Keys go to the widget with the focus, so that is where the one
filter sits, and it moves along.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
_NAME = "focusKeys"


@dataclass(frozen=True, slots=True, eq=False)
class _Listener:
    take: Callable[[QKeyEvent, QWidget], bool]
    let_go: Callable[[], None]


class FocusKeys(QObject):
    """Tells its listeners of every key, the latest first, until one takes it. There is one, see ``focus_keys``."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.setObjectName(_NAME)
        self._listeners: list[_Listener] = []
        self._watched: QWidget | None = None
        application.focusChanged.connect(self._on_focus_changed)
        self._watch(application.focusWidget())

    def listen(
        self, owner: QObject, take: Callable[[QKeyEvent, QWidget], bool], let_go: Callable[[], None] = lambda: None
    ) -> None:
        """Ask ``take`` about every key press and release, with the widget it goes to, as long as ``owner`` lives.

        A key it takes (true) goes nowhere else. ``let_go`` is called where no widget has the focus any more, for a key
        that is held then is let up elsewhere.
        """
        listener = _Listener(take, let_go)
        self._listeners.append(listener)
        owner.destroyed.connect(lambda: self._listeners.remove(listener))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """See what the widget with the focus gets."""
        if event.type() not in _KEYS or not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        return any(listener.take(event, watched) for listener in reversed(self._listeners))

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        self._watch(new)
        if new is None:
            for listener in self._listeners:
                listener.let_go()

    def _watch(self, widget: QWidget | None) -> None:
        # Without a focus keys go to the window itself.
        wanted = widget or QApplication.activeWindow()
        if self._watched is not None:
            self._watched.removeEventFilter(self)
            self._watched.destroyed.disconnect(self._on_gone)
        self._watched = wanted
        if wanted is not None:
            wanted.installEventFilter(self)
            wanted.destroyed.connect(self._on_gone)

    @Slot()
    def _on_gone(self) -> None:
        self._watched = None


def focus_keys() -> FocusKeys:
    """The application's one; made when it is first asked for."""
    application = QApplication.instance()
    assert isinstance(application, QApplication), "whoever listens to keys is part of a window"
    found = application.findChild(FocusKeys, _NAME)
    return found if isinstance(found, FocusKeys) else FocusKeys(application)
