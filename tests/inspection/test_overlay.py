"""Overlays: colours where the masks are, steel where they are not, and file names that are safe."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from app.inspection.overlay import FILL_OPACITY, OverlayNames, draw_overlay
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("two", ["a", "b"])
FIRST, SECOND = (defect.rgb for defect in TAXONOMY)


def test_a_square_is_outlined_and_filled_and_the_rest_is_left() -> None:
    image = np.full((20, 30), 100, np.uint8)
    stack = empty_stack(20, 30, 2)
    stack[5:10, 6:12] = 1
    drawn = draw_overlay(image, stack, TAXONOMY)
    assert drawn.shape == (20, 30, 3)
    assert tuple(drawn[5, 6]) == FIRST
    assert tuple(drawn[9, 11]) == FIRST
    inside = [int(100 * (1 - FILL_OPACITY) + channel * FILL_OPACITY) for channel in FIRST]
    assert list(drawn[7, 8]) == inside
    outside = drawn.copy()
    outside[5:10, 6:12] = 100
    assert (outside == 100).all()


def test_one_pixel_stays_visible_and_outlines_lie_over_fills() -> None:
    stack = empty_stack(9, 9, 2)
    stack[4, 4] = 1
    stack |= np.uint8(2)
    drawn = draw_overlay(np.full((9, 9), 100, np.uint8), stack, TAXONOMY)
    assert tuple(drawn[4, 4]) == FIRST
    # A class that covers the whole frame has no outline: the frame's edge is not its own.
    assert not (drawn == SECOND).all(axis=2).any()


@pytest.mark.parametrize("shape", [(6, 7), (6, 7, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_any_frame_becomes_eight_bit_rgb_and_is_not_changed(shape: tuple[int, ...], dtype: type) -> None:
    image = np.full(shape, 200, dtype)
    before = image.copy()
    stack = empty_stack(6, 7, 2)
    stack[2:4, 2:4] = 3
    drawn = draw_overlay(image, stack, TAXONOMY)
    assert (drawn.dtype, drawn.shape) == (np.uint8, (6, 7, 3))
    np.testing.assert_array_equal(image, before)


def test_names_are_those_of_the_frames_and_safe() -> None:
    names = OverlayNames()
    assert names.name("a.jpg") == "a.png"
    assert names.name("a.png") == "a.png.png"
    assert names.name("A.PNG") == "A.PNG-2.png"
    assert names.name("film.mp4#000012") == "film.mp4#000012.png"
    assert names.name("../b.png") == ".._b.png"
    assert names.name("x:y?.bmp") == "x_y_.png"


def test_a_png_reads_back_as_it_was_drawn(tmp_path: Path) -> None:
    from datetime import UTC, datetime
    from uuid import UUID

    from app.inspection.overlay import write_overlay
    from app.words.frame import Frame
    from app.words.inspection import Inspection, Verdict, VerdictKind
    from app.words.reason import Reason

    image = np.random.default_rng(1).integers(0, 255, (20, 30), dtype=np.uint8)
    stack = empty_stack(20, 30, 2)
    stack[3:9, 3:9] = 2
    frame = Frame("s", 0, "a.png", datetime.now(UTC), image)
    verdict = Verdict(VerdictKind.REJECT, Reason("clean"))
    inspection = Inspection(UUID(int=1), frame, TAXONOMY, stack, (), {}, verdict, None, "r")
    assert write_overlay(tmp_path / "deep" / "a.png", inspection)
    read = cv2.imread(str(tmp_path / "deep" / "a.png"), cv2.IMREAD_COLOR_RGB)
    np.testing.assert_array_equal(read, draw_overlay(image, stack, TAXONOMY))
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.png"]
