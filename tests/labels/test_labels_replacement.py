"""A file takes its predecessor's place whole, or leaves it as it was, whatever fails."""

from __future__ import annotations

import os

import pytest
from label_samples import names_in

from models.labels.replacement import replacement, text_replacement


def _write(path):
    with text_replacement(path) as stream:
        stream.write("new\n")


def test_the_new_file_takes_the_place(tmp_path):
    path = tmp_path / "made" / "labels.csv"
    _write(path)
    _write(path)
    assert path.read_bytes() == b"new\n"
    assert names_in(path.parent) == ["labels.csv"]


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_a_failing_disk_leaves_the_old_file(tmp_path, monkeypatch, call):
    path = tmp_path / "labels.csv"
    path.write_text("old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(OSError, match="No space left"):
        _write(path)
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["labels.csv"]


def test_an_interruption_leaves_the_old_file(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("old")

    def write_half():
        with text_replacement(path) as stream:
            stream.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_text() == "old"
    assert names_in(tmp_path) == ["labels.csv"]


@pytest.mark.skipif(os.name == "nt", reason="a link needs an administrator there")
def test_a_link_stays_a_link(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    _write(link)
    assert link.is_symlink()
    assert real.read_text() == "new\n"


@pytest.mark.skipif(os.name == "nt", reason="there are no named pipes in the file system")
def test_a_folder_and_a_pipe_are_refused_before_anything_is_written(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path, pipe):
        with pytest.raises(OSError, match="no plain file"), replacement(path):
            pytest.fail("the block must not be entered")
    assert names_in(tmp_path) == ["pipe"]
