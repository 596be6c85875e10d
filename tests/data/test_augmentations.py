from __future__ import annotations

import numpy as np
import pytest
import torch
from made_up_steel import make_collection
from torchvision import tv_tensors

from models.data.augmentations import apply, listed_transforms, strategy_transforms
from models.data.collection import Collection, DataError
from models.data.crops import Augmentation, CropDataset
from models.data.statistics import Normalisation
from models.labels.masks import empty_stack
from models.labels.taxonomy import make_taxonomy
from models.networks.sizing import brought_to

RAW = Normalisation((0.0,), (1.0,))
SIZE = (64, 64)


def _frame() -> tuple[torch.Tensor, torch.Tensor]:
    """A bright square left of the middle, masked."""
    image, mask = torch.full((1, *SIZE), 0.4), torch.zeros((1, *SIZE), dtype=torch.uint8)
    image[:, 20:40, 10:30] = 0.9
    mask[:, 20:40, 10:30] = 1
    return tv_tensors.Image(image), tv_tensors.Mask(mask)


def _varied(strategy: str, times: int = 60) -> list[tuple[torch.Tensor, torch.Tensor]]:
    torch.manual_seed(0)
    transforms = strategy_transforms(strategy, SIZE, (0.4,))
    return [apply(transforms, *_frame()) for _ in range(times)]


def test_strategies_grow():
    kinds = {name: {type(t).__name__ for t in strategy_transforms(name, SIZE, (0.4,))} for name in
             ("none", "soft", "medium", "hard")}  # fmt: skip
    assert kinds["none"] == set()
    assert kinds["none"] < kinds["soft"] < kinds["medium"] < kinds["hard"]


def test_soft_mirrors_every_second_frame_and_nothing_else():
    image, mask = _frame()
    mirrored = 0
    for x, y in _varied("soft"):
        assert torch.equal(x, image) or torch.equal(x, image.flip(2))
        assert torch.equal(y, mask if torch.equal(x, image) else mask.flip(2))
        mirrored += not torch.equal(x, image)
    assert 15 < mirrored < 45


def test_medium_turns_image_and_mask_together_and_ignores_what_lies_beyond():
    turned = 0
    for x, y in _varied("medium"):
        assert x.shape == (1, *SIZE)
        assert set(y.unique().tolist()) <= {0, 1, 255}
        if (y == 255).any():
            turned += 1
            # Beyond the edges there is the mean; a blanked window, 0, may lie over it.
            beyond = x[y == 255]
            assert ((beyond - 0.4).abs().lt(0.02) | beyond.eq(0)).float().mean() > 0.85
        bright = x[(y == 1) & (x != 0)]
        if len(bright):
            assert bright.median() == pytest.approx(0.9, abs=0.05)
    assert turned > 10


def test_medium_blanks_windows_of_the_image_alone():
    blanked = [x for x, _ in _varied("medium") if (x == 0).any()]
    assert 15 < len(blanked) < 45
    shares = [float((x == 0).float().mean()) for x in blanked]
    assert max(shares) < 0.12


def test_hard_cuts_and_changes_the_light():
    values = {round(float(x.median()), 2) for x, _ in _varied("hard")}
    assert len(values) > 5
    assert all(x.shape == (1, *SIZE) for x, _ in _varied("hard", 5))


def test_listed_transforms_are_made_with_their_arguments():
    torch.manual_seed(0)
    flip, jitter = listed_transforms(
        [{"name": "RandomVerticalFlip", "p": 1.0}, {"name": "ColorJitter", "contrast": 0.5}]
    )
    image, mask = _frame()
    x, y = apply([flip], image, mask)
    assert torch.equal(x, image.flip(1))
    assert torch.equal(y, mask.flip(1))
    assert jitter.contrast == (0.5, 1.5)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"name": "RandomBlur"}, "torchvision.transforms.v2 has no transform 'RandomBlur'"),
        ({"name": "functional"}, "has no transform 'functional'"),
        ({"name": "RandomVerticalFlip", "share": 1}, "RandomVerticalFlip cannot be made of {'share': 1}"),
        ({"name": "ColorJitter", "hue": 3.0}, "ColorJitter cannot be made of {'hue': 3.0}"),
    ],
)
def test_listed_transforms_that_cannot_be_are_named(entry, sentence):
    with pytest.raises(DataError) as error:
        listed_transforms([entry])
    assert sentence in str(error.value)


def test_whole_frames_are_what_a_network_with_a_size_of_its_own_sees():
    collection = make_collection(2, size=96)
    augmentation = Augmentation((32, 48), flips=False, brightness=0, contrast=0, cut="frames")
    x, y = CropDataset(collection, augmentation, RAW, exclusive=True)[1]
    frame = torch.from_numpy(collection.images[1]).float()[None, None] / 255
    assert torch.allclose(x, brought_to(frame, (32, 48))[0], atol=1e-6)
    assert y.shape == (32, 48)
    assert set(y.unique().tolist()) == {0, 2}
    share = float((y == 2).float().mean()), float((collection.stacks[1] == 2).mean())
    assert share[0] == pytest.approx(share[1], rel=0.1)


def test_a_strategy_takes_the_place_of_the_keys():
    taxonomy = make_taxonomy("one", ("a",))
    image = np.arange(64, dtype=np.uint8)[None, :].repeat(64, axis=0)
    collection = Collection(taxonomy, ("f",), (image,), (empty_stack(64, 64, 1),))
    augmentation = Augmentation(SIZE, flips=True, brightness=0.9, contrast=0.9, strategy="none")
    dataset = CropDataset(collection, augmentation, RAW, exclusive=True)
    for _ in range(5):
        assert torch.allclose(dataset[0][0][0], torch.from_numpy(image) / 255.0)
    listed = Augmentation(SIZE, strategy="custom", train=({"name": "RandomHorizontalFlip", "p": 1.0},))
    x = CropDataset(collection, listed, RAW, exclusive=True)[0][0]
    assert torch.allclose(x[0], torch.from_numpy(image[:, ::-1].copy()) / 255.0)
