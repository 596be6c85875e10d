"""Batches of random items that come out the same whatever number of processes makes them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from models.training.tasks.base import Items

Key = tuple[int, int]
"""An item's place and the seed it is made with."""


class Batches:
    """Shuffled batches of items, epoch by epoch.

    What an item looks like depends on the seed, the epoch and its place alone, never on the items before it or on the
    ``workers``, the processes that make them (0: this one; at most one a core). With ``shares``, one an item, an epoch
    draws as many items with these probabilities, some more than once. ``size`` items make a batch; what is
    left of an epoch below that is left out with ``drop_last``, else a batch of its own (a single item goes into the
    batch before, for batch normalisation's sake). Of ``ranks`` devices each takes every so-manieth item of a batch,
    from ``rank`` on.
    """

    def __init__(
        self,
        items: Items,
        size: int,
        drop_last: bool,
        seed: int,
        workers: int = 0,
        rank: int = 0,
        ranks: int = 1,
        shares: npt.NDArray[np.float64] | None = None,
    ) -> None:
        self._items = _SeededItems(items)
        self._count = len(items)
        self._size = min(size, self._count)
        self._drop_last = drop_last
        self._seed = seed
        self._workers = min(workers, _cores())
        self._rank, self._ranks = rank, ranks
        self._shares = shares

    def __len__(self) -> int:
        """Batches an epoch."""
        return len(self._cuts())

    def epoch(self, number: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The epoch's batches: images (N, C, h, w), channels last, and targets."""
        keys = self._keys(number)
        loader = DataLoader(
            self._items,
            batch_sampler=[keys[first:last][self._rank :: self._ranks] for first, last in self._cuts()],
            num_workers=self._workers,
            # The loader draws a seed of its own, which must not move the one that decides the weights.
            generator=torch.Generator().manual_seed(self._seed),
        )
        for x, target in loader:
            yield x.contiguous(memory_format=torch.channels_last), target

    def first(self, count: int) -> tuple[Tensor, Tensor]:
        """The first ``count`` items of the collection as one batch: what a trial of the memory needs."""
        made = [self._items[self._key(0, place)] for place in range(min(count, self._count))]
        x, target = torch.stack([item[0] for item in made]), torch.stack([item[1] for item in made])
        return x.contiguous(memory_format=torch.channels_last), target

    def _keys(self, epoch: int) -> list[Key]:
        rng = np.random.default_rng([self._seed, epoch])
        if self._shares is None:
            return [self._key(epoch, int(place)) for place in rng.permutation(self._count)]
        drawn = rng.choice(self._count, size=self._count, p=self._shares)
        # An item drawn again must not look the same again.
        seeds = np.random.SeedSequence([self._seed, epoch]).generate_state(self._count)
        return [(int(place), int(seed)) for place, seed in zip(drawn, seeds, strict=True)]

    def _key(self, epoch: int, place: int) -> Key:
        return place, int(np.random.SeedSequence([self._seed, epoch, place]).generate_state(1)[0])

    def _cuts(self) -> list[tuple[int, int]]:
        whole = self._count // self._size
        cuts = [(number * self._size, (number + 1) * self._size) for number in range(whole)]
        left = self._count - whole * self._size
        if self._drop_last or not left:
            return cuts
        if left == 1:
            return [*cuts[:-1], (cuts[-1][0], self._count)]
        return [*cuts, (self._count - left, self._count)]


def _cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _SeededItems(Dataset[tuple[Tensor, Tensor]]):
    """Items made with the random state of their key, the process's own left as it was."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def __getitem__(self, key: Key) -> tuple[Tensor, Tensor]:
        place, seed = key
        # Not torch.manual_seed, which would set every GPU's state too, and nothing here puts that back.
        with torch.random.fork_rng(devices=()):
            torch.default_generator.manual_seed(seed)
            return self._items[place]
