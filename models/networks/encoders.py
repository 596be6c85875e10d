"""Encoders by name: those of segmentation-models-pytorch, and every one of timm that gives features."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import segmentation_models_pytorch as smp
import timm

ENCODER_DEPTH = 5
"""The encoder halves its input so many times."""


class WeightsUnavailableError(OSError):
    """Pretrained weights that cannot be had; the message is the first line of what the download said."""


def encoder_name(name: str) -> str:
    """``name`` as segmentation-models-pytorch has it: its own names as they are, timm's with 'tu-' before them.

    Raises ``ValueError`` where neither library knows it.
    """
    if name in smp.encoders.get_encoder_names():
        return name
    bare = name.removeprefix("tu-")
    if bare.partition(".")[0] in timm.list_models():
        return f"tu-{bare}"
    raise ValueError(f"neither segmentation-models-pytorch nor timm has an encoder '{name}'")


def weights_key(encoder: str) -> str | bool:
    """What segmentation-models-pytorch calls an encoder's ImageNet weights: timm's names ('tu-') carry their own."""
    return True if encoder.startswith("tu-") else "imagenet"


def make_encoder(name: str, channels: int, pretrained: bool) -> Any:
    """An encoder that takes (N, ``channels``, H, W) and gives its input and then features, finest first.

    It is a module with ``out_channels``, one number for each of those.

    Raises ``ValueError`` where there is none of that name or it gives no features of five sizes, and
    ``WeightsUnavailableError`` where its ImageNet weights cannot be had.
    """
    full = encoder_name(name)
    weights = weights_key(full) if pretrained else None
    return build_with_weights(_encoder, full, channels, encoder_weights=weights)


def _encoder(name: str, channels: int, encoder_weights: str | bool | None) -> Any:
    return smp.encoders.get_encoder(name, channels, ENCODER_DEPTH, encoder_weights)


def build_with_weights(
    build: Callable[..., Any], *arguments: Any, encoder_weights: str | bool | None, **options: Any
) -> Any:
    """``build(…, encoder_weights=…)`` where that may download.

    Raises ``WeightsUnavailableError`` where weights are wanted and it fails in any way, as every version of the hub's
    client has errors of its own; without them errors are left as they are.
    """
    if encoder_weights is None:
        return build(*arguments, encoder_weights=None, **options)
    try:
        with warnings.catch_warnings():
            # The hub warns of every attempt; the one error at the end says enough.
            warnings.simplefilter("ignore")
            return build(*arguments, encoder_weights=encoder_weights, **options)
    except Exception as error:
        first_line = str(error).strip().partition("\n")[0].rstrip(".")
        raise WeightsUnavailableError(first_line or type(error).__name__) from error
