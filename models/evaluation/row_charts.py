"""Charts with a row a name, one below the other: lying bars and box plots."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.evaluation.axes import NAMES_AT_MOST_PX, Axis, Plot, number, shortened, svg, text, text_width_px

_ROW_PX = 30
_OUTLIERS_AT_MOST = 400


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of length ``value`` (``None``: nothing to show), with the ends of an interval where they are known."""

    name: str
    colour: str
    value: float | None
    interval: tuple[float, float] | None = None
    words: str = ""
    """What stands at the bar's end instead of the value."""


@dataclass(frozen=True, slots=True)
class Box:
    """Five numbers of a set of values and those beyond them, by Tukey's rule.

    ``low`` and ``high`` are the last values within 1.5 quartile distances of the box (Tukey, Exploratory Data Analysis,
    1977); ``outliers`` lie past them.
    """

    name: str
    colour: str
    low: float
    quartiles: tuple[float, float, float]
    high: float
    outliers: tuple[float, ...]
    count: int


def bar_chart(name: str, axis: Axis, bars: Sequence[Bar]) -> str:
    """Lying bars, one below the other, each with its name at the left and its value at its end."""
    plot = _row_plot(axis, [bar.name for bar in bars])
    parts = [plot.x_axis()]
    for place, bar in enumerate(bars):
        middle = _row_middle(plot, place)
        parts.append(_row_name(plot, place, bar.name))
        if bar.value is None:
            parts.append(text(plot.left_px + 6, middle + 4, bar.words or "–"))
            continue
        zero, end = plot.across(max(axis.low, 0.0) if not axis.log else axis.low), plot.across(bar.value)
        words = bar.words or number(bar.value)
        parts.append(
            f'<rect class="edge" x="{min(zero, end):.1f}" y="{middle - 9:.1f}" width="{abs(end - zero):.1f}" '
            f'height="18" fill="{bar.colour}"><title>{html.escape(bar.name)}: {html.escape(words)}</title></rect>'
        )
        reach = end
        if bar.interval is not None:
            low, reach = (plot.across(value) for value in bar.interval)
            parts.append(f'<path class="whisker" d="M{low:.1f} {middle}H{reach:.1f}{_ends(low, reach, middle)}"/>')
        parts.append(text(max(end, reach) + 6, middle + 4, words, kind="strong"))
    return svg(name, plot.width_px, plot.height_px, parts)


def interval_chart(name: str, axis: Axis, bars: Sequence[Bar]) -> str:
    """Dots with their intervals, one below the other, beside a guide at 0; for differences."""
    plot = _row_plot(axis, [bar.name for bar in bars], room=0.0)
    zero = plot.across(0.0)
    parts = [plot.x_axis(), f'<path class="guide" d="M{zero:.1f} {plot.top}V{plot.bottom}"/>']
    for place, bar in enumerate(bars):
        middle = _row_middle(plot, place)
        parts.append(_row_name(plot, place, bar.name))
        if bar.value is None or bar.interval is None:
            parts.append(text(zero + 6, middle + 4, bar.words or "–"))
            continue
        low, high = (plot.across(value) for value in bar.interval)
        parts.append(f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}{_ends(low, high, middle)}"/>')
        parts.append(
            f'<circle class="edge" cx="{plot.across(bar.value):.1f}" cy="{middle}" r="5.5" fill="{bar.colour}">'
            f"<title>{html.escape(bar.name)}: {html.escape(bar.words or number(bar.value))}</title></circle>"
        )
    return svg(name, plot.width_px, plot.height_px, parts)


def box_of(name: str, colour: str, values: npt.NDArray[Any] | Sequence[float]) -> Box | None:
    """The box of some values; ``None`` where there are none."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if not len(ordered):
        return None
    first, middle, third = (float(value) for value in np.percentile(ordered, (25, 50, 75)))
    reach = 1.5 * (third - first)
    inside = ordered[(ordered >= first - reach) & (ordered <= third + reach)]
    beyond = ordered[(ordered < first - reach) | (ordered > third + reach)]
    return Box(
        name, colour, float(inside[0]), (first, middle, third), float(inside[-1]), tuple(beyond.tolist()), len(ordered)
    )


def box_chart(name: str, axis: Axis, boxes: Sequence[Box]) -> str:
    """Lying boxes, one below the other; the line in a box is the median, dots are outliers (evenly thinned to 400)."""
    plot = _row_plot(axis, [box.name for box in boxes])
    parts = [plot.x_axis()]
    for place, box in enumerate(boxes):
        y = _row_middle(plot, place)
        low, first, median, third, high = (plot.across(v) for v in (box.low, *box.quartiles, box.high))
        said = (
            f"{box.name}: median {number(box.quartiles[1])}, middle half {number(box.quartiles[0])} to "
            f"{number(box.quartiles[2])}, {box.count} values"
        )
        parts.append(_row_name(plot, place, box.name))
        parts.append(f'<path class="whisker" d="M{low:.1f} {y}H{first:.1f}M{third:.1f} {y}H{high:.1f}"/>')
        parts.append(
            f'<rect class="edge" x="{first:.1f}" y="{y - 9}" width="{max(1.0, third - first):.1f}" height="18" '
            f'fill="{box.colour}"><title>{html.escape(said)}</title></rect>'
            f'<path class="whisker" d="M{median:.1f} {y - 9}v18" style="stroke-width:2.6"/>'
        )
        every = max(1, -(-len(box.outliers) // _OUTLIERS_AT_MOST))
        dots = "".join(f'<circle cx="{plot.across(v):.1f}" cy="{y}" r="2.4"/>' for v in box.outliers[::every])
        parts.append(f'<g class="edge" fill="{box.colour}" fill-opacity="0.6">{dots}</g>')
    return svg(name, plot.width_px, plot.height_px, parts)


def _row_plot(axis: Axis, names: Sequence[str], room: float = 0.12) -> Plot:
    """The frame of a chart with a row a name, one below the other; its y axis carries no values.

    ``room`` is kept free past the axis's end for what stands at the bars' ends, as a share of its range.
    """
    left = min(NAMES_AT_MOST_PX, max((text_width_px(name) for name in names), default=0.0)) + 16
    return Plot(
        Axis(axis.title, axis.low, axis.high + (axis.high - axis.low) * (0 if axis.log else room), axis.log),
        Axis(""),
        height_px=34 + 52 + _ROW_PX * max(1, len(names)),
        left_px=round(left),
    )


def _row_middle(plot: Plot, place: int) -> float:
    """The px of a row's middle."""
    return plot.top + _ROW_PX * (place + 0.5)


def _row_name(plot: Plot, place: int, name: str) -> str:
    """A row's name, left of the axis."""
    shown = shortened(name, NAMES_AT_MOST_PX)
    return text(plot.left_px - 8, _row_middle(plot, place) + 4, shown, anchor="end", kind="strong")


def _ends(low: float, high: float, middle: float) -> str:
    return "".join(f"M{place:.1f} {middle - 5}v10" for place in (low, high))
