"""The schedules a plan may name: learning rate and momentum as pure functions of the step."""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.training.plan_tables import SchedulePlan

WARM_UP_SHARE = 0.3
START_DIVISOR = 25.0
END_DIVISOR = 1e4


@dataclass(frozen=True, slots=True)
class Pace:
    """Part of the highest learning rate, 0 to 1, and the momentum where the schedule moves it too."""

    rate: float
    momentum: float | None = None


def pace(plan: SchedulePlan, step: int, steps_an_epoch: int) -> Pace:
    """The pace of ``step``, counted from 0 over the whole training.

    A pure function of the step, so a resumed training goes on exactly where it was. But for 'one_cycle' the rate climbs
    evenly over the warm-up epochs; then 'cosine' and 'linear' fall to 0 with the last step, 'constant' stays, and
    'step' is multiplied by ``gamma`` at the beginning of every milestone's epoch, counted from 0.
    """
    steps = plan.epochs * steps_an_epoch
    if plan.schedule == "one_cycle":
        rate, momentum = one_cycle(step, steps, 1.0)
        return Pace(rate, momentum)
    warm_up = round(plan.warm_up_epochs * steps_an_epoch)
    if step < warm_up:
        return Pace((step + 1) / (warm_up + 1))
    share = (step - warm_up) / max(1, steps - warm_up)
    if plan.schedule == "cosine":
        return Pace((1 + math.cos(math.pi * share)) / 2)
    if plan.schedule == "linear":
        return Pace(1.0 - share)
    if plan.schedule == "step":
        return Pace(plan.gamma ** sum(step >= epoch * steps_an_epoch for epoch in plan.milestones))
    return Pace(1.0)


def one_cycle(step: int, steps: int, highest: float) -> tuple[float, float]:
    """(learning rate, momentum or first Adam beta) of ``step``, 0 to ``steps - 1``.

    Smith's one cycle (https://arxiv.org/abs/1708.07120) with cosine annealing: the rate climbs from ``highest`` / 25
    over the first 30 % of the steps, then falls to that / 10,000; the momentum goes the other way between 0.95 and
    0.85.
    """
    start = highest / START_DIVISOR
    turn = max(1.0, WARM_UP_SHARE * steps - 1)
    if step <= turn:
        share = step / turn
        return _cosine(start, highest, share), _cosine(0.95, 0.85, share)
    share = (step - turn) / max(1.0, steps - 1 - turn)
    return _cosine(highest, start / END_DIVISOR, share), _cosine(0.85, 0.95, share)


def _cosine(first: float, last: float, share: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * min(1.0, share))) / 2
