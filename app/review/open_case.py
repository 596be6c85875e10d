"""OpenCase: one inspection on the reviewer's table: its document, its journal, its note and whether it is saved."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from uuid import UUID

from app.review.document import MaskDocument
from app.review.edit import Action, Box, Edit
from app.review.history import Patch
from app.review.journal import JournalFolder
from app.review.offered import offering, stated
from app.review.ports import PERSONS_WORD, ReviewCase, ReviewError
from app.words.correction import Correction, ReviewState
from models.labels.masks import MaskStack


class SaveStatus(Enum):
    """How safe the work on a case is."""

    CLEAN = "clean"
    """Nothing was changed since it was opened or saved."""
    EDITED = "edited"
    """Strokes stand in the journal that are not in the store."""
    SAVING = "saving"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who corrects, and where; ``new_id`` makes the ids of corrections."""

    actor: str
    station: str
    new_id: Callable[[], UUID] = uuid.uuid4


class OpenCase:
    """A loaded case under correction. Lives on one thread.

    ``case`` is the loaded one with classes for ignored pixels and unknown findings, offered where it had none.
    ``problem`` is the last thing that went wrong with keeping the work, as a sentence, '' while all is well.
    """

    def __init__(self, case: ReviewCase, journals: JournalFolder) -> None:
        if case.stack is None:
            raise ReviewError(f"{case.item.name} has no image to correct.")
        self.case = offering(case)
        self._own_taxonomy = case.taxonomy
        assert self.case.stack is not None, "it had one"
        self.document = MaskDocument(self.case.stack, self.case.taxonomy, self.case.word)
        self.note = case.note
        self.actor = case.actor
        self.state = case.item.state
        self.problem = ""
        self._saving: Correction | None = None
        self._refused: ReviewState | None = None
        self._note_changed = False
        recovery = journals.recover(case.item.id, self.document)
        self.recovered_steps = recovery.steps
        if recovery.note is not None:
            self.note, self._note_changed = recovery.note, True
        self.problem = recovery.problem
        self._journal = journals.begin(case.item.id, self.document)

    @property
    def id(self) -> UUID:
        """The inspection's id."""
        return self.case.item.id

    @property
    def edited(self) -> bool:
        """Whether something stands here that the store has not been handed."""
        return self.document.dirty or self._note_changed

    @property
    def status(self) -> SaveStatus:
        """How safe the work is."""
        if self._refused is not None:
            return SaveStatus.FAILED
        if self.edited:
            return SaveStatus.EDITED
        return SaveStatus.CLEAN if self._saving is None else SaveStatus.SAVING

    @property
    def refused_state(self) -> ReviewState | None:
        """The decision the store could not keep, to be tried again; ``None`` where there is none."""
        return self._refused

    @property
    def decision(self) -> ReviewState:
        """What accepting the masks as they are now would say of the frame.

        Masks without a pixel that a person accepts are 'no defect', however they came to be so.
        """
        if self.document.empty:
            return ReviewState.VERIFIED_EMPTY
        return ReviewState.CORRECTED if self.document.differs_from_word else ReviewState.CONFIRMED

    def apply(self, edit: Edit) -> Box | None:
        """Show a piece of a stroke; the box to draw anew."""
        return self.document.apply(edit)

    def finish(self, action: Action) -> Patch | None:
        """End the stroke and keep it on disk."""
        return self._kept(self.document.finish(action))

    def do_all(self, edits: Iterable[Edit], action: Action) -> Patch | None:
        """Edits in order as one step of their own, kept on disk."""
        return self._kept(self.document.do_all(edits, action))

    def replace(self, box: Box, after: MaskStack, action: Action) -> Patch | None:
        """Make ``after`` the content of a box as one step, kept on disk."""
        return self._kept(self.document.replace(box, after, action))

    def clear(self, kept: int = 0) -> Patch | None:
        """No class anywhere but the bits ``kept`` (those of locked and hidden classes), as one step."""
        return self._kept(self.document.clear(kept))

    def restore_word(self, kept: int = 0) -> Patch | None:
        """Back to what the model (or the label file) said, all but the bits ``kept``, as one step."""
        return self._kept(self.document.restore_word(kept))

    def undo(self) -> Patch | None:
        """Take back the last step."""
        return self._stepped(self.document.undo, "undo")

    def redo(self) -> Patch | None:
        """Do the step taken back last once more."""
        return self._stepped(self.document.redo, "redo")

    def set_note(self, text: str) -> None:
        """The reviewer's remark; it goes with the next correction."""
        if text == self.note:
            return
        self.note, self._note_changed = text, True
        try:
            self._journal.note(text)
        except ReviewError as error:
            self.problem = str(error)

    def hand_over(self, state: ReviewState, reviewer: Reviewer) -> Correction:
        """The correction to be stored; from here on the work counts as being saved.

        Call ``stored`` or ``refused`` when the store has answered.
        """
        self.document.cancel()
        stack = self.document.finished_stack()
        if state is ReviewState.VERIFIED_EMPTY and stack.any():
            raise ReviewError("A frame with masks cannot be saved as free of defects; clear them first.")
        if state not in PERSONS_WORD and state is not ReviewState.UNSURE:
            raise ReviewError("A correction says corrected, confirmed, no defect or unsure.")
        stated_stack, taxonomy = stated(stack, self.case.taxonomy, self._own_taxonomy)
        correction = Correction(
            id=reviewer.new_id(),
            inspection_id=self.id,
            state=state,
            stack=stated_stack,
            taxonomy=taxonomy,
            actor=reviewer.actor,
            station=reviewer.station,
            time_utc=datetime.now(UTC),
            note=self.note,
        )
        try:
            self._journal.saving(stack)
        except ReviewError as error:
            self.problem = str(error)
        self.document.mark_saved()
        self._note_changed = False
        self._refused = None
        self._saving = correction
        return correction

    def stored(self, correction: Correction) -> None:
        """The store has it; its strokes leave the journal."""
        self.state = correction.state
        self.actor = correction.actor
        if self._saving is correction:
            self._saving = None
            self.problem = ""
            self._journal.saved()

    def refused(self, correction: Correction, error: BaseException) -> None:
        """The store could not keep it: the work stays here and in the journal, and counts as unsaved."""
        if self._saving is not correction:
            return
        self._saving = None
        self._refused = correction.state
        why = str(error).rstrip(".")
        self.problem = f"{self.case.item.name} could not be saved: {why}. Your work is kept here; it is tried again."
        self.document.mark_unsaved()

    def close(self) -> None:
        """Let go of the journal file; unsaved strokes stay in it."""
        self._journal.close()

    def _stepped(self, step: Callable[[], Patch | None], kind: str) -> Patch | None:
        try:
            return self._kept(step(), kind)
        except OSError as error:
            self.problem = (
                f"The step before cannot be read any more: {error.strerror or error}; the masks stay as they are."
            )
            return None

    def _kept(self, patch: Patch | None, kind: str = "do") -> Patch | None:
        if patch is None:
            return None
        try:
            self._journal.step(patch, kind)
        except ReviewError as error:
            self.problem = str(error)
        return patch
