"""History: steps past what memory holds, and steps of last week, are undone as any other."""

import uuid

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted import painted

from app.review import history as history_module
from app.review.document import MaskDocument
from app.review.edit import Action, Edit, OverlapPolicy
from app.review.history import History, Patch
from app.review.journal import JournalFolder
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])
ID = uuid.UUID("0190a5c0-0000-7000-8000-000000000002")
SIZE = (40, 60)


@pytest.fixture
def folder(tmp_path):
    journals = JournalFolder(tmp_path / "journals")
    yield journals
    journals.close()


def opened(folder, stack=None):
    document = MaskDocument(empty_stack(*SIZE, 3) if stack is None else stack, TAXONOMY)
    recovery = folder.recover(ID, document)
    return document, folder.begin(ID, document), recovery


def draw(document, journal, x, y, class_id=1):
    edits = painted(document, (x, y), (x, y), 5, class_id, OverlapPolicy.REPLACE)
    journal.step(document.do_all(edits, Action.BRUSH))


def save(document, journal):
    stack = document.finished_stack()
    journal.saving(stack)
    document.mark_saved()
    journal.saved()
    return stack


# In memory and in a file


def patch(seed):
    rng = np.random.default_rng(seed)
    before, after = rng.integers(0, 2**16, (2, 3, 5)).astype(np.uint16)
    return Patch(Action.BRUSH, (seed, 2, 5, 3), before, after)


@given(st.lists(st.booleans(), max_size=40), st.sampled_from([0, 60, 150, 10_000]))
@settings(max_examples=100, deadline=None)
def test_what_is_pushed_is_popped_whatever_memory_holds(pushes, memory_bytes):
    history, expected = History(memory_bytes), []
    for seed, push in enumerate(pushes):
        if push:
            history.push(patch(seed))
            expected.append(seed)
        elif expected:
            popped, original = history.pop(), patch(expected.pop())
            assert (popped.action, popped.box_px) == (original.action, original.box_px)
            assert np.array_equal(popped.before, original.before)
            assert np.array_equal(popped.after, original.after)
            assert popped.after.dtype == original.after.dtype
        else:
            assert history.pop() is None
        assert len(history) == len(expected)
        assert history.action is (Action.BRUSH if expected else None)
    history.clear()
    assert (len(history), history.pop()) == (0, None)


