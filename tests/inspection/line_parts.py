"""Small real parts for tests of the line: sources that give rendered frames and a runtime that looks at brightness."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.words.frame import Frame, Image
from app.words.inspection import Inspection
from app.words.reason import Reason
from models.bundle import Bundle, BundleSpec, write_bundle
from models.labels.taxonomy import Taxonomy, make_taxonomy
from models.predictor import Predictor
from models.runtimes.base import Encoded

TAXONOMY = make_taxonomy("brightness", ["bright", "white"])
WAIT_S = 20.0
"""How long a test waits for what must happen; it only matters when it does not."""


def make_bundle(folder: Path, name: str = "bright", taxonomy: Taxonomy = TAXONOMY) -> Bundle:
    """A bundle whose network is ``BrightnessRuntime``: weights it has none."""
    spec = BundleSpec(
        name=name,
        title=name,
        network="cascade",
        taxonomy=taxonomy,
        channels=1,
        mean=(0.0,),
        std=(1.0,),
        tile_px=(64, 64),
        overlap_px=0,
        gates=dict.fromkeys(taxonomy.names, 0.5),
        pixel_thresholds=dict.fromkeys(taxonomy.names, 0.5),
        min_area_px=dict.fromkeys(taxonomy.names, 1),
    )
    return write_bundle(folder / name, spec, {"scale": np.ones(1, np.float32)}, "A card.")


class BrightnessRuntime:
    """Class 1 is where a pixel is brighter than 0.7, class 2 where it is brighter than 0.9; each with certainty."""

    label = "Brightness · CPU"
    reason = "It is the only one in this test."

    def __init__(self, before_each: Callable[[], None] = lambda: None) -> None:
        self._before_each = before_each
        self.closed = False

    def classify(self, tiles: npt.NDArray[np.float32]) -> Encoded:
        assert not self.closed, "used after it was closed"
        self._before_each()
        pixels = np.concatenate([tiles[:, :1] > 0.7, tiles[:, :1] > 0.9], axis=1).astype(np.float32)
        return Encoded(pixels.max(axis=(2, 3)), pixels)

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> npt.NDArray[np.float32]:
        state = encoded.state
        assert isinstance(state, np.ndarray)
        pixels: npt.NDArray[np.float32] = state[list(rows)]
        return pixels

    def close(self) -> None:
        self.closed = True


class StripSource:
    """Gives ``count`` frames of noise, each with its number in its pixels; ``None`` goes on until it is stopped.

    ``before_each`` is called in the capture thread before every frame; what it raises is the source's error.
    """

    def __init__(
        self,
        count: int | None,
        live: bool = False,
        name: str = "strip",
        before_each: Callable[[int], None] = lambda number: None,
        white: frozenset[int] = frozenset(),
        faults: frozenset[int] = frozenset(),
    ) -> None:
        self.name = name
        self.live = live
        self._count = count
        self._before_each = before_each
        self._white = white
        self._faults = faults
        self._stopped = threading.Event()
        self.produced = 0
        self.released = False

    @property
    def length(self) -> int | None:
        return self._count

    def frames(self) -> Iterator[Frame]:
        try:
            number = 0
            while not self._stopped.is_set() and (self._count is None or number < self._count):
                self._before_each(number)
                fault = Reason("unreadable", {"name": f"{number:06d}"}) if number in self._faults else None
                image = None if fault else noise(number, 250 if number in self._white else None)
                self.produced += 1
                yield Frame(self.name, number, f"{number:06d}.png", datetime.now(UTC), image, fault=fault)
                number += 1
        finally:
            self.released = True

    def stop(self) -> None:
        self._stopped.set()


def noise(number: int, spot: int | None = None) -> Image:
    """(64, 64) grey steel between 60 and 130, with a square of 25 pixels as bright as ``spot``."""
    image = np.random.default_rng(number).integers(60, 130, (64, 64), dtype=np.uint8)
    if spot is not None:
        image[10:15, 20:25] = spot
    return image


def predictor(bundle: Bundle, before_each: Callable[[], None] = lambda: None) -> Predictor:
    return Predictor(bundle, BrightnessRuntime(before_each))


class Kept:
    """A sink that keeps every inspection and can be waited for."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.inspections: list[Inspection] = []

    def __call__(self, inspection: Inspection) -> None:
        with self.changed:
            self.inspections.append(inspection)
            self.changed.notify_all()

    def wait_for(self, condition: Callable[[list[Inspection]], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: bool(self.inspections) and condition(self.inspections), WAIT_S), (
                "it did not come"
            )

    def wait_for_count(self, count: int) -> None:
        self.wait_for(lambda inspections: len(inspections) >= count)

    @property
    def names(self) -> list[str]:
        return [inspection.frame.name for inspection in self.inspections]
