from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.data.class_folders import read_class_folders
from models.data.collection import Collection, DataError
from models.data.readers import DataPlan, read_collection
from models.data.statistics import frames_by_class
from models.labels.taxonomy import make_taxonomy

TWO = make_taxonomy("made-up", ["rolled-in_scale", "crazing"])


@pytest.fixture
def folder(tmp_path) -> Path:
    """Two images of the first class, one of the second in another format, one clean."""
    for place, name in enumerate(["rolled-in_scale/b.png", "rolled-in_scale/a.bmp", "crazing/c.jpg", "none/d.png"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), np.full((12, 20), 40 * place, np.uint8))
    (tmp_path / "crazing" / "Thumbs.db").write_bytes(b"not an image")
    (tmp_path / ".hidden").mkdir()
    return tmp_path


def test_the_folder_says_the_class(folder):
    collection = read_class_folders(folder, TWO, clean_folder="none")
    assert collection.names == ("rolled-in_scale/a.bmp", "rolled-in_scale/b.png", "crazing/c.jpg", "none/d.png")
    assert collection.labels == ((1,), (1,), (2,), ())
    assert collection.presence.tolist() == [[True, False], [True, False], [False, True], [False, False]]
    assert [int(image[0, 0]) for image in collection.images] == [40, 0, 80, 120]
    assert not collection.drawn
    assert not any(stack.any() for stack in collection.stacks)
    assert frames_by_class(collection) == {"rolled-in_scale": 2, "crazing": 1, "clean": 1}


def test_a_subset_keeps_the_labels(folder):
    part = read_class_folders(folder, TWO, clean_folder="none").subset([3, 2])
    assert part.labels == ((), (2,))
    assert not part.drawn


def test_the_hash_is_of_the_labels_too(folder):
    collection = read_class_folders(folder, TWO, clean_folder="none")
    assert replace(collection, labels=((1,), (1,), (1,), ())).sha256() != collection.sha256()
    assert replace(collection, labels=()).sha256() != collection.sha256()


def test_labels_must_fit_the_frames_and_the_classes():
    image = np.zeros((4, 4), np.uint8)
    with pytest.raises(DataError, match=r"x\.png is labelled with class 3, but the classes run from 1 to 2"):
        Collection(TWO, ("x.png",), (image,), (image,), labels=((3,),))
    with pytest.raises(DataError, match="There are 1 frames and labels of 2"):
        Collection(TWO, ("x.png",), (image,), (image,), labels=((1,), (2,)))


@pytest.mark.parametrize(
    ("clean_folder", "classes", "sentence"),
    [
        ("", ["rolled-in_scale", "crazing"], "No class is named as the folder {folder}/none; add 'none'"),
        ("none", ["rolled-in_scale"], "No class is named as the folder {folder}/crazing"),
        ("none", ["rolled-in_scale", "crazing", "dent"], "{folder} has no folder for 'dent'; it holds crazing, none"),
        ("clean", ["rolled-in_scale", "crazing"], "has no folder for 'clean'"),
        ("crazing", ["rolled-in_scale", "crazing"], "'crazing' is the clean folder and a class at once"),
    ],
)
def test_folders_and_classes_must_be_the_same(folder, clean_folder, classes, sentence):
    with pytest.raises(DataError) as error:
        read_class_folders(folder, make_taxonomy("made-up", classes), clean_folder=clean_folder)
    assert sentence.format(folder=folder) in str(error.value)


def test_an_empty_class_and_a_missing_folder_are_named(folder):
    (folder / "crazing" / "c.jpg").unlink()
    with pytest.raises(DataError, match="crazing holds no images"):
        read_class_folders(folder, TWO, clean_folder="none")
    with pytest.raises(DataError, match="nowhere is not there; name a folder that holds one folder a class"):
        read_class_folders(folder / "nowhere", TWO)


def test_an_unreadable_image_is_named(folder):
    (folder / "crazing" / "c.jpg").write_bytes(b"\xff\xd8")
    with pytest.raises(DataError, match=r"c\.jpg cannot be read as an image"):
        read_class_folders(folder, TWO, clean_folder="none")


def test_a_plan_names_class_folders(folder):
    data = DataPlan(
        reader="class_folders", taxonomy="made-up", classes=TWO.names, folder=str(folder), clean_folder="none"
    )
    assert read_collection(data).labels == ((1,), (1,), (2,), ())


@pytest.mark.slow
def test_the_neu_classes_are_read(real_data):
    classes = ["crazing", "inclusion", "patches", "pitted_surface", "rolled-in_scale", "scratches"]
    collection = read_class_folders(real_data("neu_cls"), make_taxonomy("neu", classes))
    counts = dict(zip(classes, [210, 100, 100, 210, 210, 100], strict=True))
    assert frames_by_class(collection) == {**counts, "clean": 0}
