"""The review page with a real mouse and real keys, over a real label file and a real store."""

import csv
import uuid
from concurrent.futures import Future
from datetime import UTC, datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.exceptions import TimeoutError as StillWaitingError
from review_bench import CONTROL, HEIGHT, LEFT, PLAIN, RIGHT, SHIFT, WIDTH, Bench, block, make_desk

from app.review.open_case import SaveStatus
from app.review.tools.area import spread
from app.review.tools.brush import stroke
from app.review_desk import open_desk
from app.store import Store, StoreError
from app.ui.review.drawing import Tool
from app.words.correction import ReviewState
from app.words.frame import Frame
from app.words.inspection import Inspection, ModelUsed, Verdict, VerdictKind
from app.words.reason import Reason
from models.labels.kaggle import KaggleStyle, read_kaggle
from models.labels.masks import class_mask, empty_stack
from models.labels.rle import decode
from models.labels.taxonomy import make_taxonomy


def test_the_frames_folder_is_suggested_and_the_unlabelled_frame_comes_first(bench, labels):
    assert bench.page.open_sheet.folder_edit.text() == str(labels.parent / "frames")
    assert [item.name for item in bench.page.session.queue.listed] == ["c.png", "a.png", "b.png"]
    assert bench.page.right.currentWidget() is bench.page.column


@pytest.mark.parametrize("scale", [1.0, 6.0])
@pytest.mark.parametrize("tip", [1, 4, 9])
def test_a_stroke_draws_exactly_the_pixels_of_its_tip(bench, scale, tip):
    bench.canvas.zoom_by(scale / bench.canvas.scale_factor)
    bench.key(Qt.Key.Key_B)
    bench.key(Qt.Key.Key_4)
    bench.page.drawing.table.set_tip(tip)
    way = [(70, 20), (78, 24), (85, 40)]
    bench.stroke(way)
    expected = np.zeros((HEIGHT, WIDTH), bool)
    for start, end in zip(way, [*way[1:], way[-1]], strict=True):
        expected |= spread(stroke(_under(bench, start), _under(bench, end), tip), (0, 0, WIDTH, HEIGHT))
    assert np.array_equal(class_mask(bench.stack, 4), expected)
    assert expected.sum() >= 30


def _under(bench, pixel):
    """The frame point the canvas reports for the widget point over a pixel."""
    point = bench.canvas.to_frame(QPointF(bench.at(*pixel)) + QPointF(0.5, 0.5) / bench.canvas.devicePixelRatioF())
    return point.x(), point.y()


def test_a_one_pixel_click_at_high_zoom_draws_that_pixel(bench):
    bench.canvas.zoom_to_box((70, 20, 10, 6))
    bench.key(Qt.Key.Key_B)
    bench.key(Qt.Key.Key_4)
    bench.page.drawing.table.set_tip(1)
    for pixel in ((70, 20), (73, 22), (79, 25)):
        bench.click(*pixel)
    assert sorted(map(tuple, np.argwhere(class_mask(bench.stack, 4)).tolist())) == [(20, 70), (22, 73), (25, 79)]


def test_undo_and_redo_by_keys(bench):
    before = bench.stack.copy()
    bench.key(Qt.Key.Key_B)
    bench.stroke([(60, 20), (80, 30)])
    bench.stroke([(60, 50), (80, 50)])
    after = bench.stack.copy()
    bench.key(Qt.Key.Key_Z, CONTROL)
    bench.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(bench.stack, before)
    assert not bench.page.tool_bar.undo_button.isEnabled()
    bench.key(Qt.Key.Key_Y, CONTROL)
    bench.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert np.array_equal(bench.stack, after)
    assert "brush stroke" in bench.page.tool_bar.undo_button.toolTip()


