"""What a model says of one frame, and the error where it says nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.bundle import BundleSpec
from models.labels.components import Component
from models.labels.masks import MaskStack
from models.runtimes.base import Floats, Runtime


class ModelError(RuntimeError):
    """A network that gives no usable answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the model says of one frame.

    ``stack`` is the (H, W) mask stack. ``probabilities`` are the classes' presence in the frame by class id, 0 to 1.
    ``timings_ms`` are 'prepare', 'classify', 'segment' and 'masks', in ms.
    """

    stack: MaskStack
    probabilities: dict[int, float]
    components: tuple[Component, ...]
    timings_ms: dict[str, float]


def require_numbers(probabilities: Floats, spec: BundleSpec, runtime: Runtime) -> None:
    """Raise ``ModelError`` where a probability is not a number."""
    # Compared with a gate, "not a number" would look like clean steel.
    if not np.isfinite(probabilities).all():
        raise ModelError(
            f"Bundle '{spec.name}' gave no number for this frame on {runtime.label}; choose another device or bundle."
        )
