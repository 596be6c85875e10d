from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_up_steel import CLASSES, make_collection, write_index_folder

from models.data.collection import DataError
from models.data.readers import DataPlan
from models.data.splits import split_by_content
from models.labels.kaggle import write_kaggle
from models.training.parts import joined_collections, make_normalisation, read_parts
from models.training.plan import AugmentationPlan, Plan, SchedulePlan, ValidationPlan


@pytest.fixture(scope="module")
def steel(tmp_path_factory):
    return write_index_folder(tmp_path_factory.mktemp("data") / "steel", make_collection(40, seed=4))


@pytest.fixture
def plan(steel) -> Plan:
    data = DataPlan("index_folder", "made-up", CLASSES, str(steel), validation_share=0.2, test_share=0.2)
    return Plan("made-up", "Made-up steel", data)


def _names(part) -> set[str]:
    return set() if part is None else set(part.names)


def _validated(plan: Plan, **keys) -> Plan:
    return replace(plan, validation=replace(plan.validation, **keys))


def test_by_default_parts_are_split_by_content(plan):
    (parts,) = read_parts(plan)
    split = split_by_content(make_collection(40, seed=4), 0.2, 0.2, plan.seed)
    assert parts.split == split
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (24, 8, 8)
    assert parts.judged_on is parts.test
    assert parts.fold is None


@pytest.mark.parametrize("strategy", ["kfold", "grouped_kfold"])
def test_folds_share_a_test_part_and_take_turns(plan, strategy):
    all_parts = read_parts(_validated(plan, strategy=strategy, folds=4, fold=-1))
    assert [parts.fold for parts in all_parts] == [0, 1, 2, 3]
    assert len({parts.split.sha256 for parts in all_parts}) == 4
    test = _names(all_parts[0].test)
    assert len(test) == 8
    held_back = [_names(parts.validation) for parts in all_parts]
    assert set.union(*held_back) | test == _names(make_collection(40))
    assert sum(len(names) for names in held_back) == 32
    for parts in all_parts:
        assert _names(parts.test) == test
        assert not _names(parts.train) & (test | _names(parts.validation))
    (second,) = read_parts(_validated(plan, strategy=strategy, folds=4, fold=1))
    assert (second.fold, second.split) == (1, all_parts[1].split)


def test_folds_without_a_test_part_are_judged_on_their_validation_part(plan):
    plan = replace(plan, data=replace(plan.data, test_share=0.0))
    (parts,) = read_parts(_validated(plan, strategy="kfold"))
    assert parts.test is None
    assert parts.judged_on is parts.validation
    assert (len(parts.train), len(parts.validation)) == (32, 8)


def test_a_sample_keeps_the_mixture_of_classes(plan):
    (whole,) = read_parts(plan)
    (half,) = read_parts(_validated(plan, sample=0.5))
    assert (len(half.train), len(half.validation), len(half.test)) == (12, 4, 8)
    assert _names(half.train) < _names(whole.train)
    assert np.array_equal(half.train.presence.sum(axis=0) * 2, whole.train.presence.sum(axis=0))
    (only,) = read_parts(_validated(plan, sample=0.5, sample_parts=("validation",)))
    assert (len(only.train), len(only.validation)) == (24, 4)
    (least,) = read_parts(_validated(plan, sample=0.01))
    assert (least.train.presence.sum(axis=0) == 1).all()


def test_training_on_all_leaves_the_test_part_alone(plan):
    (parts,) = read_parts(replace(plan, schedule=SchedulePlan(train_on_all=True, keep="last")))
    assert (len(parts.train), parts.validation, len(parts.test)) == (32, None, 8)


@pytest.fixture
def files(tmp_path, steel) -> Plan:
    """Three label files of one folder of images: 12, 4 and 4 frames."""
    collection = make_collection(40, seed=4)
    for name, rows in (("train", range(12)), ("validation", range(12, 20)), ("test", range(20, 28))):
        labelled = [(collection.names[row], collection.stacks[row]) for row in rows if row % 4]
        write_kaggle(tmp_path / f"{name}.csv", labelled, 2)
    data = DataPlan("kaggle_folder", "made-up", CLASSES, str(steel / "images"), str(tmp_path / "train.csv"))
    validation = ValidationPlan("file", labels=str(tmp_path / "validation.csv"), test_labels=str(tmp_path / "test.csv"))
    return Plan("made-up", "Made-up steel", data, validation=validation)


def test_parts_from_label_files_of_their_own(files):
    (parts,) = read_parts(files)
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (9, 6, 6)
    assert "021.png" in parts.test.names
    (without,) = read_parts(_validated(files, test_labels=""))
    assert without.test is None


def test_a_frame_in_two_label_files_is_named(files):
    with pytest.raises(DataError, match=r"001\.png stands in two parts \(as 001\.png in the other\); name each frame"):
        read_parts(_validated(files, labels=files.data.labels))


def test_parts_from_folders_of_their_own(tmp_path, plan):
    other = write_index_folder(tmp_path / "other", make_collection(6, seed=9))
    (parts,) = read_parts(replace(plan, validation=ValidationPlan("file", folder=str(other))))
    assert (len(parts.train), len(parts.validation)) == (40, 6)
    assert parts.validation.names[0] == "1/000.png"


def test_joined_collections_keep_labels_and_origins():
    one, other = make_collection(2), make_collection(3, seed=1)
    labelled = [replace(it, labels=((1,),) * len(it), origins=("a",) * len(it)) for it in (one, other)]
    joined = joined_collections(labelled)
    assert joined.names == ("0/000.png", "0/001.png", "1/000.png", "1/001.png", "1/002.png")
    assert (len(joined.labels), len(joined.origins)) == (5, 5)


def test_normalisations_by_name(plan):
    collection = make_collection(4)
    made = {
        name: make_normalisation(replace(plan, augmentation=AugmentationPlan(normalisation=name)), collection)
        for name in ("dataset", "simple", "imagenet")
    }
    pixels = np.stack(collection.images) / 255
    assert made["dataset"].mean[0] == pytest.approx(pixels.mean(), abs=1e-4)
    assert made["dataset"].std[0] == pytest.approx(pixels.std(), abs=1e-4)
    assert (made["simple"].mean, made["simple"].std) == ((0.0,), (1.0,))
    assert made["imagenet"].mean[0] == pytest.approx(0.449, abs=1e-3)
    colour = replace(collection, images=tuple(np.repeat(i[:, :, None], 3, axis=2) for i in collection.images))
    imagenet = make_normalisation(replace(plan, augmentation=AugmentationPlan(normalisation="imagenet")), colour)
    assert imagenet.mean == (0.485, 0.456, 0.406)


def test_the_rendered_strip_comes_in_colour_where_asked():
    data = DataPlan("rendered", "demo-strip", ("pits", "cracks", "scratches", "patches"), preset="training",
                    frames=12, seed=5, exclusive=False, channels=3, validation_share=0.2, test_share=0.2)  # fmt: skip
    (parts,) = read_parts(Plan("rendered", "Rendered", data, validation=ValidationPlan("frame")))
    image = parts.train.images[0]
    assert image.shape == (256, 1600, 3)
    assert (image[:, :, 0] == image[:, :, 2]).all()