def test_eraser_takes_the_picked_class_and_with_shift_all_visible_ones(bench):
    bench.key(Qt.Key.Key_B)
    bench.key(Qt.Key.Key_3)
    bench.page.drawing.table.set_tip(9)
    bench.stroke([(24, 14), (30, 14)])
    overlapping = class_mask(bench.stack, 3).copy()
    bench.stroke([(24, 14), (30, 14)], button=RIGHT)
    assert not class_mask(bench.stack, 3).any()
    assert class_mask(bench.stack, 1).sum() == 12 * 16, "the class below stays"
    bench.key(Qt.Key.Key_Z, CONTROL)
    bench.key(Qt.Key.Key_E)
    bench.stroke([(24, 14), (30, 14)], modifiers=SHIFT)
    assert not class_mask(bench.stack, 3).any()
    assert not (class_mask(bench.stack, 1) & overlapping).any()
    bench.key(Qt.Key.Key_Z, CONTROL)
    bench.page.column.class_panel.eye_button(1).click()
    bench.stroke([(24, 14), (30, 14)], modifiers=SHIFT)
    assert class_mask(bench.stack, 1).sum() == 12 * 16, "a hidden class is not erased"
    assert not class_mask(bench.stack, 3).any()


def test_a_number_key_changes_the_class_of_the_selected_finding(bench):
    bench.click(25, 15)
    assert bench.page.drawing.findings.selected.class_id == 1
    bench.key(Qt.Key.Key_3)
    assert not class_mask(bench.stack, 1).any()
    assert np.array_equal(class_mask(bench.stack, 3), block(10, 20, 12, 16))
    assert bench.page.drawing.findings.selected.class_id == 3, "it stays selected, for the next thought"
    bench.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(class_mask(bench.stack, 1), block(10, 20, 12, 16))


def test_with_the_brush_a_number_key_only_picks(bench):
    bench.click(25, 15)
    bench.key(Qt.Key.Key_B)
    before = bench.stack.copy()
    bench.key(Qt.Key.Key_2)
    assert np.array_equal(bench.stack, before)
    assert bench.page.column.class_panel.pick_button(2).isChecked()


def test_delete_takes_the_selected_finding_or_the_one_under_the_pointer(bench):
    bench.click(25, 15)
    bench.key(Qt.Key.Key_Delete)
    assert not class_mask(bench.stack, 1).any()
    assert class_mask(bench.stack, 2).any()
    bench.hover(100, 44)
    bench.key(Qt.Key.Key_Delete)
    assert not bench.stack.any()


def test_r_gives_the_finding_under_the_pointer_the_picked_class(bench):
    bench.key(Qt.Key.Key_B)
    bench.key(Qt.Key.Key_4)
    bench.hover(100, 44)
    bench.key(Qt.Key.Key_R)
    assert np.array_equal(class_mask(bench.stack, 4), block(40, 90, 8, 30))
    assert not class_mask(bench.stack, 2).any()


def test_a_finding_in_the_list_is_zoomed_to_and_selected(bench):
    panel = bench.page.column.finding_panel
    assert panel.model.rowCount() == 2
    bench.key(Qt.Key.Key_B)
    index = panel.model.index(0)
    bench.qtbot.mouseClick(panel.list.viewport(), LEFT, PLAIN, panel.list.visualRect(index).center())
    assert bench.page.drawing.findings.selected.box_px == (90, 40, 30, 8)
    assert bench.page.drawing.tool is Tool.SELECT
    assert not bench.canvas.fitted


def test_confirm_saves_and_goes_on_to_the_next_to_do(bench):
    assert "Confirm as right" in bench.page.decision_bar.accept_button.text()
    bench.key(Qt.Key.Key_Return)
    bench.wait_for("b.png")
    assert bench.item("a.png").state is ReviewState.CONFIRMED
    assert bench.page.queue_panel.progress_label.text().startswith("1 of 3")
    bench.qtbot.waitUntil(lambda: _logged(bench, "a.png") is not None)
    assert _logged(bench, "a.png").state is ReviewState.CONFIRMED


def test_an_edited_frame_is_saved_as_corrected_with_what_is_shown(bench):
    bench.key(Qt.Key.Key_B)
    bench.key(Qt.Key.Key_4)
    bench.stroke([(60, 20), (80, 30)])
    shown = bench.stack.copy()
    assert "Save correction" in bench.page.decision_bar.accept_button.text()
    bench.key(Qt.Key.Key_Return, CONTROL)
    bench.wait_for("b.png")
    bench.qtbot.waitUntil(lambda: _logged(bench, "a.png") is not None)
    logged = _logged(bench, "a.png")
    assert logged.state is ReviewState.CORRECTED
    assert np.array_equal(logged.stack(4), shown)
    bench.qtbot.waitUntil(lambda: not bench.page._desk.journals.pending())


