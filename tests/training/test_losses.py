"""Losses of masks against figures worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from made_up_steel import make_collection

from models.training import plan_tables
from models.training.losses import CLASS_LOSSES, PIXEL_LOSSES, class_weights
from models.training.lovasz import jaccard_steps, lovasz
from models.training.pixel_losses import binary_cross_entropy, cross_entropy, dice, drawn, focal_tversky
from models.training.plan_tables import LossPlan

PLAN = LossPlan()


def _logits_of(probabilities: list[list[float]]) -> torch.Tensor:
    """(1, K, 1, W) logits whose sigmoid is given, class by class."""
    return torch.logit(torch.tensor(probabilities))[None, :, None, :]


def _overlapping(probabilities, planes, ignored=()):
    target = torch.tensor(planes, dtype=torch.float32)[None, :, None, :].clone()
    target[:, :, :, list(ignored)] = 255
    return drawn(_logits_of(probabilities), target, exclusive=False)


def test_a_plan_may_name_every_loss_there_is():
    assert {*PIXEL_LOSSES, "none"} == set(plan_tables.PIXEL_LOSSES)
    assert {*CLASS_LOSSES, "none"} == set(plan_tables.CLASS_LOSSES)


def test_cross_entropy_leaves_ignored_pixels_out():
    logits = torch.zeros(1, 3, 1, 2)
    logits[0, :, 0, 1] = torch.tensor([50.0, 0.0, 0.0])  # wrong by far, but ignored
    it = drawn(logits, torch.tensor([[[1, 255]]]), exclusive=True)
    assert cross_entropy(it, PLAN).item() == pytest.approx(math.log(3), abs=1e-6)


@pytest.mark.parametrize("name", sorted(PIXEL_LOSSES))
@pytest.mark.parametrize("exclusive", [True, False])
def test_ignored_pixels_count_in_no_loss(name, exclusive):
    torch.manual_seed(0)
    logits = torch.randn(2, 3 if exclusive else 2, 8, 8)
    target = torch.randint(0, 3, (2, 8, 8)) if exclusive else torch.randint(0, 2, (2, 2, 8, 8)).float()
    target[..., 2:5] = 255
    other = logits.clone()
    other[..., 2:5] = torch.randn_like(other[..., 2:5]) * 20
    losses = [PIXEL_LOSSES[name](drawn(it, target, exclusive), PLAN).item() for it in (logits, other)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[0] > 0.01


@pytest.mark.parametrize("name", sorted(PIXEL_LOSSES))
@pytest.mark.parametrize("exclusive", [True, False])
def test_losses_of_nothing_but_ignored_pixels_are_numbers_with_slopes(name, exclusive):
    logits = torch.randn(1, 3 if exclusive else 2, 4, 4, requires_grad=True)
    target = torch.full((1, 4, 4), 255) if exclusive else torch.full((1, 2, 4, 4), 255.0)
    loss = PIXEL_LOSSES[name](drawn(logits, target, exclusive), PLAN)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-4)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("name", sorted(PIXEL_LOSSES))
@pytest.mark.parametrize("exclusive", [True, False])
def test_a_perfect_drawing_has_almost_no_loss_and_a_wrong_one_has(name, exclusive):
    index = torch.tensor([[[0, 1], [2, 0]]])
    one_hot = torch.nn.functional.one_hot(index, 3).permute(0, 3, 1, 2).float()
    right = one_hot * 40 if exclusive else (one_hot[:, 1:] * 2 - 1) * 40
    target = index if exclusive else one_hot[:, 1:]
    assert PIXEL_LOSSES[name](drawn(right, target, exclusive), PLAN).item() < 1e-3
    assert PIXEL_LOSSES[name](drawn(-right, target, exclusive), PLAN).item() > 0.5


def test_dice_by_hand():
    it = _overlapping([[0.5, 1 - 1e-7], [0.2, 1e-7]], [[0, 1], [0, 0]])
    # Class 1: overlap 1, sizes 1.5 + 1; class 2 is not held and does not count.
    assert dice(it, PLAN).item() == pytest.approx(1 - 2 / 2.5, abs=1e-5)


def test_binary_cross_entropy_by_hand():
    it = _overlapping([[0.5, 0.8]], [[0, 1]])
    assert binary_cross_entropy(it, PLAN).item() == pytest.approx(-(math.log(0.5) + math.log(0.8)) / 2)


def test_binary_cross_entropy_of_a_softmax_is_each_class_against_the_rest():
    probabilities = torch.tensor([0.5, 0.3, 0.2])
    it = drawn(probabilities.log()[None, :, None, None], torch.tensor([[[1]]]), exclusive=True)
    assert binary_cross_entropy(it, PLAN).item() == pytest.approx(-(math.log(0.3) + math.log(0.8)) / 2)


def test_focal_tversky_by_hand():
    it = _overlapping([[0.5, 0.8, 0.5]], [[0, 1, 1]], ignored=[2])
    # Hit 0.8, missed 0.2, wrong 0.5; with one pixel of smoothing above and below.
    tversky = (0.8 + 1) / (0.8 + 1 + 0.7 * 0.2 + 0.3 * 0.5)
    assert focal_tversky(it, PLAN).item() == pytest.approx((1 - tversky) ** 0.75, rel=1e-5)
    sharper = LossPlan(tversky_alpha=0.5, tversky_gamma=1.0)
    dice_like = (0.8 + 1) / (0.8 + 1 + 0.5 * 0.2 + 0.5 * 0.5)
    assert focal_tversky(it, sharper).item() == pytest.approx(1 - dice_like, rel=1e-5)


def test_the_steps_of_the_jaccard_loss_by_hand():
    # One of two true pixels is got wrong first (IoU 1/2), then the false one (1/3), then the other true one (0).
    steps = jaccard_steps(torch.tensor([1.0, 0.0, 1.0]))
    assert steps.tolist() == pytest.approx([1 / 2, 2 / 3 - 1 / 2, 1 - 2 / 3])


def test_lovasz_by_hand():
    it = _overlapping([[0.6, 0.3, 0.9]], [[1, 0, 1]])
    # Errors 0.4, 0.3, 0.1 in this order: as in the steps above.
    assert lovasz(it, PLAN).item() == pytest.approx(0.4 * 1 / 2 + 0.3 * (2 / 3 - 1 / 2) + 0.1 / 3, rel=1e-4)


def test_lovasz_of_hard_answers_is_one_minus_the_iou():
    torch.manual_seed(1)
    truth, said = torch.randint(0, 2, (2, 4000))
    it = drawn((said * 2.0 - 1)[None, None, None] * 60, truth[None, None, None].float(), exclusive=False)
    iou = (truth & said).sum() / (truth | said).sum()
    assert lovasz(it, PLAN).item() == pytest.approx(1 - iou.item(), abs=1e-5)


def test_lovasz_counts_background_as_a_class_where_a_pixel_has_one():
    logits = torch.full((1, 3, 1, 4), -30.0)
    logits[0, 0] = 30.0  # all background
    it = drawn(logits, torch.tensor([[[0, 0, 0, 1]]]), exclusive=True)
    # Background: IoU 3/4, class 1: 0; class 2 is not there.
    assert lovasz(it, PLAN).item() == pytest.approx((1 / 4 + 1) / 2, abs=1e-5)


def test_weights_weigh_their_class():
    logits, target = torch.zeros(1, 3, 1, 4), torch.tensor([[[0, 1, 2, 2]]])
    logits[0, 2] = -1.0
    log_z = math.log(2 + math.exp(-1))
    it = drawn(logits, target, exclusive=True, weights=torch.tensor([3.0, 1.0]))
    expected = (log_z + 3 * log_z + 2 * (log_z + 1)) / (1 + 3 + 2)
    assert cross_entropy(it, PLAN).item() == pytest.approx(expected, rel=1e-5)


def test_balanced_weights_by_hand():
    collection = make_collection(8)
    areas = [sum(int((stack == bit).sum()) for stack in collection.stacks) for bit in (1, 2)]
    weights = class_weights(LossPlan(balance="median_frequency"), collection)
    middle = (areas[0] + areas[1]) / 2
    assert weights.tolist() == pytest.approx([middle / areas[0], middle / areas[1]])
    assert class_weights(LossPlan(class_weights=(1.0, 4.0)), collection).tolist() == [1.0, 4.0]
    assert class_weights(LossPlan(), collection) is None
