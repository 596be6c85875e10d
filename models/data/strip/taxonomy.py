"""The four classes of the synthetic strip, in the manner of the Severstal data set's classes 1 to 4."""

from __future__ import annotations

from models.labels.taxonomy import PALETTE, DefectClass, Taxonomy

PITS = 1
CRACKS = 2
SCRATCHES = 3
PATCHES = 4

DEMO_STRIP = Taxonomy(
    name="demo-strip",
    classes=(
        DefectClass(id=PITS, name="pits", title="Pits", colour=PALETTE[0], key="1"),
        DefectClass(id=CRACKS, name="cracks", title="Cracks", colour=PALETTE[1], key="2"),
        DefectClass(id=SCRATCHES, name="scratches", title="Scratches", colour=PALETTE[2], key="3"),
        DefectClass(id=PATCHES, name="patches", title="Rolled-in patches", colour=PALETTE[3], key="4"),
    ),
)
