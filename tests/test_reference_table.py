"""The table of reference systems: what is kept of a bundle, and what the page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.bundle import open_bundle
from models.reference_table import BEGIN, COLUMNS, END, NOT_TRAINED, SYSTEMS, keep, main, result_of, table, write_table

RESOURCES = Path(__file__).parents[1] / "resources"

RESULT = {
    "bundle_sha256": "ab",
    "data": {"source": "Rendered strip", "train_frames": 2080},
    "epochs": 12,
    "seed": 7,
    "minutes": 33.4,
    "trained_on": "CPU (x86_64)",
    "metrics": {"accuracy": 0.91234},
    "intervals": {"accuracy": [0.9, 0.925]},
    "parameters": 1_234_567,
    "frame_ms": 12.4,
    "timed_on": "OpenVINO",
}


def cells(text: str, plan: str) -> dict[str, str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| `{plan}` "))
    return dict(zip(COLUMNS, (cell.strip() for cell in line.strip("|").split("|")), strict=True))


def test_every_system_has_a_row_and_a_plan() -> None:
    lines = table(Path("there is no such folder")).splitlines()
    assert len(lines) == 2 + len(SYSTEMS)
    assert all(NOT_TRAINED in line for line in lines[2:])
    for system in SYSTEMS:
        assert (RESOURCES / "plans" / f"{system.plan}.toml").is_file(), system.plan


def test_a_row_says_what_was_trained_on_how_much_and_how_well(tmp_path: Path) -> None:
    keep(RESULT, tmp_path / "neu-cnn.json")
    row = cells(table(tmp_path), "neu-cnn")
    assert row["data, frames trained on"] == "Rendered strip; 2080"
    assert row["figure, 95 % interval"] == "accuracy 0.912 (0.900 to 0.925)"
    assert row["M weights"] == "1.23"
    assert row["ms a frame"] == "12"
    assert row["trained in"] == "33 min, CPU (x86_64)"
    assert row["published"] == "accuracy 0.95"


def test_a_second_stage_counts_the_epochs_and_minutes_of_the_first(tmp_path: Path) -> None:
    keep({**RESULT, "bundle_sha256": "first", "epochs": 90, "minutes": 118.4}, tmp_path / "neu-strip-base.json")
    start = {"name": "neu-strip-base", "sha256": "first"}
    keep({**RESULT, "bundle_sha256": "second", "start": start}, tmp_path / "neu-strip.json")
    row = cells(table(tmp_path), "neu-strip")
    assert row["epochs"] == "90 + 12"
    assert row["trained in"] == "118 + 33 min, CPU (x86_64)"


def test_a_metric_the_bundle_lacks_is_not_made_up(tmp_path: Path) -> None:
    keep({**RESULT, "metrics": {}}, tmp_path / "neu-cnn.json")
    assert cells(table(tmp_path), "neu-cnn")["figure, 95 % interval"] == "no accuracy"


def test_the_time_of_the_same_bundle_is_kept(tmp_path: Path) -> None:
    keep(RESULT, tmp_path / "kept.json")
    keep({**RESULT, "frame_ms": 99.0}, tmp_path / "kept.json")
    assert json.loads((tmp_path / "kept.json").read_text())["frame_ms"] == 12.4
    keep({**RESULT, "frame_ms": 99.0, "bundle_sha256": "cd"}, tmp_path / "kept.json")
    assert json.loads((tmp_path / "kept.json").read_text())["frame_ms"] == 99.0


def test_only_what_stands_between_the_marks_changes(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_table(page, "| new |")
    assert page.read_text() == f"before\n{BEGIN}\n| new |\n{END}\nafter\n"


def test_a_page_without_marks_is_refused_by_name(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no marks")
    with pytest.raises(ValueError, match=r"page\.md has no lines"):
        write_table(page, "| new |")


def test_a_shipped_bundle_gives_size_and_time(tmp_path: Path) -> None:
    bundle = open_bundle(RESOURCES / "bundles" / "demo-strip")
    result = result_of(bundle, tmp_path)
    assert result["parameters"] == sum(tensor.size for tensor in bundle.load_weights().values())
    assert result["frame_ms"] > 0
    assert result["metrics"]["mean_dice"] == bundle.spec.metrics["mean_dice"]


def test_the_command_writes_results_and_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    words = ["--bundles", str(tmp_path / "none"), "--results", str(tmp_path / "results"), "--page", str(page)]
    keep(RESULT, tmp_path / "results" / "neu-class.json")
    assert main(words) == 0
    assert cells(page.read_text(), "neu-class")["epochs"] == "12"
    assert cells(page.read_text(), "neu-cnn")["epochs"] == "–"
