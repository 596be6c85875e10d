"""The Lovász-softmax loss: a smooth stand-in for 1 - IoU (Berman et al. 2018, https://arxiv.org/abs/1705.08790)."""

from __future__ import annotations

import torch
from torch import Tensor

from models.training.pixel_losses import Drawn
from models.training.plan_tables import LossPlan


def lovasz(it: Drawn, _plan: LossPlan) -> Tensor:
    """The extended Jaccard loss of each class over the batch, averaged over the classes the batch holds.

    Where a pixel has one class, background counts as a class too. Errors are those of softmax or sigmoid; a batch
    without any class has loss 0 where classes overlap.
    """
    probabilities, planes = it.probabilities, it.planes
    if it.index is not None:
        probabilities = it.logits.softmax(dim=1)
        planes = torch.cat([(it.index == 0).to(planes.dtype)[:, None], planes], dim=1)
    losses = [
        _jaccard(probabilities[:, k][it.valid], planes[:, k][it.valid])
        for k in range(planes.shape[1])
        if bool(planes[:, k].any())
    ]
    return torch.stack(losses).mean() if losses else it.logits.sum() * 0.0


def _jaccard(probabilities: Tensor, truth: Tensor) -> Tensor:
    """The Lovász extension of the Jaccard loss of one class, from (P,) probabilities and truth of 0 and 1."""
    errors, order = (truth - probabilities).abs().sort(descending=True)
    return torch.dot(errors, jaccard_steps(truth[order]))


def jaccard_steps(truth: Tensor) -> Tensor:
    """How much 1 - IoU grows with each further pixel got wrong, (P,), in the order of ``truth`` (0 and 1)."""
    held = truth.sum()
    still_right = held - truth.cumsum(0)
    together = held + (1.0 - truth).cumsum(0)
    lost = 1.0 - still_right / together
    return torch.diff(lost, prepend=lost.new_zeros(1))
