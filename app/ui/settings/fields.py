"""Fields: one control a setting, made from the setting itself; what is entered is checked and kept at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QLineEdit, QToolButton, QWidget

from app import settings
from app.settings import Setting, SettingsError
from app.ui import icons
from app.ui.picker import Picker
from app.ui.preferences import Preferences
from app.ui.settings.titles import TITLES, VALUES, worded

_CONTROL_PX = 560
_MOST_TEXT = 400
_ICONS = {settings.THEME.key: "theme", settings.DEFAULT_SOURCE.key: "source", settings.DEFAULT_BUNDLE.key: "model"}


class SettingField(QWidget):
    """A setting's title, its control, what it means, and the way back to its default.

    ``offered`` are (value, title) to pick from, for a text that may be another one too. A value that cannot be is said
    below the control; what held before holds on.

    Signals:
        chosen(): another value holds and is on disk.
    """

    chosen = Signal()

    def __init__(
        self, setting: Setting[Any], preferences: Preferences, offered: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__()
        self.setting = setting
        self._preferences = preferences
        title = QLabel(worded(TITLES[setting.key]))
        title.setFixedWidth(240)
        self.control = self._made(offered)
        self.control.setAccessibleName(title.text())
        if not isinstance(self.control, QCheckBox):
            self.control.setFixedWidth(_CONTROL_PX)
        self.default_button = QToolButton()
        self.default_button.setProperty("role", "flat")
        self.default_button.setIcon(icons.icon("restore"))
        self.default_button.setToolTip(self.tr("Back to what it is without a choice"))
        self.default_button.setAccessibleName(self.default_button.toolTip())
        self.default_button.clicked.connect(self.back_to_default)
        self.said_label = QLabel()
        self.said_label.setProperty("role", "caption")
        self.said_label.setWordWrap(True)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 4, 0, 6)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(2)
        layout.addWidget(title, 0, 0)
        layout.addWidget(self.control, 0, 1, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.default_button, 0, 2)
        layout.addWidget(self.said_label, 1, 1, 1, 2)
        layout.setColumnMinimumWidth(1, _CONTROL_PX)
        layout.setColumnStretch(3, 1)
        self.show_value()

    def show_value(self) -> None:
        """Show what holds."""
        value = self._preferences[self.setting]
        if isinstance(self.control, QCheckBox):
            self.control.setChecked(bool(value))
        elif isinstance(self.control, Picker):
            place = self.control.findData(value)
            if place < 0:
                self.control.addItem(str(value), value)
                place = self.control.count() - 1
            self.control.setCurrentIndex(place)
        else:
            self.control.setText(f"{value:g}" if isinstance(value, float) else str(value))
        self.default_button.setVisible(not self._preferences.is_default(self.setting))
        self.said_label.setText(self.setting.sentence)

    @Slot()
    def back_to_default(self) -> None:
        """Forget what was chosen."""
        try:
            self._preferences.back_to_default(self.setting)
        except SettingsError as error:
            self.said_label.setText(str(error))
            return
        self.show_value()
        self.chosen.emit()

    def _made(self, offered: Sequence[tuple[str, str]]) -> QCheckBox | Picker | QLineEdit:
        choices = [*offered, *((choice, worded(VALUES[choice])) for choice in self.setting.choices)]
        if self.setting.kind is bool:
            check = QCheckBox(self.tr("Yes"))
            check.clicked.connect(self._choose)
            return check
        if choices:
            picker = Picker(_ICONS.get(self.setting.key, "picker"))
            for value, words in choices:
                picker.addItem(words, value)
            picker.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            picker.activated.connect(lambda _place: self._choose(picker.currentData()))
            return picker
        edit = QLineEdit()
        edit.setMaxLength(_MOST_TEXT)
        edit.editingFinished.connect(self._on_edited)
        return edit

    @Slot()
    def _on_edited(self) -> None:
        assert isinstance(self.control, QLineEdit), "only a text is edited"
        text = self.control.text().strip()
        if not text:
            self.show_value()
        elif text != self._written():
            self._choose(text)

    def _written(self) -> str:
        value = self._preferences[self.setting]
        return f"{value:g}" if isinstance(value, float) else str(value)

    @Slot(object)
    def _choose(self, value: object) -> None:
        try:
            self._preferences.choose(self.setting, value)
        except SettingsError as error:
            self.said_label.setText(str(error))
            return
        self.show_value()
        self.chosen.emit()
