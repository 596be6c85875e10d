from __future__ import annotations

import pytest
import torch

from models.networks.flipped import Flipped
from models.networks.registry import NetworkError, build_network

UNET = {"name": "unet", "options": {"width": 2, "bottleneck": 8}}
CLASSIFIER = {"name": "plain_cnn", "options": {"widths": [4], "hidden": [4], "input_px": [16, 16]}}


def _built(network, flips, exclusive=True):
    torch.manual_seed(0)
    return build_network("flipped", {"network": network, "flips": flips}, 2, 1, exclusive).eval()


def test_what_is_drawn_is_the_mean_of_all_looks():
    flipped = _built(UNET, ["horizontal", "vertical"])
    x = torch.randn(2, 1, 32, 48)
    with torch.no_grad():
        classes, pixels = flipped(x)
        looks = [(), (3,), (2,), (3, 2)]
        own = [flipped.network(x.flip(axes)) for axes in looks]
        expected = torch.stack([drawn.flip(axes) for axes, (_, drawn) in zip(looks, own, strict=True)]).mean(dim=0)
    assert torch.allclose(pixels, expected, atol=1e-6)
    assert torch.allclose(classes, torch.stack([said for said, _ in own]).mean(dim=0), atol=1e-6)
    assert pixels.shape == (2, 3, 32, 48)


def test_a_mirrored_frame_gets_the_mirrored_answer():
    flipped = _built(UNET, ["horizontal"])
    x = torch.randn(1, 1, 32, 32)
    with torch.no_grad():
        assert torch.allclose(flipped(x)[1].flip(3), flipped(x.flip(3))[1], atol=1e-6)
        assert not torch.allclose(flipped.network(x)[1].flip(3), flipped.network(x.flip(3))[1], atol=1e-3)


def test_classifiers_look_too():
    flipped = _built(CLASSIFIER, ["vertical"])
    x = torch.randn(2, 1, 32, 32)
    assert (flipped.task, flipped.multiple_px) == ("classify", flipped.network.multiple_px)
    with torch.no_grad():
        assert torch.allclose(flipped(x), (flipped.network(x) + flipped.network(x.flip(2))) / 2, atol=1e-6)


def test_a_trained_network_keeps_its_weights():
    network = build_network(UNET["name"], UNET["options"], 2, 1, True)
    flipped = Flipped.around(network, ["horizontal"])
    rebuilt = build_network("flipped", {"network": UNET, "flips": ["horizontal"]}, 2, 1, True)
    rebuilt.load_state_dict(flipped.state_dict())
    x = torch.randn(1, 1, 32, 32)
    with torch.no_grad():
        assert torch.equal(flipped.eval()(x)[1], rebuilt.eval()(x)[1])


@pytest.mark.parametrize("options", [{"network": UNET, "flips": ["diagonal"]}, {"flips": ["horizontal"]}])
def test_wrong_options_are_named(options):
    with pytest.raises(NetworkError, match="flips are horizontal, vertical, and network needs a 'name'"):
        build_network("flipped", options, 2, 1, True)
