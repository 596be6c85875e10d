"""What a person likes: theme, opacity, the page that was open, the window's place. Kept with the person."""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QGuiApplication

from app import paths
from app.settings import (
    LAST_PAGE,
    OVERLAY_OPACITY,
    REVIEW_NEIGHBOURS,
    THEME,
    Place,
    Setting,
    SettingsError,
    Value,
    load,
    save,
)
from app.ui.theme import ThemeName

_log = logging.getLogger(__name__)


class Preferences:
    """Read at the start, written when changed; a file that cannot be read means the defaults.

    The values are the person's part of ``app.settings``; only the window's place, which nobody writes by hand, lies in
    Qt's own file beside them.
    """

    def __init__(self) -> None:
        # What could not be used was said when the program started.
        self._values, _ = load()
        path = paths.person_settings() / "window.ini"
        # Where the folder cannot be made, QSettings keeps the place for this run alone.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._window = QSettings(str(path), QSettings.Format.IniFormat)

    def __getitem__(self, setting: Setting[Value]) -> Value:
        """What holds for a setting."""
        return self._values[setting]

    def is_default(self, setting: Setting[Any]) -> bool:
        """Whether nobody chose a value."""
        return self._values.is_default(setting)

    def choose(self, setting: Setting[Any], value: Any) -> None:
        """Change a setting, of the person or of the station, and write it to disk at once.

        Raises ``SettingsError`` where it cannot take the value, or where it cannot be written; it holds for this run
        then.
        """
        self._values = self._values.replaced(setting, value)
        save(self._values, setting.place)

    def back_to_default(self, setting: Setting[Any]) -> None:
        """Forget what was chosen. Raises ``SettingsError`` where that cannot be written."""
        self._values = self._values.reset(setting)
        save(self._values, setting.place)

    @property
    def theme(self) -> ThemeName:
        """Light or dark; 'system' is whichever the desktop has."""
        name = self._values[THEME]
        if name == "system":
            light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
            return ThemeName.LIGHT if light else ThemeName.DARK
        return ThemeName(name)

    @theme.setter
    def theme(self, name: ThemeName) -> None:
        self._values = self._values.replaced(THEME, name.value)

    @property
    def opacity_percent(self) -> int:
        """How opaque masks are, 0 to 100."""
        return round(self._values[OVERLAY_OPACITY] * 100)

    @opacity_percent.setter
    def opacity_percent(self, percent: int) -> None:
        self._values = self._values.replaced(OVERLAY_OPACITY, percent / 100)

    @property
    def last_page(self) -> str:
        """The name of the page that was in front."""
        return self._values[LAST_PAGE]

    @last_page.setter
    def last_page(self, name: str) -> None:
        self._values = self._values.replaced(LAST_PAGE, name)

    @property
    def review_neighbours(self) -> bool:
        """Whether the review shows the frames before and after."""
        return self._values[REVIEW_NEIGHBOURS]

    @review_neighbours.setter
    def review_neighbours(self, shown: bool) -> None:
        self._values = self._values.replaced(REVIEW_NEIGHBOURS, shown)

    @property
    def geometry(self) -> QByteArray:
        """The window's place and size, as Qt saves it; empty at first."""
        value = self._window.value("geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._window.setValue("geometry", value)

    def save(self) -> None:
        """Write to disk now. Where that fails, the values hold for this run, and the log says so."""
        self._window.sync()
        try:
            save(self._values, Place.PERSON)
        except SettingsError as error:
            _log.warning("%s", error)
