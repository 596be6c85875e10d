"""Label auditor: one frame after the other, its labels against what a bundle says of its image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.audit.error_kind import Found, kind_of_error
from models.audit.frame_images import FrameImages
from models.audit.label_quality import MISSED, label_qualities, suspicions
from models.audit.suspect import Suspect, SuspectKind, ranked
from models.bundle import Bundle
from models.data.collection import DataError
from models.data.image_files import read_image
from models.labels.components import drop_small
from models.labels.label_set import FrameLabels
from models.labels.masks import MaskStack, empty_stack
from models.pixel_probabilities import (
    PixelProbabilities,
    mirrored_pixel_probabilities,
    pixel_probabilities,
    require_drawing,
)
from models.runtimes.base import Runtime
from models.thresholds import Overrides, draw_classes, effective_thresholds

_NEARLY_ONE = 0.999999
_SURE = 0.98
"""Above this quality less than a pixel speaks against the label, and there is no piece to name a kind of."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What is held against one frame's labels, without pixels.

    ``qualities`` are its (K, 2) ``label_qualities`` and ``found`` the kind of disagreement by class id and direction;
    of labels that could not be compared ``refused`` says why, and the others are empty.
    """

    name: str
    qualities: npt.NDArray[np.float64]
    found: Mapping[tuple[int, int], Found]
    refused: Suspect | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A frame that was looked at. ``image`` is (H, W) or (H, W, 3) RGB uint8, ``stack`` its labels and ``drawn`` what
    the model draws, both (H, W); all ``None`` where they could not be compared.
    """

    opinion: Opinion
    image: npt.NDArray[np.uint8] | None = None
    stack: MaskStack | None = None
    drawn: MaskStack | None = None


class LabelAuditor:
    """A bundle on a runtime, asked about labelled frames. One thread at a time.

    ``mirrored``: each frame is also looked at mirrored, which takes four times as long and finds more. Raises
    ``ModelError`` where the bundle only classifies.
    """

    def __init__(self, bundle: Bundle, runtime: Runtime, images: FrameImages, *, mirrored: bool = True) -> None:
        require_drawing(bundle)
        self.bundle = bundle
        self.runtime = runtime
        self.images = images
        self._ask = mirrored_pixel_probabilities if mirrored else pixel_probabilities
        self._thresholds = effective_thresholds(bundle.spec, Overrides())

    def examine(self, frame: FrameLabels) -> Examined:
        """Compare one frame's labels with its image.

        What keeps them from being compared is itself the suspicion, with score 1. Raises ``ModelError`` where the
        model gives no answer, ``ImageError`` where no network can be given such an image.
        """
        decoded = frame.decode()
        if not decoded.complete:
            note = str(decoded.problems[0].sentence) if decoded.problems else "A row of it cannot be used."
            return self._refused(frame, SuspectKind.UNUSABLE, note)
        path = self.images.find(frame.name)
        if path is None:
            note = f"There is no such image in {self.images.folder}."
            return self._refused(frame, SuspectKind.NO_IMAGE, note)
        try:
            image = read_image(path, self.bundle.spec.channels)
        except DataError as error:
            return self._refused(frame, SuspectKind.NO_IMAGE, str(error))
        if image.shape[:2] != decoded.stack.shape:
            return self._refused(frame, SuspectKind.OTHER_SIZE, size_note(image, decoded.stack))
        said = self._ask(self.bundle, self.runtime, image)
        drawn = self._draw(said, decoded.stack.shape)
        return Examined(self._opinion(frame.name, decoded.stack, drawn, said), image, decoded.stack, drawn)

    def _opinion(self, name: str, stack: MaskStack, drawn: MaskStack, said: PixelProbabilities) -> Opinion:
        taxonomy = self.bundle.spec.taxonomy
        qualities = label_qualities(stack, said.pixels, taxonomy)
        doubted = [(int(place) + 1, int(direction)) for place, direction in np.argwhere(qualities < _SURE)]
        found = {asked: kind_of_error(stack, drawn, said.pixels, taxonomy, *asked) for asked in doubted}
        return Opinion(name, qualities, found)

    def _refused(self, frame: FrameLabels, kind: SuspectKind, note: str) -> Examined:
        suspect = Suspect(frame.name, 1.0, kind, note=note)
        return Examined(Opinion(frame.name, np.empty((0, 2)), {}, suspect))

    def _draw(self, said: PixelProbabilities, size: tuple[int, ...]) -> MaskStack:
        """What the model would draw without its gate: a gate that stays shut by mistake hides nothing here."""
        class_ids = tuple(defect.id for defect in self.bundle.spec.taxonomy)
        drawn = empty_stack(size[0], size[1], len(class_ids))
        draw_classes(drawn, class_ids, said.pixels, self._thresholds.pixels, exclusive=self.bundle.spec.exclusive)
        drop_small(drawn, self._thresholds.min_area_px)
        return drawn


def suspects_of(opinions: Sequence[Opinion]) -> list[Suspect]:
    """Each frame's worst suspicion, the most suspicious frame first.

    What could not be compared comes before the rest. How suspicious a frame is depends on the others: see
    ``models.audit.label_quality``.
    """
    refused = [opinion.refused for opinion in opinions if opinion.refused is not None]
    compared = [opinion for opinion in opinions if opinion.refused is None]
    if not compared:
        return ranked(refused)
    scores = suspicions(np.stack([opinion.qualities for opinion in compared]))
    return ranked([*refused, *map(_worst, compared, scores)])


def _worst(opinion: Opinion, scores: npt.NDArray[np.float64]) -> Suspect:
    place, direction = (int(at) for at in np.unravel_index(int(np.argmax(scores)), scores.shape))
    # Short of 1, which is for labels that cannot be used at all.
    score = min(float(scores.max()), _NEARLY_ONE)
    kind = SuspectKind.MISSING if direction == MISSED else SuspectKind.EXTRA
    found = opinion.found.get((place + 1, direction))
    return Suspect(opinion.name, score, *(found or (kind, place + 1, 0, None)))


def size_note(image: npt.NDArray[np.uint8], stack: MaskStack) -> str:
    """That image and labels have different sizes, in a sentence."""
    return (
        f"The image is {image.shape[1]}×{image.shape[0]} pixels and its labels {stack.shape[1]}×{stack.shape[0]}; "
        "they must have the same size."
    )
