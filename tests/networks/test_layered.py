"""A classifier in front of a segmenter."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from network_bundle import assert_gradients_reach_every_parameter, assert_runtimes_agree, bundle_of, make, parameters

from models.networks.encoders import WeightsUnavailableError
from models.networks.registry import NetworkError, build_network
from models.predictor import Overrides, Predictor
from models.runtimes.torch_runtime import TorchRuntime

CLASSIFIER = {"name": "classifier", "options": {"encoder": "test_resnet", "input_px": [64, 64]}}
SEGMENTER = {"name": "resunet", "options": {"width": 4, "input_px": [32, 64]}}
SMALL = {"classifier": CLASSIFIER, "segmenter": SEGMENTER}


@torch.no_grad()
@pytest.mark.parametrize(("exclusive", "planes"), [(True, 4), (False, 3)])
def test_the_classifier_judges_and_the_segmenter_draws(exclusive, planes):
    network = make("layered", SMALL, exclusive=exclusive)
    frame = torch.rand(2, 1, 40, 72)
    classes, pixels = network(frame)
    assert (network.task, network.multiple_px) == ("cascade", 8)
    assert pixels.shape == (2, planes, 40, 72)
    # A frame may hold several classes even where a pixel may not.
    assert classes.shape == (2, 3)
    torch.testing.assert_close(classes, network.classifier(frame))
    torch.testing.assert_close(pixels, network.segmenter(frame)[1])


def test_as_published_it_is_a_resnet_50_and_a_resunet():
    network = build_network("layered", {}, 4, 1, exclusive=True)
    parts = [build_network(*part) for part in (("classifier", {}, 4, 1, False), ("resunet", {}, 4, 1, True))]
    assert parameters(network) == sum(parameters(part) for part in parts)
    assert parameters(network.encoder) == parameters(parts[0].encoder)


def test_gradients_reach_every_parameter():
    assert_gradients_reach_every_parameter(make("layered", SMALL), torch.rand(4, 1, 64, 64))


def test_without_a_defect_the_segmenter_does_not_run(tmp_path, monkeypatch):
    bundle = bundle_of(tmp_path, "layered", SMALL)
    predictor = Predictor(bundle, TorchRuntime(bundle), Overrides(gates=dict.fromkeys(bundle.spec.taxonomy.names, 1.0)))
    monkeypatch.setattr(type(make("resunet", SEGMENTER["options"])), "draw", None)
    prediction = predictor.predict(np.full((40, 72), 100, dtype=np.uint8))
    assert not prediction.stack.any()
    assert prediction.timings_ms["segment"] == 0.0


def test_both_parts_that_can_start_from_imagenet(monkeypatch):
    asked = []

    def refuse(name, *_, **__):
        asked.append(name)
        raise RuntimeError("no hub")

    monkeypatch.setattr("models.networks.encoders.smp.encoders.get_encoder", refuse)
    with pytest.raises(WeightsUnavailableError, match="no hub"):
        build_network("layered", {**SMALL, "pretrained": True}, 3, 1, exclusive=True)
    assert asked == ["tu-test_resnet"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"classifier": {"name": "unet"}}, "'unet' has another task; choose one of classifier, "),
        ({"segmenter": {"name": "classifier"}}, "'classifier' has another task; choose one of cascade, "),
        ({**SMALL, "segmenter": {"name": "runet"}}, "There is no network 'runet'"),
        ({**SMALL, "segmenter": {"name": "unet", "width": 4}}, "must have a 'name', may have 'options'"),
        ({**SMALL, "segmenter": {"name": "unet", "options": {"with": 4}}}, "'with'"),
    ],
)
def test_parts_that_do_not_fit_are_named(options, words):
    with pytest.raises(NetworkError, match=words):
        build_network("layered", options, 3, 1, exclusive=True)


@pytest.mark.slow
@pytest.mark.parametrize("exclusive", [True, False])
def test_openvino_says_what_torch_says(tmp_path, exclusive):
    bundle = bundle_of(tmp_path, "layered", SMALL, exclusive=exclusive)
    assert_runtimes_agree(bundle, tmp_path, ((64, 96), (50, 70), (64, 96), (256, 1600)))
