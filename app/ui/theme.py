"""The design tokens: every colour of the interface, light and dark side by side, and the theme made of them.

Text on its ground has a contrast of at least 4.5 to 1 in both themes (checked by a test). Verdicts differ in
lightness as well as in hue, and always come with a shape and a word.
"""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from app import paths
from app.ui import style
from app.ui.fonts import text_font
from app.words.inspection import VerdictKind


class ThemeName(StrEnum):
    """The two themes."""

    LIGHT = "light"
    DARK = "dark"

    @property
    def other(self) -> ThemeName:
        """The one that is not this."""
        return ThemeName.DARK if self is ThemeName.LIGHT else ThemeName.LIGHT


TOKENS: dict[str, tuple[str, str]] = {
    #                        light      dark
    "window": ("#e6eaed", "#14171a"),  # behind everything
    "rail": ("#d5dbe0", "#0f1214"),  # the pages' rail and the status bar
    "panel": ("#ffffff", "#1e2327"),  # what holds content
    "raised": ("#f0f3f5", "#2a3036"),  # buttons and rows on a panel
    "hover": ("#e2e8ed", "#363e46"),
    "pressed": ("#d0d9e0", "#424c55"),
    "surround": ("#bcc4cb", "#0a0c0d"),  # around a frame: neutral, so that steel is judged right
    "line": ("#c2cad1", "#363e45"),  # borders that divide
    "line_strong": ("#6f7c87", "#77838e"),  # borders of what can be operated
    "text": ("#12171b", "#eef2f4"),
    "text_soft": ("#46515b", "#adb8c1"),  # captions
    "text_off": ("#78838c", "#7d8893"),  # what cannot be used now
    "accent": ("#0a5ea8", "#58aef2"),  # what is chosen, and the first thing to press
    "accent_hover": ("#084c88", "#7cc1f7"),
    "accent_soft": ("#d5e7f6", "#173349"),  # the ground of what is chosen
    "on_accent": ("#ffffff", "#06131d"),
    "focus": ("#0a5ea8", "#8ccbff"),
    "pass": ("#00724f", "#0b8560"),
    "on_pass": ("#ffffff", "#ffffff"),
    "review": ("#f5b100", "#f7b917"),
    "on_review": ("#1c1400", "#1c1400"),
    "reject": ("#c11f17", "#d0281f"),
    "on_reject": ("#ffffff", "#ffffff"),
    "not_inspected": ("#6a5f82", "#74698f"),
    "on_not_inspected": ("#ffffff", "#ffffff"),
    "idle": ("#d5dbe0", "#2a3036"),  # the verdict's place while there is none
    "on_idle": ("#46515b", "#adb8c1"),
    "error_ground": ("#fde4e1", "#4a1a17"),
    "on_error": ("#6d0f0a", "#ffd9d5"),
    "notice_ground": ("#fff0c7", "#42340b"),
    "on_notice": ("#4a3600", "#ffe7a6"),
}
"""Every colour by name: (light, dark)."""

_active = ThemeName.DARK


def colours(name: ThemeName) -> dict[str, str]:
    """One theme's colours by token, as ``#rrggbb``."""
    column = 0 if name is ThemeName.LIGHT else 1
    return {token: pair[column] for token, pair in TOKENS.items()}


def active() -> ThemeName:
    """The theme in use."""
    return _active


def colour(token: str) -> QColor:
    """A token's colour in the theme in use. Ask when painting: the theme may change at any time."""
    return QColor(TOKENS[token][0 if _active is ThemeName.LIGHT else 1])


def verdict_colours(kind: VerdictKind | None) -> tuple[QColor, QColor]:
    """Ground and text of a verdict; those of no verdict for ``None``."""
    token = "idle" if kind is None else kind.value
    return colour(token), colour(f"on_{token}")


def apply_theme(application: QApplication, name: ThemeName) -> None:
    """Dress the whole application; widgets get a style change event and repaint."""
    global _active  # noqa: PLW0603 - one application has one theme
    _active = name
    application.setFont(text_font())
    application.setPalette(make_palette(name))
    # A style sheet paints files as they are, so the mark is drawn once a theme.
    check_mark = paths.resources() / "theme" / f"checked-{name.value}.svg"
    application.setStyleSheet(style.sheet(colours(name), check_mark))


def make_palette(name: ThemeName) -> QPalette:
    """The palette for what the style sheet does not reach."""
    shades = colours(name)
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, token in (
        (roles.Window, "window"),
        (roles.WindowText, "text"),
        (roles.Base, "panel"),
        (roles.AlternateBase, "raised"),
        (roles.Text, "text"),
        (roles.Button, "raised"),
        (roles.ButtonText, "text"),
        (roles.BrightText, "on_reject"),
        (roles.Highlight, "accent"),
        (roles.HighlightedText, "on_accent"),
        (roles.ToolTipBase, "panel"),
        (roles.ToolTipText, "text"),
        (roles.PlaceholderText, "text_soft"),
        (roles.Link, "accent"),
        (roles.LinkVisited, "accent"),
        (roles.Mid, "line"),
        (roles.Dark, "line_strong"),
    ):
        palette.setColor(role, QColor(shades[token]))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(shades["text_off"]))
    return palette
