"""The classical front end: what stands out of a frame, in hand-made frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.pixels import ImageError
from models.regions import RegionSearch, binary_image, find_regions

STEEL, SHADOW, SHINE = 120, 100, 140
"""20 of 255 is 0.078: half of it, where a blurred edge lies, is just below the least contrast of 0.04."""


def steel(height: int = 256, width: int = 400) -> np.ndarray:
    return np.full((height, width), STEEL, dtype=np.uint8)


def two_blobs() -> np.ndarray:
    image = steel()
    image[40:60, 50:80] = SHADOW
    image[150:190, 300:320] = SHADOW
    return image


def box(mask: np.ndarray) -> tuple[int, int, int, int]:
    """(left, top, width, height) of what is true."""
    rows, columns = np.nonzero(mask)
    return columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1


def test_two_dark_blobs_are_two_regions() -> None:
    regions = find_regions(two_blobs())
    assert len(regions) == 2
    assert box(regions.numbers == 1) == (50, 40, 30, 20)
    assert box(regions.numbers == 2) == (300, 150, 20, 40)
    # 64 px wide around their centres, (65, 50) and (310, 170).
    assert regions.squares == ((33, 18, 64), (278, 138, 64))


def test_a_region_is_shown_with_half_its_length_of_context() -> None:
    regions = find_regions(two_blobs(), RegionSearch(least_side_px=16))
    # 1.5 × 30 = 45 and 1.5 × 40 = 60 px.
    assert regions.squares == ((42, 27, 45), (280, 140, 60))


@pytest.mark.parametrize("kind", ["16 bits", "colour", "shine", "under a lamp"])
def test_regions_are_the_same(kind: str) -> None:
    image = two_blobs()
    if kind == "16 bits":
        image = image.astype(np.uint16) * 257
    elif kind == "colour":
        image = np.repeat(image[:, :, None], 3, axis=2)
    elif kind == "shine":
        image = np.where(image == SHADOW, SHINE, STEEL).astype(np.uint8)
    else:
        # From 0.7 to 1 of the light across the frame, three times the contrast of the blobs.
        image = (image * np.linspace(0.7, 1.0, 400)[None, :]).round().astype(np.uint8)
    regions = find_regions(image)
    assert len(regions) == 2
    near = np.abs(np.array(regions.squares) - np.array(((33, 18, 64), (278, 138, 64))))
    assert near.max() <= 1


@pytest.mark.parametrize("grain", [0.0, 3.0, 12.0])
def test_clean_steel_has_no_region_however_coarse_its_grain(grain: float) -> None:
    noise = np.random.default_rng(5).normal(0, grain, (256, 1600))
    assert len(find_regions((STEEL + noise).clip(0, 255).astype(np.uint8))) == 0


def test_a_blob_in_grain_is_found_where_it_is() -> None:
    image = steel(256, 1600).astype(np.float64)
    image[100:140, 700:760] -= 40
    image += np.random.default_rng(6).normal(0, 6, image.shape)
    regions = find_regions(image.clip(0, 255).astype(np.uint8))
    assert len(regions) == 1
    assert np.abs(np.subtract(box(regions.numbers == 1), (700, 100, 60, 40))).max() <= 2


def test_specks_are_no_regions() -> None:
    image = steel()
    image[100:104, 100:104] = 20
    assert len(find_regions(image)) == 1
    assert len(find_regions(image, RegionSearch(least_area_px=100))) == 0


@pytest.mark.parametrize(("gap_px", "count"), [(10, 1), (40, 2)])
def test_pieces_near_each_other_are_one_region(gap_px: int, count: int) -> None:
    image = steel()
    image[100:120, 100:120] = SHADOW
    image[100:120, 120 + gap_px : 140 + gap_px] = SHADOW
    regions = find_regions(image)
    assert len(regions) == count
    # The steel between them is no part of it.
    assert not regions.numbers[100:120, 122 : 118 + gap_px].any()


def test_a_region_longer_than_the_frame_is_high_is_cut_evenly() -> None:
    image = steel(128, 640)
    image[60:64, 20:620] = 20
    regions = find_regions(image, replace(RegionSearch(), background_px=400))
    # 602 px, edges blurred, in five parts; each is seen in a square as high as the frame.
    assert len(regions) == 5
    widths = [box(regions.numbers == number)[2] for number in range(1, 6)]
    assert sum(widths) == box(regions.numbers > 0)[2]
    assert max(widths) - min(widths) <= 1
    assert {(top, side) for _, top, side in regions.squares} == {(0, 128)}
    assert all(0 <= left <= 640 - 128 for left, _, _ in regions.squares)


def test_squares_stay_inside_the_frame() -> None:
    image = steel(40, 300)
    image[0:12, 0:12] = SHADOW
    image[30:40, 285:300] = SHADOW
    assert find_regions(image).squares == ((0, 0, 40), (260, 0, 40))


def test_the_binary_image_is_the_blobs() -> None:
    mask = binary_image(two_blobs(), RegionSearch())
    assert mask.dtype == np.uint8
    truth = two_blobs() == SHADOW
    # A blurred corner falls below the threshold.
    assert truth.sum() - 8 <= mask.sum() <= truth.sum()
    assert not mask[~truth].any()


def test_an_image_that_cannot_be_is_refused() -> None:
    with pytest.raises(ImageError, match="float64"):
        find_regions(np.zeros((64, 64)))
