"""LabelMe files as LabelMe writes them, made by hand from its documentation, and with everything that can be wrong."""

from __future__ import annotations

import base64
import json

import cv2
import numpy as np
import pytest
from label_samples import label_set_of

from models.labels.drawn_shapes import ShapeKind
from models.labels.formats import ReadOptions, format_of
from models.labels.label_set import LabelError, NothingConvertedError
from models.labels.labelme import read_labelme, write_labelme
from models.labels.taxonomy import Role, make_taxonomy


def png(mask):
    """A mask as base64 PNG."""
    _, encoded = cv2.imencode(".png", np.asarray(mask, dtype=np.uint8))
    return base64.b64encode(encoded.tobytes()).decode()


def shape(label, points, kind="polygon", **more):
    return {
        "label": label,
        "points": points,
        "group_id": None,
        "description": "",
        "shape_type": kind,
        "flags": {},
        "mask": None,
        **more,
    }


@pytest.fixture
def folder(tmp_path):
    """Write a LabelMe file into the folder; the folder."""

    def write(*shapes, name="a", **more):
        document = {
            "version": "5.5.0",
            "flags": {},
            "shapes": list(shapes),
            "imagePath": f"{name}.jpg",
            "imageData": None,
            "imageHeight": 3,
            "imageWidth": 4,
            **more,
        }
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
        return tmp_path

    return write


def drawn(*rows):
    """Class bits from rows of digits."""
    return np.array([[int(digit) for digit in row] for row in rows], dtype=np.uint8)


def test_polygons_of_one_group_rectangles_circles_and_masks(folder):
    path = folder(
        shape("scratch", [[0, 0], [1, 0], [1, 2], [0, 2]], group_id=1),
        shape("scratch", [[3.0, 0.0], [4.0, 0.0], [4.0, 1.0], [3.0, 1.0]], group_id=1),
        shape("pit", [[2, 3], [1, 1.9]], "rectangle"),
        shape("pit", [[0, 1], [1, 2]], "mask", mask=png([[0, 1], [1, 0]])),
        shape("dent", [[3.5, 2.5], [3.5, 3.0]], "circle"),
    )
    assert format_of(path).key == "labelme"
    labels = read_labelme(path)
    assert labels.taxonomy.names == ("dent", "pit", "scratch")
    assert np.array_equal(labels.frames["a.jpg"].decode().stack, drawn("4004", "4200", "2201"))


def test_a_mask_keeps_its_holes(folder):
    path = folder(shape("pit", [[1, 0], [3, 2]], "mask", mask=png([[255, 255, 255], [255, 0, 255], [255, 255, 255]])))
    assert np.array_equal(read_labelme(path).frames["a.jpg"].decode().stack, drawn("0111", "0101", "0111"))


def test_a_file_without_shapes_is_a_clean_frame(folder):
    frame = read_labelme(folder()).frames["a.jpg"]
    assert frame.explicit_empty
    assert not frame.decode().stack.any()


def test_labels_txt_orders_the_classes_and_roles_are_read(folder):
    path = folder(
        shape("Rolled-in scale", [[0, 0], [1, 0], [1, 1]]),
        shape("oil", [[0, 0], [1, 0], [1, 1]], flags={"nuisance": True, "checked": False}),
        shape("__ignore__", [[0, 0], [1, 0], [1, 1]]),
    )
    (path / "labels.txt").write_text("__ignore__\n_background_\noil\nnever seen\nRolled-in scale\n")
    classes = read_labelme(path).taxonomy
    assert [(one.name, one.role) for one in classes] == [
        ("oil", Role.NUISANCE),
        ("never_seen", Role.DEFECT),
        ("Rolled-in_scale", Role.DEFECT),
        ("ignore", Role.IGNORE),
    ]


@pytest.mark.parametrize("stated", ["..\\images\\a.jpg", "../images/a.jpg", "C:\\steel\\a.jpg"])
def test_a_frame_is_named_by_its_image_without_folders(folder, stated):
    assert list(read_labelme(folder(imagePath=stated)).frames) == ["a.jpg"]


def test_one_file_alone_with_a_byte_order_mark_and_pngs_beside(folder):
    path = folder(shape("pit", [[0, 0], [1, 0], [1, 1], [0, 1]]))
    file = path / "a.json"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    cv2.imwrite(str(path / "a.png"), np.zeros((3, 4), np.uint8))
    for place in (path, file):
        assert format_of(place).key == "labelme"
        assert format_of(place).read(place, ReadOptions()).frames["a.jpg"].decode().stack.sum() == 1


