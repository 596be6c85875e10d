"""Losses of the classes of whole frames against figures worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from models.training.class_losses import (
    Said,
    binary_entropy,
    cross_entropy,
    focal,
    presence_at_places,
    said_of_pixels,
    squared_error,
)
from models.training.pixel_losses import drawn
from models.training.plan_tables import LossPlan

PLAN = LossPlan(present_px=16)


def _frame_with(pixels: int, ignored: int = 0):
    """One class in a crop of 3 by 3 places: ``pixels`` of it in the first place, ignored ones in the last."""
    target = torch.zeros(1, 1, 96, 96)
    flat = torch.zeros(32 * 32)
    flat[:pixels] = 1
    target[0, 0, :32, :32] = flat.view(32, 32)
    flat = torch.zeros(32 * 32)
    flat[:ignored] = 255
    target[0, 0, 64:, 64:] = flat.view(32, 32)
    return drawn(torch.zeros(1, 1, 96, 96), target, exclusive=False)


def _presence(places: torch.Tensor, pixels: int, ignored: int = 0) -> float:
    said = said_of_pixels(places.amax(dim=(2, 3)), _frame_with(pixels, ignored), 16, places)
    return presence_at_places(said, PLAN).item()


def test_presence_by_hand():
    # One place holds it, its 3 neighbours have no target, 5 lack it: log 2 each, and log 2 for the frame.
    assert _presence(torch.zeros(1, 1, 3, 3), 20) == pytest.approx(2 * math.log(2), abs=1e-6)


def test_too_little_is_neither_there_nor_not():
    logits = torch.full((1, 1, 3, 3), -30.0)
    # The far places are right to say no, the place itself and the frame have no target.
    assert _presence(logits, 5) == pytest.approx(0, abs=1e-6)
    assert _presence(logits, 16) > 25


def test_what_is_ignored_is_not_said_to_be_absent():
    shouting = torch.full((1, 1, 3, 3), -30.0)
    shouting[0, 0, 2, 2] = 30.0
    assert _presence(shouting, 0, ignored=40) == pytest.approx(0, abs=1e-6)
    assert _presence(shouting, 0) > 3


def test_clean_crops_teach_that_nothing_is_there():
    assert _presence(torch.full((1, 1, 3, 3), 4.0), 0) > _presence(torch.full((1, 1, 3, 3), -4.0), 0)


def test_a_network_without_places_learns_the_frame():
    said = said_of_pixels(torch.zeros(1, 1), _frame_with(20), 16)
    assert presence_at_places(said, PLAN).item() == pytest.approx(math.log(2), abs=1e-6)


LOGITS = torch.tensor([[math.log(3.0), -math.log(4.0)]])
"""Probabilities 3/4 and 1/5."""
TARGET = torch.tensor([[1.0, 1.0]])


def test_binary_entropy_by_hand():
    expected = -(math.log(3 / 4) + math.log(1 / 5)) / 2
    assert binary_entropy(Said(LOGITS, TARGET, False), PLAN).item() == pytest.approx(expected)
    weighted = binary_entropy(Said(LOGITS, TARGET, False, weights=torch.tensor([1.0, 5.0])), PLAN).item()
    assert weighted == pytest.approx(-(math.log(3 / 4) + 5 * math.log(1 / 5)) / 2)


def test_uncertain_classes_have_no_loss():
    said = Said(LOGITS, TARGET, False, certain=torch.tensor([[True, False]]))
    assert binary_entropy(said, PLAN).item() == pytest.approx(-math.log(3 / 4))
    assert focal(said, PLAN).item() == pytest.approx(-((1 / 4) ** 2) * math.log(3 / 4))
    assert squared_error(said, PLAN).item() == pytest.approx((1 / 4) ** 2)


def test_focal_by_hand():
    expected = -((1 / 4) ** 2 * math.log(3 / 4) + (4 / 5) ** 2 * math.log(1 / 5)) / 2
    assert focal(Said(LOGITS, TARGET, False), PLAN).item() == pytest.approx(expected)


SOFTMAX = torch.tensor([[0.5, 0.3, 0.2]]).log()
ONE_HOT = torch.tensor([[0.0, 1.0, 0.0]])


def test_exclusive_losses_by_hand():
    said = Said(SOFTMAX, ONE_HOT, True)
    assert cross_entropy(said, PLAN).item() == pytest.approx(-math.log(0.3))
    assert focal(said, PLAN).item() == pytest.approx(-(0.7**2) * math.log(0.3))
    assert squared_error(said, PLAN).item() == pytest.approx((0.5**2 + 0.7**2 + 0.2**2) / 3)


def test_exclusive_losses_take_mixed_targets_and_weights():
    mixed = torch.tensor([[0.25, 0.75, 0.0]])
    expected = -(0.25 * math.log(0.5) + 0.75 * math.log(0.3))
    assert cross_entropy(Said(SOFTMAX, mixed, True), PLAN).item() == pytest.approx(expected)
    weights = torch.tensor([2.0, 1.0])
    both = torch.cat([ONE_HOT, torch.tensor([[1.0, 0.0, 0.0]])])
    said = Said(SOFTMAX.repeat(2, 1), both, True, weights=weights)
    assert cross_entropy(said, PLAN).item() == pytest.approx(-(2 * math.log(0.3) + math.log(0.5)) / 3)
