"""Which runtime a bundle runs on: the fastest this computer has, and why, in one sentence."""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
import sys
import tempfile
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.bundle import Bundle, BundleError
from models.runtimes.base import Runtime, RuntimeUnavailable
from models.runtimes.graph_cache import cached_graphs, compiled_graphs, graphs_complaint, note_use, packaged_graphs

_log = logging.getLogger(__name__)

_TRIAL_STRIDES = 2
"""Side of the blank tile every runtime must get through before it is chosen, in multiples of the stride."""


def choose_runtime(bundle: Bundle, device: str = "auto", cache: Path | None = None) -> Runtime:
    """The first runtime of ``DEVICES[device]`` that runs the bundle here.

    Its ``reason`` names every one before it with what kept it from running. ``cache`` is the folder for derived and
    compiled graphs; without one they last as long as the runtime. Raises ``RuntimeUnavailable`` with one sentence
    where none runs or the device is unknown, ``BundleError`` where the bundle itself is at fault.
    """
    if device not in DEVICES:
        raise RuntimeUnavailable(f"There is no device '{device}'; use one of {', '.join(DEVICES)}.")
    complaints: list[str] = []
    for name in DEVICES[device]:
        candidate = CANDIDATES[name]
        try:
            runtime = candidate.start(bundle, cache, _because(device, candidate.title, complaints))
            _try_out(runtime, bundle)
        except BundleError:
            raise
        except Exception as error:  # noqa: BLE001 - a driver may fail in any way; the next runtime is tried and says so
            complaints.append(f"{candidate.title} cannot ({_clause(error)})")
            _log.info("%s", complaints[-1])
            continue
        return runtime
    remedy = "install stripsight again" if device == "auto" else "use device 'auto'"
    raise RuntimeUnavailable(
        f"Bundle '{bundle.name}' cannot run on device '{device}': {'; '.join(complaints)}; {remedy}."
    )


def cuda_driver_present() -> bool:
    """Whether an NVIDIA driver can be loaded. Asked before torch is, whose import takes seconds and 200 MB."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def torch_installed() -> bool:
    """Whether torch could be imported, found out without importing it."""
    return importlib.util.find_spec("torch") is not None


def _start_cuda(bundle: Bundle, cache: Path | None, reason: str) -> Runtime:
    if not torch_installed():
        raise RuntimeUnavailable("torch is not installed; install stripsight[train]")
    if not cuda_driver_present():
        raise RuntimeUnavailable("no NVIDIA driver is installed")
    from models.runtimes.torch_runtime import TorchRuntime

    return TorchRuntime(bundle, "cuda", reason)


def _start_torch_cpu(bundle: Bundle, cache: Path | None, reason: str) -> Runtime:
    if not torch_installed():
        raise RuntimeUnavailable("torch is not installed; install stripsight[train]")
    from models.runtimes.torch_runtime import TorchRuntime

    return TorchRuntime(bundle, "cpu", reason)


def _start_openvino(bundle: Bundle, cache: Path | None, reason: str) -> Runtime:
    if importlib.util.find_spec("openvino") is None:
        raise RuntimeUnavailable("openvino is not installed; install stripsight again")
    from models.runtimes.openvino_runtime import OpenVinoRuntime

    compiled = compiled_graphs(bundle, cache) if cache is not None and _writable(cache) else None
    ready = [packaged_graphs(bundle), *([cached_graphs(bundle, cache)] if cache is not None else [])]
    graphs = next((folder for folder in ready if graphs_complaint(folder, bundle) is None), None)
    if graphs is None and cache is not None and compiled is not None:
        graphs = cached_graphs(bundle, cache)
        reason += _derive(bundle, graphs)
    if graphs is not None:
        runtime = OpenVinoRuntime(graphs, compiled_cache=compiled, reason=reason)
        if cache is not None:
            note_use(bundle, cache)
        return runtime
    return _start_on_temporary(bundle, cache, reason)


def _start_on_temporary(bundle: Bundle, cache: Path | None, reason: str) -> Runtime:
    """OpenVINO on graphs in a temporary folder, where there is no cache or it cannot be written."""
    from models.runtimes.openvino_runtime import OpenVinoRuntime

    if cache is not None:
        reason += f" The cache folder {cache} cannot be written, so the graphs are made anew at every start."
    temporary = tempfile.TemporaryDirectory(prefix="stripsight-", ignore_cleanup_errors=True)
    try:
        graphs = Path(temporary.name) / "ir"
        _derive(bundle, graphs)
        return OpenVinoRuntime(graphs, reason=reason, temporary=temporary)
    except BaseException:
        temporary.cleanup()
        raise


def _derive(bundle: Bundle, graphs: Path) -> str:
    """Make the graphs; a sentence where a damaged set is replaced."""
    complaint = graphs_complaint(graphs, bundle) or "whole"
    if not torch_installed():
        raise RuntimeUnavailable(
            f"its graphs of bundle '{bundle.name}' are {complaint} and torch, which makes them, is not installed; "
            "install stripsight[train] or a packaged bundle"
        )
    from models.runtimes.derive_openvino import derive_graphs

    derive_graphs(bundle, graphs)
    return "" if complaint == "not there" else f" Its graphs in the cache were {complaint} and have been made anew."


@dataclass(frozen=True, slots=True)
class Candidate:
    """A runtime that may be chosen: what people call it and how it starts with a bundle, a cache and a reason."""

    title: str
    start: Callable[[Bundle, Path | None, str], Runtime]


CANDIDATES: dict[str, Candidate] = {
    "cuda": Candidate("CUDA", _start_cuda),
    "openvino": Candidate("OpenVINO", _start_openvino),
    "torch": Candidate("torch on the CPU", _start_torch_cpu),
}
"""Every runtime, the fastest first."""

DEVICES: dict[str, tuple[str, ...]] = {
    "auto": ("cuda", "openvino", "torch"),
    "cuda": ("cuda",),
    "cpu": ("openvino", "torch"),
    "openvino": ("openvino",),
    "torch": ("torch",),
}
"""What ``--device`` takes and which runtimes it tries, in order."""


def _because(device: str, title: str, complaints: list[str]) -> str:
    if complaints:
        return f"{title} runs because {' and '.join(complaints)}."
    return f"{title} is the fastest runtime here." if device == "auto" else f"Device '{device}' was asked for."


def _clause(error: Exception) -> str:
    """An error's sentence fit for the middle of another; a library's page of text is cut short."""
    text = " ".join(str(error).split()) or type(error).__name__
    return textwrap.shorten(text.removesuffix("."), width=240, placeholder=" …")


def _try_out(runtime: Runtime, bundle: Bundle) -> None:
    """Send one blank tile through both stages: a driver that lies is found before the first frame is."""
    side = _TRIAL_STRIDES * bundle.spec.multiple_px
    encoded = runtime.classify(np.zeros((1, bundle.spec.channels, side, side), dtype=np.float32))
    finite = np.isfinite(encoded.probabilities).all()
    if finite and bundle.spec.task == "cascade":
        finite = np.isfinite(runtime.segment(encoded, [0])).all()
    if not finite:
        runtime.close()
        raise RuntimeUnavailable("it computes numbers that are not finite")


def _writable(folder: Path) -> bool:
    """Whether ``folder`` is there, or can be made, and takes files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
