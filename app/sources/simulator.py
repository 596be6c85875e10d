"""The simulated line: a synthetic strip that runs past a camera at a set speed."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from urllib.parse import parse_qsl

from app.sources.base import SourceError, now_utc
from app.words.frame import Frame
from models.data.strip import PRESETS, RenderedFrame, StripRenderer, find_preset

DEFAULT_SPEED_M_S = 5.0
DEFAULT_SEED = 2026
"""A strip that shows every kind of defect early; far from the seeds models learn from, which count from 0."""
_NO = ("0", "no", "false", "off")


class SimulatorSource:
    """Frames of a synthetic strip.

    Paced, it is live: frame n comes n frame lengths of strip after the first, at ``speed_m_s``; a computer that cannot
    render that fast runs the line slower. Not paced, it gives frames as fast as they are taken, and waits.
    """

    def __init__(
        self,
        name: str,
        renderer: StripRenderer,
        *,
        speed_m_s: float = DEFAULT_SPEED_M_S,
        length: int | None = None,
        pace: bool = True,
    ) -> None:
        self.name = f"sim:{name}"
        self.renderer = renderer
        self.speed_m_s = speed_m_s
        self.length = length
        self.live = pace
        self._stopped = threading.Event()
        self._label = name

    @property
    def frame_s(self) -> float:
        """How long the strip takes to run by one frame's length, in seconds."""
        return self.renderer.width_px * self.renderer.mm_per_px / 1000 / self.speed_m_s

    def frames(self) -> Iterator[Frame]:
        """Frame after frame, without end unless ``length`` is set."""
        number = 0
        due_s = time.monotonic()
        while self.length is None or number < self.length:
            rendered = self.renderer.render(number)
            if self.live:
                now_s = time.monotonic()
                # Catching up in a burst would be a line that runs faster than its speed.
                due_s = max(due_s, now_s - self.frame_s)
                self._stopped.wait(max(0.0, due_s - now_s))
                due_s += self.frame_s
            if self._stopped.is_set():
                return
            yield self._frame(number, rendered)
            number += 1

    def stop(self) -> None:
        """End, also while waiting for the strip to move on."""
        self._stopped.set()

    def _frame(self, number: int, rendered: RenderedFrame) -> Frame:
        return Frame(
            source=self.name,
            number=number,
            name=f"{self._label}#{number:06d}",
            time_utc=now_utc(),
            image=rendered.image,
            camera="simulated",
            side="top",
            along_mm=rendered.along_mm,
            across_mm=0.0,
            mm_per_px=self.renderer.mm_per_px,
        )


def open_simulator(address: str, *, pace: bool = True) -> SimulatorSource:
    """The simulated line of ``NAME`` or ``NAME?speed=2.5&seed=3&frames=200&pace=0``."""
    name, _, query = address.partition("?")
    preset = find_preset(name or PRESETS[0].name)
    if preset is None:
        known = ", ".join(preset.name for preset in PRESETS)
        raise SourceError(f"There is no simulated line '{name}'; choose one of {known}.")
    wishes = dict(parse_qsl(query, keep_blank_values=True))
    speed_m_s = _number(wishes.pop("speed", str(DEFAULT_SPEED_M_S)), "speed", "a speed in m/s above 0")
    seed = _number(wishes.pop("seed", str(DEFAULT_SEED)), "seed", "a whole number from 0 up")
    length = _number(wishes.pop("frames", "-1"), "frames", "a whole number from 1 up")
    pace = wishes.pop("pace", "1").lower() not in _NO and pace
    if wishes:
        raise SourceError(f"sim:{name} knows no '{next(iter(wishes))}'; it takes speed, seed, frames and pace.")
    if not 0 < speed_m_s < math.inf:
        raise SourceError(f"sim:{name} cannot run at {speed_m_s:g} m/s; give a speed in m/s above 0.")
    if seed != int(seed) or seed < 0:
        raise SourceError(f"sim:{name} has no seed {seed:g}; give a whole number from 0 up.")
    if length != int(length) or length == 0 or length < -1:
        raise SourceError(f"sim:{name} cannot give {length:g} frames; give a whole number from 1 up.")
    return SimulatorSource(
        preset.name,
        preset.renderer(int(seed)),
        speed_m_s=speed_m_s,
        length=None if length < 0 else int(length),
        pace=pace,
    )


def _number(text: str, name: str, wanted: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value) or (name != "speed" and math.isinf(value)):
        raise SourceError(f"'{name}={text}' of the simulated line is no number; give {wanted}.")
    return value
