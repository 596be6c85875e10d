"""Losses of masks, as pure functions of what was drawn and what should have been; ignored pixels count in none."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from models.data.collection import IGNORED
from models.training.plan_tables import LossPlan

SMOOTHING_PX = 1.0
"""Added above and below the fraction of the Tversky index: a class that is nowhere and not drawn has no loss."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What a network drew, and the truth.

    ``logits``: (N, K + 1, H, W) with background first where ``index`` is given (one class a pixel: softmax), else
    (N, K, H, W), a sigmoid each. ``index``: (N, H, W) int64, 0 background, k class k, 255 ignored. ``planes``: the
    truth as (N, K, H, W) of 0 and 1, 0 where ignored. ``valid``: (N, H, W) bool, false where ignored. ``weights``: one
    a class, (K,), or none.
    """

    logits: Tensor
    index: Tensor | None
    planes: Tensor
    valid: Tensor
    weights: Tensor | None = None

    @property
    def probabilities(self) -> Tensor:
        """(N, K, H, W), 0 to 1, without background."""
        return self.logits.sigmoid() if self.index is None else self.logits.softmax(dim=1)[:, 1:]


def drawn(logits: Tensor, target: Tensor, exclusive: bool, weights: Tensor | None = None) -> Drawn:
    """Logits beside a target as ``models.data.crops`` makes it: an index if exclusive, else planes with 255 ignored."""
    if exclusive:
        classes = torch.arange(1, logits.shape[1], device=target.device).view(1, -1, 1, 1)
        return Drawn(logits, target, (target[:, None] == classes).to(logits.dtype), target != IGNORED, weights)
    valid = target[:, 0] != IGNORED
    return Drawn(logits, None, target.to(logits.dtype) * valid[:, None], valid, weights)


def cross_entropy(it: Drawn, plan: LossPlan) -> Tensor:
    """Mean cross-entropy of a pixel; where classes overlap the mean binary one. A class's weight is its pixels'."""
    if it.index is None:
        return binary_cross_entropy(it, plan)
    weights = None
    if it.weights is not None:
        weights = torch.cat([it.weights.new_ones(1), it.weights]).to(it.logits.dtype)
    total = functional.cross_entropy(it.logits, it.index, weights, ignore_index=IGNORED, reduction="sum")
    if weights is None:
        return total / it.valid.sum().clamp(min=1)
    return total / weights[it.index[it.valid]].sum().clamp(min=1e-6)


def binary_cross_entropy(it: Drawn, _plan: LossPlan) -> Tensor:
    """Mean binary cross-entropy of every class against the rest; a class's weight is that of its own pixels."""
    if it.index is None:
        log_yes, log_no = functional.logsigmoid(it.logits), functional.logsigmoid(-it.logits)
    else:
        # The rest of a softmax is everything but the class: its logarithm, without ever taking 1 - p.
        log_all = it.logits.log_softmax(dim=1)
        log_yes = log_all[:, 1:]
        rest = [
            torch.cat([log_all[:, :k], log_all[:, k + 1 :]], dim=1).logsumexp(dim=1)
            for k in range(1, it.logits.shape[1])
        ]
        log_no = torch.stack(rest, dim=1)
    weights = 1.0 if it.weights is None else it.weights.view(1, -1, 1, 1)
    entropy = -(weights * it.planes * log_yes + (1 - it.planes) * log_no) * it.valid[:, None]
    return entropy.sum() / (it.valid.sum() * it.planes.shape[1]).clamp(min=1)


def dice(it: Drawn, _plan: LossPlan) -> Tensor:
    """1 minus the soft Dice of each class over the batch, averaged over the classes the batch holds.

    Sums run over the whole batch, so a frame without the class does not divide by nothing; a batch without any class
    has loss 0.
    """
    keep = it.valid[:, None].to(it.planes.dtype)
    probabilities = it.probabilities * keep
    overlap = (probabilities * it.planes).sum(dim=(0, 2, 3))
    sizes = (probabilities + it.planes).sum(dim=(0, 2, 3))
    held = (it.planes.sum(dim=(0, 2, 3)) > 0).to(it.planes.dtype)
    if it.weights is not None:
        held = held * it.weights
    return ((1.0 - 2.0 * overlap / sizes.clamp(min=1.0)) * held).sum() / held.sum().clamp(min=1e-6)


def focal_tversky(it: Drawn, plan: LossPlan) -> Tensor:
    """Focal Tversky loss (Abraham and Khan 2018, https://arxiv.org/abs/1810.07842), averaged over the classes.

    ``(1 - T) ** gamma`` of each class over the batch, T being its Tversky index with ``tversky_alpha`` for missed and
    the rest of 1 for wrong pixels; ``tversky_gamma`` is the paper's 1/γ, 0.75 there. Classes the batch lacks count:
    what is drawn of them is wrong.
    """
    probabilities = it.probabilities * it.valid[:, None]
    hit = (probabilities * it.planes).sum(dim=(0, 2, 3))
    missed = it.planes.sum(dim=(0, 2, 3)) - hit
    wrong = probabilities.sum(dim=(0, 2, 3)) - hit
    cost = plan.tversky_alpha * missed + (1 - plan.tversky_alpha) * wrong
    # 1 - T, written without the difference that could fall below 0 by rounding, where a power has no slope.
    lost = (cost / (hit + SMOOTHING_PX + cost)).clamp(min=1e-7) ** plan.tversky_gamma
    return lost.mean() if it.weights is None else (lost * it.weights).sum() / it.weights.sum()
