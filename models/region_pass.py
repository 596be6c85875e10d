"""One frame through the classical front end: its regions are found, named by the network and drawn as what they are."""

from __future__ import annotations

import time
from dataclasses import replace

import cv2
import numpy as np

from models.bundle import BundleSpec
from models.labels.components import Component, keep_large
from models.labels.masks import MaskStack, empty_stack
from models.pixels import Image, normalised_tiles, with_channels
from models.prediction import Prediction, require_numbers
from models.regions import RegionSearch, ShadowRegions, find_regions
from models.runtimes.base import Floats, Runtime
from models.thresholds import Thresholds
from models.tiling import TileGrid, batches

REGIONS_A_PASS = 16
"""So many regions go through the network at once."""


class RegionPass:
    """One frame on its way through a classifier with the front end 'shadow_regions'.

    The frame holds a class as surely as the surest of its regions does, and nothing where it has none. A region is
    drawn as each class whose gate its probability reaches; of an exclusive bundle as the most probable of those.
    """

    def __init__(self, spec: BundleSpec, runtime: Runtime, thresholds: Thresholds, image: Image) -> None:
        self._spec = spec
        self._runtime = runtime
        self._thresholds = thresholds
        self._timings_ms = dict.fromkeys(("prepare", "classify", "segment", "masks"), 0.0)
        started = time.perf_counter()
        self._image = with_channels(image, spec.channels)
        # Smaller regions are shown with more of the steel around them, at the scale that the network has learnt.
        self._regions = find_regions(image, replace(RegionSearch(), least_side_px=max(spec.tile_px)))
        self._book("prepare", started)

    def run(self) -> Prediction:
        """Name the regions, draw them, list the findings. Raises ``ModelError`` where an answer is not a number."""
        probabilities = self._classify(self._regions)
        require_numbers(probabilities, self._spec, self._runtime)
        started = time.perf_counter()
        stack, found = self._draw(probabilities)
        frame = dict(enumerate(probabilities.max(axis=0, initial=0.0).tolist(), start=1))
        self._book("masks", started)
        return Prediction(stack=stack, probabilities=frame, components=found, timings_ms=self._timings_ms)

    def _classify(self, regions: ShadowRegions) -> Floats:
        """(regions, K) probabilities. Regions whose squares are the same are seen once."""
        squares = list(dict.fromkeys(regions.squares))
        answers: dict[tuple[int, int, int], Floats] = {}
        for batch in batches(range(len(squares)), REGIONS_A_PASS):
            shown = [squares[place] for place in batch]
            started = time.perf_counter()
            pixels = np.concatenate([self._normalised(square) for square in shown])
            self._book("prepare", started)
            started = time.perf_counter()
            answers.update(zip(shown, self._runtime.classify(pixels).probabilities, strict=True))
            self._book("classify", started)
        rows = [answers[square] for square in regions.squares]
        return np.array(rows, dtype=np.float32).reshape(len(rows), len(self._spec.taxonomy))

    def _normalised(self, square: tuple[int, int, int]) -> Floats:
        """A square of the frame as the network takes it, (1, C, *tile_px) float32."""
        left, top, side = square
        height, width = self._spec.tile_px
        crop = self._image[top : top + side, left : left + side]
        smaller = side > max(height, width)
        way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
        resized = np.asarray(cv2.resize(crop, (width, height), interpolation=way), dtype=crop.dtype)
        whole = TileGrid((height, width), (height, width), tops=(0,), lefts=(0,))
        return normalised_tiles(resized, whole, [0], self._spec.mean, self._spec.std)

    def _draw(self, probabilities: Floats) -> tuple[MaskStack, tuple[Component, ...]]:
        """The frame's stack and findings from its regions' (regions, K) probabilities."""
        numbers = self._regions.numbers
        stack = empty_stack(numbers.shape[0], numbers.shape[1], len(self._spec.taxonomy))
        gates = np.array([self._thresholds.gates[defect.id] for defect in self._spec.taxonomy], dtype=np.float32)
        named = probabilities >= gates
        if self._spec.exclusive:
            named &= np.arange(len(gates)) == np.where(named, probabilities, -1.0).argmax(axis=1)[:, None]
        class_ids = [int(place) + 1 for place in np.flatnonzero(named.any(axis=0))]
        if not class_ids:
            return stack, ()
        # By region number, of which 0 is what belongs to none.
        bits = np.zeros(len(named) + 1, dtype=stack.dtype)
        for class_id in class_ids:
            bits[1:] |= named[:, class_id - 1].astype(stack.dtype) << stack.dtype.type(class_id - 1)
        shares = np.concatenate([np.zeros((1, len(gates)), dtype=np.float32), probabilities])
        stack |= bits[numbers]
        scores = np.stack([shares[numbers, class_id - 1] for class_id in class_ids])
        return stack, keep_large(stack, class_ids, scores, self._thresholds.min_area_px)

    def _book(self, part: str, started: float) -> None:
        self._timings_ms[part] += (time.perf_counter() - started) * 1e3
