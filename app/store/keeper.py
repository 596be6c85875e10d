"""The image keeper: writes the images the policy keeps and holds them under the quota. Writer thread only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from sqlalchemy import Connection

from app.store import quota
from app.store.columns import Stamp
from app.store.errors import one_line
from app.store.images import ImageFolder, ImagePolicy, KeptFor, fingerprint, why_keep
from app.store.records import Row, image_row
from app.words.correction import Correction
from app.words.frame import Image
from app.words.inspection import Inspection
from app.words.reason import Reason


class ImageKeeper:
    """Knows how many bytes are kept, so that the quota costs nothing while there is room.

    Where all that is kept is unreviewed or held, nothing is deleted: passed frames keep no image until a person's
    decision lets something go, and ``tell`` hears so.
    """

    def __init__(self, images: ImageFolder, policy: ImagePolicy, tell: Callable[[Reason], None]) -> None:
        self.policy = policy
        self._images = images
        self._tell = tell
        self._kept_bytes = 0
        self._passes = True
        self._removable = True

    def count(self, connection: Connection) -> None:
        """Ask the database how much is kept."""
        self._kept_bytes = quota.kept_bytes(connection)

    def keep(self, inspection: Inspection, stamp: Stamp) -> Row | None:
        """Write the inspection's image where the policy keeps it; its row. Raises ``OSError`` on a full disk."""
        frame = inspection.frame
        kept_for = why_keep(inspection, self.policy, passes=self._passes)
        if kept_for is KeptFor.ORIGINAL and frame.path is not None:
            return image_row(inspection.id, kept_for, fingerprint(frame.path), stamp)
        if kept_for is None or frame.image is None:
            return None
        try:
            file = self._images.write(inspection.id, stamp.time_utc, frame.image)
        except ValueError as error:
            self._tell(Reason("image_not_written", {"name": frame.name, "error": one_line(error)}))
            return None
        return image_row(inspection.id, kept_for, file, stamp)

    def keep_touched(self, correction: Correction, image: Image, stamp: Stamp) -> Row:
        """Write the image a reviewer worked on, whatever the policy says; its row."""
        file = self._images.write(correction.inspection_id, stamp.time_utc, image)
        return image_row(correction.inspection_id, KeptFor.TOUCHED, file, stamp)

    def stored(self, rows: Iterable[Row | None]) -> None:
        """These rows are in the database now."""
        self._kept_bytes += sum(quota.counted_bytes(row) for row in rows if row is not None)

    def decided(self) -> None:
        """A person decided something, so that there may be images to remove again."""
        self._removable = True

    def over_quota(self) -> bool:
        """Whether something has to be removed and may be."""
        if self._kept_bytes <= self.policy.quota_bytes:
            self._set_passes(kept=True)
            return False
        return self._removable

    def mark(self, connection: Connection, stamp: Stamp) -> list[quota.Removed]:
        """Mark the oldest reviewed images as removed."""
        return quota.remove_oldest_reviewed(connection, self._kept_bytes - self.policy.quota_bytes, stamp)

    def delete(self, removed: list[quota.Removed]) -> None:
        """Delete the files of images marked as removed, once that is committed."""
        # Rows first, files second: a file whose row says it is gone is deleted at the next opening, and a row never
        # promises an image that was deleted.
        for image in removed:
            with suppress(OSError):
                self._images.remove(image.path)
            self._kept_bytes -= image.size_bytes
        self._removable = bool(removed)
        self._set_passes(kept=self._removable)

    def _set_passes(self, *, kept: bool) -> None:
        if kept != self._passes:
            self._passes = kept
            gigabytes = self.policy.quota_bytes / 1e9
            self._tell(Reason("quota_free" if kept else "quota_full", {"gigabytes": gigabytes}))
