"""A training whose memory runs out, or that looks for the largest batch that fits."""

from __future__ import annotations

import pytest
import torch
from tiny_trainings import TELLS, same_weights, scheduled, train_tiny

from models.training.trainer import TrainingError


class _Full:
    """Lets memory run out at the first batches that are larger than ``limit`` items."""

    def __init__(self, monkeypatch, limit: int, error: type[RuntimeError] = torch.OutOfMemoryError) -> None:
        forward = torch.nn.Linear.forward
        self.sizes: list[int] = []

        def failing(layer, x):
            if layer.training and len(x) > limit:
                raise error("CUDA out of memory." if error is torch.OutOfMemoryError else "can't allocate memory")
            if layer.training:
                self.sizes.append(len(x))
            return forward(layer, x)

        monkeypatch.setattr(torch.nn.Linear, "forward", failing)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
def test_a_full_memory_halves_the_batch_and_says_so(tmp_path, monkeypatch, capsys, error):
    full = _Full(monkeypatch, limit=2, error=error)
    trained = train_tiny(tmp_path, scheduled(TELLS, batch_size=8), frames=8)
    assert (trained.batch_size, trained.accumulation) == (2, 4)
    assert max(full.sizes[:4]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if "Memory ran out" in line]
    assert [line.partition("halved to ")[2] for line in told] == [
        "4 and 2 of them make a step from now on.",
        "2 and 4 of them make a step from now on.",
    ]


def test_a_halved_batch_stays_halved_after_a_resumption(tmp_path, monkeypatch, capsys):
    _Full(monkeypatch, limit=4)
    plan = scheduled(TELLS, batch_size=8, epochs=2)
    train_tiny(tmp_path, plan, frames=8)
    capsys.readouterr()
    monkeypatch.undo()
    assert train_tiny(tmp_path, plan, frames=8).batch_size == 4
    assert "Memory" not in capsys.readouterr().err


def test_a_memory_too_small_for_anything_is_named(tmp_path, monkeypatch):
    _Full(monkeypatch, limit=1)
    with pytest.raises(TrainingError, match=r"ran out with batches of 2; lower schedule\.batch_size or augmentation"):
        train_tiny(tmp_path, scheduled(TELLS, batch_size=8), frames=8)


def test_a_plan_may_forbid_other_batches(tmp_path, monkeypatch):
    _Full(monkeypatch, limit=4)
    with pytest.raises(TrainingError, match=r"ran out with batches of 8; lower schedule\.batch_size"):
        train_tiny(tmp_path, scheduled(TELLS, batch_size=8, adjust_batch=False), frames=8)


def test_other_errors_are_not_taken_for_a_full_memory(tmp_path, monkeypatch):
    def broken(layer, x):
        raise RuntimeError("shapes cannot be multiplied")

    monkeypatch.setattr(torch.nn.Linear, "forward", broken)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        train_tiny(tmp_path, TELLS)


def test_a_batch_left_open_is_one_the_cpu_takes(tmp_path):
    assert train_tiny(tmp_path, scheduled(TELLS, batch_size=0, epochs=1), frames=40).batch_size == 32


@pytest.mark.parametrize(("limit", "size"), [(1000, 256), (100, 64), (2, 2)])
def test_a_batch_left_open_is_the_largest_that_fits(tmp_path, monkeypatch, limit, size):
    monkeypatch.setattr("models.training.trainer.full_memory_is_told", lambda device: True)
    full = _Full(monkeypatch, limit)
    trained = train_tiny(tmp_path / "found", scheduled(TELLS, batch_size=0, epochs=1), frames=300)
    assert (trained.batch_size, trained.accumulation) == (size, 1)
    assert max(full.sizes) == size
    # The trial leaves no trace.
    named = train_tiny(tmp_path / "named", scheduled(TELLS, batch_size=size, epochs=1), frames=300)
    assert same_weights(trained, named)


def test_a_memory_too_small_for_any_batch_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("models.training.trainer.full_memory_is_told", lambda device: True)
    _Full(monkeypatch, limit=1)
    with pytest.raises(TrainingError, match=r"runs out even with batches of 2; lower augmentation\.size_px"):
        train_tiny(tmp_path, scheduled(TELLS, batch_size=0))


def test_validation_halves_its_batches_too(tmp_path, monkeypatch):
    forward = torch.nn.Linear.forward

    def failing(layer, x):
        if not layer.training and len(x) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(layer, x)

    whole = train_tiny(tmp_path / "whole", scheduled(TELLS, epochs=1))
    monkeypatch.setattr(torch.nn.Linear, "forward", failing)
    halved = train_tiny(tmp_path / "halved", scheduled(TELLS, epochs=1))
    assert halved.history[0].score == whole.history[0].score
