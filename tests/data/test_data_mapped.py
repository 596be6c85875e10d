from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from models.data.collection import IGNORED, Collection, DataError
from models.data.crops import Augmentation, CropDataset, target_array
from models.data.mapped import mapped_collection
from models.data.readers import DataPlan, read_collection
from models.data.statistics import Normalisation, frames_by_class
from models.labels.taxonomy import Role, make_taxonomy
from models.training.parts import joined_collections

THREE = make_taxonomy("made-up", ["a", "b", "c"])
DEFECT = make_taxonomy("binary", ["defect"])


def _drawn() -> Collection:
    """Frames with class a, classes b and c overlapping, nothing."""
    images = tuple(np.full((2, 3), 50 * place, np.uint8) for place in range(3))
    stacks = (np.array([[1, 1, 0], [0, 0, 0]], np.uint8), np.array([[0, 2, 6], [0, 0, 4]], np.uint8), images[0] * 0)
    return Collection(THREE, ("0", "1", "2"), images, stacks, ("x", "y", "z"))


def test_all_classes_become_one():
    mapped = mapped_collection(_drawn(), {"a": "defect", "b": "defect", "c": "defect"}, DEFECT)
    assert mapped.taxonomy == DEFECT
    assert [stack.tolist() for stack in mapped.stacks] == [
        [[1, 1, 0], [0, 0, 0]],
        [[0, 1, 1], [0, 0, 1]],
        [[0, 0, 0], [0, 0, 0]],
    ]
    assert mapped.origins == ("x", "y", "z")
    assert frames_by_class(mapped) == {"defect": 2, "clean": 1}


def test_pixels_left_out_are_background():
    mapped = mapped_collection(_drawn(), {"a": "", "b": "defect", "c": ""}, DEFECT)
    assert len(mapped) == 3
    assert mapped.stacks[1].tolist() == [[0, 1, 1], [0, 0, 0]]
    assert frames_by_class(mapped) == {"defect": 1, "clean": 2}


def test_a_frame_known_by_its_class_alone_is_left_out_with_it():
    drawn = _drawn()
    labelled = replace(drawn, stacks=tuple(stack * 0 for stack in drawn.stacks), labels=((1,), (2, 3), ()))
    mapped = mapped_collection(labelled, {"a": "", "b": "defect", "c": "defect"}, DEFECT)
    assert mapped.names == ("1", "2")
    assert mapped.labels == ((1,), ())
    with pytest.raises(DataError, match=r"data\.map leaves every frame out"):
        mapped_collection(labelled.subset([0]), {"a": "", "b": "defect", "c": "defect"}, DEFECT)


@pytest.fixture
def folder(tmp_path) -> Path:
    """Index masks with classes 1 to 3, one a frame, and a label CSV that says the same of a pixel each."""
    for part in ("images", "masks"):
        (tmp_path / part).mkdir()
    rows = []
    for class_id in (1, 2, 3):
        mask = np.zeros((4, 5), np.uint8)
        mask[0, 0] = class_id
        cv2.imwrite(str(tmp_path / "images" / f"{class_id}.png"), mask)
        cv2.imwrite(str(tmp_path / "masks" / f"{class_id}.png"), mask)
        rows.append(f"{class_id}.png,{class_id},1 1")
    (tmp_path / "train.csv").write_text("\n".join(["ImageId,ClassId,EncodedPixels", *rows]), encoding="utf-8")
    return tmp_path


def _plan(folder: Path, reader: str, **keys: object) -> DataPlan:
    images = folder / "images" if reader == "kaggle_folder" else folder
    plan = DataPlan(reader, "made-up", ("defect",), folder=str(images), labels=str(folder / "train.csv"))
    return replace(plan, **keys)


@pytest.mark.parametrize("reader", ["index_folder", "kaggle_folder"])
def test_a_plan_maps_ids(folder, reader):
    plan = _plan(folder, reader, map={"1": "defect", "2": "1", "3": ""})
    collection = read_collection(plan)
    assert collection.taxonomy.names == ("defect",)
    assert [int(stack[0, 0]) for stack in collection.stacks] == [1, 1, 0]


@pytest.mark.parametrize("reader", ["index_folder", "kaggle_folder"])
def test_a_plan_names_the_classes_of_its_data(folder, reader):
    plan = _plan(folder, reader, classes=("c", "a"), source_classes=("a", "b", "c"), map={"b": "a"})
    assert [int(stack[0, 0]) for stack in read_collection(plan).stacks] == [2, 2, 1]


def test_a_plan_maps_folders(tmp_path):
    for name in ("crack", "dent", "scale"):
        (tmp_path / name).mkdir()
        cv2.imwrite(str(tmp_path / name / "1.png"), np.zeros((4, 5), np.uint8))
    plan = DataPlan("class_folders", "made-up", ("mark", "crack"), folder=str(tmp_path))
    collection = read_collection(replace(plan, map={"crack": "crack", "dent": "mark", "scale": ""}))
    assert collection.names == ("crack/1.png", "dent/1.png")
    assert collection.labels == ((2,), (1,))


