"""Clean regions: sets without a clean frame still have clean steel, and a gate must stay shut there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from models.data.collection import Collection
from models.predictor import Predictor

CLEAN_SIDE_PX = 96


def clean_regions(collection: Collection, side_px: int = CLEAN_SIDE_PX) -> list[npt.NDArray[np.uint8]]:
    """At most one square region of each frame that holds no labelled pixel, (side, side): the most central of a grid.

    Without masks nothing is known of regions, and there are none.
    """
    if not collection.drawn:
        return []
    regions = []
    for row, (image, stack) in enumerate(zip(collection.images, collection.stacks, strict=True)):
        ignored = collection.ignored_at(row)
        marked = stack != 0 if ignored is None else (stack != 0) | ignored
        height, width = stack.shape
        tops = np.unique(np.linspace(0, max(0, height - side_px), 9).astype(int))
        lefts = np.unique(np.linspace(0, max(0, width - side_px), 9).astype(int))
        if min(height, width) < side_px:
            continue
        places = sorted(
            ((top, left) for top in tops for left in lefts),
            key=lambda at: math.hypot(at[0] + side_px / 2 - height / 2, at[1] + side_px / 2 - width / 2),
        )
        for top, left in places:
            if not marked[top : top + side_px, left : left + side_px].any():
                regions.append(np.ascontiguousarray(image[top : top + side_px, left : left + side_px]))
                break
    return regions


def clean_region_metrics(predictor: Predictor, collection: Collection) -> dict[str, Any]:
    """How often the bundle sees a defect in regions without one: share with a gate open, share with pixels drawn."""
    regions = clean_regions(collection)
    opened = drawn = 0
    for region in regions:
        prediction = predictor.predict(region)
        gates = predictor.thresholds.gates
        opened += any(value >= gates[class_id] for class_id, value in prediction.probabilities.items())
        drawn += bool(prediction.stack.any())
    count = len(regions)
    return {
        "regions": count,
        "side_px": CLEAN_SIDE_PX,
        "gate_open_share": round(opened / count, 4) if count else None,
        "drawn_share": round(drawn / count, 4) if count else None,
    }
