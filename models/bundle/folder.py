"""The bundle's folder: written atomically, opened with its hashes checked.

``weights.safetensors`` holds the network's tensors, floating ones as float16 (https://github.com/huggingface/safetensors);
``bundle.json`` the specification and the size and SHA-256 of every other file; ``CARD.md`` what people should know.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors.numpy
from safetensors import SafetensorError

from models.bundle.spec import BundleError, BundleSpec

FORMAT_VERSION = 1
SPECIFICATION_FILE = "bundle.json"
WEIGHTS_FILE = "weights.safetensors"
CARD_FILE = "CARD.md"

Weights = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A trained model, ready to run.

    ``sha256`` is taken over the bytes of ``bundle.json``, which pins every other file by its own hash; two bundles
    with one ``sha256`` are the same model.
    """

    folder: Path
    spec: BundleSpec
    sha256: str

    @property
    def name(self) -> str:
        """The bundle's name, as the specification gives it."""
        return self.spec.name

    @property
    def card(self) -> str:
        """The text of ``CARD.md``."""
        return (self.folder / CARD_FILE).read_text(encoding="utf-8")

    def load_weights(self) -> dict[str, npt.NDArray[Any]]:
        """The tensors by name; floating ones as float32 (stored as float16), whole ones in their stored dtype."""
        path = self.folder / WEIGHTS_FILE
        try:
            stored = safetensors.numpy.load(path.read_bytes())
        except (OSError, SafetensorError) as error:
            raise BundleError(f"{path} cannot be read ({error}); copy the bundle again.") from error
        return {
            name: tensor.astype(np.float32) if tensor.dtype.kind == "f" else tensor for name, tensor in stored.items()
        }

    def verify(self) -> None:
        """Check size and SHA-256 of every file. Raises ``BundleError`` naming the first that is not as written."""
        entries = _read_json(self.folder / SPECIFICATION_FILE)[0].get("files")
        _check_files(self.folder, entries, hashes=True)


