"""A classifier in front of a segmenter: two networks that share nothing, the first deciding whether the second runs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, cast

from torch import Tensor, nn


class Layered(nn.Module):
    """The layered pipeline of ``resnet-resunet``: a ResNet-50 classifier, and a ResUNet where it finds a defect.

    ``classifier`` and ``segmenter`` are {'name': …, 'options': {…}}, the first of task 'classify' and the second of
    task 'cascade'. A frame may hold several classes, so the classifier has a sigmoid for each. A class head that the
    segmenter may have is not asked. ``pretrained`` starts each of them that can from ImageNet weights.

    (N, C, H, W) to (class logits (N, K), pixel logits (N, K + 1, H, W) with background first if exclusive, else
    (N, K, H, W)).
    """

    task = "cascade"
    multiple_px = 32

    def __init__(
        self,
        class_count: int,
        channels: int = 1,
        exclusive: bool = True,
        classifier: Mapping[str, Any] | None = None,
        segmenter: Mapping[str, Any] | None = None,
        pretrained: bool = False,
    ) -> None:
        super().__init__()
        shape = class_count, channels
        self.classifier = _part(classifier or {"name": "classifier"}, "classify", *shape, False, pretrained)
        self.segmenter = _part(segmenter or {"name": "resunet"}, "cascade", *shape, exclusive, pretrained)
        self.multiple_px = max(self.classifier.multiple_px, self.segmenter.multiple_px)

    @property
    def encoder(self) -> nn.Module:
        """The classifier's encoder, which transfer learning may keep as it is."""
        return cast("nn.Module", self.classifier.encoder)

    def encode(self, x: Tensor) -> list[Tensor]:
        """The images themselves: the two networks have nothing else in common."""
        return [x]

    def classify(self, features: Sequence[Tensor]) -> Tensor:
        """The classifier's logits that a class is present anywhere in the frame, (N, K)."""
        return cast("Tensor", self.classifier(features[0]))

    def segment(self, features: Sequence[Tensor]) -> Tensor:
        """The segmenter's pixel logits."""
        return cast("Tensor", self.segmenter.segment(self.segmenter.encode(features[0])))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(class logits, pixel logits) of (N, C, H, W) normalised images."""
        return self.classify([x]), self.segment([x])


def _part(
    part: Mapping[str, Any], task: str, class_count: int, channels: int, exclusive: bool, pretrained: bool
) -> Any:
    """One of the two networks. Raises ``ValueError`` where it is not of ``task`` or not described as it should be."""
    # The registry knows this network too.
    from models.networks.registry import NETWORKS, build_network

    unknown = set(part) - {"name", "options"}
    if unknown or "name" not in part:
        raise ValueError(f"{dict(part)} must have a 'name', may have 'options', and nothing else")
    options = dict(part.get("options", {}))
    name = part["name"]
    kinds = cast("dict[str, Any]", NETWORKS)
    if name in kinds and kinds[name].task != task:
        wanted = ", ".join(sorted(known for known, kind in kinds.items() if kind.task == task))
        raise ValueError(f"'{name}' has another task; choose one of {wanted}")
    if pretrained and name in kinds and "pretrained" in inspect.signature(kinds[name]).parameters:
        options["pretrained"] = True
    return build_network(name, options, class_count, channels, exclusive)
