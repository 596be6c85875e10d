"""Frames to measure with: rendered steel as the camera's files hold it, sorted by what the bundle's gate says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from app.bench.bare import gate_opens
from app.bench.bench import BenchError
from app.words.frame import Image
from models.bundle import Bundle
from models.data.strip import find_preset
from models.runtimes.base import Runtime

_JPEG_QUALITY = 95
_SEED = 1
_MOST_LOOKED_AT = 8
"""Times the frames wanted: a gate that lets fewer than one frame in eight through, or stops fewer, is given up on."""

CLEAN_OF_TEN = 9


@dataclass(frozen=True, slots=True, eq=False)
class FileFrame:
    """A frame as its file holds it and as a reader decodes it: (256, 1600) uint8 grey."""

    jpeg: bytes
    image: Image


def defective(bundle: Bundle, runtime: Runtime, count: int) -> tuple[FileFrame, ...]:
    """``count`` rendered frames that all pass the bundle's gate. Raises ``BenchError`` where too few do."""
    return _sorted_out(bundle, runtime, "worst", count, passing=True)


def mostly_clean(bundle: Bundle, runtime: Runtime, tens: int) -> tuple[FileFrame, ...]:
    """``tens`` times ten rendered frames, of each ten nine that the gate stops and then one that passes it.

    Raises ``BenchError`` where the gate stops or passes too few.
    """
    clean = _sorted_out(bundle, runtime, "clean", tens * CLEAN_OF_TEN, passing=False)
    frames: list[FileFrame] = []
    for number, last in enumerate(defective(bundle, runtime, tens)):
        frames += [*clean[number * CLEAN_OF_TEN : (number + 1) * CLEAN_OF_TEN], last]
    return tuple(frames)


def written(frames: tuple[FileFrame, ...], folder: Path) -> Path:
    """The frames as files in a new ``folder``, in order; the folder."""
    folder.mkdir(parents=True)
    for number, frame in enumerate(frames):
        (folder / f"{number:04d}.jpg").write_bytes(frame.jpeg)
    return folder


def rendered(preset: str) -> Iterator[FileFrame]:
    """Frame after frame of the strip of this name, without end."""
    found = find_preset(preset)
    assert found is not None, "the strips rendered here are part of the program"
    renderer = found.renderer(_SEED)
    number = 0
    while True:
        yield as_file(renderer.render(number).image)
        number += 1


def as_file(image: Image) -> FileFrame:
    """A grey image as a JPEG file, and as what that holds."""
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return FileFrame(encoded.tobytes(), np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)))


def _sorted_out(bundle: Bundle, runtime: Runtime, preset: str, count: int, *, passing: bool) -> tuple[FileFrame, ...]:
    found: list[FileFrame] = []
    for looked_at, frame in enumerate(rendered(preset), start=1):
        if gate_opens(runtime, bundle, frame.image) is passing:
            found.append(frame)
        if len(found) == count:
            return tuple(found)
        if looked_at == count * _MOST_LOOKED_AT:
            break
    does = "lets too few frames with defects" if passing else "stops too few clean frames"
    raise BenchError(
        f"The gate of bundle '{bundle.name}' {does}{' through' if passing else ''} on the rendered strip to measure "
        "with; take another bundle."
    )
