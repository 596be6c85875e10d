"""The canvas bar: which classes are shown, how strong, and the tools of the view."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QWidget

from app.ui import icons, theme
from app.ui.fonts import figures_font, text_font
from app.ui.keys import KeyBinding, explain
from app.ui.live.keys import LIVE_KEYS
from app.ui.message_bar import IconLabel
from app.words.inspection import Inspection
from models.labels.taxonomy import DefectClass, Role, Taxonomy

_ICON = QSize(24, 24)
_OPACITY_STEP = 10


class ClassChip(QAbstractButton):
    """One class: its colour, key, title and how often it is in the frame shown. Checked means its masks are shown."""

    def __init__(self, defect: DefectClass, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.defect_class = defect
        self._count = 0
        self.setCheckable(True)
        self.setChecked(True)
        self.setFixedHeight(44)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        title = self.tr("Show or hide {title}").format(title=defect.title)
        self.setAccessibleName(title)
        note = self.tr("; never rejects") if defect.role is Role.NUISANCE else ""
        self.setToolTip(f"{title}{note}  ({defect.key})" if defect.key else f"{title}{note}")

    @property
    def count(self) -> int:
        """How many findings of this class the frame has."""
        return self._count

    def set_count(self, count: int) -> None:
        """Show another count."""
        if count != self._count:
            self._count = count
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the title and a count of two digits."""
        self.ensurePolished()
        title = QFontMetrics(text_font(16, QFont.Weight.Medium)).horizontalAdvance(self.defect_class.title)
        return QSize(title + 92, 44)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The title may be cut short, not the colour."""
        return QSize(84, 44)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the chip; a hidden class is hollow with an eye struck through."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shown = self.isChecked()
        painter.setBrush(theme.colour("hover" if self.underMouse() else "raised") if shown else theme.colour("window"))
        painter.setPen(QPen(theme.colour("focus" if self.hasFocus() else "line_strong"), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(rect, 6, 6)
        swatch = QRectF(10, self.height() / 2 - 12, 24, 24)
        colour = QColor(self.defect_class.colour)
        if shown:
            painter.setPen(QPen(theme.colour("line_strong"), 1))
            painter.setBrush(colour)
            painter.drawRoundedRect(swatch, 4, 4)
            painter.setPen(QColor("#000000") if colour.lightness() > 110 else QColor("#ffffff"))
            painter.setFont(figures_font(15, QFont.Weight.DemiBold))
            painter.drawText(swatch, Qt.AlignmentFlag.AlignCenter, self.defect_class.key)
        else:
            icons.paint(painter, "eye-off", theme.colour("text_soft"), swatch)
        painter.setPen(theme.colour("text" if shown else "text_soft"))
        painter.setFont(text_font(16, QFont.Weight.Medium))
        room = rect.right() - 44 - (36 if self._count else 8)
        title = painter.fontMetrics().elidedText(self.defect_class.title, Qt.TextElideMode.ElideRight, round(room))
        painter.drawText(QRectF(44, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, title)
        if self._count:
            painter.setFont(figures_font(16, QFont.Weight.DemiBold))
            right = QRectF(rect.right() - 44, 0, 34, self.height())
            painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, str(self._count))
        painter.end()


class CanvasBar(QFrame):
    """The row above the canvas.

    Signals:
        class_toggled(int, bool): a class id, and whether its masks are to be shown.
        opacity_changed(int): per cent.
        bare_held(bool): the button that hides all masks went down or up.
    """

    class_toggled = Signal(int, bool)
    opacity_changed = Signal(int)
    bare_held = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taxonomy: Taxonomy | None = None
        self.chips: dict[int, ClassChip] = {}
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self._opacity_words = QLabel()
        self.bare = self._tool("eye-off", "bare")
        self.zoom_out = self._tool("zoom-out", "zoom_out")
        self.zoom_in = self._tool("zoom-in", "zoom_in")
        self.fit = self._tool("fit", "fit")
        self.one_to_one = self._tool("one-to-one", "one_to_one")
        self.freeze = self._tool("freeze", "freeze")
        self._build()
        self._connect()

    def _tool(self, icon_name: str, binding: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon_name))
        button.setIconSize(_ICON)
        explain(button, LIVE_KEYS[binding])
        return button

    def _build(self) -> None:
        self.setFixedHeight(48)
        self.opacity.setRange(0, 100)
        self.opacity.setFixedWidth(120)
        self.opacity.setPageStep(_OPACITY_STEP)
        tip = self.tr("How strong the masks are; at 0 only their outlines are left")
        self.opacity.setToolTip(f"{tip}  ([ / ])")
        self.opacity.setAccessibleName(self.tr("Strength of the masks"))
        self._opacity_words.setFixedWidth(46)
        self._opacity_words.setFont(figures_font(15))
        self._opacity_words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._layout.addStretch(1)
        for widget in (IconLabel("opacity", "text_soft", 24), self.opacity, self._opacity_words, self.bare):
            self._layout.addWidget(widget)
        self._layout.addSpacing(10)
        for widget in (self.zoom_out, self.zoom_in, self.fit, self.one_to_one, self.freeze):
            self._layout.addWidget(widget)

    def _connect(self) -> None:
        self.opacity.valueChanged.connect(self._on_opacity_changed)
        self.bare.pressed.connect(self._on_bare_pressed)
        self.bare.released.connect(self._on_bare_released)

    def show_inspection(self, inspection: Inspection) -> None:
        """Offer its classes, and count its findings."""
        if inspection.taxonomy != self._taxonomy:
            self._offer(inspection.taxonomy)
        for class_id, chip in self.chips.items():
            chip.set_count(sum(finding.class_id == class_id for finding in inspection.findings))

    def toggle_key(self, key: str) -> None:
        """Show or hide the class that has this key."""
        for chip in self.chips.values():
            if chip.defect_class.key == key:
                chip.toggle()

    def step_opacity(self, direction: int) -> None:
        """Make the masks stronger (1) or fainter (-1) by one step."""
        self.opacity.setValue(self.opacity.value() + direction * _OPACITY_STEP)

    def _offer(self, taxonomy: Taxonomy) -> None:
        for chip in self.chips.values():
            self._layout.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._taxonomy = taxonomy
        self.chips = {}
        for place, defect in enumerate(taxonomy):
            chip = ClassChip(defect)
            chip.toggled.connect(self._toggler(defect.id))
            self.chips[defect.id] = chip
            self._layout.insertWidget(place, chip)

    def _toggler(self, class_id: int) -> object:
        return lambda shown: self.class_toggled.emit(class_id, shown)

    @Slot(int)
    def _on_opacity_changed(self, percent: int) -> None:
        self._opacity_words.setText(f"{percent}\u202f%")
        self.opacity_changed.emit(percent)

    @Slot()
    def _on_bare_pressed(self) -> None:
        self.bare_held.emit(True)

    @Slot()
    def _on_bare_released(self) -> None:
        self.bare_held.emit(False)


def class_key_bindings() -> tuple[KeyBinding, ...]:
    """One binding for each digit; which class it means depends on the taxonomy shown."""
    return tuple(KeyBinding(str(digit), "Show or hide a class", (str(digit),)) for digit in range(1, 10))
