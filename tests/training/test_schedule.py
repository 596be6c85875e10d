from __future__ import annotations

import pytest

from models.training import plan_tables
from models.training.plan_tables import SchedulePlan
from models.training.schedule import Pace, one_cycle, pace


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


def _rates(steps_an_epoch: int = 2, **keys) -> list[float]:
    plan = SchedulePlan(**keys)
    return [pace(plan, step, steps_an_epoch).rate for step in range(plan.epochs * steps_an_epoch)]


def test_schedules_by_hand():
    assert _rates(epochs=2, schedule="constant") == [1.0] * 4
    assert _rates(epochs=2, schedule="linear") == pytest.approx([1.0, 0.75, 0.5, 0.25])
    assert _rates(epochs=2, schedule="cosine") == pytest.approx([1.0, (1 + 0.5**0.5) / 2, 0.5, (1 - 0.5**0.5) / 2])
    steps = _rates(epochs=4, schedule="step", milestones=(1, 3), gamma=0.1)
    assert steps == pytest.approx([1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01])


def test_warm_up_leads_in():
    rates = _rates(steps_an_epoch=4, epochs=3, schedule="cosine", warm_up_epochs=1.0)
    assert rates[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
    assert rates[4:] == sorted(rates[4:], reverse=True)
    assert _rates(steps_an_epoch=4, epochs=2, schedule="constant", warm_up_epochs=0.5)[:3] == pytest.approx(
        [1 / 3, 2 / 3, 1.0]
    )


def test_only_one_cycle_moves_the_momentum():
    moved = {name: pace(SchedulePlan(schedule=name, milestones=(1,)), 0, 4).momentum for name in plan_tables.SCHEDULES}
    assert moved == {"one_cycle": 0.95, "cosine": None, "linear": None, "constant": None, "step": None}
    assert pace(SchedulePlan(epochs=1), 3, 10) == Pace(*one_cycle(3, 10, 1.0))


def test_schedules_agree_with_torch():
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=12)
    for rate in _rates(steps_an_epoch=3, epochs=4, schedule="cosine"):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(rate, abs=1e-9)
        optimizer.step()
        scheduler.step()
