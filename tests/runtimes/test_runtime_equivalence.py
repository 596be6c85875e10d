"""Every runtime says what torch in 32 bits says, of any number and size of tiles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.bundle import Bundle, list_bundles
from models.predictor import Predictor
from models.runtimes.base import Floats, Runtime
from models.runtimes.choice import choose_runtime
from models.runtimes.derive_openvino import derive_graphs
from models.runtimes.openvino_runtime import OpenVinoRuntime
from models.runtimes.torch_runtime import TorchRuntime, load_network

SIZES = ((1, 64, 64), (3, 32, 96), (1, 64, 64), (2, 128, 32), (1, 64, 64), (3, 32, 96), (1, 96, 96))
"""(tiles, height, width): some come again, so that graphs for one size and for any size both answer."""
TOLERANCE = {"fp32": 1e-5, "bf16": 0.03}

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "bundles"


def tiles_of(count: int, height: int, width: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, 1, height, width)).astype(np.float32)


@pytest.fixture
def reference(bundle: Bundle) -> Iterator[TorchRuntime]:
    runtime = TorchRuntime(bundle)
    yield runtime
    runtime.close()


@pytest.fixture(params=sorted(TOLERANCE))
def openvino_runtime(request: pytest.FixtureRequest, graphs: Path) -> Iterator[OpenVinoRuntime]:
    runtime = OpenVinoRuntime(graphs, precision=request.param)
    yield runtime
    runtime.close()


def test_torch_on_the_cpu_is_the_network_itself(bundle: Bundle, reference: TorchRuntime) -> None:
    torch = pytest.importorskip("torch")
    tiles = tiles_of(2, 64, 64)
    network = load_network(bundle)
    with torch.no_grad():
        features = network.encode(torch.from_numpy(tiles))
        classes, pixels = network.classify(features), network.segment(features)
        expected = torch.softmax(pixels, 1)[:, 1:] if bundle.spec.exclusive else torch.sigmoid(pixels)
    encoded = reference.classify(tiles)
    np.testing.assert_allclose(encoded.probabilities, torch.sigmoid(classes).numpy(), atol=1e-6)
    np.testing.assert_allclose(reference.segment(encoded, [0, 1]), expected.numpy(), atol=1e-6)
    assert reference.label == "torch · CPU · fp32"


def test_openvino_says_what_torch_says_of_any_number_and_size(
    reference: TorchRuntime, openvino_runtime: OpenVinoRuntime
) -> None:
    tolerance = TOLERANCE[openvino_runtime.precision]
    for seed, size in enumerate(SIZES):
        tiles = tiles_of(*size, seed=seed)
        expected = reference.classify(tiles)
        got = openvino_runtime.classify(tiles)
        assert got.probabilities.shape == (size[0], 3)
        np.testing.assert_allclose(got.probabilities, expected.probabilities, atol=tolerance)
        rows = list(range(size[0]))
        drawn = openvino_runtime.segment(got, rows)
        assert drawn.shape == (size[0], 3, *size[1:])
        assert drawn.dtype == np.float32
        np.testing.assert_allclose(drawn, reference.segment(expected, rows), atol=tolerance)
    assert openvino_runtime.label == f"OpenVINO · CPU · {openvino_runtime.precision}"


def test_some_rows_are_the_same_rows_of_all(reference: TorchRuntime, graphs: Path) -> None:
    openvino_runtime = OpenVinoRuntime(graphs, precision="fp32")
    runtimes: tuple[Runtime, ...] = (reference, openvino_runtime)
    for runtime in runtimes:
        encoded = runtime.classify(tiles_of(4, 32, 64))
        everything = np.array(runtime.segment(encoded, [0, 1, 2, 3]))
        assert np.ptp(everything, axis=0).max() > 0.01
        np.testing.assert_allclose(runtime.segment(encoded, [3, 1]), everything[[3, 1]], atol=1e-6)
        np.testing.assert_allclose(runtime.segment(encoded, [2]), everything[[2]], atol=1e-6)


def test_probabilities_are_probabilities(bundle: Bundle, reference: TorchRuntime) -> None:
    encoded = reference.classify(tiles_of(1, 64, 64))
    drawn = reference.segment(encoded, [0])
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    total = drawn.sum(axis=1)
    # An exclusive bundle's classes leave something to the background; overlapping ones need not add up.
    assert (total.max() < 1) == bundle.spec.exclusive


def test_masks_of_bf16_are_those_of_torch(bundle: Bundle, graphs: Path) -> None:
    image = np.random.default_rng(3).integers(0, 256, (100, 150), dtype=np.uint8)
    stacks = []
    for runtime in (TorchRuntime(bundle), OpenVinoRuntime(graphs, precision="bf16")):
        predictor = Predictor(bundle, runtime)
        stacks.append(predictor.predict(image).stack)
        predictor.close()
    assert stacks[0].any()
    assert np.mean(stacks[0] == stacks[1]) > 0.97


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.timm-. encoders are deprecated:DeprecationWarning")
@pytest.mark.parametrize("shipped", list_bundles([SHIPPED]), ids=lambda bundle: bundle.name)
def test_a_shipped_bundle_draws_the_same_on_every_runtime(shipped: Bundle, tmp_path: Path) -> None:
    frame = _smooth_frame(shipped.spec.channels)
    reference = Predictor(shipped, choose_runtime(shipped, "torch", tmp_path))
    expected = reference.predict(frame)
    reference.close()
    derive_graphs(shipped, tmp_path / "graphs")
    for precision, agreement in (("fp32", 0.9999), ("bf16", 0.995)):
        predictor = Predictor(shipped, OpenVinoRuntime(tmp_path / "graphs", precision=precision))
        got = predictor.predict(frame)
        predictor.close()
        assert got.probabilities == pytest.approx(expected.probabilities, abs=0.05)
        assert np.mean(got.stack == expected.stack) >= agreement


def _smooth_frame(channels: int) -> np.ndarray:
    """Steel-grey with a dark line and a bright patch, 256×512, uint8."""
    rng = np.random.default_rng(5)
    frame = rng.normal(110, 12, (256, 512))
    frame[60:64, 100:400] -= 60
    frame[150:200, 300:360] += 70
    grey = np.clip(frame, 0, 255).astype(np.uint8)
    return grey if channels == 1 else np.repeat(grey[..., None], 3, axis=2)
