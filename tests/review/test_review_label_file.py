"""Label files: every frame an item, broken rows and missing images named, corrections kept, out again as it came."""

import csv
import uuid
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.paths import resources
from app.review.export import ExportPlan, LeftOut, Scope, export_labels
from app.review.image_file import image_size, read_image
from app.review.label_file import open_label_file
from app.review.ports import ReviewError
from app.review.queue import ordered
from app.review.taxonomies import shipped_taxonomies, taxonomy_for
from app.wording import word
from app.words.correction import Correction, ReviewState
from models.labels.kaggle import KaggleStyle, read_kaggle
from models.labels.masks import empty_stack
from models.labels.rle import decode


def choose(class_count):
    return taxonomy_for(class_count, shipped_taxonomies(resources() / "taxonomies"))


@pytest.fixture
def frames(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    for name in ("a.png", "b.jpg", "c.bmp"):
        cv2.imwrite(str(folder / name), np.full((20, 30), 90, np.uint8))
    return folder


@pytest.fixture
def opening(tmp_path, frames):
    """Opens label text over the frames; closes what it opened."""
    opened = []

    def open_text(text):
        path = tmp_path / "labels.csv"
        path.write_text("ImageId,ClassId,EncodedPixels\n" + text)
        opened.append(open_label_file(path, frames, tmp_path / "work", choose))
        return opened[-1]

    yield open_text
    for one in opened:
        one.file.close()


def correction(file, item, state, stack, note=""):
    return Correction(uuid.uuid4(), item.id, state, stack, file.taxonomy, "weber", "test", datetime.now(UTC), note)


def by_name(file):
    return {item.name: item for item in file.items()}


def test_bad_rows_and_missing_images_are_named_and_the_rest_goes_on(opening, frames):
    (frames / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    opened = opening("a.png,1,1 5\na.png,2,1 2 3\nb.jpg,1,599 9\ngone.png,3,4 4\nc.bmp,x,1 1\n")
    said = "\n".join(opened.problems)
    for part in ("line 3, a.png", "odd count", "line 4, b.jpg", "past the end", "gone.png has rows but no image"):
        assert part in said, part
    assert "line 6, c.bmp" in said
    assert "torn.png cannot be read" in said
    items = by_name(opened.file)
    assert set(items) == {"a.png", "b.jpg", "c.bmp", "gone.png", "torn.png"}
    assert items["a.png"].class_names == ("class_1",)
    assert not items["gone.png"].readable
    case = opened.file.load(items["a.png"].id)
    assert case.stack.sum() == 5
    assert opened.file.load(items["torn.png"].id).fault is not None
    assert opened.file.load(items["gone.png"].id).stack is None


def test_a_frame_without_a_row_is_to_do_and_never_leaves_as_clean(opening, tmp_path):
    file = opening("a.png,1,1 5\n").file
    item = by_name(file)["b.jpg"]
    assert item.state is ReviewState.TO_DO
    plan = ExportPlan(tmp_path / "out.csv", file.taxonomy, KaggleStyle.FULL, Scope.EVERYTHING)
    report = export_labels(file.labels(file.taxonomy), plan)
    assert report.left_out == {LeftOut.UNREVIEWED_EMPTY: 2}
    file.save_correction(correction(file, item, ReviewState.VERIFIED_EMPTY, empty_stack(20, 30, 4))).result(10)
    export_labels(file.labels(file.taxonomy), plan)
    assert read_kaggle(plan.path).explicit_empty("b.jpg")
    assert "c.bmp" not in read_kaggle(plan.path).frames


def test_corrections_come_back_when_the_file_is_opened_again(opening):
    text = "a.png,1,1 5\n"
    file = opening(text).file
    item = by_name(file)["a.png"]
    stack = empty_stack(20, 30, 4)
    stack[3:6, 7:9] = 8
    file.save_correction(correction(file, item, ReviewState.CORRECTED, stack, "oil")).result(10)
    again = opening(text).file
    case = again.load(by_name(again)["a.png"].id)
    assert case.item.state is ReviewState.CORRECTED
    assert (case.note, case.actor) == ("oil", "weber")
    assert np.array_equal(case.stack, stack)
    assert case.word.sum() == 5, "the file's own word is still there to compare with"
    assert by_name(again)["a.png"].class_names == ("class_4",)
    other = opening("a.png,1,1 6\n").file
    assert by_name(other)["a.png"].state is ReviewState.TO_DO, "another file's corrections are not these"


def test_a_correction_log_torn_by_a_crash_loses_its_last_line_alone(opening, tmp_path):
    file = opening("a.png,1,1 5\n").file
    for name in ("a.png", "b.jpg"):
        item = by_name(file)[name]
        file.save_correction(correction(file, item, ReviewState.VERIFIED_EMPTY, empty_stack(20, 30, 4))).result(10)
    (log,) = (tmp_path / "work").iterdir()
    log.write_bytes(log.read_bytes()[:-9])
    again = opening("a.png,1,1 5\n").file
    states = {item.name: item.state for item in again.items()}
    assert states["a.png"] is ReviewState.VERIFIED_EMPTY
    assert states["b.jpg"] is ReviewState.TO_DO
    item = by_name(again)["b.jpg"]
    again.save_correction(correction(again, item, ReviewState.VERIFIED_EMPTY, empty_stack(20, 30, 4))).result(10)
    third = opening("a.png,1,1 5\n").file
    assert by_name(third)["b.jpg"].state is ReviewState.VERIFIED_EMPTY


def test_more_classes_than_the_default_are_numbered(opening):
    assert opening("a.png,4,1 5\n").file.taxonomy.name == "severstal"
    assert opening("a.png,6,1 5\n").file.taxonomy.names[5] == "class_6"


def test_what_cannot_be_opened_is_one_sentence(tmp_path, frames):
    labels = tmp_path / "labels.csv"
    labels.write_text("ImageId,ClassId,EncodedPixels\n")
    for path, folder, said in (
        (tmp_path / "no.csv", frames, "no.csv"),
        (labels, tmp_path / "nowhere", "nowhere"),
        (frames / "a.png", frames, "a.png"),
    ):
        with pytest.raises(ReviewError, match=said) as caught:
            open_label_file(path, folder, tmp_path / "work", choose)
        assert "\n" not in str(caught.value)


def test_opening_can_be_stopped(tmp_path, frames):
    labels = tmp_path / "labels.csv"
    labels.write_text("ImageId,ClassId,EncodedPixels\na.png,1,1 1\n")
    with pytest.raises(ReviewError, match="stopped"):
        open_label_file(labels, frames, tmp_path / "work", choose, lambda done, total: done < 1)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tif"])
@pytest.mark.parametrize("shape", [(7, 300), (301, 5, 3)])
def test_the_size_read_from_the_header_is_that_of_the_image(tmp_path, suffix, shape):
    path = tmp_path / f"x{suffix}"
    cv2.imwrite(str(path), np.full(shape, 50, np.uint8))
    image, fault = read_image(path)
    assert fault is None
    assert image_size(path) == image.shape[:2] == shape[:2]


def test_colour_and_sixteen_bits_arrive_as_they_are(tmp_path):
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 2] = 200
    cv2.imwrite(str(tmp_path / "red.png"), red)
    image, _ = read_image(tmp_path / "red.png")
    assert image[0, 0].tolist() == [200, 0, 0]
    deep = np.full((4, 4), 4000, np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    image, _ = read_image(tmp_path / "deep.png")
    assert image.dtype == np.uint16
    assert np.array_equal(image, deep)


def test_real_labels_go_out_as_they_came(real_data, tmp_path):
    source = real_data / "severstal" / "train.csv"
    opened = open_label_file(source, real_data / "severstal" / "train_images", tmp_path / "work", choose)
    try:
        assert opened.problems == ()
        assert len(opened.file.items()) == 14
        for style in KaggleStyle:
            plan = ExportPlan(tmp_path / f"{style}.csv", opened.file.taxonomy, style, Scope.EVERYTHING)
            report = export_labels(opened.file.labels(opened.file.taxonomy), plan)
            assert len(report.written) == 6
            assert report.left_out == {LeftOut.UNREVIEWED_EMPTY: 8}
            table = read_kaggle(plan.path)
            for name, class_id, pixels in _rows(source):
                stack = table.decode(name, (256, 1600), 4).stack
                assert np.array_equal((stack >> (class_id - 1) & 1).astype(bool), decode(pixels, (256, 1600)))
        assert _rows(tmp_path / "split.csv") == _rows(source)
        nothing = ExportPlan(tmp_path / "reviewed.csv", opened.file.taxonomy)
        assert export_labels(opened.file.labels(opened.file.taxonomy), nothing).rows == 0
    finally:
        opened.file.close()


def test_real_rows_without_images_are_named_and_go_out_again(real_data, tmp_path):
    source = real_data / "severstal" / "rle_rows_without_images.csv"
    opened = open_label_file(source, real_data / "severstal" / "train_images", tmp_path / "work", choose)
    try:
        plan = ExportPlan(tmp_path / "out.csv", opened.file.taxonomy, KaggleStyle.SPLIT, Scope.EVERYTHING)
        report = export_labels(opened.file.labels(opened.file.taxonomy), plan)
        assert report.rows == 1419
        assert sorted(_rows(plan.path)) == sorted(_rows(source))
        assert sum("no image" in problem for problem in opened.problems) == 1333
    finally:
        opened.file.close()


def _rows(path: Path):
    with path.open(newline="") as stream:
        return [(name, int(class_id), pixels) for name, class_id, pixels in list(csv.reader(stream))[1:]]


def test_a_label_check_beside_the_file_orders_the_queue_and_says_why(opening, tmp_path):
    (tmp_path / "suspects.csv").write_text(
        "ImageId,rank,score,kind,class\nb.jpg,1,0.97,missing,patches\na.png,2,0.3,specks,patches\n"
    )
    opened = opening("a.png,1,1 5\nb.jpg,1,1 5\nc.bmp,1,1 5\n")
    assert opened.problems == ()
    items = ordered(opened.file.items())
    assert [(item.name, item.suspicion) for item in items] == [("b.jpg", 0.97), ("a.png", 0.3), ("c.bmp", 0.0)]
    assert [word(item.reason) for item in items] == [
        "A model sees patches where nothing is labelled.",
        "The label check found: specks.",
        "From the label file labels.csv.",
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("ImageId,rank\na.png,1\n", "lacks a column"),
        ("ImageId,rank,score,kind,class\na.png,1,much,missing,\n", "line 2: the score is 'much'"),
        ("ImageId,rank,score,kind,class\na.png,1,1.5,missing,\n", "the score is '1.5'"),
    ],
)
def test_a_label_check_that_cannot_be_read_is_named_and_the_labels_open(opening, tmp_path, text, named):
    (tmp_path / "suspects.csv").write_text(text)
    opened = opening("a.png,1,1 5\n")
    assert len(opened.problems) == 1
    assert named in opened.problems[0]
    assert by_name(opened.file)["a.png"].suspicion == 0.5
