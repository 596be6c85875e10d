"""The cascade bench: the gate before the masks, beside masks drawn in every frame.

The same predictor on the same strip, nine of ten frames clean, once with the bundle's gates and once with every gate
open. The frames are rendered and decoded before the clock starts.
"""

from __future__ import annotations

from functools import partial

from app.bench import strip_frames
from app.bench.bench import BenchError, Wishes
from app.bench.figures import RATIO, Figure, Part, Report
from app.bench.lent import LentRuntime, opened
from app.bench.rounds import in_turns, median_ms, ratios
from app.words.frame import Image
from models.bundle import Bundle
from models.predictor import Overrides, Predictor

GOAL = 3.0
TENS, SHORT_TENS = 4, 1
ROUNDS, SHORT_ROUNDS = 7, 3
_STAGES = ("prepare", "classify", "segment", "masks")


def measure(wishes: Wishes) -> Report:
    """Raises ``BenchError`` for a bundle that draws no masks or whose gate stops no clean frame."""
    with opened(wishes) as (bundle, runtime):
        if bundle.spec.task != "cascade":
            raise BenchError(f"Bundle '{bundle.name}' draws no masks, so it is no cascade; take another with --model.")
        tens = -(-wishes.frames // 10) if wishes.frames else SHORT_TENS if wishes.short else TENS
        images = tuple(frame.image for frame in strip_frames.mostly_clean(bundle, runtime, tens))
        gated = Predictor(bundle, LentRuntime(runtime))
        open_gates = Predictor(bundle, LentRuntime(runtime), _open(bundle))
        sides = {"cascade": partial(_inspect, gated, images), "every frame": partial(_inspect, open_gates, images)}
        seconds = in_turns(sides, SHORT_ROUNDS if wishes.short else ROUNDS)
        parts = {name: Part(median_ms(taken) / len(images), "ms a frame") for name, taken in seconds.items()}
        for name, predictor in (("cascade", gated), ("every frame", open_gates)):
            parts |= {f"{name} {stage}": part for stage, part in _stages(predictor, images).items()}
        return Report(
            {
                "cascade_to_every_frame": Figure.median(
                    ratios(seconds["every frame"], seconds["cascade"]), GOAL, RATIO, "higher", parts
                )
            },
            setting={"bundle": bundle.name, "runtime": runtime.label, "frames": len(images), "clean": "9 of 10"},
        )


def _open(bundle: Bundle) -> Overrides:
    """Every class passes in every frame."""
    return Overrides(gates=dict.fromkeys(bundle.spec.taxonomy.names, 0.0))


def _inspect(predictor: Predictor, images: tuple[Image, ...]) -> None:
    for image in images:
        predictor.predict(image)


def _stages(predictor: Predictor, images: tuple[Image, ...]) -> dict[str, Part]:
    """The mean of each stage over the frames."""
    spent = [predictor.predict(image).timings_ms for image in images]
    return {stage: Part(sum(each[stage] for each in spent) / len(spent), "ms") for stage in _STAGES}
