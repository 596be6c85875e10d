"""The folder of what can be made again: compiled models, copies of data, rendered frames."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

HOME_VARIABLE = "STRIPSIGHT_HOME"
CACHE_VARIABLE = "STRIPSIGHT_CACHE"


def cache_folder() -> Path:
    """A person's own cache; ``STRIPSIGHT_CACHE`` moves it elsewhere, ``STRIPSIGHT_HOME`` with everything else."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser() / "cache"
    return Path(platformdirs.user_cache_dir("stripsight", appauthor=False))
