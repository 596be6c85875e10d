"""Exports: exact to the pixel in every column style, and no frame nobody reviewed leaves as clean."""

import csv
import hashlib
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.export import ExportPlan, LeftOut, Scope, export_labels
from app.review.ports import LabelRecord, ReviewError, Word
from app.words.correction import ReviewState
from models.labels.kaggle import KaggleStyle, read_kaggle
from models.labels.label_set import Decoded, RowProblem
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])
NOW = datetime(2024, 5, 1, tzinfo=UTC)
EMPTY = empty_stack(2, 3, 3)


def drawn(*pixels):
    """A 2×3 stack with (row, column, class id) pixels."""
    stack = EMPTY.copy()
    for row, column, class_id in pixels:
        stack[row, column] |= 1 << (class_id - 1)
    return stack


def record(name, stack, state=ReviewState.CORRECTED, word=Word.REVIEWER, complete=True, **more):
    decoded = None if stack is None else Decoded(stack, complete=complete)
    return LabelRecord(name=name, state=state, word=word, decode=lambda: decoded, time_utc=NOW, **more)


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.reader(stream))


def test_three_styles_by_hand(tmp_path):
    """Pixel (row 1, column 0) is the second of the first column: run '2 1'. Column 2 whole is '5 2'."""
    records = [
        record("x.png", drawn((1, 0, 1), (0, 2, 2), (1, 2, 2))),
        record("clean.png", EMPTY, ReviewState.VERIFIED_EMPTY),
    ]
    expected = {
        KaggleStyle.SPLIT: [
            ["ImageId", "ClassId", "EncodedPixels"],
            ["x.png", "1", "2 1"],
            ["x.png", "2", "5 2"],
        ],
        KaggleStyle.JOINED: [["ImageId_ClassId", "EncodedPixels"], ["x.png_1", "2 1"], ["x.png_2", "5 2"]],
        KaggleStyle.FULL: [
            ["ImageId_ClassId", "EncodedPixels"],
            ["x.png_1", "2 1"],
            ["x.png_2", "5 2"],
            ["x.png_3", ""],
            ["clean.png_1", ""],
            ["clean.png_2", ""],
            ["clean.png_3", ""],
        ],
    }
    for style, wanted in expected.items():
        plan = ExportPlan(tmp_path / f"{style}.csv", TAXONOMY, style)
        report = export_labels(records, plan)
        assert rows(plan.path) == wanted
        assert report.rows == len(wanted) - 1
        assert report.verified_empty == 1


@given(
    st.lists(st.tuples(st.integers(0, 2**32 - 1), st.sampled_from(list(ReviewState))), min_size=1, max_size=5),
    st.sampled_from(list(KaggleStyle)),
    st.sampled_from(list(Scope)),
)
@settings(max_examples=60, deadline=None)
def test_what_leaves_decodes_to_the_masks_and_nothing_unreviewed_is_clean(tmp_path_factory, made, style, scope):
    records, stacks = [], {}
    for place, (seed, state) in enumerate(made):
        generator = np.random.default_rng(seed)
        stack = generator.integers(0, 8, (7, 9)).astype(np.uint8)
        if state is ReviewState.VERIFIED_EMPTY or (state is ReviewState.TO_DO and seed % 2):
            stack[:] = 0
        word = Word.REVIEWER if state not in (ReviewState.TO_DO, ReviewState.UNSURE) else Word.MODEL
        records.append(record(f"{place}.png", stack, state, word))
        stacks[f"{place}.png"] = stack
    plan = ExportPlan(tmp_path_factory.mktemp("out") / "labels.csv", TAXONOMY, style, scope)
    report = export_labels(records, plan)
    table = read_kaggle(plan.path)
    assert not table.problems
    for name, stack in stacks.items():
        frame = next(frame for frame in report.frames if frame.name == name)
        if name in table.frames:
            assert np.array_equal(table.decode(name, (7, 9), 3).stack, stack)
            assert frame.reviewed or (stack.any() and scope is Scope.EVERYTHING)
        else:
            assert frame.left_out is not None or (not stack.any() and style is not KaggleStyle.FULL)
        assert frame.reviewed == (frame.word is Word.REVIEWER)


