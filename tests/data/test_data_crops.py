from __future__ import annotations

import numpy as np
import pytest
import torch

from models.data.collection import Collection
from models.data.crops import Augmentation, CropDataset, mirrored_to
from models.data.statistics import Normalisation
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy

TWO = make_taxonomy("made-up", ["a", "b"])
RAW = Normalisation((0.0,), (1 / 255,))
"""Pixels come out as they went in."""
PLAIN = Augmentation((32, 32), flips=False, brightness=0, contrast=0)


def _marked(height: int = 48, width: int = 80) -> Collection:
    """Class a where pixels are 100, class b where they are 200; every pixel tells where it belongs."""
    image = np.full((height, width), 10, np.uint8)
    stack = empty_stack(height, width, 2)
    image[5:9, 60:70], stack[5:9, 60:70] = 100, 1
    image[30:34, 2:12], stack[30:34, 2:12] = 200, 2
    return Collection(TWO, ("0",), (image,), (stack,))


@pytest.mark.parametrize("flips", [False, True])
def test_image_and_mask_are_cut_and_flipped_together(flips):
    dataset = CropDataset(_marked(), Augmentation((32, 32), flips, 0, 0, defect_share=0.5), RAW, exclusive=True)
    torch.manual_seed(1)
    seen = set()
    for _ in range(40):
        x, target = dataset[0]
        assert x.shape == (1, 32, 32)
        assert x.dtype == torch.float32
        assert target.dtype == torch.int64
        expected = torch.zeros_like(target)
        expected[x[0].round() == 100] = 1
        expected[x[0].round() == 200] = 2
        assert torch.equal(target, expected)
        seen |= set(target.unique().tolist())
    assert seen == {0, 1, 2}


def test_overlapping_classes_are_planes():
    collection = _marked()
    collection.stacks[0][5:9, 60:70] = 3
    dataset = CropDataset(collection, PLAIN, RAW, exclusive=False)
    torch.manual_seed(0)
    for _ in range(10):
        x, target = dataset[0]
        assert target.shape == (2, 32, 32)
        assert torch.equal(target[0] > 0, x[0].round() == 100)
        assert torch.equal(target[1] > 0, (x[0].round() == 100) | (x[0].round() == 200))


def test_the_defect_share_is_kept():
    collection = _marked(64, 1600)
    share = sum(_holds_defect(collection, 1.0) for _ in range(50)) / 50
    assert share == 1.0
    torch.manual_seed(3)
    anywhere = sum(_holds_defect(collection, 0.0) for _ in range(100)) / 100
    assert anywhere < 0.3


def _holds_defect(collection: Collection, share: float) -> bool:
    dataset = CropDataset(collection, Augmentation((32, 32), False, 0, 0, share), RAW, exclusive=True)
    return bool((dataset[0][1] > 0).any())


def test_a_clean_frame_has_crops_whatever_the_share():
    clean = Collection(TWO, ("0",), (np.zeros((64, 64), np.uint8),), (empty_stack(64, 64, 2),))
    dataset = CropDataset(clean, Augmentation((32, 32), defect_share=1.0), RAW, exclusive=True)
    assert dataset[0][1].sum() == 0


def test_small_frames_are_mirrored_to_the_crop():
    collection = _marked()
    dataset = CropDataset(collection, Augmentation((64, 96), False, 0, 0), RAW, exclusive=True)
    x, target = dataset[0]
    assert x.shape == (1, 64, 96)
    assert torch.equal(target > 0, x[0].round() > 10)
    assert (target == 2).sum() > 40  # mirrored below, it is seen twice


def test_mirroring_repeats_no_border_pixel():
    assert mirrored_to(np.array([[1, 2, 3]], np.uint8), (1, 5)).tolist() == [[1, 2, 3, 2, 1]]


def test_light_varies_and_masks_do_not():
    torch.manual_seed(0)
    dataset = CropDataset(_marked(), Augmentation((32, 32), False, 0.3, 0.3, 1.0), RAW, exclusive=True)
    brightest = {round(float(dataset[0][0].max()), 1) for _ in range(10)}
    assert len(brightest) > 5
    assert set(dataset[0][1].unique().tolist()) <= {0, 1, 2}


def test_the_seed_decides_the_crops():
    dataset = CropDataset(_marked(), Augmentation((32, 32)), RAW, exclusive=True, crops_a_frame=3)
    assert len(dataset) == 3
    torch.manual_seed(5)
    first = [dataset[place][0] for place in range(3)]
    torch.manual_seed(5)
    again = [dataset[place][0] for place in range(3)]
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    assert not torch.equal(first[0], first[1])


