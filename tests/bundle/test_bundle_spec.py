"""The specification: what it refuses, and that JSON gives back what went in."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bundle import BundleError, BundleSpec
from models.labels.taxonomy import make_taxonomy

NAMES = ("scratch", "patch")

SPEC = BundleSpec(
    name="two-kinds",
    title="Two kinds of defect",
    network="cascade",
    network_options={"encoder": "resnet18", "decoder_channels": [16, 8]},
    taxonomy=make_taxonomy("two", NAMES),
    channels=1,
    mean=(0.34,),
    std=(0.16,),
    tile_px=(256, 512),
    overlap_px=32,
    exclusive=True,
    gates={"scratch": 0.5, "patch": 0.4},
    pixel_thresholds={"scratch": 0.45, "patch": 0.5},
    min_area_px={"scratch": 40, "patch": 100},
    created_utc="2026-03-04T05:06:07+00:00",
    metrics={"miou": 0.79, "by_class": {"scratch": 0.7}},
)


def test_json_gives_back_the_specification() -> None:
    assert BundleSpec.from_json(json.loads(json.dumps(SPEC.to_json()))) == SPEC


@given(
    gate=st.floats(0, 1),
    area=st.integers(0, 10**6),
    tiles=st.tuples(st.integers(1, 64), st.integers(1, 64)),
    channels=st.sampled_from([1, 3]),
    mean=st.floats(0, 1),
)
def test_json_is_exact_for_any_values(
    gate: float, area: int, tiles: tuple[int, int], channels: int, mean: float
) -> None:
    spec = replace(
        SPEC,
        channels=channels,
        mean=(mean,) * channels,
        std=(0.25,) * channels,
        tile_px=(tiles[0] * 32, tiles[1] * 32),
        overlap_px=16,
        gates=dict.fromkeys(NAMES, gate),
        min_area_px=dict.fromkeys(NAMES, area),
    )
    assert BundleSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_a_bundle_from_before_there_were_front_ends_has_none() -> None:
    value = SPEC.to_json()
    del value["front_end"]
    assert BundleSpec.from_json(value) == SPEC


@pytest.mark.parametrize("field", sorted(SPEC.to_json().keys() - {"front_end"}))
def test_a_missing_field_is_named(field: str) -> None:
    value = SPEC.to_json()
    del value[field]
    with pytest.raises(BundleError, match=rf"^Field {field} is missing; .*\.$"):
        BundleSpec.from_json(value)


@pytest.mark.parametrize("field", sorted(SPEC.to_json()))
def test_a_field_of_a_wrong_type_is_named(field: str) -> None:
    # No field is null, so null is of a wrong type everywhere.
    with pytest.raises(BundleError, match=rf"^Field {field} is NoneType, not "):
        BundleSpec.from_json({**SPEC.to_json(), field: None})


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "a/b", "cannot be a folder name"),
        ("name", "..", "cannot be a folder name"),
        ("task", "detect", "cascade or classify"),
        ("front_end", "edges", "use '' or 'shadow_regions'"),
        ("front_end", "shadow_regions", "does not fit task 'cascade'"),
        ("created_utc", "2026-03-04T05:06:07", "no time with an offset"),
        ("created_utc", "yesterday", "no time with an offset"),
        ("channels", 2, "use 1 \\(grey\\) or 3 \\(RGB\\)"),
        ("channels", True, "not a whole number"),
        ("mean", [0.1, 0.2], "has 2 values for 1 channel"),
        ("mean", ["0.1"], "not a number"),
        ("std", [0.0], "not above 0"),
        ("std", [float("nan")], "not finite"),
        ("tile_px", [256], "write \\[height, width\\]"),
        ("tile_px", [250, 512], "multiples of multiple_px \\(32\\)"),
        ("tile_px", [0, 512], "multiples of multiple_px"),
        ("overlap_px", 256, "less than the tile's shorter side"),
        ("overlap_px", -1, "less than the tile's shorter side"),
        ("multiple_px", 0, "the network's stride"),
        ("gates", {"scratch": 0.5}, "lacks class 'patch'"),
        ("gates", {"scratch": 0.5, "patch": 0.5, "rust": 0.5}, "names class 'rust'"),
        ("gates", {"scratch": 1.5, "patch": 0.5}, "of class 'scratch' is 1.5; use 0 to 1"),
        ("pixel_thresholds", {"scratch": 0.5, "patch": float("nan")}, "of class 'patch' is nan"),
        ("min_area_px", {"scratch": 1.5, "patch": 1}, "not a whole number"),
        ("min_area_px", {"scratch": -1, "patch": 1}, "use 0 or more"),
        ("taxonomy", {"name": "two", "classes": []}, "has no class"),
    ],
)
def test_a_value_that_cannot_be_is_refused(field: str, value: Any, words: str) -> None:
    with pytest.raises(BundleError, match=words) as caught:
        BundleSpec.from_json({**SPEC.to_json(), field: value})
    assert str(caught.value).startswith(f"Field {field}")


def test_a_bundle_that_only_classifies_needs_no_pixel_thresholds() -> None:
    spec = replace(SPEC, task="classify", front_end="shadow_regions", pixel_thresholds={}, min_area_px={})
    assert BundleSpec.from_json(spec.to_json()) == spec
    with pytest.raises(BundleError, match="pixel_thresholds lacks class 'scratch'"):
        replace(spec, task="cascade", front_end="")