def test_an_old_file_without_size_takes_its_images_or_the_one_given(folder, tmp_path):
    path = folder(shape("pit", [[0, 0], [1, 0], [1, 1], [0, 1]]), imageHeight=None, imageWidth=None)
    assert "give --size HxW, or put its image beside it" in read_labelme(path).problems[0].sentence
    assert read_labelme(path, (7, 8)).frames["a.jpg"].size == (7, 8)
    cv2.imwrite(str(tmp_path / "a.jpg"), np.zeros((5, 6), np.uint8))
    assert read_labelme(path, (7, 8)).frames["a.jpg"].size == (5, 6)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (shape("pit", [[0, 0], [1, 1]]), "Shape 1 (pit): A polygon needs at least three corners"),
        (shape("pit", []), "It has no points"),
        (shape("pit", [[0, 0], [1, 1], ["2", 2]]), "Its point ['2', 2] is not a pair of numbers"),
        (shape("pit", [[0, 0], [1, 1], [2]]), "Its point [2] is not a pair of numbers"),
        (shape("pit", [[0, 0], [1, 1], [2, -900]]), "A corner at -900 lies far outside the frame of 3 pixels"),
        (shape("pit", [[0, 0], [1, 1], [float("nan"), 2]]), "lies far outside"),
        (shape("pit", [[0, 0], [3, 2]], "line"), "A line covers no pixels; draw a polygon or a mask"),
        (shape("pit", [[0, 0]], "point"), "A point covers no pixels"),
        (shape("pit", [[0, 0]], "circle"), "A circle needs its centre and a point of its rim"),
        (shape("pit", [[0, 0], [1, 1]], "mask"), "A mask needs a base64 PNG"),
        (shape("pit", [[0, 0], [1, 1]], "mask", mask="@@@"), "Its mask is no base64 PNG"),
        (shape("pit", [[0, 0], [1, 1]], "mask", mask=base64.b64encode(b"GIF89a").decode()), "The file is no PNG"),
        (shape("pit", [[0, 0], [2, 1]], "mask", mask=png([[1, 1], [1, 1]])), "Its mask has 2×2 pixels and its box 2×3"),
        (shape("pit", [[3, 2], [4, 3]], "mask", mask=png([[1, 1], [1, 1]])), "Its box ends outside the frame of 3×4"),
        (shape("", [[0, 0], [1, 0], [1, 1]]), "Shape 1 has no label"),
        ("pit", "Shape 1 has no label"),
    ],
)
def test_a_shape_that_cannot_be_used_is_named_and_its_frame_not_wholly_known(folder, wrong, named):
    labels = read_labelme(folder(wrong, shape("dent", [[0, 0], [1, 0], [1, 1], [0, 1]])))
    decoded = labels.frames["a.jpg"].decode()
    assert not decoded.complete
    (problem,) = decoded.problems
    assert problem.image == "a.json"
    assert named in problem.sentence
    assert decoded.stack.any()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ('{"shapes": [', "The file is no JSON"),
        ("[" * 100_000, "The file is no JSON"),
        ('["shapes"]', "The file has no list 'shapes'"),
        ('{"shapes": {}}', "The file has no list 'shapes'"),
        ('{"shapes": []}', "The file has no 'imagePath'"),
        ('{"shapes": [], "imagePath": "images/"}', "The file has no 'imagePath'"),
        ('{"shapes": [], "imagePath": "b.jpg", "imageHeight": -3, "imageWidth": 4}', "No frame is -3×4 pixels"),
        ('{"shapes": [], "imagePath": "a.jpg", "imageHeight": 3, "imageWidth": 4}', "that of a.json, too"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_the_others_go_on(folder, content, named):
    path = folder()
    (path / "b.json").write_text(content)
    labels = read_labelme(path)
    assert list(labels.frames) == ["a.jpg"]
    (problem,) = labels.problems
    assert problem.image == "b.json"
    assert named in problem.sentence


def test_a_label_that_the_taxonomy_does_not_hold_is_named_once(folder):
    for name in ("a", "b"):
        path = folder(shape("dent", [[0, 0], [1, 0], [1, 1]]), name=name)
    labels = read_labelme(path, taxonomy=make_taxonomy("steel", ["pit"]))
    (problem,) = labels.problems
    assert "Class 'dent' is not in taxonomy 'steel', which holds pit" in problem.sentence
    assert not any(frame.decode().complete for frame in labels.frames.values())


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(LabelError, match="has no JSON file; name the folder of LabelMe files"):
        read_labelme(tmp_path)


def test_a_file_that_goes_away_is_a_problem_of_its_frame(folder):
    path = folder()
    labels = read_labelme(path)
    (path / "a.json").unlink()
    assert "cannot be read" in labels.frames["a.jpg"].decode().problems[0].sentence


def test_pieces_of_one_finding_are_one_group(tmp_path):
    labels = label_set_of({"a.jpg": drawn("1001", "0101", "0000")}, 1)
    write_labelme(labels, labels.frames.values(), tmp_path, ShapeKind.POLYGONS)
    document = json.loads((tmp_path / "a.json").read_text())
    assert [(one["shape_type"], one["group_id"]) for one in document["shapes"]] == [
        ("polygon", 1),
        ("polygon", None),
        ("polygon", 1),
    ]
    assert document["shapes"][1]["points"] == [[3, 0], [4, 0], [4, 2], [3, 2]]
    assert (document["imagePath"], document["imageHeight"], document["imageWidth"]) == ("a.jpg", 3, 4)
    assert (tmp_path / "labels.txt").read_text() == "__ignore__\n_background_\nclass_1\n"


def test_a_mask_is_written_as_labelme_does(tmp_path):
    labels = label_set_of({"a.jpg": drawn("0000", "0011", "0010")}, 1)
    write_labelme(labels, labels.frames.values(), tmp_path, ShapeKind.MASKS)
    (one,) = json.loads((tmp_path / "a.json").read_text())["shapes"]
    assert (one["shape_type"], one["points"], one["label"]) == ("mask", [[2, 1], [3, 2]], "class_1")
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(one["mask"]), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(decoded != 0, [[True, True], [True, False]])


def test_frames_that_cannot_have_a_file_are_left_out(tmp_path):
    labels = label_set_of({"b/a.jpg": drawn("1")}, 1)
    with pytest.raises(NothingConvertedError) as caught:
        write_labelme(labels, labels.frames.values(), tmp_path / "out", ShapeKind.MASKS)
    assert "cannot be a file's name" in caught.value.problems[0].sentence
