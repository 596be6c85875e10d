"""The networks a bundle may name, in one visible list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import nn

from models.networks.cascade import Cascade

NETWORKS: dict[str, Callable[..., nn.Module]] = {
    "cascade": Cascade,
}
"""Each is called with class_count, channels, exclusive and the bundle's network options."""


class NetworkError(ValueError):
    """A network that cannot be built; the message names it and what would do."""


def build_network(name: str, options: Mapping[str, Any], class_count: int, channels: int, exclusive: bool) -> nn.Module:
    """The network ``name`` with freshly initialised weights.

    Raises ``NetworkError`` where the name is not in ``NETWORKS`` or the options do not fit it.
    """
    if name not in NETWORKS:
        raise NetworkError(f"There is no network '{name}'; choose one of {', '.join(sorted(NETWORKS))}.")
    try:
        return NETWORKS[name](class_count=class_count, channels=channels, exclusive=exclusive, **options)
    except (TypeError, KeyError, ValueError) as error:
        raise NetworkError(f"Network '{name}' cannot be built from its options {dict(options)}: {error}") from error
