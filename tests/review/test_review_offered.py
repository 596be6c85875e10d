"""Ignored pixels and unknown findings: marked in the editor, kept with the correction, in no CSV and in no loss."""

import csv
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from app.review.edit import Action, Edit, OverlapPolicy
from app.review.export import ExportPlan, Scope, export_labels
from app.review.journal import JournalFolder
from app.review.label_file import open_label_file
from app.review.offered import stated, with_offered, without_offered
from app.review.open_case import OpenCase, Reviewer
from app.review.ports import ReviewError
from app.review.rules import DrawingRules
from app.review.tools.outline import rectangle
from app.review_desk import open_desk
from app.store import Store
from app.store.training_export import export_corrections
from app.words.correction import ReviewState
from app.words.frame import Frame
from app.words.inspection import Inspection, ModelUsed, Verdict, VerdictKind
from app.words.reason import Reason
from models.data.collection import IGNORED, target_index
from models.data.corrections_folder import read_corrections
from models.data.crops import target_array
from models.data.readers import DataPlan, read_collection
from models.labels.kaggle import KaggleStyle
from models.labels.masks import class_mask, empty_stack
from models.labels.taxonomy import DefectClass, Role, Taxonomy, make_taxonomy

TAXONOMY = make_taxonomy("two", ["a", "b"])
SIZE = (20, 30)
REVIEWER = Reviewer("weber", "line-2")


@pytest.fixture
def journals(tmp_path):
    folder = JournalFolder(tmp_path / "journals")
    yield folder
    folder.close()


def mark(case, class_id, *corners):
    """Draw a rectangle of a class, the others under it taken away."""
    rules = DrawingRules(case.case.taxonomy, exclusive=True)
    case.do_all(rules.draw(case.document.stack, rectangle(*corners, case.document.size), class_id), Action.RECTANGLE)


def test_a_taxonomy_without_them_is_offered_a_class_to_ignore_and_an_unknown_one():
    wide = with_offered(TAXONOMY)
    assert wide.names == ("a", "b", "ignored", "unknown")
    assert [defect.role for defect in wide][2:] == [Role.IGNORE, Role.UNKNOWN]
    assert len({(defect.colour, defect.key) for defect in wide}) == 4
    assert with_offered(wide) is wide
    taken = Taxonomy("taken", (DefectClass(1, "ignored", "Ignored", "#ff0000", "i"),))
    assert with_offered(taken).names == ("ignored", "ignored_", "unknown")
    assert with_offered(taken).by_id(2).key == ""
    own = Taxonomy("own", (DefectClass(1, "weld", "Weld", "#ff0000", role=Role.IGNORE),))
    assert with_offered(own).names == ("weld", "unknown"), "it has a class to ignore"
    almost, full = (make_taxonomy("full", [f"c{k}" for k in range(count)]) for count in (63, 64))
    assert with_offered(almost).names[63:] == ("ignored",)
    assert with_offered(full) is full, "there is no bit left"


def test_a_stack_is_stated_in_its_own_classes_unless_an_offered_one_is_marked():
    eight = make_taxonomy("eight", list("abcdefgh"))
    wide = with_offered(eight)
    stack = np.array([[0, 1, 128, 129]], np.uint16)
    narrow, taxonomy = stated(stack, wide, eight)
    assert (narrow.dtype, narrow.tolist(), taxonomy) == (np.uint8, stack.tolist(), eight)
    marked = np.array([[0, 1, 256, 257, 513]], np.uint16)
    same, taxonomy = stated(marked, wide, eight)
    assert (same.dtype, same.tolist(), taxonomy) == (np.uint16, marked.tolist(), wide)
    assert stated(marked & 0x2FF, wide, eight)[1] == wide, "an unknown finding alone"
    kept, left_out = without_offered(marked, eight)
    assert (kept.dtype, kept.tolist()) == (np.uint8, [[0, 1, 0, 1, 1]])
    assert left_out == {Role.IGNORE: 2, Role.UNKNOWN: 1}
    assert without_offered(narrow, eight)[1] == {}
    full = np.array([[1 << 63]], np.uint64)
    assert without_offered(full, make_taxonomy("full", [f"c{k}" for k in range(64)])) == (full, {})
    assert stated(narrow, eight, eight)[1] is eight


