"""Pies: the parts of a whole."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.evaluation.axes import WIDTH_PX, number, svg, text


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a whole."""

    name: str
    colour: str
    value: float


def pie_chart(name: str, slices: Sequence[Slice]) -> str:
    """A pie with a legend that gives each slice's value and share; nothing is drawn where all are 0."""
    whole = sum(part.value for part in slices)
    radius, middle = 92.0, (112.0, 134.0)
    parts, turned = [], 0.0
    for place, part in enumerate(slices):
        share = part.value / whole if whole else 0.0
        said = f"{part.name}: {number(part.value)} ({share:.1%})"
        if share == 1:
            # An arc from a point to itself is drawn as nothing.
            parts.append(
                f'<circle cx="{middle[0]}" cy="{middle[1]}" r="{radius}" fill="{part.colour}">'
                f"<title>{html.escape(said)}</title></circle>"
            )
        elif share > 0:
            parts.append(
                f'<path class="gap" d="{_sector(middle, radius, turned, turned + share)}" fill="{part.colour}">'
                f"<title>{html.escape(said)}</title></path>"
            )
        turned += share
        y = 48 + place * 24
        parts.append(f'<rect class="edge" x="236" y="{y - 11}" width="13" height="13" fill="{part.colour}"/>')
        parts.append(text(256, y, said, kind="strong"))
    parts.append(f'<circle class="axis" cx="{middle[0]}" cy="{middle[1]}" r="{radius}"/>')
    return svg(name, WIDTH_PX, max(246, 48 + 24 * len(slices)), parts)


def _sector(middle: tuple[float, float], radius: float, start: float, end: float) -> str:
    """The path of a slice between two shares of the circle, clockwise from the top."""
    (x1, y1), (x2, y2) = (
        (middle[0] + radius * math.sin(2 * math.pi * turn), middle[1] - radius * math.cos(2 * math.pi * turn))
        for turn in (start, end)
    )
    wide = int(end - start > 0.5)
    return f"M{middle[0]} {middle[1]}L{x1:.2f} {y1:.2f}A{radius} {radius} 0 {wide} 1 {x2:.2f} {y2:.2f}Z"
