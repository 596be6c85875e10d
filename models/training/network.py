"""The network of a plan: its class, its options by name, fresh or ImageNet weights."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.bundle import Bundle, BundleError, open_bundle
from models.data.collection import DataError
from models.data.places import expanded
from models.networks.registry import NETWORKS, NetworkError, build_network
from models.training.plan import Plan
from models.training.progress import say

NOT_OPTIONS = frozenset({"class_count", "channels", "exclusive", "pretrained"})
"""What the data and the other keys of ``[network]`` say already."""


def make_network(plan: Plan) -> nn.Module:
    """The plan's network with the fresh weights of its seed, then those of the bundle it starts from.

    Raises ``NetworkError`` where it cannot be built, naming the key, or nothing of the bundle fits.
    """
    check_options(plan)
    torch.manual_seed(plan.seed)
    shape = len(plan.data.classes), plan.data.channels, plan.data.exclusive
    network = build_network(plan.network.name, network_options(plan), *shape)
    if plan.network.start:
        say(start_from(network, plan.network.start))
    return network


def make_pretrained_network(plan: Plan) -> tuple[nn.Module, bool]:
    """As ``make_network``, with ImageNet's weights where the plan wants them and this computer can have them.

    The second value says whether it has them. Where they cannot be had one sentence says so, and the weights are fresh.
    """
    if not plan.network.pretrained:
        return make_network(plan), False
    check_options(plan)
    options, name = {**network_options(plan), "pretrained": True}, plan.network.name
    torch.manual_seed(plan.seed)
    # The hub's client tells of every attempt; what came of them is said below, in one sentence.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        network = build_network(name, options, len(plan.data.classes), plan.data.channels, plan.data.exclusive)
    except OSError as error:
        say(
            f"The ImageNet weights of '{options.get('encoder', name)}' cannot be had ({_first_line(error)}): the "
            "training starts from fresh ones; connect this computer to the internet to have them."
        )
        return make_network(plan), False
    if plan.network.start:
        say(start_from(network, plan.network.start))
    return network, True


def check_options(plan: Plan) -> None:
    """Raises ``NetworkError`` naming the key of ``[network]`` that the plan's network does not know."""
    name = plan.network.name
    if name not in NETWORKS:
        raise NetworkError(f"network.name: there is no network '{name}'; choose one of {', '.join(sorted(NETWORKS))}.")
    known = _option_names(name)
    unknown = sorted(set(network_options(plan)) - known)
    if unknown:
        raise NetworkError(
            f"Network '{name}' has no option 'network.{unknown[0]}'; known are {', '.join(sorted(known))}."
        )
    if plan.network.pretrained and "pretrained" not in _parameters(name):
        raise NetworkError(f"Network '{name}' has no ImageNet weights; write network.pretrained = false in the plan.")


def open_start(reference: str) -> Bundle:
    """The bundle a plan starts from. Raises ``NetworkError`` where it cannot be opened."""
    try:
        return open_bundle(Path(expanded(reference, "network.start")).expanduser())
    except (BundleError, DataError) as error:
        raise NetworkError(f"network.start: {error}") from error


def start_from(network: nn.Module, reference: str) -> str:
    """Give the network the weights of a bundle (its folder) that fit by name and shape; what was taken, in words.

    Raises ``NetworkError`` where the bundle cannot be read or nothing of it fits.
    """
    bundle = open_start(reference)
    try:
        stored = bundle.load_weights()
    except BundleError as error:
        raise NetworkError(f"network.start: {error}") from error
    own = network.state_dict()
    fitting = {
        name: torch.from_numpy(np.array(stored[name])).to(tensor.dtype)
        for name, tensor in own.items()
        if name in stored and stored[name].shape == tuple(tensor.shape)
    }
    if not fitting:
        raise NetworkError(f"network.start: nothing of bundle '{bundle.name}' fits the plan's network; name another.")
    network.load_state_dict(fitting, strict=False)
    fresh = sorted({name.rpartition(".")[0] for name in own.keys() - fitting.keys()})
    words = f"{len(fitting)} of {len(own)} tensors start from bundle '{bundle.name}'"
    return f"{words}; fresh are {', '.join(fresh)}." if fresh else f"{words}."


def layers_below(network: nn.Module, prefixes: Sequence[str], key: str) -> frozenset[str]:
    """The names of the parameters in layers whose names begin with a prefix, up to a dot or the end.

    Raises ``NetworkError`` naming the plan's ``key`` and a prefix that no layer has.
    """
    names = [name for name, _ in network.named_parameters()]
    chosen: set[str] = set()
    for prefix in prefixes:
        below = [name for name in names if _begins(name, prefix)]
        if not below:
            tops = ", ".join(dict.fromkeys(name.partition(".")[0] for name in names))
            raise NetworkError(f"{key}: the network has no layer '{prefix}'; its first ones are {tops}.")
        chosen.update(below)
    return frozenset(chosen)


def set_learning(network: nn.Module, frozen: Sequence[str]) -> None:
    """Put the network into training mode, but for the layers below the prefixes ``frozen``.

    Those keep their weights and, in evaluation mode, the statistics of their normalisation too.
    """
    network.train()
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not any(_begins(name, prefix) for prefix in frozen))
    for name, module in network.named_modules():
        if name and any(_begins(name, prefix) for prefix in frozen):
            module.eval()


def network_options(plan: Plan) -> dict[str, Any]:
    """The options the plan gives its network: those of ``[network]``, and the size a Resize at inference asks for."""
    options = dict(plan.network.options)
    for resize in plan.augmentation.inference:
        options["input_px"] = resize.get("size")
    return options


def recorded_options(plan: Plan) -> dict[str, Any]:
    """What a bundle keeps to build the network again: every option, those the plan leaves to their defaults too."""
    parameters = _parameters(plan.network.name)
    left = [parameters[name] for name in sorted(_option_names(plan.network.name))]
    defaults = {entry.name: entry.default for entry in left if entry.default is not inspect.Parameter.empty}
    return {**defaults, **network_options(plan)}


def task_name(plan: Plan) -> str:
    """What the plan's network is for: 'cascade' (classes, then pixels) or 'classify'."""
    kind: Any = NETWORKS[plan.network.name]
    return str(kind.task)


def _option_names(name: str) -> set[str]:
    return _parameters(name).keys() - NOT_OPTIONS


def _parameters(name: str) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(NETWORKS[name]).parameters


def _begins(name: str, prefix: str) -> bool:
    return name == prefix or name.startswith(f"{prefix}.")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
