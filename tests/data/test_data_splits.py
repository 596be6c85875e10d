from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.data.alike import similar_groups
from models.data.collection import Collection, DataError
from models.data.splits import Split, split_by_content, without_copies
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy


def _steel(seed: int, size: int = 96) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (size, size)).astype(np.float32)
    grain = cv2.GaussianBlur(noise, (0, 0), 1.5)
    return (120 + 60 * grain / grain.std()).clip(0, 255).astype(np.uint8)


def _collection(images, classes=None, origins=()) -> Collection:
    taxonomy = make_taxonomy("made-up", ["a", "b"])
    stacks = []
    for place, image in enumerate(images):
        stack = empty_stack(*image.shape[:2], 2)
        held = classes[place] if classes else 1
        if held:
            stack[:8, :8] = 1 << (held - 1)
        stacks.append(stack)
    return Collection(taxonomy, tuple(f"{i}.png" for i in range(len(images))), tuple(images), tuple(stacks), origins)


def _copies(image: np.ndarray) -> dict[str, np.ndarray]:
    darker = (image * 0.6 + 10).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 40])
    return {
        "turned": np.ascontiguousarray(image[::-1, ::-1]),
        "mirrored": np.ascontiguousarray(image[:, ::-1]),
        "upside down": np.ascontiguousarray(image[::-1]),
        "darker": darker,
        "saved again": cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE),
        "half of it": np.vstack([image[:48], _steel(999)[48:]]),
    }


@pytest.mark.parametrize("kind", list(_copies(_steel(0))))
def test_copies_of_one_steel_are_one_group(kind):
    images = [_steel(1), _steel(2), _copies(_steel(1))[kind], _steel(3)]
    assert similar_groups(images) == [[0, 2], [1], [3]]


def test_links_are_followed():
    first, second = _steel(1), _steel(2)
    pasted = np.vstack([first[:48], second[48:]])
    assert similar_groups([first, second, pasted]) == [[0, 1, 2]]


def test_one_origin_is_one_group():
    assert similar_groups([_steel(seed) for seed in range(4)], ["a", "b", "a", "c"]) == [[0, 2], [1], [3]]


def test_blank_frames_are_not_taken_for_copies():
    assert similar_groups([np.full((64, 64), value, np.uint8) for value in (10, 10, 90)]) == [[0], [1], [2]]


def test_duplicates_never_fall_on_two_sides():
    images = []
    for seed in range(60):
        images += [_steel(seed), np.ascontiguousarray(_steel(seed)[::-1, ::-1])]
    split = split_by_content(_collection(images), 0.2, 0.2, seed=3)
    for part in (split.train, split.validation, split.test):
        assert {place ^ 1 for place in part} == set(part)
    assert split.groups == 60
    assert (len(split.validation), len(split.test)) == (24, 24)


def test_each_part_holds_its_share_of_every_class():
    images = [_steel(seed, 48) for seed in range(120)]
    classes = [1] * 60 + [2] * 30 + [0] * 30
    split = split_by_content(_collection(images, classes), 0.1, 0.2, seed=1)
    for part, share in ((split.validation, 0.1), (split.test, 0.2), (split.train, 0.7)):
        for held, count in ((1, 60), (2, 30), (0, 30)):
            assert abs(sum(classes[place] == held for place in part) - share * count) <= 1


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    validation=st.floats(0.0, 0.4),
    test=st.floats(0.0, 0.4),
)
def test_every_frame_is_in_one_part_and_the_seed_decides(seed, validation, test):
    collection = _collection([_steel(number, 48) for number in range(12)])
    # Twelve groups are too few for shares below a twelfth; such a part is refused, which has a test of its own.
    assume(all(share == 0 or share > 1 / 12 for share in (validation, test)))
    split = split_by_content(collection, validation, test, seed)
    assert sorted((*split.train, *split.validation, *split.test)) == list(range(12))
    assert split == split_by_content(collection, validation, test, seed)


def test_another_seed_is_another_split():
    collection = _collection([_steel(number, 48) for number in range(40)])
    assert split_by_content(collection, 0.2, 0.2, 1).sha256 != split_by_content(collection, 0.2, 0.2, 2).sha256


def test_an_empty_part_is_named():
    copies = [_steel(1)] * 5
    with pytest.raises(DataError, match="part is empty: 5 frames fall into only 1 groups"):
        split_by_content(_collection(copies), 0.2, 0.2, 1)


def test_shares_must_leave_something_to_train_on():
    with pytest.raises(DataError, match="leave nothing to train on"):
        split_by_content(_collection([_steel(1)]), 0.5, 0.5, 1)


def _numbered(count: int) -> list[np.ndarray]:
    return [_steel(seed) for seed in range(count)]


@pytest.mark.parametrize("kind", ["turned", "mirrored", "upside down", "darker", "saved again"])
def test_whole_copies_leave_the_training_part(kind):
    images = [*_numbered(4), _copies(_steel(1))[kind]]
    split = Split(train=(0, 1, 2, 3, 4), validation=(), test=(), groups=4, sha256="before")
    kept = without_copies(split, _collection(images))
    assert kept.train == (0, 1, 2, 3)
    assert kept.copies == (4,)
    assert kept.sha256 != split.sha256


def test_half_a_copy_is_steel_of_its_own():
    images = [*_numbered(3), _copies(_steel(1))["half of it"]]
    split = Split(train=(0, 1, 2, 3), validation=(), test=(), groups=3, sha256="before")
    assert without_copies(split, _collection(images)).train == (0, 1, 2, 3)


def test_only_the_training_part_loses_its_copies():
    images = [image for seed in range(30) for image in (_steel(seed), np.ascontiguousarray(_steel(seed)[::-1, ::-1]))]
    collection = _collection(images)
    split = split_by_content(collection, 0.2, 0.2, seed=1)
    kept = without_copies(split, collection)
    # Each frame stands there twice, next to its copy; the first of the two stays.
    assert kept.train == tuple(row for row in split.train if row % 2 == 0)
    assert kept.copies == tuple(row for row in split.train if row % 2 == 1)
    assert (kept.validation, kept.test) == (split.validation, split.test)
    assert kept == without_copies(split, collection)
    again = without_copies(replace(split, train=split.train[:-2]), collection)
    assert again.sha256 != kept.sha256
