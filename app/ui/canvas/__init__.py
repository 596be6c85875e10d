"""The canvas: one frame with its mask stack over it, to look at and to draw on."""

from app.ui.canvas.canvas import FrameCanvas
from app.ui.canvas.held_key import HeldKey
from app.ui.canvas.pointer import HoveredPixel, PointerAt
from app.ui.canvas.tone import Tone

__all__ = ["FrameCanvas", "HeldKey", "HoveredPixel", "PointerAt", "Tone"]
