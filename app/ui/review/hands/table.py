"""The table: the case that is worked on, what it is drawn with, and the one way edits get into it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, Signal

from app.review.edit import Action, Box, OverlapPolicy
from app.review.open_case import OpenCase
from app.review.rules import DrawingRules, Edits
from app.review.tools.brush import Tip, larger_tip
from app.ui.canvas import FrameCanvas, PointerAt
from app.words.frame import Image
from models.labels.masks import MaskStack

FIRST_TIP_PX = 9
FIRST_TOLERANCE = 12
LARGEST_TOLERANCE = 128
"""Grey levels of 256 that a wand's pixels may differ by."""


class Table(QObject):
    """What every hand and every command on a finding works on.

    ``class_id`` is drawn with, by a ``tip`` of ``tip_px``; ``tolerance`` is the wand's, in grey levels of 256.
    ``overlap`` are the policies of classes for which one was chosen, ``default_overlap`` is that of the others;
    ``locked`` classes no tool changes, nor hidden ones.

    Signals:
        step_finished(): the masks have changed by a whole step.
        means_changed(): another class, tip or tolerance.
        failed(str): a tool could not do its work, as a sentence.
    """

    step_finished = Signal()
    means_changed = Signal()
    failed = Signal(str)

    def __init__(self, canvas: FrameCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.canvas = canvas
        self.case: OpenCase | None = None
        self.enabled = True
        self.class_id = 1
        self.tip = Tip.ROUND
        self.tip_px = FIRST_TIP_PX
        self.tolerance = FIRST_TOLERANCE
        self.default_overlap = OverlapPolicy.ALLOW
        self.overlap: Mapping[int, OverlapPolicy] = {}
        self.locked: frozenset[int] = frozenset()

    @property
    def can_draw(self) -> bool:
        """Whether there is a case with an image, and it is shown as it is now."""
        return self.enabled and self.case is not None and self.case.case.image is not None

    @property
    def image(self) -> Image:
        """The frame's pixels; to be asked for only where ``can_draw``."""
        assert self.case is not None, "there is a case"
        assert self.case.case.image is not None, "a case without an image is not drawn on"
        return self.case.case.image

    @property
    def stack(self) -> MaskStack:
        """The masks as they are now; to be asked for only where there is a case."""
        assert self.case is not None, "there is a case"
        return self.case.document.stack

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the frame."""
        return self.stack.shape[0], self.stack.shape[1]

    @property
    def rules(self) -> DrawingRules:
        """What may be drawn over what; to be asked for only where there is a case."""
        assert self.case is not None, "there is a case"
        taxonomy = self.case.case.taxonomy
        hidden = frozenset(c.id for c in taxonomy if not self.canvas.class_visible(c.id))
        policies = {defect.id: self.policy(defect.id) for defect in taxonomy}
        return DrawingRules(taxonomy, overlap=policies, locked=self.locked, hidden=hidden)

    def policy(self, class_id: int) -> OverlapPolicy:
        """What a class does to those it meets when it is drawn."""
        return self.overlap.get(class_id, self.default_overlap)

    @property
    def visible_classes(self) -> tuple[int, ...]:
        """The ids of the classes that are shown."""
        if self.case is None:
            return ()
        return tuple(c.id for c in self.case.case.taxonomy if self.canvas.class_visible(c.id))

    def erased_by(self, pointer: PointerAt) -> tuple[int, ...]:
        """The classes an eraser takes away: the one drawn with, or with Shift all that are shown."""
        shift = bool(pointer.modifiers & Qt.KeyboardModifier.ShiftModifier)
        return self.visible_classes if shift else (self.class_id,)

    # Means

    def set_class(self, class_id: int) -> None:
        """Draw with another class."""
        self.class_id = class_id
        self.means_changed.emit()

    def set_tip(self, tip_px: int) -> None:
        """Draw with another diameter."""
        self.tip_px = larger_tip(tip_px, 0)
        self.means_changed.emit()

    def set_tip_shape(self, tip: Tip) -> None:
        """Draw with a round or a square tip."""
        self.tip = tip
        self.means_changed.emit()

    def set_tolerance(self, tolerance: int) -> None:
        """Let the wand's pixels differ by so many grey levels of 256."""
        self.tolerance = min(max(tolerance, 0), LARGEST_TOLERANCE)
        self.means_changed.emit()

    # Edits

    def show(self, edits: Edits) -> None:
        """Show a part of a step; ``finish`` keeps it, ``take_back`` does not."""
        assert self.case is not None, "there is a case"
        for edit in edits:
            self.repaint(self.case.apply(edit))

    def take_back(self) -> None:
        """Take away what was shown since the last finished step."""
        if self.case is not None:
            self.repaint(self.case.document.cancel())

    def finish(self, action: Action) -> None:
        """Keep what was shown as one step."""
        if self.case is not None and self.case.finish(action) is not None:
            self.step_finished.emit()

    def do(self, edits: Edits, action: Action) -> bool:
        """Apply edits as one step; whether anything changed."""
        patch = None if self.case is None else self.case.do_all(edits, action)
        if patch is None:
            return False
        self.repaint(patch.box_px)
        self.step_finished.emit()
        return True

    def repaint(self, box: Box | None) -> None:
        """Draw a box of the masks anew."""
        if box is not None:
            self.canvas.update_rect(*box)
