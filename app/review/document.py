"""MaskDocument: the mask stack a person is editing, with undo and redo.

The live stack shows a stroke while it is drawn; a second copy holds the last finished step. Finishing compares the two
inside the touched box and keeps the changed rectangle, before and after, so that a step costs what it changed and not
what the frame measures.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from app.review.edit import Action, Box, Edit, clip, join, region
from app.review.history import History, Patch
from models.labels.components import Component, components
from models.labels.masks import Mask, MaskStack
from models.labels.taxonomy import Taxonomy

__all__ = ["DocumentError", "MaskDocument", "Patch"]


class DocumentError(ValueError):
    """A step that cannot be done to this document; the message says why."""


class MaskDocument:
    """The mask stack of one frame under correction.

    ``word`` is the stack the document is compared with: what the model (or the label file) said. ``stack`` is what
    stood when it was opened: an earlier correction, or the word itself. Neither argument is changed.
    """

    def __init__(self, stack: MaskStack, taxonomy: Taxonomy, word: MaskStack | None = None) -> None:
        self.taxonomy = taxonomy
        self._live = stack.copy()
        self._finished = stack.copy()
        self._word = stack.copy() if word is None else word.copy()
        if self._word.shape != stack.shape or self._word.dtype != stack.dtype:
            raise DocumentError(
                f"The stack is {stack.shape} {stack.dtype} and the model's {self._word.shape} {self._word.dtype}; "
                "they must be of one frame and one taxonomy."
            )
        self._open_box: Box | None = None
        self._undo = History()
        self._redo = History()
        self._steps = 0
        self._saved_steps = 0
        self._findings: tuple[Component, ...] | None = None

    @property
    def stack(self) -> MaskStack:
        """The live (H, W) mask stack, a stroke in progress included; a view that must not be written."""
        view = self._live.view()
        view.flags.writeable = False
        return view

    @property
    def word(self) -> MaskStack:
        """What the model (or the label file) said; a view that must not be written."""
        view = self._word.view()
        view.flags.writeable = False
        return view

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self._live.shape[0], self._live.shape[1]

    @property
    def dirty(self) -> bool:
        """Whether finished steps stand that are not saved."""
        return self._steps != self._saved_steps

    @property
    def empty(self) -> bool:
        """Whether no class has a pixel."""
        return not bool(self._live.any())

    @property
    def differs_from_word(self) -> bool:
        """Whether a pixel is not as the model (or the label file) had it."""
        return not np.array_equal(self._live, self._word)

    @property
    def undo_action(self) -> Action | None:
        """What ``undo`` would take back."""
        return self._undo.action

    @property
    def redo_action(self) -> Action | None:
        """What ``redo`` would do again."""
        return self._redo.action

    def apply(self, edit: Edit) -> Box | None:
        """Draw an edit into the live stack; the box touched, clipped to the frame. Finish the step with ``finish``."""
        box = clip(edit.box_px, *self.size)
        if box is None:
            return None
        left, top = box[0] - edit.box_px[0], box[1] - edit.box_px[1]
        mask = edit.mask[top : top + box[3], left : left + box[2]]
        kind = self._live.dtype.type
        part = self._live[region(box)]
        keep = kind(int(np.iinfo(self._live.dtype).max) & ~edit.clear)
        np.copyto(part, (part & keep) | kind(edit.draw), where=mask)
        self._open_box = join(self._open_box, box)
        self._findings = None
        return box

    def finish(self, action: Action) -> Patch | None:
        """End the step: everything applied since the last one becomes one undo step. ``None`` where nothing changed."""
        box, self._open_box = self._open_box, None
        if box is None:
            return None
        changed = _changed_box(self._finished[region(box)], self._live[region(box)], box)
        if changed is None:
            return None
        place = region(changed)
        patch = Patch(action, changed, self._finished[place].copy(), self._live[place].copy())
        self._finished[place] = patch.after
        if self._saved_steps > self._steps:
            self._saved_steps = -1  # the saved state lay among the steps that can no longer be redone
        self._redo.clear()
        self._undo.push(patch)
        self._steps += 1
        return patch

    def cancel(self) -> Box | None:
        """Take back what was applied since the last finished step; the box to draw anew."""
        box, self._open_box = self._open_box, None
        if box is not None:
            self._live[region(box)] = self._finished[region(box)]
            self._findings = None
        return box

    def do_all(self, edits: Iterable[Edit], action: Action) -> Patch | None:
        """Apply edits in order as one step of their own."""
        chosen = tuple(edits)
        if not chosen:
            return None
        self.cancel()
        for edit in chosen:
            self.apply(edit)
        return self.finish(action)

    def replace(self, box: Box, after: MaskStack, action: Action) -> Patch | None:
        """Make ``after`` the content of ``box`` as a step of its own (a journal's stroke, the model's word)."""
        if clip(box, *self.size) != box or after.shape != (box[3], box[2]):
            raise DocumentError(f"The rectangle {box} does not lie within a frame of {self.size}.")
        self.cancel()
        self._live[region(box)] = after
        self._open_box = box
        self._findings = None
        return self.finish(action)

    def clear(self, kept: int = 0) -> Patch | None:
        """No class anywhere but the bits ``kept``, as one undo step."""
        self.cancel()
        keep = self._live.dtype.type(kept)
        box = _bounds((self._live & ~keep) != 0)
        return None if box is None else self.replace(box, self._live[region(box)] & keep, Action.CLEAR)

    def restore_word(self, kept: int = 0) -> Patch | None:
        """Back to what the model (or the label file) said, all but the bits ``kept``, as one undo step."""
        self.cancel()
        keep = self._live.dtype.type(kept)
        box = _bounds(((self._live ^ self._word) & ~keep) != 0)
        if box is None:
            return None
        place = region(box)
        return self.replace(box, (self._word[place] & ~keep) | (self._live[place] & keep), Action.RESTORE)

    def undo(self) -> Patch | None:
        """Take back the last step. ``None`` where there is none. A stroke in progress is cancelled first."""
        self.cancel()
        patch = self._undo.pop()
        if patch is None:
            return None
        self._put(patch.box_px, patch.before)
        self._redo.push(patch)
        self._steps -= 1
        return patch

    def redo(self) -> Patch | None:
        """Do the step taken back last once more. ``None`` where there is none."""
        self.cancel()
        patch = self._redo.pop()
        if patch is None:
            return None
        self._put(patch.box_px, patch.after)
        self._undo.push(patch)
        self._steps += 1
        return patch

    def reset(self, stack: MaskStack) -> None:
        """Start from another stack of this frame, without history and as if it were saved."""
        if stack.shape != self._live.shape or stack.dtype != self._live.dtype:
            raise DocumentError("The stack is of another frame or taxonomy.")
        self._open_box = None
        self._live[:] = stack
        self._finished[:] = stack
        self._undo.clear()
        self._redo.clear()
        self._steps = self._saved_steps = 0
        self._findings = None

    def mark_saved(self) -> None:
        """The finished steps so far are kept elsewhere now."""
        self._saved_steps = self._steps

    def mark_unsaved(self) -> None:
        """What ``mark_saved`` took for kept is not, after all."""
        self._saved_steps = -1

    def finished_stack(self) -> MaskStack:
        """A copy of the stack after the last finished step, to be saved."""
        return self._finished.copy()

    def findings(self) -> tuple[Component, ...]:
        """The connected pieces of every class as they are now; computed when asked, kept until the next change."""
        if self._findings is None:
            self._findings = components(self._live, len(self.taxonomy))
        return self._findings

    def _put(self, box: Box, content: MaskStack) -> None:
        self._live[region(box)] = content
        self._finished[region(box)] = content
        self._findings = None


def _changed_box(before: MaskStack, after: MaskStack, box: Box) -> Box | None:
    """The smallest box, in frame pixels, around the pixels of ``box`` that differ."""
    bounds = _bounds(before != after)
    return None if bounds is None else (box[0] + bounds[0], box[1] + bounds[1], bounds[2], bounds[3])


def _bounds(mask: Mask) -> Box | None:
    """The smallest box around the pixels of a mask, ``None`` where it has none."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return (int(x), int(y), int(width), int(height)) if width else None
