"""A model's opinion beside the labels: heat, difference and its masks taken over, with a model whose word is known."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from review_bench import CONTROL, HEIGHT, LEFT, SHIFT, WIDTH, block

from app.review import opinion
from app.review.difference import DIFFERENCE, EXTRA
from app.review.edit import Action
from app.review.opinion import Opinions
from app.review.ports import ReviewError
from app.ui.review.comparing import Comparison
from models.bundle import Bundle, BundleSpec
from models.labels.masks import class_mask
from models.labels.taxonomy import make_taxonomy
from models.runtimes.base import Encoded, RuntimeUnavailable

BRIGHT = 250


class BrightRuntime:
    """Takes pixels of ``BRIGHT`` for the second class of its taxonomy, sure to 0.8, and nothing for the first."""

    label, reason = "bright", "Its answers are known."

    def classify(self, tiles):
        second = np.where(np.rint(tiles[:, 0] * 255) == BRIGHT, 0.8, 0.0)
        pixels = np.stack([np.zeros_like(second), second], axis=1).astype(np.float32)
        return Encoded(probabilities=pixels.max(axis=(2, 3)), state=pixels)

    def segment(self, encoded, rows):
        return encoded.state[list(rows)]

    def close(self):
        pass


def bright_bundle(names=("other", "class_3")):
    each = dict.fromkeys(names, 0.5)
    spec = BundleSpec(
        name="bright",
        title="Bright things",
        network="none",
        taxonomy=make_taxonomy("bright", list(names)),
        channels=1,
        mean=(0.0,),
        std=(1.0,),
        tile_px=(64, 160),
        exclusive=False,
        gates=each,
        pixel_thresholds=each,
        min_area_px=dict.fromkeys(names, 1),
    )
    return Bundle(Path("bright"), spec, "0" * 64)


@pytest.fixture
def asked(bench, monkeypatch):
    """The page with a model to ask; its frame shows a bright block at row 30, column 100."""
    monkeypatch.setattr(opinion, "list_bundles", lambda _folders: [bright_bundle()])
    monkeypatch.setattr(opinion, "choose_runtime", lambda *_: BrightRuntime())
    bench.page.case.case.image[30:40, 100:120] = BRIGHT
    bench.page.asking.set_case(None)
    bench.page.asking.set_case(bench.page.case)
    return bench


def test_a_models_masks_are_taken_over_as_one_step(asked):
    before = asked.stack.copy()
    asked.qtbot.mouseClick(asked.page.frame_area.view_bar.opinion_button, LEFT)
    panel = asked.page.asking.panel
    assert panel.isVisible()
    assert panel.model_picker.currentText() == "Bright things"
    with asked.qtbot.waitSignal(asked.page.asking.taken_over):
        asked.qtbot.mouseClick(panel.take_button, LEFT)
    assert np.array_equal(class_mask(asked.stack, 3), block(30, 100, 10, 20))
    assert not class_mask(asked.stack, 1).any()
    assert asked.page.case.document.undo_action is Action.OPINION
    panel.hide()
    asked.key(Qt.Key.Key_Z, CONTROL)
    assert np.array_equal(asked.stack, before)


def test_locked_classes_stay_when_masks_are_taken_over(asked):
    asked.page.column.class_panel.lock_button(1).click()
    with asked.qtbot.waitSignal(asked.page.asking.taken_over):
        asked.page.asking.take_over()
    assert np.array_equal(class_mask(asked.stack, 1), block(10, 20, 12, 16))
    assert class_mask(asked.stack, 3).any()


def test_the_labels_are_compared_with_the_models_masks(asked):
    asked.page.asking.panel.compare_check.setChecked(True)
    asked.qtbot.waitUntil(lambda: asked.page.frame_area.comparing.with_model)
    assert asked.page.frame_area.comparing.way is Comparison.DIFFERENCE
    parts = asked.canvas._comparison_layer.stack
    extra = np.zeros((HEIGHT, WIDTH), bool)
    extra[30:40, 100:120] = True
    assert np.array_equal(class_mask(parts, DIFFERENCE.by_id(EXTRA).id), extra)
    assert "model" in asked.page.frame_area.words.text()
    asked.page.asking.panel.compare_check.setChecked(False)
    assert not asked.page.frame_area.comparing.with_model


def test_heat_is_shown_of_the_class_drawn_with(asked):
    asked.key(Qt.Key.Key_3)
    asked.canvas.set_opacity(0)

    def colour():
        QApplication.processEvents()
        return asked.canvas.viewport().grab().toImage().pixelColor(asked.at(110, 35))

    bare = colour()
    asked.key(Qt.Key.Key_H, SHIFT)
    asked.qtbot.waitUntil(lambda: asked.page.asking.opinion is not None)
    warm = colour()
    assert warm != bare
    asked.key(Qt.Key.Key_1)
    assert colour() == bare, "the model knows nothing of this class"
    asked.key(Qt.Key.Key_3)
    assert colour() == warm
    asked.key(Qt.Key.Key_H, SHIFT)
    assert colour() == bare


def test_the_next_frame_is_asked_about_while_something_is_to_be_seen(asked):
    asked.page.asking.panel.heat_check.setChecked(True)
    asked.qtbot.waitUntil(lambda: asked.page.asking.opinion is not None)
    first = asked.page.asking.opinion
    asked.go("b.png")
    asked.qtbot.waitUntil(lambda: asked.page.asking.opinion not in (None, first))
    assert not asked.page.asking.opinion.stack.any()


def test_a_model_that_cannot_run_is_one_sentence_and_the_labels_stay(asked, monkeypatch):
    def refuse(*_):
        raise RuntimeUnavailable("Bundle 'bright' cannot run on this computer; choose another.")

    monkeypatch.setattr(opinion, "choose_runtime", refuse)
    before = asked.stack.copy()
    with asked.qtbot.waitSignal(asked.page.asking.failed):
        asked.page.asking.take_over()
    assert any("cannot run" in message.sentence for message in asked.messages.messages)
    assert not asked.page.asking.panel.heat_check.isChecked()
    assert np.array_equal(asked.stack, before)


def test_models_that_share_no_class_are_not_offered(monkeypatch):
    taxonomy = make_taxonomy("mine", ["class_1", "class_3"])
    monkeypatch.setattr(opinion, "list_bundles", lambda _folders: [bright_bundle(("x", "y"))])
    assert Opinions(()).models(taxonomy) == ()
    monkeypatch.setattr(opinion, "list_bundles", lambda _folders: [bright_bundle()])
    assert [model.name for model in Opinions(()).models(taxonomy)] == ["bright"]
    with pytest.raises(ReviewError, match="no model 'gone'"):
        Opinions(()).ask("gone", np.zeros((64, 64), np.uint8), taxonomy)
