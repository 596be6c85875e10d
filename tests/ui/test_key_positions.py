"""Shortcuts on keyboards of other layouts: by the key's place, and only where the layout has another sign there."""

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from review_bench import PLAIN, SHIFT

from app.ui.focus_keys import focus_keys
from app.ui.key_positions import KeyPositions, key_at_place
from app.ui.review.drawing import Tool

# X11's codes: Linux input codes and 8.
PLACE_OF_B, PLACE_OF_1, PLACE_OF_Q, PLACE_OF_M = 56, 10, 24, 58
CYRILLIC_I, CYRILLIC_SOFT, AMPERSAND = 0x418, 0x42C, 0x26


def press(widget, key, place, modifiers=PLAIN, text="x", kind=QEvent.Type.KeyPress):
    QApplication.sendEvent(widget, QKeyEvent(kind, key, modifiers, place, 0, 0, text))


@pytest.mark.parametrize(
    ("key", "place", "modifiers", "expected"),
    [
        (CYRILLIC_I, PLACE_OF_B, PLAIN, Qt.Key.Key_B),
        (CYRILLIC_I, PLACE_OF_B, SHIFT, Qt.Key.Key_B),
        (AMPERSAND, PLACE_OF_1, PLAIN, Qt.Key.Key_1),
        (Qt.Key.Key_1, PLACE_OF_1, SHIFT, None),  # the French digit itself
        (AMPERSAND, 16, SHIFT, None),  # Shift+7 of a US keyboard says what it says
        (Qt.Key.Key_A, PLACE_OF_Q, PLAIN, None),  # a French A lies there and is an A
        (Qt.Key.Key_Left, 113, PLAIN, None),
        (CYRILLIC_I, 0, PLAIN, None),
    ],
)
def test_the_key_of_a_place(qapp, key, place, modifiers, expected):
    assert key_at_place(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, place, 0, 0, "x")) == expected


def test_tools_classes_and_held_keys_work_on_a_cyrillic_and_a_french_keyboard(bench):
    KeyPositions(bench.window)
    press(bench.canvas, CYRILLIC_I, PLACE_OF_B)
    assert bench.page.drawing.tool is Tool.BRUSH
    press(bench.canvas, AMPERSAND, PLACE_OF_1)
    bench.key(Qt.Key.Key_3)
    press(bench.canvas, AMPERSAND, PLACE_OF_1)
    assert bench.page.drawing.table.class_id == 1
    press(bench.canvas, CYRILLIC_SOFT, PLACE_OF_M)
    assert bench.canvas.masks_hidden
    press(bench.canvas, CYRILLIC_SOFT, PLACE_OF_M, kind=QEvent.Type.KeyRelease)
    assert not bench.canvas.masks_hidden


def test_text_stays_text_and_hidden_owners_take_nothing(qtbot):
    window, edit, page = QWidget(), QLineEdit(), QWidget()
    layout = QVBoxLayout(window)
    layout.addWidget(edit)
    layout.addWidget(page)
    qtbot.addWidget(window)
    told = []
    shortcut = QShortcut(QKeySequence("B"), page)
    shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
    shortcut.activated.connect(lambda: told.append(1))
    page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    KeyPositions(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    edit.setFocus()
    press(edit, CYRILLIC_I, PLACE_OF_B, text="и")
    assert edit.text() == "и"
    assert told == []
    page.setFocus()
    press(page, CYRILLIC_I, PLACE_OF_B)
    assert told == [1]
    page.hide()
    press(QApplication.focusWidget() or window, CYRILLIC_I, PLACE_OF_B)
    assert told == [1]


def test_a_held_key_is_let_go_when_the_focus_leaves_and_a_dead_listener_hears_nothing(bench):
    press(bench.canvas, Qt.Key.Key_M, PLACE_OF_M)
    assert bench.canvas.masks_hidden
    bench.canvas.clearFocus()
    assert not bench.canvas.masks_hidden
    bench.canvas.setFocus()
    heard = []
    owner = QObject()
    focus_keys().listen(owner, lambda _event, _watched: bool(heard.append(1)))
    press(bench.canvas, Qt.Key.Key_F12, 96)
    assert heard == [1]
    owner.deleteLater()
    bench.qtbot.waitUntil(lambda: not shiboken6.isValid(owner))
    press(bench.canvas, Qt.Key.Key_F12, 96)
    assert heard == [1]
