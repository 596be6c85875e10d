"""The trainer: plan and data in, trained weights out. lightning_fabric moves it between devices and precisions."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim import AdamW

from models.data.collection import Collection
from models.data.statistics import Normalisation
from models.training.checkpoint import EpochResult, TrainingState, load_state, save_state
from models.training.metrics import METRIC_WORDS
from models.training.network import make_network, task_name
from models.training.plan import Plan
from models.training.progress import Progress
from models.training.schedule import one_cycle
from models.training.tasks.base import Items
from models.training.tasks.choice import make_task

STATE_FILE = "unfinished.safetensors"
GRADIENT_NORM = 5.0


class TrainingError(RuntimeError):
    """A training that went wrong; one sentence names what and the remedy."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The network with the weights of its best epoch, in evaluation mode, and how it got there."""

    network: nn.Module
    history: tuple[EpochResult, ...]
    best_epoch: int


def make_fabric(precision: str, device: str = "auto") -> Fabric:
    """Fabric on one device: CUDA where there is one ('auto'), else the CPU; ``precision`` is 'bf16' or '32'."""
    # What precision runs is in the card; Fabric need not say it between the progress lines.
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    # Asked for 'auto', Fabric takes its mixed precision for CUDA's even where it then runs on the CPU.
    accelerator = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    return Fabric(accelerator=accelerator, devices=1, precision="bf16-mixed" if precision == "bf16" else "32-true")


def train(
    plan: Plan,
    parts: tuple[Collection, Collection],
    normalisation: Normalisation,
    folder: Path,
    data_sha256: str,
    fabric: Fabric,
) -> Trained:
    """Train the plan's network on ``parts`` (training, validation) and keep the epoch that validates best.

    The state is kept in ``folder`` after every epoch; where one lies there already the training goes on from it and
    ends with the same weights as if it had never stopped (exactly so on the CPU). Raises ``CheckpointError`` where
    that state is broken or another plan's, ``TrainingError`` where the loss stops being a number.
    """
    training, validation = parts
    torch.manual_seed(plan.seed)
    bare = make_network(plan).to(memory_format=torch.channels_last)
    network, optimizer = fabric.setup(
        bare, AdamW(bare.parameters(), lr=plan.schedule.max_learning_rate, weight_decay=plan.schedule.weight_decay)
    )
    task = make_task(plan, fabric, normalisation)
    if task_name(plan) == "cascade":
        network.mark_forward_method("localise")
    plan_sha256 = plan.sha256(data_sha256)
    state = load_state(folder / STATE_FILE, plan_sha256, bare, optimizer.optimizer) or TrainingState(
        plan_sha256, [], -1, {}
    )
    items = task.items(training)
    batch = min(plan.schedule.batch_size, len(items))
    steps_an_epoch = len(items) // batch
    steps = steps_an_epoch * plan.schedule.epochs
    progress = Progress(steps, len(state.history) * steps_an_epoch)
    try:
        for epoch in range(len(state.history), plan.schedule.epochs):
            began_s = time.monotonic()
            # Every epoch has its own random numbers, so that one after a resumption draws the same.
            torch.manual_seed(plan.seed * 1_000_003 + epoch)
            losses = []
            for place, (x, target) in enumerate(_shuffled(items, batch)):
                _follow_schedule(optimizer, epoch * steps_an_epoch + place, steps, plan.schedule.max_learning_rate)
                loss = task.loss(network, fabric.to_device(x), fabric.to_device(target))
                optimizer.zero_grad(set_to_none=True)
                fabric.backward(loss)
                fabric.clip_gradients(network, optimizer, max_norm=GRADIENT_NORM, error_if_nonfinite=False)
                optimizer.step()
                losses.append(float(loss.detach()))
                progress.step(f"epoch {epoch + 1} of {plan.schedule.epochs}, loss {losses[-1]:.3f}")
            if not np.isfinite(losses).all():
                raise TrainingError(
                    f"The loss of epoch {epoch + 1} is not a number; lower schedule.max_learning_rate in the plan."
                )
            score = task.validate(network, validation)[task.metric]
            result = EpochResult(epoch, float(np.mean(losses)), score, time.monotonic() - began_s)
            if state.best_epoch < 0 or score > state.history[state.best_epoch].score:
                state.best_epoch = epoch
                state.best = {name: tensor.detach().cpu().clone() for name, tensor in bare.state_dict().items()}
            state.history.append(result)
            save_state(folder / STATE_FILE, state, bare, optimizer.optimizer)
            progress.line(
                f"epoch {epoch + 1} of {plan.schedule.epochs}: loss {result.loss:.4f}, "
                f"validation {METRIC_WORDS[task.metric]} {score:.4f}, {result.seconds:.0f} s"
            )
    finally:
        progress.close()
    bare.load_state_dict(state.best)
    bare.eval()
    return Trained(bare, tuple(state.history), state.best_epoch)


def _shuffled(items: Items, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of one epoch in random order; the last, smaller one is left out, for batch normalisation's sake."""
    order = torch.randperm(len(items)).tolist()
    for first in range(0, len(order) - batch + 1, batch):
        batch_items = [items[place] for place in order[first : first + batch]]
        x = torch.stack([item[0] for item in batch_items]).contiguous(memory_format=torch.channels_last)
        yield x, torch.stack([item[1] for item in batch_items])


def _follow_schedule(optimizer: torch.optim.Optimizer, step: int, steps: int, highest: float) -> None:
    rate, beta = one_cycle(step, steps, highest)
    for group in optimizer.param_groups:
        group["lr"] = rate
        group["betas"] = (beta, group["betas"][1])
