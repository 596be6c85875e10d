"""The four kinds of defect, each a function that draws one from chance. Sizes in pixels at 0.5 mm per pixel."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import cv2
import numpy as np

from models.data.strip.imprint import Imprint, imprint
from models.data.strip.noise import Field
from models.data.strip.site import Site, blur, canvas, dome, line
from models.data.strip.taxonomy import CRACKS, PATCHES, PITS, SCRATCHES


def pits(rng: np.random.Generator, site: Site) -> Imprint:
    """A cluster of small dark pits, each with a lit rim, on ground that is slightly eaten away."""
    width = min(int(rng.uniform(50, 240)), site.longest_px)
    height = int(rng.uniform(24, 80))
    count = int(rng.uniform(0.6, 1.6) * np.sqrt(width * height) * 0.22) + 3
    dark, lit = canvas(height, width), canvas(height, width)
    for _ in range(count):
        x = float(np.clip(rng.normal(0.5, 0.19), 0.08, 0.92)) * width
        y = float(np.clip(rng.normal(0.5, 0.19), 0.15, 0.85)) * height
        _pit(dark, lit, x, y, float(rng.uniform(1.2, 3.8)), float(rng.uniform(1.0, 2.2)))
    return _pitted(site, rng, dark, lit, halo_px=4.5)


def roll_mark(rng: np.random.Generator, site: Site) -> Imprint:
    """One dent as a damaged roll presses it, the same at every turn; of class pits."""
    width, height = int(rng.uniform(40, 64)), int(rng.uniform(30, 46))
    dark, lit = canvas(height, width), canvas(height, width)
    _pit(dark, lit, width / 2, height / 2, float(rng.uniform(5.0, 8.0)), float(rng.uniform(1.0, 1.5)))
    for _ in range(3):
        x, y = float(rng.uniform(0.3, 0.7)) * width, float(rng.uniform(0.3, 0.7)) * height
        _pit(dark, lit, x, y, float(rng.uniform(1.5, 3.0)), 1.2)
    return _pitted(site, rng, dark, lit, halo_px=3.0)


def cracks(rng: np.random.Generator, site: Site) -> Imprint:
    """Fine dark branching lines across the rolling direction: edge cracks, or a net of crazing."""
    crazing = rng.random() < 0.4
    width = min(int(rng.uniform(90, 260) if crazing else rng.uniform(40, 140)), site.longest_px)
    height = int(rng.uniform(60, 150))
    lines = canvas(height, width)
    for _ in range(int(rng.integers(6, 13)) if crazing else int(rng.integers(1, 4))):
        start = (float(rng.uniform(0.15, 0.85)) * width, float(rng.uniform(0, 0.5)) * height if crazing else 0.0)
        heading = float(rng.normal(np.pi / 2, 0.6 if crazing else 0.25))
        _crack(rng, lines, start, heading, float(rng.uniform(0.4, 1.0)) * height, depth=2)
    profile = blur(lines, 0.8)
    flank = np.roll(profile, 2, axis=1)
    gain = 1 - site.contrast * (0.62 * profile - 0.18 * flank * (1 - profile))
    y_px = site.row(rng, height) if crazing else site.row_at_edge(rng, height)
    if y_px > site.upper_px and not crazing:
        gain, profile = gain[::-1], profile[::-1]
    return imprint(site.x_px, y_px, gain, profile > 0.14, CRACKS)


def scratches(rng: np.random.Generator, site: Site) -> Imprint:
    """Long thin lines along the rolling direction, bright or dark, often several side by side."""
    width = max(8, min(int(rng.triangular(140, 350, 1500)), site.longest_px))
    slope = float(rng.normal(0, 0.012))
    count = int(rng.choice([1, 1, 2, 3, 5]))
    spread = float(rng.uniform(6, 16)) * count
    height = int(abs(slope) * width + spread) + 14
    profile = canvas(height, width)
    along = np.linspace(0, width - 1, 25)
    for _ in range(count):
        first, last = float(rng.uniform(0, 0.25)) * width, float(rng.uniform(0.7, 1.0)) * width
        middle = height / 2 + (float(rng.uniform(-0.4, 0.4)) * spread if count > 1 else 0.0)
        points = np.stack([along, middle + slope * (along - width / 2)], axis=1)[(along >= first) & (along < last)]
        line(profile, points, float(rng.uniform(0.6, 1.0)), int(rng.integers(1, 3)))
    profile = blur(profile, 2.0, float(rng.uniform(0.5, 0.9)))
    profile *= np.clip(0.72 + 0.28 * site.texture(rng, 1, width), 0.35, 1.2)
    sign = 0.85 if rng.random() < 0.6 else -0.5
    gain = 1 + np.float32(sign * site.contrast) * profile
    return imprint(site.x_px, site.row(rng, height), gain, profile > 0.12, SCRATCHES)


def patches(rng: np.random.Generator, site: Site) -> Imprint:
    """A large area of rolled-in scale: dark, rough, with relief at its ragged outline."""
    width = min(int(rng.triangular(90, 180, 520)), site.longest_px)
    height = int(rng.uniform(50, 190))
    body = dome(height, width)
    field = body + 0.38 * site.texture(rng, height, width, 2.0)
    solid = ((field > 0.35) & (body > 0)).astype(np.uint8)
    mask = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    rough = site.texture(rng, height, width)
    relief = np.asarray(cv2.Sobel(blur(np.minimum(field, 0.7) + 0.1 * rough, 1.2), cv2.CV_32F, 0, 1, ksize=3))
    gain = 1 - site.contrast * (float(rng.uniform(0.22, 0.5)) + 0.11 * rough + 0.35 * relief)
    return imprint(site.x_px, site.row(rng, height), np.clip(gain, 0.08, 2.5), mask, PATCHES)


DEFECTS: MappingProxyType[int, Callable[[np.random.Generator, Site], Imprint]] = MappingProxyType(
    {PITS: pits, CRACKS: cracks, SCRATCHES: scratches, PATCHES: patches}
)
"""How a defect of each class id is drawn."""


def _pit(dark: Field, lit: Field, x: float, y: float, radius: float, stretch: float) -> None:
    """One pit: its hollow, and the crescent of rim that faces the lamp."""
    axes = (max(1, round(radius * stretch)), max(1, round(radius)))
    centre = (round(x), round(y))
    cv2.ellipse(dark, centre, axes, 0, 0, 360, 1.0, -1)
    cv2.ellipse(lit, (centre[0], centre[1] + 1), (axes[0] + 1, axes[1] + 1), 0, 20, 160, 1.0, 1)


def _pitted(site: Site, rng: np.random.Generator, dark: Field, lit: Field, halo_px: float) -> Imprint:
    halo = blur(np.maximum(dark, lit), halo_px)
    ground = np.minimum(halo * 1.6, 1)
    gain = (1 - site.contrast * 0.22 * ground) * (1 - min(site.contrast * 0.62, 0.9) * blur(dark, 0.7))
    gain += np.float32(site.contrast * 0.75) * blur(lit, 0.6)
    return imprint(site.x_px, site.row(rng, dark.shape[0]), gain, (halo > 0.10) | (dark > 0), PITS)


def _crack(
    rng: np.random.Generator, field: Field, start: tuple[float, float], heading: float, length: float, depth: int
) -> None:
    """A wandering line, with up to ``depth`` generations of branches."""
    points, travelled = [start], 0.0
    while travelled < length:
        stride = float(rng.uniform(4, 10))
        turned = heading + float(rng.normal(0, 0.45))
        x, y = points[-1]
        points.append((x + stride * np.cos(turned), y + stride * np.sin(turned)))
        travelled += stride
        if depth and rng.random() < 0.10:
            side = heading + float(rng.choice([-1, 1])) * float(rng.uniform(0.5, 1.2))
            _crack(rng, field, points[-1], side, (length - travelled) * 0.5, depth - 1)
    line(field, np.asarray(points), 1.0 if depth == 2 else 0.75, 2 if depth == 2 and rng.random() < 0.5 else 1)
