"""A few convolutions with pooling and one hidden dense layer: the smallest network that sees neighbourhoods."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from models.networks.frame_classifier import FrameClassifier, dense_layers
from models.networks.sizing import InputPx, read_input_px


class PlainCnn(FrameClassifier):
    """The convolutional network of ``fc-cnn-binary`` (Aidan Stack, Detecting Defects in Steel, 2021).

    Known: 256×256×1 inputs in 0 to 1, answering defect or not, then one of four classes or none. Assumed: four 3×3
    convolutions of 16, 32, 64 and 64 channels (option ``widths``), each with ReLU and 2×2 max-pool, then one dense
    layer of 64 units (option ``hidden``) and the output.

    (N, C, H, W) to (N, K) logits, a sigmoid each, or, exclusive, (N, K + 1), 'none' first.
    """

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        widths: Sequence[int] = (16, 32, 64, 64),
        hidden: Sequence[int] = (64,),
        input_px: InputPx = (256, 256),
    ) -> None:
        if not widths:
            raise ValueError("widths must name at least one convolution")
        size = read_input_px(input_px, multiple_px=2 ** len(widths))
        if size is None:
            raise ValueError("input_px must be [height, width]: the dense layers need one size")
        super().__init__(size)
        layers: list[nn.Module] = []
        for narrow, wide in zip((channels, *widths), widths, strict=False):
            layers += [nn.Conv2d(narrow, wide, kernel_size=3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
        self.body = nn.Sequential(*layers, nn.Flatten())
        places = (size[0] >> len(widths)) * (size[1] >> len(widths))
        self.head = dense_layers((widths[-1] * places, *hidden), class_count + int(exclusive))
