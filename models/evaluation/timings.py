"""Time per frame, in its parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.evaluation.records import TIMED_PARTS, Floats

WARM_UP_FRAMES = 1
"""The first frame pays for graphs compiled for its size; where there are others it is left out."""


def time_table(timings_ms: Floats) -> dict[str, Any]:
    """``frames`` timed, and ``median_ms`` and ``p95_ms`` of the whole frame and of each of its ``parts``.

    ``timings_ms`` is (N, 4) in the order of ``TIMED_PARTS``. Reading the file is not among the parts.
    """
    timed = timings_ms[WARM_UP_FRAMES:] if len(timings_ms) > WARM_UP_FRAMES else timings_ms
    parts = {part: _spread(timed[:, place]) for place, part in enumerate(TIMED_PARTS)}
    return {"frames": len(timed), **_spread(timed.sum(axis=1)), "parts": parts}


def _spread(values_ms: Floats) -> dict[str, float]:
    median, late = np.quantile(values_ms, (0.5, 0.95))
    return {"median_ms": round(float(median), 2), "p95_ms": round(float(late), 2)}
