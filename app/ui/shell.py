"""The window: the rail of pages, the message bar, the page, and a status bar with the runtime's badge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.inspection.status import LineEvent, LineState, LineStatus
from app.ui import icons, theme
from app.ui.bridge import LineBridge
from app.ui.elided_label import ElidedLabel
from app.ui.keys import KeyBinding, KeyGroup, bind, explain
from app.ui.keys_sheet import KeysSheet
from app.ui.message_bar import IconLabel, MessageBar, MessageKind
from app.ui.preferences import Preferences
from app.ui.sentences import line_state_word, sentence
from app.ui.station import Station

RAIL_WIDTH_PX = 92

WINDOW_KEYS = KeyGroup(
    "Window",
    (
        KeyBinding("page", "Go to a page", shown="Ctrl+1 … 9"),
        KeyBinding("theme", "Light or dark", ("Ctrl+T",)),
        KeyBinding("full_screen", "Full screen and back", ("F11",)),
        KeyBinding("keys", "Show these keys", ("?", "F1")),
        KeyBinding("dismiss", "Dismiss the newest message", ("Ctrl+D",)),
        KeyBinding("focus", "Next and previous control", shown="Tab / Shift+Tab"),
        KeyBinding("quit", "Quit", ("Ctrl+Q",)),
    ),
)

# Which event says that the trouble of another is over.
SOLVED_BY: dict[str, tuple[str, ...]] = {
    "source_opened": ("source_failed",),
    "model_changed": ("model_refused", "model_unusable", "model_failing"),
    "recipe_changed": ("recipe_refused",),
    "line_started": ("source_failed", "model_unusable", "keeping_failed", "stop_late", "order_failed"),
    "store_recovered": ("store_full", "store_locked", "store_waiting"),
    "quota_free": ("quota_full",),
}


@dataclass(frozen=True, slots=True)
class Workplace:
    """What every page is given: the station, the bridge to it, the message bar and the person's preferences."""

    station: Station
    bridge: LineBridge
    messages: MessageBar
    preferences: Preferences


@dataclass(frozen=True, slots=True)
class PageEntry:
    """A page of the rail. ``make`` builds its widget, whose ``keys``, one ``KeyGroup`` or several, are on the sheet."""

    name: str
    title: str
    icon: str
    make: Callable[[Workplace], QWidget]


