"""What is wrong with data reaches whoever trains as one sentence that names the file, the row or the key."""

from __future__ import annotations

import argparse
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.commands import train

PLAN = """
name = "made-up"
title = "Made-up steel"
[data]
taxonomy = "made-up"
classes = ["a", "b"]
validation_share = 0.25
test_share = 0.25
"""
INDEX = 'reader = "index_folder"\n'
KAGGLE = 'reader = "kaggle_folder"\nunlabelled_are_clean = true\n'


@pytest.fixture
def steel(tmp_path) -> Path:
    """Eight grey frames of 32 by 48 as index masks, Kaggle rows and class folders, and a zip file of them."""
    folder, rows = tmp_path / "steel", ["ImageId,ClassId,EncodedPixels"]
    for number in range(8):
        image = np.random.default_rng(number).integers(0, 256, (32, 48)).astype(np.uint8)
        mask = np.zeros((32, 48), np.uint8)
        mask[:4, 0] = number % 2 + 1
        for path, pixels in (
            (folder / "images" / f"{number}.png", image),
            (folder / "masks" / f"{number}.png", mask),
            (folder / "kinds" / "ab"[number % 2] / f"{number}.png", image),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), pixels)
        rows.append(f"{number}.png,{number % 2 + 1},1 4")
    (folder / "train.csv").write_text("\n".join(rows), encoding="utf-8")
    with zipfile.ZipFile(folder / "steel.zip", "w") as archive:
        for path in sorted((folder / "images").iterdir()):
            archive.write(path, f"images/{path.name}")
    return folder


def _train(tmp_path: Path, text: str, *words: object) -> int:
    plan = tmp_path / "made-up.toml"
    plan.write_text(text, encoding="utf-8")
    parser = argparse.ArgumentParser()
    train.add_parser(parser.add_subparsers())
    ends = ("--out", tmp_path / "bundle", "--device", "cpu")
    return train.run(parser.parse_args([str(word) for word in ("train", plan, *ends, *words)]))


def _row(text: str):
    def add(steel: Path) -> None:
        with (steel / "train.csv").open("a", encoding="utf-8") as stream:
            stream.write(f"\n{text}\n")

    return add


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (_row("9.png,1,1 4"), "{steel}/train.csv, line 10, names 1 image(s) that are not in {steel}/images, the first"),
        (_row("1.png,3,1 4"), "{steel}/train.csv, line 10, holds class 3, but there are only 2 classes"),
        (_row("1.png,1,1535 4"), "{steel}/train.csv, line 10, 1.png: "),
        (_row("1.png,1,1 4 9"), "{steel}/train.csv, line 10, 1.png: "),
        (_row("1.png,one,1 4"), "{steel}/train.csv, line 10"),
        (lambda steel: (steel / "train.csv").unlink(), "{steel}/train.csv cannot be read"),
        (lambda steel: (steel / "train.csv").write_text("a,b\n"), "{steel}/train.csv"),
        (lambda steel: [path.unlink() for path in (steel / "images").iterdir()], "{steel}/images holds no images"),
    ],
)
def test_wrong_rows_are_named(tmp_path, steel, capsys, harm, sentence):
    harm(steel)
    code = _train(tmp_path, PLAN + KAGGLE, "--images", steel / "images", "--labels", steel / "train.csv")
    _check(capsys, code, sentence.format(steel=steel))


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda steel: cv2.imwrite(str(steel / "masks" / "3.png"), np.zeros((32, 47), np.uint8)), "3.png is 48×32 pix"),
        (lambda steel: cv2.imwrite(str(steel / "masks" / "3.png"), np.full((32, 48), 3, np.uint8)), "Mask 3.png: The "),
        (lambda steel: (steel / "images" / "3.png").unlink(), "1 mask(s) in {steel}/masks have no image"),
        (lambda steel: (steel / "images" / "3.png").write_bytes(b"torn"), "3.png cannot be read as an image"),
    ],
)
def test_wrong_masks_are_named(tmp_path, steel, capsys, harm, sentence):
    harm(steel)
    _check(capsys, _train(tmp_path, PLAN + INDEX, "--images", steel), sentence.format(steel=steel))


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            INDEX + 'folder = "{steel}"\nvalidation_share = 0.5\ntest_share = 0.5\n',
            "made-up.toml: data.test_share and data.validation_share leave nothing to train on",
        ),
        (INDEX + "validation_share = -0.1\n", "made-up.toml: data.validation_share must be a share from 0 to below 1"),
        (INDEX + "validation_share = 0.2\ntest_share = nan\n", "made-up.toml: data.test_share must be a share from 0"),
        (INDEX + "validation_share = 0\n", "made-up.toml: data.validation_share must be above 0, or schedule.keep 'la"),
        (
            INDEX + 'folder = "{steel}"\nvalidation_share = 0.001\n',
            "The validation part is empty: 8 frames fall into only 8 groups of alike ones; give more frames or a "
            "larger data.validation_share.",
        ),
        (INDEX + "foldr = 'steel'\n", "made-up.toml: there is no key 'data.foldr'; known are channels, classes,"),
        (INDEX + 'folder = "${{NOT_SET_ANYWHERE}}"\n', "NOT_SET_ANYWHERE is not set"),
        (INDEX + 'folder = "{steel}/steel.zip"\n', "masks is not there"),
        (INDEX + 'folder = "{steel}/steel.zip/masks"\n', "steel.zip holds no 'masks'"),
        (INDEX + 'folder = "memory://nowhere/steel.zip"\n', "There is nothing at memory://nowhere/steel.zip"),
        (INDEX + 'folder = "{steel}"\nmap = {{1 = "c", 2 = ""}}\n', "data.map: '1' cannot become 'c'"),
        ('reader = "class_folders"\nfolder = "{steel}"\n', "{steel} has no folder for 'a'"),
        ('reader = "class_folders"\nfolder = "{steel}/kinds"\nclean_folder = "c"\n', "has no folder for 'c'"),
        ('reader = "tape"\n', "There is no reader 'tape'"),
    ],
)
def test_wrong_keys_are_named(tmp_path, steel, capsys, keys, sentence):
    plan = PLAN.replace("validation_share = 0.25\ntest_share = 0.25\n", "") if "validation_share" in keys else PLAN
    code = _train(tmp_path, plan + keys.format(steel=steel))
    _check(capsys, code, sentence.format(steel=steel))


