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

CLUSTER_HALO_PX, DENT_HALO_PX = 4.5, 3.0
"""How far pits, and a roll's dent, eat into the ground around them: the sigma of a Gaussian."""


def pits(rng: np.random.Generator, site: Site) -> Imprint:
    """A cluster of small dark pits, each with a lit rim, on ground that is slightly eaten away."""
    width = min(int(rng.uniform(60, 260)), site.longest_px - 2 * _margin_px(CLUSTER_HALO_PX))
    height = int(rng.uniform(30, 90))
    count = int(rng.uniform(0.6, 1.8) * np.sqrt(width * height) * 0.22) + 4
    hollow, rim = canvas(height, width), canvas(height, width)
    for _ in range(count):
        x = float(np.clip(rng.normal(0.5, 0.19), 0.08, 0.92)) * width
        y = float(np.clip(rng.normal(0.5, 0.19), 0.15, 0.85)) * height
        _pit(rng, hollow, rim, (x, y), min(4.5, float(rng.lognormal(0.55, 0.4))), float(rng.uniform(1.0, 2.2)))
    return _pitted(rng, site, hollow, rim, CLUSTER_HALO_PX)


def roll_mark(rng: np.random.Generator, site: Site) -> Imprint:
    """One dent as a damaged roll presses it, the same at every turn; of class pits."""
    width, height = int(rng.uniform(44, 70)), int(rng.uniform(36, 50))
    hollow, rim = canvas(height, width), canvas(height, width)
    _pit(rng, hollow, rim, (width / 2, height / 2), float(rng.uniform(5.0, 8.0)), float(rng.uniform(1.0, 1.6)))
    for _ in range(4):
        x, y = float(rng.uniform(0.25, 0.75)) * width, float(rng.uniform(0.3, 0.7)) * height
        _pit(rng, hollow, rim, (x, y), float(rng.uniform(1.2, 2.8)), 1.2)
    return _pitted(rng, site, hollow, rim, DENT_HALO_PX)


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
    gain = 1 - site.contrast * (0.75 * profile - 0.18 * flank * (1 - profile))
    y_px = site.row(rng, height) if crazing else site.row_at_edge(rng, height)
    if y_px > site.upper_px and not crazing:
        gain, profile = gain[::-1], profile[::-1]
    return imprint(site.x_px, y_px, gain, profile > 0.28, CRACKS)


def scratches(rng: np.random.Generator, site: Site) -> Imprint:
    """Long lines along the rolling direction, bright or dark, often several side by side; some are broad gouges."""
    width = max(8, min(int(rng.triangular(140, 350, 1500)), site.longest_px))
    slope = float(rng.normal(0, 0.012))
    count = int(rng.choice([1, 1, 2, 3, 5]))
    spread = float(rng.uniform(8, 18)) * count
    height = int(abs(slope) * width + spread) + 20
    broad = float(rng.choice([0.8, 1.1, 1.6, 2.4]))
    profile = canvas(height, width)
    along = np.linspace(0, width - 1, 25)
    for _ in range(count):
        first, last = float(rng.uniform(0, 0.25)) * width, float(rng.uniform(0.7, 1.0)) * width
        middle = height / 2 + (float(rng.uniform(-0.4, 0.4)) * spread if count > 1 else 0.0)
        points = np.stack([along, middle + slope * (along - width / 2)], axis=1)[(along >= first) & (along < last)]
        line(profile, points, float(rng.uniform(0.8, 1.0)), max(2, round(2.4 * broad)))
    # Steep flanks: half of its depth is reached at the border of the mask, so that the border can be seen.
    profile = np.minimum(1.5 * blur(profile, 3.0, 0.6 * broad), 1)
    # The mask is where the groove is, however much light its ground happens to send back.
    groove = profile > 0.5
    profile *= np.clip(0.95 + 0.2 * site.texture(rng, 1, width), 0.6, 1.3) * (
        1 + 0.2 * site.texture(rng, height, width)
    )
    flank = np.roll(profile, max(2, round(2 * broad)), axis=0)
    sign = 0.75 if rng.random() < 0.6 else -0.65
    gain = 1 + np.float32(sign * site.contrast) * (profile - 0.35 * flank * (1 - profile))
    return imprint(site.x_px, site.row(rng, height), np.clip(gain, 0.1, 3.0), groove, SCRATCHES)


