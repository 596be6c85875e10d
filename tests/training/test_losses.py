from __future__ import annotations

import math

import pytest
import torch

from models.training.losses import class_planes, dice_loss, exclusive_loss, overlapping_loss, presence_loss


def test_cross_entropy_leaves_ignored_pixels_out():
    logits = torch.zeros(1, 3, 1, 2)
    logits[0, :, 0, 1] = torch.tensor([50.0, 0.0, 0.0])  # wrong by far, but ignored
    index = torch.tensor([[[1, 255]]])
    assert exclusive_loss(logits, index, dice_weight=0).item() == pytest.approx(math.log(3), abs=1e-6)


def test_all_pixels_ignored_gives_no_loss():
    loss = exclusive_loss(torch.randn(1, 3, 2, 2), torch.full((1, 2, 2), 255))
    assert loss.item() == 0


def test_dice_by_hand():
    probabilities = torch.tensor([[[[0.5, 1.0]], [[0.2, 0.0]]]])
    masks = torch.tensor([[[[0.0, 1.0]], [[0.0, 0.0]]]])
    valid = torch.ones(1, 1, 2, dtype=torch.bool)
    # Class 1: overlap 1, sizes 1.5 + 1; class 2 is not held and does not count.
    assert dice_loss(probabilities, masks, valid).item() == pytest.approx(1 - 2 / 2.5)


def test_dice_of_ignored_pixels_does_not_count():
    probabilities = torch.tensor([[[[1.0, 1.0]]]])
    masks = torch.tensor([[[[1.0, 0.0]]]])
    valid = torch.tensor([[[True, False]]])
    assert dice_loss(probabilities, masks, valid).item() == pytest.approx(0.0)


def test_a_perfect_drawing_has_almost_no_loss():
    index = torch.tensor([[[0, 1], [2, 0]]])
    right = torch.nn.functional.one_hot(index, 3).permute(0, 3, 1, 2).float() * 40
    assert exclusive_loss(right, index).item() < 1e-4
    masks = class_planes(index, 2)
    assert overlapping_loss((masks * 2 - 1) * 40, masks).item() < 1e-4


def test_class_planes_hold_neither_background_nor_ignored():
    planes = class_planes(torch.tensor([[[0, 1, 2, 255]]]), 2)
    assert planes.tolist() == [[[[0, 1, 0, 0]], [[0, 0, 1, 0]]]]


def _masks_with(pixels: int) -> torch.Tensor:
    """One class in a crop of 3 by 3 places, ``pixels`` of it in the first place."""
    masks = torch.zeros(1, 1, 96, 96)
    flat = torch.zeros(32 * 32)
    flat[:pixels] = 1
    masks[0, 0, :32, :32] = flat.view(32, 32)
    return masks


def test_presence_by_hand():
    logits = torch.zeros(1, 1, 3, 3)
    # One place holds it, its 3 neighbours have no target, 5 lack it: log 2 each, and log 2 for the frame.
    assert presence_loss(logits, _masks_with(20), present_px=16).item() == pytest.approx(2 * math.log(2), abs=1e-6)


def test_too_little_is_neither_there_nor_not():
    logits = torch.full((1, 1, 3, 3), -30.0)
    # The far places are right to say no, the place itself and the frame have no target.
    assert presence_loss(logits, _masks_with(5), present_px=16).item() == pytest.approx(0, abs=1e-6)
    assert presence_loss(logits, _masks_with(16), present_px=16).item() > 25


def test_clean_crops_teach_that_nothing_is_there():
    shouting = torch.full((1, 1, 3, 3), 4.0)
    quiet = torch.full((1, 1, 3, 3), -4.0)
    clean = torch.zeros(1, 1, 96, 96)
    assert presence_loss(shouting, clean, 16) > presence_loss(quiet, clean, 16)
