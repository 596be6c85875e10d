"""The bundle's folder: what goes in comes out, and every fault is told in one sentence."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

from models.bundle import Bundle, BundleError, BundleSpec, bundle_folders_in, list_bundles, open_bundle, write_bundle
from models.labels.taxonomy import make_taxonomy

SPEC = BundleSpec(
    name="one-kind",
    title="One kind of defect",
    network="cascade",
    taxonomy=make_taxonomy("one", ["scratch"]),
    channels=1,
    mean=(0.5,),
    std=(0.25,),
    tile_px=(64, 64),
    gates={"scratch": 0.5},
    pixel_thresholds={"scratch": 0.5},
    min_area_px={"scratch": 10},
    created_utc="2026-03-04T05:06:07+00:00",
)
WEIGHTS = {
    "encoder.weight": np.linspace(-2, 2, 12, dtype=np.float32).reshape(3, 4),
    "encoder.scale": np.array(0.1),
    "encoder.steps": np.array(7, dtype=np.int64),
}


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write_bundle(tmp_path / "bundles" / "one-kind", SPEC, WEIGHTS, "# One kind\n\nMade for a test.\n")


def test_what_was_written_is_read(bundle: Bundle) -> None:
    opened = open_bundle(bundle.folder)
    assert opened == bundle
    assert opened.spec == SPEC
    assert opened.card == "# One kind\n\nMade for a test.\n"
    weights = opened.load_weights()
    assert weights.keys() == WEIGHTS.keys()
    assert weights["encoder.weight"].dtype == np.float32
    np.testing.assert_array_equal(weights["encoder.weight"], WEIGHTS["encoder.weight"].astype(np.float16))
    assert weights["encoder.scale"].shape == ()
    assert weights["encoder.steps"].dtype == np.int64
    assert weights["encoder.steps"] == 7


def test_floats_are_stored_in_16_bits_and_every_file_with_its_hash(bundle: Bundle) -> None:
    stored = load((bundle.folder / "weights.safetensors").read_bytes())
    assert stored["encoder.weight"].dtype == np.float16
    content = (bundle.folder / "bundle.json").read_bytes()
    assert bundle.sha256 == hashlib.sha256(content).hexdigest()
    files = json.loads(content)["files"]
    assert sorted(files) == ["CARD.md", "weights.safetensors"]
    assert sorted(item.name for item in bundle.folder.iterdir()) == ["CARD.md", "bundle.json", "weights.safetensors"]
    for name, entry in files.items():
        written = (bundle.folder / name).read_bytes()
        assert entry == {"bytes": len(written), "sha256": hashlib.sha256(written).hexdigest()}


def test_the_same_model_has_the_same_hash_wherever_it_lies(bundle: Bundle, tmp_path: Path) -> None:
    shuffled = {name: WEIGHTS[name] for name in reversed(WEIGHTS)}
    assert write_bundle(tmp_path / "copy", SPEC, shuffled, bundle.card).sha256 == bundle.sha256
    assert write_bundle(tmp_path / "other", SPEC, WEIGHTS, "Another card.").sha256 != bundle.sha256


def _edit(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / "bundle.json"
        value = json.loads(path.read_text(encoding="utf-8"))
        change(value)
        path.write_text(json.dumps(value), encoding="utf-8")

    return apply


def _flip_last_byte(folder: Path) -> None:
    path = folder / "weights.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "no bundle.json": (lambda folder: (folder / "bundle.json").unlink(), "bundle.json is missing; copy"),
    "bundle.json is a folder": (
        lambda folder: ((folder / "bundle.json").unlink(), (folder / "bundle.json").mkdir()),
        "cannot be read",
    ),
    "broken JSON": (lambda folder: (folder / "bundle.json").write_text('{"format": 1,'), "is not valid JSON"),
    "not UTF-8": (lambda folder: (folder / "bundle.json").write_bytes(b'{"name": "\xff"}'), "is not valid JSON"),
    "a list": (lambda folder: (folder / "bundle.json").write_text("[]"), "is not a JSON mapping"),
    "no weights": (lambda folder: (folder / "weights.safetensors").unlink(), "weights.safetensors is missing; copy"),
    "no card": (lambda folder: (folder / "CARD.md").unlink(), "CARD.md is missing; copy"),
    "weights cut short": (lambda folder: os.truncate(folder / "weights.safetensors", 40), "has 40 bytes instead of"),
    "weights changed": (_flip_last_byte, "weights.safetensors is not the file the bundle was made with"),
    "newer format": (_edit(lambda value: value.update(format=2)), "has format 2 and this program reads 1; update"),
    "no format": (_edit(lambda value: value.pop("format")), "has format None"),
    "field missing": (_edit(lambda value: value.pop("gates")), "Field gates is missing"),
    "field of a wrong type": (_edit(lambda value: value.update(mean="0.5")), "Field mean is str, not a list"),
    "no files": (_edit(lambda value: value.pop("files")), "Field files does not list"),
    "weights not listed": (_edit(lambda value: value["files"].pop("weights.safetensors")), "does not list"),
    "entry without a hash": (_edit(lambda value: value["files"].update({"CARD.md": {}})), "wrong entry 'CARD.md'"),
    "entry outside the folder": (
        _edit(lambda value: value["files"].update({"../x": {"bytes": 1, "sha256": ""}})),
        "wrong entry '../x'",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_sentence_that_names_the_bundle(bundle: Bundle, fault: str) -> None:
    damage, words = FAULTS[fault]
    damage(bundle.folder)
    with pytest.raises(BundleError) as caught:
        open_bundle(bundle.folder)
    sentence = str(caught.value)
    assert words in sentence
    assert str(bundle.folder) in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_changed_byte_is_found_by_verifying_only(bundle: Bundle) -> None:
    _flip_last_byte(bundle.folder)
    opened = open_bundle(bundle.folder, verify=False)
    with pytest.raises(BundleError, match="its SHA-256 differs"):
        opened.verify()


def test_weights_that_are_no_safetensors_are_told(bundle: Bundle) -> None:
    (bundle.folder / "weights.safetensors").write_bytes(b"\x80\x04not tensors")
    with pytest.raises(BundleError, match=r"weights\.safetensors cannot be read .*; copy the bundle again"):
        bundle.load_weights()


@pytest.mark.parametrize("value", [1e5, np.inf, np.nan])
def test_a_tensor_past_16_bits_is_refused_and_nothing_written(tmp_path: Path, value: float) -> None:
    with pytest.raises(BundleError, match="Tensor head is not finite in 16 bits"):
        write_bundle(tmp_path / "new", SPEC, {"head": np.array([1.0, value], dtype=np.float32)}, "")
    assert list(tmp_path.iterdir()) == []


def test_metrics_that_are_no_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="does not fit JSON"):
        write_bundle(tmp_path / "new", replace(SPEC, metrics={"miou": float("nan")}), WEIGHTS, "")
    assert list(tmp_path.iterdir()) == []


def test_a_newer_bundle_takes_the_place_and_foreign_files_stay(bundle: Bundle) -> None:
    (bundle.folder / "report.html").write_text("seen")
    newer = write_bundle(bundle.folder, replace(SPEC, title="Newer"), WEIGHTS, "Newer.")
    assert open_bundle(bundle.folder).spec.title == "Newer"
    assert newer.sha256 != bundle.sha256
    assert (bundle.folder / "report.html").read_text() == "seen"
    assert [item.name for item in bundle.folder.parent.iterdir()] == ["one-kind"]


def test_a_full_disk_leaves_the_older_bundle(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BundleError, match=r"cannot be written to .* free the disk"):
        write_bundle(bundle.folder, replace(SPEC, title="Newer"), WEIGHTS, "Newer.")
    assert open_bundle(bundle.folder) == bundle
    assert [item.name for item in bundle.folder.parent.iterdir()] == ["one-kind"]


def test_a_failed_renaming_brings_the_older_bundle_back(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def refuse_the_new(path: Path, target: Path) -> Path:
        if path.name.endswith(".new"):
            raise OSError(errno.EACCES, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new)
    with pytest.raises(BundleError, match="Permission denied"):
        write_bundle(bundle.folder, replace(SPEC, title="Newer"), WEIGHTS, "Newer.")
    assert open_bundle(bundle.folder) == bundle
    assert [item.name for item in bundle.folder.parent.iterdir()] == ["one-kind"]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"dear")
    with pytest.raises(BundleError, match="holds something else than a bundle"):
        write_bundle(tmp_path / "photos", SPEC, WEIGHTS, "")
    assert (tmp_path / "photos" / "a.jpg").read_bytes() == b"dear"


def test_a_name_is_looked_for_in_order_then_inside_then_as_a_path(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    write_bundle(shipped / "one-kind", SPEC, WEIGHTS, "shipped")
    write_bundle(shipped / "renamed", replace(SPEC, name="another"), WEIGHTS, "renamed")
    folders = [own, shipped]
    assert open_bundle("one-kind", folders).card == "shipped"
    assert open_bundle("another", folders).card == "renamed"
    write_bundle(own / "one-kind", SPEC, WEIGHTS, "own")
    assert open_bundle("one-kind", folders).card == "own"
    assert open_bundle(str(shipped / "one-kind"), folders).card == "shipped"
    assert open_bundle(shipped / "one-kind").card == "shipped"
    assert [place.parent.name for place in bundle_folders_in(folders)] == ["own", "shipped"]


def test_an_unknown_name_is_answered_with_the_known_ones(bundle: Bundle) -> None:
    with pytest.raises(BundleError, match="There is no bundle 'two-kinds'; name one of one-kind, or a bundle's folder"):
        open_bundle("two-kinds", [bundle.folder.parent])
    with pytest.raises(BundleError, match="is a file; name the bundle's folder"):
        open_bundle(bundle.folder / "CARD.md")
    with pytest.raises(BundleError, match=r"is no bundle: bundle\.json is missing"):
        open_bundle(bundle.folder.parent)


def test_a_broken_bundle_does_not_hide_the_others(bundle: Bundle) -> None:
    folder = bundle.folder.parent
    (folder / "broken").mkdir()
    (folder / "broken" / "bundle.json").write_text("{")
    (folder / "nothing").mkdir()
    (folder / ".one-kind.1234.new").mkdir()
    assert list_bundles([folder, folder / "missing"]) == (bundle,)
    assert [place.name for place in bundle_folders_in([folder])] == ["broken", "one-kind"]


def test_bundles_and_predictor_load_no_torch() -> None:
    code = (
        "import sys, models.bundle, models.predictor, models.runtimes.choice, models.runtimes.openvino_runtime;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
