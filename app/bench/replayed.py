"""A runtime that gives recorded answers in the time they took, and uses no processor: what is left is the line's own.

The networks' threads wait for one another by spinning, so their processor time swings by more than the whole line
costs; taking it away beforehand measures the rest directly.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from app.bench.bare import BareNetworks
from models.runtimes.base import Encoded, Floats

_PASSES = 3
"""A frame's time is the least of so many passes, or what else the computer does would be recorded with it."""


class ReplayedRuntime:
    """The answers to the frames of ``networks``, one tile each, given again in their order, over and over."""

    label = "replayed"
    reason = "Recorded answers, to measure what is not the networks."

    def __init__(self, networks: BareNetworks) -> None:
        self._answers = [_Answer.of(networks, number) for number in range(len(networks.frames))]
        self._next = 0

    def begin(self) -> None:
        """The next frame is the first."""
        self._next = 0

    def classify(self, tiles: Floats) -> Encoded:
        """The next frame's probabilities, after as long as they took."""
        answer = self._answers[self._next % len(self._answers)]
        self._next += 1
        time.sleep(answer.classify_s)
        return Encoded(probabilities=answer.probabilities, state=answer)

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        """That frame's masks, after as long as they took."""
        assert isinstance(encoded.state, _Answer), "an answer of this runtime"
        assert encoded.state.masks is not None, "a frame whose gate was passed when it was recorded"
        time.sleep(encoded.state.segment_s)
        return encoded.state.masks

    def close(self) -> None:
        """Nothing is held."""


class _Answer:
    """What the networks say of one frame, and how long either stage takes."""

    def __init__(self, probabilities: Floats, classify_s: float, masks: Floats | None, segment_s: float) -> None:
        self.probabilities = probabilities
        self.classify_s = classify_s
        self.masks = masks
        self.segment_s = segment_s

    @classmethod
    def of(cls, networks: BareNetworks, number: int) -> _Answer:
        """The recorded answer to frame ``number``."""
        classify_s = segment_s = float("inf")
        masks: Floats | None = None
        for _ in range(_PASSES):
            begun_s = time.perf_counter()
            encoded = networks.runtime.classify(networks.frames[number])
            classified_s = time.perf_counter()
            probabilities = np.array(encoded.probabilities)
            rows = networks.passing(encoded)
            if rows:
                answer = networks.runtime.segment(encoded, rows)
                segment_s = min(segment_s, time.perf_counter() - classified_s)
                masks = np.array(answer)
            classify_s = min(classify_s, classified_s - begun_s)
        return cls(probabilities, classify_s, masks, segment_s if masks is not None else 0.0)
