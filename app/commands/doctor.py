"""``stripsight doctor``: what this computer can do, and whether it can inspect."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.runtime_times import FRAME_PX, RuntimeTime, runtime_times

PACKAGES = ("numpy", "opencv-python-headless", "openvino", "torch", "torchvision", "PySide6-Essentials", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Machine:
    """What the computer is. Memory in bytes; ``bf16`` whether the processor multiplies it natively, if known."""

    stripsight: str
    python: str
    system: str
    processor: str
    cores: int
    bf16: bool | None
    memory_bytes: int
    memory_free_bytes: int
    cuda_driver: bool
    display: bool
    qt_platform: str
    packages: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder the station writes to. ``fault`` is a sentence, or '' where it can be written."""

    purpose: str
    path: str
    free_bytes: int
    fault: str


@dataclass(frozen=True, slots=True)
class BundleState:
    """A bundle found, with ``fault`` a sentence or '' where every file is as written."""

    name: str
    folder: str
    fault: str


@dataclass(frozen=True, slots=True)
class Examination:
    """All that the doctor found."""

    can_inspect: bool
    machine: Machine
    folders: tuple[Folder, ...]
    bundles: tuple[BundleState, ...]
    runtimes: tuple[RuntimeTime, ...]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``doctor``."""
    doctor = subparsers.add_parser("doctor", help="what this computer can do; exit 1 where it cannot inspect")
    doctor.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Examine the computer; 0 where a sound bundle runs on some runtime, else 1."""
    found = examine()
    print(json.dumps(asdict(found), indent=2) if arguments.json else as_text(found))
    return 0 if found.can_inspect else 1


def examine() -> Examination:
    """Look at everything; what is broken becomes a fault and never an exception."""
    from app import paths

    bundles = tuple(_bundle_states(paths.bundle_folders()))
    sound = [state for state in bundles if not state.fault]
    runtimes = runtime_times(Path(sound[0].folder), _say_timing) if sound else ()
    return Examination(
        can_inspect=any(runtime.frame_ms is not None for runtime in runtimes),
        machine=machine(),
        folders=(
            _folder("station data", paths.station_data()),
            _folder("personal settings", paths.person_settings()),
            _folder("cache", paths.cache()),
        ),
        bundles=bundles,
        runtimes=runtimes,
    )


def as_text(found: Examination) -> str:
    """The findings for people, and at the end what it comes to."""
    machine = found.machine
    bf16 = {True: "with bf16", False: "without bf16", None: "bf16 unknown"}[machine.bf16]
    lines = [
        f"StripSight {machine.stripsight}, Python {machine.python}, {machine.system}",
        f"Processor   {machine.processor}, {machine.cores} core(s), {bf16}",
        f"Memory      {_gb(machine.memory_bytes)}, {_gb(machine.memory_free_bytes)} free",
        f"GPU         {'an NVIDIA driver is installed' if machine.cuda_driver else 'no NVIDIA driver'}",
        f"Display     {'yes' if machine.display else 'none'}, Qt platform {machine.qt_platform or 'by default'}",
        "Packages    " + ", ".join(f"{name} {version or 'missing'}" for name, version in machine.packages.items()),
    ]
    lines += [
        f"Folder      {folder.purpose}: {folder.path}, {folder.fault or _gb(folder.free_bytes) + ' free'}"
        for folder in found.folders
    ]
    lines += [f"Bundle      {state.name}: {state.fault or 'every file is as written'}" for state in found.bundles]
    lines += [
        f"Runtime     {runtime.label or runtime.name}: "
        + (runtime.fault or f"{runtime.frame_ms:.1f} ms a frame of {FRAME_PX[0]}×{FRAME_PX[1]} px")
        for runtime in found.runtimes
    ]
    return "\n".join([*lines, "", _conclusion(found)])


def _conclusion(found: Examination) -> str:
    if found.can_inspect:
        return "This computer can inspect."
    if not found.bundles:
        return "This computer cannot inspect: there is no bundle; train one or copy one to the station."
    if not found.runtimes:
        return "This computer cannot inspect: no bundle is sound; copy them again."
    return "This computer cannot inspect: no runtime runs; install stripsight again."


def machine() -> Machine:
    import psutil

    from app import __version__
    from app.display import display_available
    from models.runtimes.choice import cuda_driver_present

    memory = psutil.virtual_memory()
    return Machine(
        stripsight=__version__,
        python=platform.python_version(),
        system=platform.platform(terse=True),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        bf16=_native_bf16(),
        memory_bytes=int(memory.total),
        memory_free_bytes=int(memory.available),
        cuda_driver=cuda_driver_present(),
        display=display_available(),
        qt_platform=os.environ.get("QT_QPA_PLATFORM", ""),
        packages={name: _version(name) for name in PACKAGES},
    )


def _processor() -> str:
    """The processor's name; Linux keeps it in a file that Python's ``platform`` does not read."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _native_bf16() -> bool | None:
    try:
        from models.runtimes.openvino_runtime import native_precision

        return native_precision() == "bf16"
    except (ImportError, RuntimeError):
        return None


def _version(package: str) -> str | None:
    # It brings a parser of e-mails along, which every start of the program would wait for.
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _folder(purpose: str, path: Path) -> Folder:
    """Whether ``path`` can be written, found out by writing; it is made where it is missing."""
    fault = ""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / f".doctor-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        fault = f"cannot be written ({error.strerror or error}); give this account the right to, or set STRIPSIGHT_HOME"
    existing = next(place for place in (path, *path.parents) if place.exists())
    return Folder(purpose=purpose, path=str(path), free_bytes=shutil.disk_usage(existing).free, fault=fault)


def _bundle_states(folders: Sequence[Path]) -> list[BundleState]:
    from models.bundle import BundleError, bundle_folders_in, open_bundle

    states = []
    for place in bundle_folders_in(folders):
        fault = ""
        try:
            open_bundle(place, verify=True)
        except BundleError as error:
            fault = str(error)
        states.append(BundleState(name=place.name, folder=str(place), fault=fault))
    return states


def _say_timing(name: str) -> bool:
    """Tell a person at a terminal what takes its time."""
    if sys.stderr.isatty():
        print(f"Timing a frame on {name} …", file=sys.stderr)
    return True


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
