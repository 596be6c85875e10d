"""COCO JSON: run lengths, polygons and ids, by hand, against pycocotools, and with everything that can be wrong."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_samples import masks, stacks

from models.labels.coco import read_coco, write_coco
from models.labels.coco_rle import compressed, mask_of_polygons, mask_of_rle
from models.labels.label_set import Decoded, FrameLabels, LabelError, LabelSet, NothingConvertedError, numbered_taxonomy
from models.labels.rle import RleError
from models.labels.taxonomy import make_taxonomy

SIZE = (3, 4)


@pytest.fixture
def document(tmp_path):
    """Write a COCO document and read it."""

    def write(taxonomy=None, **parts):
        path = tmp_path / "labels.json"
        path.write_text(json.dumps({"images": [], "categories": [], "annotations": [], **parts}))
        return read_coco(path, taxonomy)

    return write


def image(number, name, size=SIZE):
    return {"id": number, "file_name": name, "height": size[0], "width": size[1]}


def annotation(number, image_id, category_id, segmentation):
    return {"id": number, "image_id": image_id, "category_id": category_id, "segmentation": segmentation}


def counts(*numbers, size=SIZE):
    return {"size": list(size), "counts": list(numbers)}


def label_set(named_stacks, class_count, **frame_extras):
    return LabelSet(
        numbered_taxonomy(class_count),
        {
            name: FrameLabels(name, stack.shape, lambda stack=stack: Decoded(stack), not stack.any(), **frame_extras)
            for name, stack in named_stacks.items()
        },
    )


# --- run lengths ---


def test_counts_run_down_the_columns_and_begin_with_off():
    np.testing.assert_array_equal(mask_of_rle(counts(2, 2, 8), SIZE), [[0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]])
    np.testing.assert_array_equal(mask_of_rle(counts(0, 1, 11), SIZE), [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])


@given(masks)
def test_compressed_counts_there_and_back(mask):
    """Written by pycocotools, read by the project's own reader."""
    written = compressed(mask)
    assert written["size"] == list(mask.shape)
    np.testing.assert_array_equal(mask_of_rle(written, mask.shape), mask)


@given(st.lists(st.integers(0, 1_000_000), min_size=1, max_size=5))
def test_large_counts_are_read_as_pycocotools_writes_them(numbers):
    """Differences of counts, of either sign and of up to five characters."""
    from pycocotools import mask as coco_mask

    height, width = 1, sum(numbers)
    if not width:
        return
    text = coco_mask.frPyObjects({"size": [height, width], "counts": numbers}, height, width)["counts"].decode("ascii")
    np.testing.assert_array_equal(
        mask_of_rle({"counts": text}, (height, width)), mask_of_rle({"counts": numbers}, (height, width))
    )


@pytest.mark.parametrize(
    ("segmentation", "named"),
    [
        (counts(2, 2, 7), "make up 11 pixels and the frame has 12"),
        (counts(2, 2, 9), "make up 13 pixels"),
        (counts(), "make up 0 pixels"),
        (counts(-1, 13), "neither a list of whole numbers from 0"),
        (counts(2.5, 9.5), "neither a list"),
        (counts(True, 11), "neither a list"),
        (counts(10**30), "neither a list"),
        ({"size": [4, 3], "counts": [12]}, "they must agree"),
        ({"size": [3, 4]}, "neither a list"),
        ({"size": 12, "counts": [12]}, "they must agree"),
        ({"counts": ""}, "empty or cut off"),
        ({"counts": "P"}, "empty or cut off"),
        ({"counts": "5 3"}, "does not belong there"),
        ({"counts": "é"}, "does not belong there"),
        ({"counts": "ooooooooo0"}, "past the end of any frame"),
        ({"counts": "53"}, "make up 8 pixels"),
    ],
)
def test_wrong_counts_are_named(segmentation, named):
    with pytest.raises(RleError) as caught:
        mask_of_rle(segmentation, SIZE)
    assert named in str(caught.value)


@given(st.text(st.characters(min_codepoint=40, max_codepoint=120), max_size=30))
def test_any_compressed_text_decodes_or_is_refused(text):
    """pycocotools itself corrupts its memory on most of these."""
    try:
        mask = mask_of_rle({"counts": text}, (7, 9))
    except RleError:
        return
    np.testing.assert_array_equal(mask_of_rle(compressed(mask), (7, 9)), mask)


# --- polygons ---


def test_a_polygon_by_hand():
    """The rectangle from (1, 1) to (4, 3) covers columns 1 to 3 and rows 1 and 2."""
    expected = np.zeros((5, 6), dtype=bool)
    expected[1:3, 1:4] = True
    np.testing.assert_array_equal(mask_of_polygons([[1, 1, 4, 1, 4, 3, 1, 3]], (5, 6)), expected)


def test_several_polygons_are_joined():
    one, other = [0, 0, 2, 0, 2, 2, 0, 2], [1, 1, 5, 1, 5, 4, 1, 4]
    both = mask_of_polygons([one, other], (5, 6))
    np.testing.assert_array_equal(both, mask_of_polygons([one], (5, 6)) | mask_of_polygons([other], (5, 6)))
    assert both.sum() == 4 + 12 - 1


