"""Axes: ranges, round ticks and the frame a chart is drawn in, as SVG that follows the page's light or dark colours.

Nothing here draws by a library: a report must open on a plant's computer with nothing beside it, years later.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH_PX = 560
HEIGHT_PX = 360
_TOP_PX, _RIGHT_PX, _BOTTOM_PX = 34, 28, 52
_CHARACTER_PX = 6.7
"""A mean character of the charts' 12 px type; SVG cannot ask how wide a text will be."""
_LEAST_TICKS = 4
NAMES_AT_MOST_PX = 190
"""Longer names at a chart's left are cut."""

CHART_STYLE = """
:root { --ink:#12171b; --soft:#46515b; --line:#d5dbe0; --edge:#6f7c87; --ground:#ffffff; --heat:#0a5ea8;
  --on-heat:#ffffff; --accent:#0a5ea8; }
@media (prefers-color-scheme: dark) {
  :root { --ink:#eef2f4; --soft:#adb8c1; --line:#363e45; --edge:#77838e; --ground:#14171a; --heat:#58aef2;
    --on-heat:#06131d; --accent:#58aef2; } }
svg.chart { display:block; max-width:100%; height:auto; font:12px system-ui,"Segoe UI",Roboto,sans-serif; }
.chart text { fill:var(--soft); } .chart .name { fill:var(--ink); font-weight:600; font-size:13px; }
.chart .strong { fill:var(--ink); } .chart .on { fill:var(--on-heat); }
.chart .grid { stroke:var(--line); stroke-width:1; } .chart .axis { stroke:var(--edge); stroke-width:1; fill:none; }
.chart .guide { stroke:var(--edge); stroke-width:1.2; stroke-dasharray:2 4; fill:none; }
.chart .casing { stroke:var(--edge); stroke-opacity:.55; fill:none; stroke-linejoin:round; }
.chart .edge { stroke:var(--edge); stroke-width:1; } .chart .gap { stroke:var(--ground); stroke-width:1.5; }
.chart .whisker { stroke:var(--ink); stroke-width:1.4; fill:none; } .chart .heat { fill:var(--heat); }
"""
"""The style sheet every page with charts holds once."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: a title that names the unit, and the range from ``low`` to ``high``, above 0 where ``log``."""

    title: str
    low: float = 0.0
    high: float = 1.0
    log: bool = False

    def ticks(self) -> list[float]:
        """Round values within the range, ascending: powers of ten where ``log`` spans enough of them."""
        return _decades(self.low, self.high) if self.log else _round_steps(self.low, self.high)

    def share(self, value: float) -> float:
        """Where ``value`` stands between the ends, 0 to 1; what lies beyond stands at the end."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(max(value, self.low))
        return min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.5


def axis_over(title: str, values: Iterable[float], *, log: bool = False) -> Axis:
    """An axis that holds all ``values``: from 0 (or their least) to a round value at or past the greatest.

    ``log`` leaves out what is not above 0 and ends at whole powers of ten. Without any value it runs from 0 to 1.
    """
    numbers = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if log:
        if not numbers:
            return Axis(title, 1.0, 10.0, log=True)
        low = 10.0 ** math.floor(math.log10(min(numbers)))
        return Axis(title, low, max(low * 10, 10.0 ** math.ceil(math.log10(max(numbers)))), log=True)
    if not numbers or max(numbers) == min(0.0, *numbers):
        return Axis(title)
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    step = _step(low, high)
    return Axis(title, math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)


def axis_around(title: str, values: Iterable[float], least_span: float = 0.2) -> Axis:
    """An axis for shares, 0 to 1, that ends at whole tenths around ``values`` and spans at least ``least_span``."""
    numbers = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = math.floor(min(numbers) * 10 + 1e-9) / 10, math.ceil(max(numbers) * 10 - 1e-9) / 10
    if high - low < least_span:
        low = max(0.0, high - least_span)
        high = max(high, low + least_span)
    return Axis(title, low, high)


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart's frame. ``left_px`` is kept free for what stands left of the y axis."""

    x: Axis
    y: Axis
    width_px: int = WIDTH_PX
    height_px: int = HEIGHT_PX
    left_px: int = 58

    @property
    def right(self) -> int:
        """The x axis's right end, in px."""
        return self.width_px - _RIGHT_PX

    @property
    def bottom(self) -> int:
        """The y axis's lower end, in px."""
        return self.height_px - _BOTTOM_PX

    @property
    def top(self) -> int:
        """The y axis's upper end, in px."""
        return _TOP_PX

    def across(self, value: float) -> float:
        """The px of an x value."""
        return self.left_px + self.x.share(value) * (self.right - self.left_px)

    def down(self, value: float) -> float:
        """The px of a y value."""
        return self.bottom - self.y.share(value) * (self.bottom - self.top)

    def x_axis(self) -> str:
        """Grid lines, tick values and the title below."""
        lines = []
        for tick in self.x.ticks():
            place = self.across(tick)
            lines.append(f'<path class="grid" d="M{place:.1f} {self.top}V{self.bottom}"/>')
            lines.append(text(place, self.bottom + 17, number(tick), anchor="middle"))
        lines.append(f'<path class="axis" d="M{self.left_px} {self.bottom}H{self.right}"/>')
        lines.append(text((self.left_px + self.right) / 2, self.bottom + 38, self.x.title, anchor="middle"))
        return "".join(lines)

    def y_axis(self) -> str:
        """Grid lines, tick values and the title, turned, at the left."""
        lines = []
        for tick in self.y.ticks():
            place = self.down(tick)
            lines.append(f'<path class="grid" d="M{self.left_px} {place:.1f}H{self.right}"/>')
            lines.append(text(self.left_px - 7, place + 4, number(tick), anchor="end"))
        lines.append(f'<path class="axis" d="M{self.left_px} {self.top}V{self.bottom}"/>')
        middle = (self.top + self.bottom) / 2
        lines.append(
            f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">'
            f"{html.escape(self.y.title)}</text>"
        )
        return "".join(lines)


