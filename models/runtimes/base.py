"""What every runtime offers: a trained network in two stages, the gate and the drawing, behind one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class RuntimeUnavailable(RuntimeError):  # noqa: N818 - it is said, not raised to anybody's face: the next one is tried
    """A runtime that cannot run here; one sentence says why and what would help."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """What the gate said of N tiles.

    ``probabilities`` are (N, K) float32, 0 to 1: class k + 1 is present anywhere in the tile. ``state`` is the
    runtime's own (the features the drawing stage reads) and lasts until the runtime's next ``classify``.
    """

    probabilities: Floats
    state: object


class Runtime(Protocol):
    """A network ready to run. One thread at a time."""

    @property
    def label(self) -> str:
        """What the window's badge shows, as in 'OpenVINO · CPU · bf16'."""

    @property
    def reason(self) -> str:
        """Why this runtime and no other, in one sentence."""

    def classify(self, tiles: Floats) -> Encoded:
        """Stage one: which classes (N, C, H, W) float32 normalised tiles hold. H and W are multiples of the stride."""

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        """Stage two: (n, K, H, W) float32 pixel probabilities, 0 to 1, of the tiles ``rows`` (indices into N).

        Background is not among the K. The array may be the runtime's own and lasts until its next ``segment``.
        """

    def close(self) -> None:
        """Give back memory and temporary files; a second call does nothing."""
