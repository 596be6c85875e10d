"""An encoder with a pool and one linear layer: which classes a frame holds, without saying where."""

from __future__ import annotations

from torch import Tensor, nn

from models.networks.encoders import ENCODER_DEPTH, make_encoder
from models.networks.frame_classifier import FrameClassifier
from models.networks.pooling import make_pool
from models.networks.sizing import MULTIPLE_OF_RESIZED_PX, InputPx, brought_to, read_input_px


class Classifier(FrameClassifier):
    """The classifier of ``resnet50-multilabel`` (H2O, Hydrogen Torch) and the first layer of ``resnet-resunet``.

    Those name a ResNet-50 (https://arxiv.org/abs/1512.03385) with average pool and no dropout at 224×224 px; any
    encoder of segmentation-models-pytorch or timm will do. ``pool`` is 'avg', 'max', 'avgmax' or 'gem', ``dropout``
    the share of pooled features left out while training. ``input_px`` brings frames to a size of the network's own.
    ``pretrained`` starts the encoder from ImageNet weights, which are downloaded.

    Logits are (N, K), a sigmoid each; with ``exclusive`` (N, K + 1), 'none' first, for one softmax.
    """

    multiple_px = 2**ENCODER_DEPTH

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        encoder: str = "resnet50",
        pool: str = "avg",
        dropout: float = 0.0,
        input_px: InputPx = None,
        pretrained: bool = False,
    ) -> None:
        super().__init__(read_input_px(input_px))
        if self.input_px is not None:
            self.multiple_px = MULTIPLE_OF_RESIZED_PX
        self.encoder = make_encoder(encoder, channels, pretrained)
        self.head = nn.Sequential(
            make_pool(pool), nn.Dropout(dropout), nn.Linear(self.encoder.out_channels[-1], class_count + int(exclusive))
        )

    def encode(self, x: Tensor) -> list[Tensor]:
        """The deepest features, (N, C', h/32, w/32), of (N, C, H, W) normalised images."""
        return [self.encoder(brought_to(x, self.input_px))[-1]]
