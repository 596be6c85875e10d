"""Figures: what a bench measured beside what is to be reached, where the time went, and over how many repeats."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

RATIO = "ratio"
"""The unit of figures that hold on any computer of a kind, and so can be compared with those of another day."""

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the numbers a figure comes from, as in 12.1 ms."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number and what is to be reached; ``better`` says on which side of that it should lie.

    ``repeats`` are the figure's values one by one, empty where it can only be had once; ``parts`` is where it comes
    from, by name.
    """

    value: float
    goal: float
    unit: str
    better: Better
    parts: Mapping[str, Part] = field(default_factory=lambda: MappingProxyType({}))
    repeats: tuple[float, ...] = ()

    @classmethod
    def median(
        cls, repeats: Sequence[float], goal: float, unit: str, better: Better, parts: Mapping[str, Part] | None = None
    ) -> Figure:
        """The median of ``repeats``, of which there is at least one."""
        return cls(statistics.median(repeats), goal, unit, better, parts or {}, tuple(repeats))

    @property
    def reached(self) -> bool:
        """Whether the goal is met."""
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one bench by key, what they were measured with (bundle, runtime, frames), and what was left out.

    ``notes`` are sentences for people: a figure that could not be had here, or how one is to be read.
    """

    figures: Mapping[str, Figure]
    setting: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()


def milliseconds(seconds: Sequence[float]) -> Part:
    """The median of ``seconds``, as a part in ms."""
    return Part(statistics.median(seconds) * 1000, "ms")
