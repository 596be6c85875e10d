"""Any network of the registry as a bundle with made-up weights, and what its predictor says on each runtime."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.bundle import Bundle, BundleSpec, write_bundle
from models.labels.taxonomy import make_taxonomy
from models.networks.registry import build_network
from models.predictor import Prediction, Predictor
from models.runtimes.base import Floats
from models.runtimes.derive_openvino import derive_graphs
from models.runtimes.openvino_runtime import OpenVinoRuntime
from models.runtimes.torch_runtime import TorchRuntime

NAMES = ("scratch", "patch", "pit")
ATOL = 1e-3
"""How far OpenVINO in 32 bits may be from torch: its graphs keep their weights in 16 bits, as the bundle does."""


def make(name: str, options: Mapping[str, Any], *, exclusive: bool = True, channels: int = 1, seed: int = 3) -> Any:
    """A network in evaluation mode, as if trained: no scale is left at 0 and batch normalisation has seen something."""
    torch.manual_seed(seed)
    network = build_network(name, options, len(NAMES), channels, exclusive)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
    return network.eval()


def parameters(network: nn.Module) -> int:
    """How many numbers are learnt."""
    return sum(value.numel() for value in network.parameters())


def bundle_of(
    folder: Path,
    name: str,
    options: Mapping[str, Any],
    *,
    exclusive: bool = True,
    channels: int = 1,
    tile_px: tuple[int, int] = (64, 96),
    front_end: str = "",
) -> Bundle:
    """The network with all gates open, written as a bundle."""
    network = make(name, options, exclusive=exclusive, channels=channels)
    spec = BundleSpec(
        name="trial",
        title="Trial",
        network=name,
        network_options=dict(options),
        taxonomy=make_taxonomy("three", NAMES),
        channels=channels,
        mean=(0.5,) * channels,
        std=(0.25,) * channels,
        tile_px=tile_px,
        overlap_px=0,
        multiple_px=network.multiple_px,
        exclusive=exclusive,
        task=network.task,
        gates=dict.fromkeys(NAMES, 0.0),
        pixel_thresholds=dict.fromkeys(NAMES, 0.0),
        min_area_px=dict.fromkeys(NAMES, 1),
        **({"front_end": front_end} if front_end else {}),
    )
    weights = {key: value.numpy() for key, value in network.state_dict().items()}
    return write_bundle(folder / "bundle", spec, weights, "# Trial")


def runtimes_of(bundle: Bundle, folder: Path) -> tuple[TorchRuntime, OpenVinoRuntime]:
    """Torch and, on graphs derived into ``folder``, OpenVINO, both in 32 bits on the CPU."""
    derive_graphs(bundle, folder / "graphs")
    return TorchRuntime(bundle), OpenVinoRuntime(folder / "graphs", precision="fp32")


def assert_runtimes_agree(bundle: Bundle, folder: Path, frames: tuple[tuple[int, int], ...]) -> None:
    """Class and pixel probabilities of frames of these sizes (height, width), alone and in batches of three."""
    reference, derived = runtimes_of(bundle, folder)
    try:
        for seed, size in enumerate(frames):
            image = np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8)
            expected, got = (Predictor(bundle, runtime).predict(image) for runtime in (reference, derived))
            assert got.stack.shape == size
            assert expected.probabilities.keys() == got.probabilities.keys()
            _assert_close(list(got.probabilities.values()), list(expected.probabilities.values()))
            _assert_alike(got, expected)
            if all(side % bundle.spec.multiple_px == 0 for side in size):
                _assert_batches_agree(bundle, reference, derived, size)
    finally:
        reference.close()
        derived.close()


def _assert_batches_agree(
    bundle: Bundle, reference: TorchRuntime, derived: OpenVinoRuntime, size: tuple[int, int]
) -> None:
    tiles = np.random.default_rng(1).normal(size=(3, bundle.spec.channels, *size)).astype(np.float32)
    expected, got = reference.classify(tiles), derived.classify(tiles)
    assert got.probabilities.shape == (3, len(NAMES))
    _assert_close(got.probabilities, expected.probabilities)
    if bundle.spec.task == "cascade":
        pixels = reference.segment(expected, [0, 2])
        assert pixels.shape == (2, len(NAMES), *size)
        # Answers that do not vary would agree whatever the graph does.
        assert pixels.std() > 1e-4
        _assert_close(derived.segment(got, [0, 2]), pixels)


def _assert_close(got: Floats | list[float], expected: Floats | list[float]) -> None:
    np.testing.assert_allclose(got, expected, atol=ATOL)


def _assert_alike(got: Prediction, expected: Prediction) -> None:
    """The same pixels, but for a few whose two best classes are nearly even."""
    assert np.mean(got.stack != expected.stack) < 0.02


def assert_gradients_reach_every_parameter(network: nn.Module, x: torch.Tensor) -> None:
    """Of a loss on all outputs in training mode, every parameter has a gradient that is not all zero."""
    network.train()
    outputs = network(x)
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    torch.stack([(output * torch.randn_like(output)).sum() for output in outputs]).sum().backward()
    without = [
        name for name, value in network.named_parameters() if value.grad is None or not torch.any(value.grad != 0)
    ]
    assert without == []
