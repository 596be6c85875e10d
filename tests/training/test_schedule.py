from __future__ import annotations

import pytest

from models.training.schedule import one_cycle


def test_the_cycle_climbs_and_falls():
    rates = [one_cycle(step, 100, 0.01)[0] for step in range(100)]
    assert rates[0] == pytest.approx(0.01 / 25)
    assert rates[29] == pytest.approx(0.01)
    assert rates[99] == pytest.approx(0.01 / 25 / 1e4)
    assert rates[:30] == sorted(rates[:30])
    assert rates[29:] == sorted(rates[29:], reverse=True)


def test_momentum_goes_the_other_way():
    betas = [one_cycle(step, 100, 0.01)[1] for step in range(100)]
    assert betas[0] == pytest.approx(0.95)
    assert betas[29] == pytest.approx(0.85)
    assert betas[99] == pytest.approx(0.95)


@pytest.mark.parametrize("steps", [1, 2, 3, 10])
def test_short_trainings_have_a_cycle_too(steps):
    for step in range(steps):
        rate, beta = one_cycle(step, steps, 0.01)
        assert 0 < rate <= 0.01
        assert 0.85 <= beta <= 0.95


def test_it_agrees_with_torch():
    torch = pytest.importorskip("torch")
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.AdamW([weight], lr=0.01)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=50)
    for step in range(50):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(one_cycle(step, 50, 0.01)[0], rel=1e-6)
        assert optimizer.param_groups[0]["betas"][0] == pytest.approx(one_cycle(step, 50, 0.01)[1], rel=1e-6)
        optimizer.step()
        scheduler.step()
