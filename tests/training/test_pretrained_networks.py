"""ImageNet weights: had, not to be had, and never made."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from tiny_trainings import CASCADE, DRAWS

from models.networks.registry import NetworkError
from models.training.network import make_network, make_pretrained_network


def test_without_imagenet_weights_a_training_says_so_and_starts_from_fresh_ones(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    network, pretrained = make_pretrained_network(replace(CASCADE, network=replace(CASCADE.network, pretrained=True)))
    told = capsys.readouterr().err
    assert "The ImageNet weights of 'tu-regnetx_002' cannot be had (" in told
    assert told.count("\n") == 1
    assert not pretrained
    fresh = make_network(CASCADE).state_dict()
    assert all(torch.equal(tensor, fresh[name]) for name, tensor in network.state_dict().items())


def test_a_network_without_imagenet_weights_says_so():
    with pytest.raises(NetworkError, match=r"'unet' has no ImageNet weights; write network\.pretrained = false"):
        make_pretrained_network(replace(DRAWS, network=replace(DRAWS.network, pretrained=True)))
