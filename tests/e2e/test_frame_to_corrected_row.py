"""The whole way in one window: frames stream past, one is opened, its mask is fixed, and the corrected row goes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.inspection.status import LineState
from app.settings import DEFAULT_BUNDLE, DEFAULT_SOURCE, OPERATOR_NAME, STATION_NAME, Settings
from app.station import Station
from app.ui.live.page import LivePage
from app.ui.review.page import ReviewPage
from app.workstation import Workstation
from models.data.strip import find_preset
from models.labels.kaggle import KaggleStyle, read_kaggle
from models.labels.rle import encode

FRAMES = 4
HEIGHT, WIDTH = 256, 512
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    folder = tmp_path / "coil"
    folder.mkdir()
    preset = find_preset("worst")
    assert preset is not None
    renderer = preset.renderer(seed=11)
    for number in range(FRAMES):
        cv2.imwrite(str(folder / f"{number}.png"), renderer.render(number).image[:, :WIDTH])
    return folder


@pytest.fixture
def station(frames: Path) -> Iterator[Station]:
    settings = (
        Settings()
        .replaced(DEFAULT_SOURCE, str(frames))
        .replaced(DEFAULT_BUNDLE, "demo-strip")
        .replaced(STATION_NAME, "station 1")
        .replaced(OPERATOR_NAME, "first shift")
    )
    station = Station(settings)
    yield station
    station.close()


@pytest.fixture
def workstation(station: Station, qtbot: QtBot) -> Iterator[Workstation]:
    workstation = Workstation(station, station.settings)
    workstation.window.resize(1920, 1080)
    with qtbot.waitExposed(workstation.window):
        workstation.window.show()
    yield workstation
    workstation.close()


def test_a_frame_becomes_an_overlay_a_verdict_a_correction_and_a_row(
    workstation: Workstation, station: Station, qtbot: QtBot, tmp_path: Path
) -> None:
    window = workstation.window
    live, review = window.page("live"), window.page("review")
    assert isinstance(live, LivePage)
    assert isinstance(review, ReviewPage)

    qtbot.mouseClick(live.line_bar.start, LEFT)
    qtbot.waitUntil(lambda: station.status().state is LineState.ENDED, timeout=120_000)
    assert station.status().counters.frames == FRAMES
    qtbot.waitUntil(lambda: live.shown is not None)
    station.store.writer.flush()

    window.show_page("review")
    qtbot.waitUntil(lambda: review.case is not None, timeout=30_000)
    name = review.case.case.item.name
    canvas = review.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_B)
    qtbot.keyClick(canvas, Qt.Key.Key_3)
    viewport = canvas.viewport()
    qtbot.mousePress(viewport, LEFT, pos=canvas.to_viewport(200.5, 100.5).toPoint())
    qtbot.mouseMove(viewport, canvas.to_viewport(260.5, 120.5).toPoint())
    qtbot.mouseRelease(viewport, LEFT, pos=canvas.to_viewport(260.5, 120.5).toPoint())
    drawn = review.case.document.stack.copy()
    assert np.count_nonzero(drawn & 0b100), "the stroke left no scratch"

    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: review.case is not None and review.case.case.item.name != name, timeout=30_000)
    target = tmp_path / "corrected.csv"
    sheet = review.export_sheet
    qtbot.keyClick(review.canvas, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    sheet.path_edit.setText(str(target))
    sheet.style_choices[KaggleStyle.SPLIT].click()
    qtbot.mouseClick(sheet.export_button, LEFT)
    qtbot.waitUntil(lambda: sheet.report is not None, timeout=30_000)

    table = read_kaggle(target)
    assert set(table.frames) == {name}, "only the reviewed frame goes out"
    assert np.array_equal(table.decode(name, (HEIGHT, WIDTH), 4).stack, drawn)
    assert f"{name},3,{encode((drawn & 0b100) != 0)}" in target.read_text().splitlines()
    manifest = target.with_name("corrected.manifest.json").read_text()
    assert "first shift" in manifest


def test_a_change_of_source_and_bundle_needs_no_restart(
    workstation: Workstation, station: Station, qtbot: QtBot, frames: Path
) -> None:
    station.start("sim:worst")
    qtbot.waitUntil(lambda: station.status().counters.frames > 0, timeout=120_000)
    station.change_bundle("neu-strip")
    qtbot.waitUntil(lambda: station.status().model == "neu-strip", timeout=120_000)
    station.start(str(frames))
    qtbot.waitUntil(lambda: station.status().state is LineState.ENDED, timeout=120_000)
    reader = station.store.reader()
    station.store.writer.flush()
    assert [strip.source for strip in reader.strips()] == [str(frames), "sim:worst"]
    assert station.status().error is None
