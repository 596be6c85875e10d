"""What a killed program leaves behind, put right at the next opening."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Engine, select

from app.store import schema, writes
from app.store.columns import Stamp
from app.store.images import ImageFolder, KeptFor
from app.words.reason import Reason

_MOST_ORPHANS = 1_000
"""A killed writer leaves a batch of files without rows. More means that an older database was put back: then the
files are the only thing left of those frames and stay."""


def end_open_strips(engine: Engine, stamp: Stamp) -> int:
    """End the strips nobody ended; how many."""
    with engine.begin() as connection:
        return writes.end_interrupted_strips(connection, stamp)


def clean_images(engine: Engine, images: ImageFolder, stamp: Stamp) -> Reason | None:
    """Delete image files no row claims: half-written ones, and those whose transaction never came to its end."""
    with engine.connect() as connection:
        image = schema.image.c
        rows = connection.execute(select(image.path, image.removed_utc).where(image.kept_for != KeptFor.ORIGINAL)).all()
    removed = {row.path for row in rows if row.removed_utc is not None}
    live = {row.path for row in rows if row.removed_utc is None}
    orphans = []
    for file in images.files():
        if file in removed:
            _remove(images, file)
        elif file not in live:
            orphans.append(file)
    if len(orphans) > _MOST_ORPHANS:
        return Reason("store_orphans", {"count": len(orphans), "folder": str(images.folder)})
    for file in orphans:
        _remove(images, file)
    if orphans:
        with engine.begin() as connection:
            writes.append_audit(connection, "images_cleaned", None, {"count": len(orphans)}, stamp)
    return None


def _remove(images: ImageFolder, file: str) -> None:
    # A file somebody else has open (Windows) is left for the next opening.
    with suppress(OSError):
        images.remove(file)
