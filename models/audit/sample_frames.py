"""Sample frames: of each class a few from small to large, and clean ones, with their masks drawn in."""

from __future__ import annotations

import html

import numpy as np
import numpy.typing as npt

from models.audit.frame_images import FrameImages
from models.audit.label_survey import FrameKind, LabelSurvey
from models.audit.pictures import View, figure, labelled_picture
from models.data.collection import DataError
from models.data.image_files import read_image
from models.evaluation.page import charts, class_key, paragraph
from models.labels.label_set import LabelSet

_QUANTILES = (0.1, 0.5, 0.9)
"""Of a class's masks by area: one of its small, its middling and its large ones."""
_QUANTILE_WORDS = ("a small one, ", "a middling one, ", "a large one, ")
_CLEAN_FRAMES = 3


def sample_frames(survey: LabelSurvey, labels: LabelSet, images: FrameImages) -> str:
    """Rows of pictures as HTML; a frame whose image is missing or of another size is passed over."""
    rows = []
    for defect in survey.taxonomy:
        pictures = []
        places = _quantile_frames(survey.areas_px[:, defect.id - 1])
        # Of fewer than three there is no small, middling and large one.
        all_words = _QUANTILE_WORDS if len(places) == len(_QUANTILES) else ("",) * len(places)
        for place, words in zip(places, all_words, strict=True):
            area = int(survey.areas_px[place, defect.id - 1])
            pictures.append(_picture(survey.names[place], f"{words}{area:,} px", labels, images))
        if any(pictures):
            rows.append(f"<h3>{class_key(defect.title, defect.colour)}</h3>{charts(*pictures)}")
    clean = [name for name, kind in zip(survey.names, survey.kinds, strict=True) if kind is FrameKind.CLEAN]
    pictures = [_picture(name, "clean", labels, images) for name in clean[:_CLEAN_FRAMES]]
    if any(pictures):
        rows.append(f"<h3>{html.escape('Without a defect')}</h3>{charts(*pictures)}")
    if not rows:
        return paragraph(f"None of the frames has a fitting image in {images.folder}.")
    return "".join(rows)


def _quantile_frames(areas_px: npt.NDArray[np.int64]) -> list[int]:
    """The frames at the quantiles of those that hold any, without repeats."""
    held = np.flatnonzero(areas_px)
    held = held[np.argsort(areas_px[held], kind="stable")]
    if not len(held):
        return []
    return list(dict.fromkeys(int(held[round(quantile * (len(held) - 1))]) for quantile in _QUANTILES))


def view_of(name: str, words: str, labels: LabelSet, images: FrameImages) -> View | None:
    """A frame's image in RGB with its labels, ``words`` below; ``None`` where no image of its size is there."""
    path = images.find(name)
    if path is None or name not in labels.frames:
        return None
    try:
        image = read_image(path, 3)
    except DataError:
        return None
    stack = labels.frames[name].decode().stack
    return View(words, image, stack) if stack.shape == image.shape[:2] else None


def _picture(name: str, words: str, labels: LabelSet, images: FrameImages) -> str:
    view = view_of(name, f"{name}: {words}", labels, images)
    return "" if view is None else figure(labelled_picture(view.image, view.stack, labels.taxonomy), view.words)
