"""Strips by name: what ``sim:NAME`` runs and what the demonstration bundle learns from."""

from __future__ import annotations

from dataclasses import dataclass

from models.data.strip.renderer import StripRenderer


@dataclass(frozen=True, slots=True)
class Preset:
    """A mix of defects and nuisances with a name. The rates are those of ``StripRenderer``."""

    name: str
    title: str
    defect_rate: float
    nuisance_rate: float
    roll_mark_rate: float
    edge_rate: float
    contrast: tuple[float, float]
    shares: tuple[float, float, float, float] = (0.25, 0.25, 0.25, 0.25)

    def renderer(self, seed: int = 0) -> StripRenderer:
        """The strip of this mix and of one seed, in frames of 256×1600 pixels at 0.5 mm per pixel."""
        return StripRenderer(
            seed=seed,
            defect_rate=self.defect_rate,
            nuisance_rate=self.nuisance_rate,
            roll_mark_rate=self.roll_mark_rate,
            edge_rate=self.edge_rate,
            contrast=self.contrast,
            shares=self.shares,
        )


PRESETS: tuple[Preset, ...] = (
    Preset(
        "demo",
        "An ordinary coil: a defect in about one frame of four, now and then a roll mark",
        0.17,
        0.35,
        0.15,
        0.2,
        (0.6, 1.3),
    ),
    Preset("clean", "A good coil: no defect, but oil and loose scale", 0.0, 0.45, 0.0, 0.2, (0.5, 1.2)),
    Preset("worst", "A bad coil: a defect in most frames, many of them faint", 0.75, 0.5, 0.3, 0.3, (0.3, 1.2)),
    Preset("roll-mark", "A damaged roll: the same dent at every turn", 0.05, 0.25, 1.0, 0.1, (0.5, 1.2)),
    Preset(
        "training", "What a model learns from: plain and faint defects, all nuisances", 0.7, 0.5, 0.1, 0.3, (0.4, 1.3)
    ),
)
"""All strips there are; the first is the one a station shows out of the box."""


def find_preset(name: str) -> Preset | None:
    """The preset of this name, ``None`` where there is none."""
    return next((preset for preset in PRESETS if preset.name == name), None)
