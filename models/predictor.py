"""Frame in, masks and scores out: the gate says which classes a frame may hold, and only then are they drawn.

A class is drawn where the frame's probability of it reaches its gate. Of an exclusive bundle a pixel takes the most
probable of the classes that passed, if that reaches its pixel threshold; else every class stands on its own. Pieces
below their class's minimum area are dropped.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from models.bundle import Bundle
from models.labels.components import Component, keep_large
from models.labels.masks import MaskStack, empty_stack
from models.labels.taxonomy import Taxonomy
from models.pixels import Image, ImageError, normalised_tiles, with_channels
from models.prediction import ModelError, Prediction, require_numbers
from models.region_pass import RegionPass
from models.runtimes.base import Encoded, Floats, Runtime
from models.thresholds import (
    Overrides,
    Probabilities,
    ThresholdError,
    draw_classes,
    effective_thresholds,
)
from models.tiling import TileBlender, batches, lay_tiles, with_neighbours

__all__ = ["ImageError", "ModelError", "Overrides", "Prediction", "Predictor", "ThresholdError"]

ONE_PASS_PX = 256 * 2048
"""A frame of up to so many pixels goes through in one pass; tiles of a bigger one are batched up to so many."""


class Predictor:
    """A bundle on a runtime. ``predict`` is for one thread at a time; ``close`` closes the runtime too.

    Raises ``ThresholdError`` where ``overrides`` name a class the bundle lacks or a value that cannot be.
    """

    def __init__(self, bundle: Bundle, runtime: Runtime, overrides: Overrides | None = None) -> None:
        self.bundle = bundle
        self.runtime = runtime
        self.thresholds = effective_thresholds(bundle.spec, overrides or Overrides())

    @property
    def taxonomy(self) -> Taxonomy:
        """The classes the predictor draws."""
        return self.bundle.spec.taxonomy

    def predict(self, image: Image) -> Prediction:
        """Inspect (H, W) grey or (H, W, 3) RGB, uint8 or uint16, of any size from 8×8 pixels.

        Raises ``ImageError`` for anything else, ``ModelError`` where the network's answer is not a number.
        """
        if self.bundle.spec.front_end:
            return RegionPass(self.bundle.spec, self.runtime, self.thresholds, image).run()
        return _Pass(self, image).run()

    def close(self) -> None:
        """Close the runtime."""
        self.runtime.close()


class _Pass:
    """One frame on its way through the predictor."""

    def __init__(self, predictor: Predictor, image: Image) -> None:
        started = time.perf_counter()
        self._spec = predictor.bundle.spec
        self._runtime = predictor.runtime
        self._thresholds = predictor.thresholds
        self._image = with_channels(image, self._spec.channels)
        self._grid = lay_tiles(
            (image.shape[0], image.shape[1]),
            self._spec.tile_px,
            self._spec.overlap_px,
            self._spec.multiple_px,
            ONE_PASS_PX,
        )
        tile_px = self._grid.tile_px[0] * self._grid.tile_px[1]
        self._batch = max(1, ONE_PASS_PX // tile_px)
        self._timings_ms = dict.fromkeys(("prepare", "classify", "segment", "masks"), 0.0)
        self._book("prepare", started)

    def run(self) -> Prediction:
        """Gate, draw, list."""
        height, width = self._grid.frame_px
        stack = empty_stack(height, width, len(self._spec.taxonomy))
        tile_probabilities, encoded = self._classify()
        require_numbers(tile_probabilities, self._spec, self._runtime)
        frame = {place + 1: float(value) for place, value in enumerate(tile_probabilities.max(axis=0))}
        passed = tuple(class_id for class_id, value in frame.items() if value >= self._thresholds.gates[class_id])
        found: tuple[Component, ...] = ()
        if passed and self._spec.task == "cascade":
            scores = (
                self._draw_whole(stack, passed, encoded)
                if len(self._grid) == 1
                else self._draw_tiles(stack, passed, self._needed(tile_probabilities, passed))
            )
            started = time.perf_counter()
            found = keep_large(stack, passed, scores, self._thresholds.min_area_px)
            self._book("masks", started)
        return Prediction(stack=stack, probabilities=frame, components=found, timings_ms=self._timings_ms)

    def _classify(self) -> tuple[Floats, Encoded]:
        """(tiles, K) probabilities, and what the runtime keeps of the last batch: of a whole frame, all."""
        answers = []
        for batch in batches(range(len(self._grid)), self._batch):
            encoded = self._encode(batch, "classify")
            answers.append(encoded.probabilities)
        return np.concatenate(answers), encoded

    def _needed(self, tile_probabilities: Floats, passed: tuple[int, ...]) -> npt.NDArray[np.bool_]:
        """(rows, columns) bool: tiles in which a class passes its gate, and their neighbours."""
        gates = np.array([self._thresholds.gates[class_id] for class_id in passed], dtype=np.float32)
        places = [class_id - 1 for class_id in passed]
        return with_neighbours((tile_probabilities[:, places] >= gates).any(axis=1).reshape(self._grid.shape))

    def _draw_whole(self, stack: MaskStack, passed: tuple[int, ...], encoded: Encoded) -> Probabilities:
        """Set the passed classes' pixels in ``stack`` of a frame of one tile; their (passed, H, W) probabilities."""
        height, width = self._grid.frame_px
        scores: Probabilities = self._segment(encoded, [0])[0, :, :height, :width]
        started = time.perf_counter()
        if len(passed) < len(scores):
            scores = scores[[class_id - 1 for class_id in passed]]
        draw_classes(stack, passed, scores, self._thresholds.pixels, exclusive=self._spec.exclusive)
        self._book("masks", started)
        return scores

    def _draw_tiles(self, stack: MaskStack, passed: tuple[int, ...], needed: npt.NDArray[np.bool_]) -> Probabilities:
        """As ``_draw_whole``, of a frame of many tiles: those ``needed`` are encoded again, row by row.

        Keeping the features of all tiles since the gate would take 45 bytes a pixel.
        """
        # 16 bits: a long frame's probabilities are its biggest array, and scores need two digits.
        kept = np.zeros((len(passed), *self._grid.frame_px), dtype=np.float16)
        blender = TileBlender(self._grid, len(passed), self._spec.overlap_px)
        for row in range(self._grid.shape[0]):
            self._add_row(blender, row, np.flatnonzero(needed[row]), [class_id - 1 for class_id in passed])
            started = time.perf_counter()
            band, scores = blender.finish_row(row)
            if scores.any():
                draw_classes(stack[band], passed, scores, self._thresholds.pixels, exclusive=self._spec.exclusive)
                kept[:, band] = scores
            self._book("masks", started)
        return kept

    def _add_row(
        self, blender: TileBlender, row: int, columns: npt.NDArray[np.integer[Any]], places: list[int]
    ) -> None:
        """Segment a row's tiles in ``columns`` and add the classes at ``places``."""
        wanted = [row * self._grid.shape[1] + int(column) for column in columns]
        for batch in batches(wanted, self._batch):
            answers = self._segment(self._encode(batch, "segment"), range(len(batch)))
            started = time.perf_counter()
            for tile, answer in zip(batch, answers, strict=True):
                blender.add(tile, answer[places])
            self._book("masks", started)

    def _encode(self, tiles: Sequence[int], booked_as: str) -> Encoded:
        started = time.perf_counter()
        pixels = normalised_tiles(self._image, self._grid, tiles, self._spec.mean, self._spec.std)
        self._book("prepare", started)
        started = time.perf_counter()
        encoded = self._runtime.classify(pixels)
        self._book(booked_as, started)
        return encoded

    def _segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        started = time.perf_counter()
        answers = self._runtime.segment(encoded, rows)
        self._book("segment", started)
        return answers

    def _book(self, part: str, started: float) -> None:
        self._timings_ms[part] += (time.perf_counter() - started) * 1e3
