"""The window: pages, theme, full screen, the keys sheet, messages and the runtime's badge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from strip_station import StripStation

from app.inspection.status import LineState
from app.ui import theme
from app.ui.application import grab, make_application, make_window
from app.ui.keys import KeyBinding, KeyGroup
from app.ui.keys_sheet import KeysSheet
from app.ui.preferences import Preferences
from app.ui.shell import MainWindow, PageEntry, Workplace
from app.ui.theme import ThemeName


class PlainPage(QPushButton):
    """A page with a key of its own."""

    keys = KeyGroup("Plain", (KeyBinding("press", "Press the page", ("Ctrl+P",)),))

    def __init__(self, workplace: Workplace) -> None:
        super().__init__("page")
        self.workplace = workplace


PAGES = (PageEntry("first", "First", "live", PlainPage), PageEntry("second", "Second", "review", PlainPage))


@pytest.fixture
def station() -> StripStation:
    return StripStation()


@pytest.fixture
def window(station: StripStation, qtbot: QtBot) -> Iterator[MainWindow]:
    application = make_application()
    window = make_window(station, PAGES)
    qtbot.addWidget(window)
    window.resize(1400, 800)
    window.show()
    window.activateWindow()
    qtbot.waitActive(window)
    yield window
    window.close()
    application.setStyleSheet("")


def visible_texts(root: QWidget, kind: type[QLabel] = QLabel) -> list[str]:
    return [label.text() for label in root.findChildren(kind) if label.isVisible()]


def test_pages_by_rail_and_by_key(window: MainWindow, qtbot: QtBot) -> None:
    assert window.current_page == "first"
    rail = [b for b in window.findChildren(QToolButton) if b.property("role") == "rail"]
    assert [button.text() for button in rail] == ["First", "Second"]
    qtbot.mouseClick(rail[1], Qt.MouseButton.LeftButton)
    assert window.current_page == "second"
    assert rail[1].isChecked()
    with qtbot.waitSignal(window.page_shown):
        qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.current_page == "first"
    assert "Ctrl+1" in rail[0].toolTip()


def test_the_theme_is_switched_and_remembered(window: MainWindow, qtbot: QtBot) -> None:
    before = theme.active()
    shown = window.grab().toImage()
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert theme.active() is before.other
    assert window.grab().toImage() != shown
    window.close()
    assert Preferences().theme is before.other


def test_full_screen_and_back(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert window.isFullScreen()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert not window.isFullScreen()


def test_the_keys_sheet_lists_the_pages_keys(window: MainWindow, qtbot: QtBot) -> None:
    window.page("first").setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Question)
    sheet = window.findChild(KeysSheet)
    assert sheet is not None
    assert sheet.isVisible()
    texts = visible_texts(sheet)
    assert {"Plain", "Press the page", "Ctrl+P", "Full screen and back", "F11"} <= set(texts)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert window.page("first").hasFocus()


def test_an_error_stays_until_it_is_dismissed(window: MainWindow, station: StripStation, qtbot: QtBot) -> None:
    assert not window.messages.isVisible()
    station.raise_event("source_failed", is_error=True, error="The folder /coil is not there; choose another one.")
    qtbot.waitUntil(window.messages.isVisible)
    assert "The folder /coil is not there; choose another one." in visible_texts(window.messages)
    station.raise_event("source_failed", is_error=True, error="The folder /coil is not there; choose another one.")
    qtbot.waitUntil(lambda: window.messages.messages[0].count == 2)
    assert len(window.messages.messages) == 1
    qtbot.waitUntil(lambda: any(b.isVisible() for b in window.messages.findChildren(QToolButton)))
    close = next(b for b in window.messages.findChildren(QToolButton) if b.isVisible())
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not window.messages.isVisible()
    assert window.messages.messages == ()


def test_an_error_goes_when_it_is_solved(window: MainWindow, station: StripStation, qtbot: QtBot) -> None:
    station.raise_event("source_failed", is_error=True, error="gone")
    station.raise_event("model_refused", is_error=True, error="wrong hash")
    qtbot.waitUntil(lambda: len(window.messages.messages) == 2)
    station.raise_event("source_opened", source="sim:mixed")
    qtbot.waitUntil(lambda: len(window.messages.messages) == 1)
    assert window.messages.messages[0].sentence == "The model was not changed: wrong hash"
    station.raise_event("model_changed", model="neu-strip", runtime="OpenVINO")
    qtbot.waitUntil(lambda: not window.messages.messages)


def test_many_messages_leave_room_for_the_page(window: MainWindow, qtbot: QtBot) -> None:
    for number in range(9):
        window.messages.show_message(f"Trouble {number}.")
    qtbot.waitUntil(lambda: visible_texts(window.messages) == ["Trouble 8.", "Trouble 7.", "Trouble 6."])
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: visible_texts(window.messages) == ["Trouble 7.", "Trouble 6.", "Trouble 5."])


def test_the_badge_says_where_the_model_runs_and_why(window: MainWindow, station: StripStation, qtbot: QtBot) -> None:
    assert not window.runtime_badge.isVisible()
    station.start("sim:mixed")
    station.feed_numbers([1])
    qtbot.waitUntil(window.runtime_badge.isVisible)
    assert window.runtime_badge.text() == "OpenVINO · CPU · bf16"
    assert "CUDA" in window.runtime_badge.toolTip()
    station.state = LineState.FAILED
    qtbot.waitUntil(lambda: "Failed" in visible_texts(window))


def test_a_screenshot(window: MainWindow, tmp_path: Path) -> None:
    grab(window, tmp_path / "screenshot.png")
    image = QImage(str(tmp_path / "screenshot.png"))
    assert (image.width(), image.height()) == (1400, 800)
    with pytest.raises(OSError, match="choose another place"):
        grab(window, tmp_path / "missing" / "screenshot.png")


def test_the_windows_place_is_remembered(station: StripStation, qtbot: QtBot) -> None:
    make_application()
    first = make_window(station, PAGES)
    qtbot.addWidget(first)
    first.show_where_it_was()
    assert first.isMaximized()
    first.showNormal()
    first.move(40, 30)
    first.close()
    second = make_window(station, PAGES)
    qtbot.addWidget(second)
    second.show_where_it_was()
    assert not second.isMaximized()
    second.close()


def test_preferences_that_are_damaged_mean_the_defaults(home: Path) -> None:
    path = home / "person" / "window.ini"
    path.parent.mkdir(parents=True)
    path.write_text("[General]\ntheme=purple\nopacity_percent=lots\n", encoding="utf-8")
    preferences = Preferences()
    assert preferences.theme is ThemeName.DARK
    assert preferences.opacity_percent == 45


def test_a_page_is_made_when_it_is_first_shown(window: MainWindow, qtbot: QtBot) -> None:
    assert window.made_page("first") is window.page("first")
    assert window.made_page("second") is None
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.current_page == "second"
    assert window.made_page("second") is window.page("second")
