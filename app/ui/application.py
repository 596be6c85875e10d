"""The application: everything Qt needs before the first window, and the way from a station to a running program."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from app import __version__
from app.ui import icons, theme
from app.ui.bridge import LineBridge
from app.ui.fonts import load_fonts
from app.ui.key_positions import KeyPositions
from app.ui.preferences import Preferences
from app.ui.shell import MainWindow, PageEntry
from app.ui.station import Station

_log = logging.getLogger("app.ui.qt")

_LEVELS: dict[QtMsgType, int] = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def make_application(arguments: Sequence[str] | None = None) -> QApplication:
    """The ``QApplication``, dressed in the person's theme; the one there is where one is there already."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        application = existing
    else:
        QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
        application = QApplication(list(sys.argv[:1] if arguments is None else arguments))
        qInstallMessageHandler(_log_message)
    QCoreApplication.setOrganizationName("StripSight")
    QCoreApplication.setApplicationName("StripSight")
    QCoreApplication.setApplicationVersion(__version__)
    # The platform's style would bring its own sizes and colours; Fusion takes all of them from the theme.
    application.setStyle("Fusion")
    load_fonts()
    theme.apply_theme(application, Preferences().theme)
    application.setWindowIcon(QIcon(icons.icon("strip", "accent")))
    return application


def make_window(station: Station, pages: Sequence[PageEntry]) -> MainWindow:
    """The window on this station, with its bridge, not yet shown."""
    bridge = LineBridge(station)
    window = MainWindow(station, bridge, pages)
    bridge.setParent(window)
    KeyPositions(window)
    return window


def run_app(station: Station, pages: Sequence[PageEntry], on_shown: Callable[[MainWindow], None] | None = None) -> int:
    """Show the window and run until it is closed; the exit code. ``on_shown`` is called once it is on the screen."""
    application = make_application()
    window = make_window(station, pages)
    window.show_where_it_was()
    if on_shown is not None:
        on_shown(window)
    code = application.exec()
    window.close()
    return code


def grab(window: QWidget, path: Path) -> None:
    """Save what the window shows as a PNG; works offscreen. Raises ``OSError`` where it cannot be written."""
    QCoreApplication.processEvents()
    if not window.grab().save(str(path), "PNG"):
        raise OSError(f"The screenshot cannot be written to {path}; choose another place.")


def _log_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Qt's own messages go to the log, with where they came from, rather than raw to stderr."""
    where = f" ({context.category})" if context.category and context.category != "default" else ""
    _log.log(_LEVELS.get(kind, logging.WARNING), "%s%s", text, where)
