"""The first schema."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    _make_taxonomy()
    _make_model()
    _make_recipe()
    _make_strip()
    _make_inspection()
    _make_mask()
    _make_finding()
    _make_verdict()
    _make_correction()
    _make_correction_mask()
    _make_image()
    _make_audit()


def downgrade() -> None:
    """Not supported: restore the backup that was made before the upgrade."""
    raise NotImplementedError


def _stamp() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("time_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset_min", sa.Integer(), nullable=False),
    )


def _make_taxonomy() -> None:
    op.create_table(
        "taxonomy",
        *_stamp(),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_taxonomy"),
        sa.UniqueConstraint("sha256", name="uq_taxonomy_sha256"),
    )


def _make_model() -> None:
    op.create_table(
        "model",
        *_stamp(),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("runtime", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model"),
        sa.UniqueConstraint("name", "sha256", "runtime", name="uq_model_name_sha256_runtime"),
    )


def _make_recipe() -> None:
    op.create_table(
        "recipe",
        *_stamp(),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recipe"),
        sa.UniqueConstraint("name", "sha256", name="uq_recipe_name_sha256"),
    )


def _make_strip() -> None:
    op.create_table(
        "strip",
        *_stamp(),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recipe_id", sa.Uuid(), nullable=False),
        sa.Column("ended_utc", sa.DateTime(timezone=True), nullable=True),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["recipe_id"], ["recipe.id"], name="fk_strip_recipe_id_recipe"),
        sa.PrimaryKeyConstraint("id", name="pk_strip"),
    )


def _make_inspection() -> None:
    op.create_table(
        "inspection",
        *_stamp(),
        sa.Column("strip_id", sa.Uuid(), nullable=True),
        sa.Column("taxonomy_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Uuid(), nullable=True),
        sa.Column("recipe_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("camera", sa.String(length=200), nullable=False),
        sa.Column("side", sa.String(length=200), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("frame_time_utc", sa.DateTime(timezone=True), nullable=False),
        sa.Column("along_mm", sa.Float(precision=53), nullable=True),
        sa.Column("across_mm", sa.Float(precision=53), nullable=True),
        sa.Column("mm_per_px", sa.Float(precision=53), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("fault_code", sa.String(length=200), nullable=True),
        sa.Column("fault_parameters", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("height_px", sa.Integer(), nullable=True),
        sa.Column("width_px", sa.Integer(), nullable=True),
        sa.Column("inspected", sa.Boolean(), nullable=False),
        sa.Column("probabilities", sa.JSON(), nullable=False),
        sa.Column("suspicion", sa.Float(precision=53), nullable=False),
        sa.Column("area_px", sa.BigInteger(), nullable=False),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.Column("verdict_kind", sa.String(length=20), nullable=False),
        sa.Column("review_state", sa.String(length=20), nullable=False),
        sa.Column("newest_correction_id", sa.Uuid(), nullable=True),
        sa.Column("decided_correction_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name="fk_inspection_model_id_model"),
        sa.ForeignKeyConstraint(["recipe_id"], ["recipe.id"], name="fk_inspection_recipe_id_recipe"),
        sa.ForeignKeyConstraint(["strip_id"], ["strip.id"], name="fk_inspection_strip_id_strip"),
        sa.ForeignKeyConstraint(["taxonomy_id"], ["taxonomy.id"], name="fk_inspection_taxonomy_id_taxonomy"),
        sa.PrimaryKeyConstraint("id", name="pk_inspection"),
    )
    op.create_index("ix_inspection_area_px_id", "inspection", ["area_px", "id"])
    op.create_index("ix_inspection_frame_time_utc_id", "inspection", ["frame_time_utc", "id"])
    op.create_index("ix_inspection_review_state_verdict_kind", "inspection", ["review_state", "verdict_kind"])
    op.create_index("ix_inspection_strip_id_verdict_kind", "inspection", ["strip_id", "verdict_kind"])
    op.create_index("ix_inspection_suspicion_id", "inspection", ["suspicion", "id"])


def _make_mask() -> None:
    op.create_table(
        "mask",
        *_stamp(),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("taxonomy_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("class_name", sa.String(length=200), nullable=False),
        sa.Column("area_px", sa.BigInteger(), nullable=False),
        sa.Column("rle", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name="fk_mask_inspection_id_inspection"),
        sa.ForeignKeyConstraint(["taxonomy_id"], ["taxonomy.id"], name="fk_mask_taxonomy_id_taxonomy"),
        sa.PrimaryKeyConstraint("id", name="pk_mask"),
        sa.UniqueConstraint("inspection_id", "class_id", name="uq_mask_inspection_id_class_id"),
    )
    op.create_index("ix_mask_class_name_inspection_id", "mask", ["class_name", "inspection_id"])


def _make_finding() -> None:
    op.create_table(
        "finding",
        *_stamp(),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("taxonomy_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("class_name", sa.String(length=200), nullable=False),
        sa.Column("x_px", sa.Integer(), nullable=False),
        sa.Column("y_px", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("area_px", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=True),
        sa.Column("area_mm2", sa.Float(precision=53), nullable=True),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name="fk_finding_inspection_id_inspection"),
        sa.ForeignKeyConstraint(["taxonomy_id"], ["taxonomy.id"], name="fk_finding_taxonomy_id_taxonomy"),
        sa.PrimaryKeyConstraint("id", name="pk_finding"),
        sa.UniqueConstraint("inspection_id", "place", name="uq_finding_inspection_id_place"),
    )


def _make_verdict() -> None:
    op.create_table(
        "verdict",
        *_stamp(),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason_code", sa.String(length=200), nullable=False),
        sa.Column("reason_parameters", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name="fk_verdict_inspection_id_inspection"),
        sa.PrimaryKeyConstraint("id", name="pk_verdict"),
        sa.UniqueConstraint("inspection_id", "revision", name="uq_verdict_inspection_id_revision"),
    )


def _make_correction() -> None:
    op.create_table(
        "correction",
        *_stamp(),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("taxonomy_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name="fk_correction_inspection_id_inspection"),
        sa.ForeignKeyConstraint(["taxonomy_id"], ["taxonomy.id"], name="fk_correction_taxonomy_id_taxonomy"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.UniqueConstraint("inspection_id", "revision", name="uq_correction_inspection_id_revision"),
    )


def _make_correction_mask() -> None:
    op.create_table(
        "correction_mask",
        *_stamp(),
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("taxonomy_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("class_name", sa.String(length=200), nullable=False),
        sa.Column("area_px", sa.BigInteger(), nullable=False),
        sa.Column("rle", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name="fk_correction_mask_correction_id_correction"
        ),
        sa.ForeignKeyConstraint(["taxonomy_id"], ["taxonomy.id"], name="fk_correction_mask_taxonomy_id_taxonomy"),
        sa.PrimaryKeyConstraint("id", name="pk_correction_mask"),
        sa.UniqueConstraint("correction_id", "class_id", name="uq_correction_mask_correction_id_class_id"),
    )


def _make_image() -> None:
    op.create_table(
        "image",
        *_stamp(),
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("kept_for", sa.String(length=20), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("removed_utc", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.id"], name="fk_image_inspection_id_inspection"),
        sa.PrimaryKeyConstraint("id", name="pk_image"),
        sa.UniqueConstraint("inspection_id", name="uq_image_inspection_id"),
    )
    op.create_index("ix_image_kept_for_removed_utc", "image", ["kept_for", "removed_utc"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        *_stamp(),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_time_utc", "audit", ["time_utc"])
