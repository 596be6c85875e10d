"""What the canvas says about the pointer: small immutable records, in frame pixels."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt


@dataclass(frozen=True, slots=True)
class PointerAt:
    """The pointer over the frame. ``x`` and ``y`` are in frame pixels from the frame's top left corner, with fractions;
    the pixel pointed at is ``(floor(x), floor(y))``. They may lie outside the frame while a button is held.

    ``button`` is the one pressed or released (``NoButton`` for a move), ``buttons`` all that are down.
    """

    x: float
    y: float
    button: Qt.MouseButton
    buttons: Qt.MouseButton
    modifiers: Qt.KeyboardModifier
    pressure: float = 1.0
    """A pen's, 0 to 1; a mouse always presses fully."""


@dataclass(frozen=True, slots=True)
class HoveredPixel:
    """The frame pixel under the pointer: its place, its grey value or (red, green, blue), and the classes there."""

    x: int
    y: int
    value: tuple[int, ...]
    class_ids: tuple[int, ...]