def text(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    """One line of text with its baseline's ``anchor`` at (x, y) px. ``kind`` is a class of ``CHART_STYLE``."""
    chosen = f' class="{kind}"' if kind else ""
    return f'<text{chosen} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'


def text_width_px(words: str) -> float:
    """About how wide a line of a chart's text is."""
    return len(words) * _CHARACTER_PX


def shortened(words: str, width_px: float) -> str:
    """``words``, cut with an ellipsis where they would be wider."""
    room = max(1, int(width_px / _CHARACTER_PX))
    return words if len(words) <= room else words[: room - 1] + "…"


def number(value: float) -> str:
    """A tick's value: no trailing zeros, commas between thousands, a true minus."""
    if value == 0:
        return "0"
    shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return shown.replace("-", "−")


def svg(name: str, width_px: float, height_px: float, parts: Sequence[str]) -> str:
    """The parts as one chart with its name above and as what a screen reader says."""
    said = html.escape(name, quote=True)
    return (
        f'<svg class="chart" role="img" aria-label="{said}" '
        f'width="{width_px:.0f}" height="{height_px:.0f}" viewBox="0 0 {width_px:.0f} {height_px:.0f}">'
        f"{text(4, 17, name, kind='name')}{''.join(parts)}</svg>"
    )


def _step(low: float, high: float) -> float:
    """The greatest of 1, 2 and 5 times a power of ten that puts at least ``_LEAST_TICKS`` steps into the range."""
    rough = (high - low) / _LEAST_TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    return max(factor * power for factor in (1, 2, 5) if factor * power <= rough * (1 + 1e-9))


def _round_steps(low: float, high: float) -> list[float]:
    if not high > low:
        return [low]
    step = _step(low, high)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
    if len(powers) > 1:
        return [10.0**power for power in powers]
    return [value for value in _round_steps(low, high) if value > 0]
