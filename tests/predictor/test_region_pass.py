"""The predictor of a classifier behind the front end, with a runtime whose answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.bundle import Bundle, BundleSpec
from models.labels.masks import class_mask
from models.labels.taxonomy import make_taxonomy
from models.predictor import ModelError, Overrides, Predictor
from models.runtimes.base import Encoded, Floats

NAMES = ("dark", "bright")


class ContrastRuntime:
    """'dark' is as probable as the darkest pixel is dark, 'bright' as the brightest is bright; neither below grey."""

    label = "contrast"
    reason = "Its answers can be worked out by hand."

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def classify(self, tiles: Floats) -> Encoded:
        self.shapes.append(tiles.shape)
        grey = tiles.mean(axis=1) * np.float32(0.25) + np.float32(0.5)
        dark = np.clip(1 - 2 * grey.min(axis=(1, 2)), 0, 1)
        bright = np.clip(2 * grey.max(axis=(1, 2)) - 1, 0, 1)
        return Encoded(probabilities=np.stack([dark, bright], axis=1).astype(np.float32), state=None)

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        raise AssertionError("a classifier draws nothing")

    def close(self) -> None:
        pass


def make_predictor(
    channels: int = 1, *, exclusive: bool = True, overrides: Overrides | None = None, side_px: int = 32
) -> tuple[Predictor, ContrastRuntime]:
    spec = BundleSpec(
        name="contrast",
        title="Contrast",
        network="none",
        taxonomy=make_taxonomy("two", NAMES),
        channels=channels,
        mean=(0.5,) * channels,
        std=(0.25,) * channels,
        tile_px=(side_px, side_px),
        overlap_px=0,
        multiple_px=8,
        exclusive=exclusive,
        task="classify",
        front_end="shadow_regions",
        gates=dict.fromkeys(NAMES, 0.5),
    )
    runtime = ContrastRuntime()
    return Predictor(Bundle(Path("contrast"), spec, "0" * 64), runtime, overrides), runtime


def frame() -> np.ndarray:
    """Mid grey steel with a black blob of 30×20 px at (50, 40) and a white one of 20×40 px at (300, 150)."""
    image = np.full((256, 400), 128, dtype=np.uint8)
    image[40:60, 50:80] = 0
    image[150:190, 300:320] = 255
    return image


@pytest.mark.parametrize("channels", [1, 3])
def test_each_region_is_drawn_as_its_class(channels: int) -> None:
    predictor, runtime = make_predictor(channels)
    image = frame() if channels == 1 else np.repeat(frame()[:, :, None], 3, axis=2)
    prediction = predictor.predict(image)
    assert prediction.probabilities == pytest.approx({1: 1.0, 2: 1.0}, abs=0.01)
    found = {piece.class_id: piece for piece in prediction.components}
    # A pixel of blur goes out over each edge.
    assert found[1].box_px == (49, 39, 32, 22)
    assert found[2].box_px == (299, 149, 22, 42)
    assert found[1].score == pytest.approx(1.0, abs=0.01)
    assert class_mask(prediction.stack, 1)[40:60, 50:80].all()
    assert class_mask(prediction.stack, 2)[150:190, 300:320].all()
    assert not (class_mask(prediction.stack, 1) & class_mask(prediction.stack, 2)).any()
    assert runtime.shapes == [(2, channels, 32, 32)]
    assert prediction.timings_ms.keys() == {"prepare", "classify", "segment", "masks"}


def test_a_frame_without_a_region_holds_nothing_and_the_network_is_not_asked() -> None:
    predictor, runtime = make_predictor()
    prediction = predictor.predict(np.full((256, 1600), 90, dtype=np.uint8))
    assert prediction.probabilities == {1: 0.0, 2: 0.0}
    assert prediction.components == ()
    assert not prediction.stack.any()
    assert runtime.shapes == []


def test_a_region_below_the_gate_is_not_drawn_but_said() -> None:
    image = frame()
    # Half way to black: 'dark' at 1 - 2 × 0.251 = 0.498.
    image[40:60, 50:80] = 64
    prediction = make_predictor()[0].predict(image)
    assert {piece.class_id for piece in prediction.components} == {2}
    assert prediction.probabilities[1] == pytest.approx(0.498, abs=0.005)
    lower = make_predictor(overrides=Overrides(gates={"dark": 0.4}))[0].predict(image)
    assert {piece.class_id for piece in lower.components} == {1, 2}


@pytest.mark.parametrize(("exclusive", "drawn"), [(True, {1}), (False, {1, 2})])
def test_of_two_classes_past_their_gates_an_exclusive_region_is_the_surer(exclusive: bool, drawn: set[int]) -> None:
    image = np.full((128, 128), 128, dtype=np.uint8)
    image[50:70, 50:60] = 0
    # 0.88 bright, and so near to the black that both are one region.
    image[50:70, 62:72] = 240
    prediction = make_predictor(exclusive=exclusive)[0].predict(image)
    assert {piece.class_id for piece in prediction.components} == drawn


def test_minimum_areas_hold() -> None:
    predictor, _ = make_predictor(overrides=Overrides(min_area_px={"dark": 1000}))
    prediction = predictor.predict(frame())
    assert {piece.class_id for piece in prediction.components} == {2}
    assert not class_mask(prediction.stack, 1).any()


def test_a_square_that_two_regions_share_is_seen_once() -> None:
    """On a frame as small as the network's input the square is the whole frame."""
    predictor, runtime = make_predictor(side_px=128)
    image = np.full((128, 128), 128, dtype=np.uint8)
    image[10:30, 10:30] = 0
    image[90:110, 90:110] = 0
    prediction = predictor.predict(image)
    assert len(prediction.components) == 2
    assert runtime.shapes == [(1, 1, 128, 128)]


def test_many_regions_go_through_in_batches() -> None:
    predictor, runtime = make_predictor()
    image = np.full((256, 1600), 128, dtype=np.uint8)
    for row in range(20, 256, 60):
        for column in range(20, 1600, 160):
            image[row : row + 8, column : column + 8] = 0
    prediction = predictor.predict(image)
    assert len(prediction.components) == 40
    assert [shape[0] for shape in runtime.shapes] == [16, 16, 8]


def test_no_answer_is_never_a_clean_frame() -> None:
    predictor, runtime = make_predictor()
    nothing = Encoded(probabilities=np.full((2, 2), np.nan, dtype=np.float32), state=None)
    runtime.classify = lambda tiles: nothing  # type: ignore[method-assign]
    with pytest.raises(ModelError, match="'contrast' gave no number for this frame on contrast"):
        predictor.predict(frame())
