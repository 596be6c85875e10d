"""Thumbnails of a session's frames: read in the background, one after another, and kept while they are near."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.review.ports import ReviewStore
from app.review.thumbnail import Rgb, thumbnail
from app.ui.review.session import ReviewSession
from app.words.frame import Image
from models.labels.masks import MaskStack
from models.labels.taxonomy import Taxonomy

KEPT = 48


class Thumbnails(QObject):
    """Small pictures of frames with their latest masks, at most ``width_px`` by ``height_px`` device pixels.

    They are read by the session's own thread, one at a time, so that a frame to be opened waits for one at most.

    Signals:
        read(): another one is there.
    """

    read = Signal()

    def __init__(self, session: ReviewSession, width_px: int, height_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._size = width_px, height_px
        # None for a frame without an image
        self._kept: OrderedDict[UUID, QImage | None] = OrderedDict()
        self._wanted: list[UUID] = []
        self._asked: UUID | None = None

    def __getitem__(self, item_id: UUID) -> QImage | None:
        """The picture; ``None`` while it is being read, and for a frame without an image."""
        return self._kept.get(item_id)

    def want(self, item_ids: Sequence[UUID]) -> None:
        """Read these in order, the first first; what was wanted before and is not among them no longer."""
        self._wanted = [item_id for item_id in item_ids if item_id not in self._kept]
        for item_id in item_ids:
            if item_id in self._kept:
                self._kept.move_to_end(item_id)
        self._go_on()

    def forget(self, item_id: UUID) -> None:
        """Its masks have changed: read it anew when it is wanted."""
        self._kept.pop(item_id, None)
        if self._asked == item_id:
            self._asked = None

    def _go_on(self) -> None:
        if self._asked is not None or not self._wanted:
            return
        item_id = self._asked = self._wanted.pop(0)
        self._session.ask(self._work(item_id), partial(self._take, item_id))

    def _work(self, item_id: UUID) -> Callable[[], Rgb | None]:
        case = self._session.opened(item_id)
        if case is None:
            return partial(_read, self._session.store, item_id, *self._size)
        return partial(_made, case.case.image, case.document.finished_stack(), case.case.taxonomy, *self._size)

    def _take(self, item_id: UUID, made: Rgb | None, error: BaseException | None) -> None:
        if self._asked == item_id:
            self._asked = None
            if error is None:
                self._kept[item_id] = None if made is None else _picture(made)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            self.read.emit()
        self._go_on()


def _read(store: ReviewStore, item_id: UUID, width_px: int, height_px: int) -> Rgb | None:
    case = store.load(item_id)
    return _made(case.image, case.stack, case.taxonomy, width_px, height_px)


def _made(
    image: Image | None, stack: MaskStack | None, taxonomy: Taxonomy, width_px: int, height_px: int
) -> Rgb | None:
    return None if image is None else thumbnail(image, stack, taxonomy, width_px, height_px)


def _picture(made: Rgb) -> QImage:
    height, width = made.shape[:2]
    # a copy: the array does not outlive this call
    return QImage(made.data, width, height, made.strides[0], QImage.Format.Format_RGB888).copy()
