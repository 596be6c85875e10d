from __future__ import annotations

import numpy as np
import pytest
import torch

from models.training.batches import Batches


class _Numbers:
    """Item n is (n, a random number)."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int):
        return torch.full((1, 2, 2), float(place)), torch.rand(())


def _seen(batches: Batches, epoch: int = 0) -> list[tuple[list[int], list[float]]]:
    return [([int(n) for n in x[:, 0, 0, 0]], target.tolist()) for x, target in batches.epoch(epoch)]


@pytest.mark.parametrize(
    ("count", "size", "drop_last", "sizes"),
    [
        (10, 4, True, [4, 4]),
        (10, 4, False, [4, 4, 2]),
        (9, 4, False, [4, 5]),
        (8, 4, False, [4, 4]),
        (3, 4, True, [3]),
        (1, 4, False, [1]),
    ],
)
def test_an_epoch_is_cut_into_batches(count, size, drop_last, sizes):
    batches = Batches(_Numbers(count), size, drop_last, seed=1)
    seen = _seen(batches)
    assert len(batches) == len(seen)
    assert [len(numbers) for numbers, _ in seen] == sizes
    everything = [n for numbers, _ in seen for n in numbers]
    assert len(set(everything)) == len(everything)


def test_epochs_and_seeds_shuffle_and_draw_anew():
    first = _seen(Batches(_Numbers(16), 4, True, seed=1))
    assert first == _seen(Batches(_Numbers(16), 4, True, seed=1))
    assert first != _seen(Batches(_Numbers(16), 4, True, seed=1), epoch=1)
    assert first != _seen(Batches(_Numbers(16), 4, True, seed=2))
    drawn = [value for _, values in first for value in values]
    assert len(set(drawn)) == 16


def test_an_item_is_the_same_whatever_was_drawn_before_and_leaves_no_trace():
    torch.manual_seed(5)
    one = _seen(Batches(_Numbers(8), 4, True, seed=1))
    after = torch.rand(())
    torch.manual_seed(5)
    assert torch.equal(after, torch.rand(()))
    torch.manual_seed(6)
    assert _seen(Batches(_Numbers(8), 4, True, seed=1)) == one


def test_workers_make_the_same_batches():
    assert _seen(Batches(_Numbers(12), 4, True, seed=1, workers=2)) == _seen(Batches(_Numbers(12), 4, True, seed=1))


def test_devices_share_a_batch():
    whole = _seen(Batches(_Numbers(12), 4, True, seed=1))
    parts = [_seen(Batches(_Numbers(12), 4, True, seed=1, rank=rank, ranks=2)) for rank in (0, 1)]
    for (numbers, values), zero, one in zip(whole, *parts, strict=True):
        assert (zero[0], one[0]) == (numbers[0::2], numbers[1::2])
        assert (zero[1], one[1]) == (values[0::2], values[1::2])


def test_with_shares_an_epoch_draws_by_them_and_a_repeated_item_looks_new():
    shares = np.array([0.0, 0.5, 0.25, 0.25])
    seen = [item for epoch in range(200) for item in _seen(Batches(_Numbers(4), 4, True, 1, shares=shares), epoch)]
    places = np.bincount([n for numbers, _ in seen for n in numbers], minlength=4) / 800
    assert places[0] == 0
    assert places[1:] == pytest.approx(shares[1:], abs=0.06)
    repeated = [values for numbers, values in seen if numbers.count(1) > 1]
    assert repeated
    assert all(len(set(values)) == 4 for values in repeated)
    again = [item for epoch in range(200) for item in _seen(Batches(_Numbers(4), 4, True, 1, shares=shares), epoch)]
    assert again == seen
