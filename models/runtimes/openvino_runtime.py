"""OpenVINO on the CPU: what a station without a GPU, and without torch, runs on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import numpy as np

from models.runtimes.base import Encoded, Floats, RuntimeUnavailable
from models.runtimes.quiet_openvino import openvino

PRECISIONS = {"bf16": "bf16", "fp32": "f32"}
"""Badge words and OpenVINO's own."""

_FIXED_SHAPES = 2
"""So many sizes get a graph compiled for them alone; a station sees one or two, a mixed folder hundreds."""

Shape = tuple[tuple[int, ...], ...]


class OpenVinoRuntime:
    """Compiled graphs, one or two, from a folder that ``derive_openvino`` or a package has filled.

    ``precision`` is 'bf16', 'fp32' or ``None`` for the best the processor computes natively. ``compiled_cache`` is a
    folder where OpenVINO keeps compiled graphs, ``None`` for nowhere. ``temporary`` is a folder to delete at the end.
    Raises ``RuntimeUnavailable`` where a graph cannot be read or compiled.
    """

    def __init__(
        self,
        graphs: Path,
        *,
        precision: str | None = None,
        compiled_cache: Path | None = None,
        reason: str = "OpenVINO was asked for.",
        temporary: TemporaryDirectory[str] | None = None,
    ) -> None:
        self.precision = precision or native_precision()
        self.reason = reason
        self._temporary = temporary
        self._tiles: Floats | None = None
        core = openvino.Core()
        properties = _properties(self.precision, compiled_cache)
        try:
            self._gate: _Stage | None = _Stage(core, graphs / "gate.xml", properties)
            # A bundle that only classifies has no graph to draw with.
            draw = graphs / "draw.xml"
            self._draw: _Stage | None = _Stage(core, draw, properties) if draw.is_file() else None
        except RuntimeError as error:
            raise RuntimeUnavailable(f"OpenVINO cannot read the graphs in {graphs} ({_first_line(error)})") from error

    @property
    def label(self) -> str:
        """As in 'OpenVINO · CPU · bf16'."""
        return f"OpenVINO · CPU · {self.precision}"

    def classify(self, tiles: Floats) -> Encoded:
        """Stage one, as ``Runtime`` has it. The features stay where OpenVINO wrote them."""
        assert self._gate is not None, "the runtime is closed"
        # A graph that hands its input on to the drawing stage does so without a copy, so the tiles must stay.
        self._tiles = np.ascontiguousarray(tiles)
        outputs = self._gate.infer([openvino.Tensor(self._tiles, shared_memory=True)])
        return Encoded(probabilities=np.array(outputs[0].data), state=tuple(outputs[1:]))

    def segment(self, encoded: Encoded, rows: Sequence[int]) -> Floats:
        """Stage two, as ``Runtime`` has it. All rows are handed on without a copy, some by copying those."""
        assert self._draw is not None, "the runtime is closed, or its bundle only classifies"
        features = cast("tuple[Any, ...]", encoded.state)
        if list(rows) != list(range(len(encoded.probabilities))):
            features = tuple(openvino.Tensor(feature.data[list(rows)]) for feature in features)
        return cast("Floats", self._draw.infer(features)[0].data)

    def close(self) -> None:
        """Drop the compiled graphs and the temporary folder."""
        self._gate = self._draw = self._tiles = None
        if self._temporary is not None:
            self._temporary.cleanup()


class _Stage:
    """One graph, compiled for any size and, for the first sizes that come again, for that size alone.

    The size's own graph saves the shape inference of every call: 2 % of a 256×1600 frame, 15 % of a 224×224 one. Each
    compiled graph holds its own buffers (150 MB for 256×1600), so the one for any size goes when it is not needed.
    """

    def __init__(self, core: Any, path: Path, properties: dict[str, Any]) -> None:
        self._core = core
        self._model = core.read_model(str(path))
        self._properties = properties
        self._any_size: Any = self._compile(self._model, properties)
        self._fixed: dict[Shape, Any] = {}
        self._seen: set[Shape] = set()

    def infer(self, inputs: Sequence[Any]) -> list[Any]:
        """Run on tensors; the output tensors, which last until the next call."""
        request = self._request(tuple(tuple(tensor.shape) for tensor in inputs))
        for place, tensor in enumerate(inputs):
            request.set_input_tensor(place, tensor)
        request.infer()
        return [request.get_output_tensor(place) for place in range(len(request.model_outputs))]

    def _request(self, shape: Shape) -> Any:
        if shape in self._fixed:
            return self._fixed[shape]
        if shape in self._seen and len(self._fixed) < _FIXED_SHAPES:
            model = self._model.clone()
            model.reshape({place: list(sides) for place, sides in enumerate(shape)})
            self._any_size = None
            # Not kept on disk: a folder of sizes would fill it.
            self._fixed[shape] = self._compile(model, {**self._properties, "CACHE_DIR": ""})
            return self._fixed[shape]
        if len(self._fixed) < _FIXED_SHAPES:
            self._seen.add(shape)
        if self._any_size is None:
            self._any_size = self._compile(self._model, self._properties)
        return self._any_size

    def _compile(self, model: Any, properties: dict[str, Any]) -> Any:
        return self._core.compile_model(model, "CPU", properties).create_infer_request()


def native_precision() -> str:
    """'bf16' where the processor multiplies bfloat16 natively, else 'fp32'."""
    capabilities = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in capabilities else "fp32"


def available_cores() -> int:
    """The processor cores this process may use, which a container may have cut down."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _properties(precision: str, compiled_cache: Path | None) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": PRECISIONS[precision],
        "INFERENCE_NUM_THREADS": available_cores(),
    }
    if compiled_cache is not None:
        properties["CACHE_DIR"] = str(compiled_cache)
    return properties


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip() if lines else type(error).__name__
