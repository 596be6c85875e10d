"""Kinds of label errors, told from drawn pieces; and the auditor over whole frames."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from level_model import TAXONOMY, LevelRuntime, level_bundle

from models.audit.frame_images import FrameImages
from models.audit.label_auditor import LabelAuditor, suspects_of
from models.audit.suspect import SuspectKind
from models.labels.label_set import Decoded, FrameLabels, RowProblem
from models.labels.masks import empty_stack

SIZE = (80, 120)
BOX = np.s_[20:50, 30:60]


@pytest.fixture
def audit(tmp_path):
    """Examines frames given as {name: (image, stack)}; the suspects by name."""

    def run(frames, **changes):
        for name, (image, _) in frames.items():
            cv2.imwrite(str(tmp_path / name), image)
        auditor = LabelAuditor(level_bundle(**changes), LevelRuntime(), FrameImages(tmp_path))
        examined = [
            auditor.examine(FrameLabels(name, stack.shape, lambda stack=stack: Decoded(stack)))
            for name, (_, stack) in frames.items()
        ]
        return {suspect.name: suspect for suspect in suspects_of([one.opinion for one in examined])}

    return run


def picture(**pieces):
    """A frame with pieces of ``bright`` and ``grey``, and the stack that labels them rightly."""
    image, stack = np.full(SIZE, 20, np.uint8), empty_stack(*SIZE, len(TAXONOMY))
    for name, place in pieces.items():
        image[place] = {"bright": 200, "grey": 100}[name]
        stack[place] = TAXONOMY.by_name(name).id
    return image, stack


def moved(stack, down, across):
    return np.roll(stack, (down, across), axis=(0, 1))


def cases():
    image, right = picture(bright=BOX)
    nothing = np.zeros_like(right)
    other = np.where(right == 1, 2, 0).astype(np.uint8)
    larger, smaller, added = nothing.copy(), nothing.copy(), right.copy()
    larger[10:60, 20:70] = 1
    smaller[28:42, 38:52] = 1
    added[60:75, 90:110] = 2
    return {
        "missing": (image, nothing, SuspectKind.MISSING, 1, 0, (30, 20, 30, 30)),
        "extra": (image, added, SuspectKind.EXTRA, 2, 0, (90, 60, 20, 15)),
        "wrong": (image, other, SuspectKind.WRONG_CLASS, 2, 1, (30, 20, 30, 30)),
        "shifted": (image, moved(right, 8, 12), SuspectKind.SHIFTED, 1, 0, (30, 20, 42, 38)),
        "beside": (image, moved(right, 0, 34), SuspectKind.SHIFTED, 1, 0, (30, 20, 64, 30)),
        "large": (image, larger, SuspectKind.TOO_LARGE, 1, 0, (20, 10, 50, 50)),
        "small": (image, smaller, SuspectKind.TOO_SMALL, 1, 0, (30, 20, 30, 30)),
    }


@pytest.mark.parametrize("name", cases())
def test_the_kind_of_an_error(audit, name):
    image, stack, kind, class_id, seen_id, box = cases()[name]
    suspects = audit({f"{name}.png": (image, stack), "right.png": picture(bright=BOX), "clean.png": picture()})
    suspect = next(iter(suspects.values()))
    assert suspect.name == f"{name}.png"
    assert (suspect.kind, suspect.class_id, suspect.seen_id) == (kind, class_id, seen_id)
    assert suspect.box_px == box
    assert suspect.score > 0.8
    # Of three frames one always holds the last place of a column, a third.
    assert suspects["right.png"].score < 1 - (0.97 / 3) ** 0.5


def test_a_far_piece_is_no_moved_one(audit):
    image, _ = picture(bright=np.s_[2:12, 2:12])
    _, stack = picture(bright=np.s_[60:70, 100:110])
    suspect = audit({"far.png": (image, stack)})["far.png"]
    assert suspect.kind in (SuspectKind.MISSING, SuspectKind.EXTRA)


def test_a_doubt_too_weak_to_be_drawn_is_a_missing_label(audit):
    image, _ = picture(bright=BOX)
    suspect = audit({"weak.png": (image, empty_stack(*SIZE, 2))}, pixel_thresholds={"bright": 0.99, "grey": 0.99})
    assert suspect["weak.png"].kind is SuspectKind.MISSING
    assert suspect["weak.png"].box_px == (30, 20, 30, 30)


def test_what_cannot_be_compared_comes_first_with_its_reason(audit, tmp_path):
    image, stack = picture(bright=BOX)
    cv2.imwrite(str(tmp_path / "small.png"), image[:40])
    (tmp_path / "torn.png").write_bytes(b"no image")
    auditor = LabelAuditor(level_bundle(), LevelRuntime(), FrameImages(tmp_path))
    broken = Decoded(stack, (RowProblem(3, "small.png", "Run 1 has a start of zero."),), complete=False)
    frames = [
        FrameLabels("small.png", SIZE, lambda: Decoded(stack)),
        FrameLabels("torn.png", SIZE, lambda: Decoded(stack)),
        FrameLabels("gone.png", SIZE, lambda: Decoded(stack)),
        FrameLabels("rows.png", SIZE, lambda: broken),
    ]
    suspects = suspects_of([auditor.examine(frame).opinion for frame in frames])
    assert [(one.name, one.kind.value, one.score) for one in suspects] == [
        ("gone.png", "no_image", 1.0),
        ("rows.png", "unusable", 1.0),
        ("small.png", "other_size", 1.0),
        ("torn.png", "no_image", 1.0),
    ]
    assert "120×40" in suspects[2].note
    assert "120×80" in suspects[2].note
    assert suspects[1].note == "Run 1 has a start of zero."