@pytest.mark.parametrize(
    ("polygon", "named"),
    [
        ([1, 1, 2, 2], "at least three corners"),
        ([1, 1, 2, 2, 3], "at least three corners"),
        ("111222", "at least three corners"),
        (5, "at least three corners"),
        ([1, 1, 2, 2, 3, "3"], "must be numbers"),
        ([1, 1, 2, 2, 3, None], "must be numbers"),
        ([1, 1, 2, 2, 3, float("nan")], "far outside"),
        ([1, 1, 2, 2, 3, float("inf")], "far outside"),
        ([1, 1, 2, 2, 1e9, 3], "far outside"),
        ([1, 1, 2, 2, -40, 3], "far outside"),
    ],
)
def test_a_wrong_polygon_is_named(polygon, named):
    with pytest.raises(RleError) as caught:
        mask_of_polygons([polygon], (5, 6))
    assert named in str(caught.value)


# --- files ---


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), stacks(class_count=6), min_size=1, max_size=3)
)
def test_there_and_back_to_the_pixel(drawn):
    labels = label_set({name: stack for name, (stack, _) in drawn.items()}, 6)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.json"
        written = write_coco(labels, labels.frames.values(), path)
        back = read_coco(path)
    assert back.problems == written.problems == ()
    assert back.taxonomy.names == labels.taxonomy.names
    assert list(back.frames) == list(labels.frames)
    for name, frame in labels.frames.items():
        np.testing.assert_array_equal(back.frames[name].decode().stack, frame.decode().stack)
        assert back.frames[name].explicit_empty == frame.explicit_empty


def test_what_is_written_by_hand(tmp_path):
    stack = np.array([[0, 0, 0, 0], [0, 1, 3, 0], [0, 0, 1, 0]], dtype=np.uint8)
    labels = label_set({"a.jpg": stack, "clean.jpg": np.zeros(SIZE, dtype=np.uint8)}, 2)
    path = tmp_path / "labels.json"
    written = write_coco(labels, labels.frames.values(), path)
    assert (written.frames, written.rows) == (2, 2)
    document = json.loads(path.read_text())
    assert document["images"] == [image(1, "a.jpg"), image(2, "clean.jpg")]
    assert [(entry["id"], entry["name"]) for entry in document["categories"]] == [(1, "class_1"), (2, "class_2")]
    first, second = document["annotations"]
    assert (first["id"], first["image_id"], first["category_id"], first["area"], first["bbox"]) == (
        *(1, 1, 1),
        *(3, [1, 1, 2, 2]),
    )
    assert (second["id"], second["image_id"], second["category_id"], second["area"], second["bbox"]) == (
        *(2, 1, 2),
        *(1, [2, 1, 1, 1]),
    )


def test_ids_and_category_names_are_kept(document, tmp_path):
    labels = document(
        images=[image(70, "a.jpg"), image(3, "b.jpg"), image(5, "clean.jpg")],
        categories=[{"id": 9, "name": "scratches"}, {"id": 0, "name": "rolled-in scale"}],
        annotations=[
            annotation(41, 70, 9, counts(0, 1, 11)),
            annotation(40, 70, 9, counts(11, 1)),
            annotation(12, 3, 0, counts(5, 1, 6)),
        ],
    )
    assert labels.taxonomy.names == ("rolled-in_scale", "scratches")
    assert [defect.title for defect in labels.taxonomy] == ["rolled-in scale", "scratches"]
    np.testing.assert_array_equal(labels.frames["a.jpg"].decode().stack, [[2, 0, 0, 0], [0] * 4, [0, 0, 0, 2]])
    assert [frame.explicit_empty for frame in labels.frames.values()] == [False, False, True]
    path = tmp_path / "again.json"
    write_coco(labels, labels.frames.values(), path)
    again = json.loads(path.read_text())
    assert [entry["id"] for entry in again["images"]] == [70, 3, 5]
    assert [(entry["id"], entry["name"]) for entry in again["categories"]] == [(0, "rolled-in scale"), (9, "scratches")]
    assert [(entry["id"], entry["category_id"]) for entry in again["annotations"]] == [(41, 9), (12, 0)]


def test_new_ids_step_around_those_that_are_kept(tmp_path):
    one = np.ones(SIZE, dtype=np.uint8)
    labels = LabelSet(
        numbered_taxonomy(1),
        {
            "new.jpg": FrameLabels("new.jpg", SIZE, lambda: Decoded(one)),
            "old.jpg": FrameLabels("old.jpg", SIZE, lambda: Decoded(one), source_id=1, annotation_ids={1: 2}),
            "newer.jpg": FrameLabels("newer.jpg", SIZE, lambda: Decoded(one)),
        },
    )
    path = tmp_path / "labels.json"
    write_coco(labels, labels.frames.values(), path)
    written = json.loads(path.read_text())
    assert [entry["id"] for entry in written["images"]] == [2, 1, 3]
    assert [entry["id"] for entry in written["annotations"]] == [1, 2, 3]


