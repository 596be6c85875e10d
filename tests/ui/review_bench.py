"""A review page in a window over a real label file, and hands for its mouse and keys."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.paths import resources
from app.review.desk import ReviewDesk
from app.review.journal import JournalFolder
from app.review.open_case import Reviewer
from app.review.taxonomies import shipped_taxonomies
from app.ui.message_bar import MessageBar
from app.ui.review.page import ReviewPage

HEIGHT, WIDTH = 64, 160
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PLAIN, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def block(top, left, height, width):
    """A mask with one rectangle."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top : top + height, left : left + width] = True
    return mask


class Bench:
    """A page in a window, and hands for its mouse and keys."""

    def __init__(self, qtbot, desk):
        self.qtbot = qtbot
        self.messages = MessageBar()
        self.page = ReviewPage(desk, self.messages)
        self.window = QWidget()
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.messages)
        layout.addWidget(self.page, 1)
        qtbot.addWidget(self.window)
        self.window.resize(1500, 900)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()

    @property
    def canvas(self):
        return self.page.canvas

    @property
    def stack(self):
        return self.page.case.document.stack

    @property
    def name(self):
        return None if self.page.case is None else self.page.case.case.item.name

    def wait_for(self, name):
        self.qtbot.waitUntil(lambda: self.name == name)
        self.page._findings_timer.stop()
        self.page._show_findings()

    def item(self, name):
        return next(item for item in self.page.session.queue.all if item.name == name)

    def go(self, name):
        self.page.open_item(self.item(name).id)
        self.wait_for(name)

    def key(self, key, modifiers=PLAIN):
        self.qtbot.keyClick(self.canvas, key, modifiers)

    def at(self, x, y):
        """The widget point over the centre of a frame pixel."""
        return self.canvas.to_viewport(x + 0.5, y + 0.5).toPoint()

    def stroke(self, pixels, button=LEFT, modifiers=PLAIN):
        viewport = self.canvas.viewport()
        self.qtbot.mouseMove(viewport, self.at(*pixels[0]))
        self.qtbot.mousePress(viewport, button, modifiers, self.at(*pixels[0]))
        for pixel in pixels[1:]:
            self.qtbot.mouseMove(viewport, self.at(*pixel))
        self.qtbot.mouseRelease(viewport, button, modifiers, self.at(*pixels[-1]))

    def hover(self, x, y):
        self.qtbot.mouseMove(self.canvas.viewport(), self.at(x, y))
        self.qtbot.waitUntil(lambda: self.page.drawing.findings.hovered == (x, y))

    def click(self, x, y):
        self.stroke([(x, y)])

    def settle_findings(self):
        self.page._findings_timer.stop()
        self.page._show_findings()


def make_desk(tmp_path):
    return ReviewDesk(
        station=None,
        reviewer=Reviewer("weber", "line-2"),
        journals=JournalFolder(tmp_path / "journals"),
        work=tmp_path / "work",
        taxonomies=shipped_taxonomies(resources() / "taxonomies"),
    )
