from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.data import rendered
from models.data.cache import DataCache
from models.data.collection import IGNORED, Collection, DataError, target_index
from models.data.index_folder import read_index_folder
from models.data.kaggle_folder import read_kaggle_folder
from models.data.readers import READERS, DataPlan, read_collection
from models.data.rendered import FRAMES_A_STRIP, read_rendered
from models.data.statistics import frames_by_class, normalisation
from models.labels.masks import class_mask, overlap_px
from models.labels.taxonomy import DefectClass, Role, Taxonomy, make_taxonomy

TWO = make_taxonomy("made-up", ["a", "b"])


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three grey frames of 12 by 20 with index masks: class 1, classes 1 and 2, nothing."""
    for part in ("images", "masks"):
        (tmp_path / part).mkdir()
    for number in range(3):
        mask = np.zeros((12, 20), np.uint8)
        if number < 2:
            mask[2:5, 3:9] = 1
        if number == 1:
            mask[8:10, :] = 2
        cv2.imwrite(str(tmp_path / "images" / f"{number}.png"), np.full((12, 20), 40 * number, np.uint8))
        cv2.imwrite(str(tmp_path / "masks" / f"{number}.png"), mask)
    return tmp_path


def test_index_folders_are_read_in_order_of_names(folder):
    collection = read_index_folder(folder, TWO)
    assert collection.names == ("0.png", "1.png", "2.png")
    assert [int(image[0, 0]) for image in collection.images] == [0, 40, 80]
    assert np.count_nonzero(class_mask(collection.stacks[0], 1)) == 18
    assert np.count_nonzero(class_mask(collection.stacks[1], 2)) == 40
    assert frames_by_class(collection) == {"a": 2, "b": 1, "clean": 1}


def test_colour_is_read_as_rgb(folder):
    cv2.imwrite(str(folder / "images" / "0.png"), np.full((12, 20, 3), (1, 2, 3), np.uint8))
    image = read_index_folder(folder, TWO, channels=3).images[0]
    assert image.shape == (12, 20, 3)
    assert image[0, 0].tolist() == [3, 2, 1]


def _remove(path: Path) -> None:
    path.unlink()


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


@pytest.mark.parametrize(
    ("name", "harm", "sentence"),
    [
        ("masks/1.png", _remove, "Image 1.png has no mask 1.png"),
        ("images/1.png", _remove, "1 mask(s) in {folder}/masks have no image, the first is 1.png"),
        ("masks/1.png", _cut_short, "1.png cannot be read as an 8-bit index mask"),
        ("images/1.png", _cut_short, "1.png cannot be read as an image"),
    ],
)
def test_a_harmed_index_folder_is_named(folder, name, harm, sentence):
    harm(folder / name)
    with pytest.raises(DataError) as error:
        read_index_folder(folder, TWO)
    assert sentence.format(folder=folder) in str(error.value)


def test_another_size_is_named(folder):
    cv2.imwrite(str(folder / "masks" / "2.png"), np.zeros((12, 19), np.uint8))
    with pytest.raises(DataError, match=r"2\.png is 20×12 pixels and its mask 19×12"):
        read_index_folder(folder, TWO)


def test_a_class_out_of_range_is_named(folder):
    with pytest.raises(DataError, match=r"Mask 1\.png: The index mask holds the value 2"):
        read_index_folder(folder, make_taxonomy("made-up", ["a"]))


def test_missing_and_empty_folders_are_named(tmp_path):
    with pytest.raises(DataError, match="images is not there"):
        read_index_folder(tmp_path, TWO)
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    with pytest.raises(DataError, match="holds no images"):
        read_index_folder(tmp_path, TWO)


def _kaggle(folder: Path, rows: str) -> Path:
    path = folder / "train.csv"
    path.write_text("ImageId,ClassId,EncodedPixels\n" + rows, encoding="utf-8")
    return path


def test_kaggle_frames_without_a_row_are_left_out(folder):
    labels = _kaggle(folder, "0.png,1,1 3\n0.png,2,2 2\n")
    collection = read_kaggle_folder(folder / "images", labels, TWO)
    assert collection.names == ("0.png",)
    # Column-major from 1: pixels 1 to 3 are the first three of the first column; classes may overlap.
    assert np.argwhere(class_mask(collection.stacks[0], 1)).tolist() == [[0, 0], [1, 0], [2, 0]]
    assert overlap_px(collection.stacks[0]) == 2


def test_kaggle_frames_without_a_row_are_clean_only_if_said_so(folder):
    labels = _kaggle(folder, "0.png,1,1 3\n")
    collection = read_kaggle_folder(folder / "images", labels, TWO, unlabelled_are_clean=True)
    assert collection.names == ("0.png", "1.png", "2.png")
    assert frames_by_class(collection) == {"a": 1, "b": 0, "clean": 2}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("0.png,1,1 3\n9.png,1,1 3\n", "train.csv, line 3, names 1 image(s) that are not in"),
        ("0.png,3,1 3\n", "train.csv, line 2, holds class 3, but there are only 2 classes"),
        ("0.png,1,1 3 7\n", "line 2"),
        ("0.png,1,239 9\n", "line 2"),
        ("", "train.csv labels no image"),
    ],
)
def test_wrong_kaggle_labels_are_named(folder, rows, sentence):
    with pytest.raises(DataError) as error:
        read_kaggle_folder(folder / "images", _kaggle(folder, rows), TWO)
    assert sentence in str(error.value)


def test_missing_kaggle_files_are_named(folder):
    with pytest.raises(DataError, match=r"nothing\.csv"):
        read_kaggle_folder(folder / "images", folder / "nothing.csv", TWO)
    with pytest.raises(DataError, match="elsewhere is not there"):
        read_kaggle_folder(folder / "elsewhere", _kaggle(folder, ""), TWO)


def test_rendered_frames_know_their_strip():
    collection = read_rendered("worst", FRAMES_A_STRIP + 1, seed=5)
    assert collection.images[0].shape == (256, 1600)
    assert set(collection.origins[:FRAMES_A_STRIP]) == {"worst-5"}
    assert collection.origins[-1] == "worst-6"
    assert len(set(collection.names)) == FRAMES_A_STRIP + 1
    assert read_rendered("worst", 2, seed=5).sha256() == collection.subset([0, 1]).sha256()


def test_many_rendered_frames_are_kept_and_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(rendered, "CACHED_FRAMES", 3)
    said: list[str] = []
    cache = DataCache(tmp_path, said.append)
    plain = read_rendered("worst", 3, seed=5)
    for _ in range(2):
        assert read_rendered("worst", 3, seed=5, cache=cache).sha256() == plain.sha256()
    assert said == ["Rendering 3 frames of the strip 'worst'; this is done once."]
    monkeypatch.setattr(rendered, "FRAME_STRIDE", rendered.FRAME_STRIDE + 1)
    changed = read_rendered("worst", 3, seed=5, cache=cache)
    assert len(said) == 2
    assert changed.names != plain.names
    assert changed.sha256() == read_rendered("worst", 3, seed=5).sha256()


def test_few_rendered_frames_are_not_kept(tmp_path):
    read_rendered("worst", 1, seed=5, cache=DataCache(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_rendered_frame_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(rendered, "CACHED_FRAMES", 1)
    read_rendered("worst", 1, seed=5, cache=DataCache(tmp_path))
    next(tmp_path.rglob("0.stack.png")).write_bytes(b"damaged")
    with pytest.raises(DataError, match=r"0\.stack\.png is damaged; delete the folder"):
        read_rendered("worst", 1, seed=5, cache=DataCache(tmp_path))


def test_wrong_renderings_are_named():
    with pytest.raises(DataError, match="no strip 'rust' to render; choose one of demo"):
        read_rendered("rust", 1, 0)
    with pytest.raises(DataError, match=r"data\.frames must be at least 1"):
        read_rendered("demo", 0, 0)


def _data(folder: Path) -> DataPlan:
    return DataPlan(reader="index_folder", taxonomy="made-up", classes=("a", "b"), folder=str(folder))


def test_a_plan_names_its_reader_and_its_folder(folder, monkeypatch):
    monkeypatch.setenv("STEEL", str(folder.parent))
    data = replace(_data(folder), folder="${STEEL}/" + folder.name)
    assert len(read_collection(data)) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reader": "tape"}, f"no reader 'tape'; choose one of {', '.join(sorted(READERS))}"),
        ({"folder": ""}, "names no folder"),
        ({"folder": "${NOT_SET_ANYWHERE}/x"}, "NOT_SET_ANYWHERE is not set"),
        ({"folder": "$/x"}, "is no path"),
        ({"reader": "kaggle_folder"}, "names no labels"),
        ({"reader": "rendered", "preset": "demo", "frames": 1}, "its classes are pits, cracks, scratches, patches"),
    ],
)
def test_a_plan_that_names_no_data_is_told_so(folder, change, sentence):
    with pytest.raises(DataError) as error:
        read_collection(replace(_data(folder), **change))
    assert sentence in str(error.value)


def test_normalisation_by_hand():
    black, white = np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8)
    stack = np.zeros((2, 2), np.uint8)
    scale = normalisation(Collection(TWO, ("0", "1"), (black, white), (stack, stack)))
    assert scale.mean == (0.5,)
    assert scale.std == (0.5,)
    flat = normalisation(Collection(TWO, ("0",), (white,), (stack,)))
    assert flat.std == (round(1 / 255, 6),)


def test_targets_leave_ignored_classes_out():
    taxonomy = Taxonomy(
        "made-up",
        (DefectClass(1, "a", "A", "#ff0000"), DefectClass(2, "weld", "Weld", "#00ff00", role=Role.IGNORE)),
    )
    stack = np.array([[0, 1, 2, 3]], np.uint8)
    assert target_index(stack, taxonomy).tolist() == [[0, 1, IGNORED, IGNORED]]


def test_the_hash_is_of_pixels_masks_and_names(folder):
    collection = read_index_folder(folder, TWO)
    renamed = Collection(TWO, ("x", *collection.names[1:]), collection.images, collection.stacks)
    assert read_index_folder(folder, TWO).sha256() == collection.sha256()
    assert renamed.sha256() != collection.sha256()
    assert collection.subset([1, 0, 2]).sha256() != collection.sha256()


@pytest.mark.slow
def test_the_neu_set_is_read_and_its_copies_found(real_data):
    from models.data.alike import similar_groups

    collection = read_index_folder(real_data("neu_seg"), make_taxonomy("neu", ["inclusion", "patches", "scratches"]))
    assert len(collection) == 3630
    assert frames_by_class(collection)["clean"] == 0
    groups = similar_groups(collection.images)
    # Nearly every image stands there a second time, turned by 180°.
    assert len(groups) < 1700
    assert max(map(len, groups)) < 100