def test_marked_pixels_come_back_from_the_store_and_are_left_out_of_the_loss(tmp_path):
    with Store.open(tmp_path / "store", "line-2", "weber") as store:
        image = np.full(SIZE, 90, np.uint8)
        stack = empty_stack(*SIZE, 2)
        stack[2:8, 2:8] = 1
        frame = Frame("sim:x", 0, "0.png", datetime.now(UTC), image)
        inspected = Inspection(
            uuid.uuid4(), frame, TAXONOMY, stack, (), {1: 0.9}, Verdict(VerdictKind.REVIEW, Reason("clean")),
            ModelUsed("m", "0" * 64, "test"), "r",
        )  # fmt: skip
        store.writer.put(inspected)
        store.writer.flush()
        desk = open_desk(store, "weber", "line-2", tmp_path / "review")
        case = OpenCase(desk.station.load(inspected.id), desk.journals)
        assert case.case.taxonomy.names == ("a", "b", "ignored", "unknown")
        mark(case, 3, (4, 0), (12, 20))
        correction = case.hand_over(ReviewState.CORRECTED, REVIEWER)
        desk.station.save_correction(correction, image).result(10)
        case.stored(correction)
        case.close()
        store.writer.flush()

        again = OpenCase(desk.station.load(inspected.id), desk.journals)
        assert np.array_equal(again.document.stack, correction.stack)
        assert not again.document.dirty
        assert again.undo(), "with the history of last time"
        assert np.array_equal(again.document.stack, stack)
        again.redo()
        assert desk.station.taxonomies() == (TAXONOMY,), "an export is still of the model's classes"
        (item,) = desk.station.items()
        assert item.class_names == ("a", "ignored")

        report = export_labels(desk.station.labels(TAXONOMY), ExportPlan(tmp_path / "out.csv", TAXONOMY))
        assert report.frames[0].area_px == {"a": 12}
        assert report.frames[0].ignored_px == 160
        written = list(csv.reader((tmp_path / "out.csv").read_text().splitlines()))
        assert [row[:2] for row in written] == [["ImageId", "ClassId"], ["0.png", "1"]]
        manifest = json.loads((tmp_path / "out.manifest.json").read_text())
        assert manifest["frames"][0]["ignored_px"] == 160

        export_corrections(tmp_path / "store", tmp_path / "training")
        collection = read_corrections(tmp_path / "training")
        target = target_index(collection.stacks[0], collection.taxonomy)
        assert np.array_equal(target == IGNORED, class_mask(correction.stack, 3))
        assert collection.presence[0].tolist().count(True) == 1
        again.close()
        desk.close()


def test_a_correction_without_ignored_pixels_is_stated_as_ever(tmp_path, journals):
    with Store.open(tmp_path / "store", "line-2", "weber") as store:
        frame = Frame("sim:x", 0, "0.png", datetime.now(UTC), np.full(SIZE, 90, np.uint8))
        verdict = Verdict(VerdictKind.REVIEW, Reason("clean"))
        stack = empty_stack(*SIZE, 2)
        store.writer.put(
            Inspection(uuid.uuid4(), frame, TAXONOMY, stack, (), {}, verdict, ModelUsed("m", "0" * 64, "t"), "r")
        )
        store.writer.flush()
        desk = open_desk(store, "weber", "line-2", tmp_path / "review")
        (item,) = desk.station.items()
        case = OpenCase(desk.station.load(item.id), journals)
        mark(case, 3, (0, 0), (5, 5))
        assert case.decision is ReviewState.CORRECTED, "a frame with ignored pixels is not found free of defects"
        case.undo()
        mark(case, 2, (0, 0), (5, 5))
        correction = case.hand_over(ReviewState.CORRECTED, REVIEWER)
        assert correction.taxonomy == TAXONOMY
        assert correction.stack.dtype == np.uint8
        case.close()
        desk.close()


