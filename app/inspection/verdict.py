"""Verdict: pass, review or reject, from what the model found and what the recipe allows. Pure functions.

The rules, the first that holds decides:

1. a defect class is over one of its limits: reject, however near its gate it is;
2. a defect class passed its gate and is likelier there than not, but no pixel of it was found: review;
3. the probability of a defect class lies in the review band around its gate, and nobody looked closer: review;
4. otherwise: pass.

A gate is often low, so that nothing is missed: passing it means that the segmenter looks, not that the class is there.
Where the segmenter looked and drew nothing, only a classifier that is sure of itself makes a doubt.

Nuisance and ignore classes never decide.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.inspection.recipe import ClassRule, Recipe
from app.words.inspection import Finding, Verdict, VerdictKind
from app.words.reason import ParameterValue, Reason
from models.labels.taxonomy import DefectClass, Role, Taxonomy

LIKELY = 0.5
"""From this probability on, a class that the segmenter did not find is a contradiction between the two."""

NOT_INSPECTED_SUSPICION = 1.0
"""Nothing is known of a frame that was not inspected, so it stands at the head of the review queue."""


class Piece(Protocol):
    """One connected piece as the predictor gives it: ``models.labels.components.Component``."""

    @property
    def class_id(self) -> int: ...
    @property
    def box_px(self) -> tuple[int, int, int, int]: ...
    @property
    def area_px(self) -> int: ...
    @property
    def score(self) -> float | None: ...


def findings_of(pieces: Iterable[Piece], mm_per_px: float | None) -> tuple[Finding, ...]:
    """The pieces as findings, with their area in mm² where the scale is known."""
    return tuple(
        Finding(
            class_id=piece.class_id,
            box_px=piece.box_px,
            area_px=piece.area_px,
            score=piece.score,
            area_mm2=None if mm_per_px is None else piece.area_px * mm_per_px**2,
        )
        for piece in pieces
    )


def decide(
    taxonomy: Taxonomy,
    probabilities: Mapping[int, float],
    findings: Sequence[Finding],
    recipe: Recipe,
    gates: Mapping[int, float],
    draws: bool = True,
) -> Verdict:
    """The verdict on an inspected frame.

    ``probabilities`` and ``gates`` are 0 to 1 by class id; the gates are those the frame was drawn with. ``draws`` is
    false for a bundle that only classifies: there a defect class past its gate rejects, unless it is in the review
    band, since no pixels can be asked for.
    """
    defects = [_ClassFacts.of(c, probabilities, findings, recipe, gates) for c in taxonomy if c.role is Role.DEFECT]
    over = [excess for facts in defects for excess in facts.excesses()]
    if over:
        return Verdict(VerdictKind.REJECT, max(over, key=lambda excess: excess.weight).reason)
    passed = [facts for facts in defects if facts.unfounded]
    if not draws:
        sure = [facts for facts in passed if not facts.near]
        if sure:
            return Verdict(VerdictKind.REJECT, _surest(sure).reason("classified"))
    elif passed and _surest(passed).probability >= LIKELY:
        return Verdict(VerdictKind.REVIEW, _surest(passed).reason("gate_without_mask"))
    near = [facts for facts in defects if facts.near and not (draws and facts.unfounded)]
    if near:
        return Verdict(VerdictKind.REVIEW, max(near, key=lambda facts: facts.closeness).reason("near_threshold"))
    return Verdict(VerdictKind.PASS, _pass_reason(taxonomy, findings))


def suspicion(
    taxonomy: Taxonomy,
    probabilities: Mapping[int, float],
    findings: Sequence[Finding],
    recipe: Recipe,
    gates: Mapping[int, float],
    draws: bool = True,
) -> float:
    """How near the frame is to another verdict, 0 certain to 1 at a threshold: the nearest gate or limit decides."""
    nearest = 0.0
    for defect in taxonomy:
        if defect.role is not Role.DEFECT:
            continue
        facts = _ClassFacts.of(defect, probabilities, findings, recipe, gates)
        # What the segmenter did not find is the more suspicious, the surer the classifier was.
        doubt = facts.probability if draws and facts.unfounded else facts.closeness
        nearest = max(nearest, doubt, *(limit.closeness for limit in facts.limits()))
    return nearest


def closeness_to_gate(probability: float, gate: float) -> float:
    """1 at the gate, falling in a straight line to 0 at probability 0 below it and at probability 1 above it."""
    room = gate if probability < gate else 1.0 - gate
    return 1.0 if room <= 0 else max(0.0, 1.0 - abs(probability - gate) / room)


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit of one class and what was measured against it."""

    code: str
    title: str
    measured: float
    limit: float
    unit: str = ""

    @property
    def weight(self) -> tuple[float, float]:
        """Sorts excesses: how many times over, then how much."""
        return (self.measured / self.limit if self.limit > 0 else math.inf, self.measured)

    @property
    def closeness(self) -> float:
        """1 at the limit, 0 at nothing and at twice the limit; a limit of nothing leaves no room for doubt."""
        return max(0.0, 1.0 - abs(self.measured - self.limit) / self.limit) if self.limit > 0 else 0.0

    @property
    def reason(self) -> Reason:
        if self.code == "count_over_limit":
            return Reason(self.code, {"class_title": self.title, "count": int(self.measured), "limit": int(self.limit)})
        area: dict[str, ParameterValue] = {"class_title": self.title, "area": self.measured, "unit": self.unit}
        return Reason(self.code, {**area, "limit": self.limit}) if self.limit > 0 else Reason("none_allowed", area)


