"""Any architecture of segmentation-models-pytorch on any encoder, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import segmentation_models_pytorch as smp
from torch import Tensor, nn

from models.networks.encoders import ENCODER_DEPTH, build_with_weights, encoder_name, weights_key
from models.networks.plain_segmenter import PlainSegmenter
from models.networks.sizing import InputPx


class Segmenter(PlainSegmenter):
    """``architecture`` on ``encoder``: Unet, UnetPlusPlus, MAnet, Linknet, FPN, PSPNet, DeepLabV3Plus, Segformer, …

    ``decoder`` are keyword arguments of that architecture (``decoder_channels``, ``decoder_attention_type``, …).
    ``pretrained`` starts the encoder from ImageNet weights, which are downloaded. A few (MAnet, and DeepLabV3Plus on
    some of timm's encoders) compute shapes that OpenVINO takes only where ``input_px`` fixes them; without it they run
    on torch.
    """

    multiple_px = 2**ENCODER_DEPTH

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        architecture: str = "Unet",
        encoder: str = "resnet18",
        decoder: Mapping[str, Any] | None = None,
        input_px: InputPx = None,
        pretrained: bool = False,
    ) -> None:
        super().__init__(exclusive, input_px, self.multiple_px)
        known = sorted(kind.__name__ for kind in smp.MODEL_ARCHITECTURES_MAPPING.values())
        if architecture.lower() not in smp.MODEL_ARCHITECTURES_MAPPING:
            raise ValueError(f"there is no architecture '{architecture}'; choose one of {', '.join(known)}")
        name = encoder_name(encoder)
        self.model = build_with_weights(
            smp.create_model,
            architecture,
            name,
            encoder_weights=weights_key(name) if pretrained else None,
            in_channels=channels,
            classes=class_count + int(exclusive),
            **dict(decoder or {}),
        )

    @property
    def encoder(self) -> nn.Module:
        """The part that may start from ImageNet's weights."""
        return cast("nn.Module", self.model.encoder)

    def draw(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.model(x))