def test_a_full_disk_costs_memory_and_no_step(monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    history = History(0)
    monkeypatch.setattr(history_module.tempfile, "TemporaryFile", full)
    for seed in range(4):
        history.push(patch(seed))
    monkeypatch.undo()
    history.push(patch(4))
    assert [history.pop().box_px[0] for _ in range(5)] == [4, 3, 2, 1, 0]


def test_more_steps_than_memory_holds_are_all_undone_and_redone(monkeypatch):
    monkeypatch.setattr(History.__init__, "__defaults__", (2_000,))
    document = MaskDocument(empty_stack(*SIZE, 3), TAXONOMY)
    states = [document.stack.copy()]
    rng = np.random.default_rng(3)
    for _ in range(60):
        x, y = int(rng.integers(0, 50)), int(rng.integers(0, 30))
        mask = rng.random((9, 9)) < 0.5
        if document.do_all([Edit((x, y, 9, 9), mask, 7, int(rng.integers(0, 8)))], Action.BRUSH):
            states.append(document.stack.copy())
    assert len(states) > 50
    for state in reversed(states[:-1]):
        document.undo()
        assert np.array_equal(document.stack, state)
    assert document.undo() is None
    for state in states[1:]:
        document.redo()
        assert np.array_equal(document.stack, state)
    assert document.redo() is None


# Across openings


def test_a_frame_saved_and_reopened_steps_back_to_its_beginning(folder):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    draw(document, journal, 30, 20, 2)
    journal.step(document.undo(), "undo")
    draw(document, journal, 50, 30, 3)
    saved = save(document, journal)
    journal.close()
    again, journal, recovery = opened(folder, saved)
    assert (recovery.steps, recovery.problem, again.dirty) == (0, "", False)
    assert folder.pending() == frozenset(), "nothing waits to be saved"
    journal.step(again.undo(), "undo")
    assert again.dirty
    journal.step(again.undo(), "undo")
    assert again.empty
    assert again.undo() is None
    journal.step(again.redo(), "redo")
    journal.step(again.redo(), "redo")
    assert np.array_equal(again.stack, saved)
    assert not again.dirty
    journal.close()


def test_history_grows_over_several_corrections_and_outlives_a_kill(folder):
    stack = None
    for x in (10, 25, 40):
        document, journal, _ = opened(folder, stack)
        draw(document, journal, x, 10)
        stack = save(document, journal)
        journal.close()
    document, journal, _ = opened(folder, stack)
    journal.step(document.undo(), "undo")
    journal.step(document.undo(), "undo")
    journal.close()  # killed here: nothing was saved
    assert folder.pending() == {ID}
    again, journal, recovery = opened(folder, stack)
    assert recovery.steps == 2
    assert np.array_equal(again.stack, document.stack)
    assert again.dirty
    assert again.undo()
    assert again.empty
    for _ in range(3):
        assert again.redo()
    assert np.array_equal(again.stack, stack)
    journal.close()


def test_a_saved_frame_drawn_on_and_killed_keeps_both_parts(folder):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    saved = save(document, journal)
    draw(document, journal, 40, 30)
    journal.close()
    again, journal, recovery = opened(folder, saved)
    journal.close()
    assert recovery.steps == 1
    assert np.array_equal(again.stack, document.stack)
    again.undo()
    assert not again.dirty, "back at what is saved"
    again.undo()
    assert again.empty


def test_steps_older_than_the_journal_tells_are_not_undone(folder, tmp_path):
    """Journals of before the history say what stands, not what stood."""
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    before = document.finished_stack()
    journal._gap = True
    draw(document, journal, 25, 10)
    draw(document, journal, 40, 10)
    saved = save(document, journal)
    journal.close()
    again, journal, _ = opened(folder, saved)
    journal.close()
    assert again.undo()
    assert not np.array_equal(again.stack, before)
    assert again.undo() is None


def test_history_of_other_masks_is_none(folder, tmp_path):
    document, journal, _ = opened(folder)
    draw(document, journal, 10, 10)
    save(document, journal)
    journal.close()
    others = np.full(SIZE, 4, np.uint8)
    again, journal, recovery = opened(folder, others)
    assert (recovery.problem, again.undo()) == ("", None)
    assert np.array_equal(again.stack, others)
    draw(again, journal, 30, 30)
    saved = save(again, journal)
    journal.close()
    third, journal, _ = opened(folder, saved)
    journal.close()
    third.undo()
    assert np.array_equal(third.stack, others)
    names = sorted(path.name for path in (tmp_path / "journals" / "history").iterdir())
    assert names == [f"{ID}.journal", f"{ID}.set-aside"]


@given(st.integers(0, 2**32 - 1), st.lists(st.sampled_from(["draw", "undo", "redo", "save", "kill"]), max_size=25))
@settings(max_examples=60, deadline=None)
def test_reopening_at_any_moment_gives_the_same_document(tmp_path_factory, seed, played):
    rng = np.random.default_rng(seed)
    folder = JournalFolder(tmp_path_factory.mktemp("journals"))
    stored = rng.integers(0, 8, SIZE).astype(np.uint8)
    document, journal, _ = opened(folder, stored)
    first, undone = stored, 0
    for what in played:
        if what == "draw":
            x, y = int(rng.integers(0, 50)), int(rng.integers(0, 30))
            edit = Edit((x, y, 9, 9), rng.random((9, 9)) < 0.5, 7, int(rng.integers(0, 8)))
            patch = document.do_all([edit], Action.BRUSH)
            if patch:
                journal.step(patch)
                undone = 0
        elif what in ("undo", "redo"):
            patch = document.undo() if what == "undo" else document.redo()
            if patch:
                journal.step(patch, what)
                undone += 1 if what == "undo" else -1
        elif what == "save":
            stored = save(document, journal)
        else:
            journal.close()
            again, journal, _ = opened(folder, stored)
            assert np.array_equal(again.stack, document.stack)
            assert again.dirty or np.array_equal(document.stack, stored)
            document = again
    journal.close()
    last = document.stack.copy()
    redone = 0
    while document.redo():
        redone += 1
    assert redone == undone
    for _ in range(redone):
        document.undo()
    assert np.array_equal(document.stack, last)
    while document.undo():
        pass
    assert np.array_equal(document.stack, first)
    folder.close()
