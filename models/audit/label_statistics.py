"""Label statistics: what a survey's numbers say together, as one JSON-ready mapping."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from models.audit.label_survey import FrameKind, LabelSurvey

_COMBINATIONS_AT_MOST = 50
_SIZES_AT_MOST = 50


def label_statistics(survey: LabelSurvey) -> dict[str, Any]:
    """The survey as numbers alone, ready for JSON.

    ``frames`` counts frames by kind; ``classes`` has an entry a class with its frames, pieces and areas (px, and shares
    of all pixels); ``classes_a_frame``, ``defects_a_frame`` and each class's ``pieces_a_frame`` count frames by how
    many they hold; ``together`` counts frames that hold two classes (a class's own frames on the diagonal);
    ``overlaps`` pixels that do; ``places`` is the share of all frames that hold a class at a cell of the grid.
    """
    held = survey.areas_px > 0
    return {
        "frames": {
            "labelled": len(survey.names),
            **{kind.value: survey.kinds.count(kind) for kind in FrameKind},
            "unlabelled": len(survey.unlabelled),
        },
        "classes": {defect.name: _class_numbers(survey, defect.id) for defect in survey.taxonomy},
        "classes_a_frame": _counts(held.sum(axis=1)),
        "defects_a_frame": _counts(_pieces_a_frame(survey).sum(axis=1)),
        "combinations": _combinations(survey, held),
        "together": {"order": list(survey.taxonomy.names), "frames": (held.T.astype(np.int64) @ held).tolist()},
        "overlaps": {
            "frames": int(np.count_nonzero(survey.overlaps_px)),
            "px": int(survey.overlaps_px.sum()),
            "order": list(survey.taxonomy.names),
            "shared_px": survey.shared_px.tolist(),
        },
        "sizes": _sizes(survey),
        "places": {
            "rows": survey.coverage.shape[1],
            "columns": survey.coverage.shape[2],
            "share_of_frames": {
                defect.name: np.round(survey.coverage[defect.id - 1], 5).tolist() for defect in survey.taxonomy
            },
        },
        "problems": len(survey.problems),
    }


def pieces_in_frames(survey: LabelSurvey, class_id: int) -> npt.NDArray[np.int64]:
    """How many pieces of a class each frame holds that has any, (F,)."""
    counts = _pieces_a_frame(survey)[:, class_id - 1]
    return np.asarray(counts[counts > 0])


def _class_numbers(survey: LabelSurvey, class_id: int) -> dict[str, Any]:
    areas = survey.areas_px[:, class_id - 1]
    present = areas > 0
    frame_px = survey.sizes_px.prod(axis=1)
    mine = survey.pieces.class_ids == class_id
    return {
        "frames": int(present.sum()),
        "share_of_frames": _share(present.sum(), len(survey.names)),
        "pieces": int(mine.sum()),
        "area_px": int(areas.sum()),
        "share_of_px": _share(areas.sum(), frame_px.sum()),
        "area_px_in_frames_with_it": _five_numbers(areas[present]),
        "share_of_px_in_frames_with_it": _five_numbers(areas[present] / frame_px[present]),
        "piece_area_px": _five_numbers(survey.pieces.areas_px[mine]),
        "pieces_a_frame": _counts(pieces_in_frames(survey, class_id)),
    }


def _pieces_a_frame(survey: LabelSurvey) -> npt.NDArray[np.int64]:
    """(N, K)."""
    counts = np.zeros(survey.areas_px.shape, dtype=np.int64)
    np.add.at(counts, (survey.pieces.frames, survey.pieces.class_ids - 1), 1)
    return counts


def _combinations(survey: LabelSurvey, held: npt.NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Which classes stand together in frames that hold any, the most frequent first."""
    counted = Counter(tuple(np.flatnonzero(row).tolist()) for row in held if row.any())
    return [
        {"classes": [survey.taxonomy.names[place] for place in places], "frames": count}
        for places, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:_COMBINATIONS_AT_MOST]
    ]


def _sizes(survey: LabelSurvey) -> list[dict[str, int]]:
    counted = Counter((int(height), int(width)) for height, width in survey.sizes_px)
    return [
        {"height_px": height, "width_px": width, "frames": count}
        for (height, width), count in counted.most_common(_SIZES_AT_MOST)
    ]


def _counts(values: npt.NDArray[np.int64]) -> dict[str, int]:
    """How often each whole number stands there, ascending."""
    numbers, counts = np.unique(values, return_counts=True)
    return {str(number): count for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)}


def _five_numbers(values: npt.NDArray[Any]) -> dict[str, float] | None:
    """Least, quartiles and greatest; ``None`` of nothing."""
    if not len(values):
        return None
    numbers = np.percentile(values, (0, 25, 50, 75, 100))
    names = ("least", "first_quartile", "median", "third_quartile", "greatest")
    return {name: round(float(number), 6) for name, number in zip(names, numbers, strict=True)}


def _share(part: Any, whole: Any) -> float | None:
    return round(float(part) / float(whole), 6) if whole else None
