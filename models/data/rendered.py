"""Frames of the synthetic strip with their exact masks: nothing to download, nothing to ask permission for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from models.data import strip
from models.data.cache import DataCache
from models.data.collection import Collection, DataError
from models.data.strip import DEMO_STRIP, PRESETS, Preset, RenderedFrame, find_preset

FRAMES_A_STRIP = 8
"""So many frames are taken of one strip, spread over its length, before the next seed."""
FRAME_STRIDE = 7
CACHED_FRAMES = 200
"""From so many frames on they are kept: a frame takes 38 ms to render and 4 to read again (one core, 256×1600)."""

# The fastest PNG that still shrinks grain: run lengths after the average filter.
_PNG_OPTIONS = (
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_AVG),
)


def read_rendered(preset: str, frames: int, seed: int, cache: DataCache | None = None) -> Collection:
    """``frames`` frames of a preset, ``FRAMES_A_STRIP`` of each strip, of seeds ``seed``, ``seed`` + 1 and so on.

    With a ``cache`` many frames are rendered once and read from there the next time, until the renderer changes; they
    are the same to the bit. Raises ``DataError`` where there is no such preset or no frame is asked for.
    """
    found = find_preset(preset)
    if found is None:
        known = ", ".join(entry.name for entry in PRESETS)
        raise DataError(f"There is no strip '{preset}' to render; choose one of {known}.")
    if frames < 1:
        raise DataError("The plan's data.frames must be at least 1, the number of frames to render.")
    version = _renderer_version()
    if cache is None or frames < CACHED_FRAMES or not version:
        rendered = [(frame.image, frame.stack) for frame in _render(found, frames, seed)]
    else:
        rendered = _cached(found, frames, seed, cache, version)
    places = [(seed + place // FRAMES_A_STRIP, place % FRAMES_A_STRIP * FRAME_STRIDE) for place in range(frames)]
    return Collection(
        DEMO_STRIP,
        tuple(f"{preset}-{strip_seed}-{number:06d}" for strip_seed, number in places),
        tuple(image for image, _ in rendered),
        tuple(stack for _, stack in rendered),
        tuple(f"{preset}-{strip_seed}" for strip_seed, _ in places),
    )


def _render(preset: Preset, frames: int, seed: int) -> Iterator[RenderedFrame]:
    renderer = preset.renderer(seed)
    for place in range(frames):
        strip_of, part = divmod(place, FRAMES_A_STRIP)
        if part == 0:
            renderer = preset.renderer(seed + strip_of)
        yield renderer.render(part * FRAME_STRIDE)


def _cached(
    preset: Preset, frames: int, seed: int, cache: DataCache, version: str
) -> list[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]:
    def fill(folder: Path) -> None:
        cache.say(f"Rendering {frames:,} frames of the strip '{preset.name}'; this is done once.")
        for place, frame in enumerate(_render(preset, frames, seed)):
            _write(folder / f"{place}.image.png", frame.image)
            _write(folder / f"{place}.stack.png", frame.stack)

    folder = cache.entry(f"rendered/{preset.name}-{seed}-{frames}", version, fill)
    return [(_read(folder / f"{place}.image.png"), _read(folder / f"{place}.stack.png")) for place in range(frames)]


def _renderer_version() -> str:
    """What decides the pixels: the renderer's own sources and the libraries it draws with; '' without sources."""
    sources = sorted(Path(strip.__file__).parent.glob("*.py"))
    if not sources:
        return ""
    digest = hashlib.sha256(f"{np.__version__} {cv2.__version__} {FRAMES_A_STRIP} {FRAME_STRIDE}".encode())
    for path in sources:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _write(path: Path, pixels: npt.NDArray[Any]) -> None:
    done, png = cv2.imencode(".png", pixels, _PNG_OPTIONS)
    if not done:
        raise DataError(f"A rendered frame of shape {pixels.shape} cannot be written to {path}.")
    path.write_bytes(png.tobytes())


def _read(path: Path) -> npt.NDArray[np.uint8]:
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise DataError(f"The rendered frame {path} is damaged; delete the folder {path.parent} to render it again.")
    return np.asarray(pixels, dtype=np.uint8)
