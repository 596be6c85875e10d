"""The cascade: one shared encoder, a class head that says what a frame may hold, and a Unet decoder that draws it.

The two halves can be run and exported apart: ``encode`` and ``classify`` first, ``segment`` only for frames whose
classes passed a gate. Control flow is static, so ``torch.export`` takes either half as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import segmentation_models_pytorch as smp
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.networks.encoders import ENCODER_DEPTH, build_with_weights, weights_key

MULTIPLE_PX = 2**ENCODER_DEPTH
"""Height and width of the input must be multiples of this: the encoder halves them five times."""


class Cascade(nn.Module):
    """Encoder, class head and Unet decoder in one network.

    ``encoder`` is any name segmentation-models-pytorch knows. ``decoder_channels`` are those of the decoder's blocks,
    coarsest first, each of which doubles the size. Five end at the input's own size; four end at half of it, where the
    last convolution answers for each pixel of a 2 by 2 block (sub-pixel convolution, https://arxiv.org/abs/1609.05158),
    which costs a third less. ``exclusive`` says how pixel logits are read: softmax over background and classes, or a
    sigmoid a class. ``pretrained`` starts from ImageNet weights, which segmentation-models-pytorch downloads.
    """

    task = "cascade"
    multiple_px = MULTIPLE_PX

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        encoder: str = "tu-regnetx_004",
        decoder_channels: Sequence[int] = (96, 64, 32, 24, 16),
        class_head_channels: int = 64,
        pretrained: bool = False,
    ) -> None:
        super().__init__()
        if not ENCODER_DEPTH - 1 <= len(decoder_channels) <= ENCODER_DEPTH:
            raise ValueError(f"decoder_channels has {len(decoder_channels)} values and must have 4 or 5")
        at_half_size = len(decoder_channels) < ENCODER_DEPTH
        planes = class_count + 1 if exclusive else class_count
        unet = build_with_weights(
            smp.Unet,
            encoder,
            encoder_weights=weights_key(encoder) if pretrained else None,
            in_channels=channels,
            classes=planes,
            encoder_depth=ENCODER_DEPTH,
            decoder_channels=(*decoder_channels, *decoder_channels[-1:])[:ENCODER_DEPTH],
        )
        self.encoder = unet.encoder
        self.decoder = unet.decoder
        self.pixel_head = unet.segmentation_head
        if at_half_size:
            self.decoder.blocks = self.decoder.blocks[:-1]
            self.pixel_head = nn.Sequential(
                nn.Conv2d(decoder_channels[-1], 4 * planes, kernel_size=3, padding=1), nn.PixelShuffle(2)
            )
        self.class_head = nn.Sequential(
            nn.Conv2d(unet.encoder.out_channels[-1], class_head_channels, kernel_size=1),
            nn.ReLU(inplace=True),
            nn.Dropout2d(0.1),
            nn.Conv2d(class_head_channels, class_count, kernel_size=1),
        )

    def encode(self, x: Tensor) -> list[Tensor]:
        """Features of (N, C, H, W) normalised images, finest first: (N, C_i, H/2^i, W/2^i) for i from 1 to 5."""
        # The encoder's first feature is the image itself, which the decoder never reads.
        return list(self.encoder(x)[1:])

    def place_logits(self, features: Sequence[Tensor]) -> Tensor:
        """Logits of each class at each place of the deepest features, (N, K, H/32, W/32)."""
        # Averaging over 3 by 3 places keeps one odd place from speaking for the whole frame.
        return functional.avg_pool2d(
            self.class_head(features[-1]), kernel_size=3, stride=1, padding=1, count_include_pad=False
        )

    def classify(self, features: Sequence[Tensor]) -> Tensor:
        """Logits that a class is present anywhere in the frame, (N, K).

        The largest logit of all places: a frame holds a class where any place does, however large the frame is.
        """
        return self.place_logits(features).amax(dim=(2, 3))

    def segment(self, features: Sequence[Tensor]) -> Tensor:
        """Pixel logits at the input's size: (N, K + 1, H, W) with background first if exclusive, else (N, K, H, W)."""
        finest = features[0]
        # The decoder asks the feature it skips for nothing but the size to end at.
        size_only = finest.new_empty((1, 1, finest.shape[2] * 2, finest.shape[3] * 2))
        logits: Tensor = self.pixel_head(self.decoder([size_only, *features]))
        return logits

    def localise(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What training needs: (place logits (N, K, H/32, W/32), pixel logits as in ``segment``)."""
        self._check_size(x)
        features = self.encode(x)
        return self.place_logits(features), self.segment(features)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(class logits (N, K), pixel logits as in ``segment``) of (N, C, H, W) normalised images."""
        self._check_size(x)
        features = self.encode(x)
        return self.classify(features), self.segment(features)

    @staticmethod
    def _check_size(x: Tensor) -> None:
        if torch.compiler.is_exporting():
            return
        height, width = x.shape[-2:]
        if height % MULTIPLE_PX or width % MULTIPLE_PX:
            raise ValueError(
                f"The image is {height}×{width} pixels; pad both to multiples of {MULTIPLE_PX} before the network."
            )
