"""The class catalogue beside the frame: what counts as the class drawn with, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.review.catalogue import Catalogue, Example, make_catalogue
from app.review.ports import ReviewError, ReviewStore
from app.ui.background import Background
from app.ui.canvas.colours import StackColours
from app.ui.canvas.pyramid import ImagePyramid, StackPyramid
from app.ui.canvas.rendering import View, display_range, render_frame, render_stack, to_display
from app.ui.review.sheet import Sheet
from app.ui.sentences import whole
from models.labels.taxonomy import Taxonomy

_PICTURE_PX = (140, 104)
_COLUMNS = 2
_LARGEST_SCALE = 3.0


class CatalogueSheet(Sheet):
    """Examples from the store's newest decided frames, read in the background when the sheet or class changes."""

    def __init__(self) -> None:
        super().__init__(self.tr("Class catalogue"))
        self.catalogue: Catalogue | None = None
        self._store: ReviewStore | None = None
        self._wanted: tuple[Taxonomy, int] | None = None
        self._work = Background("review-catalogue", ReviewError, self)
        self._work.finished.connect(self._on_made)
        self._work.failed.connect(self._on_failed)
        self.class_label = self.add_title("")
        self.said_label = self.add_caption()
        self.counts_title = self.add_title(self.tr("Counts"))
        self._counts = _Pictures()
        self.body.addWidget(self._counts)
        self.does_not_title = self.add_title(self.tr("Does not count: taken away by a reviewer"))
        self._does_not = _Pictures()
        self.body.addWidget(self._does_not)
        self.body.addStretch(1)

    def set_store(self, store: ReviewStore | None) -> None:
        """Look through another store from now on."""
        self._work.stop()
        self._store, self.catalogue = store, None

    def show_class(self, taxonomy: Taxonomy, class_id: int) -> None:
        """Show the examples of a class; what was shown stays until they are there."""
        if self._store is None:
            return
        self._wanted = taxonomy, class_id
        self.class_label.setText(taxonomy.by_id(class_id).title)
        if self._work.running:
            self._work.stop()
        else:
            self._begin()

    def close_work(self) -> None:
        """End the thread."""
        self._work.close()

    def _begin(self) -> None:
        store, wanted = self._store, self._wanted
        if store is None or wanted is None:
            return
        self.said_label.setText(self.tr("Looking through the decided frames …"))
        name = wanted[0].by_id(wanted[1]).name
        self._work.start(lambda go_on: make_catalogue(store, name, go_on))

    @Slot(object)
    def _on_made(self, catalogue: Catalogue) -> None:
        if self._wanted is None or self._wanted[0].by_id(self._wanted[1]).name != catalogue.class_name:
            self._begin()
            return
        self.catalogue = catalogue
        empty = not catalogue.counts and not catalogue.does_not
        self.said_label.setText(
            self.tr("No frame with it has been decided on yet; the catalogue fills as you work.")
            if empty
            else self.tr("The smallest first: the border runs through them.")
        )
        for title, pictures, examples in (
            (self.counts_title, self._counts, catalogue.counts),
            (self.does_not_title, self._does_not, catalogue.does_not),
        ):
            title.setVisible(bool(examples))
            pictures.show_examples(examples, self._wanted[0])

    @Slot(str)
    def _on_failed(self, why: str) -> None:
        self.said_label.setText(why)


class _Pictures(QWidget):
    """Cut-outs in a grid, each with its frame's name and its area below."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)

    def show_examples(self, examples: Sequence[Example], taxonomy: Taxonomy) -> None:
        """Show these."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for place, example in enumerate(examples):
            self._grid.addWidget(_picture(example, taxonomy), place // _COLUMNS, place % _COLUMNS)


def _picture(example: Example, taxonomy: Taxonomy) -> QWidget:
    shown = QLabel()
    shown.setPixmap(_drawn(example, taxonomy))
    shown.setFixedSize(*_PICTURE_PX)
    shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
    words = QLabel(f"{whole(example.area_px)} px")
    words.setProperty("role", "caption")
    made = QWidget()
    made.setToolTip(f"{example.frame}\n{example.by}  {example.time_utc.astimezone():%Y-%m-%d %H:%M}")
    layout = QVBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(shown)
    layout.addWidget(words)
    return made


def _drawn(example: Example, taxonomy: Taxonomy) -> QPixmap:
    """The steel with the finding's outline alone: its ground is what one has to see."""
    height, width = example.image.shape[:2]
    scale = min(_PICTURE_PX[0] / width, _PICTURE_PX[1] / height, _LARGEST_SCALE)
    view = View(scale, 0, 0)
    rect = view.covered(width, height)
    shown = render_frame(ImagePyramid(example.image), view, rect)
    grey = np.ascontiguousarray(to_display(shown, *display_range(example.image)))
    rgb = grey if grey.ndim == 3 else np.repeat(grey[:, :, None], 3, axis=2)
    overlay = render_stack(StackPyramid(example.stack), view, rect, StackColours(taxonomy, opacity=0.0))
    alpha = (overlay >> 24)[:, :, None] / 255.0
    colours = np.stack([overlay >> 16 & 255, overlay >> 8 & 255, overlay & 255], axis=2)
    blended = np.ascontiguousarray(np.rint(rgb * (1 - alpha) + colours).clip(0, 255).astype(np.uint8))
    image = QImage(blended.data, rect.width, rect.height, blended.strides[0], QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)
