"""The settings page with real mouse and keys, over real settings files."""

import pytest
from PySide6.QtCore import Qt
from review_bench import LEFT
from strip_station import StripStation

from app.runtime_times import RuntimeTime
from app.settings import (
    DATA_FOLDER,
    DEFAULT_BUNDLE,
    DEVICE,
    IMAGE_QUOTA_GB,
    KEPT_PASS_SHARE,
    LAST_PAGE,
    OPERATOR_NAME,
    OVERLAY_OPACITY,
    REVIEW_NEIGHBOURS,
    SETTINGS,
    THEME,
    Place,
    load,
)
from app.ui import theme
from app.ui.application import make_application, make_window
from app.ui.settings import runtime_panel
from app.ui.settings.page import SettingsPage
from app.ui.shell import PageEntry
from app.ui.theme import ThemeName
from app.words.inspection import VerdictKind


@pytest.fixture
def station():
    return StripStation()


@pytest.fixture
def page(station, qtbot):
    application = make_application()
    window = make_window(station, [PageEntry("settings", "Settings", "settings", SettingsPage)])
    qtbot.addWidget(window)
    window.resize(1500, 900)
    window.show()
    qtbot.waitActive(window)
    page = window.page("settings")
    yield page
    page.stop()
    window.close()
    application.setStyleSheet("")


def enter(qtbot, field, text):
    field.control.selectAll()
    qtbot.keyClicks(field.control, text)
    qtbot.keyClick(field.control, Qt.Key.Key_Return)


def kept(setting):
    return load()[0][setting]


def test_every_setting_is_on_the_page_or_chosen_where_it_is_seen(page):
    elsewhere = {DEVICE.key, LAST_PAGE.key, OVERLAY_OPACITY.key}
    assert set(page.fields) | elsewhere == {setting.key for setting in SETTINGS}


@pytest.mark.parametrize("written", ["12.5", "12,5"])
def test_a_number_is_kept_at_once_however_its_decimals_are_written(page, qtbot, written):
    field = page.fields[IMAGE_QUOTA_GB.key]
    with qtbot.waitSignal(field.chosen):
        enter(qtbot, field, written)
    assert kept(IMAGE_QUOTA_GB) == 12.5
    assert field.default_button.isVisible()
    qtbot.mouseClick(field.default_button, LEFT)
    assert kept(IMAGE_QUOTA_GB) == 50
    assert not field.default_button.isVisible()


@pytest.mark.parametrize("wrong", ["2", "many", "1,000.5"])
def test_a_value_that_cannot_be_is_said_and_what_held_holds_on(page, qtbot, wrong):
    field = page.fields[KEPT_PASS_SHARE.key]
    enter(qtbot, field, wrong)
    assert "kept_pass_share" in field.said_label.text()
    assert kept(KEPT_PASS_SHARE) == 0.02
    page.hide()
    page.show()
    assert field.control.text() == "0.02"


def test_an_emptied_text_is_as_before(page, qtbot):
    field = page.fields[OPERATOR_NAME.key]
    enter(qtbot, field, "weber")
    assert kept(OPERATOR_NAME) == "weber"
    field.control.clear()
    qtbot.keyClick(field.control, Qt.Key.Key_Return)
    assert field.control.text() == "weber"
    assert kept(OPERATOR_NAME) == "weber"


def test_choices_are_picked_and_checked(page, qtbot):
    picker = page.fields[DEFAULT_BUNDLE.key].control
    place = picker.findData("neu-strip")
    picker.setCurrentIndex(place)
    picker.activated.emit(place)
    assert kept(DEFAULT_BUNDLE) == "neu-strip"
    qtbot.mouseClick(page.fields[REVIEW_NEIGHBOURS.key].control, LEFT)
    assert kept(REVIEW_NEIGHBOURS) is False
    other = theme.active().other
    picker = page.fields[THEME.key].control
    for name in (other, ThemeName.DARK):
        place = picker.findData(name.value)
        picker.setCurrentIndex(place)
        picker.activated.emit(place)
        assert theme.active() is name


def test_a_file_that_cannot_be_written_is_said(page, qtbot, monkeypatch, tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    monkeypatch.setattr(Place, "path", lambda _place: blocker / "settings.toml")
    field = page.fields[DATA_FOLDER.key]
    enter(qtbot, field, str(tmp_path / "data"))
    assert "cannot be written" in field.said_label.text()


def test_another_device_is_kept_and_taken_from_the_next_frame_on(page, station):
    picker = page.runtime_panel.device_picker
    assert picker.count() == len(DEVICE.choices)
    place = picker.findData("cpu")
    picker.setCurrentIndex(place)
    picker.activated.emit(place)
    assert station.calls == [("change_device", "cpu")]
    assert kept(DEVICE) == "cpu"


def test_the_runtime_at_work_says_why_it_was_chosen(page, station, qtbot):
    assert "not running" in page.runtime_panel.now_label.text()
    station.start("sim:mixed")
    station.counts[VerdictKind.PASS] += 1
    qtbot.waitUntil(lambda: page.runtime_panel.now_label.text() == station.status().runtime)
    assert page.runtime_panel.why_label.text() == station.status().runtime_reason


def test_every_runtime_is_timed_or_says_why_it_cannot(page, qtbot, monkeypatch):
    def timed(folder, before):
        assert folder.name == "demo-strip"
        assert before("openvino")
        return (
            RuntimeTime("openvino", "OpenVINO · CPU · bf16", 61.3, ""),
            RuntimeTime("cuda", "", None, "There is no NVIDIA driver; install one."),
        )

    monkeypatch.setattr(runtime_panel, "runtime_times", timed)
    panel = page.runtime_panel
    qtbot.mouseClick(panel.time_button, LEFT)
    qtbot.waitUntil(lambda: panel.times.count() == 4)
    texts = [panel.times.itemAt(place).widget().text() for place in range(4)]
    assert texts == ["OpenVINO · CPU · bf16", "61.3 ms", "NVIDIA GPU", "There is no NVIDIA driver; install one."]
    assert panel.time_button.isEnabled()
