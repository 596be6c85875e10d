"""Baselines: ratios kept of a kind of computer, and whether those of today are worse. Times are never compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.bench.bench import BenchError
from app.bench.figures import RATIO, Figure
from models.labels.replacement import text_replacement

WORSE_BY = 1 / 3
"""The share of its baseline by which a ratio may be worse; what else a computer does moves it by less."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One ratio of today beside its baseline."""

    key: str
    value: float
    baseline: float
    better: str

    @property
    def worse(self) -> bool:
        """Whether it is worse by more than a third of its baseline."""
        if self.better == "higher":
            return self.value < self.baseline * (1 - WORSE_BY)
        return self.value > self.baseline * (1 + WORSE_BY)

    @property
    def sentence(self) -> str:
        """The finding for people."""
        return (
            f"{self.key} is {self.value:.3g}, worse by more than a third than its baseline of {self.baseline:.3g} "
            f"({self.better} is better)."
        )


def kind_of(machine: Mapping[str, Any], *, short: bool) -> str:
    """What ratios depend on, as in '2 cores with bf16, short runs': the name baselines are kept under."""
    precision = "with" if machine.get("bf16") else "without"
    return f"{machine['cores']} cores {precision} bf16, {'short' if short else 'full'} runs"


def compare(figures: Mapping[str, Figure], kept: Mapping[str, float]) -> list[Compared]:
    """Every ratio that has a baseline, beside it."""
    return [
        Compared(key, figure.value, kept[key], figure.better)
        for key, figure in figures.items()
        if figure.unit == RATIO and key in kept
    ]


def read_baselines(path: Path, kind: str) -> dict[str, float]:
    """The ratios of this kind of computer by figure, empty where the file knows none of it.

    Raises ``BenchError`` where the file cannot be read or is no file of baselines.
    """
    kinds = _read(path)
    return {key: float(value) for key, value in kinds.get(kind, {}).get("ratios", {}).items()}


def write_baselines(path: Path, kind: str, machine: Mapping[str, Any], figures: Mapping[str, Figure]) -> None:
    """Keep the ratios among ``figures`` for this kind of computer; other kinds and other figures stay as they are.

    Raises ``BenchError`` where the file cannot be written or is something else.
    """
    kinds = _read(path) if path.exists() else {}
    ratios = {key: round(figure.value, 4) for key, figure in figures.items() if figure.unit == RATIO}
    kept = kinds.get(kind, {}).get("ratios", {})
    kinds[kind] = {
        "processor": machine["processor"],
        "packages": machine["packages"],
        "ratios": dict(sorted({**kept, **ratios}.items())),
    }
    try:
        with text_replacement(path) as stream:
            stream.write(json.dumps(kinds, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise BenchError(f"{path} cannot be written ({error.strerror}); choose another place.") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        kinds = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchError(f"{path} cannot be read ({error.strerror}); write baselines there with --write.") from error
    except ValueError as error:
        raise BenchError(f"{path} is no JSON ({error}); write baselines to a new file with --write.") from error
    if not isinstance(kinds, dict) or not all(
        isinstance(kept, dict) and isinstance(kept.get("ratios"), dict) for kept in kinds.values()
    ):
        raise BenchError(f"{path} is no file of baselines; write them to a new file with --write.")
    return kinds
