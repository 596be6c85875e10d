from __future__ import annotations

import numpy as np
import pytest

from models.labels.class_map import class_table, mapped_taxonomy, remap_ids, remap_stack
from models.labels.taxonomy import TaxonomyError, make_taxonomy

NEU = make_taxonomy("neu", ["inclusion", "patches", "scratches"])
PLANT = make_taxonomy("plant", ["pit", "crack", "scratch", "dent"])


def test_names_and_ids_may_stand_on_either_side():
    assert class_table({"inclusion": "pit", "2": "4", "scratches": "3"}, NEU, PLANT) == (1, 4, 3)


def test_a_class_that_is_not_named_keeps_its_name():
    target = make_taxonomy("other", ["scratches", "mark"])
    assert class_table({"inclusion": "mark", "patches": ""}, NEU, target) == (2, 0, 1)


def test_a_name_goes_before_an_id():
    source, target = make_taxonomy("numbers", ["2", "1"]), make_taxonomy("numbers", ["b", "1"])
    assert class_table({"2": "b", "1": "1"}, source, target) == (1, 2)


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"rust": "pit"}, r"no class 'rust' to map; name one of inclusion, patches, scratches, or its id from 1 to 3"),
        ({"4": "pit"}, r"no class '4' to map"),
        ({"0": "pit"}, r"no class '0' to map"),
        ({"inclusion": "pit", "1": "crack"}, "'inclusion' and '1' are one class"),
        ({"inclusion": "rust"}, "'inclusion' cannot become 'rust', for the classes are pit, crack, scratch, dent"),
        ({"inclusion": "5"}, "'inclusion' cannot become '5'"),
        ({"inclusion": "pit", "patches": "crack"}, "does not name class 'scratches'; map it to one of pit"),
    ],
)
def test_a_map_that_cannot_be_is_named(mapping, sentence):
    with pytest.raises(TaxonomyError, match=sentence):
        class_table(mapping, NEU, PLANT)


def test_pixels_are_merged_moved_and_left_out():
    stack = np.array([[0, 1, 2, 4], [3, 5, 6, 7]], np.uint8)
    # Inclusions and patches become class 2, scratches go.
    assert remap_stack(stack, (2, 2, 0), 2).tolist() == [[0, 2, 2, 0], [2, 2, 2, 2]]
    # Inclusions become class 3, patches 1, scratches 2: bits 1, 2, 4 turn into 4, 1, 2.
    assert remap_stack(stack, (3, 1, 2), 3).tolist() == [[0, 4, 1, 2], [5, 6, 3, 7]]


def test_the_stack_grows_with_the_classes():
    mapped = remap_stack(np.array([[0, 1]], np.uint8), (12,), 12)
    assert mapped.dtype == np.uint16
    assert mapped.tolist() == [[0, 1 << 11]]
    assert remap_stack(mapped, (0,) * 11 + (1,), 1).tolist() == [[0, 1]]


def test_ids_are_merged_and_ordered():
    assert remap_ids((1, 2, 3), (2, 1, 2)) == (1, 2)
    assert remap_ids((3,), (2, 1, 0)) == ()


def test_a_plants_ids_make_a_taxonomy():
    plant = mapped_taxonomy(NEU, {"scratches": "3", "inclusion": "1", "patches": "3"}, "plant")
    assert plant.names == ("inclusion", "class_2", "patches")
    assert (plant.by_id(3).title, plant.by_id(3).colour, plant.by_id(3).key) == ("Patches", NEU.by_id(2).colour, "3")
    assert class_table({"scratches": "3", "inclusion": "1", "patches": "3"}, NEU, plant) == (1, 3, 3)


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"scratches": "third"}, "'third' is no class id; write a number from 1 to 64"),
        ({"scratches": "65"}, "'65' is no class id"),
        ({"scratches": ""}, "leaves every class out"),
        ({"scratches": "3"}, "does not name class 'inclusion'"),
    ],
)
def test_a_plants_map_that_cannot_be_is_named(mapping, sentence):
    with pytest.raises(TaxonomyError, match=sentence):
        mapped_taxonomy(NEU, mapping, "plant")
