"""``stripsight labels check``: with a model whose word is known, without one, and calls that cannot be."""

from __future__ import annotations

import argparse
import csv

import cv2
import numpy as np
import pytest
from level_model import LevelRuntime, level_spec, write_level_bundle

from app.commands import labels
from app.review.label_file import open_label_file
from app.review.queue import ordered
from models.bundle import write_bundle
from models.labels.label_set import numbered_taxonomy

SIZE = (80, 120)


def check(*words):
    """Call the command in this process; the exit code."""
    parser = argparse.ArgumentParser("stripsight")
    labels.add_parser(parser.add_subparsers(dest="command"))
    return labels.run(parser.parse_args(["labels", "check", *map(str, words)]))


def rows(folder):
    with (folder / "suspects.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def runtime(monkeypatch):
    """What the command's model runs on."""
    made = LevelRuntime()
    monkeypatch.setattr("models.runtimes.choice.choose_runtime", lambda *_: made)
    return made


@pytest.fixture
def frames(tmp_path, random):
    """Eight frames and their masks: the first lacks its label, the second has the wrong class, the others are right."""
    images, masks = tmp_path / "images", tmp_path / "masks"
    images.mkdir()
    masks.mkdir()
    for place in range(8):
        image, mask = random.integers(0, 60, SIZE).astype(np.uint8), np.zeros(SIZE, np.uint8)
        top, left = 5 + 4 * place, 10 + 6 * place
        image[top : top + 20, left : left + 30] = 200
        mask[top : top + 20, left : left + 30] = {0: 0, 1: 2}.get(place, 1)
        cv2.imwrite(str(images / f"{place}.bmp"), image)
        cv2.imwrite(str(masks / f"{place}.png"), mask)
    return images, masks


def test_with_a_model_every_frame_is_ranked_and_the_wrong_ones_come_first(tmp_path, frames, runtime, capsys):
    images, masks = frames
    bundle = write_level_bundle(tmp_path / "bundle")
    out = tmp_path / "out"
    assert check(masks, "--images", images, "--model", bundle.folder, "--out", out) == 0
    found = rows(out)
    assert [row["rank"] for row in found] == [str(rank) for rank in range(1, 9)]
    scores = [float(row["score"]) for row in found]
    assert scores == sorted(scores, reverse=True)
    assert {(row["ImageId"], row["kind"], row["class"]) for row in found[:2]} == {
        ("0.bmp", "missing", "bright"),
        ("1.bmp", "wrong_class", "grey"),
    }
    page = (out / "suspects.html").read_text()
    assert page.count("data:image/jpeg") == 8 * 3
    assert "Wrong class: Grey, the model sees Bright" in page
    assert runtime.asked == 4 * (8 + 8)
    assert runtime.closed
    assert capsys.readouterr().out.endswith("suspects.html shows 8 frame(s).\n")


def test_one_view_asks_the_model_once_a_frame(tmp_path, frames, runtime):
    images, masks = frames
    bundle = write_level_bundle(tmp_path / "bundle")
    words = (masks, "--images", images, "--model", bundle.folder, "--out", tmp_path / "out", "--one-view")
    assert check(*words) == 0
    assert runtime.asked == 8 + 8


def test_the_review_opens_the_labels_with_the_most_suspicious_first(tmp_path, frames, runtime):
    images, masks = frames
    bundle = write_level_bundle(tmp_path / "bundle")
    assert check(masks, "--images", images, "--model", bundle.folder, "--out", tmp_path / "out") == 0
    opened = open_label_file(tmp_path / "out" / "labels.csv", images, tmp_path / "work", numbered_taxonomy)
    try:
        assert opened.problems == ()
        names = [item.name for item in ordered(opened.file.items())]
        assert names == [row["ImageId"] for row in rows(tmp_path / "out")]
    finally:
        opened.file.close()


def test_without_a_model_only_frames_with_a_finding_are_listed(tmp_path, frames):
    images, masks = frames
    mask = cv2.imread(str(masks / "3.png"), cv2.IMREAD_UNCHANGED)
    mask[70, 3] = 1
    cv2.imwrite(str(masks / "3.png"), mask)
    (masks / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert check(masks, "--images", images, "--out", tmp_path / "out") == 0
    assert [(row["ImageId"], row["kind"], row["score"]) for row in rows(tmp_path / "out")] == [
        ("torn.png", "unusable", "1.000000"),
        ("3.bmp", "specks", "0.300000"),
    ]
    page = (tmp_path / "out" / "suspects.html").read_text()
    assert "1 piece(s) of fewer than 9 px." in page
    assert page.count("data:image/jpeg") == 1


def test_a_mask_that_cannot_be_read_leads_the_ranking_with_a_model_too(tmp_path, frames, runtime):
    images, masks = frames
    (masks / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    bundle = write_level_bundle(tmp_path / "bundle")
    assert check(masks, "--images", images, "--model", bundle.folder, "--out", tmp_path / "out") == 0
    found = rows(tmp_path / "out")
    assert (found[0]["ImageId"], found[0]["kind"], found[0]["class"]) == ("torn.png", "unusable", "")
    assert len(found) == 9


def test_a_csv_alone_needs_no_images(tmp_path):
    source = tmp_path / "labels.csv"
    source.write_text("ImageId,ClassId,EncodedPixels\na.png,1,1 60\na.png,2,31 30\nb.png,1,1 60\n")
    assert check(source, "--out", tmp_path / "out") == 0
    assert [(row["ImageId"], row["kind"], row["class"]) for row in rows(tmp_path / "out")] == [
        ("a.png", "overlap", "class_2")
    ]
    assert not (tmp_path / "out" / "labels.csv").exists()


def test_a_bundle_that_only_classifies_is_refused_before_any_work(tmp_path, frames, runtime, capsys):
    images, masks = frames
    spec = level_spec(task="classify")
    bundle = write_bundle(tmp_path / "bundle", spec, {"nothing": np.zeros(1, np.float32)}, "For tests.")
    assert check(masks, "--images", images, "--model", bundle.folder, "--out", tmp_path / "out") == 1
    assert "only classifies" in capsys.readouterr().err
    assert runtime.asked == 0


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["--model", "levels"], 2, "--model looks at images"),
        (["--unlabelled-are-clean"], 2, "--unlabelled-are-clean looks at images"),
        (["--images", "IMAGES", "--model", "levels", "--classes", "2"], 2, "leave --classes out"),
        (["--images", "IMAGES", "--model", "nowhere"], 1, "no bundle 'nowhere'"),
        (["--images", "nowhere"], 1, "nowhere is not there"),
        (["--classes", "0"], 2, "--classes 0 cannot be"),
    ],
)
def test_wrong_calls_are_one_sentence(tmp_path, frames, capsys, words, code, named):
    images, masks = frames
    words = [images if word == "IMAGES" else word for word in words]
    assert check(masks, "--out", tmp_path / "out", *words) == code
    err = capsys.readouterr().err
    assert named in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()
