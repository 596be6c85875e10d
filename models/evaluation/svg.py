"""Charts as inline SVG: lines, columns, bars, points, heat maps, boxes and pies.

Every function returns one ``<svg>`` for a page that holds ``CHART_STYLE``; they follow its light or dark colours. Names
and titles are escaped here. Series are told apart by colour, by their outline (pale colours vanish on white) and, where
they are lines, by their dashes; every mark says its value when pointed at.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from models.evaluation.axes import CHART_STYLE, Axis, Plot, axis_around, axis_over, number, svg, text, text_width_px
from models.evaluation.heat_map import heat_map
from models.evaluation.pie_chart import Slice, pie_chart
from models.evaluation.row_charts import Bar, Box, bar_chart, box_chart, box_of, interval_chart

__all__ = [
    "CHART_STYLE", "Axis", "Bar", "Box", "Line", "Points", "Slice", "axis_around", "axis_over", "bar_chart",
    "box_chart", "box_of", "column_chart", "heat_map", "interval_chart", "line_chart", "pie_chart", "scatter_chart",
]  # fmt: skip

_DASHES = ("", "7 3", "2 3", "9 3 2 3", "12 4", "4 4")
_LEGEND_ROW_PX = 20

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A curve through ``points``; ``mark`` is a point set off from the others, such as the threshold in use."""

    name: str
    colour: str
    points: Sequence[Point]
    mark: Point | None = None
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A cloud of points of one colour."""

    name: str
    colour: str
    points: Sequence[Point]


def line_chart(name: str, x: Axis, y: Axis, lines: Sequence[Line], *, diagonal: bool = False) -> str:
    """Curves over one pair of axes, with a legend below; ``diagonal`` draws the guide from corner to corner."""
    plot = Plot(x, y)
    parts = [plot.x_axis(), plot.y_axis()]
    if diagonal:
        parts.append(f'<path class="guide" d="M{plot.left_px} {plot.bottom}L{plot.right} {plot.top}"/>')
    for place, line in enumerate(lines):
        parts.append(_curve(plot, line, _DASHES[place % len(_DASHES)]))
    parts += [_mark(plot, line) for line in lines if line.mark is not None]
    entries = [(line.name, line.colour, _DASHES[place % len(_DASHES)]) for place, line in enumerate(lines)]
    return _with_legend(name, plot, parts, entries)


def scatter_chart(name: str, x: Axis, y: Axis, clouds: Sequence[Points]) -> str:
    """Clouds of points over one pair of axes, with a legend below."""
    plot = Plot(x, y)
    parts = [plot.x_axis(), plot.y_axis()]
    for cloud in clouds:
        dots = "".join(f'<circle cx="{plot.across(a):.1f}" cy="{plot.down(b):.1f}" r="3"/>' for a, b in cloud.points)
        parts.append(
            f'<g class="edge" fill="{cloud.colour}" fill-opacity="0.75" stroke-opacity="0.6">'
            f"<title>{html.escape(cloud.name)}</title>{dots}</g>"
        )
    return _with_legend(name, plot, parts, [(cloud.name, cloud.colour, None) for cloud in clouds])


def column_chart(name: str, x: Axis, y: Axis, edges: Sequence[float], heights: Sequence[float], colour: str) -> str:
    """A histogram: column i of height ``heights[i]`` from ``edges[i]`` to ``edges[i + 1]`` on a numeric x axis."""
    plot = Plot(x, y)
    parts = [plot.x_axis(), plot.y_axis()]
    for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
        start, end, top = plot.across(left), plot.across(right), plot.down(height)
        parts.append(
            f'<rect class="edge" x="{start + 0.5:.1f}" y="{top:.1f}" width="{max(1.0, end - start - 1):.1f}" '
            f'height="{plot.bottom - top:.1f}" fill="{colour}">'
            f"<title>{number(left)} to {number(right)}: {number(height)}</title></rect>"
        )
    return svg(name, plot.width_px, plot.height_px, parts)


def _curve(plot: Plot, line: Line, dash: str) -> str:
    places = [(plot.across(a), plot.down(b)) for a, b in line.points if math.isfinite(a) and math.isfinite(b)]
    if not places:
        return ""
    path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in places)
    dots = "".join(f'<circle class="edge" cx="{a:.1f}" cy="{b:.1f}" r="3.4"/>' for a, b in places) if line.dots else ""
    return (
        f'<g fill="{line.colour}"><title>{html.escape(line.name)}</title>'
        f'<path class="casing" d="{path}" stroke-width="4" stroke-dasharray="{dash}"/>'
        f'<path d="{path}" fill="none" stroke="{line.colour}" stroke-width="2.6" stroke-linejoin="round" '
        f'stroke-dasharray="{dash}"/>{dots}</g>'
    )


def _mark(plot: Plot, line: Line) -> str:
    assert line.mark is not None
    a, b = line.mark
    if not (math.isfinite(a) and math.isfinite(b)):
        return ""
    return (
        f'<circle cx="{plot.across(a):.1f}" cy="{plot.down(b):.1f}" r="5.5" class="whisker" '
        f'style="fill:{line.colour}"><title>{html.escape(line.name)}: {number(a)}, {number(b)}</title></circle>'
    )


def _with_legend(name: str, plot: Plot, parts: list[str], entries: Sequence[tuple[str, str, str | None]]) -> str:
    """The chart with its legend in rows below; a dash makes the key a piece of line, ``None`` a dot."""
    x, row = float(plot.left_px), 0
    for words, colour, dash in entries:
        wide = 34 + text_width_px(words) + 16
        if x + wide > plot.width_px and x > plot.left_px:
            x, row = float(plot.left_px), row + 1
        y = plot.height_px + row * _LEGEND_ROW_PX + 4
        if dash is None:
            parts.append(f'<circle class="edge" cx="{x + 12:.1f}" cy="{y}" r="5" fill="{colour}"/>')
        else:
            key = f'd="M{x:.1f} {y}h26" stroke-dasharray="{dash}"'
            parts.append(f'<path class="casing" {key} stroke-width="4"/>')
            parts.append(f'<path {key} stroke="{colour}" stroke-width="2.6" fill="none"/>')
        parts.append(text(x + 32, y + 4, words, kind="strong"))
        x += wide
    legend = _LEGEND_ROW_PX * (row + 1) + 4 if entries else 0
    return svg(name, plot.width_px, plot.height_px + legend, parts)