def test_classes_are_found_in_a_taxonomy_by_name(document):
    labels = document(
        make_taxonomy("steel", ["inclusion", "patches", "scratches"]),
        images=[image(1, "a.jpg"), image(2, "b.jpg")],
        categories=[{"id": 1, "name": "scratches"}, {"id": 2, "name": "oil"}],
        annotations=[annotation(1, 1, 1, counts(0, 1, 11)), annotation(2, 2, 2, counts(0, 1, 11))],
    )
    assert labels.frames["a.jpg"].decode().stack[0, 0] == 4
    assert not labels.frames["b.jpg"].explicit_empty
    assert not labels.frames["b.jpg"].decode().complete
    assert ["oil" in problem.sentence for problem in labels.problems] == [True, False]


@pytest.mark.parametrize(
    "wrong",
    [
        annotation(7, 2, 1, counts(1, 2)),
        annotation(7, 2, 1, []),
        annotation(7, 2, 1, None),
        annotation(7, 2, 1, [[1, 1, 2]]),
        annotation(7, 2, 5, counts(0, 12)),
        {"image_id": 2, "category_id": 1, "segmentation": counts(0, 12)},
        {"id": 7, "image_id": 2, "segmentation": counts(0, 12)},
    ],
)
def test_a_wrong_annotation_is_named_and_the_rest_goes_on(document, wrong):
    labels = document(
        images=[image(1, "good.jpg"), image(2, "bad.jpg")],
        categories=[{"id": 1, "name": "scratches"}],
        annotations=[wrong, annotation(8, 1, 1, counts(0, 12))],
    )
    bad, good = labels.frames["bad.jpg"].decode(), labels.frames["good.jpg"].decode()
    problems = [*labels.problems, *bad.problems]
    assert [problem.image for problem in problems] == ["bad.jpg"]
    assert not bad.complete
    assert not labels.frames["bad.jpg"].explicit_empty
    assert good.complete
    assert good.stack.all()


@pytest.mark.parametrize("wrong", [annotation(7, 99, 1, counts(0, 12)), annotation(7, "1", 1, counts(0, 12)), 5, None])
def test_an_annotation_of_no_image_is_named(document, wrong):
    labels = document(images=[image(1, "a.jpg")], categories=[{"id": 1, "name": "x"}], annotations=[wrong])
    assert "names no image of the file" in labels.problems[0].sentence


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"id": 2, "file_name": "b.jpg"}, "lacks an id"),
        (image(2, ""), "lacks an id"),
        (image("2", "b.jpg"), "lacks an id"),
        (image(2, "b.jpg", (0, 4)), "No frame is 0×4"),
        (image(2, "b.jpg", (-3, -4)), "No frame is -3×-4"),
        (image(2, "b.jpg", (10**6, 10**6)), "No frame is"),
        (image(1, "b.jpg"), "listed twice"),
        (image(2, "a.jpg"), "listed twice"),
        ("b.jpg", "lacks an id"),
    ],
)
def test_a_wrong_image_is_named_and_the_rest_goes_on(document, wrong, named):
    labels = document(images=[image(1, "a.jpg"), wrong], categories=[{"id": 1, "name": "x"}])
    assert list(labels.frames) == ["a.jpg"]
    assert named in labels.problems[0].sentence


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "has no list 'images'"),
        ('{"images": [], "annotations": []}', "has no list 'categories'"),
        ('{"images": [], "categories": {}, "annotations": []}', "has no list 'categories'"),
        ('{"images": [], "categories": [], "annotations": []}', "cannot be classes"),
        ('{"images": [], "categories": [{"id": 1}], "annotations": []}', "needs an id of its own and a name"),
        (
            '{"images": [], "categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}], "annotations": []}',
            "needs an id of its own",
        ),
        (
            '{"images": [], "categories": [{"id": 1, "name": "a b"}, {"id": 2, "name": "a/b"}], "annotations": []}',
            "twice",
        ),
    ],
)
def test_a_file_that_is_no_coco_is_refused_in_one_sentence(tmp_path, content, named):
    path = tmp_path / "labels.json"
    path.write_text(content)
    with pytest.raises(LabelError, match=r"labels\.json") as caught:
        read_coco(path)
    assert named in str(caught.value)


def test_frames_not_wholly_known_are_left_out_and_the_old_file_stays_where_none_is(tmp_path):
    empty = np.zeros(SIZE, dtype=np.uint8)
    unknown = FrameLabels("unknown.jpg", SIZE, lambda: Decoded(empty))
    partly = FrameLabels("partly.jpg", SIZE, lambda: Decoded(empty + 1, complete=False))
    labels = LabelSet(numbered_taxonomy(1), {"unknown.jpg": unknown, "partly.jpg": partly})
    path = tmp_path / "labels.json"
    path.write_text("what was there")
    with pytest.raises(NothingConvertedError) as caught:
        write_coco(labels, labels.frames.values(), path)
    assert [problem.image for problem in caught.value.problems] == ["unknown.jpg", "partly.jpg"]
    assert path.read_text() == "what was there"
