"""The networks of ``fc-cnn-binary`` and ``neu-cnn``."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from network_bundle import (
    ATOL,
    assert_gradients_reach_every_parameter,
    assert_runtimes_agree,
    bundle_of,
    make,
    parameters,
    runtimes_of,
)
from torch import nn

from models.networks.registry import NETWORKS, NetworkError, build_network
from models.predictor import Predictor

TINY = {
    "fully_connected": {"hidden": [12, 6], "input_px": [16, 24]},
    "plain_cnn": {"widths": [4, 6], "hidden": [8], "input_px": [32, 32]},
    "neu_cnn": {"widths": [4, 6, 8], "hidden": [10, 8], "input_px": [56, 83]},
}


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize(("exclusive", "planes"), [(True, 4), (False, 3)])
@torch.no_grad()
def test_frames_of_any_size_get_one_vector(name, exclusive, planes):
    network = make(name, TINY[name], exclusive=exclusive, channels=3)
    for size in ((8, 8), (200, 200), (256, 1600), (57, 91)):
        assert network(torch.rand(2, 3, *size)).shape == (2, planes)


@pytest.mark.parametrize("name", TINY)
def test_frames_are_classified_whole(name):
    assert (NETWORKS[name].task, NETWORKS[name].multiple_px) == ("classify", 8)


@pytest.mark.parametrize(
    ("name", "class_count", "exclusive", "count"),
    [
        # 65,536 × 128 + 128, 128 × 64 + 64, 64 + 1.
        ("fully_connected", 1, False, 8_388_736 + 8_256 + 65),
        # 9 × (16 + 16 × 32 + 32 × 64 + 64 × 64) + 176 in the convolutions, 64 × 16 × 16 × 64 + 64, 64 × 5 + 5.
        ("plain_cnn", 4, True, 60_048 + 176 + 1_048_640 + 325),
        # 9 × (32 + 32 × 64 + 64 × 128) + 224, 128 × 7 × 7 × 256 + 256, 256 × 128 + 128, 128 × 7 + 7.
        ("neu_cnn", 6, True, 92_448 + 224 + 1_605_888 + 32_896 + 903),
    ],
)
def test_the_published_configuration_has_so_many_parameters(name, class_count, exclusive, count):
    assert parameters(build_network(name, {}, class_count, 1, exclusive)) == count


def test_neu_cnn_has_three_convolutions_and_three_dense_layers():
    layers = list(build_network("neu_cnn", {}, 6, 1, exclusive=True).modules())
    assert [layer.kernel_size for layer in layers if isinstance(layer, nn.MaxPool2d)] == [3, 3, 3]
    assert len([layer for layer in layers if isinstance(layer, nn.Conv2d)]) == 3
    assert len([layer for layer in layers if isinstance(layer, nn.Linear)]) == 3


@pytest.mark.parametrize("name", TINY)
def test_gradients_reach_every_parameter(name):
    assert_gradients_reach_every_parameter(make(name, TINY[name]), torch.rand(16, 1, 64, 64))


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("fully_connected", {"input_px": 0}, "each pixel has weights of its own"),
        ("fully_connected", {"hidden": [0]}, "a layer of 0 units has nothing to learn"),
        ("plain_cnn", {"input_px": [250, 256]}, r"input_px is \[250, 256\] and must be .* two multiples of 16"),
        ("plain_cnn", {"widths": []}, "at least one convolution"),
        ("neu_cnn", {"widths": [8, 8]}, "three convolutions and three dense layers"),
        ("neu_cnn", {"input_px": [20, 20]}, "at least 27 px"),
    ],
)
def test_options_that_do_not_fit_are_named(name, options, words):
    with pytest.raises(NetworkError, match=words):
        build_network(name, options, 3, 1, exclusive=True)


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize("exclusive", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_openvino_says_what_torch_says(tmp_path, name, exclusive):
    bundle = bundle_of(tmp_path, name, TINY[name], exclusive=exclusive)
    assert_runtimes_agree(bundle, tmp_path, ((64, 96), (50, 70), (64, 96), (200, 200), (256, 1600)))


def test_behind_the_front_end_both_runtimes_name_the_same_regions(tmp_path):
    bundle = bundle_of(tmp_path, "neu_cnn", TINY["neu_cnn"], tile_px=(56, 80), front_end="shadow_regions")
    image = np.full((120, 400), 130, dtype=np.uint8)
    image[30:50, 40:70] = 60
    image[60:90, 300:310] = 220
    answers = []
    for runtime in runtimes_of(bundle, tmp_path):
        answers.append(Predictor(bundle, runtime).predict(image))
        runtime.close()
    expected, got = answers
    assert len(expected.components) == 2
    assert list(got.probabilities.values()) == pytest.approx(list(expected.probabilities.values()), abs=ATOL)
    np.testing.assert_array_equal(got.stack, expected.stack)
