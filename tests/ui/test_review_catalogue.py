"""The class catalogue: examples from decided frames, as people work."""

import numpy as np
from PySide6.QtCore import Qt
from review_bench import SHIFT

from app.review.catalogue import make_catalogue
from models.labels.masks import class_mask


def decide_two(bench):
    """Confirm b.png; in a.png take the second class's finding away and save."""
    bench.go("b.png")
    with bench.qtbot.waitSignal(bench.page.session.status_changed):
        bench.key(Qt.Key.Key_Return)
    bench.go("a.png")
    bench.click(100, 44)
    bench.key(Qt.Key.Key_X)
    bench.key(Qt.Key.Key_Return)
    bench.qtbot.waitUntil(lambda: not bench.page.session.saves)


def test_what_people_confirmed_counts_and_what_they_took_away_does_not(bench):
    decide_two(bench)
    store = bench.page.session.store
    third = make_catalogue(store, "class_3")
    assert [(one.frame, one.area_px) for one in third.counts] == [("b.png", 400)]
    assert third.does_not == ()
    assert class_mask(third.counts[0].stack, 3).sum() == 400
    second = make_catalogue(store, "class_2")
    assert second.counts == ()
    assert [(one.frame, one.area_px) for one in second.does_not] == [("a.png", 240)]
    assert second.does_not[0].image.shape == second.does_not[0].stack.shape
    assert make_catalogue(store, "class_1").counts[0].by == "weber"


def test_the_work_can_be_stopped(bench):
    decide_two(bench)
    assert make_catalogue(bench.page.session.store, "class_3", lambda _done, _all: False).counts == ()


def test_one_key_shows_the_class_drawn_with_and_follows_it(bench):
    decide_two(bench)
    bench.go("a.png")
    bench.key(Qt.Key.Key_3)
    bench.key(Qt.Key.Key_C, SHIFT)
    sheet = bench.page.catalogue_sheet
    assert bench.page.right.currentWidget() is sheet
    bench.qtbot.waitUntil(lambda: sheet.catalogue is not None and sheet.catalogue.class_name == "class_3")
    assert len(sheet.catalogue.counts) == 1
    bench.key(Qt.Key.Key_2)
    bench.qtbot.waitUntil(lambda: sheet.catalogue.class_name == "class_2")
    assert sheet.does_not_title.isVisible()
    assert not sheet.counts_title.isVisible()
    bench.key(Qt.Key.Key_Escape)
    assert bench.page.right.currentWidget() is bench.page.column


def test_an_empty_catalogue_says_how_it_fills(bench):
    bench.key(Qt.Key.Key_C, SHIFT)
    sheet = bench.page.catalogue_sheet
    bench.qtbot.waitUntil(lambda: sheet.catalogue is not None)
    assert "fills as you work" in sheet.said_label.text()


def test_examples_are_copies(bench):
    decide_two(bench)
    example = make_catalogue(bench.page.session.store, "class_3").counts[0]
    assert example.image.base is None
    assert np.shares_memory(example.image, example.stack) is False
