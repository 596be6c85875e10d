"""The choice: the fastest that runs, said in one sentence; what cannot run is named and never silent."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from models.bundle import Bundle, BundleError, write_bundle
from models.runtimes.base import Runtime, RuntimeUnavailable
from models.runtimes.choice import choose_runtime, cuda_driver_present
from models.runtimes.graph_cache import GRAPH_FORMAT, MANIFEST_FILE, cached_graphs, graphs_complaint

# One bundle is enough: what it draws has its own tests.
pytestmark = pytest.mark.parametrize("bundle", [False], indirect=True, ids=[""])
without_cuda = pytest.mark.skipif(cuda_driver_present(), reason="this computer has an NVIDIA driver")


def runs(runtime: Runtime) -> bool:
    encoded = runtime.classify(np.zeros((1, 1, 64, 64), dtype=np.float32))
    return runtime.segment(encoded, [0]).shape == (1, 3, 64, 64)


@pytest.fixture
def cache(graphs: Path, bundle: Bundle, tmp_path: Path) -> Path:
    """A cache that holds the bundle's graphs."""
    folder = cached_graphs(bundle, tmp_path / "cache")
    folder.mkdir(parents=True)
    for file in graphs.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return tmp_path / "cache"


@without_cuda
def test_without_cuda_openvino_runs_and_says_why(bundle: Bundle, cache: Path) -> None:
    runtime = choose_runtime(bundle, "auto", cache)
    assert runtime.label.startswith("OpenVINO · CPU · ")
    assert runtime.reason == "OpenVINO runs because CUDA cannot (no NVIDIA driver is installed)."
    assert runs(runtime)
    runtime.close()


@without_cuda
def test_cuda_asked_for_where_there_is_none_is_an_error_with_a_remedy(bundle: Bundle, cache: Path) -> None:
    with pytest.raises(RuntimeUnavailable, match=r"cannot run on device 'cuda': CUDA cannot .*; use device 'auto'"):
        choose_runtime(bundle, "cuda", cache)


@pytest.mark.parametrize(("device", "label"), [("cpu", "OpenVINO"), ("openvino", "OpenVINO"), ("torch", "torch")])
def test_a_device_asked_for_is_taken(bundle: Bundle, cache: Path, device: str, label: str) -> None:
    runtime = choose_runtime(bundle, device, cache)
    assert runtime.label.startswith(f"{label} · CPU")
    assert runtime.reason == f"Device '{device}' was asked for."
    runtime.close()


def test_an_unknown_device_is_told_with_the_known_ones(bundle: Bundle) -> None:
    with pytest.raises(RuntimeUnavailable, match=r"no device 'tpu'; use one of auto, cuda, cpu, openvino, torch\."):
        choose_runtime(bundle, "tpu")


def test_graphs_are_made_once_and_kept_under_the_bundles_hash(bundle: Bundle, tmp_path: Path) -> None:
    choose_runtime(bundle, "openvino", tmp_path).close()
    folder = cached_graphs(bundle, tmp_path)
    assert folder.name == bundle.sha256
    assert graphs_complaint(folder, bundle) is None
    made_ns = (folder / "gate.xml").stat().st_mtime_ns
    choose_runtime(bundle, "openvino", tmp_path).close()
    assert (folder / "gate.xml").stat().st_mtime_ns == made_ns
    assert [item.name for item in folder.parent.iterdir()] == [bundle.sha256]


def test_damaged_graphs_are_made_anew_and_it_is_said(bundle: Bundle, cache: Path) -> None:
    folder = cached_graphs(bundle, cache)
    os.truncate(folder / "draw.bin", 10)
    runtime = choose_runtime(bundle, "openvino", cache)
    assert runtime.reason.endswith(" Its graphs in the cache were damaged in draw.bin and have been made anew.")
    assert runs(runtime)
    assert graphs_complaint(folder, bundle) is None
    runtime.close()