@dataclass(frozen=True, slots=True)
class _ClassFacts:
    """What the rules ask about one class in one frame."""

    defect: DefectClass
    probability: float
    gate: float
    rule: ClassRule
    findings: tuple[Finding, ...]

    @classmethod
    def of(
        cls,
        defect: DefectClass,
        probabilities: Mapping[int, float],
        findings: Sequence[Finding],
        recipe: Recipe,
        gates: Mapping[int, float],
    ) -> _ClassFacts:
        return cls(
            defect,
            probabilities.get(defect.id, 0.0),
            gates[defect.id],
            recipe.rule(defect.name),
            tuple(finding for finding in findings if finding.class_id == defect.id),
        )

    @property
    def present(self) -> bool:
        return self.probability >= self.gate

    @property
    def unfounded(self) -> bool:
        """Whether the class passed its gate and has no pixel."""
        return self.present and not self.findings

    @property
    def closeness(self) -> float:
        return closeness_to_gate(self.probability, self.gate)

    @property
    def near(self) -> bool:
        margin = self.rule.review_margin or 0.0
        return margin > 0 and self.closeness >= 1.0 - margin - 1e-9

    def limits(self) -> tuple[_Limit, ...]:
        """The class's limits in this frame; mm² stand in for pixels where both limit and scale are there."""
        rule, title = self.rule, self.defect.title
        limits = []
        area_px = sum(finding.area_px for finding in self.findings)
        areas_mm2 = [finding.area_mm2 for finding in self.findings if finding.area_mm2 is not None]
        scaled = len(areas_mm2) == len(self.findings)
        if rule.reject_area_mm2 is not None and scaled:
            limits.append(_Limit("area_over_limit", title, sum(areas_mm2), rule.reject_area_mm2, "mm²"))
        elif rule.reject_area_px is not None or rule.reject_count is None:
            # A limit in mm² alone cannot be applied without a scale: then the first pixel rejects, the careful way.
            limits.append(_Limit("area_over_limit", title, area_px, rule.reject_area_px or 0, "px"))
        if rule.reject_count is not None:
            limits.append(_Limit("count_over_limit", title, len(self.findings), rule.reject_count))
        return tuple(limits)

    def excesses(self) -> tuple[_Limit, ...]:
        return tuple(limit for limit in self.limits() if limit.measured > limit.limit)

    def reason(self, code: str) -> Reason:
        return Reason(code, {"class_title": self.defect.title, "probability": self.probability, "threshold": self.gate})


def _surest(facts: Sequence[_ClassFacts]) -> _ClassFacts:
    return max(facts, key=lambda each: each.probability)


def _pass_reason(taxonomy: Taxonomy, findings: Sequence[Finding]) -> Reason:
    by_role: dict[Role, list[Finding]] = {role: [] for role in Role}
    for finding in findings:
        by_role[taxonomy.by_id(finding.class_id).role].append(finding)
    if by_role[Role.DEFECT]:
        return Reason("below_limits", {"count": len(by_role[Role.DEFECT])})
    nuisances = by_role[Role.NUISANCE]
    if nuisances:
        largest = max(nuisances, key=lambda finding: finding.area_px)
        return Reason("nuisance_only", {"class_title": taxonomy.by_id(largest.class_id).title})
    return Reason("clean")
