"""Class means: the class drawn with, what it does to those it meets, which are locked, and the keys that pick them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from app.review.edit import OverlapPolicy
from app.ui.review.drawing import Drawing
from app.ui.review.widgets import ReviewWidgets
from models.labels.taxonomy import Taxonomy


class ClassMeans(QObject):
    """Joins the class panel, the overlap picker and the number keys to the drawing table."""

    def __init__(self, widgets: ReviewWidgets) -> None:
        super().__init__(widgets)
        self._widgets = widgets
        self._drawing: Drawing = widgets.drawing
        self._taxonomy: Taxonomy | None = None
        self._shortcuts: list[QShortcut] = []
        panel, column = widgets.column.class_panel, widgets.column
        panel.class_picked.connect(self._drawing.pick_class)
        panel.visibility_changed.connect(widgets.canvas.set_class_visible)
        panel.lock_changed.connect(self._on_lock_changed)
        column.overlap_chosen.connect(self._on_overlap_chosen)

    def set_default(self, policy: OverlapPolicy) -> None:
        """What classes do to those they meet until something else is chosen, for another store's frames."""
        table = self._drawing.table
        table.default_overlap, table.overlap = policy, {}
        self.show_class()

    def set_taxonomy(self, taxonomy: Taxonomy) -> None:
        """The classes of the frame on the table, each with its key."""
        if taxonomy != self._taxonomy:
            self._taxonomy = taxonomy
            self._bind_keys(taxonomy)

    def show_class(self) -> None:
        """Mark the class drawn with and what it does to the others; show its examples where the catalogue is open."""
        widgets, table = self._widgets, self._drawing.table
        widgets.column.class_panel.set_picked(table.class_id)
        widgets.column.show_overlap(table.policy(table.class_id))
        if table.case is not None and widgets.right.currentWidget() is widgets.catalogue_sheet:
            widgets.catalogue_sheet.show_class(table.case.case.taxonomy, table.class_id)

    @Slot()
    def toggle_lock(self) -> None:
        """Lock the class drawn with, or unlock it."""
        self._widgets.column.class_panel.lock_button(self._drawing.table.class_id).toggle()

    @Slot(object)
    def _on_overlap_chosen(self, policy: OverlapPolicy) -> None:
        table = self._drawing.table
        table.overlap = {**table.overlap, table.class_id: policy}

    @Slot(int, bool)
    def _on_lock_changed(self, class_id: int, locked: bool) -> None:
        table = self._drawing.table
        table.locked = table.locked | {class_id} if locked else table.locked - {class_id}

    def _bind_keys(self, taxonomy: Taxonomy) -> None:
        for shortcut in self._shortcuts:
            # Two shortcuts of one key are ambiguous until the old one is gone, and Qt then takes neither.
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = []
        for defect in taxonomy:
            if defect.key:
                shortcut = QShortcut(QKeySequence(defect.key), self._widgets)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(partial(self._drawing.pick_class, defect.id))
                self._shortcuts.append(shortcut)
