"""What a person likes: theme, opacity, the window's place. Kept with the person, not with the station."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import QByteArray, QSettings

from app import paths
from app.ui.theme import ThemeName


class Preferences:
    """Read at the start, written when changed; a file that cannot be read means the defaults."""

    def __init__(self) -> None:
        path = paths.person_settings() / "window.ini"
        # Where the folder cannot be made, QSettings keeps the values for this run alone.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._settings = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def theme(self) -> ThemeName:
        """Light or dark."""
        value = str(self._settings.value("theme", ThemeName.DARK.value))
        return ThemeName(value) if value in list(ThemeName) else ThemeName.DARK

    @theme.setter
    def theme(self, name: ThemeName) -> None:
        self._settings.setValue("theme", name.value)

    @property
    def opacity_percent(self) -> int:
        """How opaque masks are, 0 to 100."""
        try:
            return min(max(int(str(self._settings.value("opacity_percent", 45))), 0), 100)
        except ValueError:
            return 45

    @opacity_percent.setter
    def opacity_percent(self, percent: int) -> None:
        self._settings.setValue("opacity_percent", percent)

    @property
    def geometry(self) -> QByteArray:
        """The window's place and size, as Qt saves it; empty at first."""
        value = self._settings.value("geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._settings.setValue("geometry", value)

    def save(self) -> None:
        """Write to disk now."""
        self._settings.sync()
