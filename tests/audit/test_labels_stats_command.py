"""``stripsight labels stats``: what it writes for each kind of label file, and calls that cannot be."""

from __future__ import annotations

import argparse
import json
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from app.commands import labels


def stats(*words):
    """Call the command in this process; the exit code."""
    parser = argparse.ArgumentParser("stripsight")
    labels.add_parser(parser.add_subparsers(dest="command"))
    return labels.run(parser.parse_args(["labels", "stats", *map(str, words)]))


def read(folder):
    return json.loads((folder / "statistics.json").read_text()), (folder / "statistics.html").read_text()


def checked_page(text):
    """The page, whose tags are all closed in order and which needs nothing from anywhere."""
    open_tags = []

    class Checker(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "img"):
                open_tags.append(tag)
            assert not any(key in ("src", "href") and not value.startswith("data:") for key, value in attrs)

        def handle_endtag(self, tag):
            assert open_tags.pop() == tag

    Checker().feed(text)
    assert not open_tags
    return text


@pytest.fixture
def csv_file(tmp_path):
    """Three frames of 6×4 pixels; class 2 overlaps class 1 in the second."""
    path = tmp_path / "labels.csv"
    path.write_text("ImageId,ClassId,EncodedPixels\na.png,1,1 3 7 1\nb.png,1,2 2\nb.png,2,3 2\nc.png,3,24 1\n")
    return path


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.png", "b.png", "c.png", "d<1>.png"):
        cv2.imwrite(str(folder / name), np.full((4, 6), 120, np.uint8))
    return folder


def test_a_csv_without_images(tmp_path, csv_file, capsys):
    assert stats(csv_file, "--size", "4x6", "--out", tmp_path / "out") == 0
    statistics, page = read(tmp_path / "out")
    assert statistics["frames"]["defective"] == 3
    assert statistics["overlaps"]["px"] == 1
    assert statistics["classes"]["class_2"]["area_px"] == 2
    checked_page(page)
    assert "Sample frames" not in page
    assert "carry more than one class" in page
    out = capsys.readouterr().out
    assert out.startswith("3 labelled frames: 3 with a defect, 0 clean.\n")


def test_with_images_sizes_come_from_them_and_samples_are_shown(tmp_path, csv_file, images):
    assert stats(csv_file, "--images", images, "--out", tmp_path / "out") == 0
    statistics, page = read(tmp_path / "out")
    assert statistics["sizes"] == [{"height_px": 4, "width_px": 6, "frames": 3}]
    assert statistics["frames"]["unlabelled"] == 1
    assert len(re.findall(r'src="data:image/jpeg', checked_page(page))) == 4


def test_unlabelled_images_are_clean_where_it_is_said(tmp_path, csv_file, images):
    assert stats(csv_file, "--images", images, "--unlabelled-are-clean", "--out", tmp_path / "out") == 0
    statistics, page = read(tmp_path / "out")
    assert statistics["frames"] == {
        "labelled": 4, "defective": 3, "clean": 1, "incomplete": 0, "unstated": 0, "unlabelled": 0,
    }  # fmt: skip
    assert "d&lt;1&gt;.png: clean" in checked_page(page)


@pytest.mark.parametrize("form", ["coco", "png"])
def test_other_formats_say_the_same_of_what_they_can_hold(tmp_path, form):
    source = tmp_path / "full.csv"
    source.write_text("ImageId_ClassId,EncodedPixels\na.png_1,1 3 7 1\na.png_2,\nb.png_1,\nb.png_2,4 3\n")
    parser = argparse.ArgumentParser("stripsight")
    labels.add_parser(parser.add_subparsers(dest="command"))
    other = tmp_path / {"coco": "other.json", "png": "other"}[form]
    assert labels.run(
        parser.parse_args(["labels", "convert", str(source), str(other), "--to", form, "--size", "4x6"])
    ) == 0  # fmt: skip
    assert stats(source, "--size", "4x6", "--out", tmp_path / "one") == 0
    assert stats(other, "--out", tmp_path / "two") == 0
    one, two = read(tmp_path / "one")[0], read(tmp_path / "two")[0]
    del one["labels"], two["labels"]
    assert one == two


def test_rows_that_cannot_be_used_are_named_and_counted(tmp_path, capsys):
    source = tmp_path / "labels.csv"
    source.write_text("ImageId,ClassId,EncodedPixels\na.png,1,1 3 7\nb.png,1,1 1\n")
    assert stats(source, "--size", "4x6", "--out", tmp_path / "out") == 0
    statistics, page = read(tmp_path / "out")
    assert statistics["frames"]["incomplete"] == 1
    assert statistics["problems"] == 1
    assert "What could not be used" in checked_page(page)
    assert "line 2, a.png" in capsys.readouterr().err


def test_labels_of_clean_frames_alone_have_a_page(tmp_path):
    source = tmp_path / "labels.csv"
    source.write_text("ImageId_ClassId,EncodedPixels\na.png_1,\na.png_2,\nb.png_1,\nb.png_2,\n")
    assert stats(source, "--size", "4x6", "--out", tmp_path / "out") == 0
    statistics, page = read(tmp_path / "out")
    assert statistics["frames"]["clean"] == 2
    assert "no frame has a defect" in checked_page(page)


def test_of_very_many_classes_the_most_frequent_get_charts_of_their_own(tmp_path):
    source = tmp_path / "labels.csv"
    rows = [f"{frame}.png,{k},{k} 1" for k in range(1, 41) for frame in range(k)]
    source.write_text("\n".join(["ImageId,ClassId,EncodedPixels", *rows]) + "\n")
    assert stats(source, "--size", "6x8", "--out", tmp_path / "out") == 0
    page = checked_page(read(tmp_path / "out")[1])
    named = [k for k in range(1, 41) if f"Class {k}: pieces in a frame" in page]
    assert named == list(range(29, 41))


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (["--unlabelled-are-clean"], 2, "--images"),
        (["--classes", "0"], 2, "--classes 0 cannot be"),
        (["--images", "nowhere"], 1, "nowhere is not there"),
        (["--out", __file__], 1, "cannot be written"),
    ],
)
def test_wrong_calls_are_one_sentence(tmp_path, csv_file, capsys, words, code, named):
    assert stats(csv_file, "--out", tmp_path / "out", *words) == code
    err = capsys.readouterr().err
    assert named in err
    assert err.count("\n") == 1


def test_a_file_without_labels_is_refused(tmp_path, capsys):
    source = tmp_path / "labels.csv"
    source.write_text("ImageId,ClassId,EncodedPixels\n")
    assert stats(source, "--out", tmp_path / "out") == 1
    assert "labels no frame" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_real_rows_at_scale(tmp_path, real_data):
    source = real_data / "severstal" / "rle_rows_without_images.csv"
    assert stats(source, "--out", tmp_path) == 0
    statistics, page = read(tmp_path)
    assert sum(numbers["frames"] for numbers in statistics["classes"].values()) == 1419
    assert statistics["problems"] == 0
    assert statistics["sizes"] == [{"height_px": 256, "width_px": 1600, "frames": 1334}]
    checked_page(page)
