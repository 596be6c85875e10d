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