def test_no_defect_clears_in_one_step_that_can_be_undone(bench):
    before = bench.stack.copy()
    bench.key(Qt.Key.Key_N)
    bench.wait_for("b.png")
    assert bench.item("a.png").state is ReviewState.VERIFIED_EMPTY
    bench.key(Qt.Key.Key_PageUp)
    bench.wait_for("a.png")
    assert not bench.stack.any()
    bench.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(bench.stack, before)
    assert bench.page.case.status is SaveStatus.EDITED
    bench.key(Qt.Key.Key_Return)
    bench.qtbot.waitUntil(lambda: bench.item("a.png").state is ReviewState.CONFIRMED)


def test_accepting_a_frame_without_masks_says_no_defect_before_and_after(bench):
    bench.go("c.png")
    assert "no defect" in bench.page.decision_bar.accept_button.text()
    bench.key(Qt.Key.Key_Return)
    assert bench.item("c.png").state is ReviewState.VERIFIED_EMPTY


def test_unsure_is_no_decision(bench):
    bench.key(Qt.Key.Key_U)
    bench.wait_for("b.png")
    assert bench.item("a.png").state is ReviewState.UNSURE
    assert bench.page.queue_panel.progress_label.text().startswith("0 of 3")


def test_leaving_an_edited_frame_keeps_its_strokes_without_deciding(bench):
    bench.key(Qt.Key.Key_B)
    bench.stroke([(60, 20), (80, 30)])
    drawn = bench.stack.copy()
    bench.key(Qt.Key.Key_PageDown)
    bench.wait_for("b.png")
    assert bench.item("a.png").state is ReviewState.TO_DO
    assert bench.page.session.edited(bench.item("a.png").id)
    bench.key(Qt.Key.Key_PageUp)
    bench.wait_for("a.png")
    assert np.array_equal(bench.stack, drawn)


def test_strokes_of_a_program_that_died_are_back_and_said_so(bench, qtbot, labels, tmp_path):
    bench.key(Qt.Key.Key_B)
    bench.key(Qt.Key.Key_4)
    bench.stroke([(60, 20), (80, 30)])
    drawn = bench.stack.copy()
    # what a killed program leaves: the journal on disk, nothing in the log
    desk = make_desk(tmp_path)
    again = Bench(qtbot, desk)
    again.page.open_sheet.file_edit.setText(str(labels))
    again.page.open_sheet.open()
    qtbot.waitUntil(lambda: again.page.case is not None)
    again.go("a.png")
    assert np.array_equal(again.stack, drawn)
    assert any("unsaved step" in message.sentence for message in again.messages.messages)
    again.page.stop()
    desk.close()


def test_typing_a_note_decides_nothing_and_goes_with_the_decision(bench):
    note = bench.page.column.note_edit
    note.setFocus()
    bench.qtbot.keyClicks(note, "no oil, unsure? 1234")
    bench.qtbot.keyClick(note, Qt.Key.Key_Return)
    assert bench.name == "a.png"
    assert bench.item("a.png").state is ReviewState.TO_DO
    bench.key(Qt.Key.Key_Return)
    bench.qtbot.waitUntil(lambda: _logged(bench, "a.png") is not None)
    assert _logged(bench, "a.png").note == "no oil, unsure? 1234"


def test_held_w_shows_the_masks_as_they_came_and_forbids_drawing(bench):
    bench.key(Qt.Key.Key_B)
    bench.stroke([(60, 20), (80, 30)])
    drawn = bench.stack.copy()
    bench.qtbot.keyPress(bench.canvas, Qt.Key.Key_W)
    assert not bench.canvas._stack_layer.stack[20, 60]
    bench.stroke([(60, 50), (80, 50)])
    bench.key(Qt.Key.Key_Return)
    bench.qtbot.keyRelease(bench.canvas, Qt.Key.Key_W)
    assert bench.name == "a.png"
    assert np.array_equal(bench.stack, drawn)
    assert bench.canvas._stack_layer.stack[20, 60]


