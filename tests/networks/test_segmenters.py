"""Networks that draw and read the classes from the pixels: the reference UNets and any architecture by name."""

from __future__ import annotations

import itertools

import pytest
import torch
from network_bundle import assert_gradients_reach_every_parameter, assert_runtimes_agree, bundle_of, make, parameters
from torch import nn

from models.networks.multiscale_unet import ContextBlock, MultiscaleUnet
from models.networks.plain_segmenter import against_rest
from models.networks.registry import NetworkError, build_network
from models.networks.resunet import ResidualBlock
from models.networks.unet import Unet

TINY = {
    "unet": {"width": 4, "bottleneck": 12},
    "resunet": {"width": 4},
    "multiscale_unet": {"widths": [4, 6, 8], "blocks": [1, 1, 2], "stem": 4},
    "segmenter": {"architecture": "Unet", "encoder": "test_resnet", "decoder": {"decoder_channels": [16, 8, 8, 4, 4]}},
}
ENCODER = {"encoder": "test_resnet"}


def convolutions(network: nn.Module) -> list[nn.Module]:
    return [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d)]


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize(("exclusive", "planes"), [(True, 4), (False, 3)])
@torch.no_grad()
def test_pixels_are_drawn_at_the_frames_own_size(name, exclusive, planes):
    network = make(name, TINY[name], exclusive=exclusive, channels=3)
    classes, pixels = network(torch.rand(2, 3, 32, 96))
    assert (network.task, network.multiple_px) == ("cascade", {"multiscale_unet": 8, "segmenter": 32}.get(name, 16))
    assert classes.shape == (2, 3)
    assert pixels.shape == (2, planes, 32, 96)


@pytest.mark.parametrize("name", TINY)
@torch.no_grad()
def test_a_network_with_a_size_of_its_own_brings_its_pixels_back(name):
    network = make(name, {**TINY[name], "input_px": [32, 64]})
    assert network.multiple_px == 8
    for size in ((8, 8), (56, 104), (256, 1600)):
        frame = torch.rand(1, 1, *size)
        classes, pixels = network(frame)
        assert pixels.shape == (1, 4, *size)
        drawn = network.draw(nn.functional.adaptive_avg_pool2d(frame, (32, 64)))
        assert drawn.shape == (1, 4, 32, 64)
        # Bilinear: nothing is drawn that is not between what the network drew.
        assert pixels.min() >= drawn.min() - 1e-5
        assert pixels.max() <= drawn.max() + 1e-5
        torch.testing.assert_close(classes, network.classify([drawn]))


@torch.no_grad()
def test_softmax_logits_become_log_odds():
    logits = torch.tensor([[2.0, 0.0, -1.0, 9.0]])
    share = logits.softmax(1)[:, 1:]
    torch.testing.assert_close(against_rest(logits).sigmoid(), share)
    assert against_rest(torch.tensor([[50.0, -60.0]])).item() == pytest.approx(-110.0)


@torch.no_grad()
@pytest.mark.parametrize("exclusive", [True, False])
def test_a_frame_holds_a_class_where_a_place_of_8_by_8_pixels_does(exclusive):
    network = make("unet", TINY["unet"], exclusive=exclusive)
    planes = 4 if exclusive else 3
    pixels = torch.full((1, planes, 16, 32), -3.0)
    if exclusive:
        pixels[:, 0] = 3.0
    # The first class fills one place, the second speaks up in half of another (a mean of 1), the third says nothing.
    pixels[0, -3, 8:, 24:] = 5.0
    pixels[0, -2, :4, :8] = 5.0
    first, second, third = network.classify([pixels])[0].sigmoid().tolist()
    # As shares of e³, e⁵, e and e⁻³: e⁵ / (e⁵ + e³ + 2 e⁻³), e / (e + e³ + 2 e⁻³), e⁻³ / (e³ + 3 e⁻³).
    expected = {True: (0.88028, 0.11868, 0.00246), False: (0.99331, 0.73106, 0.04743)}[exclusive]
    assert (first, second, third) == pytest.approx(expected, abs=1e-4)


def test_the_unet_has_the_published_14_3_million_parameters():
    for class_count, exclusive in ((4, True), (4, False), (1, False)):
        network = build_network("unet", {"input_px": [64, 400]}, class_count, 1, exclusive)
        assert parameters(network) == pytest.approx(14.3e6, rel=0.01)
    assert parameters(build_network("unet", {}, 4, 1, exclusive=True)) == 14_302_549


