"""The statistics of labels as a page: charts of classes, areas, places and what stands together."""

from __future__ import annotations

import html
from typing import Any

from models.audit.label_survey import FrameKind, LabelSurvey
from models.audit.place_charts import area_section, drawn_classes, place_section
from models.audit.statistics_table import frames_sentence, percent
from models.evaluation.page import charts, class_key, html_page, paragraph, section, table
from models.evaluation.svg import Bar, Slice, axis_over, bar_chart, heat_map, pie_chart

_KIND_TITLES = {
    FrameKind.DEFECTIVE: ("With a defect", "#d55e00"),
    FrameKind.CLEAN: ("Clean", "#009e73"),
    FrameKind.INCOMPLETE: ("Rows that cannot be used", "#cc79a7"),
    FrameKind.UNSTATED: ("Named without a pixel", "#e69f00"),
}
_UNLABELLED = ("Without labels", "#8f9aa3")
_NEUTRAL = "#8f9aa3"
_BARS_AT_MOST = 8
_PROBLEMS_AT_MOST = 20
_COMBINATIONS_AT_MOST = 12


def statistics_page(title: str, survey: LabelSurvey, statistics: dict[str, Any], samples: str = "") -> str:
    """One HTML file that needs nothing beside it; ``samples`` are pictures of sample frames, as HTML."""
    return html_page(
        title,
        [
            paragraph(frames_sentence(statistics), kind="lead"),
            section("Classes", _class_table(survey, statistics), _class_charts(survey, statistics)),
            section("Clean and defective", _kind_charts(statistics)),
            section("Defects in a frame", _defect_charts(survey, statistics)),
            section("Classes together", _together(survey, statistics)),
            section("Areas", area_section(survey)),
            section("Where in the frame", place_section(survey)),
            section("Overlaps", _overlaps(survey, statistics)),
            section("Sizes of the frames", _sizes(statistics)),
            section("Sample frames", samples),
            section("What could not be used", _problems(survey)),
        ],
    )


def _class_table(survey: LabelSurvey, statistics: dict[str, Any]) -> str:
    heads = ("Class", "Frames", "of all frames", "Pieces", "Pixels", "of all pixels", "Median mask", "Median piece")
    rows = []
    for defect in survey.taxonomy:
        numbers = statistics["classes"][defect.name]
        rows.append(
            [
                class_key(defect.title, defect.colour),
                f"{numbers['frames']:,}",
                percent(numbers["share_of_frames"]),
                f"{numbers['pieces']:,}",
                f"{numbers['area_px']:,}",
                percent(numbers["share_of_px"]),
                _median_px(numbers["area_px_in_frames_with_it"]),
                _median_px(numbers["piece_area_px"]),
            ]
        )
    return table(heads, rows) + paragraph(
        "A mask is all a frame holds of a class; a piece is what hangs together, corners included.", kind="note"
    )


def _class_charts(survey: LabelSurvey, statistics: dict[str, Any]) -> str:
    counts = {defect.id: statistics["classes"][defect.name]["frames"] for defect in survey.taxonomy}
    shares = {defect.id: statistics["classes"][defect.name]["share_of_px"] or 0.0 for defect in survey.taxonomy}
    return charts(
        bar_chart(
            "Frames with the class",
            axis_over("Frames", [4, *counts.values()]),
            [Bar(c.title, c.colour, counts[c.id]) for c in survey.taxonomy],
        ),
        pie_chart(
            "Masks by class (a frame counts once for each class in it)",
            [Slice(c.title, c.colour, counts[c.id]) for c in survey.taxonomy],
        ),
        bar_chart(
            "Pixels of the class",
            axis_over("% of all pixels", [100 * share for share in shares.values()]),
            [Bar(c.title, c.colour, 100 * shares[c.id], words=percent(shares[c.id])) for c in survey.taxonomy],
        ),
    )


def _kind_charts(statistics: dict[str, Any]) -> str:
    frames = statistics["frames"]
    slices = [Slice(title, colour, frames[kind.value]) for kind, (title, colour) in _KIND_TITLES.items()]
    slices.append(Slice(*_UNLABELLED, frames["unlabelled"]))
    shown = [part for part in slices if part.value]
    counted = _count_chart("Classes in a frame", "Frames", statistics["classes_a_frame"])
    if len(shown) > 1:
        return charts(pie_chart("Frames by what their labels say", shown), counted)
    alone = "no frame is stated clean" if frames["defective"] else "no frame has a defect"
    return paragraph(f"Of all frames the labels say the same: {alone}.") + charts(counted)


