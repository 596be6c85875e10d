"""Heat maps: a table of shades, as confusion of classes or as a map of places."""

from __future__ import annotations

import html
from collections.abc import Sequence

from models.evaluation.axes import NAMES_AT_MOST_PX, WIDTH_PX, shortened, svg, text, text_width_px

_TABLE_AT_MOST_PX = 1130
_FULL_SHADE = 0.75
"""From here on the text in a cell is read better in the page's own colour; so in light as in dark."""


def heat_map(
    name: str,
    shades: Sequence[Sequence[float]],
    *,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    words: Sequence[Sequence[str]] | None = None,
    row_title: str = "",
    column_title: str = "",
) -> str:
    """Cells shaded from 0 (the page) to 1 (full), row by row from the top, with words in them where given.

    Without ``words`` the cells are drawn edge to edge, as a map of places is.
    """
    count = max(1, max(map(len, shades), default=1))
    wide = max((text_width_px(shortened(row, NAMES_AT_MOST_PX)) for row in rows), default=0.0)
    left = wide + 14 + (22 if row_title else 0)
    top = 34 + (18 if column_title else 0) + (20 if columns else 0)
    if words is None:
        cell = max(2.0, (WIDTH_PX - 20 - left) / count)
    else:
        widest = max(text_width_px(word) for line in (columns, *words) for word in line)
        cell = min(max(64.0, widest + 12), max(40.0, (_TABLE_AT_MOST_PX - left) / count))
    tall = 34.0 if words is not None else min(cell, 24.0)
    width, height = left + cell * count + 12, top + tall * len(shades) + 14
    parts = [text(left + cell * count / 2, 36, column_title, anchor="middle")] if column_title else []
    if row_title:
        middle = top + tall * len(shades) / 2
        parts.append(
            f'<text transform="translate(14 {middle:.1f}) rotate(-90)" text-anchor="middle">'
            f"{html.escape(row_title)}</text>"
        )
    for place, column in enumerate(columns):
        parts.append(text(left + cell * (place + 0.5), top - 7, shortened(column, cell), anchor="middle"))
    for line, values in enumerate(shades):
        y = top + tall * line
        if rows:
            shown = shortened(rows[line], NAMES_AT_MOST_PX)
            parts.append(text(left - 8, y + tall / 2 + 4, shown, anchor="end", kind="strong"))
        for place, value in enumerate(values):
            shade = min(1.0, max(0.0, value))
            said = words[line][place] if words is not None else f"{value:.3g}"
            edge = ' class="heat grid"' if words is not None else ' class="heat"'
            parts.append(
                f'<rect{edge} x="{left + cell * place:.1f}" y="{y:.1f}" width="{cell:.1f}" height="{tall:.1f}" '
                f'fill-opacity="{shade:.3f}"><title>{html.escape(said)}</title></rect>'
            )
            if words is not None:
                kind = "on" if shade > _FULL_SHADE else "strong"
                parts.append(text(left + cell * (place + 0.5), y + tall / 2 + 4, said, anchor="middle", kind=kind))
    return svg(name, max(width, text_width_px(name) + 24), height, parts)
