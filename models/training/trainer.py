"""The trainer: plan and data in, trained weights out. lightning_fabric moves it between devices and precisions."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from models.data.collection import Collection
from models.data.statistics import Normalisation, even_shares
from models.training.averaging import WeightAverage
from models.training.batches import Batches
from models.training.checkpoint import EpochResult, TrainingState, load_state, save_state
from models.training.inference import AUTOMATIC_BATCH
from models.training.logbook import Logbook, NoLogbook
from models.training.losses import class_weights
from models.training.memory import full_memory_is_told, memory_is_full
from models.training.metrics import METRIC_WORDS, better
from models.training.mixing import mixed
from models.training.network import layers_below, make_pretrained_network, set_learning
from models.training.optimizers import make_optimizer, set_rate
from models.training.plan import Plan
from models.training.progress import Progress
from models.training.schedule import pace
from models.training.tasks.base import Setting
from models.training.tasks.choice import make_task

STATE_FILE = "unfinished.safetensors"
LARGEST_TRIAL_BATCH = 256
"""Where the plan leaves the batch to the computer a GPU's memory is tried with this many items first."""


class TrainingError(RuntimeError):
    """A training that went wrong; one sentence names what and the remedy."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The network with the weights that were kept, in evaluation mode, and how it got there.

    ``metric`` judged the epochs; ``kept_epoch`` is the number of the epoch kept, from 0; ``batch_size`` how many items
    were seen at once, ``accumulation`` how many such batches made a step; ``pretrained`` whether it started from
    ImageNet's weights.
    """

    network: nn.Module
    history: tuple[EpochResult, ...]
    kept_epoch: int
    metric: str
    batch_size: int
    accumulation: int
    pretrained: bool


def train(
    plan: Plan,
    parts: tuple[Collection, Collection | None],
    normalisation: Normalisation,
    folder: Path,
    data_sha256: str,
    fabric: Fabric,
    logbook: Logbook | None = None,
) -> Trained:
    """Train the plan's network on ``parts`` (training; validation, or none to judge by).

    The state is kept in ``folder`` after every epoch; where one lies there already the training goes on from it and
    ends with the same weights as if it had never stopped (exactly so on the CPU). Raises ``CheckpointError`` where
    that state is broken or another plan's, ``NetworkError`` where the plan's network cannot be had, ``TrainingError``
    where the loss stops being a number or nothing fits the memory.
    """
    return _Training(plan, parts, normalisation, folder / STATE_FILE, data_sha256, fabric, logbook).run()


