"""Verdicts: every rule on cases worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.inspection.recipe import Recipe
from app.inspection.verdict import closeness_to_gate, decide, findings_of, suspicion
from app.wording import word
from app.words.inspection import Finding, VerdictKind
from models.labels.components import Component
from models.labels.taxonomy import DefectClass, Role, Taxonomy

TAXONOMY = Taxonomy(
    "steel",
    (
        DefectClass(1, "scratches", "Scratches", "#e69f00"),
        DefectClass(2, "pits", "Pits", "#56b4e9"),
        DefectClass(3, "oil", "Oil", "#f0e442", role=Role.NUISANCE),
        DefectClass(4, "edge", "Strip edge", "#cc79a7", role=Role.IGNORE),
    ),
)
GATES = {1: 0.5, 2: 0.5, 3: 0.5, 4: 0.5}
SURE_NOT = {1: 0.01, 2: 0.01, 3: 0.01, 4: 0.01}


def _piece(class_id: int, area_px: int, area_mm2: float | None = None) -> Finding:
    return Finding(class_id, (0, 0, area_px, 1), area_px, 0.9, area_mm2)


def _verdict(
    probabilities: Mapping[int, float], findings: list[Finding], recipe: str = "", draws: bool = True
) -> tuple[str, str]:
    verdict = decide(TAXONOMY, {**SURE_NOT, **probabilities}, findings, Recipe.parse(recipe, "test.toml"), GATES, draws)
    assert "{" not in word(verdict.reason)
    return verdict.kind.value, verdict.reason.code


def test_nothing_found_passes() -> None:
    assert _verdict({}, []) == ("pass", "clean")


def test_the_first_pixel_of_a_defect_rejects_by_default() -> None:
    assert _verdict({1: 0.99}, [_piece(1, 1)]) == ("reject", "none_allowed")


def test_a_nuisance_never_rejects_nor_asks_for_review() -> None:
    assert _verdict({3: 0.99}, [_piece(3, 9000)]) == ("pass", "nuisance_only")
    assert _verdict({3: 0.99}, []) == ("pass", "clean")
    assert _verdict({3: 0.5}, []) == ("pass", "clean")
    strict = "[class.oil]\nreject_area_px = 1\nreject_count = 0\n"
    assert _verdict({3: 0.99}, [_piece(3, 9000)], strict) == ("pass", "nuisance_only")


def test_an_ignored_class_does_not_decide() -> None:
    assert _verdict({4: 0.99}, [_piece(4, 9000)]) == ("pass", "clean")


def test_over_a_limit_rejects_and_at_it_passes() -> None:
    recipe = "[class.scratches]\nreject_area_px = 100\n"
    assert _verdict({1: 0.99}, [_piece(1, 60), _piece(1, 40)], recipe) == ("pass", "below_limits")
    assert _verdict({1: 0.99}, [_piece(1, 60), _piece(1, 41)], recipe) == ("reject", "area_over_limit")


def test_a_count_limit_counts_findings_of_its_class_only() -> None:
    recipe = "[every_class]\nreject_count = 2\n"
    assert _verdict({1: 0.99}, [_piece(1, 5), _piece(1, 5), _piece(2, 5)], recipe) == ("pass", "below_limits")
    assert _verdict({1: 0.99}, [_piece(1, 5)] * 3, recipe) == ("reject", "count_over_limit")


def test_square_millimetres_decide_where_the_scale_is_known() -> None:
    recipe = "[class.scratches]\nreject_area_mm2 = 2.0\nreject_area_px = 10\n"
    assert _verdict({1: 0.99}, [_piece(1, 100, 1.5)], recipe) == ("pass", "below_limits")
    assert _verdict({1: 0.99}, [_piece(1, 100, 2.5)], recipe) == ("reject", "area_over_limit")
    assert _verdict({1: 0.99}, [_piece(1, 11, None)], recipe) == ("reject", "area_over_limit")
    assert _verdict({1: 0.99}, [_piece(1, 10, None)], recipe) == ("pass", "below_limits")


def test_a_limit_in_millimetres_without_a_scale_rejects_at_the_first_pixel() -> None:
    assert _verdict({1: 0.99}, [_piece(1, 1, None)], "[class.scratches]\nreject_area_mm2 = 50\n")[0] == "reject"


def test_the_reason_names_the_class_furthest_over_its_limit() -> None:
    recipe = Recipe.parse("[class.scratches]\nreject_area_px = 100\n[class.pits]\nreject_area_px = 10\n", "t")
    verdict = decide(TAXONOMY, {1: 0.9, 2: 0.9}, [_piece(1, 150), _piece(2, 40)], recipe, GATES)
    assert word(verdict.reason) == "Pits: 40 px in this frame, over the limit of 10 px."


def test_a_likely_class_without_a_pixel_goes_to_review() -> None:
    assert _verdict({2: 0.99}, []) == ("review", "gate_without_mask")
    assert _verdict({2: 0.5}, []) == ("review", "gate_without_mask")


def test_a_low_gate_passed_without_a_pixel_is_no_doubt_of_its_own() -> None:
    """The gate only asks the segmenter to look; it looked, and there is nothing."""
    low = "[class.pits]\ngate = 0.1\n"
    gates = {1: 0.5, 2: 0.1}
    recipe = Recipe.parse(low, "t")
    assert decide(TAXONOMY, {1: 0.0, 2: 0.12}, [], recipe, gates).kind is VerdictKind.PASS
    assert decide(TAXONOMY, {1: 0.0, 2: 0.49}, [], recipe, gates).kind is VerdictKind.PASS
    assert decide(TAXONOMY, {1: 0.0, 2: 0.51}, [], recipe, gates).reason.code == "gate_without_mask"
    # Just below its gate nobody looked closer, so a person does.
    assert decide(TAXONOMY, {1: 0.0, 2: 0.095}, [], recipe, gates).reason.code == "near_threshold"
    assert suspicion(TAXONOMY, {1: 0.0, 2: 0.3}, [], recipe, gates) == pytest.approx(0.3)


def test_a_reject_outranks_a_gate_without_pixels() -> None:
    assert _verdict({1: 0.99, 2: 0.99}, [_piece(1, 5)]) == ("reject", "none_allowed")


@pytest.mark.parametrize(
    ("probability", "kind"), [(0.39, "pass"), (0.4, "review"), (0.45, "review"), (0.4999, "review")]
)
def test_the_band_below_the_gate_goes_to_review(probability: float, kind: str) -> None:
    # A margin of 0.2 reaches from the gate of 0.5 a fifth of the way down to 0: to 0.4.
    assert _verdict({1: probability}, [])[0] == kind


@pytest.mark.parametrize(("probability", "kind"), [(0.5, "review"), (0.6, "review"), (0.61, "pass")])
def test_the_band_above_the_gate_goes_to_review_where_nothing_is_over_a_limit(probability: float, kind: str) -> None:
    assert _verdict({1: probability}, [_piece(1, 5)], "[every_class]\nreject_area_px = 10\n")[0] == kind


def test_what_is_over_its_limit_rejects_within_the_band_too() -> None:
    assert _verdict({1: 0.52}, [_piece(1, 5)]) == ("reject", "none_allowed")


def test_a_margin_of_nothing_turns_the_band_off() -> None:
    assert _verdict({1: 0.4999}, [], "[every_class]\nreview_margin = 0\n") == ("pass", "clean")


def test_a_low_gate_keeps_clean_frames_out_of_review() -> None:
    verdict = decide(TAXONOMY, {1: 0.005}, [], Recipe.default(), {**GATES, 1: 0.05})
    assert verdict.kind is VerdictKind.PASS


def test_a_bundle_that_only_classifies_rejects_without_pixels() -> None:
    assert _verdict({1: 0.99}, [], draws=False) == ("reject", "classified")
    assert _verdict({1: 0.55}, [], draws=False) == ("review", "near_threshold")
    assert _verdict({3: 0.99}, [], draws=False) == ("pass", "clean")


def test_findings_carry_square_millimetres_where_the_scale_is_known() -> None:
    pieces = [Component(1, (2, 3, 4, 5), 20, 0.7)]
    assert findings_of(pieces, 0.5) == (Finding(1, (2, 3, 4, 5), 20, 0.7, 5.0),)
    assert findings_of(pieces, None) == (Finding(1, (2, 3, 4, 5), 20, 0.7, None),)


@pytest.mark.parametrize(
    ("probability", "gate", "closeness"),
    [
        (0.5, 0.5, 1.0),
        (0.0, 0.5, 0.0),
        (1.0, 0.5, 0.0),
        (0.25, 0.5, 0.5),
        (0.9, 0.8, 0.5),
        (0.2, 0.8, 0.25),
        (0.0, 0.0, 1.0),
        (1.0, 1.0, 1.0),
    ],
)
def test_closeness_by_hand(probability: float, gate: float, closeness: float) -> None:
    assert math.isclose(closeness_to_gate(probability, gate), closeness, abs_tol=1e-12)


def test_suspicion_follows_the_nearest_threshold() -> None:
    def of(probabilities: Mapping[int, float], findings: list[Finding], recipe: str = "") -> float:
        return suspicion(TAXONOMY, probabilities, findings, Recipe.parse(recipe, "t"), GATES)

    assert of({1: 0.0, 2: 0.0}, []) == 0.0
    assert math.isclose(of({1: 0.25, 2: 0.1}, []), 0.5)
    assert of({1: 0.99}, []) == 0.99  # the gate says yes, the pixels no
    assert math.isclose(of({1: 1.0}, [_piece(1, 90)], "[every_class]\nreject_area_px = 100\n"), 0.9)
    assert of({3: 0.5}, []) == 0.0  # a nuisance decides nothing


@given(
    probabilities=st.lists(st.floats(0, 1), min_size=4, max_size=4),
    gates=st.lists(st.floats(0, 1), min_size=4, max_size=4),
    areas=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 500)), max_size=6),
)
def test_suspicion_is_a_share_and_a_defect_over_its_limit_never_passes(
    probabilities: list[float], gates: list[float], areas: list[tuple[int, int]]
) -> None:
    by_id = dict(enumerate(probabilities, start=1))
    gates_by_id = dict(enumerate(gates, start=1))
    findings = [_piece(class_id, area) for class_id, area in areas]
    recipe = Recipe.parse("[every_class]\nreject_area_px = 200\n", "t")
    assert 0.0 <= suspicion(TAXONOMY, by_id, findings, recipe, gates_by_id) <= 1.0
    over = any(sum(a for c, a in areas if c == class_id) > 200 for class_id in (1, 2))
    assert (decide(TAXONOMY, by_id, findings, recipe, gates_by_id).kind is VerdictKind.REJECT) == over
