"""Whether a display is there, asked of a real socket."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from app.display import display_available

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are asked for on Linux only")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_no_variable_means_no_display() -> None:
    assert not display_available()


def test_a_variable_that_names_a_dead_server_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":4711")
    assert not display_available()


def test_a_server_that_answers_is_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X4712")
        server.listen(1)
        monkeypatch.setenv("DISPLAY", ":4712.0")
        assert display_available()


def test_a_named_platform_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display_available()


def test_wayland_needs_its_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert not display_available()
    (tmp_path / "wayland-0").touch()
    assert display_available()
