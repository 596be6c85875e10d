"""Every label format, there and back: what it can hold comes back equal to the pixel."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from label_samples import frame_names, label_set_of, stacks

from models.labels.drawn_shapes import ShapeKind
from models.labels.formats import FORMATS, ReadOptions, WriteOptions, format_by_key, format_of
from models.labels.kaggle import KaggleStyle, read_kaggle
from models.labels.label_set import LabelSet
from models.labels.taxonomy import DefectClass, Role, Taxonomy

HOLD_OVERLAPS = ("kaggle", "coco", "labelme", "yolo", "cvat")
HOLD_SHAPES = ("coco", "labelme", "cvat")
SUFFIXES = {"kaggle": ".csv", "coco": ".json", "cvat": ".xml"}


def there_and_back(labels: LabelSet, key: str, size=None, kind=ShapeKind.MASKS) -> LabelSet:
    """Write a label set in a format, let it be recognised, and read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"labels{SUFFIXES.get(key, '')}"
        options = WriteOptions(style=KaggleStyle.FULL, shapes=kind)
        written = format_by_key(key).write(labels, path, options)
        assert written.problems == ()
        assert format_of(path).key == key
        back = format_of(path).read(path, ReadOptions(size))
        assert back.problems == ()
        decoded = {name: frame.decode() for name, frame in back.frames.items()}
        assert all(one.complete and not one.problems for one in decoded.values())
        return LabelSet(
            back.taxonomy,
            {
                name: type(frame)(name, frame.size, lambda one=decoded[name]: one, frame.explicit_empty)
                for name, frame in back.frames.items()
            },
        )


def assert_equal(back, stacks_by_name):
    assert sorted(back.frames) == sorted(stacks_by_name)
    for name, stack in stacks_by_name.items():
        assert np.array_equal(back.frames[name].decode().stack, stack)
        assert back.frames[name].explicit_empty or stack.any()


file_names = frame_names.filter(lambda name: not {"/", "\\"} & {*name})


@pytest.mark.parametrize("key", HOLD_OVERLAPS)
@given(stacks(), file_names)
def test_one_frame_with_overlaps_comes_back(key, drawn, name):
    stack, class_count = drawn
    back = there_and_back(label_set_of({name: stack}, class_count), key, stack.shape)
    assert_equal(back, {name: stack})


@given(stacks(overlapping=False))
def test_one_frame_without_overlaps_comes_back_from_index_masks(drawn):
    stack, class_count = drawn
    assert_equal(there_and_back(label_set_of({"a.png": stack}, class_count), "png"), {"a.png": stack})


@pytest.mark.parametrize("key", HOLD_SHAPES)
@given(stacks())
def test_polygons_come_back(key, drawn):
    stack, class_count = drawn
    back = there_and_back(label_set_of({"a.png": stack}, class_count), key, kind=ShapeKind.POLYGONS)
    assert_equal(back, {"a.png": stack})


@pytest.mark.parametrize("kind", ShapeKind)
@pytest.mark.parametrize("key", [one.key for one in FORMATS])
def test_large_masks_with_holes_single_pixels_the_whole_frame_and_nothing(key, kind):
    random = np.random.default_rng(5)
    size = (40, 61)
    blocks = np.kron(random.random((8, 13)) < 0.6, np.ones((5, 5), dtype=bool))[:, :61]
    frames = {
        "specks.png": (random.random(size) < 0.05) * 1,
        "sponge.png": (random.random(size) < 0.9) * 2,
        "noise.png": random.integers(0, 3, size),
        "blocks.png": blocks * 2,
        "whole.png": np.ones(size),
        "nothing.png": np.zeros(size),
    }
    named = {name: stack.astype(np.uint8) for name, stack in frames.items()}
    assert_equal(there_and_back(label_set_of(named, 2), key, size, kind), named)


@pytest.mark.parametrize("key", ["coco", "labelme", "cvat"])
def test_sizes_of_their_own_names_and_roles_come_back(key):
    taxonomy = Taxonomy(
        "steel",
        (
            DefectClass(1, "Rolled-in_scale", "Rolled-in scale", "#112233"),
            DefectClass(2, "oil", "oil", "#445566", role=Role.NUISANCE),
            DefectClass(3, "leave_out", "leave out", "#778899", role=Role.IGNORE),
            DefectClass(4, "odd", "odd", "#e000e0", role=Role.UNKNOWN),
        ),
    )
    named = {"a.jpg": np.array([[1, 2, 4, 8]], dtype=np.uint8), "b.bmp": np.array([[3], [0]], dtype=np.uint8)}
    back = there_and_back(label_set_of(named, 4, taxonomy), key)
    assert_equal(back, named)
    assert [(one.name, one.title, one.role) for one in back.taxonomy] == [
        (one.name, one.title, one.role) for one in taxonomy
    ]
    if key == "cvat":
        assert [one.colour for one in back.taxonomy] == [one.colour for one in taxonomy]


def test_yolo_keeps_names_and_takes_sizes_from_images(tmp_path):
    cv2 = pytest.importorskip("cv2")
    named = {"a.jpg": np.array([[1, 0, 2]], dtype=np.uint8), "b.bmp": np.array([[1], [0]], dtype=np.uint8)}
    format_by_key("yolo").write(label_set_of(named, 2), tmp_path, WriteOptions())
    (tmp_path / "images").mkdir()
    for name, stack in named.items():
        assert cv2.imwrite(str(tmp_path / "images" / name), stack)
    assert_equal(format_of(tmp_path).read(tmp_path, ReadOptions()), named)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "kind"),
    [(one.key, ShapeKind.MASKS) for one in FORMATS] + [(key, ShapeKind.POLYGONS) for key in HOLD_SHAPES],
)
def test_real_rows_through_every_format_are_the_same_file(real_data, tmp_path, key, kind):
    labels = read_kaggle(real_data / "severstal" / "rle_rows_without_images.csv").label_set()
    clear = [frame for frame in labels.frames.values() if _has_no_overlap(frame.decode().stack)]
    taken = LabelSet(
        labels.taxonomy, {frame.name: frame for frame in (clear if key == "png" else [*labels.frames.values()])}
    )
    before, path, after = tmp_path / "before.csv", tmp_path / f"out{SUFFIXES.get(key, '')}", tmp_path / "after.csv"
    format_by_key("kaggle").write(taken, before, WriteOptions())
    format_by_key(key).write(taken, path, WriteOptions(shapes=kind))
    back = format_of(path).read(path, ReadOptions((256, 1600)))
    assert len(back.frames) == len(taken.frames) > 1000
    format_by_key("kaggle").write(back, after, WriteOptions())
    rows = [text.read_text().replace(".png", ".jpg").splitlines() for text in (before, after)]
    assert sorted(rows[0]) == sorted(rows[1])


def _has_no_overlap(stack):
    return not (stack & (stack - 1)).any()
