"""Framed pictures: frames with their captions, several views of one side by side or one below the other."""

from __future__ import annotations

import html
from collections.abc import Sequence

from models.evaluation.page import class_key
from models.evaluation.pictures import Picture, packed, small_overlay
from models.evaluation.records import FrameRecords
from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy

_WIDE_PX, _NARROW_PX = 548, 272
"""A picture's width; narrow ones, of frames no wider than twice their height, stand side by side."""
_GAP_PX = 4


def framed(caption: str, pictures: Sequence[Picture]) -> str:
    """Pictures of one frame with a caption above them, as HTML."""
    narrow = all(picture.shape[1] <= 2 * picture.shape[0] for picture in pictures)
    width_px = _NARROW_PX if narrow else _WIDE_PX
    whole_px = len(pictures) * (_NARROW_PX + _GAP_PX) - _GAP_PX if narrow else _WIDE_PX
    said = html.escape(caption, quote=True)
    images = "".join(f'<img alt="{said}" src="{packed(picture, width_px)}">' for picture in pictures)
    return (
        f'<figure style="width:{whole_px}px"><figcaption>{said}</figcaption><div class="pair">{images}</div></figure>'
    )


def with_masks(image: Picture, stacks: Sequence[MaskStack], taxonomy: Taxonomy) -> list[Picture]:
    """The image once for each stack, with its masks over it, no wider than it is shown."""
    height, width = image.shape[:2]
    return [small_overlay(image, stack, taxonomy, _WIDE_PX if width > 2 * height else _NARROW_PX) for stack in stacks]


def class_words(records: FrameRecords, row: int, *, said: bool) -> str:
    """The classes a frame holds, or those said of it with their probabilities; 'none' where there are none."""
    flags = (records.said if said else records.truth)[row]
    chosen = [
        f"{defect.title} {records.probabilities[row, defect.id - 1]:.2f}" if said else defect.title
        for defect in records.counted
        if flags[defect.id - 1]
    ]
    return ", ".join(chosen) or "none"


def class_keys(taxonomy: Taxonomy) -> str:
    """The classes with their colours, in a line."""
    keys = "".join(f"<span>{class_key(defect.title, defect.colour)}</span>" for defect in taxonomy)
    return f'<p class="keys">{keys}</p>'