def test_every_damage_to_graphs_is_seen(bundle: Bundle, cache: Path) -> None:
    folder = cached_graphs(bundle, cache)
    manifest = folder / MANIFEST_FILE
    sound = manifest.read_text()
    assert graphs_complaint(folder, bundle) is None
    manifest.write_text(json.dumps({**json.loads(sound), "bundle": "0" * 64}))
    assert graphs_complaint(folder, bundle) == "of another bundle or version"
    manifest.write_text(json.dumps({**json.loads(sound), "format": GRAPH_FORMAT + 1}))
    assert graphs_complaint(folder, bundle) == "of another bundle or version"
    for broken in ("{", "[]", "{}"):
        manifest.write_text(broken)
        assert graphs_complaint(folder, bundle) == "unreadable"
    manifest.write_text(sound)
    (folder / "gate.xml").write_text("<net")
    assert graphs_complaint(folder, bundle) == "damaged in gate.xml"
    (folder / "gate.xml").unlink()
    assert graphs_complaint(folder, bundle) == "not there"


def test_without_torch_the_cached_graphs_run(bundle: Bundle, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    runtime = choose_runtime(bundle, "cpu", cache)
    assert runs(runtime)
    runtime.close()


def test_without_torch_and_graphs_the_remedy_is_told(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(RuntimeUnavailable) as caught:
        choose_runtime(bundle, "cpu", tmp_path)
    sentence = str(caught.value)
    assert "torch, which makes them, is not installed; install stripsight[train] or a packaged bundle" in sentence
    assert "torch on the CPU cannot (torch is not installed" in sentence


def test_a_cache_that_cannot_be_written_is_said_and_replaced_for_the_time(bundle: Bundle, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    runtime = choose_runtime(bundle, "openvino", blocked / "cache")
    assert f"The cache folder {blocked / 'cache'} cannot be written" in runtime.reason
    for _ in range(3):
        assert runs(runtime)
    places = list(Path(tempfile.gettempdir()).glob("stripsight-*/ir"))
    assert places
    runtime.close()
    assert not any(place.exists() and graphs_complaint(place, bundle) is None for place in places)


def test_graphs_openvino_cannot_read_lead_to_torch_and_it_is_said(bundle: Bundle, tmp_path: Path) -> None:
    folder = cached_graphs(bundle, tmp_path)
    folder.mkdir(parents=True)
    files = {f"{stage}.{kind}": b"<net" for stage in ("gate", "draw") for kind in ("xml", "bin")}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    manifest = {"format": GRAPH_FORMAT, "bundle": bundle.sha256, "files": hashes}
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))
    runtime = choose_runtime(bundle, "cpu", tmp_path)
    assert runtime.label == "torch · CPU · fp32"
    assert re.match(
        r"torch on the CPU runs because OpenVINO cannot \(OpenVINO cannot read the graphs in", runtime.reason
    )
    assert runs(runtime)


def test_a_network_that_answers_with_no_number_is_not_chosen(bundle: Bundle, tmp_path: Path, write_small) -> None:
    broken = write_small(tmp_path / "broken", False, True)
    with pytest.raises(RuntimeUnavailable, match="computes numbers that are not finite"):
        choose_runtime(broken, "torch", tmp_path)


def test_weights_of_another_network_are_the_bundles_fault(bundle: Bundle, tmp_path: Path) -> None:
    weights = bundle.load_weights()
    del weights["up.bias"]
    lacking = write_bundle(tmp_path / "lacking", bundle.spec, weights, "")
    with pytest.raises(BundleError, match=r"does not fit its network 'small' .*; make the bundle again"):
        choose_runtime(lacking, "torch", tmp_path)


def test_graphs_of_bundles_long_unused_are_forgotten(bundle: Bundle, cache: Path) -> None:
    others = [cache / "ir" / f"{number:064}" for number in range(12)]
    for age_s, folder in enumerate(others):
        folder.mkdir()
        os.utime(folder, (1e9 - age_s, 1e9 - age_s))
    choose_runtime(bundle, "openvino", cache).close()
    left = {item.name for item in (cache / "ir").iterdir()}
    assert left == {bundle.sha256, *(folder.name for folder in others[:7])}


def test_openvino_tells_nobody(bundle: Bundle, tmp_path: Path) -> None:
    code = (
        "import sys; from models.runtimes.openvino_runtime import native_precision; native_precision();"
        "sys.exit(sys.modules.get('openvino_telemetry') is not None)"
    )
    # Its telemetry is off by itself in CI, so this is not one.
    quiet = ("CI", "TF_BUILD", "JENKINS_URL")
    environment = {name: value for name, value in os.environ.items() if name not in quiet}
    environment |= {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []
