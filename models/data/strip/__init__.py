"""The synthetic strip: rolled steel rendered frame by frame, with four kinds of defect and their exact masks.

Used for the simulated line, for the demonstration bundle and wherever no customer's frame may be shown.
"""

from models.data.strip.presets import PRESETS, Preset, find_preset
from models.data.strip.renderer import RenderedFrame, StripRenderer
from models.data.strip.taxonomy import DEMO_STRIP

__all__ = ["DEMO_STRIP", "PRESETS", "Preset", "RenderedFrame", "StripRenderer", "find_preset"]
