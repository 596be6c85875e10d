"""Pictures of labelled frames: what is tinted, outlined and boxed, at which size."""

from __future__ import annotations

import numpy as np
import pytest

from models.audit.pictures import labelled_frame, labelled_picture
from models.evaluation.pictures import WIDTH_PX
from models.labels.label_set import numbered_taxonomy
from models.labels.masks import empty_stack

TAXONOMY = numbered_taxonomy(2)
COLOUR = np.array(TAXONOMY.by_id(2).rgb)
GREY = 100


def test_a_class_is_outlined_in_its_colour_and_tinted_within():
    stack = empty_stack(200, 400, 2)
    stack[50:90, 100:160] = 2
    drawn = labelled_frame(np.full((200, 400), GREY, np.uint8), stack, TAXONOMY)
    assert drawn.shape == (200, 400, 3)
    assert (drawn[50, 100:160] == COLOUR).all()
    assert (drawn[50:90, 159] == COLOUR).all()
    assert (drawn[51:89, 101:159] == np.round(0.7 * GREY + 0.3 * COLOUR)).all()
    assert (drawn[:50] == GREY).all()
    assert (drawn[:, 160:] == GREY).all()


@pytest.mark.parametrize(("width", "shown"), [(100, 320), (400, 400), (1600, WIDTH_PX), (8192, WIDTH_PX)])
def test_small_frames_are_enlarged_and_wide_ones_shrunk(width, shown):
    image = np.full((64, width), GREY, np.uint8)
    picture = labelled_picture(image, empty_stack(64, width, 2), TAXONOMY)
    assert f'width="{shown}" height="{max(1, round(64 * shown / width))}"' in picture
    assert 'src="data:image/jpeg;base64,' in picture


@pytest.mark.parametrize("width", [600, 1600, 4096, 8192])
def test_a_line_of_one_pixel_is_drawn_without_a_gap_wherever_it_runs(width):
    image = np.full((64, width), GREY, np.uint8)
    for offset in range(16):
        stack = empty_stack(64, width, 2)
        stack[20 + offset] = 2
        drawn = labelled_frame(image, stack, TAXONOMY)
        assert (drawn == COLOUR).all(axis=2).any(axis=0).all(), f"row {20 + offset}"


def test_the_box_lies_round_what_is_meant_and_within_the_picture():
    stack = empty_stack(200, 400, 2)
    drawn = labelled_frame(np.full((200, 400), GREY, np.uint8), stack, TAXONOMY, box_px=(100, 50, 60, 40))
    assert (drawn[46, 96:164] == 255).all()
    assert (drawn[46:94, 163] == 255).all()
    assert (drawn[52:88, 102:158] == GREY).all()
    through = labelled_frame(np.full((200, 400), GREY, np.uint8), stack, TAXONOMY, box_px=(0, 0, 400, 200))
    assert (through[[1, 198]][:, 1:399] == 255).all()
    assert (through[1:199][:, [1, 398]] == 255).all()
