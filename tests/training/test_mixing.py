from __future__ import annotations

import pytest
import torch
from torchvision.transforms import v2

from models.training.mixing import cutmix, mixed, mixup
from models.training.plan_tables import MixPlan

X = torch.arange(2 * 16, dtype=torch.float32).view(2, 1, 4, 4)
Y = torch.tensor([[1.0, 0.0], [1.0, 1.0]])
SWAP = torch.tensor([1, 0])


def test_mixup_by_hand():
    x, y = mixup(X, Y, SWAP, 0.75, "ratio")
    assert torch.allclose(x[0], 0.75 * X[0] + 0.25 * X[1])
    assert y.tolist() == [[1.0, 0.25], [1.0, 0.75]]
    assert mixup(X, Y, SWAP, 0.75, "max")[1].tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_cutmix_by_hand():
    x, y = cutmix(X, Y, SWAP, (slice(0, 2), slice(1, 3)), "ratio")
    assert torch.equal(x[0, 0, 0:2, 1:3], X[1, 0, 0:2, 1:3])
    assert torch.equal(x[0, 0, 2:], X[0, 0, 2:])
    assert y.tolist() == [[1.0, 0.25], [1.0, 0.75]]
    assert cutmix(X, Y, SWAP, (slice(0, 2), slice(1, 3)), "max")[1].tolist() == [[1.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize("masks", [torch.arange(32).view(2, 4, 4), torch.arange(64.0).view(2, 2, 4, 4)])
def test_masks_are_cut_like_their_frames(masks):
    _, cut = cutmix(X, masks, SWAP, (slice(0, 2), slice(1, 3)), "ratio")
    assert torch.equal(cut[0, ..., 0:2, 1:3], masks[1, ..., 0:2, 1:3])
    assert torch.equal(cut[0, ..., 2:, :], masks[0, ..., 2:, :])


def test_mixup_is_torchvisions_where_that_goes_so_far():
    torch.manual_seed(3)
    theirs_x, theirs_y = v2.MixUp(alpha=0.4, num_classes=2)(X, torch.tensor([0, 1]))
    share = float(theirs_y[0, 0])
    own_x, own_y = mixup(X, torch.eye(2), SWAP, share, "ratio")
    assert torch.allclose(own_x, theirs_x)
    assert torch.allclose(own_y, theirs_y)


def test_cutmix_is_torchvisions_where_that_goes_so_far():
    torch.manual_seed(3)
    x = torch.rand(2, 1, 32, 32)
    theirs_x, theirs_y = v2.CutMix(alpha=1.0, num_classes=2)(x, torch.tensor([0, 1]))
    pasted = (theirs_x[0, 0] != x[0, 0]).nonzero()
    (top, left), (bottom, right) = pasted.min(dim=0).values.tolist(), pasted.max(dim=0).values.tolist()
    window = slice(top, bottom + 1), slice(left, right + 1)
    own_x, own_y = cutmix(x, torch.eye(2), SWAP, window, "ratio")
    assert torch.equal(own_x, theirs_x)
    assert torch.allclose(own_y, theirs_y)


FRAMES = torch.stack([torch.full((1, 16, 16), float(n)) for n in range(8)])
CLASSES = torch.eye(8)


def test_nothing_is_mixed_unless_the_plan_says_so():
    assert mixed(FRAMES, CLASSES, MixPlan())[0] is FRAMES
    assert mixed(FRAMES, CLASSES, MixPlan("cutmix", probability=0.0))[0] is FRAMES


@pytest.mark.parametrize("image", ["mixup", "cutmix"])
def test_frames_and_classes_are_mixed_in_one_proportion(image):
    torch.manual_seed(0)
    x, y = mixed(FRAMES, CLASSES, MixPlan(image, concentration=1.0))
    assert torch.allclose(y.sum(dim=1), torch.ones(8))
    # Frame n is all n: its mean is the mean of those it is mixed of.
    means = x.mean(dim=(1, 2, 3))
    assert torch.allclose(means, y @ torch.arange(8.0), atol=1e-4)
    assert not torch.equal(means, torch.arange(8.0))


def test_probability_counts_batches():
    torch.manual_seed(0)
    plan = MixPlan("mixup", probability=0.3)
    share = sum(mixed(FRAMES, CLASSES, plan)[0] is not FRAMES for _ in range(400)) / 400
    assert share == pytest.approx(0.3, abs=0.06)


def test_concentration_decides_how_even_the_shares_are():
    def spread(concentration: float) -> float:
        torch.manual_seed(0)
        plan = MixPlan("mixup", concentration=concentration)
        largest = [mixed(FRAMES, CLASSES, plan)[1].amax(dim=1).min().item() for _ in range(100)]
        return sum(largest) / len(largest)

    assert spread(0.1) > 0.9
    assert spread(50.0) < 0.65


def test_iterations_mix_what_is_mixed():
    torch.manual_seed(0)
    several = mixed(FRAMES, CLASSES, MixPlan("mixup", concentration=20.0, iterations=3))[1]
    assert (several > 0.01).sum(dim=1).max() > 2


def test_a_corner_is_a_corner():
    torch.manual_seed(0)
    for _ in range(20):
        x, y = mixed(FRAMES, CLASSES, MixPlan("cutmix", corner=True))
        frame = next((n for n in range(8) if 0 < y[n, n] < 1), None)
        if frame is None:
            continue
        own = x[frame, 0] == frame
        pasted = ~own
        at_corners = [pasted[0, 0], pasted[0, -1], pasted[-1, 0], pasted[-1, -1]]
        assert sum(bool(corner) for corner in at_corners) == 1
        # Where the window does not stick out its area is what was drawn: a square of the frame's shape.
        rows, columns = pasted.any(dim=1).sum(), pasted.any(dim=0).sum()
        assert rows == columns
        assert pasted.sum() == rows * columns