def write_bundle(folder: Path, spec: BundleSpec, weights: Weights, card: str) -> Bundle:
    """Write a bundle as ``folder``, all of it or nothing, and open it.

    Everything is written beside ``folder`` and renamed into place. An older bundle there is replaced (and stands again
    where the replacing fails); files in its folder that were no part of it are kept. A folder that holds something else
    than a bundle is left alone. Raises ``BundleError`` where a tensor does not fit 16 bits or the disk refuses.
    """
    folder = folder.absolute()
    require_replaceable(folder)
    contents = {WEIGHTS_FILE: safetensors.numpy.save(_half(weights)), CARD_FILE: card.encode("utf-8")}
    contents[SPECIFICATION_FILE] = _specification(spec, contents)
    fresh = _beside(folder, "new")
    try:
        fresh.mkdir(parents=True)
        for name, content in contents.items():
            _write(fresh / name, content)
        _put_in_place(fresh, folder)
    except OSError as error:
        raise BundleError(
            f"The bundle cannot be written to {folder} ({error}); free the disk or name another folder."
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return open_bundle(folder)


def require_replaceable(folder: Path) -> None:
    """Raise ``BundleError`` where a bundle cannot be written as ``folder``: it holds something else than one."""
    if folder.exists() and not _replaceable(folder):
        raise BundleError(f"{folder} holds something else than a bundle; name a new or an empty folder.")


def open_bundle(reference: str | Path, folders: Sequence[Path] = (), verify: bool = True) -> Bundle:
    """Open a bundle by name, looked for in ``folders`` in order, or by the path of its folder.

    With ``verify`` the SHA-256 of every file is checked, else only that the files are there in their size. Raises
    ``BundleError`` with one sentence naming what is missing or wrong.
    """
    folder = _resolve(reference, folders)
    value, content = _read_json(folder / SPECIFICATION_FILE)
    version = value.get("format")
    if version != FORMAT_VERSION:
        raise BundleError(
            f"Bundle {folder} has format {version!r} and this program reads {FORMAT_VERSION}; "
            "update the program or make the bundle again."
        )
    try:
        spec = BundleSpec.from_json(value)
    except BundleError as error:
        raise BundleError(f"Bundle {folder}: {error}") from error
    _check_files(folder, value.get("files"), hashes=verify)
    return Bundle(folder=folder, spec=spec, sha256=hashlib.sha256(content).hexdigest())


def bundle_folders_in(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Every folder in ``folders`` that holds a ``bundle.json``, sound or not, in order; of one name only the first."""
    found: dict[str, Path] = {}
    for folder in folders:
        for place in _subfolders(folder):
            if (place / SPECIFICATION_FILE).is_file():
                found.setdefault(place.name, place)
    return tuple(found.values())


def list_bundles(folders: Sequence[Path]) -> tuple[Bundle, ...]:
    """Every bundle in ``folders`` that opens (hashes unchecked), in order; a broken one is left out."""
    found = []
    for place in bundle_folders_in(folders):
        try:
            found.append(open_bundle(place, verify=False))
        except BundleError:
            continue
    return tuple(found)


def _resolve(reference: str | Path, folders: Sequence[Path]) -> Path:
    """The bundle's folder: a name in ``folders`` first (by folder, then by the name inside), then a path."""
    path = Path(reference)
    if isinstance(reference, str) and path.name == reference:
        for folder in folders:
            if (folder / reference / SPECIFICATION_FILE).is_file():
                return folder / reference
        for bundle in list_bundles(folders):
            if bundle.name == reference:
                return bundle.folder
    if path.is_dir():
        return path
    if path.exists():
        raise BundleError(f"{path} is a file; name the bundle's folder.")
    names = ", ".join(place.name for place in bundle_folders_in(folders))
    known = f"name one of {names}, or a bundle's folder" if names else "name a bundle's folder"
    raise BundleError(f"There is no bundle '{reference}'; {known}.")


def _read_json(path: Path) -> tuple[dict[str, Any], bytes]:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise BundleError(f"{path.parent} is no bundle: {path.name} is missing; copy the bundle again.") from error
    except OSError as error:
        raise BundleError(f"{path} cannot be read ({error}); check its permissions.") from error
    try:
        value = json.loads(content)
    except ValueError as error:
        raise BundleError(f"{path} is not valid JSON ({error}); copy the bundle again.") from error
    if not isinstance(value, dict):
        raise BundleError(f"{path} is not a JSON mapping; copy the bundle again.")
    return value, content


def _check_files(folder: Path, entries: Any, *, hashes: bool) -> None:
    """Every file of the manifest is there in its size and, with ``hashes``, with its SHA-256."""
    if not isinstance(entries, dict) or not {WEIGHTS_FILE, CARD_FILE} <= entries.keys():
        raise BundleError(f"Bundle {folder}: Field files does not list {WEIGHTS_FILE} and {CARD_FILE}; copy it again.")
    for name, entry in entries.items():
        if Path(name).name != name or not isinstance(entry, dict) or not {"sha256", "bytes"} <= entry.keys():
            raise BundleError(f"Bundle {folder}: Field files has a wrong entry '{name}'; copy the bundle again.")
        path = folder / name
        if not path.is_file():
            raise BundleError(f"Bundle {folder}: {name} is missing; copy the bundle again.")
        size = path.stat().st_size
        if size != entry["bytes"]:
            raise BundleError(
                f"Bundle {folder}: {name} has {size} bytes instead of {entry['bytes']}; copy the bundle again."
            )
        if hashes and _hash(path) != entry["sha256"]:
            raise BundleError(
                f"Bundle {folder}: {name} is not the file the bundle was made with (its SHA-256 differs); "
                "copy the bundle again."
            )


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BundleError(f"{path} cannot be read ({error}); check its permissions.") from error


def _half(weights: Weights) -> dict[str, npt.NDArray[Any]]:
    """Floating tensors as float16, in the machine-independent order of their names."""
    halves: dict[str, npt.NDArray[Any]] = {}
    for name in sorted(weights):
        tensor = np.ascontiguousarray(weights[name]).reshape(np.shape(weights[name]))
        if tensor.dtype.kind == "f":
            with np.errstate(over="ignore"):
                tensor = tensor.astype(np.float16)
            if not np.isfinite(tensor).all():
                raise BundleError(f"Tensor {name} is not finite in 16 bits; train with a lower learning rate.")
        halves[name] = tensor
    return halves


def _specification(spec: BundleSpec, contents: Mapping[str, bytes]) -> bytes:
    files = {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    }
    value = {"format": FORMAT_VERSION, **spec.to_json(), "files": files}
    try:
        return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
    except (TypeError, ValueError) as error:
        raise BundleError(f"The specification of bundle '{spec.name}' does not fit JSON ({error}).") from error


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(fresh: Path, folder: Path) -> None:
    """Rename ``fresh`` to ``folder``; an older bundle moves aside first and comes back where that fails."""
    if not folder.exists():
        fresh.rename(folder)
        return
    aside = _beside(folder, "old")
    folder.rename(aside)
    try:
        _keep_others(aside, fresh)
        fresh.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _keep_others(old: Path, fresh: Path) -> None:
    """Copy what lies in the older bundle's folder but was no part of it, such as a report."""
    for item in old.iterdir():
        if (fresh / item.name).exists():
            continue
        if item.is_dir():
            shutil.copytree(item, fresh / item.name)
        else:
            shutil.copy2(item, fresh / item.name)


def _replaceable(folder: Path) -> bool:
    return folder.is_dir() and ((folder / SPECIFICATION_FILE).is_file() or not any(folder.iterdir()))


def _beside(folder: Path, kind: str) -> Path:
    """A hidden, unused name beside ``folder``, on the same disk so that a rename is atomic."""
    return folder.parent / f".{folder.name}.{uuid.uuid4().hex[:8]}.{kind}"


def _subfolders(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(item for item in folder.iterdir() if item.is_dir() and not item.name.startswith("."))
    except OSError:
        return