def test_escape_gives_the_stroke_up(bench):
    before = bench.stack.copy()
    bench.key(Qt.Key.Key_B)
    viewport = bench.canvas.viewport()
    bench.qtbot.mousePress(viewport, LEFT, PLAIN, bench.at(60, 20))
    bench.qtbot.mouseMove(viewport, bench.at(80, 40))
    assert not np.array_equal(bench.stack, before)
    bench.key(Qt.Key.Key_Escape)
    bench.qtbot.mouseRelease(viewport, LEFT, PLAIN, bench.at(80, 40))
    assert np.array_equal(bench.stack, before)
    assert bench.page.case.document.undo_action is None


def test_tip_size_by_keys_and_by_ctrl_and_wheel(bench):
    bench.key(Qt.Key.Key_B)
    bench.page.drawing.table.set_tip(9)
    bench.key(Qt.Key.Key_BracketRight)
    assert bench.page.drawing.table.tip_px == 10
    bench.key(Qt.Key.Key_BracketLeft)
    scale = bench.canvas.scale_factor
    place = QPointF(bench.at(50, 30))
    event = QWheelEvent(
        place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, CONTROL, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(bench.canvas.viewport(), event)
    assert bench.page.drawing.table.tip_px == 10
    assert bench.canvas.scale_factor == scale


def test_the_export_holds_exactly_the_masks_that_were_shown(bench, tmp_path):
    bench.key(Qt.Key.Key_B)
    bench.key(Qt.Key.Key_4)
    bench.stroke([(60, 20), (80, 30)])
    shown = bench.stack.copy()
    bench.key(Qt.Key.Key_Return)
    bench.wait_for("b.png")
    bench.go("c.png")
    bench.key(Qt.Key.Key_N)
    bench.qtbot.waitUntil(lambda: _logged(bench, "c.png") is not None)
    sheet = bench.page.export_sheet
    bench.key(Qt.Key.Key_E, CONTROL)
    assert bench.page.right.currentWidget() is sheet
    target = tmp_path / "out.csv"
    sheet.path_edit.setText(str(target))
    sheet.reviewed_choice.click()
    sheet.style_choices[KaggleStyle.FULL].click()
    bench.qtbot.mouseClick(sheet.export_button, LEFT)
    bench.qtbot.waitUntil(lambda: sheet.report is not None)
    table = read_kaggle(target)
    assert set(table.frames) == {"a.png", "c.png"}, "b.png was reviewed by nobody"
    assert np.array_equal(table.decode("a.png", (HEIGHT, WIDTH), 4).stack, shown)
    assert table.explicit_empty("c.png")
    with target.open(newline="") as stream:
        pixels = {row["ImageId_ClassId"]: row["EncodedPixels"] for row in csv.DictReader(stream)}
    assert np.array_equal(decode(pixels["a.png_4"], (HEIGHT, WIDTH)), class_mask(shown, 4))
    assert "1 left out: nobody has reviewed them" in sheet.result_label.text()
    assert "1 of them without a defect" in sheet.result_label.text()


def test_the_file_under_review_is_not_overwritten(bench, labels):
    sheet = bench.page.export_sheet
    before = labels.read_bytes()
    sheet.path_edit.setText(str(labels))
    sheet.export()
    assert "under review" in sheet.result_label.text()
    sheet.path_edit.setText(str(labels.parent / "nowhere" / "x.csv"))
    sheet.export()
    assert "cannot be written" in sheet.result_label.text()
    assert labels.read_bytes() == before


def test_broken_rows_are_named_in_the_window_and_the_rest_opens(bench, labels):
    broken = labels.with_name("broken.csv")
    broken.write_text(labels.read_text() + "c.png,1,5 5 7\nzz.png,1,1 1\n")
    sheet = bench.page.open_sheet
    sheet.file_edit.setText(str(broken))
    sheet.open()
    bench.qtbot.waitUntil(lambda: bench.page.session.store.title == "broken.csv" and bench.page.case is not None)
    said = sheet.problem_list.toPlainText()
    assert "line 5, c.png" in said
    assert "zz.png has rows but no image" in said
    assert len(bench.page.session.queue.all) == 4
    assert any("2 row(s) or frame(s)" in message.sentence for message in bench.messages.messages)


def test_enter_in_a_sheet_does_what_the_sheet_is_for(bench, tmp_path):
    bench.key(Qt.Key.Key_E, CONTROL)
    sheet = bench.page.export_sheet
    sheet.path_edit.setFocus()
    bench.qtbot.keyClicks(sheet.path_edit, str(tmp_path / "typed"))
    bench.qtbot.keyClick(sheet.path_edit, Qt.Key.Key_Return)
    bench.qtbot.waitUntil(lambda: sheet.report is not None)
    assert (tmp_path / "typed.csv").exists()
    assert bench.item("a.png").state is ReviewState.TO_DO
    bench.key(Qt.Key.Key_Escape)
    assert bench.page.right.currentWidget() is bench.page.column


def test_a_file_that_cannot_be_opened_is_one_sentence_and_the_open_one_stays(bench, tmp_path):
    sheet = bench.page.open_sheet
    sheet.file_edit.setText(str(tmp_path / "missing.csv"))
    sheet.folder_edit.setText(str(tmp_path))
    sheet.open()
    bench.qtbot.waitUntil(lambda: "missing.csv" in sheet.result_label.text() and sheet.open_button.isEnabled())
    assert bench.page.session.store.title == "labels.csv"


def test_filters_list_what_they_say(bench):
    panel = bench.page.queue_panel
    panel.search.setText("B.PN")
    assert [item.name for item in bench.page.session.queue.listed] == ["b.png"]
    panel.search.setText("nothing like it")
    assert panel.empty_label.text() == "No frame matches the filter."
    panel.search.clear()
    panel.class_box.setCurrentIndex(panel.class_box.findData("class_3"))
    panel.class_box.activated.emit(panel.class_box.currentIndex())
    assert [item.name for item in bench.page.session.queue.listed] == ["b.png"]


def _logged(bench, name):
    return bench.page.session.store._log.latest.get(bench.item(name).id)


# Over the station's store


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "store", "line-2", "weber") as opened:
        yield opened


