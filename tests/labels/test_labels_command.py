"""``stripsight labels convert``: every format into every other, and calls that cannot be."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from label_samples import names_in

from app.commands import labels, labels_convert
from models.labels.drawn_shapes import ShapeKind
from models.labels.formats import FORMATS
from models.labels.kaggle import KaggleStyle, read_kaggle
from models.labels.taxonomy import make_taxonomy

ROOT = Path(__file__).parents[2]
FULL = (
    "ImageId_ClassId,EncodedPixels\n"
    "a.png_1,1 3 7 1\na.png_2,\na.png_3,12 1\n"
    "b.png_1,\nb.png_2,4 3\nb.png_3,\n"
    "clean.png_1,\nclean.png_2,\nclean.png_3,\n"
)


@pytest.fixture
def full(tmp_path):
    """A label CSV in the style that says everything, with three frames of 3×4 pixels."""
    path = tmp_path / "full.csv"
    path.write_text(FULL)
    return path


def convert(*words):
    """Call the command in this process; the exit code."""
    parser = argparse.ArgumentParser("stripsight")
    labels.add_parser(parser.add_subparsers(dest="command"))
    return labels.run(parser.parse_args(["labels", "convert", *map(str, words)]))


def test_the_command_offers_what_there_is():
    assert tuple(one.key for one in FORMATS) == labels_convert.FORMAT_KEYS
    assert tuple(style.value for style in KaggleStyle) == labels_convert.STYLES
    assert tuple(kind.value for kind in ShapeKind) == labels_convert.SHAPES


@pytest.mark.parametrize(
    "ways",
    [
        ("png", "coco"),
        ("coco", "png"),
        ("kaggle", "labelme"),
        ("yolo", "cvat"),
        ("cvat", "labelme"),
        ("labelme", "yolo"),
    ],
)
def test_through_two_other_formats_and_back_is_the_same_file(tmp_path, full, ways, capsys):
    source = full
    for number, key in enumerate(ways):
        suffix = {"coco": ".json", "kaggle": ".csv", "cvat": ".xml"}.get(key, "")
        target = tmp_path / f"step{number}{suffix}"
        style = ["--style", "full"] if key == "kaggle" else []
        assert convert(source, target, "--to", key, "--size", "3x4", *style) == 0
        source = target
    back = tmp_path / "back.csv"
    assert convert(source, back, "--to", "kaggle", "--style", "full", "--size", "3x4") == 0
    assert back.read_text() == FULL
    out, err = capsys.readouterr()
    assert f"{back}: 3 of 3 frame(s), 9 row(s), 0 problem(s)." in out.splitlines()
    assert err == ""


def test_as_a_program_of_its_own(tmp_path, full):
    with full.open("a") as stream:
        stream.write("broken.png_1,1 2 3\n")
    out = tmp_path / "split.csv"
    words = ["labels", "convert", str(full), str(out), "--to", "kaggle", "--size", "3x4"]
    done = subprocess.run(
        [sys.executable, "-m", "app", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert out.read_text() == "ImageId,ClassId,EncodedPixels\na.png,1,1 3 7 1\na.png,3,12 1\nb.png,2,4 3\n"
    assert done.stderr.splitlines() == [
        f"{full}, line 11, broken.png: It holds 3 numbers, an odd count; runs are pairs of start and length."
    ]
    assert done.stdout.splitlines() == [
        "1 frame(s) without a defect will have no row, as these columns have none for them; --style full does.",
        f"{out}: 2 of 4 frame(s), 3 row(s), 1 problem(s).",
        f"{out}.manifest.json says who, when and what.",
    ]


def test_where_nothing_can_be_converted_the_rows_are_named_and_the_old_file_stays(tmp_path, capsys):
    source, target = tmp_path / "in.csv", tmp_path / "out.json"
    source.write_text("ImageId,ClassId,EncodedPixels\na.jpg,1,12 2\n")
    target.write_text("what was there")
    assert convert(source, target, "--to", "coco", "--size", "3x4") == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"{source}, line 2, a.jpg: The run at '12 2' ends at pixel 13")
    assert lines[-1] == f"stripsight: Nothing was written to {target}, for no frame's labels could be used."
    assert target.read_text() == "what was there"


def test_overlapping_classes_are_refused_for_png_before_anything_is_written(tmp_path, full, capsys):
    with full.open("a") as stream:
        stream.write("both.png_1,1 3\nboth.png_2,2 5\nboth.png_3,\n")
    assert convert(full, tmp_path / "masks", "--to", "png", "--size", "3x4") == 1
    assert "2 pixel(s) in 1 frame(s) carry several classes" in capsys.readouterr().err
    assert names_in(tmp_path) == ["full.csv"]


def test_a_taxonomy_file_names_the_classes(tmp_path, full):
    taxonomy = make_taxonomy("steel", ["pit", "inclusion", "scratch"]).to_json()
    for value in (taxonomy, {"title": "a bundle", "taxonomy": taxonomy}):
        (tmp_path / "classes.json").write_text(json.dumps(value))
        words = (full, tmp_path / "out.json", "--to", "coco", "--size", "3x4", "--classes", tmp_path / "classes.json")
        assert convert(*words) == 0
        written = json.loads((tmp_path / "out.json").read_text())
        assert [entry["name"] for entry in written["categories"]] == ["pit", "inclusion", "scratch"]


def test_more_classes_than_the_file_has(tmp_path, full):
    out = tmp_path / "out.csv"
    assert convert(full, out, "--to", "kaggle", "--style", "full", "--size", "3x4", "--classes", "4") == 0
    assert read_kaggle(out).class_count == 4
    # The file says nothing of the fourth class in a frame without a defect, but of every class it knows.
    assert read_kaggle(out).explicit_empty("clean.png")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--to", "coco", "--style", "full"], "--style is for --to kaggle"),
        (["--to", "coco", "--classes", "0"], "--classes 0 cannot be; give 1 to 64"),
        (["--to", "coco", "--classes", "65"], "--classes 65 cannot be"),
        (["--to", "coco", "--classes", "nowhere.json"], "nowhere.json cannot be read"),
        (["--to", "coco", "--classes", __file__], "is no JSON"),
    ],
)
def test_a_wrong_call_exits_with_2(tmp_path, full, capsys, words, named):
    assert convert(full, tmp_path / "out.json", *words) == 2
    err = capsys.readouterr().err
    assert named in err
    assert err.count("\n") == 1
    assert names_in(tmp_path) == ["full.csv"]


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--to", "voc"],
        ["--to", "kaggle", "--style", "wide"],
        ["--to", "coco", "--size", "256"],
        ["--to", "coco", "--size", "0x4"],
    ],
)
def test_words_the_parser_refuses_exit_with_2(tmp_path, full, capsys, words):
    with pytest.raises(SystemExit) as caught:
        convert(full, tmp_path / "out", *words)
    assert caught.value.code == 2
    assert "error:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "is not there"),
        ("a,b\n1,2\n", "no header of a label CSV"),
        ("ImageId,ClassId,EncodedPixels\n", "Nothing was written"),
    ],
)
def test_an_input_that_cannot_be_used_exits_with_1(tmp_path, capsys, content, named):
    source = tmp_path / "in.csv"
    if content is not None:
        source.write_text(content)
    assert convert(source, tmp_path / "out.json", "--to", "coco") == 1
    err = capsys.readouterr().err
    assert named in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


def test_an_unknown_kind_of_file_names_the_formats(tmp_path, capsys):
    source = tmp_path / "notes.md"
    source.write_text("hello")
    assert convert(source, tmp_path / "out.json", "--to", "coco") == 1
    assert (
        "none of the label formats: Kaggle run-length CSV, COCO JSON, folder of index PNGs, folder of LabelMe "
        "JSONs, folder of YOLO polygons, CVAT XML." in capsys.readouterr().err
    )


def test_an_output_that_cannot_be_written_exits_with_1(tmp_path, full, capsys):
    (tmp_path / "file").write_text("")
    for target, named in ((tmp_path, "no plain file"), (tmp_path / "file" / "out.csv", "cannot be written")):
        assert convert(full, target, "--to", "kaggle", "--size", "3x4") == 1
        err = capsys.readouterr().err
        assert named in err
        assert err.count("\n") == 1
