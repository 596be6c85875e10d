"""The charts: what is where, by hand, and that every one is sound XML whatever it is called."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from models.evaluation.axes import Axis, Plot, axis_over, number
from models.evaluation.page import charts, class_key, html_page, paragraph, section, table
from models.evaluation.svg import (
    Bar,
    Line,
    Points,
    Slice,
    bar_chart,
    box_chart,
    box_of,
    column_chart,
    heat_map,
    line_chart,
    pie_chart,
    scatter_chart,
)


def _parsed(text: str) -> ET.Element:
    return ET.fromstring(text)


def _texts(chart: ET.Element) -> list[str]:
    return [element.text or "" for element in chart.iter("text")]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (-0.05, 0.05, [-0.04, -0.02, 0, 0.02, 0.04]),
        (3, 3, [3]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert Axis("", low, high).ticks() == pytest.approx(ticks)


def test_logarithmic_ticks_are_powers_of_ten():
    axis = axis_over("area (px)", [3, 40_000], log=True)
    assert (axis.low, axis.high) == (1, 100_000)
    assert axis.ticks() == [1, 10, 100, 1000, 10_000, 100_000]
    assert axis.share(1000) == pytest.approx(3 / 5)
    assert axis.share(0) == 0


def test_an_axis_holds_what_it_is_made_over():
    axis = axis_over("frames", [7, 1230, float("nan")])
    assert axis.low == 0
    assert axis.high >= 1230
    assert axis_over("none", []) == Axis("none")
    assert axis_over("difference", [-0.03, 0.01]).low <= -0.03


def test_values_stand_where_the_axis_puts_them():
    plot = Plot(Axis("x", 0, 10), Axis("y", 0, 1))
    assert plot.across(0) == plot.left_px
    assert plot.across(10) == plot.right
    assert plot.across(5) == pytest.approx((plot.left_px + plot.right) / 2)
    assert plot.down(0) == plot.bottom
    assert plot.down(1) == plot.top


def test_numbers_read_well():
    assert [number(v) for v in (0, 0.25, 1.0, 12345, -0.5)] == ["0", "0.25", "1", "12,345", "−0.5"]


def test_a_line_leaves_out_what_is_no_number_and_marks_the_point_in_use():
    line = Line("Pits", "#e69f00", [(0, 0), (0.5, float("nan")), (1, 1)], mark=(0.5, 0.5))
    chart = _parsed(line_chart("ROC", Axis("x"), Axis("y"), [line], diagonal=True))
    plot = Plot(Axis("x"), Axis("y"))
    paths = [path.get("d", "") for path in chart.iter("path") if path.get("stroke") == "#e69f00"]
    assert paths[0] == f"M{plot.left_px:.1f} {plot.bottom:.1f}L{plot.right:.1f} {plot.top:.1f}"
    (mark,) = chart.iter("circle")
    assert float(mark.get("cx", "0")) == pytest.approx((plot.left_px + plot.right) / 2, abs=0.1)
    assert "Pits" in _texts(chart)


def test_bars_are_as_long_as_their_values():
    bars = [Bar("a", "#111111", 10.0), Bar("b", "#222222", 5.0, (4.0, 6.0)), Bar("c", "#333333", None)]
    chart = _parsed(bar_chart("Frames", Axis("frames", 0, 10), bars))
    long, short = chart.findall("rect")
    assert float(long.get("width", 0)) == pytest.approx(2 * float(short.get("width", 0)), abs=0.2)
    assert {"a", "b", "c", "10", "5", "–"} <= set(_texts(chart))
    assert len([path for path in chart.iter("path") if path.get("class") == "whisker"]) == 1


def test_columns_are_as_high_as_their_values():
    chart = _parsed(column_chart("n", Axis("x", 0, 3), Axis("y", 0, 4), [0, 1, 2, 3], [4, 2, 0], "#111111"))
    heights = [float(rect.get("height", 0)) for rect in chart.iter("rect")]
    assert heights[0] == pytest.approx(2 * heights[1])
    assert heights[2] == 0


def test_a_cloud_has_a_dot_a_point():
    chart = _parsed(scatter_chart("p", Axis("x"), Axis("y"), [Points("a", "#111111", [(0.1, 0.2), (0.3, 0.4)])]))
    dots = [dot for dot in chart.iter("circle") if dot.get("r") == "3"]
    assert len(dots) == 2


def test_a_heat_map_has_a_cell_a_value():
    chart = _parsed(
        heat_map("c", [[0, 0.5], [1, 2]], rows=["a", "b"], columns=["a", "b"], words=[["1", "2"], ["3", "4"]])
    )
    cells = chart.findall("rect")
    assert [cell.get("fill-opacity") for cell in cells] == ["0.000", "0.500", "1.000", "1.000"]
    assert {"1", "2", "3", "4"} <= set(_texts(chart))


def test_a_box_by_hand():
    """Quartiles are interpolated: 3.25, 5.5 and 7.75, so whiskers reach to 14.5 at most and 30 lies beyond."""
    box = box_of("a", "#111111", [1, 2, 3, 4, 5, 6, 7, 8, 9, 30])
    assert box is not None
    assert box.quartiles == (3.25, 5.5, 7.75)
    assert (box.low, box.high, box.outliers, box.count) == (1, 9, (30.0,), 10)
    assert box_of("none", "#111111", []) is None
    chart = _parsed(box_chart("areas", axis_over("px", [30]), [box]))
    assert len(chart.findall(".//circle")) == 1


def test_pie_slices_end_where_their_share_does():
    chart = _parsed(pie_chart("p", [Slice("a", "#111111", 1), Slice("b", "#222222", 3), Slice("none", "#333333", 0)]))
    first, second = (path.get("d", "") for path in chart.iter("path"))
    # A quarter, clockwise from the top, ends at three o'clock, where the other slice begins.
    assert first.endswith("0 0 1 204.00 134.00Z")
    assert second.startswith("M112.0 134.0L204.00 134.00A92.0 92.0 0 1 1")
    assert "none: 0 (0.0%)" in _texts(chart)
    whole = _parsed(pie_chart("p", [Slice("a", "#111111", 2)]))
    assert len(whole.findall("circle")) == 2
    nothing = _parsed(pie_chart("p", [Slice("a", "#111111", 0)]))
    assert len(nothing.findall("circle")) == 1


@pytest.mark.parametrize(
    "draw",
    [
        lambda name: line_chart(name, Axis(name), Axis(name), [Line(name, "#111111", [(0, 1)])]),
        lambda name: line_chart(name, Axis(name), Axis(name), []),
        lambda name: scatter_chart(name, Axis(name), Axis(name), [Points(name, "#111111", [])]),
        lambda name: column_chart(name, Axis(name), Axis(name), [0, 1], [1], "#111111"),
        lambda name: bar_chart(name, Axis(name), [Bar(name, "#111111", 0.5)]),
        lambda name: box_chart(name, Axis(name), [box_of(name, "#111111", [1.0])]),
        lambda name: heat_map(name, [[0.5]], rows=[name], columns=[name], words=[[name]], row_title=name),
        lambda name: pie_chart(name, [Slice(name, "#111111", 1)]),
    ],
)
def test_any_name_is_escaped(draw):
    chart = _parsed(draw('<b>&"'))
    assert chart.get("aria-label") == '<b>&"'
    assert not list(chart.iter("b"))


def test_no_chart_names_a_place_in_the_net_to_fetch_from():
    page = html_page("p", [section("s", charts(pie_chart("p", [Slice("a", "#111111", 1)])))])
    assert not re.search(r"(src|href|url)\s*[=(]", page)


def test_a_page_escapes_and_leaves_out_empty_sections():
    page = html_page(
        "<b>", [section("empty", ""), section("full", paragraph("a < b"), table(["h"], [["1"]], whole=[0]))]
    )
    assert "<title>&lt;b&gt;</title>" in page
    assert "empty" not in page
    assert "a &lt; b" in page
    assert '<tr class="whole"><td class="words">1</td></tr>' in page
    assert class_key("<i>", "#111111").endswith("&lt;i&gt;")
