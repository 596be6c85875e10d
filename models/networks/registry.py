"""The networks a bundle may name, in one visible list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from models.networks.cascade import Cascade
from models.networks.classifier import Classifier
from models.networks.flipped import Flipped
from models.networks.fully_connected import FullyConnected
from models.networks.layered import Layered
from models.networks.multiscale_unet import MultiscaleUnet
from models.networks.neu_cnn import NeuCnn
from models.networks.plain_cnn import PlainCnn
from models.networks.resunet import ResUnet
from models.networks.segmenter import Segmenter
from models.networks.unet import Unet

NETWORKS: dict[str, type[nn.Module]] = {
    "cascade": Cascade,
    "classifier": Classifier,
    "fully_connected": FullyConnected,
    "plain_cnn": PlainCnn,
    "neu_cnn": NeuCnn,
    "segmenter": Segmenter,
    "unet": Unet,
    "resunet": ResUnet,
    "multiscale_unet": MultiscaleUnet,
    "layered": Layered,
    "flipped": Flipped,
}
"""Each is called with class_count, channels, exclusive and the bundle's network options.

A network takes (N, C, H, W) normalised images and has

- ``task``: 'cascade' (classes and masks) or 'classify' (classes alone),
- ``multiple_px``: height and width of its input are multiples of it; one that brings frames to a size of its own
  (option ``input_px``) asks for less than its class, so it is read from the network built,
- ``encode(x)``: what the other methods need of x, a list of tensors with N first,
- ``classify(features)``: of a cascade (N, K) logits, each for a sigmoid; of a classifier that is ``exclusive``
  (N, K + 1) for one softmax, 'none' first, else (N, K), each for a sigmoid,
- ``segment(features)``, of a cascade: pixel logits, (N, K + 1, H, W) with background first if exclusive, for one
  softmax, else (N, K, H, W), each for a sigmoid,
- ``forward(x)``: (class logits, pixel logits) of a cascade, class logits alone of a classifier,
- ``place_logits(features)``, where the gate can be trained on places: (N, K, H/32, W/32).
"""


class NetworkError(ValueError):
    """A network that cannot be built; the message names it and what would do."""


def build_network(name: str, options: Mapping[str, Any], class_count: int, channels: int, exclusive: bool) -> nn.Module:
    """The network ``name`` with freshly initialised weights.

    Raises ``NetworkError`` where the name is not in ``NETWORKS`` or the options do not fit it.
    """
    if name not in NETWORKS:
        raise NetworkError(f"There is no network '{name}'; choose one of {', '.join(sorted(NETWORKS))}.")
    try:
        return NETWORKS[name](class_count=class_count, channels=channels, exclusive=exclusive, **options)
    except (TypeError, KeyError, ValueError) as error:
        raise NetworkError(f"Network '{name}' cannot be built from its options {dict(options)}: {error}") from error
