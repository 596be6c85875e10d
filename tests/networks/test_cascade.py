from __future__ import annotations

import pytest
import torch
from torch import nn

from models.networks.cascade import Cascade
from models.networks.registry import NETWORKS, NetworkError, build_network

SMALL = {"encoder": "tu-regnetx_002", "decoder_channels": [16, 16, 8, 8, 8]}


@pytest.fixture(scope="module")
def exclusive() -> Cascade:
    torch.manual_seed(0)
    network = build_network("cascade", SMALL, class_count=3, channels=1, exclusive=True)
    assert isinstance(network, Cascade)
    return network.eval()


@torch.no_grad()
def test_exclusive_networks_draw_background_and_classes(exclusive):
    classes, pixels = exclusive(torch.zeros(2, 1, 64, 96))
    assert classes.shape == (2, 3)
    assert pixels.shape == (2, 4, 64, 96)


@torch.no_grad()
def test_overlapping_networks_draw_classes_alone_and_take_colour():
    network = build_network("cascade", SMALL, class_count=5, channels=3, exclusive=False).eval()
    classes, pixels = network(torch.zeros(1, 3, 32, 64))
    assert classes.shape == (1, 5)
    assert pixels.shape == (1, 5, 32, 64)


@torch.no_grad()
def test_the_two_halves_say_what_the_whole_says(exclusive):
    x = torch.rand(2, 1, 64, 64)
    features = exclusive.encode(x)
    assert [tuple(f.shape[2:]) for f in features] == [(32, 32), (16, 16), (8, 8), (4, 4), (2, 2)]
    whole = exclusive(x)
    torch.testing.assert_close(exclusive.classify(features), whole[0])
    torch.testing.assert_close(exclusive.segment(features), whole[1])


@torch.no_grad()
def test_a_frame_holds_a_class_where_any_place_does(exclusive):
    places = exclusive.place_logits(exclusive.encode(torch.rand(1, 1, 128, 160)))
    assert places.shape == (1, 3, 4, 5)
    torch.testing.assert_close(
        exclusive.classify(exclusive.encode(torch.zeros(1, 1, 128, 160))),
        exclusive.place_logits(exclusive.encode(torch.zeros(1, 1, 128, 160))).flatten(2).max(dim=2).values,
    )


@torch.no_grad()
def test_one_far_place_is_enough_for_the_frame():
    """The class head alone, on made-up features: clean steel but for one place at the far end."""
    network = build_network("cascade", SMALL, class_count=1, channels=1, exclusive=True).eval()
    network.class_head = nn.Identity()
    features = torch.full((1, 1, 8, 50), -6.0)
    features[0, 0, 4, 40] = 120.0
    # 3 by 3 average around the place: (120 - 8 * 6) / 9 = 8.
    assert network.classify([features]).item() == pytest.approx(8.0)


def test_a_wrong_size_names_the_remedy(exclusive):
    with pytest.raises(ValueError, match="50×64 pixels; pad both to multiples of 32"):
        exclusive(torch.zeros(1, 1, 50, 64))


class _Gate(nn.Module):
    def __init__(self, network: Cascade) -> None:
        super().__init__()
        self.network = network

    def forward(self, x):
        features = self.network.encode(x)
        return (self.network.classify(features), *features)


class _Draw(nn.Module):
    def __init__(self, network: Cascade) -> None:
        super().__init__()
        self.network = network

    def forward(self, *features):
        return self.network.segment(features)


@pytest.mark.slow
@torch.no_grad()
def test_both_halves_export(exclusive):
    x = torch.rand(1, 1, 64, 96)
    gate = torch.export.export(_Gate(exclusive), (x,)).module()
    classes, *features = gate(x)
    draw = torch.export.export(_Draw(exclusive), tuple(features)).module()
    torch.testing.assert_close(classes, exclusive(x)[0])
    torch.testing.assert_close(draw(*features), exclusive(x)[1])


def test_an_unknown_network_is_named_with_those_there_are():
    with pytest.raises(NetworkError, match=f"no network 'vgg99'; choose one of {', '.join(sorted(NETWORKS))}"):
        build_network("vgg99", {}, 1, 1, exclusive=True)


@pytest.mark.parametrize("options", [{"encodr": "resnet18"}, {"encoder": "steelnet"}])
def test_options_that_do_not_fit_are_named(options):
    with pytest.raises(NetworkError, match="cannot be built"):
        build_network("cascade", options, 1, 1, exclusive=True)
