"""``stripsight models``, called as a person calls it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from app import paths
from app.commands import models as command
from app.commands.text_table import table
from models.bundle import Bundle, BundleSpec, write_bundle
from models.labels.taxonomy import make_taxonomy


@pytest.fixture(autouse=True)
def _only_the_stations_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "bundle_folders", lambda: (paths.station_data() / "bundles",))


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers(dest="command"))
    return command.run(parser.parse_args(words))


@pytest.fixture
def bundle() -> Bundle:
    spec = BundleSpec(
        name="two-kinds",
        title="Two kinds of defect",
        network="cascade",
        taxonomy=make_taxonomy("two", ["scratch", "patch"]),
        channels=1,
        mean=(0.34,),
        std=(0.16,),
        tile_px=(256, 512),
        gates={"scratch": 0.5, "patch": 0.4},
        pixel_thresholds={"scratch": 0.45, "patch": 0.5},
        min_area_px={"scratch": 40, "patch": 100},
        created_utc="2026-03-04T05:06:07+00:00",
        metrics={"miou": 0.79123, "by_class": {"scratch": 0.7}},
    )
    return write_bundle(paths.station_data() / "bundles" / "two-kinds", spec, {"w": np.zeros(3)}, "# Two\n")


def damage(bundle: Bundle) -> None:
    (bundle.folder / "CARD.md").write_text("# Owt\n")


def test_the_list_has_a_row_a_bundle(bundle: Bundle, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["NAME", "TASK", "CLASSES", "MB", "MADE", "TITLE"]
    assert row.split(maxsplit=5) == [
        "two-kinds",
        "cascade",
        "scratch,patch",
        "0.0",
        "2026-03-04",
        "Two kinds of defect",
    ]


def test_a_broken_bundle_is_named_and_the_others_listed(bundle: Bundle, capsys: pytest.CaptureFixture[str]) -> None:
    (bundle.folder.parent / "broken").mkdir()
    (bundle.folder.parent / "broken" / "bundle.json").write_text("{")
    assert main(["models", "list"]) == 0
    shown = capsys.readouterr()
    assert "two-kinds" in shown.out
    assert "bundle.json is not valid JSON" in shown.err


def test_an_empty_station_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    assert "train one or copy one there" in capsys.readouterr().out
    assert main(["models", "verify", "all"]) == 1
    assert "no bundle to verify" in capsys.readouterr().err


def test_show_tells_thresholds_metrics_and_hash(bundle: Bundle, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", "two-kinds"]) == 0
    shown = capsys.readouterr().out
    facts = dict(line.split("  ", 1) for line in shown.splitlines() if "  " in line)
    assert facts["sha256"].strip() == bundle.sha256
    assert facts["metrics.miou"].strip() == "0.7912"
    assert facts["metrics.by_class.scratch"].strip() == "0.7"
    assert ["1", "scratch", "defect", "0.5", "0.45", "40", "Scratch"] in [line.split() for line in shown.splitlines()]
    assert main(["models", "show", str(bundle.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "two-kinds"


def test_verify_passes_a_sound_bundle_and_fails_a_changed_one(
    bundle: Bundle, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "verify", "two-kinds"]) == 0
    assert bundle.sha256 in capsys.readouterr().out
    sound = write_bundle(bundle.folder.parent / "sound", bundle.spec, bundle.load_weights(), "sound")
    damage(bundle)
    assert main(["models", "verify", "two-kinds"]) == 1
    assert "CARD.md is not the file the bundle was made with" in capsys.readouterr().err
    assert main(["models", "verify", "all"]) == 1
    shown = capsys.readouterr()
    assert f"sound: every file is as written (sha256 {sound.sha256})." in shown.out
    assert "CARD.md" in shown.err


def test_an_unknown_bundle_is_one_sentence(bundle: Bundle, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("show", "verify"):
        assert main(["models", verb, "three-kinds"]) == 1
        assert capsys.readouterr().err == (
            "There is no bundle 'three-kinds'; name one of two-kinds, or a bundle's folder.\n"
        )


def test_a_table_is_as_wide_as_its_cells(tmp_path: Path) -> None:
    assert table([("A", "BB"), ("long", "x"), ("", "")]) == "A     BB\nlong  x\n"
