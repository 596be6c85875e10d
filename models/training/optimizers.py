"""The optimizers a plan may name, and the layers that learn at a rate of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from models.training.network import layers_below
from models.training.plan_tables import SchedulePlan

Groups = Sequence[dict[str, Any]]

OPTIMIZERS: Mapping[str, Callable[[Groups, SchedulePlan], Optimizer]] = {
    "adamw": lambda groups, plan: torch.optim.AdamW(groups, weight_decay=plan.weight_decay),
    "adam": lambda groups, plan: torch.optim.Adam(groups, weight_decay=plan.weight_decay),
    "sgd": lambda groups, plan: torch.optim.SGD(
        groups, momentum=plan.momentum, nesterov=plan.nesterov, weight_decay=plan.weight_decay
    ),
    "rmsprop": lambda groups, plan: torch.optim.RMSprop(groups, momentum=plan.momentum, weight_decay=plan.weight_decay),
    "adadelta": lambda groups, plan: torch.optim.Adadelta(groups, weight_decay=plan.weight_decay),
}
"""``schedule.optimizer``."""


def make_optimizer(network: nn.Module, plan: SchedulePlan) -> Optimizer:
    """The plan's optimizer over the network's parameters.

    Each of its groups holds, as ``highest``, the learning rate the schedule tops it by: the layers of
    ``differential_layers`` have one of their own. Raises ``NetworkError`` where a layer is not there.
    """
    apart = layers_below(network, plan.differential_layers, "schedule.differential_layers")
    groups = []
    for rate, chosen in ((plan.max_learning_rate, False), (plan.differential_learning_rate, True)):
        parameters = [value for name, value in network.named_parameters() if (name in apart) == chosen]
        if parameters:
            groups.append({"params": parameters, "lr": rate, "highest": rate})
    return OPTIMIZERS[plan.optimizer](groups, plan)


def set_rate(optimizer: Any, factor: float, momentum: float | None) -> None:
    """Bring every group to ``factor`` of its highest rate; ``momentum`` is for optimizers that have one."""
    for group in optimizer.param_groups:
        group["lr"] = group["highest"] * factor
        if momentum is None:
            continue
        if "betas" in group:
            group["betas"] = (momentum, group["betas"][1])
        elif group.get("momentum"):
            group["momentum"] = momentum
