"""Runtime times: what a frame costs on each runtime of this computer, measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.bundle import Bundle

FRAME_PX = (256, 1600)
"""(height, width) of the frame that is timed: the Severstal line's."""
_TIMED_FRAMES = 5
_WARM_UP_FRAMES = 2
"""The second frame of a size is the one a graph is compiled for."""


@dataclass(frozen=True, slots=True)
class RuntimeTime:
    """A runtime tried with a bundle: ms a frame of ``FRAME_PX`` through both stages, or a fault."""

    name: str
    label: str
    frame_ms: float | None
    fault: str


def runtime_times(bundle_folder: Path, before: Callable[[str], bool] = lambda _name: True) -> tuple[RuntimeTime, ...]:
    """Time every runtime there could be; ``before`` is told the next one's name and says whether to go on.

    What does not run here has a fault and never raises. Raises ``BundleError`` where the bundle cannot be opened.
    """
    from models.bundle import open_bundle
    from models.runtimes.choice import CANDIDATES

    bundle = open_bundle(bundle_folder, verify=False)
    timed = []
    for name in CANDIDATES:
        if not before(name):
            break
        timed.append(_runtime_time(name, bundle))
    return tuple(timed)


def _runtime_time(name: str, bundle: Bundle) -> RuntimeTime:
    from app import paths
    from models.bundle import BundleError
    from models.runtimes.base import RuntimeUnavailable
    from models.runtimes.choice import choose_runtime

    try:
        runtime = choose_runtime(bundle, name, paths.cache())
    except (RuntimeUnavailable, BundleError) as error:
        return RuntimeTime(name=name, label="", frame_ms=None, fault=str(error))
    try:
        import statistics

        import numpy as np

        frame = np.zeros((1, bundle.spec.channels, *FRAME_PX), dtype=np.float32)
        timings_ms = []
        for number in range(_WARM_UP_FRAMES + _TIMED_FRAMES):
            started = time.perf_counter()
            encoded = runtime.classify(frame)
            if bundle.spec.task == "cascade":
                runtime.segment(encoded, [0])
            if number >= _WARM_UP_FRAMES:
                timings_ms.append((time.perf_counter() - started) * 1e3)
        return RuntimeTime(name=name, label=runtime.label, frame_ms=statistics.median(timings_ms), fault="")
    except RuntimeError as error:
        return RuntimeTime(name=name, label=runtime.label, frame_ms=None, fault=f"failed on a frame ({error})")
    finally:
        runtime.close()
