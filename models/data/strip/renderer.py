"""StripRenderer: frame n of a strip that exists in full the moment its seed is chosen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.data.strip.chance import Stream, chance
from models.data.strip.defects import DEFECTS, roll_mark
from models.data.strip.imprint import Imprint, press
from models.data.strip.nuisances import NUISANCES
from models.data.strip.site import Site
from models.data.strip.surface import Surface
from models.data.strip.taxonomy import DEMO_STRIP
from models.labels.masks import MaskStack, empty_stack

DAMAGE_SEGMENTS = 24
"""A roll is damaged, and changed, at multiples of so many segments."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderedFrame:
    """One frame: ``image`` (H, W) uint8 grey, ``stack`` (H, W) uint8 mask stack of ``DEMO_STRIP``.

    ``along_mm`` is the distance of its first column from the head of the strip.
    """

    image: npt.NDArray[np.uint8]
    stack: MaskStack
    along_mm: float


@dataclass(frozen=True)
class StripRenderer:
    """A strip of one seed, seen through a camera whose x axis lies along the rolling direction.

    Frame n covers pixels ``n * width_px`` to ``(n + 1) * width_px`` of the strip; marks run across the borders. A
    frame depends on the fields below and its number alone, never on what was rendered before, so frames may be taken
    in any order and by several processes.

    ``defect_rate`` is the share of segments in which a defect begins, ``nuisance_rate`` that for a nuisance,
    ``roll_mark_rate`` the share of the strip rolled under a damaged roll, which presses the same dent every
    π · ``roll_diameter_mm``; ``edge_rate`` is about the share of frames that show an edge of the strip. ``contrast``
    is the range of the defects' contrast: about 1 is plain to see, below 0.5 faint. ``shares`` says how often each of
    the four classes is drawn, in the taxonomy's order. Raises ``ValueError`` where a rate is not from 0 to 1.
    """

    seed: int = 0
    height_px: int = 256
    width_px: int = 1600
    mm_per_px: float = 0.5
    defect_rate: float = 0.2
    nuisance_rate: float = 0.35
    roll_mark_rate: float = 0.04
    roll_diameter_mm: float = 560.0
    edge_rate: float = 0.2
    contrast: tuple[float, float] = (0.4, 1.2)
    shares: tuple[float, float, float, float] = (0.25, 0.25, 0.25, 0.25)

    def __post_init__(self) -> None:
        for name in ("defect_rate", "nuisance_rate", "roll_mark_rate", "edge_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it is a share, from 0 to 1.")
        if self.seed < 0 or min(self.height_px, self.width_px) < 64 or self.mm_per_px <= 0:
            raise ValueError("A strip needs a seed from 0 up, at least 64×64 pixels and a scale above 0 mm per pixel.")

    def render(self, number: int) -> RenderedFrame:
        """Frame ``number``, from 0."""
        if number < 0:
            raise ValueError(f"There is no frame {number}; frames count from 0.")
        image, cover = self._surface.window(number)
        steel = None if cover is None else cover > 0
        stack = empty_stack(self.height_px, self.width_px, len(DEMO_STRIP))
        left = number * self.width_px
        for mark in self._marks(number):
            press(image, stack, steel, left, mark)
        return RenderedFrame(self._surface.finish(image, cover, number), stack, left * self.mm_per_px)

    @property
    def roll_pitch_px(self) -> float:
        """The roll's circumference in pixels: how far apart its marks are."""
        return float(np.pi) * self.roll_diameter_mm / self.mm_per_px

    @cached_property
    def _surface(self) -> Surface:
        return Surface(self.seed, self.height_px, self.width_px, self.edge_rate)

    def _marks(self, number: int) -> Iterator[Imprint]:
        """Everything that may reach into frame ``number``; no mark is longer than a segment."""
        for segment in range(max(0, number - 1), number + 1):
            yield from self._nuisances(segment)
        for segment in range(max(0, number - 1), number + 1):
            yield from self._defects(segment)
        yield from self._roll_marks(number)

    def _nuisances(self, segment: int) -> Iterator[Imprint]:
        rng = chance(self.seed, Stream.NUISANCES, segment)
        if rng.random() < self.nuisance_rate:
            draw = NUISANCES[int(rng.integers(len(NUISANCES)))]
            yield draw(rng, self._site(rng, segment, float(rng.uniform(0.5, 1.2))))

    def _defects(self, segment: int) -> Iterator[Imprint]:
        rng = chance(self.seed, Stream.DEFECTS, segment)
        if rng.random() >= self.defect_rate:
            return
        shares = np.asarray(self.shares, dtype=np.float64)
        for _ in range(int(rng.choice([1, 1, 1, 2]))):
            class_id = 1 + int(rng.choice(len(shares), p=shares / shares.sum()))
            yield DEFECTS[class_id](rng, self._site(rng, segment, float(rng.uniform(*self.contrast))))

    def _roll_marks(self, number: int) -> Iterator[Imprint]:
        """The dents of the roll that was damaged over this stretch, if one was; the last may reach in from before."""
        pitch_px, left = self.roll_pitch_px, number * self.width_px
        block = number // DAMAGE_SEGMENTS
        for damaged in range(max(0, block - 1), block + 1):
            rng = chance(self.seed, Stream.ROLL, damaged)
            if rng.random() >= self.roll_mark_rate:
                continue
            begin = damaged * DAMAGE_SEGMENTS * self.width_px
            end = min(begin + DAMAGE_SEGMENTS * self.width_px, left + self.width_px)
            first_px = begin + float(rng.uniform(0, pitch_px))
            site = Site(0, 0, self.height_px, float(rng.uniform(0.8, 1.2)), self.width_px, self._surface.fractal)
            dent = roll_mark(rng, site)
            turn = max(0, math.ceil((left - dent.end_px - first_px) / pitch_px))
            while (x_px := round(first_px + turn * pitch_px)) < end:
                yield replace(dent, x_px=x_px)
                turn += 1

    def _site(self, rng: np.random.Generator, segment: int, contrast: float) -> Site:
        """A place for a mark to begin in this segment, on steel."""
        x = int(rng.integers(self.width_px))
        upper, lower = self._surface.edges_px(segment)
        return Site(
            x_px=segment * self.width_px + x,
            upper_px=max(0, int(upper[x])),
            lower_px=min(self.height_px, int(lower[x])),
            contrast=contrast,
            longest_px=self.width_px,
            fractal=self._surface.fractal,
        )
