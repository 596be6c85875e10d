"""Frames of the synthetic strip with their exact masks: nothing to download, nothing to ask permission for."""

from __future__ import annotations

from models.data.collection import Collection, DataError
from models.data.strip import DEMO_STRIP, PRESETS, find_preset

FRAMES_A_STRIP = 8
"""So many frames are taken of one strip, spread over its length, before the next seed."""
FRAME_STRIDE = 7


def read_rendered(preset: str, frames: int, seed: int) -> Collection:
    """``frames`` frames of a preset, ``FRAMES_A_STRIP`` of each strip, of seeds ``seed``, ``seed`` + 1 and so on.

    Raises ``DataError`` where there is no such preset or no frame is asked for.
    """
    found = find_preset(preset)
    if found is None:
        known = ", ".join(entry.name for entry in PRESETS)
        raise DataError(f"There is no strip '{preset}' to render; choose one of {known}.")
    if frames < 1:
        raise DataError("The plan's data.frames must be at least 1, the number of frames to render.")
    rendered, names, origins = [], [], []
    renderer = found.renderer(seed)
    for place in range(frames):
        strip, part = divmod(place, FRAMES_A_STRIP)
        if part == 0:
            renderer = found.renderer(seed + strip)
        number = part * FRAME_STRIDE
        rendered.append(renderer.render(number))
        names.append(f"{preset}-{seed + strip}-{number:06d}")
        origins.append(f"{preset}-{seed + strip}")
    return Collection(
        DEMO_STRIP,
        tuple(names),
        tuple(frame.image for frame in rendered),
        tuple(frame.stack for frame in rendered),
        tuple(origins),
    )
