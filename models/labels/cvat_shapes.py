"""CVAT's shapes as pixels and back.

Fields as in docs.cvat.ai/docs/other/xml_format: ``polygon`` has ``points`` "x0,y0;x1,y1;…" in pixels; ``box`` its
corners ``xtl ytl xbr ybr`` and ``ellipse`` its centre and radii ``cx cy rx ry``, both with a ``rotation`` in degrees;
``mask`` has ``left top width height`` and ``rle``, the lengths of runs that are off, on, off, … along the rows of that
box, separated by commas, the first one 0 where the first pixel is on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from models.labels.components import piece_masks
from models.labels.drawn_shapes import ShapeKind, ring_polygons
from models.labels.label_set import Size
from models.labels.masks import Mask, MaskStack, class_mask
from models.labels.number_text import NumberError, parse_number
from models.labels.polygon_fill import (
    Ring,
    ShapeError,
    box_ring,
    check_inside,
    checked_ring,
    fill_ellipse_into,
    fill_into,
)


def draw_shape(element: str, attributes: Mapping[str, str], mask: Mask) -> None:
    """Set the pixels of one shape in an (H, W) mask. Raises ``ShapeError`` naming what is wrong with it.

    Polygons, boxes, ellipses and masks have pixels; polylines, points, cuboids and skeletons have none.
    """
    height, width = mask.shape
    match element:
        case "polygon":
            fill_into(mask, [_polygon(attributes.get("points", ""), (height, width))])
        case "box":
            xtl, ytl, xbr, ybr, degrees = _numbers(attributes, "xtl", "ytl", "xbr", "ybr", rotation=0.0)
            ring = box_ring(xtl, ytl, xbr, ybr, degrees)
            fill_into(mask, [checked_ring(ring[:, 0].tolist(), ring[:, 1].tolist(), (height, width))])
        case "ellipse":
            cx, cy, rx, ry, degrees = _numbers(attributes, "cx", "cy", "rx", "ry", rotation=0.0)
            check_inside((cx, rx), width)
            check_inside((cy, ry), height)
            fill_ellipse_into(mask, (cx, cy), (rx, ry), degrees)
        case "mask":
            _draw_mask(attributes, mask)
        case _:
            raise ShapeError(f"A {element} covers no pixels; draw a polygon or a mask.")


def shapes_of_class(stack: MaskStack, class_id: int, kind: ShapeKind) -> Iterator[tuple[str, dict[str, str]]]:
    """(element, attributes) of the shapes of one class of an (H, W) stack, without the label."""
    if kind is ShapeKind.MASKS:
        for (left, top), piece in piece_masks(stack, class_id):
            height, width = piece.shape
            box = {"left": left, "top": top, "width": width, "height": height}
            yield "mask", {"rle": _runs(piece), **{key: str(number) for key, number in box.items()}}
        return
    for ring, finding in ring_polygons(class_mask(stack, class_id)):
        points = ";".join(f"{x}.00,{y}.00" for x, y in ring.tolist())
        yield "polygon", {"points": points, **({} if finding is None else {"group_id": str(finding)})}


def _polygon(points: str, size: Size) -> Ring:
    xs, ys = [], []
    for pair in points.split(";"):
        numbers = pair.split(",")
        if len(numbers) != 2:
            raise ShapeError(f"Its points hold '{pair[:24]}'; write x,y;x,y;… with '.' before the decimals.")
        xs.append(_number(numbers[0], "points"))
        ys.append(_number(numbers[1], "points"))
    return checked_ring(xs, ys, size)


def _draw_mask(attributes: Mapping[str, str], mask: Mask) -> None:
    left, top, width, height = (_whole(attributes.get(key, ""), key) for key in ("left", "top", "width", "height"))
    if width < 1 or height < 1 or left + width > mask.shape[1] or top + height > mask.shape[0]:
        raise ShapeError(
            f"Its box, {height}×{width} pixels at ({left}, {top}), is empty or ends outside the frame of "
            f"{mask.shape[0]}×{mask.shape[1]}."
        )
    words = attributes.get("rle", "").replace(",", " ").split()
    counts = np.array([_whole(word, "rle") for word in words], dtype=np.int64)
    total = int(counts.sum())
    if total != width * height:
        raise ShapeError(f"Its rle makes up {total} pixels and its box has {width * height}; export it again.")
    on = np.repeat(np.arange(counts.size) % 2 == 1, counts)
    mask[top : top + height, left : left + width] |= on.reshape(height, width)


def _runs(piece: Mask) -> str:
    flat = np.concatenate(([False], piece.reshape(-1), [not piece[-1, -1]]))
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    return ", ".join(map(str, np.diff(edges, prepend=0).tolist()))


def _numbers(attributes: Mapping[str, str], *keys: str, **defaults: float) -> list[float]:
    given = [_number(attributes.get(key, ""), key) for key in keys]
    return given + [_number(attributes[key], key) if key in attributes else value for key, value in defaults.items()]


def _number(text: str, key: str) -> float:
    try:
        return parse_number(text)
    except NumberError as error:
        raise ShapeError(f"Its {key}: {error}") from error


def _whole(text: str, key: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ShapeError(f"Its {key} holds '{text[:24]}', which is no whole number from 0.")
    return int(text)