def test_a_plan_maps_rendered_frames():
    classes = ("pits", "cracks", "scratches", "patches")
    plan = DataPlan("rendered", "made-up", ("defect",), preset="worst", frames=2, map=dict.fromkeys(classes, "defect"))
    plain = DataPlan("rendered", "demo-strip", classes, preset="worst", frames=2)
    for mapped, stack in zip(read_collection(plan).stacks, read_collection(plain).stacks, strict=True):
        assert np.array_equal(mapped > 0, stack > 0)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"map": {"1": "rust", "2": "", "3": ""}}, r"data\.map: '1' cannot become 'rust', for the classes are defect"),
        ({"map": {"1": "defect", "3": ""}}, r"data\.map: The map does not name class '2'"),
        ({"map": {"a": "defect"}}, "the index_folder reader finds numbers; list the data's classes in data.source_cl"),
        ({"map": {"1": "defect", "99": ""}}, r"\[data\]: Class '65' has id 65"),
        ({"source_classes": ("a", "a", "b")}, r"\[data\]: Taxonomy 'source' names class 'a' twice"),
        ({"classes": ("a", "a", "b")}, r"\[data\]: Taxonomy 'made-up' names class 'a' twice"),
        ({"source_classes": ("a", "b", "c")}, r"data\.map: The map does not name class 'a'; map it to one of defect"),
        ({"roles": {"rust": "ignore"}}, r"data\.roles names 'rust', which is not in data\.classes"),
        ({"roles": {"defect": "clean"}}, r"data\.roles\.defect is 'clean'; choose one of defect, nuisance, ignore"),
    ],
)
def test_a_plan_that_maps_wrongly_is_told_so(folder, keys, sentence):
    with pytest.raises(DataError, match=sentence):
        read_collection(_plan(folder, "index_folder", **keys))


def test_ignored_pixels_are_marked_and_never_held(folder):
    plan = _plan(folder, "index_folder", classes=("a", "b", "unsure"), roles={"unsure": "ignore", "b": "nuisance"})
    collection = read_collection(plan)
    assert [defect.role for defect in collection.taxonomy] == [Role.DEFECT, Role.NUISANCE, Role.IGNORE]
    assert collection.presence.tolist() == [[True, False, False], [False, True, False], [False, False, False]]
    assert target_array(collection, 2, exclusive=True)[0, :2].tolist() == [IGNORED, 0]
    planes = target_array(collection, 2, exclusive=False)
    assert planes[0, 0].tolist() == [IGNORED] * 3
    assert not planes[1:].any()
    assert target_array(collection, 1, exclusive=False)[0, 0].tolist() == [0, 1, 0]


def test_crops_are_not_drawn_to_ignored_pixels():
    image, stack = np.zeros((32, 640), np.uint8), np.zeros((32, 640), np.uint8)
    stack[:, :4], stack[16, 600] = 2, 1
    taxonomy = make_taxonomy("made-up", ["a", "unsure"])
    ignoring = replace(taxonomy, classes=(taxonomy.by_id(1), replace(taxonomy.by_id(2), role=Role.IGNORE)))
    collection = Collection(ignoring, ("0",), (image,), (stack,))
    crops = CropDataset(collection, Augmentation((32, 32), defect_share=1.0), Normalisation((0.0,), (1.0,)), True)
    torch.manual_seed(0)
    assert all(int(crops[0][1].eq(1).sum()) == 1 for _ in range(20))


@pytest.mark.parametrize("exclusive", [True, False])
def test_crops_carry_what_a_collection_ignores(exclusive):
    image, stack, ignored = np.zeros((32, 96), np.uint8), np.zeros((32, 96), np.uint8), np.zeros((32, 96), bool)
    image[:, 40:60], stack[:, 50:60], ignored[:, 40:60] = 255, 1, True
    collection = Collection(make_taxonomy("made-up", ["a"]), ("0",), (image,), (stack,), ignored=(ignored,))
    crops = CropDataset(collection, Augmentation((16, 16), defect_share=1.0), Normalisation((0.0,), (1.0,)), exclusive)
    torch.manual_seed(0)
    for _ in range(5):
        x, y = crops[0]
        assert torch.equal((x if not exclusive else x[0]) > 0.5, y == IGNORED)
        assert int((y == IGNORED).sum()) > 0


def test_joined_collections_ignore_what_their_parts_did():
    image, mask = np.zeros((4, 4), np.uint8), np.eye(4, dtype=bool)
    plain = Collection(make_taxonomy("made-up", ["a"]), ("0",), (image,), (image,))
    assert joined_collections([plain, plain]).ignored == ()
    first, second = joined_collections([plain, replace(plain, ignored=(mask,))]).ignored
    assert first is None
    assert np.array_equal(second, mask)
    with pytest.raises(DataError, match="1 frames and 2 masks of pixels to ignore"):
        replace(plain, ignored=(mask, mask))
