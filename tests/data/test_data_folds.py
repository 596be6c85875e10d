from __future__ import annotations

import numpy as np
import pytest

from models.data.collection import Collection, DataError
from models.data.splits import make_folds, make_split, split_by_content, split_by_file, split_by_names
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TWO = make_taxonomy("made-up", ["a", "b"])


def _labelled(labels, origins=(), twins=False) -> Collection:
    """Noise images that only their labels tell apart; with ``twins`` each even one is the next one turned by 180°."""
    images = [np.random.default_rng(place).integers(0, 256, (48, 48)).astype(np.uint8) for place in range(len(labels))]
    if twins:
        images[::2] = [np.ascontiguousarray(image[::-1, ::-1]) for image in images[1::2]]
    return Collection(
        TWO,
        tuple(f"{place}.png" for place in range(len(labels))),
        tuple(images),
        tuple(empty_stack(48, 48, 2) for _ in labels),
        origins,
        tuple(labels),
    )


def test_labels_alone_stratify():
    labels = [(1,)] * 60 + [(2,)] * 30 + [()] * 30
    split = split_by_content(_labelled(labels), 0.1, 0.2, seed=1)
    for part, share in ((split.validation, 0.1), (split.test, 0.2), (split.train, 0.7)):
        for held, count in (((1,), 60), ((2,), 30), ((), 30)):
            assert abs(sum(labels[row] == held for row in part) - share * count) <= 1


def test_every_frame_is_validated_once():
    labels = [(1,)] * 25 + [(2,)] * 15
    folds = make_folds(_labelled(labels), 5, seed=1)
    assert len(folds) == 5
    assert sorted(row for fold in folds for row in fold.validation) == list(range(40))
    for fold in folds:
        assert sorted((*fold.train, *fold.validation)) == list(range(40))
        assert fold.test == ()
        assert sum(labels[row] == (1,) for row in fold.validation) == 5
        assert sum(labels[row] == (2,) for row in fold.validation) == 3
    assert len({fold.sha256 for fold in folds}) == 5


def test_alike_frames_share_a_fold_and_files_do_not_have_to():
    collection = _labelled([(1,)] * 40, twins=True)
    for fold in make_folds(collection, 4, seed=2, grouping="content"):
        assert {row ^ 1 for row in fold.validation} == set(fold.validation)
        assert fold.groups == 20
    by_file = make_folds(collection, 4, seed=2, grouping="file")
    assert any({row ^ 1 for row in fold.validation} != set(fold.validation) for fold in by_file)


def test_strips_share_a_fold():
    origins = tuple(f"coil {place // 3}" for place in range(30))
    for fold in make_folds(_labelled([(1,)] * 30, origins), 5, seed=3, grouping="origin"):
        assert {origins[row] for row in fold.validation}.isdisjoint(origins[row] for row in fold.train)
        assert fold.groups == 10


def test_strips_share_a_part():
    origins = tuple(f"coil {place % 10}" for place in range(60))
    split = split_by_content(_labelled([(1,)] * 60, origins), 0.2, 0.2, seed=1)
    parts = [{origins[row] for row in part} for part in (split.train, split.validation, split.test)]
    assert [len(part) for part in parts] == [6, 2, 2]
    assert len(set.union(*parts)) == 10


def test_the_seed_decides_the_folds():
    collection = _labelled([(1,)] * 30)
    assert make_folds(collection, 3, 1, "file") == make_folds(collection, 3, 1, "file")
    assert make_folds(collection, 3, 1, "file") != make_folds(collection, 3, 2, "file")


@pytest.mark.parametrize(
    ("folds", "grouping", "sentence"),
    [
        (1, "file", r"1 fold\(s\) leave nothing"),
        (4, "file", "Fold 4 of 4 is empty: 3 frames fall into only 3 groups"),
        (2, "origin", "their strips are not known"),
        (2, "colour", "no grouping 'colour'; choose one of content, origin, file"),
    ],
)
def test_folds_that_cannot_be_are_named(folds, grouping, sentence):
    with pytest.raises(DataError, match=sentence):
        make_folds(_labelled([(1,)] * 3), folds, 1, grouping)


def test_a_split_by_file_may_part_twins():
    collection = _labelled([(1,)] * 40, twins=True)
    split = split_by_file(collection, 0.25, 0.25, seed=1)
    assert (len(split.train), len(split.validation), len(split.test), split.groups) == (20, 10, 10, 40)
    assert any(row ^ 1 not in split.train for row in split.train)
    assert split == make_split(collection, 0.25, 0.25, 1, "file")


def test_a_split_by_names():
    collection = _labelled([(1,)] * 5)
    split = split_by_names(collection, ["3.png", "1.png"], ["4.png"])
    assert (split.train, split.validation, split.test) == ((0, 2), (1, 3), (4,))


@pytest.mark.parametrize(
    ("validation", "test", "sentence"),
    [
        (["9.png"], [], r"The validation part names 9\.png, which is not among the frames"),
        (["1.png"], ["8.png"], r"The test part names 8\.png"),
        (["1.png"], ["1.png"], r"1\.png stands in the validation and in the test part"),
        ([], ["1.png"], "The validation part is empty"),
        (["0.png", "1.png"], ["2.png"], "The train part is empty"),
    ],
)
def test_wrong_names_are_named(validation, test, sentence):
    with pytest.raises(DataError, match=sentence):
        split_by_names(_labelled([(1,)] * 3), validation, test)


@pytest.mark.parametrize("seed", range(5))
def test_a_class_of_a_few_coils_reaches_every_fold_and_part(seed):
    # Twenty coils of five frames with class a, one of them longer, and five coils with class b.
    labels = [(1,)] * 103 + [(2,)] * 25
    origins = tuple(f"coil {min(row // 5, 19) if row < 103 else 20 + (row - 103) // 5}" for row in range(128))
    collection = _labelled(labels, origins)
    for fold in make_folds(collection, 5, seed, "origin"):
        assert sum(labels[row] == (2,) for row in fold.validation) == 5
    split = make_split(collection, 0.2, 0.2, seed, "origin")
    for part in (split.train, split.validation, split.test):
        assert any(labels[row] == (2,) for row in part)
