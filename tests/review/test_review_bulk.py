"""Bulk changes over a label file: what they say they would do, do, leave alone, and leave behind when stopped."""

from concurrent.futures import Future

import cv2
import numpy as np
import pytest

from app.review.bulk import BulkReport, Decide, LeftAlone, Relabel, do_change, plan_change
from app.review.edit import Action, Edit
from app.review.journal import JournalFolder
from app.review.label_file import open_label_file
from app.review.open_case import OpenCase, Reviewer
from app.words.correction import ReviewState
from models.labels.label_set import numbered_taxonomy
from models.labels.masks import class_mask

REVIEWER = Reviewer("weber", "line-2")
SIZE = (20, 30)


@pytest.fixture
def file(tmp_path):
    """Four frames: a with two pieces of class 1, b with one of class 1 and one of class 2, c with class 2, d empty."""
    frames = tmp_path / "frames"
    frames.mkdir()
    for name in "abcd":
        cv2.imwrite(str(frames / f"{name}.png"), np.full(SIZE, 90, np.uint8))
    path = tmp_path / "labels.csv"
    path.write_text("ImageId,ClassId,EncodedPixels\na.png,1,1 5 101 5\nb.png,1,1 5\nb.png,2,201 4\nc.png,2,1 4\n")
    opened = open_label_file(path, frames, tmp_path / "work", lambda _count: numbered_taxonomy(3)).file
    yield opened
    opened.close()


@pytest.fixture
def journals(tmp_path):
    folder = JournalFolder(tmp_path / "journals")
    yield folder
    folder.close()


def ids(file):
    return {item.name[0]: item.id for item in file.items()}


def state(file, name):
    return next(item.state for item in file.items() if item.name[0] == name)


def run(file, journals, change, unsaved=(), progress=None):
    plan = plan_change(change, file.items(), file, set(unsaved))
    told = []
    report = do_change(plan, file, journals, REVIEWER, lambda item_id, _correction: told.append(item_id), progress)
    assert len(told) == report.saved
    return plan, report


FROM, TO = "class_1", "class_3"


def test_the_plan_counts_frames_findings_and_who_is_left_alone(file):
    plan = plan_change(Relabel(FROM, TO), file.items(), file, {ids(file)["b"]})
    assert plan.frames == (ids(file)["a"],)
    assert plan.findings == 2
    assert plan.undecided == 1
    assert plan.left_alone == {LeftAlone.UNSAVED: ["b.png"], LeftAlone.NO_CLASS: ["c.png", "d.png"]}


def test_a_relabel_changes_exactly_the_pixels_of_its_class_and_says_undecided(file, journals):
    before = {name: file.load(key).stack for name, key in ids(file).items()}
    _, report = run(file, journals, Relabel(FROM, TO))
    assert (report.saved, report.problem, report.stopped) == (2, "", False)
    for name in "ab":
        after = file.load(ids(file)[name]).stack
        assert not class_mask(after, 1).any()
        assert np.array_equal(class_mask(after, 3), class_mask(before[name], 1))
        assert np.array_equal(class_mask(after, 2), class_mask(before[name], 2))
        assert state(file, name) is ReviewState.UNSURE
    assert state(file, "c") is ReviewState.TO_DO
    assert not journals.pending()


def test_a_relabel_that_counts_as_reviewed_decides(file, journals):
    run(file, journals, Relabel(FROM, TO, decides=True))
    assert state(file, "a") is ReviewState.CORRECTED
    run(file, journals, Relabel(TO, FROM))
    assert state(file, "a") is ReviewState.CONFIRMED, "decided frames stay so; it is as the file has it again"


def test_each_frame_can_be_undone_by_itself(file, journals):
    before = file.load(ids(file)["a"]).stack
    run(file, journals, Relabel(FROM, TO))
    case = OpenCase(file.load(ids(file)["a"]), journals)
    assert case.document.undo_action is Action.RELABEL
    case.undo()
    assert np.array_equal(case.document.stack, before)
    case.close()


def test_stopped_half_way_the_first_frames_are_saved_and_the_others_untouched(file, journals):
    _, report = run(file, journals, Decide(ReviewState.CONFIRMED), progress=lambda done, _total: done < 2)
    assert report == BulkReport(4, 2, {}, stopped=True)
    assert [state(file, name) for name in "abcd"] == [
        ReviewState.CONFIRMED,
        ReviewState.CONFIRMED,
        ReviewState.TO_DO,
        ReviewState.TO_DO,
    ]


def test_no_defect_clears_and_confirming_an_empty_frame_says_no_defect(file, journals):
    plan, _ = run(file, journals, Decide(ReviewState.VERIFIED_EMPTY))
    assert (len(plan.frames), plan.cleared, plan.undecided) == (4, 3, 0)
    assert all(not file.load(key).stack.any() for key in ids(file).values())
    run(file, journals, Decide(ReviewState.CONFIRMED))
    assert state(file, "d") is ReviewState.VERIFIED_EMPTY


def test_strokes_drawn_since_the_plan_was_made_are_left_alone(file, journals):
    plan = plan_change(Decide(ReviewState.VERIFIED_EMPTY), file.items(), file, ())
    case = OpenCase(file.load(ids(file)["c"]), journals)
    case.do_all([Edit((10, 10, 2, 2), np.ones((2, 2), bool), 0, 1)], Action.BRUSH)
    drawn = case.document.finished_stack()
    case.close()
    report = do_change(plan, file, journals, REVIEWER, lambda *_: None)
    assert report.saved == 3
    assert report.left_alone == {LeftAlone.UNSAVED: ["c.png"]}
    again = OpenCase(file.load(ids(file)["c"]), journals)
    assert np.array_equal(again.document.stack, drawn)
    again.close()


def test_a_disk_that_refuses_ends_it_and_the_change_of_that_frame_waits_as_a_stroke(file, journals, monkeypatch):
    save = file.save_correction

    def refuse_b(correction, image=None):
        if correction.inspection_id != ids(file)["b"]:
            return save(correction, image)
        future = Future()
        future.set_exception(OSError("the disk is full"))
        return future

    monkeypatch.setattr(file, "save_correction", refuse_b)
    _, report = run(file, journals, Relabel(FROM, TO))
    assert report.saved == 1
    assert "b.png could not be saved: the disk is full" in report.problem
    assert journals.pending() == {ids(file)["b"]}
    case = OpenCase(file.load(ids(file)["b"]), journals)
    assert case.recovered_steps == 1
    assert class_mask(case.document.stack, 3).sum() == 5
    case.close()
