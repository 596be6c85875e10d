"""Frame health: what is dark, frozen, lost or unreadable never gets as far as a verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from app.inspection.health import FrameHealth, bright_part, same_pixels
from app.inspection.recipe import Recipe
from app.wording import word
from app.words.frame import Frame, Image
from app.words.reason import Reason

RECIPE = Recipe.default()


def _frame(image: Image | None, source: str = "camera:0", fault: Reason | None = None) -> Frame:
    return Frame(source, 0, "f.png", datetime.now(UTC), image, fault=fault)


def _steel(seed: int = 0, shape: tuple[int, ...] = (64, 128)) -> Image:
    return np.random.default_rng(seed).integers(60, 130, shape, dtype=np.uint8)


def _code(reason: Reason | None) -> str:
    return "" if reason is None else reason.code


def test_a_good_frame_has_no_fault() -> None:
    assert FrameHealth().check(_frame(_steel()), True, RECIPE) is None


@pytest.mark.parametrize("shape", [(64, 128), (64, 128, 3), (8, 9)])
@pytest.mark.parametrize("level", [0, 3, 11])
def test_a_dark_frame_is_found_at_any_size(shape: tuple[int, ...], level: int) -> None:
    image = np.full(shape, level, np.uint8)
    fault = FrameHealth().check(_frame(image), False, RECIPE)
    assert fault == Reason("dark", {"mean": float(level), "limit": 12.0})


@pytest.mark.parametrize("shape", [(7, 500), (500, 7, 3), (1, 1)])
def test_a_frame_too_small_for_any_network_says_its_size(shape: tuple[int, ...]) -> None:
    fault = FrameHealth().check(_frame(_steel(shape=shape)), False, RECIPE)
    assert fault is not None
    assert fault.code == "too_small"
    assert f"{shape[1]}×{shape[0]}" in word(fault)


def test_a_frame_past_the_strips_edge_is_not_dark() -> None:
    image = np.zeros((256, 1600), np.uint8)
    image[:, :100] = 80
    assert image.mean() < RECIPE.dark_mean
    assert FrameHealth().check(_frame(image), False, RECIPE) is None


def test_sixteen_bit_brightness_is_scaled_to_255() -> None:
    assert bright_part(np.full((32, 32), 65535, np.uint16)) == pytest.approx(255.0)
    assert bright_part(np.full((32, 32, 3), 257, np.uint16)) == pytest.approx(1.0)


def test_a_recipe_can_turn_the_dark_check_off() -> None:
    assert FrameHealth().check(_frame(np.zeros((8, 8), np.uint8)), False, replace(RECIPE, dark_mean=0.0)) is None


def test_a_live_frame_that_repeats_is_frozen() -> None:
    health, image = FrameHealth(), _steel()
    assert health.check(_frame(image), True, RECIPE) is None
    assert _code(health.check(_frame(image.copy()), True, RECIPE)) == "frozen"
    assert _code(health.check(_frame(image.copy()), True, RECIPE)) == "frozen"
    assert health.check(_frame(_steel(1)), True, RECIPE) is None


def test_one_changed_pixel_is_not_frozen() -> None:
    health, image = FrameHealth(), _steel()
    other = image.copy()
    other[-1, -1] += 1
    assert not same_pixels(image, other)
    assert health.check(_frame(image), True, RECIPE) is None
    assert health.check(_frame(other), True, RECIPE) is None


def test_files_may_repeat_and_so_may_another_source() -> None:
    health, image = FrameHealth(), _steel()
    assert health.check(_frame(image), False, RECIPE) is None
    assert health.check(_frame(image.copy()), False, RECIPE) is None
    assert health.check(_frame(image.copy(), source="camera:1"), True, RECIPE) is None


def test_a_recipe_can_turn_the_frozen_check_off() -> None:
    health, image, recipe = FrameHealth(), _steel(), replace(RECIPE, check_frozen=False)
    assert health.check(_frame(image), True, recipe) is None
    assert health.check(_frame(image), True, recipe) is None


def test_a_fault_of_the_source_is_kept_and_no_image_is_unreadable() -> None:
    fault = Reason("truncated", {"name": "f.png"})
    assert FrameHealth().check(_frame(None, fault=fault), False, RECIPE) == fault
    assert FrameHealth().check(_frame(None), False, RECIPE) == Reason("unreadable", {"name": "f.png"})
    assert _code(FrameHealth().check(_frame(np.zeros((0, 5), np.uint8)), False, RECIPE)) == "unreadable"
