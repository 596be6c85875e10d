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
from models.labels.kaggle import read_kaggle
from models.labels.label_set import numbered_taxonomy
from models.labels.masks import classes_present

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


def write_in_plant_classes(masks):
    """The masks in a plant's classes: its 1 is the model's grey, its 3 bright, its 2 oil, which it does not know."""
    for path in masks.iterdir():
        mask = np.array([0, 3, 1], np.uint8)[cv2.imread(str(path), cv2.IMREAD_UNCHANGED)]
        mask[0:3, 0:8] = 2
        cv2.imwrite(str(path), mask)


PLANT_MAP = """\
1 = "grey"
2 = ""
class_3 = 1
4 = ""        # none of the frames shows it
"""


def test_labels_of_other_classes_are_compared_by_a_map(tmp_path, frames, runtime):
    images, masks = frames
    map_file, out = tmp_path / "plant.toml", tmp_path / "out"
    map_file.write_text(PLANT_MAP)
    words = ("--images", images, "--model", write_level_bundle(tmp_path / "bundle").folder)
    assert check(masks, *words, "--out", tmp_path / "own") == 0
    write_in_plant_classes(masks)
    assert check(masks, *words, "--map", map_file, "--out", out) == 0
    # What a class is called or numbered changes no suspicion.
    assert rows(out) == rows(tmp_path / "own")
    assert "Wrong class: Grey, the model sees Bright" in (out / "suspects.html").read_text()
    # The review corrects the labels as they are, oil and all.
    written = read_kaggle(out / "labels.csv").label_set(SIZE, None)
    assert classes_present(written.frames["5.bmp"].decode().stack) == (2, 3)
    # A CSV may name how many classes it has.
    assert check(out / "labels.csv", *words, "--map", map_file, "--classes", 4, "--out", tmp_path / "again") == 0
    assert rows(tmp_path / "again") == rows(out)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (None, "plant.toml cannot be read (No such file or directory); name a TOML file."),
        ("1 = grey", "plant.toml is no TOML"),
        ("1 = ['grey']", "plant.toml: '1' must become a class's name or id in one line"),
        ('1 = "grey"', "plant.toml: The map does not name class 'class_2'; map it to one of bright, grey, or to ''"),
        (PLANT_MAP + "5 = 7", "plant.toml: '5' cannot become '7', for the classes are bright, grey; name one of them"),
        (PLANT_MAP + "oil = 1", "plant.toml: There is no class 'oil' to map; name one of class_1"),
        (PLANT_MAP + "3 = 1", "plant.toml: 'class_3' and '3' are one class; map it once."),
    ],
)
def test_a_wrong_map_is_one_sentence(tmp_path, frames, runtime, capsys, text, named):
    images, masks = frames
    write_in_plant_classes(masks)
    map_file = tmp_path / "plant.toml"
    if text is not None:
        map_file.write_text(text)
    bundle = write_level_bundle(tmp_path / "bundle")
    words = ("--images", images, "--model", bundle.folder, "--map", map_file, "--out", tmp_path / "out")
    assert check(masks, *words) == 1
    err = capsys.readouterr().err
    assert named in err
    assert err.count("\n") == 1
    assert runtime.asked == 0


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
        (["--map", "plant.toml"], 2, "--map says what the labels' classes are to a model; name it with --model."),
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
