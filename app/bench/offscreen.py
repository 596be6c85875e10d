"""The window's own toolkit where nobody sees it: no bench opens a window on somebody's desk, nor needs one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from app.bench.bench import BenchError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication


def offscreen_application() -> QApplication:
    """The application, offscreen unless a platform is named. Raises ``BenchError`` where Qt cannot be loaded."""
    # Before anything of Qt is imported: it reads the platform when it starts.
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    try:
        from app.ui.application import make_application
    except ImportError as error:
        raise BenchError(f"This bench needs the interface, which cannot be loaded ({error}).") from error
    return make_application([])
