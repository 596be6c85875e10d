"""The memory bench: the whole line's resident memory late in a run, over that early in it.

The frames are small, so that many go by in minutes: what leaks, leaks by the frame. Memory is read as frames are
inspected, and the figure compares the medians of two stretches, so that one buffer more or less does not decide.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import psutil

from app.bench.bench import Wishes
from app.bench.figures import RATIO, Figure, Part, Report
from app.bench.lent import opened
from app.bench.strip_frames import as_file, rendered, written
from app.bench.whole_line import WholeLine

GOAL = 1.02
FRAMES, SHORT_FRAMES = 20_000, 1_500
EARLY_SHARE = 0.1
"""The early stretch begins after this share of the frames: what is made once has been made by then."""

STRETCH_SHARE = 0.05
_FRAME_PX = (64, 320)
_POOL = 30
_SAMPLES = 400


def measure(wishes: Wishes) -> Report:
    """Raises ``BenchError`` where the line fails."""
    frames = max(wishes.frames_or(FRAMES, SHORT_FRAMES), _POOL)
    process, every, samples = psutil.Process(), max(1, frames // _SAMPLES), []

    def sample(inspected: int) -> None:
        if inspected % every == 0:
            samples.append((inspected, process.memory_info().rss / 1e6))

    with opened(wishes) as (bundle, runtime), tempfile.TemporaryDirectory(prefix="stripsight-bench-") as place:
        pool = tuple(as_file(frame.image[: _FRAME_PX[0], : _FRAME_PX[1]]) for frame in islice(rendered("worst"), _POOL))
        folder = written(pool, Path(place) / "frames")
        with WholeLine(Path(place), bundle, runtime, on_frame=sample) as line:
            line.run(folder, frames)
        return Report(
            {"memory_late_to_early": growth(samples, frames)},
            setting={
                "bundle": bundle.name,
                "runtime": runtime.label,
                "frames": frames,
                "frame_px": "x".join(map(str, _FRAME_PX)),
            },
        )


def growth(samples: Sequence[tuple[int, float]], frames: int) -> Figure:
    """The figure of (frames inspected, MB resident), in order, over a run of so many frames."""
    early_from, stretch = frames * EARLY_SHARE, frames * STRETCH_SHARE
    early = [mb for number, mb in samples if early_from <= number <= early_from + stretch]
    late = [mb for number, mb in samples if number >= frames - stretch]
    steady = np.array([sample for sample in samples if sample[0] >= early_from])
    slope_mb = float(np.polyfit(steady[:, 0], steady[:, 1], 1)[0]) * 1000 if len(steady) > 1 else 0.0
    return Figure(
        statistics.median(late) / statistics.median(early),
        GOAL,
        RATIO,
        "lower",
        {
            f"from frame {early_from:.0f}": Part(statistics.median(early), "MB"),
            f"to frame {frames}": Part(statistics.median(late), "MB"),
            "slope": Part(slope_mb, "MB in 1,000 frames"),
            "most": Part(max(mb for _, mb in samples), "MB"),
        },
    )
