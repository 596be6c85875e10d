"""CVAT files as CVAT exports them, made by hand from its documentation, and with everything that can be wrong."""

from __future__ import annotations

import numpy as np
import pytest
from label_samples import label_set_of

from models.labels.cvat import read_cvat, write_cvat
from models.labels.drawn_shapes import ShapeKind
from models.labels.formats import format_of
from models.labels.label_set import LabelError
from models.labels.taxonomy import make_taxonomy

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>4</id>
      <name>steel &amp; strip</name>
      <mode>annotation</mode>
      <labels>
        <label>
          <name>scratch</name>
          <color>#aabbcc</color>
          <type>any</type>
          <attributes>
            <attribute>
              <name>depth</name>
              <input_type>select</input_type>
              <default_value>ignore</default_value>
            </attribute>
          </attributes>
        </label>
        <label>
          <name>Rolled-in scale</name>
          <attributes>
          </attributes>
        </label>
      </labels>
    </task>
    <dumped>2024-09-25 11:38:28.799808+00:00</dumped>
  </meta>
"""


@pytest.fixture
def document(tmp_path):
    """Write a CVAT file with these elements of one image of 3×4 pixels; its path."""

    def write(*elements, image='id="0" name="a.jpg" width="4" height="3"', head=HEAD):
        path = tmp_path / "annotations.xml"
        body = "\n".join(elements)
        path.write_text(f"{head}  <image {image}>\n{body}\n  </image>\n</annotations>\n", encoding="utf-8")
        return path

    return write


def drawn(*rows):
    """Class bits from rows of digits."""
    return np.array([[int(digit) for digit in row] for row in rows], dtype=np.uint8)


def test_masks_polygons_boxes_and_ellipses(document):
    path = document(
        '<mask label="scratch" source="manual" occluded="0" rle="1, 2, 1" left="0" top="0" width="2" height="2" '
        'z_order="0"></mask>',
        '<polygon label="Rolled-in scale" source="file" occluded="0" points="3.00,0.00;4.00,0.00;4.00,2.00;3.00,2.00" '
        'z_order="1"><attribute name="depth">1</attribute></polygon>',
        '<box label="scratch" occluded="0" xtl="3,0" ytl="1.0" xbr="4.0" ybr="3.0"/>',
        '<ellipse label="scratch" occluded="0" cx="0.50" cy="2.50" rx="0.40" ry="0.40"/>',
        '<tag label="scratch" source="manual"></tag>',
    )
    for place in (path, path.parent):
        assert format_of(place).key == "cvat"
        labels = read_cvat(place)
        assert [(one.title, one.role.value) for one in labels.taxonomy] == [
            ("scratch", "defect"),
            ("Rolled-in scale", "defect"),
        ]
        assert labels.taxonomy.by_id(1).colour == "#aabbcc"
        decoded = labels.frames["a.jpg"].decode()
        assert decoded.problems == ()
        assert np.array_equal(decoded.stack, drawn("0102", "1003", "1001"))


def test_a_turned_box_and_a_mask_of_the_whole_frame(document):
    path = document(
        '<box label="Rolled-in scale" xtl="1" ytl="0" xbr="2" ybr="3" rotation="90"/>',
        '<mask label="scratch" rle="0,12" left="0" top="0" width="4" height="3"/>',
    )
    assert np.array_equal(read_cvat(path).frames["a.jpg"].decode().stack, drawn("1111", "3331", "1111"))


def test_an_image_without_shapes_is_clean(document):
    assert read_cvat(document()).frames["a.jpg"].explicit_empty
    assert read_cvat(document('<tag label="fine"/>')).frames["a.jpg"].explicit_empty


def test_labels_that_no_meta_lists_follow(document):
    path = document('<box label="dent" xtl="0" ytl="0" xbr="1" ybr="1"/>', head="<annotations>\n")
    assert read_cvat(path).taxonomy.names == ("dent",)


@pytest.mark.parametrize(
    ("element", "named"),
    [
        ('<polygon label="scratch" points="0,0;1,1"/>', "Shape 1 (scratch): A polygon needs at least three corners"),
        ('<polygon label="scratch"/>', "write x,y;x,y;… with '.' before the decimals"),
        ('<polygon label="scratch" points="0,5,1;1,1;2,2"/>', "Its points hold '0,5,1'"),
        ('<polygon label="scratch" points="0,0;x,1;2,2"/>', "Its points: 'x' is no number"),
        ('<polygon label="scratch" points="0,0;1,-99;2,2"/>', "A corner at -99 lies far outside"),
        ('<polyline label="scratch" points="0,0;1,1"/>', "A polyline covers no pixels; draw a polygon or a mask"),
        ('<points label="scratch" points="0,0"/>', "A points covers no pixels"),
        ('<box label="scratch" xtl="0" ytl="0" xbr="1"/>', "Its ybr: '' is no number"),
        ('<box label="scratch" xtl="0" ytl="0" xbr="1,000" ybr="1"/>', "Its xbr: '1,000' may be 1.000 or 1000"),
        ('<ellipse label="scratch" cx="0" cy="0" rx="0" ry="1"/>', "radii above zero"),
        (
            '<mask label="scratch" rle="1,2" left="0" top="0" width="2" height="2"/>',
            "makes up 3 pixels and its box",
        ),
        ('<mask label="scratch" rle="0,4" left="3" top="0" width="2" height="2"/>', "ends outside the frame of 3×4"),
        ('<mask label="scratch" rle="0,0" left="0" top="0" width="0" height="2"/>', "is empty or ends outside"),
        ('<mask label="scratch" rle="-1,5" left="0" top="0" width="2" height="2"/>', "Its rle holds '-1'"),
        ('<mask label="scratch" rle="0,4" left="-1" top="0" width="2" height="2"/>', "Its left holds '-1'"),
        ('<mask label="scratch" left="0" top="0" width="2" height="2"/>', "makes up 0 pixels"),
        ('<box xtl="0" ytl="0" xbr="1" ybr="1"/>', "Shape 1, a box, has no label"),
    ],
)
def test_a_shape_that_cannot_be_used_is_named_and_its_frame_not_wholly_known(document, element, named):
    labels = read_cvat(document(element, '<box label="scratch" xtl="0" ytl="0" xbr="1" ybr="1"/>'))
    decoded = labels.frames["a.jpg"].decode()
    assert not decoded.complete
    (problem,) = decoded.problems
    assert problem.image == "a.jpg"
    assert named in problem.sentence
    assert decoded.stack.any()


@pytest.mark.parametrize(
    ("image", "named"),
    [
        ('id="0" width="4" height="3"', "An image has no name"),
        ('id="0" name="a.jpg" width="4.5" height="3"', "no width and height in whole pixels"),
        ('id="0" name="a.jpg" width="-4" height="3"', "no width and height"),
        ('id="0" name="a.jpg" width="0" height="3"', "No frame is 3×0 pixels"),
    ],
)
def test_an_image_that_cannot_be_used_is_named(document, image, named):
    labels = read_cvat(document(image=image))
    assert not labels.frames
    assert named in labels.problems[0].sentence


def test_a_label_that_the_taxonomy_does_not_hold_is_named_once(document):
    path = document('<box label="scratch" xtl="0" ytl="0" xbr="1" ybr="1"/>')
    labels = read_cvat(path, make_taxonomy("steel", ["Rolled-in_scale"]))
    assert "Class 'scratch' is not in taxonomy 'steel'" in labels.problems[0].sentence
    assert not labels.frames["a.jpg"].decode().complete


BOMB = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><annotations>&b;</annotations>'
READER = '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><annotations>&a;</annotations>'


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (BOMB, "declares a document type, which CVAT never writes; export it from CVAT again"),
        (READER, "declares a document type"),
        ("<?xml version='1.0'?><annotations><image", "is no XML"),
        ("<?xml version='1.0'?><annotations>&nbsp;</annotations>", "is no XML"),
        ("<?xml version='1.0'?>", "is no XML"),
        ("<?xml version='1.0'?><annotation/>", "begins with <annotation>; a CVAT XML begins with <annotations>"),
        ("<annotations><track id='0' label='pit'/></annotations>", "CVAT's format for video; export it as"),
        (f"{HEAD.replace('scratch', 'Rolled-in/scale')}</annotations>", "twice"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path, content, named):
    path = tmp_path / "labels.xml"
    path.write_text(content)
    with pytest.raises(LabelError, match=r"labels\.xml") as caught:
        read_cvat(path)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(LabelError, match=r"cannot be read.*name a CVAT XML that is there"):
        read_cvat(tmp_path / "nowhere.xml")


def test_what_is_written_is_what_cvat_reads(tmp_path):
    labels = label_set_of({"a & b.jpg": drawn("0110", "0100", "0001")}, 1, make_taxonomy("steel", ["pit"]))
    write_cvat(labels, labels.frames.values(), tmp_path / "masks.xml", ShapeKind.MASKS)
    text = (tmp_path / "masks.xml").read_text()
    assert '  <image id="0" name="a &amp; b.jpg" width="4" height="3">\n' in text
    assert (
        '    <mask label="pit" source="manual" occluded="0" rle="0, 3, 1" left="1" top="0" width="2" height="2" '
        'z_order="0">\n    </mask>\n'
    ) in text
    assert 'rle="0, 1" left="3" top="2" width="1" height="1"' in text
    write_cvat(labels, labels.frames.values(), tmp_path / "polygons.xml", ShapeKind.POLYGONS)
    assert (
        '<polygon label="pit" source="manual" occluded="0" points="1.00,0.00;3.00,0.00;3.00,1.00;2.00,1.00;2.00,2.00;'
        '1.00,2.00" z_order="0">'
    ) in (tmp_path / "polygons.xml").read_text()


def test_names_that_xml_cannot_hold_are_left_out(tmp_path):
    labels = label_set_of({"a\tb.jpg": drawn("1"), "c.jpg": drawn("1")}, 1)
    written = write_cvat(labels, labels.frames.values(), tmp_path / "out.xml", ShapeKind.MASKS)
    assert written.frames == 1
    assert "XML cannot hold the frame's name" in written.problems[0].sentence