def patches(rng: np.random.Generator, site: Site) -> Imprint:
    """A large area of rolled-in scale: plates of uneven darkness, rough, with relief at their ragged outlines."""
    width = min(int(rng.triangular(90, 180, 520)), site.longest_px)
    height = int(rng.uniform(50, 190))
    body = dome(height, width)
    shape = site.texture(rng, height, width, 2.0)
    rough = site.texture(rng, height, width)
    field = body + 0.30 * shape + 0.08 * rough
    solid = ((field > 0.5) & (body > 0)).astype(np.uint8)
    mask = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    plates = blur((shape + 0.3 * rough > 0.4).astype(np.float32), 0.8)
    relief = np.asarray(cv2.Sobel(blur(np.minimum(field, 0.7) + 0.5 * plates + 0.2 * rough, 1.0), cv2.CV_32F, 0, 1))
    depth = float(rng.uniform(0.33, 0.47))
    tone = np.clip(depth * (1 + 0.5 * plates) + 0.10 * rough, 0.6 * depth, 0.75)
    gain = 1 - site.contrast * (tone + 0.32 * relief)
    return imprint(site.x_px, site.row(rng, height), np.clip(gain, 0.12, 2.2), mask, PATCHES)


DEFECTS: MappingProxyType[int, Callable[[np.random.Generator, Site], Imprint]] = MappingProxyType(
    {PITS: pits, CRACKS: cracks, SCRATCHES: scratches, PATCHES: patches}
)
"""How a defect of each class id is drawn."""


def _pit(
    rng: np.random.Generator, hollow: Field, rim: Field, centre: tuple[float, float], radius: float, stretch: float
) -> None:
    """One pit: an uneven hollow, and the crescent of its rim that faces the lamp."""
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    reach = radius * rng.uniform(0.65, 1.25, 9)
    corners = np.stack([centre[0] + stretch * reach * np.cos(angles), centre[1] + reach * np.sin(angles)], axis=1)
    cv2.fillPoly(hollow, [np.rint(corners * 16).astype(np.int32)], float(rng.uniform(0.6, 1.0)), cv2.LINE_8, 4)
    lower = corners[1:5] + np.asarray((0.0, 1.0))
    line(rim, lower, float(rng.uniform(0.5, 1.0)), 1)


def _margin_px(halo_px: float) -> int:
    return round(2 * halo_px)


def _pitted(rng: np.random.Generator, site: Site, hollow: Field, rim: Field, halo_px: float) -> Imprint:
    """The cluster as a whole: its mask is the pits and the ground they have eaten into.

    A lone speck that eats into nothing is neither drawn nor labelled: among the grain nobody could tell it.
    """
    # Room for the ground to end by itself, and not at the edge of what the pits were drawn in.
    hollow, rim = (np.pad(field, _margin_px(halo_px)) for field in (hollow, rim))
    height, width = hollow.shape
    halo = blur(np.maximum(hollow, rim), halo_px)
    # Steep, so that the eaten ground is plainly darker right up to the border of its mask.
    ground = np.minimum(halo * 6, 1) * (1 + 0.3 * site.texture(rng, height, width))
    floor = blur(hollow, 0.9) * (1 + 0.25 * site.texture(rng, height, width))
    gain = (1 - site.contrast * 0.28 * ground) * (1 - min(site.contrast * 0.68, 0.9) * floor)
    gain += np.float32(site.contrast * 0.7) * blur(rim, 0.6)
    return imprint(site.x_px, site.row(rng, height), np.clip(gain, 0.06, 2.5), halo > 0.12, PITS)


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
    line(field, np.asarray(points), 1.0 if depth == 2 else 0.85, 3 if depth == 2 and rng.random() < 0.5 else 2)