def test_a_label_files_frames_keep_ignored_pixels_in_its_log_alone(tmp_path, journals):
    frames = tmp_path / "frames"
    frames.mkdir()
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(frames / name), np.full(SIZE, 90, np.uint8))
    (tmp_path / "labels.csv").write_text("ImageId,ClassId,EncodedPixels\na.png,1,1 20\n")
    opened = open_label_file(tmp_path / "labels.csv", frames, tmp_path / "work", lambda _: TAXONOMY)
    items = {item.name: item for item in opened.file.items()}
    case = OpenCase(opened.file.load(items["a.png"].id), journals)
    mark(case, 3, (0, 0), (2, 10))
    opened.file.save_correction(case.hand_over(ReviewState.CORRECTED, REVIEWER)).result(10)
    case.close()
    opened.file.close()

    again = open_label_file(tmp_path / "labels.csv", frames, tmp_path / "work", lambda _: TAXONOMY)
    items = {item.name: item for item in again.file.items()}
    assert items["a.png"].class_names == ("a", "ignored")
    back = OpenCase(again.file.load(items["a.png"].id), journals)
    assert np.count_nonzero(class_mask(back.document.stack, 3)) == 20
    back.close()
    for style in KaggleStyle:
        plan = ExportPlan(tmp_path / f"{style.value}.csv", TAXONOMY, style, Scope.EVERYTHING)
        report = export_labels(again.file.labels(TAXONOMY), plan)
        written = next(frame for frame in report.frames if frame.name == "a.png")
        assert (written.area_px, written.ignored_px) == ({"a": 10}, 20)
        assert "3" not in {row[1] for row in csv.reader(plan.path.read_text().splitlines()) if len(row) == 3}
    again.file.close()


def test_an_unknown_finding_counts_against_the_frame_and_is_not_learnt(tmp_path):
    with Store.open(tmp_path / "store", "line-2", "weber") as store:
        frame = Frame("sim:x", 0, "0.png", datetime.now(UTC), np.full(SIZE, 90, np.uint8))
        store.writer.put(
            Inspection(
                uuid.uuid4(), frame, TAXONOMY, empty_stack(*SIZE, 2), (), {1: 0.1},
                Verdict(VerdictKind.REVIEW, Reason("clean")), ModelUsed("m", "0" * 64, "test"), "r",
            )
        )  # fmt: skip
        store.writer.flush()
        desk = open_desk(store, "weber", "line-2", tmp_path / "review")
        (item,) = desk.station.items()
        case = OpenCase(desk.station.load(item.id), desk.journals)
        assert case.decision is ReviewState.VERIFIED_EMPTY
        mark(case, 4, (5, 5), (9, 8))
        assert case.decision is ReviewState.CORRECTED, "something is there"
        with pytest.raises(ReviewError, match="cannot be saved as free of defects"):
            case.hand_over(ReviewState.VERIFIED_EMPTY, REVIEWER)
        correction = case.hand_over(case.decision, REVIEWER)
        assert correction.taxonomy.names == ("a", "b", "ignored", "unknown")
        desk.station.save_correction(correction).result(10)
        case.stored(correction)
        case.close()
        (item,) = desk.station.items()
        assert item.class_names == ("unknown",)

        for style in KaggleStyle:
            plan = ExportPlan(tmp_path / f"{style.value}.csv", TAXONOMY, style)
            (written,) = export_labels(desk.station.labels(TAXONOMY), plan).frames
            assert (written.area_px, written.ignored_px, written.unknown_px) == ({}, 0, 12)
            manifest = json.loads(plan.manifest_path.read_text())
            assert manifest["frames"][0]["unknown_px"] == 12
            assert (manifest["counts"]["with_unknown"], manifest["counts"]["verified_empty"]) == (1, 0)

        export_corrections(tmp_path / "store", tmp_path / "training")
        plan = DataPlan("store", "two", TAXONOMY.names, folder=str(tmp_path / "training"))
        collection = read_collection(plan)
        assert collection.taxonomy.names == TAXONOMY.names
        target = target_array(collection, 0, exclusive=True)
        assert np.array_equal(target == IGNORED, class_mask(correction.stack, 4))
        assert not target[target != IGNORED].any()
        desk.close()


def test_ignored_pixels_yield_and_are_locked_as_any_class(journals):
    wide = with_offered(TAXONOMY)
    before = np.array([[1, 2, 0, 4]], np.uint8)
    row = rectangle((0, 0), (4, 1), (1, 4))
    yielding = DrawingRules(wide, overlap={3: OverlapPolicy.YIELD})
    (edit,) = yielding.draw(before, row, 3)
    assert edit.mask.tolist() == [[False, False, True, True]]
    assert isinstance(edit, Edit)
    assert replace(yielding, locked=frozenset({3})).draw(before, row, 3) == ()
