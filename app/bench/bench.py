"""What a bench is: a name, what it measures, and a module that does so when asked."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from app.bench.figures import Report


class BenchError(RuntimeError):
    """A bench that could not be run; the message says why."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a bench is to measure with.

    ``model`` and ``device`` are those of the command line, ``frames`` how many frames either side takes (``None``:
    the bench's own number). ``short`` asks for an answer within seconds, which is worth less.
    """

    model: str = "demo-strip"
    device: str = "auto"
    frames: int | None = None
    short: bool = False

    def frames_or(self, full: int, short: int) -> int:
        """How many frames to take."""
        return self.frames or (short if self.short else full)


@dataclass(frozen=True, slots=True)
class Bench:
    """One bench. Its module is loaded when it is run: some of what is measured must not be there before."""

    name: str
    sentence: str

    def measure(self, wishes: Wishes) -> Report:
        """Measure. Raises ``BenchError``, ``BundleError``, ``RuntimeUnavailable`` or ``StoreError``."""
        module = importlib.import_module(f"app.bench.{self.name}")
        return cast("Callable[[Wishes], Report]", module.measure)(wishes)


BENCHES: tuple[Bench, ...] = (
    Bench("pipeline", "the whole line (decode, infer, store, show) beside the bare runtime"),
    Bench("runtime", "the networks as shipped on this processor beside the same in eager torch, 32 bit"),
    Bench("cascade", "the gate before the masks beside drawing masks in every frame"),
    Bench("latency", "a live frame until its masks are painted, beside one pass and one refresh"),
    Bench("ui", "how long the window stands still while inference runs flat out"),
    Bench("memory", "resident memory late in a run beside that early in it"),
    Bench("rle", "run lengths beside pycocotools, a label CSV beside pandas"),
    Bench("overlay", "redraws of a long line-scan image with masks, and a scratch that stays visible"),
    Bench("start", "the program's start beside its libraries' alone"),
)
"""Every bench there is, in the order they are run."""


def find_bench(name: str) -> Bench:
    """The bench of this name. Raises ``BenchError`` with one sentence where there is none."""
    for bench in BENCHES:
        if bench.name == name:
            return bench
    raise BenchError(f"There is no bench '{name}'; choose one of {', '.join(each.name for each in BENCHES)}.")
