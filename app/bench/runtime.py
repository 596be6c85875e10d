"""The runtime bench: the bundle's cascade as shipped on this processor, beside the same networks in eager torch.

Both are given the same frames, in memory and normalised, all of which pass the gate; and both predict whole frames, so
that their masks can be compared pixel by pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from app.bench import strip_frames
from app.bench.bare import BareNetworks
from app.bench.bench import BenchError, Wishes
from app.bench.figures import RATIO, Figure, Part, Report
from app.bench.lent import LentRuntime, opened
from app.bench.rounds import in_turns, median_ms, ratios
from app.words.frame import Image
from models.bundle import Bundle
from models.predictor import Predictor
from models.runtimes.base import Runtime
from models.runtimes.choice import torch_installed
from models.runtimes.openvino_runtime import available_cores, native_precision

GOAL_WITH_BF16, GOAL_WITHOUT = 4.0, 3.0
DIFFERING_GOAL_PERCENT = 0.5
FRAMES, SHORT_FRAMES = 24, 4
ROUNDS, SHORT_ROUNDS = 7, 3


def measure(wishes: Wishes) -> Report:
    """Raises ``BenchError`` where torch is missing."""
    if not torch_installed():
        raise BenchError("The runtime bench needs torch to measure beside; install stripsight[train].")
    # 'auto' would choose a GPU where there is one; this bench is of the processor.
    on_processor = Wishes(wishes.model, "openvino" if wishes.device == "auto" else wishes.device)
    with opened(on_processor) as (bundle, runtime):
        count = wishes.frames_or(FRAMES, SHORT_FRAMES)
        images = tuple(frame.image for frame in strip_frames.defective(bundle, runtime, count))
        from app.bench.eager import EagerRuntime

        eager = EagerRuntime(bundle, available_cores())
        sides = {
            "shipped": partial(BareNetworks.preloaded(runtime, bundle, images).run, count),
            "eager": partial(BareNetworks.preloaded(eager, bundle, images).run, count),
        }
        seconds = in_turns(sides, SHORT_ROUNDS if wishes.short else ROUNDS)
        parts = {name: Part(median_ms(taken) / count, "ms a frame") for name, taken in seconds.items()}
        goal = GOAL_WITH_BF16 if native_precision() == "bf16" else GOAL_WITHOUT
        return Report(
            {
                "runtime_to_eager_torch": Figure.median(
                    ratios(seconds["eager"], seconds["shipped"]), goal, RATIO, "higher", parts
                ),
                "masks_differing_percent": differing(bundle, runtime, eager, images),
            },
            setting={"bundle": bundle.name, "runtime": runtime.label, "beside": eager.label, "frames": count},
        )


def differing(bundle: Bundle, runtime: Runtime, reference: Runtime, images: Sequence[Image]) -> Figure:
    """The share of defect pixels whose classes differ between the masks of two runtimes, in % of the reference's."""
    ours, theirs = Predictor(bundle, LentRuntime(runtime)), Predictor(bundle, LentRuntime(reference))
    differ = defect = 0
    for image in images:
        stack, reference_stack = ours.predict(image).stack, theirs.predict(image).stack
        differ += int(np.count_nonzero(stack != reference_stack))
        defect += int(np.count_nonzero(reference_stack))
    return Figure(
        100.0 * differ / max(defect, 1),
        DIFFERING_GOAL_PERCENT,
        "%",
        "lower",
        {"differing": Part(differ, "px"), "defect": Part(defect, "px")},
    )
