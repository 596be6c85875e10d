"""Whether there is a display to open a window on. Qt aborts the process where there is none, so it is asked before."""

from __future__ import annotations

import os
import re
import socket
import sys
from pathlib import Path

_X_DISPLAY = re.compile(r"(?P<host>[^:]*):(?P<number>\d+)(?:\.\d+)?")


def display_available() -> bool:
    """True on Windows and macOS, and on Linux where a Wayland or X server answers."""
    if os.environ.get("QT_QPA_PLATFORM"):
        # Whoever names the platform has decided.
        return True
    if not sys.platform.startswith("linux"):
        return True
    return _wayland_answers(os.environ) or _x_answers(os.environ.get("DISPLAY", ""))


def _wayland_answers(environment: os._Environ[str]) -> bool:
    name, folder = environment.get("WAYLAND_DISPLAY"), environment.get("XDG_RUNTIME_DIR")
    return bool(name) and (Path(folder or "/") / str(name)).exists()


def _x_answers(display: str) -> bool:
    match = _X_DISPLAY.fullmatch(display)
    if match is None:
        return False
    if match["host"] not in ("", "unix"):
        # A forwarded display: the host's own business, and its failure is Qt's to tell.
        return True
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(2.0)
        for address in (f"/tmp/.X11-unix/X{match['number']}", f"\0/tmp/.X11-unix/X{match['number']}"):  # noqa: S108
            try:
                connection.connect(address)
            except OSError:
                continue
            return True
    return False
