"""The synthetic strip: reproducible, continuous, and labelled to the pixel."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.data.strip import DEMO_STRIP, PRESETS, StripRenderer, find_preset
from models.data.strip.renderer import DAMAGE_SEGMENTS
from models.labels.masks import class_mask, classes_present

BUSY = StripRenderer(seed=5, defect_rate=1.0, nuisance_rate=1.0, roll_mark_rate=0.0, edge_rate=0.6, contrast=(1.0, 1.2))
SPOTLESS = replace(BUSY, defect_rate=0.0)


def test_a_frame_is_grey_8_bit_with_a_stack_of_its_size_and_its_place() -> None:
    frame = BUSY.render(3)
    assert frame.image.shape == frame.stack.shape == (256, 1600)
    assert frame.image.dtype == frame.stack.dtype == np.uint8
    assert frame.along_mm == 3 * 1600 * 0.5


def test_another_size_and_scale() -> None:
    frame = StripRenderer(height_px=128, width_px=500, mm_per_px=0.25, defect_rate=1.0).render(2)
    assert frame.image.shape == (128, 500)
    assert frame.along_mm == 250.0


def test_random_access_equals_sequential() -> None:
    in_order = [BUSY.render(number) for number in range(6)]
    other = replace(BUSY)
    for number in (4, 0, 5, 2, 2):
        frame = other.render(number)
        assert np.array_equal(frame.image, in_order[number].image)
        assert np.array_equal(frame.stack, in_order[number].stack)


def test_seeds_are_different_strips() -> None:
    assert not np.array_equal(BUSY.render(0).image, replace(BUSY, seed=6).render(0).image)


@settings(max_examples=15, deadline=None)
@given(number=st.integers(0, 10_000))
def test_outside_the_mask_nothing_but_the_defect_free_strip(number: int) -> None:
    marked, clean = BUSY.render(number), SPOTLESS.render(number)
    assert not clean.stack.any()
    outside = marked.stack == 0
    assert np.array_equal(marked.image[outside], clean.image[outside])


@pytest.mark.parametrize("class_id", [defect.id for defect in DEMO_STRIP])
def test_inside_the_mask_the_steel_has_changed(class_id: int) -> None:
    shares = tuple(float(defect.id == class_id) for defect in DEMO_STRIP)
    renderer = replace(BUSY, shares=shares, nuisance_rate=0.0)
    clean_strip = replace(renderer, defect_rate=0.0)
    changed = total = 0
    for number in range(8):
        marked, clean = renderer.render(number), clean_strip.render(number)
        assert set(classes_present(marked.stack)) <= {class_id}
        inside = class_mask(marked.stack, class_id)
        changed += int(np.count_nonzero(marked.image[inside] != clean.image[inside]))
        total += int(np.count_nonzero(inside))
    assert total > 1000
    # The rim of a mark fades into the steel, and its flanks cross the steel's own grey.
    assert changed > 0.85 * total


def test_no_defect_is_labelled_on_the_background() -> None:
    with_background = 0
    for number in range(40):
        frame, clean = BUSY.render(number), SPOTLESS.render(number)
        background = cv2.erode((clean.image < 12).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        with_background += bool(background.any())
        assert not frame.stack[background].any()
    assert with_background > 5


def test_marks_and_steel_run_on_across_the_frames_border() -> None:
    crossings = 0
    for number in range(30):
        left, right = BUSY.render(number), BUSY.render(number + 1)
        crossings += bool(((left.stack[:, -1] & right.stack[:, 0]) != 0).any())
        joined = np.concatenate([left.image[:, -40:], right.image[:, :40]], axis=1).astype(np.float32)
        steps = np.abs(np.diff(cv2.blur(joined, (1, 9)), axis=1)).mean(axis=0)
        assert steps[39] < 3 * np.median(steps)
    assert crossings > 3


def test_a_damaged_roll_marks_the_strip_at_every_turn() -> None:
    renderer = StripRenderer(seed=2, defect_rate=0.0, roll_mark_rate=1.0, edge_rate=0.0, roll_diameter_mm=300.0)
    pitch_px = np.pi * 300.0 / 0.5
    frames = [renderer.render(number).stack for number in range(DAMAGE_SEGMENTS)]
    strip = np.concatenate(frames, axis=1)
    assert set(classes_present(strip)) == {DEMO_STRIP.by_name("pits").id}
    columns = np.flatnonzero(strip.any(axis=0))
    marks = np.split(columns, np.flatnonzero(np.diff(columns) > 200) + 1)
    starts = np.asarray([mark[0] for mark in marks])
    assert len(starts) >= DAMAGE_SEGMENTS * 1600 // pitch_px - 1
    assert np.abs(np.diff(starts) - pitch_px).max() <= 1.0
    dents = [strip[:, mark[0] : mark[-1] + 1] for mark in marks[1:-1]]
    assert all(np.array_equal(dent, dents[0]) for dent in dents)


def test_a_strip_under_a_sound_roll_has_no_mark() -> None:
    renderer = StripRenderer(seed=2, defect_rate=0.0, roll_mark_rate=0.0)
    assert not any(renderer.render(number).stack.any() for number in range(30))


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("demo", 0.10, 0.40), ("clean", 0.0, 0.0), ("worst", 0.6, 0.95), ("roll-mark", 0.4, 0.6), ("training", 0.55, 0.9)],
)
def test_presets_have_the_share_of_defective_frames_they_promise(name: str, least: float, most: float) -> None:
    preset = find_preset(name)
    assert preset is not None
    # Small frames are quick to render and have the same rates.
    renderer = preset.renderer(seed=1)
    share = np.mean([renderer.render(number).stack.any() for number in range(0, 480, 3)])
    assert least <= share <= most


def test_all_presets_are_tested_and_named_once() -> None:
    assert [preset.name for preset in PRESETS] == ["demo", "clean", "worst", "roll-mark", "training"]
    assert find_preset("no such strip") is None


def test_every_class_turns_up() -> None:
    found: set[int] = set()
    for number in range(30):
        found |= set(classes_present(BUSY.render(number).stack))
    assert found == {1, 2, 3, 4}


@pytest.mark.parametrize(
    "wrong", [{"defect_rate": 1.5}, {"edge_rate": -0.1}, {"seed": -1}, {"height_px": 8}, {"mm_per_px": 0.0}]
)
def test_a_strip_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\."):
        replace(BUSY, **wrong)


def test_there_is_no_frame_before_the_head() -> None:
    with pytest.raises(ValueError, match="frames count from 0"):
        BUSY.render(-1)
