"""Folders and single images: order, names, faults; and a folder that is being filled."""

from __future__ import annotations

import os
import queue
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.sources import SourceError, open_source
from app.sources.watch import WatchedFolderSource
from app.words.frame import Frame


def write(path: Path, grey: int = 90) -> Path:
    image = np.full((32, 40), grey, dtype=np.uint8)
    assert cv2.imwrite(str(path), image)
    return path


def test_natural_order_names_and_no_recursion(tmp_path: Path) -> None:
    for name in ("frame10.png", "frame2.png", "Frame1.PNG", "notes.txt", ".hidden.png", "b.bmp"):
        if name.endswith(".txt"):
            (tmp_path / name).write_text("x")
        else:
            write(tmp_path / "any.png").rename(tmp_path / name)
    (tmp_path / "inner.png").mkdir()
    write(tmp_path / "inner.png" / "deep.png")
    source = open_source(str(tmp_path))
    frames = list(source.frames())
    assert [frame.name for frame in frames] == ["b.bmp", "Frame1.PNG", "frame2.png", "frame10.png"]
    assert [frame.number for frame in frames] == [0, 1, 2, 3]
    assert source.length == 4
    assert not source.live
    assert frames[1].path == tmp_path / "Frame1.PNG"
    assert all(frame.source == str(tmp_path) and frame.time_utc.tzinfo is not None for frame in frames)


def test_bad_files_become_faults_and_the_rest_goes_on(tmp_path: Path) -> None:
    whole = write(tmp_path / "1.png").read_bytes()
    (tmp_path / "2.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "3.jpg").write_text("no image")
    (tmp_path / "4.png").touch()
    write(tmp_path / "5.png")
    frames = list(open_source(str(tmp_path)).frames())
    assert [frame.fault.code if frame.fault else "" for frame in frames] == [
        "",
        "truncated",
        "unreadable",
        "empty_file",
        "",
    ]
    assert [frame.image is None for frame in frames] == [False, True, True, True, False]


def test_a_file_deleted_after_opening_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path / "1.png")
    write(tmp_path / "2.png")
    source = open_source(str(tmp_path))
    (tmp_path / "1.png").unlink()
    assert [frame.fault is None for frame in source.frames()] == [False, True]


def test_a_loop_goes_on_until_stopped(tmp_path: Path) -> None:
    write(tmp_path / "1.png")
    write(tmp_path / "2.png")
    source = open_source(str(tmp_path), loop=True)
    assert source.length is None
    names = []
    for frame in source.frames():
        names.append((frame.number, frame.name))
        if len(names) == 5:
            source.stop()
    assert names == [(0, "1.png"), (1, "2.png"), (2, "1.png"), (3, "2.png"), (4, "1.png")]


def test_a_limit_ends_early(tmp_path: Path) -> None:
    for number in range(4):
        write(tmp_path / f"{number}.png")
    source = open_source(str(tmp_path), limit=3)
    assert source.length == 3
    assert [frame.name for frame in source.frames()] == ["0.png", "1.png", "2.png"]
    assert open_source(str(tmp_path), limit=9).length == 4


def test_one_image(tmp_path: Path) -> None:
    path = write(tmp_path / "a frame.png")
    source = open_source(str(path))
    (frame,) = source.frames()
    assert (frame.name, source.length, frame.path) == ("a frame.png", 1, path)
    assert len(list(open_source(str(path), loop=True, limit=3).frames())) == 3


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Callable[[WatchedFolderSource], queue.Queue[Frame]]]:
    """Runs a watched folder in a thread of its own and hands over what it gives; stops it at the end."""
    running: list[tuple[WatchedFolderSource, threading.Thread]] = []

    def run(source: WatchedFolderSource) -> queue.Queue[Frame]:
        given: queue.Queue[Frame] = queue.Queue()
        thread = threading.Thread(target=lambda: [given.put(frame) for frame in source.frames()], name="watching")
        running.append((source, thread))
        thread.start()
        return given

    yield run
    for source, thread in running:
        source.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()


def test_new_files_are_taken_and_old_ones_not_again(
    tmp_path: Path, watching: Callable[[WatchedFolderSource], queue.Queue[Frame]]
) -> None:
    write(tmp_path / "1.png")
    given = watching(WatchedFolderSource(tmp_path))
    assert given.get(timeout=20).name == "1.png"
    write(tmp_path / "2.png")
    assert given.get(timeout=20).name == "2.png"
    (tmp_path / "3.txt").write_text("no image")
    shutil.copy(tmp_path / "1.png", tmp_path / "4.png")
    frame = given.get(timeout=20)
    assert (frame.name, frame.number) == ("4.png", 2)
    assert given.empty()


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
def test_a_file_is_taken_only_when_it_is_whole(
    tmp_path: Path, suffix: str, watching: Callable[[WatchedFolderSource], queue.Queue[Frame]]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    data = write(elsewhere / f"a{suffix}").read_bytes()
    given = watching(WatchedFolderSource(tmp_path, settle_s=0.2, give_up_s=60.0))
    with (tmp_path / f"a{suffix}").open("wb") as file:
        for begin in range(0, len(data), len(data) // 3):
            # Another file that comes and goes through shows that the watcher has looked meanwhile.
            file.write(data[begin : begin + len(data) // 3])
            file.flush()
            if begin + len(data) // 3 < len(data):
                write(tmp_path / f"seen{begin}.png")
                assert given.get(timeout=20).name == f"seen{begin}.png"
    frame = given.get(timeout=20)
    assert frame.name == f"a{suffix}"
    assert frame.image is not None
    assert frame.image.shape[:2] == (32, 40)


def test_a_file_that_stays_broken_is_a_fault_and_is_looked_at_again_when_replaced(
    tmp_path: Path, watching: Callable[[WatchedFolderSource], queue.Queue[Frame]]
) -> None:
    given = watching(WatchedFolderSource(tmp_path, settle_s=0.1, give_up_s=0.3))
    (tmp_path / "a.png").write_text("no image")
    frame = given.get(timeout=20)
    assert frame.fault is not None
    assert frame.fault.code == "unreadable"
    write(tmp_path / "a.png")
    frame = given.get(timeout=20)
    assert (frame.name, frame.fault) == ("a.png", None)


def test_a_folder_that_goes_away_while_watched(tmp_path: Path) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    write(folder / "1.png")
    frames = WatchedFolderSource(folder).frames()
    assert next(frames).name == "1.png"
    shutil.rmtree(folder)
    with pytest.raises(SourceError, match="has gone away; check the drive"):
        next(frames)


def test_watching_an_empty_folder_is_stopped_from_another_thread(tmp_path: Path) -> None:
    source = open_source(str(tmp_path), watch=True)
    stopper = threading.Timer(0.2, source.stop)
    stopper.start()
    assert list(source.frames()) == []
    stopper.join()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom a file can be kept from")
def test_a_file_without_read_rights_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path / "1.png").chmod(0)
    (frame,) = open_source(str(tmp_path)).frames()
    assert frame.fault is not None
    assert frame.fault.code == "unreadable"