def test_the_multiscale_unet_is_twice_as_deep_with_under_half_the_parameters():
    deep, reference = (build_network(name, {}, 4, 1, exclusive=True) for name in ("multiscale_unet", "unet"))
    assert isinstance(deep, MultiscaleUnet)
    assert isinstance(reference, Unet)
    assert parameters(deep) < parameters(reference) / 2
    # The unet's convolutions all follow one another; of a context block's three scales one counts.
    depth = len(convolutions(deep)) - 2 * sum(isinstance(layer, ContextBlock) for layer in deep.modules())
    assert (depth, len(convolutions(reference))) == (62, 23)


@torch.no_grad()
def test_a_context_block_sees_3_5_and_7_pixels():
    block = ContextBlock(8)
    for scale, field in zip(block.scales, (3, 5, 7), strict=True):
        convolution = scale[0]
        nn.init.ones_(convolution.weight)
        dot = torch.zeros(1, 4, 15, 15)
        dot[:, :, 7, 7] = 1.0
        touched = convolution(dot)[0, 0].nonzero()
        assert (touched.max(dim=0).values - touched.min(dim=0).values + 1).tolist() == [field, field]


def test_the_resunet_is_laid_out_as_published():
    network = build_network("resunet", {}, 4, 1, exclusive=True)
    first, *others = network.contracting
    assert [type(layer) for layer in first] == [nn.Conv2d, nn.ReLU, nn.BatchNorm2d]
    assert [type(block) for block in others] == [ResidualBlock] * 3
    assert isinstance(network.bottleneck, ResidualBlock)
    assert [type(block) for block in network.expanding] == [ResidualBlock] * 4
    assert [layer.kernel_size for layer in network.up_convolutions] == [(2, 2)] * 4
    assert (network.pixel_head.kernel_size, network.pixel_head.out_channels) == ((1, 1), 5)


@pytest.mark.parametrize("name", TINY)
def test_gradients_reach_every_parameter(name):
    assert_gradients_reach_every_parameter(make(name, TINY[name]), torch.rand(4, 1, 64, 64))


@torch.no_grad()
@pytest.mark.parametrize("architecture", ["UnetPlusPlus", "MAnet", "Linknet", "FPN", "DeepLabV3Plus", "Segformer"])
def test_any_architecture_by_name(architecture):
    network = make("segmenter", {**ENCODER, "architecture": architecture})
    classes, pixels = network(torch.rand(2, 1, 64, 96))
    assert classes.shape == (2, 3)
    assert pixels.shape == (2, 4, 64, 96)
    assert parameters(network.encoder) > 0


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("segmenter", {"architecture": "Umet"}, r"there is no architecture 'Umet'; choose one of DPT, .*, Unet, "),
        ("segmenter", {"encoder": "resnet5000"}, "has an encoder 'resnet5000'"),
        ("unet", {"input_px": [60, 400]}, r"input_px is \[60, 400\] and must be .* two multiples of 16"),
        ("multiscale_unet", {"widths": [8, 8]}, "widths has 2 and blocks 4 values"),
    ],
)
def test_options_that_do_not_fit_are_named(name, options, words):
    with pytest.raises(NetworkError, match=words):
        build_network(name, options, 3, 1, exclusive=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "exclusive", "input_px"),
    [
        *((name, exclusive, None) for name, exclusive in zip(TINY, itertools.cycle((True, False)))),
        *((name, exclusive, [32, 64]) for name, exclusive in zip(TINY, itertools.cycle((False, True)))),
    ],
)
def test_openvino_says_what_torch_says(tmp_path, name, exclusive, input_px):
    options = {**TINY[name], **({"input_px": input_px} if input_px else {})}
    bundle = bundle_of(tmp_path, name, options, exclusive=exclusive)
    assert_runtimes_agree(bundle, tmp_path, ((64, 96), (50, 70), (64, 96), (256, 1600)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "input_px"),
    # The last two compute shapes that OpenVINO only takes where they are known.
    [("UnetPlusPlus", 0), ("Linknet", 0), ("FPN", 0), ("Segformer", 0), ("MAnet", 64), ("DeepLabV3Plus", 64)],
)
def test_openvino_says_what_torch_says_of_any_architecture(tmp_path, architecture, input_px):
    options = {**ENCODER, "architecture": architecture, "input_px": input_px}
    assert_runtimes_agree(bundle_of(tmp_path, "segmenter", options), tmp_path, ((64, 96), (50, 70), (64, 96)))
