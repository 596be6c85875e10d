"""Torch: bfloat16 on CUDA, and float32 on the CPU as the reference every other runtime is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from models.bundle import Bundle, BundleError
from models.networks.registry import NetworkError, build_network
from models.runtimes.base import Encoded, Floats, RuntimeUnavailable


def load_network(bundle: Bundle) -> nn.Module:
    """The bundle's network with its weights, float32, in evaluation mode, on the CPU.

    Raises ``BundleError`` where the weights do not fit the network the specification names.
    """
    spec = bundle.spec
    try:
        network = build_network(
            spec.network, spec.network_options, len(spec.taxonomy), spec.channels, exclusive=spec.exclusive
        )
        weights = {name: torch.from_numpy(np.array(tensor)) for name, tensor in bundle.load_weights().items()}
        network.load_state_dict(weights)
    except (NetworkError, RuntimeError) as error:
        first_line = str(error).partition("\n")[0]
        raise BundleError(
            f"Bundle {bundle.folder} does not fit its network '{spec.network}' ({first_line}); make the bundle again."
        ) from error
    return network.eval()


class GateStage(nn.Module):
    """Tiles in, class probabilities (N, K) out and then, of a cascade, what its drawing stage needs."""

    def __init__(self, network: nn.Module, *, task: str, exclusive: bool) -> None:
        super().__init__()
        self.network = network
        self.draws = task == "cascade"
        self.one_of_all = exclusive and not self.draws

    def forward(self, tiles: Tensor) -> tuple[Tensor, ...]:
        """(N, C, H, W) to ((N, K), features…)."""
        features = self.network.encode(tiles)  # type: ignore[operator]
        logits = self.network.classify(features).float()  # type: ignore[operator]
        # A cascade's gate speaks of each class for itself, even where a pixel can only have one.
        probabilities = torch.softmax(logits, dim=1)[:, 1:] if self.one_of_all else torch.sigmoid(logits)
        return (probabilities, *features) if self.draws else (probabilities,)


class DrawStage(nn.Module):
    """The decoder's features in, pixel probabilities (N, K, H, W) without background out."""

    def __init__(self, network: nn.Module, *, exclusive: bool) -> None:
        super().__init__()
        self.network = network
        self.exclusive = exclusive

    def forward(self, *features: Tensor) -> Tensor:
        """Features, finest first, to (N, K, H, W)."""
        logits = self.network.segment(list(features))  # type: ignore[operator]
        # Softmax and sigmoid in 32 bits: thresholds near 0 and 1 mean something then.
        logits = logits.float()
        return torch.softmax(logits, dim=1)[:, 1:] if self.exclusive else torch.sigmoid(logits)


class TorchRuntime:
    """A bundle's network on ``device`` ('cpu' or 'cuda'). Raises ``RuntimeUnavailable`` where CUDA is not there."""

    def __init__(self, bundle: Bundle, device: str = "cpu", reason: str = "Torch was asked for.") -> None:
        if device == "cuda" and not torch.cuda.is_available():
            raise RuntimeUnavailable("torch sees no CUDA device; install an NVIDIA driver and torch's CUDA build")
        self._device = torch.device(device)
        self._bfloat = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
        self._layout = torch.channels_last if device == "cuda" else torch.contiguous_format
        network = load_network(bundle).to(self._device)
        network = network.to(memory_format=self._layout)
        self._gate = GateStage(network, task=bundle.spec.task, exclusive=bundle.spec.exclusive)
        self._draw = DrawStage(network, exclusive=bundle.spec.exclusive)
        self.reason = reason

    @property
    def label(self) -> str:
        """As in 'torch · NVIDIA H200 · bf16'."""
        on_cuda = self._device.type == "cuda"
        place = torch.cuda.get_device_name(self._device) if on_cuda else "CPU"
        return f"torch · {place} · {'bf16' if self._bfloat else 'fp32'}"

    def classify(self, tiles: Floats) -> Encoded:
        """Stage one, as ``Runtime`` has it."""
        with torch.inference_mode(), self._precision():
            pixels = torch.from_numpy(tiles).to(self._device, memory_format=self._layout)
            probabilities, *features = self._gate(pixels)
        return Encoded(probabilities=_to_numpy(probabilities), state=tuple(features))

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        """Stage two, as ``Runtime`` has it."""
        features = cast("tuple[Tensor, ...]", encoded.state)
        if list(rows) != list(range(len(encoded.probabilities))):
            features = tuple(feature[list(rows)] for feature in features)
        with torch.inference_mode(), self._precision():
            return _to_numpy(self._draw(*features))

    def close(self) -> None:
        """Give the GPU's memory back."""
        self._gate = self._draw = cast("nn.Module", None)  # type: ignore[assignment]
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _precision(self) -> torch.autocast:
        return torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._bfloat)


def _to_numpy(tensor: Tensor) -> Floats:
    return cast("Floats", tensor.float().contiguous().cpu().numpy())
