"""A comparison as JSON, as a text table and as one HTML file that needs nothing beside it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from models.data.collection import Collection
from models.evaluation.axes import Axis
from models.evaluation.comparison import Comparison, Difference, changed_frames
from models.evaluation.figure_names import figure_title, figure_words
from models.evaluation.framed import class_keys, class_words, framed, with_masks
from models.evaluation.page import charts, class_key, html_page, paragraph, section, table
from models.evaluation.promotion import MARGIN, Promotion
from models.evaluation.row_charts import Bar, interval_chart

CHANGED_FRAMES = 12
_NEUTRAL = "#8a949c"
_CHARTED = ("recall", "dice", "auroc")


def comparison_json(comparison: Comparison, promotion: Promotion) -> dict[str, Any]:
    """JSON-ready: ``a`` and ``b`` (as ``Side``), ``frames``, ``main`` (the figure it turns on), ``figures`` (as
    ``Difference``), ``promotion``.
    """
    main = comparison.main
    return {
        "a": comparison.a.to_json(),
        "b": comparison.b.to_json(),
        "frames": len(comparison.a.records),
        "main": None if main is None else main.figure,
        "figures": [row.to_json() for row in comparison.rows],
        "promotion": promotion.to_json(),
    }


def comparison_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    """A head and a row a figure, as text: figure, class, A, B, B minus A, its 95 % interval, and what that means."""
    a, b = comparison.a.bundle.name, comparison.b.bundle.name
    rows: list[tuple[str, ...]] = [("FIGURE", "CLASS", f"A: {a}", f"B: {b}", "B - A", "95 % INTERVAL", "")]
    for row in _measured(comparison.rows):
        rows.append((figure_title(row.figure), row.class_name, *_cells(row), _said(row)))
    times = [side.to_json()["time_ms"] for side in (comparison.a, comparison.b)]
    for title, key in (("Time a frame, median (ms)", "median_ms"), ("Time a frame, 95 % below (ms)", "p95_ms")):
        old, new = times[0][key], times[1][key]
        rows.append((title, "", f"{old:.1f}", f"{new:.1f}", f"{new - old:+.1f}", "", ""))
    return rows


def comparison_html(comparison: Comparison, promotion: Promotion, collection: Collection) -> str:
    """The report: verdict, figures side by side, differences drawn, times, and the frames B did worst beside A."""
    a, b = comparison.a, comparison.b
    lead = (
        f"A: bundle {a.bundle.name} (SHA-256 {a.bundle.sha256[:12]}…) on {a.runtime}. B: bundle {b.bundle.name} "
        f"(SHA-256 {b.bundle.sha256[:12]}…) on {b.runtime}. Both ran on the same {len(a.records):,} frames."
    )
    whole = [row for row in _measured(comparison.rows) if not row.class_name]
    by_class = [row for row in _measured(comparison.rows) if row.class_name]
    return html_page(
        f"{a.bundle.name} and {b.bundle.name}: comparison",
        [
            paragraph(lead, "lead"),
            paragraph(promotion.sentence, "verdict good" if promotion.safe else "verdict bad"),
            "".join(paragraph(words) for words in promotion.cautions),
            section("Over all classes", _table(whole, comparison)),
            section("By class", charts(*_charts(comparison)), _table(by_class, comparison)),
            section("Time per frame", _times(comparison)),
            section("Frames that B did worse", _changed(comparison, collection)),
            section("How it was compared", _method(comparison)),
        ],
    )


def _measured(rows: Sequence[Difference]) -> list[Difference]:
    return [row for row in rows if row.difference is not None]


def _cells(row: Difference) -> tuple[str, str, str, str]:
    assert row.difference is not None
    interval = "–" if row.interval is None else f"{_signed(row.interval[0])} to {_signed(row.interval[1])}"
    return f"{row.a:.3f}", f"{row.b:.3f}", _signed(row.difference), interval


def _signed(value: float) -> str:
    """Three digits with a sign, but for 0."""
    return f"{value:+.3f}" if round(value, 3) else "0.000"


def _said(row: Difference) -> str:
    return "worse" if row.worse else "better" if row.better else ""


def _table(rows: Sequence[Difference], comparison: Comparison) -> str:
    taxonomy = comparison.a.records.taxonomy
    cells = []
    for row in rows:
        title = html.escape(figure_title(row.figure))
        if row.class_name:
            defect = taxonomy.by_name(row.class_name)
            title = f"{class_key(defect.title, defect.colour)}: {title}"
        said = _said(row)
        cells.append([title, *_cells(row), f"<b>{said}</b>" if said else "no difference beyond the interval"])
    return table(["Figure", "A", "B", "B − A", "95 % interval", ""], cells, words=(0, 5))


def _charts(comparison: Comparison) -> list[str]:
    """A chart for each of ``_CHARTED`` that was measured, all on one scale of their own."""
    taxonomy, drawn = comparison.a.records.taxonomy, []
    for name in _CHARTED:
        rows = comparison.of(name)
        bars = [
            Bar(row.class_name, taxonomy.by_name(row.class_name).colour, row.difference, row.interval, _cells(row)[2])
            for row in rows
        ]
        reach = 1.05 * max((abs(end) for row in rows for end in row.interval or ()), default=0.0)
        if bars and reach:
            title = f"{figure_title(name)}, B minus A"
            drawn.append(interval_chart(title, Axis("difference; whisker: 95 % interval", -reach, reach), bars))
    return drawn


def _times(comparison: Comparison) -> str:
    old, new = (side.to_json()["time_ms"] for side in (comparison.a, comparison.b))
    rows = [
        [title, *(f"{times[key]:.2f}" for times in (old, new)), f"{new[key] / old[key]:.2f}" if old[key] else "–"]
        for title, key in (("Median (ms)", "median_ms"), ("95 % of the frames below (ms)", "p95_ms"))
    ]
    return table(["Whole frame", "A", "B", "B / A"], rows)


def _changed(comparison: Comparison, collection: Collection) -> str:
    a, b = comparison.a, comparison.b
    drawn = a.records.pixels is not None and b.records.pixels is not None
    figures = []
    for row, change in changed_frames(comparison, CHANGED_FRAMES):
        said = [f"{name} says {class_words(side.records, row, said=True)}" for name, side in (("A", a), ("B", b))]
        words = f"truth: {class_words(a.records, row, said=False)}; {'; '.join(said)}"
        image, stacks = collection.images[row], (collection.stacks[row], a.stacks[row], b.stacks[row])
        if drawn:
            pictures = with_masks(image, stacks, a.records.taxonomy)
            figures.append(framed(f"{a.records.names[row]}, mean Dice {change:+.2f}; {words}", pictures))
        else:
            figures.append(framed(f"{a.records.names[row]}, {words}", [image]))
    if not figures:
        return paragraph("There is none.")
    note = (
        "The truth, what A drew and what B drew, the greatest loss first." if drawn else "A was right and B is wrong."
    )
    return paragraph(note, "note") + (class_keys(a.records.taxonomy) if drawn else "") + charts(*figures)


def _method(comparison: Comparison) -> str:
    turning = figure_words(comparison.main.figure) if comparison.main is not None else "the main figure"
    return paragraph(
        "Each interval holds 95 % of the differences in 2,000 resamples of the frames, the same frames for both "
        "bundles (Efron and Tibshirani, An Introduction to the Bootstrap, 1993). 'Worse' and 'better' stand where the "
        "interval leaves out 0; of many rows one in twenty does so by chance. "
        f"B is safe to promote where no class's recall is worse and {turning} is no more than {MARGIN:g} lower.",
        "note",
    )
