"""The network of a plan: its class, its options by name, fresh or ImageNet weights."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from torch import nn

from models.networks.registry import NETWORKS, NetworkError, build_network
from models.training.plan import Plan

NOT_OPTIONS = frozenset({"class_count", "channels", "exclusive", "pretrained"})
"""What the data and the other keys of ``[network]`` say already."""


def make_network(plan: Plan) -> nn.Module:
    """The plan's network with fresh weights, or ImageNet's where it says ``pretrained``.

    Raises ``NetworkError`` where it cannot be built, naming the key, or those weights cannot be had.
    """
    check_options(plan)
    options, name = dict(plan.network.options), plan.network.name
    shape = len(plan.data.classes), plan.data.channels, plan.data.exclusive
    if not plan.network.pretrained:
        return build_network(name, options, *shape)
    try:
        return build_network(name, {**options, "pretrained": True}, *shape)
    except (NetworkError, OSError) as error:
        raise NetworkError(
            f"The ImageNet weights of '{options.get('encoder', name)}' cannot be had ({_first_line(error)}); connect "
            "this computer to the internet or write network.pretrained = false in the plan."
        ) from error


def check_options(plan: Plan) -> None:
    """Raises ``NetworkError`` naming the key of ``[network]`` that the plan's network does not know."""
    name = plan.network.name
    if name not in NETWORKS:
        raise NetworkError(f"network.name: there is no network '{name}'; choose one of {', '.join(sorted(NETWORKS))}.")
    known = _option_names(name)
    unknown = sorted(set(plan.network.options) - known)
    if unknown:
        raise NetworkError(
            f"Network '{name}' has no option 'network.{unknown[0]}'; known are {', '.join(sorted(known))}."
        )
    if plan.network.pretrained and "pretrained" not in _parameters(name):
        raise NetworkError(f"Network '{name}' has no ImageNet weights; write network.pretrained = false in the plan.")


def recorded_options(plan: Plan) -> dict[str, Any]:
    """What a bundle keeps to build the network again: every option, those the plan leaves to their defaults too."""
    parameters = _parameters(plan.network.name)
    left = [parameters[name] for name in sorted(_option_names(plan.network.name))]
    defaults = {entry.name: entry.default for entry in left if entry.default is not inspect.Parameter.empty}
    return {**defaults, **plan.network.options}


def task_name(plan: Plan) -> str:
    """What the plan's network is for: 'cascade' (classes, then pixels) or 'classify'."""
    return str(NETWORKS[plan.network.name].task)


def _option_names(name: str) -> set[str]:
    return _parameters(name).keys() - NOT_OPTIONS


def _parameters(name: str) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(NETWORKS[name]).parameters


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
