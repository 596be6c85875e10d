"""Where things lie: the program's resources, the station's data and a person's own settings.

Station data (store, images, bundles, recipes) lies machine-wide so that the next shift finds it; what a person likes
(window, keys, theme) lies with the person. ``STRIPSIGHT_HOME`` moves both below one folder: for tests, for a
read-only machine and for a second station on one computer.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs

from models.cache_folder import HOME_VARIABLE, cache_folder


def resources() -> Path:
    """The folder of icons, bundles and plans, from a checkout, a wheel or a frozen executable."""
    frozen = getattr(sys, "_MEIPASS", None)
    base = Path(frozen) if frozen else Path(__file__).resolve().parent.parent
    return base / "resources"


def station_data() -> Path:
    """The machine-wide folder of the station; a person's own where the machine-wide one cannot be written."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser() / "station"
    shared = Path(platformdirs.site_data_dir("stripsight", appauthor=False, multipath=False))
    if _writable(shared):
        return shared
    return Path(platformdirs.user_data_dir("stripsight", appauthor=False))


def person_settings() -> Path:
    """The folder of what one person likes: window, keys, theme."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser() / "person"
    return Path(platformdirs.user_config_dir("stripsight", appauthor=False))


def cache() -> Path:
    """The folder of what can be made again: compiled models. ``STRIPSIGHT_CACHE`` moves it elsewhere."""
    return cache_folder()


def bundle_folders() -> tuple[Path, ...]:
    """Where bundles are looked for by name: the station's own first, then the shipped ones."""
    return station_data() / "bundles", resources() / "bundles"


def _writable(folder: Path) -> bool:
    """Whether ``folder`` can be written or made; the nearest existing parent decides for one that is not there yet."""
    for place in (folder, *folder.parents):
        if place.exists():
            return place.is_dir() and os.access(place, os.W_OK)
    return False
