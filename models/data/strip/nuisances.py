"""Nuisances: what lies on good steel and must not be taken for a defect. They have no label."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from models.data.strip.imprint import Imprint, imprint
from models.data.strip.site import Site, blur, canvas, dome


def oil_stain(rng: np.random.Generator, site: Site) -> Imprint:
    """A dark film with a soft outline, smooth inside, drawn out along the strip."""
    width = min(int(rng.triangular(80, 200, 600)), site.longest_px)
    height = int(rng.uniform(30, 130))
    body = dome(height, width)
    field = body + 0.30 * site.texture(rng, height, width, 5.0)
    film = np.clip((field - 0.25) * 2.5, 0, 1) * np.clip(body * 6, 0, 1)
    gain = 1 - site.contrast * float(rng.uniform(0.12, 0.30)) * film
    return imprint(site.x_px, site.row(rng, height), gain, film > 0)


def oil_drops(rng: np.random.Generator, site: Site) -> Imprint:
    """A few round drops, dark with a bright glint."""
    width, height = min(int(rng.uniform(80, 260)), site.longest_px), int(rng.uniform(40, 110))
    film, glint = canvas(height, width), canvas(height, width)
    for _ in range(int(rng.integers(2, 7))):
        radius = int(rng.integers(6, 15))
        x, y = int(rng.integers(radius, width - radius)), int(rng.integers(radius, height - radius))
        cv2.circle(film, (x, y), radius, 1.0, -1)
        cv2.circle(glint, (x - radius // 3, y - radius // 3), max(1, radius // 4), 1.0, -1)
    film, glint = blur(film, 2.0), blur(glint, 1.0)
    gain = 1 - site.contrast * (0.25 * film - 0.5 * glint)
    return imprint(site.x_px, site.row(rng, height), gain, film > 0.01)


def loose_scale(rng: np.random.Generator, site: Site) -> Imprint:
    """Flakes scattered on the surface: small, angular, lit on one side, no hollow and no eaten ground."""
    width, height = min(int(rng.uniform(120, 500)), site.longest_px), int(rng.uniform(60, 180))
    flakes = canvas(height, width)
    for _ in range(int(rng.integers(6, 30))):
        x, y = float(rng.uniform(6, width - 6)), float(rng.uniform(6, height - 6))
        angles = np.sort(rng.uniform(0, 2 * np.pi, 5))
        reach = rng.uniform(1.0, 4.5, 5)
        corners = np.stack([x + reach * np.cos(angles), y + reach * np.sin(angles)], axis=1)
        cv2.fillPoly(flakes, [np.rint(corners * 16).astype(np.int32)], float(rng.choice([-0.5, 0.7, 0.9])), 8, 4)
    flakes = blur(flakes, 0.6)
    return imprint(site.x_px, site.row(rng, height), 1 + np.float32(site.contrast) * flakes, np.abs(flakes) > 0.02)


NUISANCES: tuple[Callable[[np.random.Generator, Site], Imprint], ...] = (oil_stain, oil_drops, loose_scale)
"""How nuisances are drawn; each is as likely as the others."""
