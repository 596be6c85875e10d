"""The steps of a training: accumulated, clipped, averaged, frozen."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tiny_trainings import DRAWS, TELLS, scheduled, train_tiny

from models.training.network import make_network
from models.training.plan import NetworkPlan


def test_accumulated_batches_make_the_same_step(tmp_path):
    """Two batches of 4 to a step are one of 8 where nothing depends on the batch: no normalisation, mean losses."""
    plan = replace(TELLS, network=NetworkPlan("fully_connected", options={"hidden": [8], "input_px": [16, 16]}))
    whole = train_tiny(tmp_path / "whole", scheduled(plan, batch_size=8, optimizer="sgd"), frames=16)
    parts = train_tiny(tmp_path / "parts", scheduled(plan, batch_size=4, accumulation=2, optimizer="sgd"), frames=16)
    for name, tensor in whole.network.state_dict().items():
        torch.testing.assert_close(parts.network.state_dict()[name], tensor, rtol=1e-4, atol=1e-6)
    assert (parts.batch_size, parts.accumulation) == (4, 2)


def test_gradients_are_clipped_where_the_plan_says_so(tmp_path):
    """Plain SGD at rate 1 moves the weights by exactly the clipped gradient's length."""
    plan = scheduled(
        TELLS, epochs=1, batch_size=8, optimizer="sgd", momentum=0.0, weight_decay=0.0, schedule="constant",
        max_learning_rate=1.0, gradient_clip=0.01,
    )  # fmt: skip
    before = dict(make_network(plan).named_parameters())
    moved = {}
    for clip in (0.01, 0.0):
        trained = train_tiny(tmp_path / str(clip), scheduled(plan, gradient_clip=clip), frames=8)
        after = dict(trained.network.named_parameters())
        moved[clip] = torch.cat([(after[name] - before[name]).flatten() for name in before]).norm().item()
    assert moved[0.01] == pytest.approx(0.01, rel=1e-3)
    assert moved[0.0] > 0.02


def test_an_average_of_weights_is_judged_and_kept(tmp_path):
    """One epoch of four steps: the average worked out from the weights after each of them."""
    plan = scheduled(TELLS, epochs=1, batch_size=2, schedule="constant", keep="last")
    start = make_network(plan).state_dict()
    after = []
    step = torch.optim.AdamW.step

    def watched(self, *arguments):
        answer = step(self, *arguments)
        after.append([p.detach().clone() for group in self.param_groups for p in group["params"]])
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", watched)
        trained = train_tiny(tmp_path, scheduled(plan, average_decay=0.15))
    names = [name for name, _ in trained.network.named_parameters()]
    expected = [start[name] for name in names]
    for number, weights in enumerate(after):
        decay = min(0.15, (1 + number) / (10 + number))
        expected = [decay * old + (1 - decay) * new for old, new in zip(expected, weights, strict=True)]
    assert len(after) == 4
    for name, tensor in zip(names, expected, strict=True):
        torch.testing.assert_close(trained.network.state_dict()[name], tensor)


def test_frozen_layers_keep_weights_and_statistics(tmp_path):
    plan = replace(scheduled(DRAWS, freeze=("down", "bottleneck"), epochs=3))
    before = make_network(plan).state_dict()
    always = train_tiny(tmp_path / "always", scheduled(plan, keep="last")).network.state_dict()
    at_first = train_tiny(tmp_path / "at first", scheduled(plan, keep="last", freeze_epochs=2)).network.state_dict()
    frozen = [name for name in before if name.startswith(("down.", "bottleneck."))]
    assert any("running_mean" in name for name in frozen)
    assert all(torch.equal(always[name], before[name]) for name in frozen)
    assert not any(torch.equal(at_first[name], before[name]) for name in frozen)
    assert not any(torch.equal(always[name], before[name]) for name in before if name not in frozen)
