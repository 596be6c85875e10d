"""``stripsight doctor``: it finds what is broken, says so, and ends with 1 where nothing can be inspected."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from app import paths
from app.commands import doctor
from app.commands.doctor import BundleState, Examination, Folder, Machine, as_text, examine
from app.runtime_times import RuntimeTime
from models.bundle import list_bundles

MACHINE = Machine(
    stripsight="1.2.3",
    python="3.11.7",
    system="Linux",
    processor="A processor",
    cores=2,
    bf16=True,
    memory_bytes=8 * 10**9,
    memory_free_bytes=3 * 10**9,
    cuda_driver=False,
    display=False,
    qt_platform="offscreen",
    packages={"numpy": "2.0", "torch": None},
)
SOUND = BundleState("demo", "/bundles/demo", "")
FAST = RuntimeTime("openvino", "OpenVINO · CPU · bf16", 80.04, "")
MISSING = RuntimeTime("cuda", "", None, "CUDA cannot (no NVIDIA driver is installed).")


@pytest.fixture
def no_bundles(monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = paths.station_data() / "bundles"
    monkeypatch.setattr(paths, "bundle_folders", lambda: (folder,))
    return folder


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers(dest="command"))
    return doctor.run(parser.parse_args(["doctor", *words]))


def test_without_a_bundle_it_cannot_inspect(no_bundles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call() == 1
    assert "cannot inspect: there is no bundle; train one" in capsys.readouterr().out


def test_without_a_sound_bundle_it_cannot_inspect(no_bundles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (no_bundles / "broken").mkdir(parents=True)
    (no_bundles / "broken" / "bundle.json").write_text("{")
    assert call("--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["can_inspect"] is False
    assert found["runtimes"] == []
    (bundle,) = found["bundles"]
    assert bundle["name"] == "broken"
    assert "is not valid JSON" in bundle["fault"]
    assert found["machine"]["cores"] >= 1
    assert found["machine"]["memory_bytes"] > found["machine"]["memory_free_bytes"] > 0
    assert [folder["purpose"] for folder in found["folders"]] == ["station data", "personal settings", "cache"]
    assert all(folder["fault"] == "" and folder["free_bytes"] > 0 for folder in found["folders"])


def test_a_folder_that_cannot_be_written_is_a_fault(
    no_bundles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(paths, "cache", lambda: blocked / "cache")
    *_, cache = examine().folders
    assert cache.fault.startswith("cannot be written (")
    assert cache.fault.endswith("or set STRIPSIGHT_HOME")
    assert cache.free_bytes > 0


def test_the_text_names_every_finding() -> None:
    folders = (Folder("cache", "/cache", 5 * 10**9, ""), Folder("store", "/store", 0, "cannot be written (why); do so"))
    lines = as_text(Examination(True, MACHINE, folders, (SOUND,), (MISSING, FAST))).splitlines()
    assert lines[0] == "StripSight 1.2.3, Python 3.11.7, Linux"
    assert "Processor   A processor, 2 core(s), with bf16" in lines
    assert "Memory      8.0 GB, 3.0 GB free" in lines
    assert "Packages    numpy 2.0, torch missing" in lines
    assert "Folder      cache: /cache, 5.0 GB free" in lines
    assert "Folder      store: /store, cannot be written (why); do so" in lines
    assert "Bundle      demo: every file is as written" in lines
    assert "Runtime     cuda: CUDA cannot (no NVIDIA driver is installed)." in lines
    assert "Runtime     OpenVINO · CPU · bf16: 80.0 ms a frame of 256×1600 px" in lines
    assert lines[-1] == "This computer can inspect."


def test_the_conclusion_names_what_is_missing() -> None:
    no_runtime = as_text(Examination(False, MACHINE, (), (SOUND,), (MISSING,)))
    assert no_runtime.endswith("cannot inspect: no runtime runs; install stripsight again.")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.timm-. encoders are deprecated:DeprecationWarning")
def test_with_the_shipped_bundles_it_times_every_runtime(capsys: pytest.CaptureFixture[str]) -> None:
    if not list_bundles(paths.bundle_folders()):
        pytest.skip("no bundle is shipped yet")
    assert call("--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["can_inspect"] is True
    assert {runtime["name"] for runtime in found["runtimes"]} == {"cuda", "openvino", "torch"}
    for runtime in found["runtimes"]:
        assert (runtime["frame_ms"] is None) == bool(runtime["fault"])
    assert all(bundle["fault"] == "" for bundle in found["bundles"])
