"""Figures: what a bench measured, what was hoped for, and the JSON other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number with its goal; ``better`` says on which side of the goal it should lie."""

    value: float
    goal: float
    unit: str
    better: Literal["higher", "lower"]

    @property
    def reached(self) -> bool:
        """Whether the goal is met."""
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one bench by key, and what they were measured with: bundle, runtime, frames and the like."""

    figures: Mapping[str, Figure]
    setting: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self, machine: Mapping[str, Any]) -> dict[str, Any]:
        """``{"machine": …, "figures": {KEY: {"value", "goal", "unit", "better"}}}``, the setting within the machine."""
        return {
            "machine": {**machine, **self.setting},
            "figures": {key: asdict(figure) for key, figure in self.figures.items()},
        }

    def to_text(self) -> str:
        """A table for people."""
        width = max(len(key) for key in self.figures)
        lines = [f"{key}: {value}" for key, value in self.setting.items()]
        lines += [
            f"{key:<{width}}  {figure.value:10.3f} {figure.unit:<8}  goal {_SIGNS[figure.better]} {figure.goal:g}"
            f"{'' if figure.reached else '  (missed)'}"
            for key, figure in self.figures.items()
        ]
        return "\n".join(lines)


_SIGNS: Mapping[str, str] = {"higher": "≥", "lower": "≤"}
