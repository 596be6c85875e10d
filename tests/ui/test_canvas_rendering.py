"""What a view shows of a frame and of its mask stack, worked out by hand and by property; no window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.ui.canvas.colours import StackColours
from app.ui.canvas.pyramid import ImagePyramid, StackPyramid, set_bounds
from app.ui.canvas.rendering import DeviceRect, View, display_range, render_frame, render_stack, to_display
from models.labels.masks import empty_stack, shrink
from models.labels.taxonomy import DefectClass, Taxonomy, make_taxonomy

FOUR = make_taxonomy("four", ["a", "b", "c", "d"])
PLAIN = Taxonomy("plain", (DefectClass(1, "a", "A", "#c86432"), DefectClass(2, "b", "B", "#0000ff")))

scales = st.one_of(st.floats(0.02, 6.0), st.sampled_from([0.125, 0.25, 0.5, 1.0, 2.0, 3.0, 8.0]))


def whole(view: View, height: int, width: int) -> DeviceRect:
    return view.covered(width, height)


def test_frame_at_1_to_1_is_the_frame() -> None:
    image = np.arange(12 * 20, dtype=np.uint8).reshape(12, 20)
    shown = render_frame(ImagePyramid(image), View(1.0, 5, 7), DeviceRect(8, 9, 6, 4))
    np.testing.assert_array_equal(shown, image[2:6, 3:9])


def test_zoomed_in_every_frame_pixel_is_a_square() -> None:
    image = np.arange(6, dtype=np.uint8).reshape(2, 3) * 40
    view = View(4.0, 0, 0)
    shown = render_frame(ImagePyramid(image), view, whole(view, 2, 3))
    np.testing.assert_array_equal(shown, np.kron(image, np.ones((4, 4), np.uint8)))


def test_zoomed_out_the_frame_is_averaged() -> None:
    image = np.tile(np.array([[0, 200], [200, 0]], np.uint8), (8, 8))
    view = View(0.25, 0, 0)
    shown = render_frame(ImagePyramid(image), view, whole(view, 16, 16))
    assert shown.shape == (4, 4)
    np.testing.assert_array_equal(shown, np.full((4, 4), 100, np.uint8))


def test_colour_frames_keep_their_channels() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    image[..., 0] = 250
    for scale in (0.5, 1.0, 1.4, 5.0):
        view = View(scale, 0, 0)
        shown = render_frame(ImagePyramid(image), view, whole(view, 4, 4))
        assert shown.shape[2] == 3
        assert (shown == (250, 0, 0)).all()


def test_fill_and_outline_have_the_class_colour() -> None:
    stack = empty_stack(9, 9, 2)
    stack[2:7, 2:7] = 1
    view = View(1.0, 0, 0)
    shown = render_stack(StackPyramid(stack), view, whole(view, 9, 9), StackColours(PLAIN, opacity=0.5))
    # Alpha 128 of 255; 200, 100 and 50 times 128 / 255 are 100, 50 and 25.
    assert shown[4, 4] == 0x80643219
    # An outline of two pixels, opaque.
    assert shown[2, 2] == shown[3, 4] == shown[6, 5] == 0xFFC86432
    assert shown[1, 4] == shown[7, 7] == 0


def test_overlapping_classes_mix_their_fill() -> None:
    stack = empty_stack(20, 20, 2)
    stack[:] = 3
    view = View(1.0, 0, 0)
    shown = render_stack(StackPyramid(stack), view, whole(view, 20, 20), StackColours(PLAIN, opacity=1.0))
    # The mean of (200, 100, 50) and (0, 0, 255).
    assert shown[10, 10] == 0xFF643298


def test_hidden_class_leaves_nothing() -> None:
    stack = empty_stack(9, 9, 2)
    stack[2:7, 2:7] = 1
    stack[0:2, 0:9] = 2
    view = View(1.0, 0, 0)
    shown = render_stack(StackPyramid(stack), view, whole(view, 9, 9), StackColours(PLAIN, hidden=[1], opacity=0.5))
    assert (shown[2:] == 0).all()
    assert (shown[:2] != 0).all()


@pytest.mark.parametrize("count", [9, 20, 40])
def test_many_classes(count: int) -> None:
    taxonomy = make_taxonomy("many", [f"c{k}" for k in range(1, count + 1)])
    stack = empty_stack(30, 30, count)
    stack[5:25, 5:25] = 1 << (count - 1)
    view = View(1.0, 0, 0)
    shown = render_stack(StackPyramid(stack), view, whole(view, 30, 30), StackColours(taxonomy, opacity=1.0))
    red, green, blue = taxonomy.by_id(count).rgb
    assert shown[15, 15] == 0xFF000000 | red << 16 | green << 8 | blue
    assert shown[2, 2] == 0
    hidden = StackColours(taxonomy, hidden=[count], opacity=1.0)
    assert not render_stack(StackPyramid(stack), view, whole(view, 30, 30), hidden).any()


@given(scale=st.floats(0.02, 0.999), row=st.integers(0, 119), left=st.integers(0, 260), offset=st.floats(-3, 3))
@settings(max_examples=80, deadline=None)
def test_a_scratch_of_one_pixel_is_seen_however_small_the_view(
    scale: float, row: int, left: int, offset: float
) -> None:
    stack = empty_stack(120, 300, 4)
    stack[row, left : left + 40] = 4
    view = View(scale, offset, offset)
    rect = whole(view, 120, 300)
    shown = render_stack(StackPyramid(stack), view, rect, StackColours(FOUR, opacity=0.3))
    columns = np.flatnonzero(shown.any(axis=0))
    assert columns.size
    # Unbroken, and where the scratch is: no device pixel off by more than the one it may touch.
    assert (np.diff(columns) == 1).all()
    first, last = (rect.x + columns[0] - offset) / scale, (rect.x + columns[-1] + 1 - offset) / scale
    assert first <= left + 1 / scale
    assert last >= min(left + 40, 300) - 1 / scale
    assert set(np.unique(shown[shown != 0])) == {0xFFF0E442}


@given(scale=scales, x=st.integers(0, 400), y=st.integers(0, 300), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_part_repainted_fits_the_whole(scale: float, x: int, y: int, data: st.DataObject) -> None:
    """After a brush stroke only a part is drawn anew; it must be what the whole view would have shown there."""
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (70, 90), dtype=np.uint8)
    stack = (rng.random((70, 90)) > 0.9).astype(np.uint8) * rng.integers(1, 16, (70, 90), dtype=np.uint8)
    view = View(scale, data.draw(st.integers(-50, 50)), data.draw(st.floats(-50, 50)))
    everything = whole(view, 70, 90)
    part = DeviceRect(everything.x + x, everything.y + y, 37, 23).intersected(everything)
    if not part.width or not part.height:
        return
    colours = StackColours(FOUR)
    top, left = part.y - everything.y, part.x - everything.x
    window = np.s_[top : top + part.height, left : left + part.width]
    pyramid = StackPyramid(stack)
    np.testing.assert_array_equal(
        render_stack(pyramid, view, part, colours), render_stack(pyramid, view, everything, colours)[window]
    )
    shown, cut = (
        render_frame(ImagePyramid(image), view, everything)[window],
        render_frame(ImagePyramid(image), view, part),
    )
    # Interpolation in fixed point may differ by a grey value where the source is cut elsewhere.
    assert np.abs(shown.astype(int) - cut.astype(int)).max() <= (0 if scale >= 2 or scale == 1 else 3)


@given(
    x=st.integers(0, 60),
    y=st.integers(0, 40),
    width=st.integers(1, 30),
    height=st.integers(1, 30),
    wanted=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_an_edit_reaches_every_level(x: int, y: int, width: int, height: int, wanted: int) -> None:
    stack = empty_stack(53, 77, 4)
    stack[10:20, 30:50] = 2
    pyramid = StackPyramid(stack)
    pyramid.level(wanted)
    stack[y : y + height, x : x + width] ^= 9
    pyramid.refresh(x, y, min(width, 77 - x), min(height, 53 - y))
    np.testing.assert_array_equal(pyramid.level(wanted), shrink(stack, 2**wanted))
    left, top, wide, high = pyramid.bounds
    outside = stack.copy()
    outside[top : top + high, left : left + wide] = 0
    assert not outside.any()


def test_bounds_of_a_stack() -> None:
    for count in (4, 12, 40):
        stack = empty_stack(30, 40, count)
        assert set_bounds(stack) == (0, 0, 0, 0)
        stack[7, 5] = 1
        stack[20, 31] = 2
        assert set_bounds(stack) == (5, 7, 27, 14)


def test_sixteen_bits_are_shown_over_the_range_they_use() -> None:
    image = np.linspace(1000, 3000, 300 * 300).astype(np.uint16).reshape(300, 300)
    low, high = display_range(image)
    assert 1000 <= low < 1030
    assert 2970 < high <= 3000
    shown = to_display(image, low, high)
    assert shown.dtype == np.uint8
    assert shown.min() == 0
    assert shown.max() == 255
    assert display_range(image.astype(np.uint8)) == (0.0, 255.0)
