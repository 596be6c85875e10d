"""The settings page: every choice in view, kept the moment it is made."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.inspection.status import LineStatus
from app.settings import DEFAULT_BUNDLE, DEFAULT_SOURCE, OPERATOR_NAME, THEME, Place
from app.ui import theme
from app.ui.settings.fields import SettingField
from app.ui.settings.runtime_panel import RuntimePanel
from app.ui.settings.titles import GROUPS, worded
from app.ui.shell import Workplace
from app.ui.style import set_property

_RUNTIME_PX = 520


class SettingsPage(QWidget):
    """Fields by group at the left, what the model runs on at the right."""

    def __init__(self, workplace: Workplace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workplace = workplace
        self.fields: dict[str, SettingField] = {}
        self.runtime_panel = RuntimePanel(workplace.station, workplace.preferences)
        self.runtime_panel.setFixedWidth(_RUNTIME_PX)
        workplace.bridge.status_read.connect(self._on_status_read)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(10)
        layout.addWidget(self._form(), 1)
        layout.addWidget(self.runtime_panel)

    def stop(self) -> None:
        """End what is being timed."""
        self.runtime_panel.close_work()

    def _form(self) -> QWidget:
        offered = {
            DEFAULT_SOURCE.key: tuple(self._workplace.station.sources()),
            DEFAULT_BUNDLE.key: tuple(self._workplace.station.bundles()),
        }
        panel = QFrame()
        panel.setProperty("panel", "true")
        content = QWidget()
        content.setAutoFillBackground(False)
        rows = QVBoxLayout(content)
        rows.setContentsMargins(20, 12, 20, 16)
        rows.setSpacing(2)
        for title, settings in GROUPS:
            heading = QLabel(worded(title))
            heading.setProperty("role", "lead")
            heading.setContentsMargins(0, 12, 0, 4)
            rows.addWidget(heading)
            for setting in settings:
                field = SettingField(setting, self._workplace.preferences, offered.get(setting.key, ()))
                field.chosen.connect(self._on_chosen)
                self.fields[setting.key] = field
                rows.addWidget(field)
        self.note_label = QLabel(self.tr("Names, the station and what is kept hold from the next start on."))
        self.note_label.setProperty("role", "caption")
        self.note_label.setContentsMargins(0, 12, 0, 0)
        rows.addWidget(self.note_label)
        rows.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setStyleSheet("QScrollArea { background: transparent; }")
        scroll.setWidget(content)
        scroll.viewport().setAutoFillBackground(False)
        inside = QVBoxLayout(panel)
        inside.setContentsMargins(2, 2, 2, 2)
        inside.addWidget(scroll)
        return panel

    @Slot()
    def _on_chosen(self) -> None:
        field = self.sender()
        assert isinstance(field, SettingField), "only fields are connected"
        if field.setting is THEME:
            application = QApplication.instance()
            assert isinstance(application, QApplication), "a page exists, so an application does"
            theme.apply_theme(application, self._workplace.preferences.theme)
        elif field.setting.place is Place.STATION or field.setting is OPERATOR_NAME:
            set_property(self.note_label, "role", "title")

    @Slot(object)
    def _on_status_read(self, status: LineStatus) -> None:
        if self.isVisible():
            self.runtime_panel.show_status(status)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """What is chosen elsewhere (the theme's key, the review's neighbours) is shown as it is now."""
        super().showEvent(event)
        for field in self.fields.values():
            field.show_value()
        self._workplace.bridge.read_status()
