"""A model's opinion of a frame under review: what it would draw, and how sure it is of each pixel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.review.ports import ReviewError
from app.words.frame import Image
from models.bundle import Bundle, BundleError, list_bundles
from models.labels.masks import MaskStack, empty_stack, set_class
from models.labels.taxonomy import Taxonomy
from models.pixel_probabilities import pixel_probabilities
from models.predictor import ImageError, ModelError, Predictor
from models.runtimes.base import Runtime, RuntimeUnavailable
from models.runtimes.choice import choose_runtime


@dataclass(frozen=True, slots=True)
class OpinionModel:
    """A bundle that can be asked: its name, and its title for people."""

    name: str
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What ``model`` says of one frame, in the classes of the frame's own taxonomy.

    ``stack`` is the (H, W) mask stack it would draw. ``surety`` is (H, W) uint8 by class id, 0 to 255 for 0 to 1,
    before any gate or threshold; a class it does not know has none.
    """

    model: OpinionModel
    stack: MaskStack
    surety: dict[int, npt.NDArray[np.uint8]]


class Opinions:
    """Asks bundles for their opinion; keeps the last one ready. ``ask`` is for one thread at a time.

    ``folders`` are searched for bundles, ``cache`` holds derived graphs.
    """

    def __init__(self, folders: Sequence[Path], cache: Path | None = None) -> None:
        self._folders = tuple(folders)
        self._cache = cache
        self._ready: tuple[Bundle, Runtime] | None = None

    def models(self, taxonomy: Taxonomy) -> tuple[OpinionModel, ...]:
        """The bundles that draw and share a class with ``taxonomy``, those that share most first."""
        able = [bundle for bundle in list_bundles(self._folders) if bundle.spec.task == "cascade"]
        shared = {bundle.name: len(_shared(bundle.spec.taxonomy, taxonomy)) for bundle in able}
        chosen = sorted((bundle for bundle in able if shared[bundle.name]), key=lambda one: -shared[one.name])
        return tuple(OpinionModel(bundle.name, bundle.spec.title) for bundle in chosen)

    def ask(self, name: str, image: Image, taxonomy: Taxonomy) -> Opinion:
        """The opinion of the bundle ``name`` of (H, W) or (H, W, 3) ``image``. Raises ``ReviewError``."""
        try:
            bundle, runtime = self._opened(name)
            said = pixel_probabilities(bundle, runtime, image)
            drawn = Predictor(bundle, runtime).predict(image).stack
        except (BundleError, ImageError, ModelError, RuntimeUnavailable) as error:
            raise ReviewError(str(error)) from error
        height, width = image.shape[:2]
        stack, surety = empty_stack(height, width, len(taxonomy)), {}
        for theirs, ours in _shared(bundle.spec.taxonomy, taxonomy):
            set_class(stack, ours, (drawn >> drawn.dtype.type(theirs - 1) & drawn.dtype.type(1)).astype(bool))
            surety[ours] = np.rint(said.pixels[theirs - 1] * 255).astype(np.uint8)
        return Opinion(OpinionModel(bundle.name, bundle.spec.title), stack, surety)

    def close(self) -> None:
        """Let go of the model."""
        if self._ready is not None:
            self._ready[1].close()
            self._ready = None

    def _opened(self, name: str) -> tuple[Bundle, Runtime]:
        if self._ready is None or self._ready[0].name != name:
            self.close()
            bundle = next((one for one in list_bundles(self._folders) if one.name == name), None)
            if bundle is None:
                raise ReviewError(f"There is no model '{name}' any more; choose another.")
            # A review beside a running line must not take the line's GPU.
            self._ready = bundle, choose_runtime(bundle, "cpu", self._cache)
        return self._ready


def _shared(theirs: Taxonomy, ours: Taxonomy) -> list[tuple[int, int]]:
    """(their id, our id) of the classes with one name."""
    return [(defect.id, ours.by_name(defect.name).id) for defect in theirs if defect.name in ours.names]
