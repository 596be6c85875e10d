"""Counting labels: every figure of three small frames, by hand."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from models.audit.label_statistics import label_statistics
from models.audit.label_survey import FrameKind, place_grid, survey_labels
from models.audit.statistics_table import statistics_table

PICTURES = {
    # class 1: a piece of 3 and, joined by a corner, none else; class 2: two pieces of 1 and 2
    "a.png": ["110000", "100002", "000000", "220000"],
    "b.png": ["000000", "000000", "011000", "000000"],
    "clean.png": "",
    "named.png": ["000000"],
}


@pytest.fixture
def survey(make_labels):
    labels = make_labels(PICTURES, 2, overlaps={"b.png": [(2, 2, 2)]})
    return survey_labels(labels, labels.frames.values(), unlabelled=("z.png",))


def test_every_frame_is_of_one_kind(survey):
    assert survey.kinds == (FrameKind.DEFECTIVE, FrameKind.DEFECTIVE, FrameKind.CLEAN, FrameKind.UNSTATED)
    assert label_statistics(survey)["frames"] == {
        "labelled": 4, "defective": 2, "clean": 1, "incomplete": 0, "unstated": 1, "unlabelled": 1,
    }  # fmt: skip


def test_an_incomplete_frame_is_counted_as_such_even_without_a_pixel(make_labels):
    labels = make_labels({"a.png": ["000000"]}, 1, incomplete=("a.png",))
    assert survey_labels(labels, labels.frames.values()).kinds == (FrameKind.INCOMPLETE,)


def test_areas_pieces_and_shares(survey):
    assert survey.areas_px.tolist() == [[3, 3], [2, 1], [0, 0], [0, 0]]
    numbers = label_statistics(survey)["classes"]
    assert numbers["class_1"]["frames"] == 2
    assert numbers["class_1"]["share_of_frames"] == 0.5
    assert numbers["class_1"]["area_px"] == 5
    assert numbers["class_1"]["share_of_px"] == pytest.approx(5 / 96, abs=1e-6)
    assert numbers["class_1"]["pieces"] == 2
    assert numbers["class_1"]["area_px_in_frames_with_it"]["median"] == 2.5
    assert numbers["class_2"]["pieces_a_frame"] == {"1": 1, "2": 1}
    assert numbers["class_2"]["piece_area_px"] == {
        "least": 1, "first_quartile": 1, "median": 1, "third_quartile": 1.5, "greatest": 2,
    }  # fmt: skip


def test_pieces_lie_where_they_are(survey):
    first = survey.pieces
    assert first.boxes_px[0].tolist() == [0, 0, 2, 2]
    assert first.centres[0].tolist() == [pytest.approx(1 / 6), pytest.approx(1 / 4)]
    assert first.frames.tolist() == [0, 0, 0, 1, 1]
    assert first.class_ids.tolist() == [1, 2, 2, 1, 2]


def test_what_stands_together_and_what_overlaps(survey):
    statistics = label_statistics(survey)
    assert statistics["classes_a_frame"] == {"0": 2, "2": 2}
    assert statistics["defects_a_frame"] == {"0": 2, "2": 1, "3": 1}
    assert statistics["together"]["frames"] == [[2, 2], [2, 2]]
    assert statistics["combinations"] == [{"classes": ["class_1", "class_2"], "frames": 2}]
    assert statistics["overlaps"] == {
        "frames": 1, "px": 1, "order": ["class_1", "class_2"], "shared_px": [[5, 1], [1, 4]],
    }  # fmt: skip


def test_places_add_up_to_the_share_of_pixels(survey):
    share = survey.areas_px.sum(axis=0) / survey.sizes_px.prod(axis=1).sum()
    assert survey.coverage.mean(axis=(1, 2)) == pytest.approx(share, rel=1e-5)
    rows, columns = survey.coverage.shape[1:]
    left_half = survey.coverage[1][:, : columns // 2]
    assert left_half.sum() == pytest.approx(survey.coverage[1].sum() * 3 / 4, rel=0.02)
    assert survey.coverage[0][rows // 4 * 3 :].sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("sizes", "grid"),
    [([(256, 1600)] * 3, (8, 50)), ([(200, 200)], (20, 20)), ([(4000, 100)], (80, 4)), ([], (20, 20))],
)
def test_the_grid_has_about_square_cells_of_the_middle_shape(sizes, grid):
    assert place_grid(sizes) == grid


def test_frames_of_different_sizes_share_one_grid(make_labels):
    one, other = make_labels({"a": ["1"]}, 1, size=(2, 2)), make_labels({"b": ["1100", "1100"]}, 1, size=(4, 4))
    frames = {**one.frames, **other.frames}
    survey = survey_labels(one, frames.values())
    assert label_statistics(survey)["sizes"] == [
        {"height_px": 2, "width_px": 2, "frames": 1}, {"height_px": 4, "width_px": 4, "frames": 1},
    ]  # fmt: skip
    corner = survey.coverage[0][: survey.coverage.shape[1] // 2, : survey.coverage.shape[2] // 2]
    assert corner == pytest.approx(np.ones_like(corner), abs=0.01)


def test_nothing_but_clean_frames_has_no_areas(make_labels):
    labels = make_labels({"a": "", "b": ""}, 2)
    statistics = label_statistics(survey_labels(labels, labels.frames.values()))
    assert statistics["classes"]["class_1"]["piece_area_px"] is None
    assert json.loads(json.dumps(statistics, allow_nan=False)) == statistics


def test_the_table_says_the_same(survey):
    lines = statistics_table(label_statistics(survey)).splitlines()
    assert lines[0] == (
        "4 labelled frames: 2 with a defect, 1 clean, 1 named without a pixel; 1 images without labels."
    )
    assert lines[2].split() == ["class_1", "2", "50.00%", "2", "5", "5.21%", "2", "px"]


def test_the_audit_needs_no_torch():
    code = (
        "import sys, pkgutil, importlib, models.audit as audit\n"
        "for found in pkgutil.iter_modules(audit.__path__): importlib.import_module(f'models.audit.{found.name}')\n"
        "assert 'torch' not in sys.modules and 'PySide6' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