@pytest.fixture
def station(qtbot, application, store, tmp_path):
    """The page over a store with two inspections and one frame that was lost."""
    taxonomy = make_taxonomy("two", ["a", "b"])
    model = ModelUsed("m", "0" * 64, "test")
    for number, (suspicion, kind) in enumerate(((0.9, VerdictKind.REVIEW), (0.2, VerdictKind.REJECT))):
        image = np.full((HEIGHT, WIDTH), 90 + number, np.uint8)
        stack = empty_stack(HEIGHT, WIDTH, 2)
        stack[10:20, 10:40] = 1
        frame = Frame("sim:x", number, f"{number}.png", datetime.now(UTC), image)
        verdict = Verdict(kind, Reason("clean"))
        store.writer.put(
            Inspection(uuid.uuid4(), frame, taxonomy, stack, (), {1: 0.9}, verdict, model, "r", suspicion=suspicion)
        )
    lost = Frame("sim:x", 2, "lost.png", datetime.now(UTC), None, fault=Reason("lost", {"count": 3}))
    verdict = Verdict(VerdictKind.NOT_INSPECTED, Reason("lost", {"count": 3}))
    store.writer.put(Inspection(uuid.uuid4(), lost, taxonomy, None, (), {}, verdict, None, "r"))
    store.writer.flush()
    desk = open_desk(store, "weber", "line-2", tmp_path / "review")
    made = Bench(qtbot, desk)
    qtbot.waitUntil(lambda: made.page.case is not None)
    yield made
    made.page.stop()
    desk.close()


def test_the_most_suspicious_is_on_the_table_first_and_a_lost_frame_is_passed_over(station, store):
    assert station.name == "0.png"
    station.key(Qt.Key.Key_Return)
    station.wait_for("1.png")
    station.key(Qt.Key.Key_N)
    station.qtbot.waitUntil(lambda: station.item("1.png").state is ReviewState.VERIFIED_EMPTY)
    store.writer.flush()
    assert any("decided" in message.sentence for message in station.messages.messages)
    reader = store.reader()
    counts = reader.count_by_state()
    assert counts[ReviewState.CONFIRMED] == counts[ReviewState.VERIFIED_EMPTY] == counts[ReviewState.TO_DO] == 1
    stored = reader.load(station.item("1.png").id)
    assert not stored.latest.stack.any()
    assert stored.inspection.stack.any(), "the model's word is kept"
    assert stored.latest.actor == "weber"


