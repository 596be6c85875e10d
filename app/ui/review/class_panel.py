"""The classes: pick the one to draw with, show and hide, and see how much of each is drawn."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.ui import icons
from app.ui.fonts import figures_font
from app.ui.sentences import whole
from models.labels.taxonomy import DefectClass, Role, Taxonomy

_CHIP_PX = 24


class ClassPanel(QFrame):
    """One row a class.

    Signals:
        class_picked(int): the id of the class to draw with.
        visibility_changed(int, bool): a class is to be shown or hidden.
        lock_changed(int, bool): a class is to be locked or not; no tool changes a locked one.
    """

    class_picked = Signal(int)
    visibility_changed = Signal(int, bool)
    lock_changed = Signal(int, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "true")
        self._rows: dict[int, _ClassRow] = {}
        self._taxonomy: Taxonomy | None = None
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.class_picked)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 8, 8, 8)
        self._layout.setSpacing(2)
        title = QLabel(self.tr("Classes"))
        title.setProperty("role", "title")
        title.setFixedHeight(28)
        self._layout.addWidget(title)

    def set_taxonomy(self, taxonomy: Taxonomy) -> None:
        """Show the classes of another taxonomy, all visible."""
        if taxonomy == self._taxonomy:
            return
        self._taxonomy = taxonomy
        for class_id, row in self._rows.items():
            self._group.removeButton(row.pick)
            if row.lock.isChecked():
                self.lock_changed.emit(class_id, False)
            row.deleteLater()
        self._rows = {}
        for defect in taxonomy:
            row = _ClassRow(defect)
            row.eye.toggled.connect(self._teller(defect.id))
            row.lock.toggled.connect(partial(self.lock_changed.emit, defect.id))
            self._group.addButton(row.pick, defect.id)
            self._layout.addWidget(row)
            self._rows[defect.id] = row

    def set_picked(self, class_id: int) -> None:
        """Mark the class that is drawn with."""
        row = self._rows.get(class_id)
        if row is not None:
            row.pick.setChecked(True)

    def set_areas(self, areas_px: dict[int, int]) -> None:
        """Show how many pixels each class has."""
        for class_id, row in self._rows.items():
            area = areas_px.get(class_id, 0)
            row.area.setText(self.tr("{area} px").format(area=whole(area)) if area else "–")

    def pick_button(self, class_id: int) -> QPushButton:
        """The button that picks a class."""
        return self._rows[class_id].pick

    def eye_button(self, class_id: int) -> QToolButton:
        """The button that shows and hides a class."""
        return self._rows[class_id].eye

    def lock_button(self, class_id: int) -> QToolButton:
        """The button that locks a class."""
        return self._rows[class_id].lock

    def _teller(self, class_id: int) -> object:
        return lambda hidden: self.visibility_changed.emit(class_id, not hidden)


class _ClassRow(QWidget):
    """A class: colour, title and key to pick it, its area, and its eye."""

    def __init__(self, defect: DefectClass) -> None:
        super().__init__()
        self.pick = QPushButton(f" {defect.title}")
        self.pick.setIcon(_chip(defect))
        self.pick.setIconSize(QSize(_CHIP_PX, _CHIP_PX))
        self.pick.setCheckable(True)
        self.pick.setProperty("role", "class")
        self.pick.setStyleSheet("text-align: left; padding: 0 10px;")
        self.pick.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        key = f"  ({defect.key})" if defect.key else ""
        self.pick.setToolTip(self.tr("Draw {title}").format(title=defect.title) + self._note(defect.role) + key)
        self.area = QLabel("–")
        self.area.setProperty("role", "caption")
        self.area.setFont(figures_font(14))
        self.area.setFixedWidth(80)
        self.area.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.eye, self.lock = QToolButton(), QToolButton()
        for made, slot in ((self.eye, self._on_hidden), (self.lock, self._on_locked)):
            made.setCheckable(True)
            made.setProperty("role", "flat")
            made.setIconSize(QSize(20, 20))
            made.setFixedWidth(34)
            made.setStyleSheet("padding: 0; min-width: 0;")
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.toggled.connect(slot)
        self._title = defect.title
        self._on_hidden(False)
        self._on_locked(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.pick, 1)
        layout.addWidget(self.area)
        layout.addWidget(self.lock)
        layout.addWidget(self.eye)

    def _note(self, role: Role) -> str:
        """What a class that is no ordinary defect means."""
        notes = {
            Role.NUISANCE: self.tr(": it never rejects"),
            Role.IGNORE: self.tr(": pixels nobody can judge; no model learns from them"),
            Role.UNKNOWN: self.tr(": a defect nobody can name yet; no model learns from it"),
        }
        return notes.get(role, "")

    def _on_hidden(self, hidden: bool) -> None:
        self.eye.setIcon(icons.icon("eye-off" if hidden else "eye"))
        said = self.tr("Show {title}") if hidden else self.tr("Hide {title}")
        self.eye.setToolTip(said.format(title=self._title))
        self.eye.setAccessibleName(self.eye.toolTip())

    def _on_locked(self, locked: bool) -> None:
        self.lock.setIcon(icons.icon("lock", "text") if locked else icons.icon("lock-open", "text_off"))
        said = self.tr("Unlock {title}") if locked else self.tr("Lock {title}: no tool changes it")
        self.lock.setToolTip(said.format(title=self._title))
        self.lock.setAccessibleName(self.lock.toolTip())


def _chip(defect: DefectClass) -> QIcon:
    """The class's colour with its key in it; hatched for a class to ignore, a disc for an unknown one."""
    colour = QColor(*defect.rgb)
    picture = QPixmap(_CHIP_PX * 2, _CHIP_PX * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(0, 0, 0, 150))
    painter.setBrush(colour)
    place = picture.rect().adjusted(1, 1, -2, -2)
    if defect.role is Role.UNKNOWN:
        painter.drawEllipse(place)
    else:
        painter.drawRoundedRect(place, 8, 8)
    if defect.role is Role.IGNORE:
        painter.setBrush(QBrush(QColor(0, 0, 0, 110), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(place, 8, 8)
    painter.setPen(QColor("#000000") if colour.lightness() > 110 else QColor("#ffffff"))
    # Without its Shift, for which a chip has no room: the tooltip says it.
    painter.setFont(figures_font(28, QFont.Weight.DemiBold))
    painter.drawText(picture.rect(), Qt.AlignmentFlag.AlignCenter, defect.key.rpartition("+")[2])
    painter.end()
    return QIcon(picture)
