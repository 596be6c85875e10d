"""``stripsight strips list`` as a person calls it."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from store_examples import make_inspection

from app.commands import strips
from app.paths import station_data
from app.store import Store
from app.words.inspection import VerdictKind


def call() -> int:
    parser = argparse.ArgumentParser()
    strips.add_parser(parser.add_subparsers())
    return strips.run(parser.parse_args(["strips", "list"]))


def test_without_a_store_it_says_so(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert call() == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"There is no store in {station_data()}")
    assert not station_data().exists(), "looking makes nothing"


def test_it_lists_strips_while_the_store_is_open(capsys: pytest.CaptureFixture[str]) -> None:
    with Store.open(station_data(), "Mill 2", "Inspector A") as store:
        store.writer.flush()
        assert call() == 0
        assert capsys.readouterr().out == "The store holds no strip yet.\n"
        first = store.begin_strip("coil 7", "sim:strip", "standard")
        store.writer.put(make_inspection(0, strip_id=first))
        store.writer.put(make_inspection(1, 1, strip_id=first, kind=VerdictKind.REJECT))
        store.end_strip(first)
        store.begin_strip("coil 12", "folder", "thin")
        store.writer.flush()
        assert call() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("  ")[0] == "strip"
    assert [line.split("  ")[0] for line in lines[1:]] == ["coil 12", "coil 7"]
    assert "running" in lines[1]
    assert lines[2].split()[-5:] == ["2", "1", "0", "1", "0"]
    assert len({line.index(word) for line, word in zip(lines, ("source", "folder", "sim:strip"), strict=True)}) == 1


def test_an_action_is_needed() -> None:
    parser = argparse.ArgumentParser()
    strips.add_parser(parser.add_subparsers())
    with pytest.raises(SystemExit) as exit_:
        parser.parse_args(["strips"])
    assert exit_.value.code == 2
