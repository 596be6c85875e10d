"""Confidence intervals: by resampling frames where a figure is a ratio of sums, by Wilson's score for proportions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 20_260_101
"""Fixed, so that the same frames give the same interval."""
_Z = 1.959963984540054
"""The standard normal distribution holds ``CONFIDENCE`` between minus this and this."""
_ONE_GO = 4_000_000
"""So many weights at once, 32 MB."""

Floats = npt.NDArray[np.float64]
Interval = tuple[float, float]
Key = tuple[str, str]
"""A figure's name and its class's, '' for one over all classes."""


def wilson_interval(hits: int, total: int) -> Interval | None:
    """The 95 % score interval of a proportion; ``None`` without any trial.

    Unlike the textbook's it holds at 0 and 1 and for few trials: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209;
    recommended by Brown, Cai and DasGupta, Statistical Science 16 (2001) 101, https://doi.org/10.1214/ss/1009213286.
    """
    if total == 0:
        return None
    share, spread = hits / total, _Z * _Z / total
    middle = (share + spread / 2) / (1 + spread)
    reach = _Z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def resampling_weights(frames: int, resamples: int = RESAMPLES) -> Iterator[Floats]:
    """How often each frame is drawn when ``frames`` are drawn with replacement, in batches of (B, frames).

    The bootstrap of B. Efron, Annals of Statistics 7 (1979) 1, https://doi.org/10.1214/aos/1176344552.
    """
    random = np.random.default_rng(SEED)
    batch = max(1, _ONE_GO // frames)
    for first in range(0, resamples, batch):
        count = min(batch, resamples - first)
        drawn = random.integers(0, frames, (count, frames)) + np.arange(count)[:, None] * frames
        yield np.bincount(drawn.ravel(), minlength=count * frames).reshape(count, frames).astype(np.float64)


def bootstrap(
    frames: int, measure: Callable[[Floats], Mapping[Key, Floats]], resamples: int = RESAMPLES
) -> dict[Key, Interval | None]:
    """The 95 % percentile interval of every figure ``measure`` gives, resampling ``frames`` frames.

    ``measure`` takes weights (B, frames) and gives (B,) values, NaN where a resample has no such figure; ``None``
    where more than half of them have none.
    """
    kept: dict[Key, list[Floats]] = {}
    for weights in resampling_weights(frames, resamples):
        for key, values in measure(weights).items():
            kept.setdefault(key, []).append(values)
    return {key: percentile_interval(np.concatenate(values)) for key, values in kept.items()}


def percentile_interval(values: Floats) -> Interval | None:
    """The middle 95 % of resampled values; ``None`` where more than half are no number."""
    numbers = values[~np.isnan(values)]
    if 2 * len(numbers) < len(values) or not len(numbers):
        return None
    low, high = np.quantile(numbers, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return float(low), float(high)
