"""Keys: one table a page says what each does; shortcuts, tooltips and the keys sheet are made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QWidget

CONTEXT = "keys"
"""The translation context of the bindings' titles."""


@dataclass(frozen=True, slots=True)
class KeyBinding:
    """What keys do. ``keys`` are in Qt's portable notation; ``shown`` replaces them in the sheet ('1 … 9').

    A binding whose keys are handled by a widget itself (the canvas's arrows, a key that is held) has ``keys`` empty.
    """

    name: str
    title: str
    keys: tuple[str, ...] = ()
    shown: str = ""

    @property
    def label(self) -> str:
        """The keys as people read them, in the platform's notation."""
        if self.shown:
            return self.shown
        native = QKeySequence.SequenceFormat.NativeText
        return " / ".join(QKeySequence(key).toString(native) for key in self.keys)

    @property
    def worded(self) -> str:
        """The title in the language of the interface."""
        return QCoreApplication.translate(CONTEXT, self.title)


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """The bindings of one page, or of the whole window."""

    title: str
    bindings: tuple[KeyBinding, ...]

    def __getitem__(self, name: str) -> KeyBinding:
        """The binding with this name."""
        return next(binding for binding in self.bindings if binding.name == name)


def bind(owner: QWidget, binding: KeyBinding, slot: Callable[[], object]) -> None:
    """Call ``slot`` when one of the keys is pressed in the window while ``owner`` (a page, the window) is visible."""
    for key in binding.keys:
        shortcut = QShortcut(QKeySequence(key), owner)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(slot)


def explain(button: QAbstractButton, binding: KeyBinding) -> None:
    """Say in the button's tooltip what it does and by which key."""
    button.setToolTip(f"{binding.worded}  ({binding.label})")
    button.setAccessibleName(binding.worded)
