"""The program itself in a process of its own: for what must not be disturbed by what was loaded or measured before."""

from __future__ import annotations

import sys
from pathlib import Path


def own_command() -> list[str]:
    """The words that start this very program, from a checkout, a wheel or a frozen executable."""
    return [sys.executable] if is_frozen() else [sys.executable, "-m", "app"]


def own_folder() -> Path:
    """The folder that ``-m app`` finds the program in."""
    return Path(__file__).resolve().parents[2]


def is_frozen() -> bool:
    """Whether this is an executable without a Python interpreter to call."""
    return getattr(sys, "_MEIPASS", None) is not None
