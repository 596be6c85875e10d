"""A small network with fixed weights, as a bundle, and its graphs derived once for all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from models.bundle import Bundle, BundleSpec, write_bundle
from models.labels.taxonomy import make_taxonomy
from models.networks.registry import NETWORKS
from models.runtimes.derive_openvino import derive_graphs

NAMES = ("scratch", "patch", "pit")
WriteBundle = Callable[[Path, bool, bool], Bundle]


class SmallNetwork(nn.Module):
    """The cascade's three parts in a few layers: two halvings, a class head, a decoder with one skip."""

    def __init__(self, class_count: int, channels: int, exclusive: bool, broken: bool = False) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, 8, 3, stride=2, padding=1)
        self.second = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.class_head = nn.Conv2d(12, class_count, 1)
        self.up = nn.Conv2d(12, 8, 1)
        self.pixel_head = nn.Conv2d(8, class_count + int(exclusive), 3, padding=1)
        self.broken = broken

    def encode(self, x: Tensor) -> list[Tensor]:
        first = torch.relu(self.first(x))
        return [first, torch.relu(self.second(first))]

    def classify(self, features: Sequence[Tensor]) -> Tensor:
        logits = self.class_head(features[-1]).amax(dim=(2, 3))
        return logits * float("nan") if self.broken else logits

    def segment(self, features: Sequence[Tensor]) -> Tensor:
        deep = nn.functional.interpolate(self.up(features[1]), scale_factor=2.0, mode="nearest")
        together = nn.functional.interpolate(deep + features[0], scale_factor=2.0, mode="nearest")
        return self.pixel_head(together) * 4


@pytest.fixture(scope="session", autouse=True)
def _small_network() -> Iterator[None]:
    NETWORKS["small"] = SmallNetwork
    yield
    del NETWORKS["small"]


def _write(folder: Path, exclusive: bool, broken: bool) -> Bundle:
    torch.manual_seed(7)
    network = SmallNetwork(len(NAMES), 1, exclusive)
    spec = BundleSpec(
        name=folder.name,
        title="Small",
        network="small",
        network_options={"broken": True} if broken else {},
        taxonomy=make_taxonomy("three", NAMES),
        channels=1,
        mean=(0.5,),
        std=(0.25,),
        tile_px=(64, 64),
        exclusive=exclusive,
        gates=dict.fromkeys(NAMES, 0.0),
        pixel_thresholds=dict.fromkeys(NAMES, 0.5),
        min_area_px=dict.fromkeys(NAMES, 1),
        created_utc="2026-03-04T05:06:07+00:00",
    )
    return write_bundle(folder, spec, {name: value.numpy() for name, value in network.state_dict().items()}, "# Small")


@pytest.fixture(scope="session")
def write_small(_small_network: None) -> WriteBundle:
    """Writes a bundle of the small network: (folder, exclusive, broken)."""
    return _write


@pytest.fixture(scope="session", params=[True, False], ids=["exclusive", "overlapping"])
def bundle(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, write_small: WriteBundle
) -> Bundle:
    return write_small(tmp_path_factory.mktemp("bundles") / "small", request.param, False)


@pytest.fixture(scope="session")
def graphs(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs") / bundle.sha256
    derive_graphs(bundle, folder)
    return folder
