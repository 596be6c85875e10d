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
from models.labels.label_set import Size
from models.labels.masks import Mask, MaskStack, class_mask
from models.labels.polygon_fill import ShapeError, box_ring, check_inside, checked_ring, fill, fill_ellipse
from models.labels.taxonomy import DefectClass, Role


def shape_mask(shape: Any, size: Size) -> Mask:
    """The (H, W) mask of one shape. Raises ``ShapeError`` naming what is wrong with it.

    Polygons, rectangles, oriented rectangles, circles and masks have pixels; lines and points have none.
    """
    xs, ys = _points(shape)
    match shape.get("shape_type") or "polygon":
        case "polygon" | "oriented_rectangle":
            return fill([checked_ring(xs, ys, size)], size)
        case "rectangle":
            if len(xs) == 2:
                xs, ys = (list(numbers) for numbers in box_ring(xs[0], ys[0], xs[1], ys[1]).T)
            return fill([checked_ring(xs, ys, size)], size)
        case "circle":
            return _circle(xs, ys, size)
        case "mask":
            return _mask(shape.get("mask"), xs, ys, size)
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


def _circle(xs: list[float], ys: list[float], size: Size) -> Mask:
    if len(xs) != 2:
        raise ShapeError(f"A circle needs its centre and a point of its rim; this one has {len(xs)} point(s).")
    check_inside(xs, size[1])
    check_inside(ys, size[0])
    radius = math.dist((xs[0], ys[0]), (xs[1], ys[1]))
    return fill_ellipse((xs[0], ys[0]), (radius, radius), 0.0, size)


def _mask(encoded: Any, xs: list[float], ys: list[float], size: Size) -> Mask:
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
    if left < 0 or top < 0 or right >= size[1] or bottom >= size[0]:
        raise ShapeError(f"Its box ends outside the frame of {size[0]}×{size[1]} pixels.")
    mask = np.zeros(size, dtype=np.bool_)
    mask[top : bottom + 1, left : right + 1] = drawn
    return mask


def _encoded(mask: Mask) -> str:
    _, png = cv2.imencode(".png", np.ascontiguousarray(mask).view(np.uint8))
    return base64.b64encode(png.tobytes()).decode("ascii")
