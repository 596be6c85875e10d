"""The predictor on a runtime whose answers can be worked out by hand: a pixel's brightness is its probability."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.bundle import Bundle, BundleSpec
from models.labels.masks import class_mask
from models.labels.taxonomy import make_taxonomy
from models.predictor import ImageError, ModelError, Overrides, Prediction, Predictor, ThresholdError
from models.runtimes.base import Encoded, Floats

NAMES = ("bright", "middle")
MEAN, STD = 0.25, 0.5


class BrightnessRuntime:
    """Class 1 is as probable as a pixel is bright, class 2 as it is near to half bright; a frame as its best pixel."""

    label = "brightness"
    reason = "Its answers can be worked out by hand."

    def __init__(self) -> None:
        self.classified: list[tuple[int, ...]] = []
        self.segmented: list[int] = []
        self.closed = False

    def classify(self, tiles: Floats) -> Encoded:
        assert tiles.dtype == np.float32
        self.classified.append(tiles.shape)
        pixels = self._pixels(tiles)
        return Encoded(probabilities=pixels.max(axis=(2, 3)), state=pixels)

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        self.segmented.append(len(rows))
        assert isinstance(encoded.state, np.ndarray)
        return encoded.state[list(rows)]

    def close(self) -> None:
        self.closed = True

    @staticmethod
    def _pixels(tiles: Floats) -> Floats:
        bright = tiles.mean(axis=1) * np.float32(STD) + np.float32(MEAN)
        return np.stack([bright, 1 - 2 * np.abs(bright - np.float32(0.5))], axis=1)


def make_predictor(
    channels: int = 1,
    exclusive: bool = False,
    task: str = "cascade",
    tile_px: tuple[int, int] = (256, 512),
    overlap_px: int = 32,
    overrides: Overrides | None = None,
) -> tuple[Predictor, BrightnessRuntime]:
    spec = BundleSpec(
        name="brightness",
        title="Brightness",
        network="none",
        taxonomy=make_taxonomy("two", NAMES),
        channels=channels,
        mean=(MEAN,) * channels,
        std=(STD,) * channels,
        tile_px=tile_px,
        overlap_px=overlap_px,
        exclusive=exclusive,
        task=task,
        gates={"bright": 0.75, "middle": 0.75},
        pixel_thresholds={"bright": 0.75, "middle": 0.75},
        min_area_px={"bright": 1, "middle": 1},
    )
    runtime = BrightnessRuntime()
    return Predictor(Bundle(Path("brightness"), spec, "0" * 64), runtime, overrides), runtime


def dark(height: int, width: int) -> np.ndarray:
    return np.zeros((height, width), dtype=np.uint8)


def found(prediction: Prediction) -> list[tuple[int, tuple[int, int, int, int], int]]:
    return [(piece.class_id, piece.box_px, piece.area_px) for piece in prediction.components]


def test_a_bright_patch_is_drawn_where_it_is() -> None:
    image = dark(64, 96)
    image[10:20, 30:50] = 255
    image[40:44, 5:8] = 204
    predictor, runtime = make_predictor()
    prediction = predictor.predict(image)
    assert prediction.stack.shape == (64, 96)
    assert prediction.stack.dtype == np.uint8
    np.testing.assert_array_equal(class_mask(prediction.stack, 1), image >= 204)
    assert found(prediction) == [(1, (30, 10, 20, 10), 200), (1, (5, 40, 3, 4), 12)]
    assert [piece.score for piece in prediction.components] == pytest.approx([1.0, 0.8], abs=1e-6)
    # The patch of 204 is 0.8 bright, so 1 - 2 × 0.3 = 0.4 of class 2, below its gate.
    assert prediction.probabilities == pytest.approx({1: 1.0, 2: 0.4}, abs=1e-5)
    assert runtime.classified == [(1, 1, 64, 96)]
    assert prediction.timings_ms.keys() == {"prepare", "classify", "segment", "masks"}


def test_a_clean_frame_is_never_segmented() -> None:
    predictor, runtime = make_predictor()
    prediction = predictor.predict(np.full((64, 64), 60, dtype=np.uint8))
    assert not prediction.stack.any()
    assert prediction.components == ()
    assert runtime.segmented == []
    assert prediction.timings_ms["segment"] == 0.0


def test_a_class_below_its_gate_is_not_drawn_beside_one_that_passes() -> None:
    image = dark(32, 64)
    image[:, 32:] = 255
    image[:8, :8] = 120
    both, _ = make_predictor()
    assert {piece[0] for piece in found(both.predict(image))} == {1, 2}
    gated, _ = make_predictor(overrides=Overrides(gates={"middle": 0.99}))
    assert {piece[0] for piece in found(gated.predict(image))} == {1}
    opened, _ = make_predictor(overrides=Overrides(gates={"bright": 0.0, "middle": 1.0}))
    assert {piece[0] for piece in found(opened.predict(image))} == {1}


def test_a_frame_at_its_gate_passes_and_a_pixel_at_its_threshold_is_drawn() -> None:
    image = dark(32, 32)
    image[4, 4] = 255
    predictor, _ = make_predictor(overrides=Overrides(gates={"bright": 1.0}, pixel_thresholds={"bright": 1.0}))
    assert found(predictor.predict(image)) == [(1, (4, 4, 1, 1), 1)]


def test_pixel_thresholds_and_minimum_areas_can_be_overridden() -> None:
    image = dark(64, 64)
    image[10:14, 10:14] = 255
    image[30:33, 30:33] = 230
    overrides = Overrides(gates={"middle": 1.0})
    predictor, _ = make_predictor(overrides=overrides)
    assert [piece[2] for piece in found(predictor.predict(image))] == [16, 9]
    stricter = Overrides(gates={"middle": 1.0}, pixel_thresholds={"bright": 0.95})
    predictor, _ = make_predictor(overrides=stricter)
    assert [piece[2] for piece in found(predictor.predict(image))] == [16]
    bigger = Overrides(gates={"middle": 1.0}, min_area_px={"bright": 10})
    predictor, _ = make_predictor(overrides=bigger)
    prediction = predictor.predict(image)
    assert [piece[2] for piece in found(prediction)] == [16]
    assert np.count_nonzero(prediction.stack) == 16


def test_overlapping_classes_share_pixels_and_exclusive_ones_take_the_more_probable() -> None:
    # 0.7 bright: class 1 at 0.7, class 2 at 1 - 2 × 0.2 = 0.6.
    image = np.full((32, 32), 178, dtype=np.uint8)
    everything = Overrides(gates={"bright": 0.5, "middle": 0.5}, pixel_thresholds={"bright": 0.5, "middle": 0.5})
    overlapping, _ = make_predictor(overrides=everything)
    assert (overlapping.predict(image).stack == 0b11).all()
    exclusive, _ = make_predictor(exclusive=True, overrides=everything)
    assert (exclusive.predict(image).stack == 0b01).all()
    # The pixel goes to the most probable class or, where that misses its threshold, to none.
    missed = Overrides(gates=everything.gates, pixel_thresholds={"bright": 0.9, "middle": 0.5})
    exclusive, _ = make_predictor(exclusive=True, overrides=missed)
    assert not exclusive.predict(image).stack.any()
    # A class that did not pass its gate takes no pixel from one that did.
    only_middle = Overrides(gates={"bright": 0.9, "middle": 0.5}, pixel_thresholds={"middle": 0.5})
    exclusive, _ = make_predictor(exclusive=True, overrides=only_middle)
    assert (exclusive.predict(image).stack == 0b10).all()


@pytest.mark.parametrize("size", [(8, 8), (9, 33), (31, 100), (33, 32), (200, 200)])
def test_padding_is_never_drawn_and_never_counts(size: tuple[int, int]) -> None:
    image = np.full(size, 255, dtype=np.uint8)
    predictor, runtime = make_predictor(overrides=Overrides(gates={"middle": 1.0}))
    prediction = predictor.predict(image)
    height, width = size
    assert found(prediction) == [(1, (0, 0, width, height), height * width)]
    (shape,) = runtime.classified
    assert shape[2] % 32 == 0
    assert shape[3] % 32 == 0
    assert shape[2] - height < 32
    assert shape[3] - width < 32


def test_sixteen_bits_see_what_eight_see() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (64, 64), dtype=np.uint8)
    predictor, _ = make_predictor()
    eight = predictor.predict(image)
    sixteen = predictor.predict(image.astype(np.uint16) * 257)
    np.testing.assert_array_equal(eight.stack, sixteen.stack)
    assert sixteen.probabilities == pytest.approx(eight.probabilities, abs=1e-6)


def test_colour_becomes_grey_by_rec_601_and_grey_becomes_colour() -> None:
    image = np.zeros((32, 32, 3), dtype=np.uint8)
    image[..., 1] = 255
    predictor, runtime = make_predictor()
    assert predictor.predict(image).probabilities[1] == pytest.approx(0.587, abs=0.002)
    assert runtime.classified == [(1, 1, 32, 32)]
    predictor, runtime = make_predictor(channels=3)
    assert predictor.predict(image).probabilities[1] == pytest.approx(1 / 3, abs=1e-6)
    assert predictor.predict(image[..., 1]).probabilities[1] == pytest.approx(1.0, abs=1e-6)
    assert runtime.classified == [(1, 3, 32, 32)] * 2
    predictor, _ = make_predictor()
    assert predictor.predict(image[..., 1:2]).probabilities[1] == pytest.approx(1.0, abs=1e-6)
    wide = predictor.predict(image.astype(np.uint16) * 257)
    assert wide.probabilities[1] == pytest.approx(0.587, abs=1e-4)


def test_tiles_give_what_one_pass_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, (300, 500), dtype=np.uint8)
    whole, runtime = make_predictor()
    expected = whole.predict(image)
    assert runtime.classified == [(1, 1, 320, 512)]
    monkeypatch.setattr("models.predictor.ONE_PASS_PX", 2 * 64 * 96)
    tiled, runtime = make_predictor(tile_px=(64, 96), overlap_px=16)
    got = tiled.predict(image)
    assert set(runtime.classified) == {(2, 1, 64, 96), (1, 1, 64, 96)}
    np.testing.assert_array_equal(got.stack, expected.stack)
    assert got.probabilities == expected.probabilities
    assert found(got) == found(expected)
    # Scores of tiled frames are kept in 16 bits.
    scores = [piece.score for piece in expected.components]
    assert [piece.score for piece in got.components] == pytest.approx(scores, abs=2e-3)


def test_only_tiles_that_may_hold_a_class_and_their_neighbours_are_segmented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.predictor.ONE_PASS_PX", 64 * 64)
    image = dark(64, 64 * 9)
    image[10:20, 64 * 4 + 20 : 64 * 4 + 40] = 255
    predictor, runtime = make_predictor(tile_px=(64, 64), overlap_px=0)
    prediction = predictor.predict(image)
    assert found(prediction) == [(1, (64 * 4 + 20, 10, 20, 10), 200)]
    assert sum(runtime.segmented) == 3


def test_a_long_frame_takes_no_more_memory_than_a_few_of_it() -> None:
    image = np.full((2048, 8192), 60, dtype=np.uint8)
    image[1000:1010, 5000:5100] = 255
    predictor, _ = make_predictor(overrides=Overrides(gates={"middle": 1.0}))
    tracemalloc.start()
    prediction = predictor.predict(image)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found(prediction) == [(1, (5000, 1000, 100, 10), 1000)]
    # The stack is one frame, the drawn class's 16-bit scores are two; the rest is a band of tiles.
    assert peak < 7 * image.nbytes


def test_a_bundle_that_only_classifies_draws_nothing() -> None:
    predictor, runtime = make_predictor(task="classify")
    prediction = predictor.predict(np.full((32, 32), 255, dtype=np.uint8))
    assert prediction.probabilities[1] == pytest.approx(1.0)
    assert not prediction.stack.any()
    assert runtime.segmented == []


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (dark(7, 100), "only 100×7 pixels; at least 8×8"),
        (dark(100, 0), "only 0×100 pixels"),
        (np.zeros((32, 32), dtype=np.float32), "is float32; use uint8 or uint16"),
        (np.zeros((32, 32, 4), dtype=np.uint8), r"of shape \(32, 32, 4\)"),
        (np.zeros(32, dtype=np.uint8), r"of shape \(32,\)"),
    ],
)
def test_an_image_that_cannot_be_is_refused(image: np.ndarray, words: str) -> None:
    predictor, runtime = make_predictor()
    with pytest.raises(ImageError, match=words):
        predictor.predict(image)
    assert runtime.classified == []


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (Overrides(gates={"rust": 0.5}), "The gate of class 'rust' fits no class of bundle 'brightness'"),
        (Overrides(pixel_thresholds={"bright": 1.5}), r"pixel threshold of class 'bright' is 1\.5; use 0 to 1"),
        (Overrides(min_area_px={"bright": -1}), "minimum area of class 'bright' is -1; use 0 or more"),
        (Overrides(gates={"bright": float("nan")}), "gate of class 'bright' is nan"),
    ],
)
def test_an_override_that_cannot_be_is_refused(overrides: Overrides, words: str) -> None:
    with pytest.raises(ThresholdError, match=words):
        make_predictor(overrides=overrides)


class SilentRuntime(BrightnessRuntime):
    """A network gone wrong: it answers with nothing."""

    def classify(self, tiles: Floats) -> Encoded:
        return Encoded(probabilities=np.full((len(tiles), 2), np.nan, dtype=np.float32), state=None)


def test_no_answer_is_never_a_clean_frame() -> None:
    predictor, _ = make_predictor()
    predictor.runtime = SilentRuntime()
    with pytest.raises(ModelError, match="'brightness' gave no number for this frame on brightness"):
        predictor.predict(dark(32, 32))


def test_closing_closes_the_runtime() -> None:
    predictor, runtime = make_predictor()
    predictor.close()
    assert runtime.closed
    assert predictor.taxonomy.names == NAMES
