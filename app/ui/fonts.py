"""The fonts of the program: bundled, because a fresh machine may have none and would show blank boxes."""

from __future__ import annotations

import logging

from PySide6.QtGui import QFont, QFontDatabase

from app import paths

FAMILY = "Inter"
BASE_SIZE_PX = 15

_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
_log = logging.getLogger(__name__)


def load_fonts() -> None:
    """Make the bundled fonts known to the application; a missing file is logged, and the system's font is used."""
    for name in _FILES:
        path = paths.resources() / "fonts" / name
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            _log.warning("The font %s cannot be loaded; install the program again.", path)


def text_font(size_px: int = BASE_SIZE_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The program's font at a size in pixels."""
    font = QFont(FAMILY)
    font.setPixelSize(size_px)
    font.setWeight(weight)
    return font


def figures_font(size_px: int = BASE_SIZE_PX, weight: QFont.Weight = QFont.Weight.Medium) -> QFont:
    """The same with tabular figures: digits of one width, so that a counter does not tremble."""
    font = text_font(size_px, weight)
    if hasattr(font, "setFeature"):  # Qt 6.7 and later
        font.setFeature(QFont.Tag("tnum"), 1)
    return font
