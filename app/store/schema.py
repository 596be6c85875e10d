"""The tables. What people and the line said is appended (verdict, correction, audit), never overwritten.

Columns marked *derived* repeat the newest row of another table so that the review queue can be filtered and sorted
with an index; the history itself stands in ``verdict`` and ``correction``. Only types every database has are used.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from app.store.columns import NAME_LENGTH, UtcTime, stamp_columns

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

taxonomy = Table(
    "taxonomy",
    metadata,
    *stamp_columns(),
    Column("name", String(NAME_LENGTH), nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("definition", JSON, nullable=False),
)

model = Table(
    "model",
    metadata,
    *stamp_columns(),
    Column("name", String(NAME_LENGTH), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("runtime", String(NAME_LENGTH), nullable=False),
    UniqueConstraint("name", "sha256", "runtime"),
)

recipe = Table(
    "recipe",
    metadata,
    *stamp_columns(),
    Column("name", String(NAME_LENGTH), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", JSON, nullable=False),
    UniqueConstraint("name", "sha256"),
)

strip = Table(
    "strip",
    metadata,
    *stamp_columns(),
    Column("name", String(NAME_LENGTH), nullable=False),
    Column("source", Text, nullable=False),
    Column("recipe_id", Uuid, ForeignKey("recipe.id"), nullable=False),
    Column("ended_utc", UtcTime),
    Column("interrupted", Boolean, nullable=False),
)
"""``time_utc`` is when the strip began; ``interrupted`` where the program was killed before the strip ended."""

inspection = Table(
    "inspection",
    metadata,
    *stamp_columns(),
    Column("strip_id", Uuid, ForeignKey("strip.id")),
    Column("taxonomy_id", Uuid, ForeignKey("taxonomy.id"), nullable=False),
    Column("model_id", Uuid, ForeignKey("model.id")),
    Column("recipe_id", Uuid, ForeignKey("recipe.id"), nullable=False),
    # The frame.
    Column("source", Text, nullable=False),
    Column("camera", String(NAME_LENGTH), nullable=False),
    Column("side", String(NAME_LENGTH), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("frame_time_utc", UtcTime, nullable=False),
    Column("along_mm", Float(53)),
    Column("across_mm", Float(53)),
    Column("mm_per_px", Float(53)),
    Column("path", Text),
    Column("fault_code", String(NAME_LENGTH)),
    Column("fault_parameters", JSON(none_as_null=True)),
    Column("height_px", Integer),
    Column("width_px", Integer),
    # What the model said of it. ``inspected`` is false where there is no mask stack at all.
    Column("inspected", Boolean, nullable=False),
    Column("probabilities", JSON, nullable=False),
    Column("suspicion", Float(53), nullable=False),
    Column("area_px", BigInteger, nullable=False),
    Column("timings_ms", JSON, nullable=False),
    # Derived.
    Column("verdict_kind", String(20), nullable=False),
    Column("review_state", String(20), nullable=False),
    Column("newest_correction_id", Uuid),
    Column("decided_correction_id", Uuid),
    Index(None, "frame_time_utc", "id"),
    Index(None, "suspicion", "id"),
    Index(None, "area_px", "id"),
    Index(None, "strip_id", "verdict_kind"),
    Index(None, "review_state", "verdict_kind"),
)
"""``time_utc`` is when the inspection was stored, ``frame_time_utc`` when the frame was taken; ``name`` the ImageId.

``newest_correction_id`` is the newest correction of any state, ``decided_correction_id`` the newest in which a person
decided.
"""

mask = Table(
    "mask",
    metadata,
    *stamp_columns(),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False),
    Column("taxonomy_id", Uuid, ForeignKey("taxonomy.id"), nullable=False),
    Column("class_id", Integer, nullable=False),
    Column("class_name", String(NAME_LENGTH), nullable=False),
    Column("area_px", BigInteger, nullable=False),
    Column("rle", Text, nullable=False),
    UniqueConstraint("inspection_id", "class_id"),
    Index(None, "class_name", "inspection_id"),
)
"""The model's pixels, one row for each class found, as Kaggle RLE: column-major, 1-based 'start length' pairs."""

finding = Table(
    "finding",
    metadata,
    *stamp_columns(),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False),
    Column("taxonomy_id", Uuid, ForeignKey("taxonomy.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("class_id", Integer, nullable=False),
    Column("class_name", String(NAME_LENGTH), nullable=False),
    Column("x_px", Integer, nullable=False),
    Column("y_px", Integer, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("area_px", BigInteger, nullable=False),
    Column("score", Float(53)),
    Column("area_mm2", Float(53)),
    UniqueConstraint("inspection_id", "place"),
)
"""Findings in the order the inspection listed them (``place`` from 0)."""

verdict = Table(
    "verdict",
    metadata,
    *stamp_columns(),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("reason_code", String(NAME_LENGTH), nullable=False),
    Column("reason_parameters", JSON, nullable=False),
    UniqueConstraint("inspection_id", "revision"),
)
"""Appended. Revision 1 is the line's; the highest one holds."""

correction = Table(
    "correction",
    metadata,
    *stamp_columns(),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False),
    Column("taxonomy_id", Uuid, ForeignKey("taxonomy.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("note", Text, nullable=False),
    UniqueConstraint("inspection_id", "revision"),
)
"""Appended. The highest revision is the newest."""

correction_mask = Table(
    "correction_mask",
    metadata,
    *stamp_columns(),
    Column("correction_id", Uuid, ForeignKey("correction.id"), nullable=False),
    Column("taxonomy_id", Uuid, ForeignKey("taxonomy.id"), nullable=False),
    Column("class_id", Integer, nullable=False),
    Column("class_name", String(NAME_LENGTH), nullable=False),
    Column("area_px", BigInteger, nullable=False),
    Column("rle", Text, nullable=False),
    UniqueConstraint("correction_id", "class_id"),
)
"""A correction's pixels, one row for each class it holds; the same RLE as ``mask``."""

image = Table(
    "image",
    metadata,
    *stamp_columns(),
    Column("inspection_id", Uuid, ForeignKey("inspection.id"), nullable=False, unique=True),
    Column("kept_for", String(20), nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", String(64)),
    Column("size_bytes", BigInteger),
    Column("held", Boolean, nullable=False),
    Column("removed_utc", UtcTime),
    Index(None, "kept_for", "removed_utc"),
)
"""Where the frame's image lies. ``kept_for`` 'original' is the frame's own file, an absolute path, not copied; every
other value is a PNG below the store's ``images`` folder, a path relative to it. ``held`` images no quota removes."""

audit = Table(
    "audit",
    metadata,
    *stamp_columns(),
    Column("action", String(40), nullable=False),
    Column("subject_id", Uuid),
    Column("parameters", JSON, nullable=False),
    Index(None, "time_utc"),
)
"""Appended: who opened the store, corrected, held or ended what; what was recovered or removed."""
