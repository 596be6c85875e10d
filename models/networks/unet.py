"""The UNet as first published, narrowed to the size of the reference system."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from models.networks.plain_segmenter import PlainSegmenter
from models.networks.sizing import InputPx

HALVINGS = 4


class Unet(PlainSegmenter):
    """The UNet of ``unet-64x400`` and ``unet-128x800`` (Steel-Surface-Defect-Detection, Manoj-152).

    Known: a UNet (https://arxiv.org/abs/1505.04597) of 14.3 million parameters on frames resized from 256×1600 px to
    64×400 or 128×800, here ``input_px``. Assumed, as no such UNet with widths that double throughout has that many:
    two 3×3 convolutions a level, each with batch normalisation (https://arxiv.org/abs/1502.03167) and ReLU; 48, 96,
    192, 384 channels (``width`` and its doubles) above a bottleneck of 584; 2×2 max-pool down, 2×2 transposed
    convolution up, the skip joined by concatenation. 23 convolutions follow one another.

    (N, C, H, W) to pixel logits (N, K + 1, H, W) with background first if exclusive, else (N, K, H, W); 14,302,549
    parameters for four classes and background on grey frames.
    """

    multiple_px = 2**HALVINGS

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        width: int = 48,
        bottleneck: int = 584,
        input_px: InputPx = None,
    ) -> None:
        super().__init__(exclusive, input_px, self.multiple_px)
        widths = [width << level for level in range(HALVINGS)]
        self.down = nn.ModuleList(_two_convolutions(narrow, wide) for narrow, wide in pairwise((channels, *widths)))
        self.pool = nn.MaxPool2d(2)
        self.bottleneck = _two_convolutions(widths[-1], bottleneck)
        upwards = (bottleneck, *reversed(widths))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(deep, fine, 2, stride=2) for deep, fine in pairwise(upwards))
        self.up = nn.ModuleList(_two_convolutions(2 * fine, fine) for fine in reversed(widths))
        self.pixel_head = nn.Conv2d(width, class_count + int(exclusive), kernel_size=1)

    def draw(self, x: Tensor) -> Tensor:
        skips = []
        for level in self.down:
            x = level(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for grow, level in zip(self.grow, self.up, strict=True):
            x = level(torch.cat([skips.pop(), grow(x)], dim=1))
        logits: Tensor = self.pixel_head(x)
        return logits


def _two_convolutions(narrow: int, wide: int) -> nn.Sequential:
    """3×3 convolution, batch normalisation and ReLU, twice."""
    layers: list[nn.Module] = []
    for channels in (narrow, wide):
        # Batch normalisation has a bias of its own.
        layers += [nn.Conv2d(channels, wide, 3, padding=1, bias=False), nn.BatchNorm2d(wide), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)
