"""A UNet of many thin layers that look at three scales at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from models.networks.plain_segmenter import PlainSegmenter
from models.networks.sizing import InputPx

RECEPTIVE_FIELDS_PX = (3, 5, 7)


class MultiscaleUnet(PlainSegmenter):
    """The modified UNet of ``multiscale-unet`` (Steel-Surface-Defect-Detection, Manoj-152).

    Known: residual dilated context blocks (residual: https://arxiv.org/abs/1512.03385, dilated: 1511.07122) with
    parallel receptive fields of 3, 5 and 7 px joined by a 1×1 convolution, average pooling on the way down, pixel
    shuffle (https://arxiv.org/abs/1609.05158) on the way up; twice as deep as ``unet`` and under half its parameters.
    Assumed: at full size one convolution and its skip alone (``stem`` channels); at 1/2, 1/4, 1/8 and 1/16 of the size
    16, 32, 64 and 128 channels (``widths``) in 1, 2, 3 and 4 context blocks (``blocks``), on the way down and up. 62
    convolutions follow one another; one pass takes a twentieth of ``unet``'s processor time.

    (N, C, H, W) to pixel logits (N, K + 1, H, W) with background first if exclusive, else (N, K, H, W).
    """

    multiple_px = 16

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        widths: Sequence[int] = (16, 32, 64, 128),
        stem: int = 8,
        blocks: Sequence[int] = (1, 2, 3, 4),
        input_px: InputPx = None,
    ) -> None:
        if not widths or len(blocks) != len(widths):
            raise ValueError(f"widths has {len(widths)} and blocks {len(blocks)} values; both must name each level")
        super().__init__(exclusive, input_px, 2 ** len(widths))
        self.stem = _convolution(channels, stem, 3)
        self.pool = nn.AvgPool2d(2)
        levels = (stem, *widths)
        self.down = nn.ModuleList(
            _level(narrow, wide, count) for (narrow, wide), count in zip(pairwise(levels), blocks, strict=True)
        )
        upwards = list(pairwise(reversed(levels)))
        self.grow = nn.ModuleList(
            nn.Sequential(nn.Conv2d(deep, 4 * fine, kernel_size=1), nn.PixelShuffle(2)) for deep, fine in upwards
        )
        self.up = nn.ModuleList(
            _level(2 * fine, fine, count) for (_, fine), count in zip(upwards[:-1], blocks[-2::-1], strict=True)
        )
        self.join = _convolution(2 * stem, stem, 3)
        self.pixel_head = nn.Conv2d(stem, class_count + int(exclusive), kernel_size=1)

    def draw(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        skips = []
        for level in self.down:
            skips.append(x)
            x = level(self.pool(x))
        for grow, level in zip(self.grow, [*self.up, self.join], strict=True):
            x = level(torch.cat([skips.pop(), grow(x)], dim=1))
        logits: Tensor = self.pixel_head(x)
        return logits


class ContextBlock(nn.Module):
    """Three dilated 3×3 convolutions side by side, joined by a 1×1 and added to what came in: the shape stays.

    A 3×3 kernel with dilation d sees 2 d + 1 px. A 1×1 convolution halves the channels before.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        half = max(1, width // 2)
        self.narrow = _convolution(width, half, 1)
        self.scales = nn.ModuleList(_convolution(half, half, 3, (field - 1) // 2) for field in RECEPTIVE_FIELDS_PX)
        self.join = nn.Sequential(
            nn.Conv2d(len(RECEPTIVE_FIELDS_PX) * half, width, kernel_size=1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, width, H, W) to the same."""
        narrow = self.narrow(x)
        return torch.relu(x + self.join(torch.cat([scale(narrow) for scale in self.scales], dim=1)))


def _level(narrow: int, wide: int, blocks: int) -> nn.Sequential:
    """A 1×1 convolution to the level's width and its context blocks."""
    return nn.Sequential(_convolution(narrow, wide, 1), *(ContextBlock(wide) for _ in range(blocks)))


def _convolution(narrow: int, wide: int, kernel: int, dilation: int = 1) -> nn.Sequential:
    """A convolution that keeps the size, batch normalisation and ReLU."""
    return nn.Sequential(
        nn.Conv2d(narrow, wide, kernel, padding=dilation * (kernel // 2), dilation=dilation, bias=False),
        nn.BatchNorm2d(wide),
        nn.ReLU(inplace=True),
    )