def test_a_frame_nobody_reviewed_and_nothing_was_found_in_has_no_row_in_any_style(tmp_path):
    records = [
        record("model.png", EMPTY, ReviewState.TO_DO, Word.MODEL),
        record("unsure.png", EMPTY, ReviewState.UNSURE, Word.UNSURE),
    ]
    for style in KaggleStyle:
        for scope in Scope:
            plan = ExportPlan(tmp_path / "labels.csv", TAXONOMY, style, scope)
            report = export_labels(records, plan)
            assert len(rows(plan.path)) == 1
            assert report.written == ()
            said = json.loads(plan.manifest_path.read_text())
            assert {frame["ImageId"] for frame in said["left_out"]} == {"model.png", "unsure.png"}


def test_the_manifest_says_whose_word_every_frame_is(tmp_path):
    records = [
        record("seen.png", drawn((0, 0, 1)), actor="weber"),
        record("model.png", drawn((0, 0, 2)), ReviewState.TO_DO, Word.MODEL),
        record("lost.png", None, ReviewState.TO_DO, Word.MODEL),
        record("torn.png", drawn((0, 0, 2)), ReviewState.TO_DO, Word.LABEL_FILE, complete=False),
        record("stated.png", EMPTY, ReviewState.TO_DO, Word.LABEL_FILE, stated_empty=True),
    ]
    plan = ExportPlan(tmp_path / "labels.csv", TAXONOMY, KaggleStyle.FULL, Scope.EVERYTHING)
    report = export_labels(records, plan)
    said = json.loads(plan.manifest_path.read_text())
    assert said["sha256"] == hashlib.sha256(plan.path.read_bytes()).hexdigest() == report.sha256
    assert [(f["ImageId"], f["word"], f["reviewed"], f["reviewer"]) for f in said["frames"]] == [
        ("seen.png", "reviewer", True, "weber"),
        ("model.png", "model", False, ""),
        ("stated.png", "label_file", False, ""),
    ]
    assert {f["ImageId"]: f["left_out"] for f in said["left_out"]} == {
        "lost.png": LeftOut.NO_LABELS.value,
        "torn.png": LeftOut.INCOMPLETE.value,
    }
    assert said["counts"]["words"] == {"reviewer": 1, "unsure": 0, "model": 1, "label_file": 1}


def test_of_two_inspections_of_one_frame_the_reviewed_one_stands_then_the_newest(tmp_path):
    later = NOW + timedelta(hours=1)
    records = [
        record("x.png", drawn((0, 0, 1)), ReviewState.TO_DO, Word.MODEL, frame_time_utc=later),
        record("x.png", drawn((0, 0, 2)), frame_time_utc=NOW),
        record("y.png", drawn((0, 0, 1)), ReviewState.TO_DO, Word.MODEL, frame_time_utc=later),
        record("y.png", drawn((0, 0, 3)), ReviewState.TO_DO, Word.MODEL, frame_time_utc=NOW),
    ]
    plan = ExportPlan(tmp_path / "labels.csv", TAXONOMY, KaggleStyle.SPLIT, Scope.EVERYTHING)
    report = export_labels(records, plan)
    assert rows(plan.path)[1:] == [["x.png", "2", "1 1"], ["y.png", "1", "1 1"]]
    assert report.left_out == {LeftOut.SUPERSEDED: 2}


def test_broken_rows_are_named_for_frames_nobody_reviewed_and_settled_for_others(tmp_path):
    decoded = Decoded(drawn((0, 0, 1)), (RowProblem(7, "x.png", "It holds 3 numbers, an odd count."),), complete=False)
    plan = ExportPlan(tmp_path / "labels.csv", TAXONOMY, KaggleStyle.SPLIT, Scope.EVERYTHING)
    for state, word, count in (
        (ReviewState.TO_DO, Word.LABEL_FILE, 1),
        (ReviewState.CONFIRMED, Word.REVIEWER, 0),
    ):
        report = export_labels([LabelRecord("x.png", state, word, lambda: decoded)], plan)
        assert len(report.problems) == count
        assert report.rows == 1


def test_stopping_or_failing_leaves_the_old_file(tmp_path):
    plan = ExportPlan(tmp_path / "labels.csv", TAXONOMY)
    plan.path.write_text("old")
    records = [record(f"{place}.png", drawn((0, 0, 1))) for place in range(3)]
    with pytest.raises(ReviewError, match="stopped"):
        export_labels(records, plan, lambda done, total: done < 2)
    assert plan.path.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["labels.csv"]
    blocked = tmp_path / "labels.csv" / "below.csv"
    with pytest.raises(ReviewError, match="could not be written"):
        export_labels(records, ExportPlan(blocked, TAXONOMY))
