"""A bundle small enough to be made in a test: the product's own network with weights drawn from a fixed seed."""

from __future__ import annotations

from pathlib import Path

import torch

from models.bundle import Bundle, BundleSpec, write_bundle
from models.labels.taxonomy import DefectClass, Role, Taxonomy
from models.networks.registry import build_network

OPTIONS = {
    "encoder": "tu-mobilenetv3_small_050",
    "decoder_channels": [16, 8, 8, 8, 8],
    "class_head_channels": 8,
}
TAXONOMY = Taxonomy(
    "tiny",
    (
        DefectClass(1, "pits", "Pits", "#e69f00"),
        DefectClass(2, "oil", "Oil", "#56b4e9", role=Role.NUISANCE),
        DefectClass(3, "scale", "Scale", "#cc79a7"),
    ),
)


def make_tiny_bundle(folder: Path) -> Bundle:
    """Pits and oil are drawn in every frame, in speckles that overlap; scale in none, for its gate is out of reach."""
    torch.manual_seed(5)
    network = build_network("cascade", OPTIONS, class_count=3, channels=1, exclusive=False)
    spec = BundleSpec(
        name="tiny",
        title="Tiny",
        network="cascade",
        network_options=OPTIONS,
        taxonomy=TAXONOMY,
        channels=1,
        mean=(0.4,),
        std=(0.2,),
        tile_px=(64, 96),
        gates={"pits": 0.0, "oil": 0.0, "scale": 1.0},
        pixel_thresholds={"pits": 0.5, "oil": 0.5, "scale": 0.5},
        min_area_px={"pits": 2, "oil": 2, "scale": 2},
    )
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    return write_bundle(folder / "tiny", spec, weights, "Random weights, for tests.")
