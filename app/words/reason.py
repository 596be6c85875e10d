"""Reason: why something is so, as a code with parameters. It is worded when shown, so that it can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

ParameterValue = str | int | float


@dataclass(frozen=True, slots=True)
class Reason:
    """A code from ``app.wording.TEMPLATES`` and the values its sentence names."""

    code: str
    parameters: Mapping[str, ParameterValue] = field(default_factory=lambda: MappingProxyType({}))

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted(self.parameters.items()))))