def test_a_lost_frame_says_why_and_cannot_be_decided(station):
    station.page.open_item(station.item("lost.png").id)
    station.qtbot.waitUntil(lambda: "lost" in station.page.frame_area.words.text())
    assert not station.page.decision_bar.accept_button.isEnabled()
    station.key(Qt.Key.Key_Return)
    station.key(Qt.Key.Key_N)
    assert station.item("lost.png").state is ReviewState.TO_DO


def test_drawing_replaces_in_an_exclusive_taxonomy(station):
    station.key(Qt.Key.Key_B)
    station.key(Qt.Key.Key_2)
    station.stroke([(15, 15), (20, 15)])
    assert not (class_mask(station.stack, 1) & class_mask(station.stack, 2)).any()
    assert class_mask(station.stack, 2).any()


def test_a_refused_save_stays_dirty_is_said_and_is_tried_again(station, store, monkeypatch):
    def refuse(_writer, _correction, _image=None):
        future = Future()
        future.set_exception(StoreError("the disk is full"))
        return future

    monkeypatch.setattr(type(store.writer), "save_correction", refuse)
    station.key(Qt.Key.Key_B)
    station.stroke([(60, 20), (80, 30)])
    drawn = station.stack.copy()
    station.key(Qt.Key.Key_Return)
    station.wait_for("1.png")
    station.qtbot.waitUntil(lambda: any("disk is full" in m.sentence for m in station.messages.messages))
    assert station.item("0.png").state is ReviewState.TO_DO
    assert station.page._desk.journals.pending() == {station.item("0.png").id}
    station.go("0.png")
    assert station.page.case.status is SaveStatus.FAILED
    assert station.page.decision_bar.try_again_button.isVisible()
    monkeypatch.undo()
    station.qtbot.mouseClick(station.page.decision_bar.try_again_button, LEFT)
    station.qtbot.waitUntil(lambda: station.page.case.status is SaveStatus.CLEAN)
    assert not any("disk is full" in m.sentence for m in station.messages.messages)
    stored = store.reader().load(station.item("0.png").id)
    assert np.array_equal(stored.latest.stack, drawn)
    assert not station.page._desk.journals.pending()


def test_the_station_exports_only_what_was_reviewed_unless_asked(station, tmp_path):
    station.key(Qt.Key.Key_Return)
    station.wait_for("1.png")
    sheet = station.page.export_sheet
    assert sheet.reviewed_choice.isChecked()
    for choice, names in ((sheet.reviewed_choice, {"0.png"}), (sheet.everything_choice, {"0.png", "1.png"})):
        sheet.report = None
        choice.click()
        sheet.path_edit.setText(str(tmp_path / "out.csv"))
        sheet.export()
        station.qtbot.waitUntil(lambda: sheet.report is not None)
        assert set(read_kaggle(tmp_path / "out.csv").frames) == names
    assert "1 the model's word" in sheet.result_label.text()


def test_an_export_waits_for_what_was_decided_a_moment_ago(station, store, tmp_path, monkeypatch):
    handed, stored = [], Future()

    def hold_back(_writer, correction, _image=None):
        handed.append(correction)
        return stored

    monkeypatch.setattr(type(store.writer), "save_correction", hold_back)
    station.key(Qt.Key.Key_Return)
    station.wait_for("1.png")
    monkeypatch.undo()
    sheet = station.page.export_sheet
    sheet.path_edit.setText(str(tmp_path / "out.csv"))
    sheet.export()
    with pytest.raises(StillWaitingError):
        station.qtbot.waitUntil(lambda: sheet.report is not None, timeout=300)
    store.writer.save_correction(handed[0]).result(10)
    stored.set_result(None)
    station.qtbot.waitUntil(lambda: sheet.report is not None)
    assert set(read_kaggle(tmp_path / "out.csv").frames) == {"0.png"}