def _defect_charts(survey: LabelSurvey, statistics: dict[str, Any]) -> str:
    by_class = [
        _count_chart(f"{c.title}: pieces in a frame that holds any", "Frames", counts, c.colour)
        for c in drawn_classes(survey)
        if (counts := statistics["classes"][c.name]["pieces_a_frame"])
    ]
    return charts(_count_chart("Pieces of any class in a frame", "Frames", statistics["defects_a_frame"]), *by_class)


def _count_chart(name: str, axis_title: str, counts: dict[str, int], colour: str = _NEUTRAL) -> str:
    """A bar a whole number; what is rare at the end is put together."""
    rows = {int(number): count for number, count in counts.items()}
    last = min(max(rows, default=0), _BARS_AT_MOST - 1)
    bars = {str(number): rows.get(number, 0) for number in range(min(rows, default=0), last + 1)}
    beyond = sum(count for number, count in rows.items() if number > last)
    if beyond:
        bars[f"{last + 1} or more"] = beyond
    # Up to four at least: there are no half frames for a tick to name.
    axis = axis_over(axis_title, [4, *bars.values()])
    return bar_chart(name, axis, [Bar(label, colour, count) for label, count in bars.items()])


def _together(survey: LabelSurvey, statistics: dict[str, Any]) -> str:
    counts = statistics["together"]["frames"]
    titles = [defect.title for defect in survey.taxonomy]
    if len(titles) == 1:
        return paragraph("There is only one class.")
    # The diagonal would drown what the chart is about.
    most = max((counts[i][j] for i in range(len(titles)) for j in range(len(titles)) if i != j), default=0)
    shades = [
        [0.0 if i == j or not most else count / most for j, count in enumerate(row)] for i, row in enumerate(counts)
    ]
    words = [[f"{count:,}" for count in row] for row in counts]
    combinations = statistics["combinations"][:_COMBINATIONS_AT_MOST]
    rows = [
        [
            " &nbsp; ".join(class_key(c.title, c.colour) for c in map(survey.taxonomy.by_name, entry["classes"])),
            f"{entry['frames']:,}",
        ]
        for entry in combinations
    ]
    return paragraph("Frames that hold both classes; on the diagonal, unshaded, those that hold the class at all.") + (
        charts(
            heat_map("Frames with both classes", shades, rows=titles, columns=titles, words=words),
            table(("Classes of the frame", "Frames"), rows),
        )
    )


def _overlaps(survey: LabelSurvey, statistics: dict[str, Any]) -> str:
    overlaps = statistics["overlaps"]
    if not overlaps["frames"]:
        return paragraph("No pixel carries more than one class.")
    titles = [defect.title for defect in survey.taxonomy]
    counts = overlaps["shared_px"]
    most = max(counts[i][j] for i in range(len(titles)) for j in range(len(titles)) if i != j)
    shades = [[0.0 if i == j else count / most for j, count in enumerate(row)] for i, row in enumerate(counts)]
    words = [["–" if i == j else f"{count:,}" for j, count in enumerate(row)] for i, row in enumerate(counts)]
    return paragraph(
        f"{overlaps['px']:,} pixels in {overlaps['frames']:,} frames carry more than one class. A network that gives a "
        "pixel one class learns only one of them."
    ) + charts(heat_map("Pixels with both classes", shades, rows=titles, columns=titles, words=words))


def _sizes(statistics: dict[str, Any]) -> str:
    sizes = statistics["sizes"]
    if len(sizes) == 1:
        return paragraph(f"Every frame is {sizes[0]['width_px']}×{sizes[0]['height_px']} pixels.")
    rows = [[f"{size['width_px']}×{size['height_px']}", f"{size['frames']:,}"] for size in sizes]
    return table(("Width × height, px", "Frames"), rows)


def _problems(survey: LabelSurvey) -> str:
    if not survey.problems:
        return ""
    shown = "".join(f"<li>{html.escape(str(problem))}</li>" for problem in survey.problems[:_PROBLEMS_AT_MOST])
    more = len(survey.problems) - _PROBLEMS_AT_MOST
    return f"<ul>{shown}</ul>" + (paragraph(f"And {more:,} more.", kind="note") if more > 0 else "")


def _median_px(numbers: dict[str, float] | None) -> str:
    return "–" if numbers is None else f"{numbers['median']:,.0f} px"
