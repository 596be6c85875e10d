"""OpenVINO's graphs derived from a bundle by way of torch, the only step on the way to OpenVINO that needs torch.

``openvino.convert_model`` would do the same in one call, but logs a traceback for every operation that its table of
decompositions names and the installed torch does not know; so the PyTorch front end is called directly.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

from models.bundle import Bundle
from models.runtimes.graph_cache import GRAPH_FORMAT, MANIFEST_FILE, STAGES
from models.runtimes.quiet_openvino import openvino

_EXAMPLE_TILES = 2
"""Sizes of the example that is traced: no two alike and none of them 1, so that nothing is taken for a constant."""
_EXAMPLE_STRIDES = (3, 4)
_OTHER_STRIDES = (5, 6)
"""Sizes that a second example has, to see which sides of the features follow the tile's."""


def derive_graphs(bundle: Bundle, folder: Path) -> None:
    """Write the bundle's graphs (``gate``, of a cascade ``draw`` too) and their manifest as ``folder``, all or nothing.

    Raises ``ImportError`` without torch, ``OSError`` where ``folder`` cannot be written and ``BundleError`` where the
    weights do not fit the network.
    """
    graphs = _convert(bundle)
    fresh = folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.new"
    try:
        fresh.mkdir(parents=True)
        for stage, graph in zip(STAGES[bundle.spec.task], graphs, strict=True):
            openvino.save_model(graph, str(fresh / f"{stage}.xml"), compress_to_fp16=True)
        files = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(fresh.iterdir())}
        manifest = {
            "format": GRAPH_FORMAT,
            "bundle": bundle.sha256,
            "openvino": openvino.get_version(),
            "files": files,
        }
        (fresh / MANIFEST_FILE).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        if folder.exists():
            # Only a folder that failed its check is derived again.
            shutil.rmtree(folder)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _convert(bundle: Bundle) -> list[Any]:
    """The bundle's stages as OpenVINO models of any number and size of tiles."""
    import torch
    from torch.export import Dim

    from models.runtimes.torch_runtime import DrawStage, GateStage, load_network

    spec = bundle.spec
    network = load_network(bundle)
    count, rows, columns = Dim("count", min=1, max=1024), Dim("rows", min=1, max=1024), Dim("columns", min=1, max=1024)

    def example(strides: tuple[int, int]) -> torch.Tensor:
        return torch.zeros(_EXAMPLE_TILES, spec.channels, *(stride * spec.multiple_px for stride in strides))

    def free(tensor: torch.Tensor, other: torch.Tensor) -> dict[int, Any]:
        """The tensor's sides that change with the number or the size of tiles."""
        sides: dict[int, Any] = {0: count}
        for place, (one, two) in enumerate(zip(tensor.shape, other.shape, strict=True)):
            if one != two:
                across = place == tensor.ndim - 1
                sides[place] = one // _EXAMPLE_STRIDES[across] * (columns if across else rows)
        return sides

    tiles, others = example(_EXAMPLE_STRIDES), example(_OTHER_STRIDES)
    gate = GateStage(network, task=spec.task, exclusive=spec.exclusive)
    graphs = [_export(gate, (tiles,), [free(tiles, others)])]
    if spec.task == "cascade":
        with torch.no_grad():
            features, other_features = network.encode(tiles), network.encode(others)  # type: ignore[operator]
        sides = tuple(free(one, two) for one, two in zip(features, other_features, strict=True))
        graphs.append(_export(DrawStage(network, exclusive=spec.exclusive), tuple(features), [sides]))
    return graphs


def _export(stage: Any, example: tuple[Any, ...], free: Any) -> Any:
    """One stage as an OpenVINO model."""
    import torch
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.fx_decoder import TorchFXPythonDecoder
    from openvino.frontend.pytorch.torchdynamo.export_decompositions import ops_to_not_decompose

    program = torch.export.export(stage.eval(), example, dynamic_shapes=tuple(free), strict=False)
    decompositions = torch.export.default_decompositions()
    for operation in ops_to_not_decompose():
        decompositions.pop(operation, None)  # type: ignore[no-untyped-call]
    module = program.run_decompositions(decompositions).module()
    # Named, because the front end refers to manager and decoder without owning them.
    manager = FrontEndManager()
    front_end = manager.load_by_framework("pytorch")
    decoder = TorchFXPythonDecoder(module, dynamic_shapes=True)
    return front_end.convert(front_end.load(decoder))