def _speckled(side: int = 32) -> Collection:
    """Every pixel at random; class a where it is bright. No two of its orientations are the same."""
    image = np.random.default_rng(1).integers(0, 256, (side, side)).astype(np.uint8)
    return Collection(TWO, ("0",), (image,), ((image > 127).astype(np.uint8),))


def _orientations(image: np.ndarray) -> list[bytes]:
    return [np.rot90(turned, turns).tobytes() for turned in (image, image.T) for turns in range(4)]


@pytest.mark.parametrize(
    ("flips", "transpose", "seen"), [(True, True, 8), (False, True, 2), (True, False, 4), (False, False, 1)]
)
def test_transposing_and_flipping_give_all_ways_to_lay_a_plate(flips, transpose, seen):
    collection = _speckled()
    dataset = CropDataset(
        collection, Augmentation((32, 32), flips, 0, 0, transpose=transpose), RAW, exclusive=True, crops_a_frame=80
    )
    torch.manual_seed(2)
    laid = set()
    for place in range(80):
        x, target = dataset[place]
        image = x[0].round().numpy().astype(np.uint8)
        assert np.array_equal(target.numpy(), image > 127)
        laid.add(image.tobytes())
    assert len(laid) == seen
    assert laid <= set(_orientations(collection.images[0]))


def test_planes_are_transposed_with_the_image():
    dataset = CropDataset(_speckled(), Augmentation((32, 32), False, 0, 0, transpose=True), RAW, exclusive=False)
    torch.manual_seed(2)
    for _ in range(6):
        x, target = dataset[0]
        assert torch.equal(target[0] > 0, x[0].round() > 127)
        assert not target[1].any()


def _square(side: int = 20) -> Collection:
    """A bright square of class b in the middle of 160 by 160 dark pixels."""
    image, stack = np.full((160, 160), 10, np.uint8), empty_stack(160, 160, 2)
    at = slice(80 - side // 2, 80 + side // 2)
    image[at, at], stack[at, at] = 200, 2
    return Collection(TWO, ("0",), (image,), (stack,))


@pytest.mark.parametrize(("zoom", "side"), [(2.0, 40), (0.5, 10), (1.0, 20)])
def test_a_crop_is_enlarged_with_its_mask(zoom, side):
    # The crop of 80 px at zoom 0.5 is the whole frame; at 2 it is 40 px of it, cut anywhere around the square.
    dataset = CropDataset(_square(), Augmentation((80, 80), False, 0, 0, 1.0, zoom=(zoom, zoom)), RAW, exclusive=True)
    torch.manual_seed(0)
    whole = 0
    for _ in range(30):
        x, target = dataset[0]
        assert x.shape == (1, 80, 80)
        assert target.shape == (80, 80)
        assert set(target.unique().tolist()) <= {0, 2}
        bright = x[0] > 105
        # Bilinear edges of the image and nearest ones of the mask differ by at most a pixel on each side.
        assert int((bright != (target == 2)).sum()) <= 4 * side
        rows = (target == 2).any(dim=1).nonzero().flatten()
        if rows.min() > 0 and rows.max() < 79:
            assert int(rows.max() - rows.min()) + 1 == side
            whole += 1
    assert whole > 0


def test_zooms_reach_from_the_smallest_to_the_largest():
    dataset = CropDataset(_square(), Augmentation((64, 64), False, 0, 0, zoom=(0.5, 2.0)), RAW, exclusive=True)
    torch.manual_seed(0)
    # Where the square is seen whole its side in the crop is 20 times the zoom.
    sides = []
    for _ in range(300):
        shown = (dataset[0][1] == 2).any(dim=1).nonzero().flatten()
        if len(shown) and shown.min() > 0 and shown.max() < 63:
            sides.append(len(shown))
    assert min(sides) < 12
    assert max(sides) > 34
    assert all(10 <= side <= 40 for side in sides)


def test_overlapping_planes_are_enlarged_alike():
    collection = _square()
    collection.stacks[0][70:90, 70:80] |= 1
    dataset = CropDataset(collection, Augmentation((80, 80), False, 0, 0, 1.0, zoom=(2.0, 2.0)), RAW, exclusive=False)
    torch.manual_seed(0)
    for _ in range(10):
        x, target = dataset[0]
        assert x.shape == (1, 80, 80)
        assert target.shape == (2, 80, 80)
        assert not (target[0] > target[1]).any()
