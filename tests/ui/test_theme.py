"""The theme: contrast, verdicts told apart, and a switch that reaches everything on the screen."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QColor, QFontDatabase, QFontMetricsF, QRawFont
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app import paths
from app.ui import icons, style, theme
from app.ui.fonts import FAMILY, figures_font, load_fonts, text_font
from app.ui.theme import ThemeName

TEXT_ON = [("text", ground) for ground in ("window", "rail", "panel", "raised", "hover", "pressed", "accent_soft")] + [
    ("text_soft", "window"),
    ("text_soft", "rail"),
    ("text_soft", "panel"),
    ("text_soft", "raised"),
    ("text_soft", "accent_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_pass", "pass"),
    ("on_review", "review"),
    ("on_reject", "reject"),
    ("on_not_inspected", "not_inspected"),
    ("on_idle", "idle"),
    ("on_error", "error_ground"),
    ("on_notice", "notice_ground"),
]


@pytest.fixture
def application(qapp: QApplication) -> Iterator[QApplication]:
    load_fonts()
    before, sheet, palette, font = theme.active(), qapp.styleSheet(), qapp.palette(), qapp.font()
    yield qapp
    theme.apply_theme(qapp, before)
    qapp.setStyleSheet(sheet)
    qapp.setPalette(palette)
    qapp.setFont(font)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = []
    for start in (1, 3, 5):
        value = int(colour[start : start + 2], 16) / 255
        parts.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: str, second: str) -> float:
    """WCAG 2.1 contrast ratio, 1 to 21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_by_hand() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", list(ThemeName))
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read(name: ThemeName, ink: str, ground: str) -> None:
    shades = theme.colours(name)
    assert contrast(shades[ink], shades[ground]) >= 4.5


@pytest.mark.parametrize("name", list(ThemeName))
def test_what_can_be_operated_has_a_visible_edge(name: ThemeName) -> None:
    shades = theme.colours(name)
    for ground in ("panel", "window"):
        assert contrast(shades["line_strong"], shades[ground]) >= 3
        assert contrast(shades["focus"], shades[ground]) >= 3


@pytest.mark.parametrize("name", list(ThemeName))
def test_pass_and_reject_differ_for_the_colour_blind(name: ThemeName) -> None:
    """Red and green confused: what is left is blue against yellow, so one of them must hold more blue."""
    shades = theme.colours(name)
    blues = {kind: QColor(shades[kind]).blueF() for kind in ("pass", "reject")}
    assert abs(blues["pass"] - blues["reject"]) > 0.15
    for first, second in combinations(("pass", "review", "reject", "not_inspected"), 2):
        assert shades[first] != shades[second]


def test_every_token_has_two_colours() -> None:
    for token, pair in theme.TOKENS.items():
        assert all(QColor(value).isValid() for value in pair), token


@pytest.mark.parametrize("name", list(ThemeName))
def test_the_sheet_is_filled_in(name: ThemeName) -> None:
    assert "$" not in style.sheet(theme.colours(name), Path("mark.svg"))


def test_a_switch_changes_what_is_on_the_screen(application: QApplication, qtbot: QtBot) -> None:
    button = QPushButton(icons.icon("start"), "Start")
    button.setIconSize(QSize(32, 32))
    qtbot.addWidget(button)
    shown = {}
    for name in ThemeName:
        theme.apply_theme(application, name)
        button.show()
        QApplication.processEvents()
        shown[name] = button.grab().toImage()
        raised = QColor(theme.colours(name)["raised"])
        assert shown[name].pixelColor(button.width() // 2, 6) == raised
        assert application.palette().window().color() == QColor(theme.colours(name)["window"])
    # The icon follows too: its ink is near the theme's text colour in both.
    for name, image in shown.items():
        ink = QColor(theme.colours(name)["text"])
        assert any(image.pixelColor(x, y) == ink for x in range(8, 50) for y in range(4, image.height() - 4)), name


def test_targets_are_large_enough_for_gloves(application: QApplication, qtbot: QtBot) -> None:
    theme.apply_theme(application, ThemeName.DARK)
    button = QPushButton("Start")
    qtbot.addWidget(button)
    assert button.sizeHint().height() >= 40


def test_every_icon_draws_something(qapp: QApplication) -> None:
    names = sorted(path.stem for path in (paths.resources() / "icons").glob("*.svg"))
    assert len(names) > 30
    for name in names:
        image = icons.pixmap(name, QColor("#ff0000"), 32).toImage()
        inked = [image.pixelColor(x, y) for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() > 200]
        assert inked, name
        assert all(colour.red() > 240 and colour.green() < 16 for colour in inked), name


def test_the_bundled_font_is_used(application: QApplication) -> None:
    assert FAMILY in QFontDatabase.families()
    raw = QRawFont.fromFont(text_font(20))
    assert raw.familyName() == FAMILY
    # What the interface writes beside letters: a thin space between thousands, squares, ellipsis, times, dashes.
    for character in "\u202f²…×–·°µ":
        assert raw.supportsCharacter(ord(character)), hex(ord(character))


def test_figures_have_one_width(application: QApplication) -> None:
    metrics = QFontMetricsF(figures_font(30))
    widths = [metrics.horizontalAdvance(digit * 10) for digit in "0123456789"]
    assert max(widths) - min(widths) < 0.5
    # The plain font's one is narrower: the feature does something.
    plain = QFontMetricsF(text_font(30))
    assert plain.horizontalAdvance("1" * 10) < plain.horizontalAdvance("0" * 10) - 10


def test_qt_returns_none_without_losing_it() -> None:
    """PySide6 6.12.0 took a reference from None at every call; below Python 3.12 the program then ended in an abort."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 500