class MainWindow(QMainWindow):
    """The workstation's window.

    Signals:
        page_shown(str): the name of the page now in front.
        closed(): the window was closed.
    """

    page_shown = Signal(str)
    closed = Signal()

    def __init__(self, station: Station, bridge: LineBridge, pages: Sequence[PageEntry]) -> None:
        super().__init__()
        self._preferences = Preferences()
        self._bridge = bridge
        self._entries = {entry.name: entry for entry in pages}
        self._pages: dict[str, QWidget] = {}
        self._state = LineState.IDLE
        self.messages = MessageBar()
        self.workplace = Workplace(station, bridge, self.messages, self._preferences)
        self.setWindowTitle("StripSight")
        self.setMinimumSize(1200, 700)
        self._build(pages)
        self._sheet = KeysSheet(self)
        self._connect(pages)
        names = [entry.name for entry in pages]
        self.show_page(self._preferences.last_page if self._preferences.last_page in names else names[0])

    # Building

    def _build(self, pages: Sequence[PageEntry]) -> None:
        ground = QWidget()
        ground.setObjectName("pageGround")
        across = QHBoxLayout(ground)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self._build_rail(pages))
        down = QVBoxLayout()
        down.setSpacing(0)
        message_row = QVBoxLayout()
        message_row.setContentsMargins(12, 10, 12, 0)
        message_row.addWidget(self.messages)
        self._stack = QStackedWidget()
        down.addLayout(message_row)
        down.addWidget(self._stack, 1)
        down.addWidget(self._build_status())
        across.addLayout(down, 1)
        self.setCentralWidget(ground)

    def _build_rail(self, pages: Sequence[PageEntry]) -> QFrame:
        rail = QFrame()
        rail.setProperty("panel", "rail")
        rail.setFixedWidth(RAIL_WIDTH_PX)
        layout = QVBoxLayout(rail)
        layout.setContentsMargins(0, 10, 0, 10)
        layout.setSpacing(2)
        self._rail = QButtonGroup(self)
        self._rail_buttons: dict[str, QToolButton] = {}
        for number, entry in enumerate(pages, start=1):
            button = QToolButton()
            button.setProperty("role", "rail")
            button.setText(entry.title)
            button.setIcon(icons.icon(entry.icon))
            button.setIconSize(QSize(34, 34))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setCheckable(True)
            button.setFixedWidth(RAIL_WIDTH_PX - 1)
            explain(button, KeyBinding(entry.name, entry.title, (f"Ctrl+{number}",)))
            self._rail.addButton(button)
            self._rail_buttons[entry.name] = button
            layout.addWidget(button)
        layout.addStretch(1)
        self._theme_button = self._rail_tool("theme", "theme")
        self._full_screen_button = self._rail_tool("full-screen", "full_screen")
        self._keys_button = self._rail_tool("keys", "keys")
        for button in (self._theme_button, self._full_screen_button, self._keys_button):
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        return rail

    def _rail_tool(self, icon_name: str, binding: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("role", "railSmall")
        button.setIcon(icons.icon(icon_name, "text_soft"))
        button.setIconSize(QSize(28, 28))
        button.setFixedWidth(56)
        explain(button, WINDOW_KEYS[binding])
        return button

    def _build_status(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("panel", "status")
        bar.setFixedHeight(40)
        layout = QHBoxLayout(bar)
        layout.setContentsMargins(14, 0, 14, 0)
        layout.setSpacing(10)
        self._line_label = QLabel()
        self._event_label = ElidedLabel()
        self._event_label.setProperty("role", "caption")
        self._model_label = QLabel()
        self._model_label.setProperty("role", "caption")
        self._runtime_icon = IconLabel("device", "text_soft", 22)
        self.runtime_badge = QLabel()
        self.runtime_badge.setProperty("role", "badge")
        layout.addWidget(self._line_label)
        layout.addWidget(self._event_label, 1)
        layout.addWidget(self._model_label)
        layout.addWidget(self._runtime_icon)
        layout.addWidget(self.runtime_badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._show_runtime(LineStatus())
        return bar

    def _connect(self, pages: Sequence[PageEntry]) -> None:
        for number, entry in enumerate(pages, start=1):
            show = self._page_opener(entry.name)
            self._rail_buttons[entry.name].clicked.connect(show)
            bind(self, KeyBinding(entry.name, entry.title, (f"Ctrl+{number}",)), show)
        for button, name, slot in (
            (self._theme_button, "theme", self.toggle_theme),
            (self._full_screen_button, "full_screen", self.toggle_full_screen),
            (self._keys_button, "keys", self.toggle_keys_sheet),
        ):
            button.clicked.connect(slot)
            bind(self, WINDOW_KEYS[name], slot)
        bind(self, WINDOW_KEYS["dismiss"], self.messages.dismiss_newest)
        bind(self, WINDOW_KEYS["quit"], self.close)
        self._bridge.event_raised.connect(self._on_event_raised)
        self._bridge.status_read.connect(self._on_status_read)

    def _page_opener(self, name: str) -> Callable[[], None]:
        return lambda: self.show_page(name)

    # What can be asked of the window

    def show_where_it_was(self) -> None:
        """Show the window as it was left; the first time, as large as the screen."""
        if not self.restoreGeometry(self._preferences.geometry):
            # Where no window manager maximises, as on a kiosk, the size alone has to do.
            self.resize(self.screen().availableSize())
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self.show()

    def page(self, name: str) -> QWidget:
        """The page's widget; made when it is first asked for, so that the window need not wait for it."""
        if name not in self._pages:
            self._pages[name] = self._entries[name].make(self.workplace)
            self._stack.addWidget(self._pages[name])
        return self._pages[name]

    def made_page(self, name: str) -> QWidget | None:
        """The page's widget where it was ever asked for."""
        return self._pages.get(name)

    @property
    def current_page(self) -> str:
        """The name of the page in front."""
        return next(name for name, page in self._pages.items() if page is self._stack.currentWidget())

    def show_page(self, name: str) -> None:
        """Bring a page to the front."""
        page = self.page(name)
        self._stack.setCurrentWidget(page)
        self._rail_buttons[name].setChecked(True)
        page.setFocus()
        self.page_shown.emit(name)

    @Slot()
    def toggle_theme(self) -> None:
        """Change between light and dark, and remember it."""
        application = QApplication.instance()
        assert isinstance(application, QApplication), "a window exists, so an application does"
        self._preferences.theme = theme.active().other
        theme.apply_theme(application, self._preferences.theme)

    @Slot()
    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def toggle_keys_sheet(self) -> None:
        """Show every key of the window and of the page in front, or close the sheet."""
        if self._sheet.isVisible():
            self._sheet.dismiss()
            return
        keys = getattr(self._stack.currentWidget(), "keys", None)
        groups = keys if isinstance(keys, tuple) else (keys,) if isinstance(keys, KeyGroup) else ()
        self._sheet.show_keys([*groups, WINDOW_KEYS])

    # What happens

    @Slot(object)
    def _on_event_raised(self, event: LineEvent) -> None:
        for code in SOLVED_BY.get(event.reason.code, ()):
            self.messages.solve(code)
        if event.error:
            self.messages.show_message(sentence(event.reason), MessageKind.ERROR, topic=event.reason.code)
        else:
            self._event_label.setText(sentence(event.reason))

    @Slot(object)
    def _on_status_read(self, status: LineStatus) -> None:
        if status.state is LineState.RUNNING and self._state is LineState.STARTING:
            for code in SOLVED_BY["line_started"]:
                self.messages.solve(code)
        self._state = status.state
        self._show_runtime(status)

    def _show_runtime(self, status: LineStatus) -> None:
        self._line_label.setText(line_state_word(status.state))
        self._model_label.setText(self.tr("Model {name}").format(name=status.model) if status.model else "")
        self.runtime_badge.setVisible(bool(status.runtime))
        self._runtime_icon.setVisible(bool(status.runtime))
        self.runtime_badge.setText(status.runtime)
        self.runtime_badge.setToolTip(status.runtime_reason)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Remember the window's place and let the station know."""
        self._preferences.geometry = self.saveGeometry()
        self._preferences.last_page = self.current_page
        self._preferences.save()
        self._bridge.close()
        super().closeEvent(event)
        self.closed.emit()
