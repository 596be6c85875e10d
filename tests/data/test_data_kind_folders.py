from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.data.collection import DataError, target_index
from models.data.kind_folders import read_kind_folders
from models.data.readers import DataPlan, read_collection
from models.data.statistics import frames_by_class
from models.labels.masks import class_mask
from models.labels.taxonomy import make_taxonomy

TWO = make_taxonomy("made-up", ["crack", "uneven"])
KINDS = ["blowhole", "break", "crack", "fray", "uneven"]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A crack, an uneven frame whose mask is empty, and a clean frame with an empty mask."""
    for kind in ("crack", "uneven", "free"):
        for part in ("images", "masks"):
            (tmp_path / kind / part).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / kind / "images" / "1.jpg"), np.full((12, 20), 90, np.uint8))
        mask = np.zeros((12, 20), np.uint8)
        if kind == "crack":
            mask[4, :3] = (127, 128, 255)
        cv2.imwrite(str(tmp_path / kind / "masks" / "1.png"), mask)
    return tmp_path


def test_masks_are_cut_above_127(folder):
    collection = read_kind_folders(folder, TWO, clean_folder="free")
    assert collection.names == ("crack/1.jpg", "uneven/1.jpg", "free/1.jpg")
    assert np.argwhere(class_mask(collection.stacks[0], 1)).tolist() == [[4, 1], [4, 2]]
    assert not collection.stacks[1].any()
    assert not collection.stacks[2].any()


def test_the_folder_says_the_class_even_where_nothing_is_drawn(folder):
    collection = read_kind_folders(folder, TWO, clean_folder="free")
    assert collection.drawn
    assert collection.presence.tolist() == [[True, False], [False, True], [False, False]]
    assert frames_by_class(collection) == {"crack": 1, "uneven": 1, "clean": 1}
    assert not target_index(collection.stacks[1], TWO).any()
    assert collection.subset([1, 2]).drawn


def test_clean_frames_need_no_masks(folder):
    (folder / "free" / "masks" / "1.png").unlink()
    (folder / "free" / "masks").rmdir()
    assert len(read_kind_folders(folder, TWO, clean_folder="free")) == 3


def _remove(path: Path) -> None:
    path.unlink()


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20])


def _narrow(path: Path) -> None:
    cv2.imwrite(str(path), np.zeros((12, 19), np.uint8))


def _white(path: Path) -> None:
    cv2.imwrite(str(path), np.full((12, 20), 255, np.uint8))


@pytest.mark.parametrize(
    ("name", "harm", "sentence"),
    [
        ("crack/masks/1.png", _remove, "Image 1.jpg has no mask {folder}/crack/masks/1.png"),
        ("crack/images/1.jpg", _remove, "The folder {folder}/crack/images holds no images"),
        ("crack/masks/1.png", _cut_short, "{folder}/crack/masks/1.png cannot be read as a mask"),
        ("crack/masks/1.png", _narrow, "{folder}/crack/masks/1.png is 19×12 pixels and its image 20×12"),
        ("free/masks/1.png", _white, "{folder}/free/masks/1.png marks pixels of a clean frame"),
    ],
)
def test_a_harmed_kind_is_named(folder, name, harm, sentence):
    harm(folder / name)
    with pytest.raises(DataError) as error:
        read_kind_folders(folder, TWO, clean_folder="free")
    assert sentence.format(folder=folder) in str(error.value)


def test_a_mask_without_an_image_and_a_missing_masks_folder_are_named(folder):
    (folder / "uneven" / "masks" / "1.png").rename(folder / "uneven" / "masks" / "2.png")
    with pytest.raises(DataError, match=r"uneven/masks have no image, the first is 2\.png"):
        read_kind_folders(folder, TWO, clean_folder="free")
    (folder / "uneven" / "masks" / "2.png").unlink()
    (folder / "uneven" / "masks").rmdir()
    with pytest.raises(DataError, match="uneven/masks is not there; each kind needs images/ and masks/"):
        read_kind_folders(folder, TWO, clean_folder="free")


def test_a_plan_names_kind_folders(folder):
    data = DataPlan(
        reader="kind_folders", taxonomy="made-up", classes=TWO.names, folder=str(folder), clean_folder="free"
    )
    assert read_collection(data).labels == ((1,), (2,), ())


@pytest.mark.slow
def test_the_magnetic_tiles_are_read(real_data):
    collection = read_kind_folders(real_data("magnetic_tile"), make_taxonomy("tile", KINDS), clean_folder="free")
    assert frames_by_class(collection) == dict(zip([*KINDS, "clean"], [80, 68, 46, 25, 66, 622], strict=True))
    undrawn = [name for name, stack in zip(collection.names, collection.stacks, strict=True) if not stack.any()]
    assert [name for name in undrawn if not name.startswith("free/")] == [
        "uneven/exp4_num_352527.jpg",
        "uneven/exp4_num_45057.jpg",
    ]
