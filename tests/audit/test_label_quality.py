"""Label quality: the soft minimum worked out by hand, what is asked in each direction, and the places."""

from __future__ import annotations

import numpy as np
import pytest

from models.audit.label_quality import EXTRA, MISSED, confidences_of, label_qualities, softmin, suspicions
from models.labels.taxonomy import DefectClass, Role, Taxonomy, make_taxonomy

TWO = make_taxonomy("two", ["one", "other"])


def test_softmin_of_one_wrong_among_n_right_ones():
    # Weights: exp(0) = 1 for the right ones, exp(1 / 0.1) = 22026.47 for the wrong one, which adds nothing above.
    confidences = np.ones(10_000, np.float32)
    confidences[17] = 0
    assert softmin(confidences) == pytest.approx(9_999 / (9_999 + 22_026.4658), rel=1e-6)


def test_softmin_of_halves_and_of_equals():
    assert softmin(np.full((4, 5), 0.3, np.float32)) == pytest.approx(0.3)
    heavy, light = np.exp(0.8 / 0.5), np.exp(0.2 / 0.5)
    assert softmin(np.array([0.2, 0.8], np.float32), temperature=0.5) == pytest.approx(
        (0.2 * heavy + 0.8 * light) / (heavy + light), rel=1e-6
    )
    assert softmin(np.empty(0, np.float32)) == 1.0


def test_each_direction_asks_its_own_pixels_and_leaves_out_the_outline():
    stack = np.zeros((7, 9), np.uint8)
    stack[1:6, 2:7] = 1
    pixels = np.full((2, 7, 9), 0.25, np.float32)
    missed = confidences_of(stack, pixels, TWO, 1, MISSED)
    extra = confidences_of(stack, pixels, TWO, 1, EXTRA)
    # One pixel within and without the outline are not asked; the corners lie further off than one pixel.
    asked = np.ones((7, 9), bool)
    asked[0:7, 2:7] = asked[1:6, 1:8] = False
    np.testing.assert_array_equal(missed == 0.75, asked)
    inner = np.zeros((7, 9), bool)
    inner[2:5, 3:6] = True
    np.testing.assert_array_equal(extra == 0.25, inner)
    assert set(np.unique(missed)) == {0.75, 1.0}


def test_a_label_at_the_frames_edge_is_asked_up_to_it():
    stack = np.zeros((6, 6), np.uint8)
    stack[:, :3] = 1
    extra = confidences_of(stack, np.zeros((2, 6, 6), np.float32), TWO, 1, EXTRA)
    assert (extra[:, :2] == 0).all()
    assert (extra[:, 2:] == 1).all()


def test_a_forgotten_class_lowers_missed_and_an_unseen_one_extra():
    stack = np.zeros((40, 40), np.uint8)
    stack[5:15, 5:15] = 2
    pixels = np.full((2, 40, 40), 0.01, np.float32)
    pixels[0, 25:35, 25:35] = 0.98
    qualities = label_qualities(stack, pixels, TWO)
    assert qualities.shape == (2, 2)
    assert qualities[0, MISSED] < 0.05
    assert qualities[1, EXTRA] < 0.05
    assert qualities[0, EXTRA] == 1.0
    assert qualities[1, MISSED] > 0.98


def test_pixels_to_ignore_count_for_no_class():
    taxonomy = Taxonomy(
        "with ignore",
        (DefectClass(1, "one", "One", "#e69f00"), DefectClass(2, "blind", "Blind", "#000000", "", Role.IGNORE)),
    )
    stack = np.full((20, 20), 2, np.uint8)
    pixels = np.full((2, 20, 20), 0.9, np.float32)
    assert label_qualities(stack, pixels, taxonomy).tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_suspicion_is_one_less_the_geometric_mean_of_quality_and_place():
    qualities = np.ones((4, 1, 2))
    qualities[:, 0, 0] = 0.36, 0.9, 0.64, 1.0
    found = suspicions(qualities)
    assert found[:, 0, 0] == pytest.approx(
        [1 - (0.36 * 0.25) ** 0.5, 1 - (0.9 * 0.75) ** 0.5, 1 - (0.64 * 0.5) ** 0.5, 0.0]
    )
    # Equals share the better place: nothing speaks against any of them.
    assert found[:, 0, 1].tolist() == [0, 0, 0, 0]
