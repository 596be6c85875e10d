"""Fully connected layers on a frame's flattened pixels: no convolution, no notion of neighbours."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from models.networks.frame_classifier import FrameClassifier, dense_layers
from models.networks.sizing import InputPx, read_input_px


class FullyConnected(FrameClassifier):
    """The 'artificial neural network' of ``fc-cnn-binary`` (Aidan Stack, Detecting Defects in Steel, 2021).

    Known: frames brought to 256×256 grey in 0 to 1 and flattened, 65,536 inputs, answering defect or not, then one of
    four classes or none. Assumed: two hidden layers of 128 and 64 units with ReLU (option ``hidden``).

    (N, C, H, W) to (N, K) logits, a sigmoid each, or, exclusive, (N, K + 1), 'none' first. 8,397,057 parameters for one
    class on grey frames.
    """

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        hidden: Sequence[int] = (128, 64),
        input_px: InputPx = (256, 256),
    ) -> None:
        size = read_input_px(input_px)
        if size is None:
            raise ValueError("input_px must be [height, width]: each pixel has weights of its own")
        super().__init__(size)
        self.body = nn.Flatten()
        self.head = dense_layers((channels * size[0] * size[1], *hidden), class_count + int(exclusive))
