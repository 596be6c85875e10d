"""LabelMe's shapes as pixels and back.

Fields as LabelMe 5 writes them (github.com/wkentaro/labelme: ``labelme/_label_file.py``, ``labelme/utils/shape.py``):
``label``, ``points`` [[x, y], …] in pixels, ``shape_type``, ``group_id``, ``flags``, ``description`` and, for the type
``mask``, a base64 PNG whose pixels other than 0 are set, with the box's first and last pixel (both inside) as points.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from models.labels.components import piece_masks
from models.labels.drawn_shapes import ShapeKind, ring_polygons
from models.labels.index_png import PngError, index_of_png
from models.labels.masks import Mask, MaskStack, class_mask
from models.labels.polygon_fill import ShapeError, box_ring, check_inside, checked_ring, fill_ellipse_into, fill_into
from models.labels.taxonomy import DefectClass, Role


def draw_shape(shape: Any, mask: Mask) -> None:
    """Set the pixels of one shape in an (H, W) mask. Raises ``ShapeError`` naming what is wrong with it.

    Polygons, rectangles, oriented rectangles, circles and masks have pixels; lines and points have none.
    """
    height, width = mask.shape
    xs, ys = _points(shape)
    match shape.get("shape_type") or "polygon":
        case "polygon" | "oriented_rectangle":
            fill_into(mask, [checked_ring(xs, ys, (height, width))])
        case "rectangle":
            if len(xs) == 2:
                xs, ys = (list(numbers) for numbers in box_ring(xs[0], ys[0], xs[1], ys[1]).T)
            fill_into(mask, [checked_ring(xs, ys, (height, width))])
        case "circle":
            _draw_circle(xs, ys, mask)
        case "mask":
            _draw_mask(shape.get("mask"), xs, ys, mask)
        case other:
            raise ShapeError(f"A {str(other)[:24]} covers no pixels; draw a polygon or a mask.")


def shapes_of_class(stack: MaskStack, defect: DefectClass, label: str, kind: ShapeKind) -> Iterator[dict[str, Any]]:
    """The shapes of one class of an (H, W) stack; a role other than defect stands in the flags."""
    flags = {} if defect.role is Role.DEFECT else {defect.role.value: True}
    common = {"description": "", "flags": flags}
    if kind is ShapeKind.MASKS:
        for (left, top), piece in piece_masks(stack, defect.id):
            last = [left + piece.shape[1] - 1, top + piece.shape[0] - 1]
            yield {
                "label": label,
                "points": [[left, top], last],
                "group_id": None,
                "shape_type": "mask",
                **common,
                "mask": _encoded(piece),
            }
        return
    for ring, finding in ring_polygons(class_mask(stack, defect.id)):
        yield {
            "label": label,
            "points": ring.tolist(),
            "group_id": finding,
            "shape_type": "polygon",
            **common,
            "mask": None,
        }


def _points(shape: Any) -> tuple[list[float], list[float]]:
    points = shape.get("points")
    if not isinstance(points, list) or not points:
        raise ShapeError("It has no points.")
    for point in points:
        if not (isinstance(point, list) and len(point) == 2 and all(type(number) in (int, float) for number in point)):
            raise ShapeError(f"Its point {str(point)[:24]} is not a pair of numbers.")
    return [point[0] for point in points], [point[1] for point in points]


def _draw_circle(xs: list[float], ys: list[float], mask: Mask) -> None:
    if len(xs) != 2:
        raise ShapeError(f"A circle needs its centre and a point of its rim; this one has {len(xs)} point(s).")
    check_inside(xs, mask.shape[1])
    check_inside(ys, mask.shape[0])
    radius = math.dist((xs[0], ys[0]), (xs[1], ys[1]))
    fill_ellipse_into(mask, (xs[0], ys[0]), (radius, radius), 0.0)


def _draw_mask(encoded: Any, xs: list[float], ys: list[float], mask: Mask) -> None:
    if not isinstance(encoded, str) or len(xs) != 2:
        raise ShapeError("A mask needs a base64 PNG and the first and last pixel of its box.")
    try:
        drawn = index_of_png(base64.b64decode(encoded, validate=True)) != 0
    except (binascii.Error, PngError) as error:
        raise ShapeError(f"Its mask is no base64 PNG ({error}).") from error
    if not all(math.isfinite(number) for number in (*xs, *ys)):
        raise ShapeError("Its box is not finite.")
    left, top, right, bottom = (int(number) for number in (xs[0], ys[0], xs[1], ys[1]))
    if drawn.shape != (bottom - top + 1, right - left + 1):
        raise ShapeError(
            f"Its mask has {drawn.shape[0]}×{drawn.shape[1]} pixels and its box {bottom - top + 1}×{right - left + 1}; "
            "they must agree."
        )
    if left < 0 or top < 0 or right >= mask.shape[1] or bottom >= mask.shape[0]:
        raise ShapeError(f"Its box ends outside the frame of {mask.shape[0]}×{mask.shape[1]} pixels.")
    mask[top : bottom + 1, left : right + 1] |= drawn


def _encoded(mask: Mask) -> str:
    _, png = cv2.imencode(".png", np.ascontiguousarray(mask).view(np.uint8))
    return base64.b64encode(png.tobytes()).decode("ascii")
