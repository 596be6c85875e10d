from __future__ import annotations

import numpy as np
import pytest
import torch
from network_bundle import (
    NAMES,
    assert_gradients_reach_every_parameter,
    assert_runtimes_agree,
    bundle_of,
    make,
    runtimes_of,
)

from models.networks.encoders import WeightsUnavailableError
from models.networks.pooling import make_pool
from models.networks.registry import NetworkError, build_network
from models.predictor import Predictor
from models.runtimes.choice import choose_runtime

SMALL = {"encoder": "test_resnet"}


@torch.no_grad()
@pytest.mark.parametrize(("exclusive", "planes"), [(True, 4), (False, 3)])
def test_none_comes_first_where_a_frame_holds_one_class_at_most(exclusive, planes):
    network = make("classifier", SMALL, exclusive=exclusive, channels=3)
    assert network(torch.rand(2, 3, 64, 96)).shape == (2, planes)
    assert (network.task, network.multiple_px) == ("classify", 32)


def test_each_pool_does_what_its_name_says():
    x = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
    assert make_pool("avg")(x).tolist() == [[3.0]]
    assert make_pool("max")(x).tolist() == [[6.0]]
    assert make_pool("avgmax")(x).tolist() == [[4.5]]
    # The cube root of (1 + 8 + 27 + 216) / 4.
    assert make_pool("gem")(x).item() == pytest.approx(63 ** (1 / 3), rel=1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"encoder": "resnet5000"}, "neither segmentation-models-pytorch nor timm has an encoder 'resnet5000'"),
        ({**SMALL, "pool": "min"}, "there is no pool 'min'; choose one of avg, max, avgmax, gem"),
        ({**SMALL, "input_px": [224]}, r"input_px is \[224\] and must be \[height, width\]"),
        ({**SMALL, "backbone": "resnet50"}, "backbone"),
    ],
)
def test_options_that_fit_no_classifier_are_named(options, words):
    with pytest.raises(NetworkError, match=words):
        build_network("classifier", options, 3, 1, exclusive=True)


def test_timms_encoders_need_no_prefix():
    with_prefix, without = (make("classifier", {"encoder": name}) for name in ("tu-test_resnet", "test_resnet"))
    assert with_prefix.state_dict().keys() == without.state_dict().keys()


def test_a_classifier_with_a_size_of_its_own_takes_frames_of_any():
    network = make("classifier", {**SMALL, "input_px": [64, 64]})
    assert network.multiple_px == 8
    with torch.no_grad():
        halves = torch.zeros(1, 1, 128, 128)
        halves[:, :, 64:] = 1.0
        small = torch.zeros(1, 1, 64, 64)
        small[:, :, 32:] = 1.0
        torch.testing.assert_close(network(halves), network(small))
        assert network(torch.rand(1, 1, 8, 200)).shape == (1, 4)


def test_gradients_reach_every_parameter():
    network = make("classifier", {**SMALL, "pool": "gem"})
    assert_gradients_reach_every_parameter(network, torch.rand(4, 1, 64, 64))


def test_weights_that_cannot_be_had_say_why(monkeypatch):
    def refuse(*_, **__):
        raise RuntimeError("the hub is far away.\nand a page of trace")

    monkeypatch.setattr("models.networks.encoders.smp.encoders.get_encoder", refuse)
    with pytest.raises(WeightsUnavailableError, match=r"^the hub is far away$"):
        build_network("classifier", {**SMALL, "pretrained": True}, 3, 1, exclusive=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "exclusive"),
    [
        (SMALL, True),
        ({**SMALL, "pool": "max"}, False),
        ({**SMALL, "pool": "avgmax", "input_px": [64, 96]}, False),
        ({**SMALL, "pool": "gem", "input_px": [64, 64]}, True),
    ],
)
def test_openvino_says_what_torch_says(tmp_path, options, exclusive):
    bundle = bundle_of(tmp_path, "classifier", options, exclusive=exclusive)
    assert_runtimes_agree(bundle, tmp_path, ((64, 96), (50, 70), (64, 96), (96, 160)))


def test_the_share_of_none_is_left_out(tmp_path):
    options = {"hidden": [6], "input_px": [16, 16]}
    bundle = bundle_of(tmp_path, "fully_connected", options)
    network = make("fully_connected", options)
    tiles = np.random.default_rng(0).normal(size=(2, 1, 64, 64)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(tiles)).softmax(1)[:, 1:].numpy()
    for runtime in runtimes_of(bundle, tmp_path):
        np.testing.assert_allclose(runtime.classify(tiles).probabilities, expected, atol=2e-3)
        runtime.close()


def test_a_classifier_runs_on_the_runtime_the_computer_would_choose(tmp_path):
    bundle = bundle_of(tmp_path, "classifier", {**SMALL, "input_px": [64, 64]})
    predictor = Predictor(bundle, choose_runtime(bundle, "openvino", tmp_path / "cache"))
    prediction = predictor.predict(np.full((40, 200), 128, dtype=np.uint8))
    predictor.close()
    assert list(prediction.probabilities) == [1, 2, 3]
    assert 0 < sum(prediction.probabilities.values()) < 1
    assert prediction.components == ()
    assert not prediction.stack.any()
    assert len(NAMES) == 3
