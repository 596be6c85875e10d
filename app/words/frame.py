"""Frame: one image with its identity: source, number, time and place on the strip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.words.reason import Reason

Image = npt.NDArray[np.unsignedinteger[Any]]
"""(H, W) grey or (H, W, 3) RGB; uint8 or uint16."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One image with its identity.

    ``image`` is (H, W) or (H, W, 3) RGB, uint8 or uint16, and ``None`` where the frame could not be read or was lost;
    then ``fault`` says why. ``name`` is the ImageId of contract files: the path below the source. ``number`` counts
    from 0 within one run of the source. ``time_utc`` is aware, in UTC. ``along_mm`` is the distance of the frame's
    leading edge from the head of the strip, ``across_mm`` that of its left edge from the strip's edge; both and
    ``mm_per_px`` are ``None`` where unknown.
    """

    source: str
    number: int
    name: str
    time_utc: datetime
    image: Image | None
    camera: str = ""
    side: str = ""
    along_mm: float | None = None
    across_mm: float | None = None
    mm_per_px: float | None = None
    path: Path | None = None
    fault: Reason | None = None

    @property
    def size(self) -> tuple[int, int] | None:
        """(height, width) in pixels, or ``None`` without an image."""
        return None if self.image is None else (self.image.shape[0], self.image.shape[1])
