"""The one-cycle schedule: learning rate and momentum as pure functions of the step."""

from __future__ import annotations

import math

WARM_UP_SHARE = 0.3
START_DIVISOR = 25.0
END_DIVISOR = 1e4


def one_cycle(step: int, steps: int, highest: float) -> tuple[float, float]:
    """(learning rate, first AdamW beta) of ``step``, 0 to ``steps - 1``.

    Smith's one cycle (https://arxiv.org/abs/1708.07120) with cosine annealing: the rate climbs from ``highest`` / 25
    over the first 30 % of the steps, then falls to that / 10,000; the beta goes the other way between 0.95 and 0.85.
    A pure function of the step, so a resumed training goes on exactly where it was.
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
