"""The state of an unfinished training in one safetensors file: nothing is pickled, and a kill leaves the older one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim import Optimizer


class CheckpointError(ValueError):
    """A state that cannot be gone on from; one sentence names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class EpochResult:
    """One epoch: its number from 0, mean training loss, seconds, and its figures of the validation part by name.

    ``score`` is the figure that judges it. ``score`` is ``None`` and ``figures`` are empty where it was not evaluated.
    """

    number: int
    loss: float
    score: float | None
    seconds: float
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class TrainingState:
    """How far a training has got. ``best`` are the network's tensors of the best epoch so far.

    ``batch_size`` is what was found to fit where the plan leaves it open, else the plan's; ``halvings`` how often a
    batch was cut in two since because memory ran out; ``pretrained`` whether it began with ImageNet's weights.
    """

    plan_sha256: str
    history: list[EpochResult]
    best_epoch: int
    best: dict[str, Tensor]
    batch_size: int = 0
    halvings: int = 0
    pretrained: bool = False


def save_state(path: Path, state: TrainingState, networks: Mapping[str, nn.Module], optimizer: Optimizer) -> None:
    """Write the state beside ``path`` and rename it there; ``networks`` are kept under their names."""
    tensors = {f"{key}.{name}": tensor for key, net in networks.items() for name, tensor in net.state_dict().items()}
    tensors |= {f"best.{name}": tensor for name, tensor in state.best.items()}
    for place, parameter in enumerate(_parameters(optimizer)):
        for key, value in optimizer.state.get(parameter, {}).items():
            if value is not None:
                tensors[f"optimizer.{place}.{key}"] = torch.as_tensor(value)
    words = {
        "plan_sha256": state.plan_sha256,
        "history": [asdict(epoch) for epoch in state.history],
        "best_epoch": state.best_epoch,
        "batch_size": state.batch_size,
        "halvings": state.halvings,
        "pretrained": state.pretrained,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    save_file(
        {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()},
        fresh,
        metadata={"state": json.dumps(words)},
    )
    fresh.replace(path)
    _sync(path.parent)


def load_state(
    path: Path, plan_sha256: str, networks: Mapping[str, nn.Module], optimizer: Optimizer
) -> TrainingState | None:
    """Load a state into the networks and the optimizer; ``None`` where there is none.

    Raises ``CheckpointError`` where the file is broken, or belongs to another plan or other data.
    """
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            words = json.loads((file.metadata() or {})["state"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        history = [EpochResult(**epoch) for epoch in words["history"]]
        best_epoch, batch_size, halvings = (int(words[key]) for key in ("best_epoch", "batch_size", "halvings"))
        pretrained = bool(words["pretrained"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); delete it to begin the training again.") from error
    if words["plan_sha256"] != plan_sha256:
        raise CheckpointError(
            f"{path} is the unfinished training of another plan or other data; delete it or name another --out."
        )
    for key, network in networks.items():
        network.load_state_dict(_below(tensors, f"{key}."))
    for place, parameter in enumerate(_parameters(optimizer)):
        kept = _below(tensors, f"optimizer.{place}.")
        if kept:
            # Optimizers keep their step counter on the CPU and their moments beside the parameter.
            optimizer.state[parameter] = {
                key: value if key == "step" else value.to(parameter.device) for key, value in kept.items()
            }
    best = _below(tensors, "best.")
    return TrainingState(plan_sha256, history, best_epoch, best, batch_size, halvings, pretrained)


def _parameters(optimizer: Optimizer) -> list[Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