def test_a_csv_without_a_row_is_named(tmp_path, steel, capsys):
    (steel / "train.csv").write_text("ImageId,ClassId,EncodedPixels\n", encoding="utf-8")
    keys = KAGGLE.replace("true", "false")
    code = _train(tmp_path, PLAN + keys, "--images", steel / "images", "--labels", steel / "train.csv")
    _check(capsys, code, f"{steel}/train.csv labels no image; name a file with labels, or say that unlabelled images")


def test_strips_that_are_not_known_are_named(tmp_path, steel, capsys):
    code = _train(tmp_path, PLAN + INDEX + '[validation]\nstrategy = "origin"\n', "--images", steel)
    _check(capsys, code, "their strips are not known; say in data.origin how names tell them, or group the frames by")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--predict", "{steel}/nowhere"), "The folder {steel}/nowhere is not there; name the folder of the images."),
        (("--predict", "{steel}"), "The folder {steel} holds no images"),
        (("--out", "{steel}"), "{steel} holds something else than a bundle; name a new or an empty folder."),
        (("--out", "{steel}/train.csv"), "{steel}/train.csv holds something else than a bundle"),
    ],
)
def test_what_the_bundle_would_fail_by_is_told_before_the_training(tmp_path, steel, capsys, words, sentence):
    words = [word.format(steel=steel) for word in words]
    code = _train(tmp_path, PLAN + INDEX, "--images", steel, *words)
    _check(capsys, code, sentence.format(steel=steel))


def test_an_empty_part_is_named(tmp_path, steel, capsys):
    image = cv2.imread(str(steel / "images" / "0.png"))
    for number in range(8):
        cv2.imwrite(str(steel / "images" / f"{number}.png"), image)
    code = _train(tmp_path, PLAN + INDEX, "--images", steel)
    _check(capsys, code, "part is empty: 8 frames fall into only 1 groups of alike ones")


def _check(capsys: pytest.CaptureFixture[str], code: int, sentence: str) -> None:
    text = capsys.readouterr().err
    assert code in (1, 2)
    assert sentence in text
    assert "Traceback" not in text
    assert text.startswith("stripsight: ")
    assert text.count("\n") == 1, text
