"""The journal: what was drawn comes back after a kill, a torn line, a lost save and a full disk."""

import errno
import os
import signal
import subprocess
import sys
import uuid

import numpy as np
import pytest
from painted import painted

from app.review.document import MaskDocument
from app.review.edit import Action, OverlapPolicy
from app.review.journal import JournalFolder
from app.review.ports import ReviewError
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])
ID = uuid.UUID("0190a5c0-0000-7000-8000-000000000001")
SIZE = (64, 96)


@pytest.fixture
def folder(tmp_path):
    journals = JournalFolder(tmp_path / "journals")
    yield journals
    journals.close()


def opened(folder, stack=None):
    """A document with what its journal brings back, and its journal."""
    document = MaskDocument(empty_stack(*SIZE, 3) if stack is None else stack, TAXONOMY)
    recovery = folder.recover(ID, document)
    return document, folder.begin(ID, document), recovery


def draw(document, journal, x, y, class_id=1):
    edits = painted(document, (x, y), (x, y), 5, class_id, OverlapPolicy.REPLACE)
    journal.step(document.do_all(edits, Action.BRUSH))


def test_strokes_undo_and_redo_come_back_with_their_history(folder):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    draw(document, journal, 30, 30, 2)
    draw(document, journal, 50, 50, 3)
    journal.step(document.undo(), "undo")
    journal.step(document.undo(), "undo")
    journal.step(document.redo(), "redo")
    journal.note("oil?")
    journal.close()
    again, journal, recovery = opened(folder)
    journal.close()
    assert (recovery.steps, recovery.note, recovery.problem) == (6, "oil?", "")
    assert np.array_equal(again.stack, document.stack)
    assert again.dirty
    assert again.undo()
    assert again.undo()
    assert again.empty
    assert folder.pending() == {ID}


def test_a_torn_last_line_costs_that_line_alone(folder, tmp_path):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    kept = document.stack.copy()
    draw(document, journal, 40, 40)
    journal.close()
    (path,) = (tmp_path / "journals").iterdir()
    path.write_bytes(path.read_bytes()[:-7])
    again, journal, recovery = opened(folder)
    assert recovery.steps == 1
    assert np.array_equal(again.stack, kept)
    draw(again, journal, 60, 20)
    journal.close()
    third, journal, recovery = opened(folder)
    journal.close()
    assert recovery.steps == 2
    assert np.array_equal(third.stack, again.stack)


def test_the_journal_goes_once_the_store_has_the_correction(folder):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    journal.saving(document.finished_stack())
    assert folder.pending() == {ID}
    journal.saved()
    assert folder.pending() == frozenset()
    draw(document, journal, 20, 20)
    journal.close()
    again, journal, recovery = opened(folder, _saved_before_last(document))
    journal.close()
    assert recovery.steps == 1
    assert np.array_equal(again.stack, document.stack)


def _saved_before_last(document):
    copy = MaskDocument(document.finished_stack(), TAXONOMY)
    document.undo()
    saved = document.finished_stack()
    document.redo()
    assert not np.array_equal(saved, copy.stack)
    return saved


def test_killed_between_handing_over_and_the_stores_answer(folder):
    """Whether the store got it or not, no stroke is lost and none is done twice."""
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    handed = document.finished_stack()
    journal.saving(handed)
    draw(document, journal, 40, 40, 2)
    journal.close()
    for held, steps in ((None, 2), (handed, 1)):
        again, journal, recovery = opened(folder, held)
        journal.close()
        assert recovery.steps == steps
        assert np.array_equal(again.stack, document.stack)


def test_handed_over_and_stored_leaves_nothing_to_do_again(folder):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    journal.saving(document.finished_stack())
    journal.close()
    _, journal, recovery = opened(folder, document.finished_stack())
    journal.close()
    assert recovery.steps == 0
    assert folder.pending() == frozenset()


def test_an_undo_below_the_saved_point_comes_back(folder):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    draw(document, journal, 30, 30)
    handed = document.finished_stack()
    journal.saving(handed)
    journal.step(document.undo(), "undo")
    journal.close()
    again, journal, _ = opened(folder, handed)
    journal.close()
    assert np.array_equal(again.stack, document.stack)


def test_strokes_over_other_masks_are_set_aside_and_said_so(folder, tmp_path):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    journal.close()
    other = np.full(SIZE, 4, np.uint8)
    again, journal, recovery = opened(folder, other)
    journal.close()
    assert np.array_equal(again.stack, other)
    assert "set-aside" in recovery.problem
    assert [path.suffix for path in (tmp_path / "journals").iterdir()] == [".set-aside"]


def test_rubbish_for_a_journal_is_set_aside(folder, tmp_path):
    (tmp_path / "journals").mkdir()
    (tmp_path / "journals" / f"{ID}.journal").write_bytes(b"\x00\xff rubbish")
    _, journal, recovery = opened(folder)
    journal.close()
    assert "set-aside" in recovery.problem


def test_a_full_disk_is_said_once_and_the_next_stroke_carries_all(folder, monkeypatch):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    real = os.write
    calls = []

    def full(file, data):
        calls.append(len(data))
        if len(calls) == 1:
            return real(file, bytes(data)[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(ReviewError, match="No space left"):
        draw(document, journal, 40, 40)
    monkeypatch.undo()
    draw(document, journal, 70, 20)
    journal.close()
    again, journal, _ = opened(folder)
    journal.close()
    assert np.array_equal(again.stack, document.stack)


CHILD = """
import sys, uuid
from pathlib import Path
from app.review.document import MaskDocument
from app.review.edit import Action
from app.review.journal import JournalFolder
from app.review.rules import DrawingRules
from app.review.tools.brush import stroke
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

taxonomy = make_taxonomy("three", ["a", "b", "c"])
folder = JournalFolder(Path(sys.argv[1]))
rules = DrawingRules(taxonomy, exclusive=True)
document = MaskDocument(empty_stack(64, 96, 3), taxonomy)
journal = folder.begin(uuid.UUID(sys.argv[2]), document)
for line in sys.stdin:
    x, y, class_id = map(int, line.split())
    area = stroke((x, y), (x + 4, y + 2), 5)
    journal.step(document.do_all(rules.draw(document.stack, area, class_id), Action.BRUSH))
    print("finished", flush=True)
"""


def test_a_killed_program_loses_no_finished_stroke(tmp_path):
    strokes = [(5 + 7 * k, 4 + 5 * k, 1 + k % 3) for k in range(11)]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), str(ID)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    for x, y, class_id in strokes:
        child.stdin.write(f"{x} {y} {class_id}\n")
        child.stdin.flush()
        assert child.stdout.readline() == "finished\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()

    expected = MaskDocument(empty_stack(*SIZE, 3), TAXONOMY)
    for x, y, class_id in strokes:
        edits = painted(expected, (x, y), (x + 4, y + 2), 5, class_id, OverlapPolicy.REPLACE)
        expected.do_all(edits, Action.BRUSH)
    folder = JournalFolder(tmp_path)
    document, journal, recovery = opened(folder)
    journal.close()
    folder.close()
    assert recovery.steps == len(strokes)
    assert np.array_equal(document.stack, expected.stack)
