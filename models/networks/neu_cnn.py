"""Three convolutions and three dense layers for 200×200 px of one defect."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from models.networks.frame_classifier import FrameClassifier, dense_layers
from models.networks.sizing import InputPx, read_input_px

POOL_PX = 3


class NeuCnn(FrameClassifier):
    """The network of ``neu-cnn`` (Detection of Defects on Metallic Surfaces with Convolutional Neural Networks).

    Known: NEU-CLS images of 200×200 px, three convolutional layers, each with ReLU and max-pooling over 3×3 px, and
    three dense layers. Assumed: 3×3 kernels, 32, 64 and 128 channels (option ``widths``), dense layers of 256 and 128
    units with ReLU before the output (option ``hidden``); the three poolings leave 7×7 places.

    (N, C, H, W) to (N, K) logits, a sigmoid each, or, exclusive, (N, K + 1), 'none' first.
    """

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        widths: Sequence[int] = (32, 64, 128),
        hidden: Sequence[int] = (256, 128),
        input_px: InputPx = (200, 200),
    ) -> None:
        if len(widths) != 3 or len(hidden) != 2:
            raise ValueError("widths must have 3 values and hidden 2: it is three convolutions and three dense layers")
        size = read_input_px(input_px)
        least = POOL_PX ** len(widths)
        if size is None or min(size) < least:
            raise ValueError(f"input_px must be [height, width] of at least {least} px: the dense layers need one size")
        super().__init__(size)
        layers: list[nn.Module] = []
        for narrow, wide in zip((channels, *widths), widths, strict=False):
            layers += [nn.Conv2d(narrow, wide, kernel_size=3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(POOL_PX)]
        self.body = nn.Sequential(*layers, nn.Flatten())
        places = (size[0] // least) * (size[1] // least)
        self.head = dense_layers((widths[-1] * places, *hidden), class_count + int(exclusive))
