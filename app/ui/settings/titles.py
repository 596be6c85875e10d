"""What settings, their values and their groups are called on the page."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app import settings
from app.settings import Setting

CONTEXT = "settings"

GROUPS: tuple[tuple[str, tuple[Setting[str] | Setting[float] | Setting[bool], ...]], ...] = (
    (str(QT_TRANSLATE_NOOP("settings", "You")), (settings.OPERATOR_NAME, settings.THEME, settings.REVIEW_NEIGHBOURS)),
    (
        str(QT_TRANSLATE_NOOP("settings", "This station")),
        (settings.STATION_NAME, settings.DEFAULT_SOURCE, settings.DEFAULT_BUNDLE),
    ),
    (
        str(QT_TRANSLATE_NOOP("settings", "What is kept")),
        (settings.DATA_FOLDER, settings.IMAGE_QUOTA_GB, settings.KEPT_PASS_SHARE),
    ),
)
"""The settings on the page; the device has a panel of its own, page and opacity are chosen where they are."""

TITLES: Mapping[str, str] = {
    settings.OPERATOR_NAME.key: str(QT_TRANSLATE_NOOP("settings", "Your name")),
    settings.THEME.key: str(QT_TRANSLATE_NOOP("settings", "Theme")),
    settings.REVIEW_NEIGHBOURS.key: str(QT_TRANSLATE_NOOP("settings", "Frames before and after")),
    settings.STATION_NAME.key: str(QT_TRANSLATE_NOOP("settings", "Station's name")),
    settings.DEFAULT_SOURCE.key: str(QT_TRANSLATE_NOOP("settings", "Source at the start")),
    settings.DEFAULT_BUNDLE.key: str(QT_TRANSLATE_NOOP("settings", "Model at the start")),
    settings.DATA_FOLDER.key: str(QT_TRANSLATE_NOOP("settings", "Data folder")),
    settings.IMAGE_QUOTA_GB.key: str(QT_TRANSLATE_NOOP("settings", "Disk for images, GB")),
    settings.KEPT_PASS_SHARE.key: str(QT_TRANSLATE_NOOP("settings", "Share of passed frames kept")),
}

VALUES: Mapping[str, str] = {
    "system": str(QT_TRANSLATE_NOOP("settings", "As the desktop")),
    "light": str(QT_TRANSLATE_NOOP("settings", "Light")),
    "dark": str(QT_TRANSLATE_NOOP("settings", "Dark")),
    "auto": str(QT_TRANSLATE_NOOP("settings", "Automatic: the fastest that runs")),
    "cuda": str(QT_TRANSLATE_NOOP("settings", "NVIDIA GPU")),
    "cpu": str(QT_TRANSLATE_NOOP("settings", "Processor")),
    "openvino": str(QT_TRANSLATE_NOOP("settings", "Processor, OpenVINO")),
    "torch": str(QT_TRANSLATE_NOOP("settings", "Processor, torch")),
}


def worded(text: str) -> str:
    """A word of these tables in the language of the interface."""
    return QCoreApplication.translate(CONTEXT, text)
