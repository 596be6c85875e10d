"""Charts of areas and places: how large the masks and pieces of each class are, and where in the frame they lie."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.audit.label_survey import LabelSurvey
from models.evaluation.page import charts, paragraph
from models.evaluation.svg import (
    Axis,
    Line,
    Points,
    axis_over,
    box_chart,
    box_of,
    heat_map,
    line_chart,
    scatter_chart,
)
from models.labels.taxonomy import DefectClass

_CHARTS_AT_MOST = 12
_POINTS_AT_MOST = 500
"""Points of a class in a scatter chart, evenly thinned: more only hide each other, and every one weighs 50 bytes."""

_FAINTEST = 0.05
"""The shade of a cell that never holds the class, so that the frame's extent is seen."""


def drawn_classes(survey: LabelSurvey) -> list[DefectClass]:
    """The classes that get a chart of their own, in their order: those in most frames where there are very many."""
    counts = np.count_nonzero(survey.areas_px, axis=0)
    places = np.argsort(-counts, kind="stable")[:_CHARTS_AT_MOST]
    return [defect for defect in survey.taxonomy if defect.id - 1 in places and counts[defect.id - 1]]


def area_section(survey: LabelSurvey) -> str:
    """Boxes of the areas of masks and pieces, and areas against places, as HTML."""
    notes = paragraph(
        "The scale is logarithmic: areas of defects spread over powers of ten. A box holds the middle half, the line "
        "in it is the median, whiskers reach 1.5 times the box, dots lie beyond."
    )
    return notes + _area_charts(survey) + _area_places(survey)


def _area_charts(survey: LabelSurvey) -> str:
    masks = {c.id: column[column > 0] for c in survey.taxonomy if (column := survey.areas_px[:, c.id - 1]).any()}
    pieces = {
        c.id: mine
        for c in survey.taxonomy
        if len(mine := survey.pieces.areas_px[survey.pieces.class_ids == c.id])
    }  # fmt: skip
    return charts(
        _boxes("Area of a mask", survey.taxonomy.classes, masks),
        _boxes("Area of a piece", survey.taxonomy.classes, pieces),
    )


def _boxes(name: str, classes: Sequence[DefectClass], values: dict[int, npt.NDArray[np.int64]]) -> str:
    axis, scale = _area_axis([int(value) for column in values.values() for value in (column.min(), column.max())])
    boxes = [box_of(c.title, c.colour, values[c.id] / scale) for c in classes if c.id in values]
    return box_chart(name, axis, [box for box in boxes if box is not None])


def _area_axis(areas_px: Sequence[int]) -> tuple[Axis, int]:
    """A logarithmic axis for areas, and by how much they are to be divided for it."""
    least, greatest = min(areas_px, default=1), max(areas_px, default=10)
    # Seven digits and their commas are wider than the room beside an axis.
    title, scale = ("Thousand pixels", 1000) if greatest >= 1_000_000 else ("Pixels", 1)
    return Axis(title, 10.0 ** math.floor(math.log10(least / scale)), 1.2 * greatest / scale, log=True), scale


def _area_places(survey: LabelSurvey) -> str:
    drawn = []
    axis, scale = _area_axis([int(area) for area in survey.pieces.areas_px])
    for side, direction in enumerate(("across the frame, from the left", "down the frame, from the top")):
        clouds = []
        for defect in drawn_classes(survey):
            mine = np.flatnonzero(survey.pieces.class_ids == defect.id)
            if len(mine) > _POINTS_AT_MOST:
                mine = mine[np.linspace(0, len(mine) - 1, _POINTS_AT_MOST).round().astype(np.int64)]
            places = survey.pieces.centres[mine, side].tolist()
            areas = (survey.pieces.areas_px[mine] / scale).tolist()
            clouds.append(Points(defect.title, defect.colour, list(zip(places, areas, strict=True))))
        drawn.append(
            scatter_chart(
                f"Area of a piece against its middle, {direction}",
                Axis(f"Share of the {'width' if side == 0 else 'height'}"),
                axis,
                clouds,
            )
        )
    return charts(*drawn)


def place_section(survey: LabelSurvey) -> str:
    """Maps of where each class lies, and how dense it lies across and down the frame, as HTML."""
    notes = paragraph(
        f"Every frame is laid over the same grid of {survey.coverage.shape[1]} by {survey.coverage.shape[2]} cells. "
        "The stronger a cell's colour, the more of all frames hold the class there; the strongest of each map is named "
        "with it. A map that is stronger at an edge or in a band tells of how frames were cut or labelled, or of a "
        "defect that comes from one place."
    )
    return notes + _place_charts(survey)


def _place_charts(survey: LabelSurvey) -> str:
    maps = []
    for defect in drawn_classes(survey):
        coverage = survey.coverage[defect.id - 1]
        most = float(coverage.max())
        if most:
            name = f"{defect.title}: at most {most:.2%} of the frames"
            shades = _FAINTEST + (1 - _FAINTEST) * coverage / most
            maps.append(heat_map(name, shades.tolist(), row_title="top to bottom", column_title="left to right"))
    return charts(*maps) + charts(
        _profile(survey, 1, "Across the frame", "Share of the width, from the left"),
        _profile(survey, 2, "Down the frame", "Share of the height, from the top"),
    )


def _profile(survey: LabelSurvey, summed: int, name: str, axis_title: str) -> str:
    """Each class's density over one direction, 1 where it is spread evenly."""
    lines, highest = [], [1.0]
    for defect in drawn_classes(survey):
        coverage = survey.coverage[defect.id - 1]
        if not coverage.any():
            continue
        density = coverage.mean(axis=summed - 1)
        density = density / density.mean()
        middles = (np.arange(len(density)) + 0.5) / len(density)
        highest.append(float(density.max()))
        lines.append(Line(defect.title, defect.colour, list(zip(middles.tolist(), density.tolist(), strict=True))))
    return line_chart(
        f"{name}: how dense each class lies", Axis(axis_title), axis_over("1 = spread evenly", highest), lines
    )
