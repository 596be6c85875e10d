"""Side sheets: what takes the right column's place for a while, without stopping anybody from working."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.ui import icons


class Sheet(QFrame):
    """A titled column with a close button; what it holds goes into ``body``.

    Signals:
        closed(): the person has done with it.
    """

    closed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("panel", "sheet")
        head = QHBoxLayout()
        heading = QLabel(title)
        heading.setProperty("role", "lead")
        self.close_button = QToolButton()
        self.close_button.setProperty("role", "flat")
        self.close_button.setIcon(icons.icon("close"))
        self.close_button.setIconSize(QSize(22, 22))
        self.close_button.setToolTip(self.tr("Close  (Esc)"))
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.closed)
        head.addWidget(heading, 1)
        head.addWidget(self.close_button)
        content = QWidget()
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, 0, 4, 0)
        self.body.setSpacing(8)
        # a small window scrolls the sheet rather than growing to its height
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(content)
        scroll.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 12, 14)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)

    def add_title(self, text: str) -> QLabel:
        """A line above a group of choices."""
        label = QLabel(text)
        label.setProperty("role", "title")
        label.setContentsMargins(0, 8, 0, 0)
        self.body.addWidget(label)
        return label

    def add_caption(self, text: str = "", indent_px: int = 0) -> QLabel:
        """Small print below a choice."""
        label = QLabel(text)
        label.setProperty("role", "caption")
        label.setWordWrap(True)
        label.setContentsMargins(indent_px, 0, 0, 0)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(label)
        return label
