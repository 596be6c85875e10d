"""Brush strokes as edits, for documents that need something drawn."""

from __future__ import annotations

from app.review.document import MaskDocument
from app.review.edit import OverlapPolicy
from app.review.rules import DrawingRules, Edits
from app.review.tools.area import Point
from app.review.tools.brush import stroke


def painted(
    document: MaskDocument, start: Point, end: Point, tip_px: int, class_id: int, overlap: OverlapPolicy
) -> Edits:
    """A round tip's way from one point to another in a class, whose policy is ``overlap``."""
    rules = DrawingRules(document.taxonomy, overlap={class_id: overlap})
    return rules.draw(document.stack, stroke(start, end, tip_px), class_id)


def erased(document: MaskDocument, start: Point, end: Point, tip_px: int, class_id: int) -> Edits:
    """What the same way takes of a class."""
    return DrawingRules(document.taxonomy).erase(document.stack, stroke(start, end, tip_px), (class_id,))
