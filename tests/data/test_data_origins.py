from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from models.data.collection import DataError
from models.data.kind_folders import read_kind_folders
from models.data.origins import origins_from_names
from models.data.readers import DataPlan, read_collection
from models.data.splits import make_split
from models.labels.taxonomy import make_taxonomy


def test_a_name_says_its_coil():
    names = ["coil7_frame1.png", "coil12_frame1.png", "scratch/coil7_frame2.png"]
    assert origins_from_names(names, r"coil(\d+)_") == ("7", "12", "7")
    assert origins_from_names(["a1_left.png", "a1_right.png"], r"([a-z])\d_(left)?") == ("a/left", "a/")


def test_shots_in_a_row_are_of_one_piece():
    names = [f"exp{place}_num_{number}.jpg" for place, number in enumerate((1000, 120, 113, 1100, 1201, 40, 100))]
    assert origins_from_names(names, r"num_(\d+)", gap=100) == ("1000", "40", "40", "1000", "1201", "40", "40")


@pytest.mark.parametrize(
    ("pattern", "gap", "sentence"),
    [
        ("coil(", 0, r"data\.origin 'coil\(' is no regular expression"),
        ("coil", 0, "data.origin 'coil' has no group"),
        (r"roll(\d)", 0, r"does not fit the name coil7\.png"),
        ("(coil)", 10, "finds 'coil', and data.origin_gap needs a number"),
    ],
)
def test_a_pattern_that_does_not_fit_is_named(pattern, gap, sentence):
    with pytest.raises(DataError, match=sentence):
        origins_from_names(["coil7.png"], pattern, gap)


def test_a_plan_keeps_coils_together(tmp_path):
    for part in ("images", "masks"):
        (tmp_path / part).mkdir()
        for number in range(20):
            pixels = np.random.default_rng(number).integers(0, 2, (8, 8)).astype(np.uint8)
            cv2.imwrite(str(tmp_path / part / f"coil{number % 5}_{number:02d}.png"), pixels)
    plan = DataPlan("index_folder", "made-up", ("a",), folder=str(tmp_path), origin=r"(coil\d+)_")
    collection = read_collection(plan)
    assert set(collection.origins) == {f"coil{number}" for number in range(5)}
    split = make_split(collection, 0.2, 0.2, 1, "origin")
    assert split.groups == 5
    assert len({collection.origins[row] for row in split.validation}) == 1
    with pytest.raises(DataError, match="does not fit the name coil0_00"):
        read_collection(replace(plan, origin="plate(.)"))


@pytest.mark.slow
def test_magnetic_tiles_are_told_apart(real_data):
    kinds = ["blowhole", "break", "crack", "fray", "uneven"]
    collection = read_kind_folders(real_data("magnetic_tile"), make_taxonomy("tile", kinds), clean_folder="free")
    origins = origins_from_names(collection.names, r"num_(\d+)", gap=100)
    assert len(set(origins)) == 215
    assert max(map(origins.count, set(origins))) == 12
