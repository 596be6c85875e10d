"""The program is killed at random moments; whatever was acknowledged is there when the store is opened again."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Timer
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select
from store_examples import grain, make_correction, make_inspection, stack_with

from app.store import ImagePolicy, Store, schema
from app.store.engine import DATABASE_NAME
from app.words.inspection import VerdictKind
from app.words.reason import Reason

ROOT = Path(__file__).parents[2]


def run_and_kill(folder: Path, seed: int) -> list[list[str]]:
    """Start the program, kill it some time after its first acknowledgement; what it acknowledged."""
    paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    program = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed_writer.py")), str(folder), str(seed)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert program.stdout is not None
    assert program.stderr is not None
    try:
        lines = [program.stdout.readline()]
        assert lines[0], program.stderr.read()
        timer = Timer(random.Random(seed).uniform(0.0, 0.6), program.kill)
        timer.start()
        lines += program.stdout.readlines()
        timer.join()
    finally:
        program.kill()
        program.wait(60)
        program.stderr.close()
        program.stdout.close()
    assert program.returncode == (-signal.SIGKILL if os.name == "posix" else 1)
    # The last line may be cut in two by the kill.
    return [line.split() for line in lines if line.endswith("\n")]


@pytest.mark.parametrize("rounds", [1, pytest.param(8, marks=pytest.mark.slow)])
def test_whatever_was_acknowledged_survives_being_killed(folder: Path, rounds: int) -> None:
    acknowledged: list[list[str]] = []
    for seed in range(1, rounds + 1):
        acknowledged += run_and_kill(folder, seed)
    with closing(sqlite3.connect(folder / DATABASE_NAME)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    with Store.open(folder, "Mill 2", "Inspector A") as store:
        reader = store.reader()
        for key, number, kind, corrected in acknowledged:
            stored = reader.load(UUID(key))
            assert stored.inspection.frame.number == int(number)
            assert stored.inspection.verdict.kind == kind
            rejected = kind == VerdictKind.REJECT
            np.testing.assert_array_equal(stored.inspection.stack, stack_with(*((2,) if rejected else ())))
            assert len(stored.inspection.findings) == int(rejected)
            assert len(stored.corrections) == int(corrected)
            if rejected:
                np.testing.assert_array_equal(stored.inspection.frame.image, grain(int(number)))
        _check_files_and_rows(store, folder)
        strips = reader.strips()
        assert len(strips) == rounds
        assert all(strip.interrupted and strip.ended_utc is not None for strip in strips)
        assert sum(strip.frames for strip in strips) == reader.count() >= len(acknowledged) > 0
    print(f"{len(acknowledged)} inspections acknowledged in {rounds} rounds, all there")  # noqa: T201


def test_files_without_rows_are_cleaned_after_a_kill(folder: Path) -> None:
    with Store.open(folder, "Mill 2", "Inspector A") as store:
        kept, gone = (make_inspection(n, 1, kind=VerdictKind.REJECT, image=grain(n)) for n in range(2))
        store.writer.put(kept)
        store.writer.put(gone)
        store.writer.flush()
    (whole,) = (folder / "images").rglob(f"{gone.id}.png")
    orphan, part = whole.with_name("orphan.png"), whole.with_suffix(".part")
    orphan.write_bytes(whole.read_bytes())
    part.write_bytes(b"half")
    _open_as_after_a_kill(folder)
    assert {path.name for path in (folder / "images").rglob("*.*")} == {f"{kept.id}.png", f"{gone.id}.png"}


def test_a_file_whose_removal_was_interrupted_goes_at_the_next_opening(folder: Path) -> None:
    with Store.open(folder, "Mill 2", "Inspector A", policy=ImagePolicy(quota_bytes=10**9)) as store:
        reviewed = make_inspection(0, 1, kind=VerdictKind.REJECT, image=grain(0))
        store.writer.put(reviewed)
        store.writer.save_correction(make_correction(reviewed, 1)).result(30)
    (file,) = (folder / "images").rglob("*.png")
    data = file.read_bytes()
    with Store.open(folder, "Mill 2", "Inspector A", policy=ImagePolicy(quota_bytes=0)) as store:
        store.writer.flush()
        store.writer.flush()
    assert not file.exists()
    file.write_bytes(data)
    _open_as_after_a_kill(folder)
    assert not file.exists()


def test_many_files_without_rows_mean_an_older_database_and_stay(folder: Path, events: list[Reason]) -> None:
    Store.open(folder, "Mill 2", "Inspector A").close()
    day = folder / "images" / "2026" / "11" / "21"
    day.mkdir(parents=True)
    for number in range(1_001):
        (day / f"{number}.png").touch()
    _open_as_after_a_kill(folder, events)
    assert len(list(day.iterdir())) == 1_001
    assert [event.code for event in events] == ["store_orphans"]


def _open_as_after_a_kill(folder: Path, events: list[Reason] | None = None) -> None:
    (folder / "store.running").touch()
    Store.open(folder, "Mill 2", "Inspector A", on_event=None if events is None else events.append).close()
    assert not (folder / "store.running").exists()


def _check_files_and_rows(store: Store, folder: Path) -> None:
    with store.reader()._engine.connect() as connection:
        rows = set(connection.scalars(select(schema.image.c.path)))
    files = {path.relative_to(folder / "images").as_posix() for path in (folder / "images").rglob("*.*")}
    assert files == rows
