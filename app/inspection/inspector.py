"""The inspector: a frame and a recipe become an inspection. One thread at a time, no queue and no state of the line."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from uuid_utils.compat import uuid7

from app.inspection.health import FrameHealth
from app.inspection.queue import Gap
from app.inspection.recipe import Recipe
from app.inspection.verdict import NOT_INSPECTED_SUSPICION, decide, findings_of, suspicion
from app.words.frame import Frame
from app.words.inspection import Inspection, ModelUsed, Verdict, VerdictKind
from app.words.reason import Reason
from models.predictor import Overrides, Predictor

_log = logging.getLogger(__name__)


def overrides_of(recipe: Recipe, class_names: tuple[str, ...]) -> Overrides:
    """What a recipe changes of a bundle's thresholds, by class name."""
    rules = {name: recipe.rule(name) for name in class_names}
    return Overrides(
        gates={name: rule.gate for name, rule in rules.items() if rule.gate is not None},
        pixel_thresholds={n: rule.pixel_threshold for n, rule in rules.items() if rule.pixel_threshold is not None},
        min_area_px={name: rule.min_area_px for name, rule in rules.items() if rule.min_area_px is not None},
    )


class Inspector:
    """A model and a recipe, ready to inspect. Owns the predictor from its construction on.

    Raises ``RecipeError`` where the recipe does not fit the model's classes; the predictor is closed then.
    """

    def __init__(self, predictor: Predictor, recipe: Recipe) -> None:
        try:
            recipe.check(predictor.taxonomy)
        except BaseException:
            predictor.close()
            raise
        self._predictor = predictor
        self._health = FrameHealth()
        self.taxonomy = predictor.taxonomy
        self._draws = predictor.bundle.spec.draws
        self.failures_in_a_row = 0
        self._apply(recipe)

    @property
    def recipe(self) -> Recipe:
        """The recipe that holds."""
        return self._recipe

    @property
    def model(self) -> ModelUsed:
        """Which bundle inspects, on which runtime."""
        bundle = self._predictor.bundle
        return ModelUsed(name=bundle.name, sha256=bundle.sha256, runtime=self._predictor.runtime.label)

    @property
    def runtime_reason(self) -> str:
        """Why this runtime was chosen, one sentence."""
        return self._predictor.runtime.reason

    def change_recipe(self, recipe: Recipe) -> None:
        """Use another recipe from the next frame on. Raises ``RecipeError`` where it does not fit; the old stays."""
        recipe.check(self.taxonomy)
        self._apply(recipe)

    def inspect(
        self, frame: Frame, live: bool, strip_id: UUID | None = None, waited_ms: Mapping[str, float] | None = None
    ) -> Inspection:
        """Inspect one frame; never raises for the frame's sake, but says ``not inspected`` and why.

        ``live`` says whether a frame equal to the one before is suspicious. ``waited_ms`` are times that went by
        before, added to the inspection's; its ``inspect`` is the time spent here.
        """
        begun_s = time.perf_counter()
        fault = self._health.check(frame, live, self._recipe)
        if fault is not None or frame.image is None:
            return self._not_inspected(frame, fault or Reason("unreadable", {"name": frame.name}), strip_id, begun_s)
        try:
            prediction = self._predictor.predict(frame.image)
        except Exception as error:  # noqa: BLE001 - whatever a network or a runtime raises costs this frame, not the line
            _log.debug("The model failed on frame %s.", frame.name, exc_info=True)
            self.failures_in_a_row += 1
            reason = Reason("model_failed", {"error": str(error) or type(error).__name__})
            return self._not_inspected(frame, reason, strip_id, begun_s)
        self.failures_in_a_row = 0
        findings = findings_of(prediction.components, frame.mm_per_px)
        facts = (self.taxonomy, prediction.probabilities, findings, self._recipe, self._predictor.thresholds.gates)
        verdict = decide(*facts, draws=self._draws)
        return Inspection(
            id=uuid7(),
            frame=frame,
            taxonomy=self.taxonomy,
            stack=prediction.stack,
            findings=findings,
            probabilities=MappingProxyType(dict(prediction.probabilities)),
            verdict=verdict,
            model=self.model,
            recipe=self._recipe.name,
            strip_id=strip_id,
            suspicion=suspicion(*facts, draws=self._draws),
            timings_ms=MappingProxyType({**(waited_ms or {}), **prediction.timings_ms, **_spent(begun_s)}),
        )

    def inspect_gap(self, gap: Gap) -> Inspection:
        """The inspection that stands for a stretch of frames nobody inspected."""
        frame = gap.as_frame()
        return self._not_inspected(frame, frame.fault or Reason(gap.code, {"count": gap.count}), gap.strip_id, None)

    def close(self) -> None:
        """Release the model."""
        self._predictor.close()

    def _apply(self, recipe: Recipe) -> None:
        overrides = overrides_of(recipe, self.taxonomy.names)
        self._predictor = Predictor(self._predictor.bundle, self._predictor.runtime, overrides)
        self._recipe = recipe

    def _not_inspected(self, frame: Frame, reason: Reason, strip_id: UUID | None, begun_s: float | None) -> Inspection:
        return Inspection(
            id=uuid7(),
            frame=frame,
            taxonomy=self.taxonomy,
            stack=None,
            findings=(),
            probabilities=MappingProxyType({}),
            verdict=Verdict(VerdictKind.NOT_INSPECTED, reason),
            model=None,
            recipe=self._recipe.name,
            strip_id=strip_id,
            suspicion=NOT_INSPECTED_SUSPICION,
            timings_ms=MappingProxyType({} if begun_s is None else _spent(begun_s)),
        )


def _spent(begun_s: float) -> dict[str, float]:
    return {"inspect": (time.perf_counter() - begun_s) * 1000}
