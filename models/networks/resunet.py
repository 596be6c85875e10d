"""The UNet with residual blocks: every block but the first adds what it learns to what it was given."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from models.networks.plain_segmenter import PlainSegmenter
from models.networks.sizing import InputPx

BLOCKS = 4


class ResUnet(PlainSegmenter):
    """The second layer of ``resnet-resunet``, a ResUNet (https://arxiv.org/abs/1505.04597, 1904.00592).

    Known: four contracting blocks, the first a 3×3 convolution with ReLU and then batch normalisation, the other three
    residual with 2×2 max-pool; a residual bottleneck with a 2×2 up-convolution; four expanding residual blocks, three
    followed by a 2×2 up-convolution and the last by a 1×1 convolution; one softmax a pixel. Assumed: the first block
    is pooled too, as four up-convolutions bring back four halvings; skips are joined by concatenation; 16, 32, 64 and
    128 channels (``width`` and its doubles) above a bottleneck of twice the last.

    (N, C, H, W) to pixel logits (N, K + 1, H, W) with background first if exclusive, else (N, K, H, W).
    """

    multiple_px = 2**BLOCKS

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        width: int = 16,
        input_px: InputPx = None,
    ) -> None:
        super().__init__(exclusive, input_px, self.multiple_px)
        widths = [width << level for level in range(BLOCKS + 1)]
        first = nn.Sequential(
            nn.Conv2d(channels, width, kernel_size=3, padding=1), nn.ReLU(inplace=True), nn.BatchNorm2d(width)
        )
        self.contracting = nn.ModuleList(
            [first, *(ResidualBlock(narrow, wide) for narrow, wide in pairwise(widths[:-1]))]
        )
        self.pool = nn.MaxPool2d(2)
        self.bottleneck = ResidualBlock(widths[-2], widths[-1])
        upwards = list(pairwise(reversed(widths)))
        self.up_convolutions = nn.ModuleList(nn.ConvTranspose2d(deep, fine, 2, stride=2) for deep, fine in upwards)
        self.expanding = nn.ModuleList(ResidualBlock(2 * fine, fine) for _, fine in upwards)
        self.pixel_head = nn.Conv2d(width, class_count + int(exclusive), kernel_size=1)

    def draw(self, x: Tensor) -> Tensor:
        skips = []
        for block in self.contracting:
            x = block(x)
            skips.append(x)
            x = self.pool(x)
        x = self.bottleneck(x)
        for up_convolution, block in zip(self.up_convolutions, self.expanding, strict=True):
            x = block(torch.cat([skips.pop(), up_convolution(x)], dim=1))
        logits: Tensor = self.pixel_head(x)
        return logits


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions beside a 1×1 convolution, added (https://arxiv.org/abs/1512.03385): the size stays."""

    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            nn.Conv2d(narrow, wide, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU(inplace=True),
            nn.Conv2d(wide, wide, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(wide),
        )
        self.shortcut = nn.Sequential(nn.Conv2d(narrow, wide, kernel_size=1, bias=False), nn.BatchNorm2d(wide))

    def forward(self, x: Tensor) -> Tensor:
        """(N, narrow, H, W) to (N, wide, H, W)."""
        return torch.relu(self.residual(x) + self.shortcut(x))