class _Training:
    """One training, from its first epoch or the one after the last that was kept."""

    def __init__(
        self,
        plan: Plan,
        parts: tuple[Collection, Collection | None],
        normalisation: Normalisation,
        state_file: Path,
        data_sha256: str,
        fabric: Fabric,
        logbook: Logbook | None,
    ) -> None:
        self.plan, self.schedule, self.fabric = plan, plan.schedule, fabric
        self.training, self.validation = parts
        self.logbook = logbook or NoLogbook()
        network, pretrained = make_pretrained_network(plan)
        self.bare = network.to(memory_format=torch.channels_last)
        layers_below(self.bare, self.schedule.freeze, "schedule.freeze")
        self.network, self.optimizer = fabric.setup(self.bare, make_optimizer(self.bare, self.schedule))
        if hasattr(self.bare, "localise"):
            self.network.mark_forward_method("localise")
        decay = self.schedule.average_decay
        self.average = WeightAverage(self.bare, decay) if decay else None
        weights = class_weights(plan.loss, self.training)
        on_device = None if weights is None else fabric.to_device(weights)
        self.task = make_task(Setting(plan, fabric, normalisation, on_device))
        self.metric = plan.validation.metric or self.task.metric
        self.items = self.task.items(self.training)
        self.state_file = state_file
        sha256 = plan.sha256(data_sha256)
        self.state = load_state(state_file, sha256, self._kept_networks(), self.optimizer.optimizer) or TrainingState(
            sha256, [], -1, {}, self.schedule.batch_size, pretrained=pretrained
        )
        self.state.batch_size = self.state.batch_size or self._fitting_batch()
        self.batches = self._batches(self.state.batch_size * self.schedule.accumulation)
        steps, done = len(self.batches) * self.schedule.epochs, len(self.state.history) * len(self.batches)
        self.progress = Progress(steps, done, None if fabric.global_rank == 0 else io.StringIO())

    def run(self) -> Trained:
        """Train to the end."""
        try:
            while not self._finished():
                self._epoch(len(self.state.history))
        finally:
            self.progress.close()
        kept = self.schedule.epochs - 1
        if self.schedule.keep == "best":
            kept = self.state.best_epoch
            self.judged.load_state_dict(self.state.best)
        self.judged.eval()
        halved = 2**self.state.halvings
        return Trained(
            self.judged,
            tuple(self.state.history),
            min(kept, len(self.state.history) - 1),
            self.metric,
            max(1, self.state.batch_size // halved),
            self.schedule.accumulation * halved,
            self.state.pretrained,
        )

    @property
    def judged(self) -> nn.Module:
        """What is validated and kept: the network, or the average of its weights."""
        # The network itself, not Fabric's wrapper: the validation may have a precision of its own.
        return self.bare if self.average is None else self.average.network

    def _kept_networks(self) -> dict[str, nn.Module]:
        """What a resumed training needs of the networks, by the name they are kept under."""
        return {"network": self.bare} if self.average is None else {"network": self.bare, "average": self.judged}

    def _finished(self) -> bool:
        """Whether all epochs are done, or nothing has got better for as many evaluations as the plan's patience."""
        history = self.state.history
        if len(history) >= self.schedule.epochs:
            return True
        since_best = sum(epoch.score is not None for epoch in history[self.state.best_epoch + 1 :])
        return 0 < self.schedule.patience <= since_best

    def _epoch(self, epoch: int) -> None:
        began_s = time.monotonic()
        # Every epoch has its own random numbers, so that one after a resumption draws the same.
        torch.manual_seed(self.plan.seed * 1_000_003 + epoch)
        held_back = self.schedule.freeze_epochs == 0 or epoch < self.schedule.freeze_epochs
        set_learning(self.bare, self.schedule.freeze if held_back else ())
        losses = []
        for place, (x, target) in enumerate(self.batches.epoch(epoch)):
            step = epoch * len(self.batches) + place
            losses.append(self._step(step, *mixed(x, target, self.plan.mix)))
            self.progress.step(f"epoch {epoch + 1} of {self.schedule.epochs}, loss {losses[-1]:.3f}")
        loss = float(self.fabric.all_reduce(torch.tensor(np.mean(losses))))
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss of epoch {epoch + 1} is not a number; lower schedule.max_learning_rate in the plan."
            )
        # Devices differ in the statistics of their normalisation, and all must come to one decision.
        figures = self.fabric.broadcast(self._evaluate(epoch))
        self._keep(EpochResult(epoch, loss, figures.get(self.metric), time.monotonic() - began_s, figures))

    def _step(self, step: int, x: Tensor, target: Tensor) -> float:
        """One step of the optimizer over a batch (and all that is accumulated with it); its mean loss."""
        now = pace(self.schedule, step, len(self.batches))
        set_rate(self.optimizer, now.rate, now.momentum)
        while True:
            self.optimizer.zero_grad(set_to_none=True)
            try:
                # A piece of one item has no batch to normalise over.
                pieces = max(1, min(self.schedule.accumulation * 2**self.state.halvings, len(x) // 2))
                parts = self._gradients(x, target, pieces)
                break
            except RuntimeError as error:
                if not memory_is_full(error):
                    raise
                self._halve(len(x))
        if self.schedule.gradient_clip:
            self.fabric.clip_gradients(
                self.network, self.optimizer, max_norm=self.schedule.gradient_clip, error_if_nonfinite=False
            )
        self.optimizer.step()
        if self.average is not None:
            self.average.update(self.bare, step)
        loss = sum(parts.values())
        rates = {f"rate/{place}": group["lr"] for place, group in enumerate(self.optimizer.param_groups)}
        self.logbook.figures(step, {"loss/all": loss, **{f"loss/{name}": v for name, v in parts.items()}, **rates})
        return loss

    def _gradients(self, x: Tensor, target: Tensor, pieces: int) -> dict[str, float]:
        """Add up the gradients of a step, piece by piece; the mean parts of its loss."""
        sums: dict[str, float] = {}
        for number, (some, theirs) in enumerate(zip(x.tensor_split(pieces), target.tensor_split(pieces), strict=True)):
            share = len(some) / len(x)
            with self.fabric.no_backward_sync(self.network, enabled=number < pieces - 1):
                parts = self.task.losses(self.network, self.fabric.to_device(some), self.fabric.to_device(theirs))
                self.fabric.backward(torch.stack(list(parts.values())).sum() * share)
            for name, value in parts.items():
                sums[name] = sums.get(name, 0.0) + float(value.detach()) * share
        return sums

    def _halve(self, items: int) -> None:
        """Cut batches in two because memory ran out, or end where that is not to be or does not help."""
        pieces = self.schedule.accumulation * 2 ** (self.state.halvings + 1)
        if not self.schedule.adjust_batch or items // pieces < 2:
            raise TrainingError(
                f"Memory ran out with batches of {max(1, 2 * items // pieces)}; lower schedule.batch_size or "
                "augmentation.size_px in the plan."
            )
        self.state.halvings += 1
        torch.cuda.empty_cache()
        self.progress.line(
            f"Memory ran out: batches are halved to {items // pieces} and {pieces} of them make a step from now on."
        )

    def _fitting_batch(self) -> int:
        """The largest batch, a power of 2, that a GPU's memory takes; ``AUTOMATIC_BATCH`` on the CPU."""
        if not full_memory_is_told(self.fabric.device):
            return AUTOMATIC_BATCH
        as_before = {name: tensor.clone() for name, tensor in self.bare.state_dict().items()}
        size = LARGEST_TRIAL_BATCH
        batches = self._batches(size)
        while True:
            try:
                self._gradients(*batches.first(size), pieces=1)
                break
            except RuntimeError as error:
                if not memory_is_full(error):
                    raise
                self.optimizer.zero_grad(set_to_none=True)
                torch.cuda.empty_cache()
                if size <= 2:
                    raise TrainingError(
                        "Memory runs out even with batches of 2; lower augmentation.size_px in the plan."
                    ) from error
                size //= 2
        self.optimizer.zero_grad(set_to_none=True)
        self.bare.load_state_dict(as_before)
        return size

    def _batches(self, size: int) -> Batches:
        rank, ranks = self.fabric.global_rank, self.fabric.world_size
        drop_last, workers = self.schedule.drop_last, self.schedule.workers
        shares = even_shares(self.training, self.schedule.crops_a_frame) if self.schedule.balanced else None
        return Batches(self.items, size, drop_last, self.plan.seed, workers, rank, ranks, shares)

    def _evaluate(self, epoch: int) -> dict[str, float]:
        """The figures of the validation part where the epoch is one to be evaluated, and the training part's too."""
        due = (epoch + 1) % self.plan.validation.every == 0 or epoch + 1 == self.schedule.epochs
        if self.validation is None or not due:
            return {}
        figures = dict(self.task.validate(self.judged, self.validation))
        if self.plan.validation.train_metric:
            trained = self.task.validate(self.judged, self.training)
            figures[f"train_{self.metric}"] = trained[self.metric]
        step = (epoch + 1) * len(self.batches) - 1
        self.logbook.figures(step, {f"validation/{name}": value for name, value in figures.items()})
        if self.plan.logging.logger != "none" and self.plan.logging.images:
            shown = self.validation.subset(range(min(self.plan.logging.images, len(self.validation))))
            for name, picture in self.task.pictures(self.judged, shown):
                self.logbook.picture(step, name, picture)
        return figures

    def _keep(self, result: EpochResult) -> None:
        """Keep the epoch's state, and its weights where it is the best so far; say how it was."""
        state = self.state
        best = state.history[state.best_epoch].score if state.best_epoch >= 0 else None
        if result.score is not None and better(self.metric, result.score, best):
            state.best_epoch = result.number
            if self.schedule.keep == "best":
                state.best = {name: tensor.detach().cpu().clone() for name, tensor in self.judged.state_dict().items()}
        state.history.append(result)
        if self.fabric.global_rank == 0:
            save_state(self.state_file, state, self._kept_networks(), self.optimizer.optimizer)
        self.fabric.barrier()
        self.progress.line(
            f"epoch {result.number + 1} of {self.schedule.epochs}: loss {result.loss:.4f}, "
            f"{self._score_words(result.figures)}{result.seconds:.0f} s"
        )

    def _score_words(self, figures: Mapping[str, float]) -> str:
        if not figures:
            return ""
        words = METRIC_WORDS[self.metric]
        trained = figures.get(f"train_{self.metric}")
        beside = "" if trained is None else f" (training part {trained:.4f})"
        return f"validation {words} {figures[self.metric]:.4f}{beside}, "
