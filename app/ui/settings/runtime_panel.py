"""The runtime panel: what the model runs on, why, and what a frame costs on each runtime of this computer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QVBoxLayout

from app.inspection.status import LineStatus
from app.runtime_times import FRAME_PX, RuntimeTime, runtime_times
from app.settings import DEVICE, SettingsError
from app.ui.background import Background, Progress
from app.ui.fonts import figures_font
from app.ui.picker import Picker
from app.ui.preferences import Preferences
from app.ui.review.controls import button
from app.ui.settings.titles import VALUES, worded
from app.ui.station import Station
from models.bundle import BundleError

_RUNTIMES = 3


class RuntimePanel(QFrame):
    """Chooses the device, from the next frame on, and times the runtimes when asked."""

    def __init__(self, station: Station, preferences: Preferences) -> None:
        super().__init__()
        self.setProperty("panel", "true")
        self._station, self._preferences = station, preferences
        self._work = Background("runtime-times", BundleError, self)
        self._work.progressed.connect(self._on_progressed)
        self._work.finished.connect(self._on_timed)
        self._work.failed.connect(self._say)
        title = QLabel(self.tr("What the model runs on"))
        title.setProperty("role", "lead")
        self.device_picker = Picker("device")
        self.device_picker.setAccessibleName(title.text())
        for choice in DEVICE.choices:
            self.device_picker.addItem(worded(VALUES[choice]), choice)
        self.device_picker.setCurrentIndex(self.device_picker.findData(preferences[DEVICE]))
        self.device_picker.activated.connect(self._on_device_picked)
        self.now_label, self.why_label, self.said_label = QLabel(), QLabel(), QLabel()
        self.now_label.setProperty("role", "title")
        for label in (self.why_label, self.said_label):
            label.setProperty("role", "caption")
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.time_button = button(self.tr("Time each on this computer"), "clock")
        self.time_button.clicked.connect(self.time_all)
        self.progress_bar = QProgressBar()
        self.progress_bar.setRange(0, _RUNTIMES)
        self.progress_bar.hide()
        self.times = QGridLayout()
        self.times.setHorizontalSpacing(16)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 18)
        layout.setSpacing(10)
        for widget in (
            title,
            self.device_picker,
            self.now_label,
            self.why_label,
            self.time_button,
            self.progress_bar,
            self.said_label,
        ):
            layout.addWidget(widget)
        layout.addLayout(self.times)
        layout.addStretch(1)

    def show_status(self, status: LineStatus) -> None:
        """What the line runs on now, and why."""
        self.now_label.setText(status.runtime or self.tr("The line is not running."))
        self.why_label.setText(
            status.runtime_reason or self.tr("What it will run on is said here once the line has been started.")
        )

    @Slot()
    def time_all(self) -> None:
        """Time every runtime in the background."""
        try:
            folder = self._station.bundle_folder()
        except BundleError as error:
            self._say(str(error))
            return
        running = self._station.status().state.active
        self._say(
            self.tr("The line is at work, which makes every time longer.")
            if running
            else self.tr("This takes a minute.")
        )

        def work(go_on: Progress) -> tuple[RuntimeTime, ...]:
            done = iter(range(_RUNTIMES + 1))
            return runtime_times(folder, lambda _name: go_on(next(done), _RUNTIMES))

        if self._work.start(work):
            self.time_button.setEnabled(False)
            self.progress_bar.setValue(0)
            self.progress_bar.show()

    def close_work(self) -> None:
        """End the thread."""
        self._work.close()

    @Slot(int, int)
    def _on_progressed(self, done: int, _total: int) -> None:
        self.progress_bar.setValue(done)

    @Slot(object)
    def _on_timed(self, times: tuple[RuntimeTime, ...]) -> None:
        self._say(
            self.tr("A frame of {height} × {width} pixels, gate and masks:").format(
                height=FRAME_PX[0], width=FRAME_PX[1]
            )
        )
        while (item := self.times.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for row, time in enumerate(times):
            name = QLabel(time.label or worded(VALUES.get(time.name, time.name)))
            cost = QLabel(time.fault if time.frame_ms is None else f"{time.frame_ms:.1f} ms")
            cost.setWordWrap(True)
            if time.frame_ms is None:
                cost.setProperty("role", "caption")
            else:
                cost.setFont(figures_font(16))
            self.times.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self.times.addWidget(cost, row, 1)
        self.times.setColumnStretch(1, 1)

    @Slot(str)
    def _say(self, words: str) -> None:
        self.said_label.setText(words)
        self.progress_bar.hide()
        self.time_button.setEnabled(True)

    @Slot(int)
    def _on_device_picked(self, _place: int) -> None:
        device = str(self.device_picker.currentData())
        try:
            self._preferences.choose(DEVICE, device)
        except SettingsError as error:
            self._say(str(error))
        self._station.change_device(device)
