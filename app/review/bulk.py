"""Bulk changes: one change to many frames, each saved as a correction of its own that can be undone in its frame.

A frame is loaded, changed, journalled and saved before the next one is touched, so that a change that is stopped, or
killed, leaves whole frames behind: those it came to, changed and saved, and the others as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from app.review.edit import Action, Edit, class_bit
from app.review.journal import JournalFolder
from app.review.open_case import OpenCase, Reviewer
from app.review.ports import PERSONS_WORD, ReviewError, ReviewItem, ReviewStore
from app.words.correction import Correction, ReviewState
from models.labels.components import piece_masks
from models.labels.masks import class_mask
from models.labels.taxonomy import Taxonomy

_SAVE_LIMIT_S = 60.0

Progress = Callable[[int, int], bool]
"""Told (frames done, frames in all); answers whether to go on."""


class LeftAlone(StrEnum):
    """Why a frame was not touched."""

    UNSAVED = "unsaved"
    """Strokes stand in it that nobody has decided on."""
    NO_IMAGE = "no_image"
    NO_CLASS = "no_class"
    """It has no pixel of the class, or its taxonomy does not know the new one."""


@dataclass(frozen=True, slots=True)
class Relabel:
    """Every pixel of one class becomes another's; both by name.

    A frame somebody had decided on stays decided. One that nobody had is saved as unsure, for a change of class says
    nothing of what was missed, unless ``decides`` says that the frames were looked at.
    """

    from_name: str
    to_name: str
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Decide:
    """Every frame gets this state: ``CONFIRMED`` its masks as they are, ``VERIFIED_EMPTY`` without any, ``UNSURE``."""

    state: ReviewState


Change = Relabel | Decide


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What a change would do: the frames it would touch, and who would be left alone and why, by name.

    ``findings`` are the pieces that get another class, ``undecided`` the frames that would stay undecided, ``cleared``
    those that would lose masks.
    """

    change: Change
    frames: tuple[UUID, ...]
    findings: int = 0
    undecided: int = 0
    cleared: int = 0
    left_alone: Mapping[LeftAlone, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What a change did: how many of ``frames`` were saved, and who was left alone, already in the plan or since.

    ``problem`` is what ended it before its end, '' where nothing did.
    """

    frames: int
    saved: int
    left_alone: Mapping[LeftAlone, Sequence[str]]
    stopped: bool = False
    problem: str = ""


class _Ledger:
    """Who is left alone, by reason."""

    def __init__(self, before: Mapping[LeftAlone, Sequence[str]] | None = None) -> None:
        self.names: dict[LeftAlone, list[str]] = {why: list(names) for why, names in (before or {}).items()}

    def add(self, why: LeftAlone, name: str) -> None:
        self.names.setdefault(why, []).append(name)


def plan_change(
    change: Change,
    items: Iterable[ReviewItem],
    store: ReviewStore,
    unsaved: Collection[UUID],
    progress: Progress | None = None,
) -> BulkPlan:
    """What a change would do to these items; those in ``unsaved`` hold strokes nobody has decided on.

    Masks are read only where findings are to be counted. Raises ``ReviewError`` where it is stopped or a frame is gone.
    """
    ledger = _Ledger()
    touched = []
    for item in items:
        why = _hindrance(change, item, unsaved)
        if why is None:
            touched.append(item)
        else:
            ledger.add(why, item.name)
    findings = 0
    if isinstance(change, Relabel):
        findings, touched = _counted(change, touched, store, ledger, progress)
    return BulkPlan(
        change=change,
        frames=tuple(item.id for item in touched),
        findings=findings,
        undecided=sum(not _decides(change, item.state) for item in touched),
        cleared=sum(bool(item.class_names) for item in touched if change == Decide(ReviewState.VERIFIED_EMPTY)),
        left_alone=ledger.names,
    )


def do_change(
    plan: BulkPlan,
    store: ReviewStore,
    journals: JournalFolder,
    reviewer: Reviewer,
    on_saved: Callable[[UUID, Correction], None],
    progress: Progress | None = None,
) -> BulkReport:
    """Do it, frame by frame; ``on_saved`` is told each correction once the store has it.

    No other ``OpenCase`` may have one of the frames open meanwhile. Ends at the first frame that cannot be saved, whose
    change then stands in its journal as an unsaved stroke.
    """
    ledger = _Ledger(plan.left_alone)
    saved = 0
    for place, item_id in enumerate(plan.frames):
        if progress is not None and not progress(place, len(plan.frames)):
            return BulkReport(len(plan.frames), saved, ledger.names, stopped=True)
        try:
            correction = _change_one(plan.change, item_id, store, journals, reviewer, ledger)
        except ReviewError as error:
            return BulkReport(len(plan.frames), saved, ledger.names, problem=str(error))
        if correction is not None:
            saved += 1
            on_saved(item_id, correction)
    return BulkReport(len(plan.frames), saved, ledger.names)


def _hindrance(change: Change, item: ReviewItem, unsaved: Collection[UUID]) -> LeftAlone | None:
    if item.id in unsaved:
        return LeftAlone.UNSAVED
    if not item.readable:
        return LeftAlone.NO_IMAGE
    if isinstance(change, Relabel) and change.from_name not in item.class_names:
        return LeftAlone.NO_CLASS
    return None


def _counted(
    change: Relabel, items: Sequence[ReviewItem], store: ReviewStore, ledger: _Ledger, progress: Progress | None
) -> tuple[int, list[ReviewItem]]:
    """How many findings change, and in which of the items."""
    findings, touched = 0, []
    for place, item in enumerate(items):
        if progress is not None and not progress(place, len(items)):
            raise ReviewError("Counting was stopped.")
        case = store.load(item.id)
        ids = _ids(change, case.taxonomy)
        if case.stack is None or case.image is None:
            ledger.add(LeftAlone.NO_IMAGE, item.name)
        elif ids is None:
            ledger.add(LeftAlone.NO_CLASS, item.name)
        else:
            findings += sum(1 for _ in piece_masks(case.stack, ids[0]))
            touched.append(item)
    return findings, touched


def _change_one(
    change: Change,
    item_id: UUID,
    store: ReviewStore,
    journals: JournalFolder,
    reviewer: Reviewer,
    ledger: _Ledger,
) -> Correction | None:
    """Change and save one frame; ``None`` where it was left alone. Raises ``ReviewError`` where it cannot be saved."""
    loaded = store.load(item_id)
    if loaded.stack is None or loaded.image is None:
        ledger.add(LeftAlone.NO_IMAGE, loaded.item.name)
        return None
    case = OpenCase(loaded, journals)
    try:
        if case.edited or case.problem:
            ledger.add(LeftAlone.UNSAVED, loaded.item.name)
            return None
        state = _changed(change, case)
        if state is None:
            ledger.add(LeftAlone.NO_CLASS, loaded.item.name)
            return None
        correction = case.hand_over(state, reviewer)
        _wait_saved(case, correction, lambda: store.save_correction(correction, loaded.image))
        return correction
    finally:
        case.close()


def _changed(change: Change, case: OpenCase) -> ReviewState | None:
    """Make the change to an open case; the state it is to be saved in, ``None`` where there is nothing to change."""
    if isinstance(change, Decide):
        if change.state is ReviewState.VERIFIED_EMPTY:
            case.clear()
        return case.decision if change.state is ReviewState.CONFIRMED else change.state
    ids = _ids(change, case.case.taxonomy)
    mask = None if ids is None else class_mask(case.document.stack, ids[0])
    if ids is None or mask is None or not mask.any():
        return None
    height, width = mask.shape
    case.do_all([Edit((0, 0, width, height), mask, class_bit(ids[0]), class_bit(ids[1]))], Action.RELABEL)
    return case.decision if _decides(change, case.state) else ReviewState.UNSURE


def _wait_saved(case: OpenCase, correction: Correction, save: Callable[[], Future[None]]) -> None:
    try:
        save().result(_SAVE_LIMIT_S)
    except Exception as error:  # whatever kept it off the disk, the work stands in the journal
        case.refused(correction, error)
        raise ReviewError(case.problem) from error
    case.stored(correction)


def _decides(change: Change, state: ReviewState) -> bool:
    """Whether a frame in this state is decided after the change."""
    if isinstance(change, Decide):
        return change.state in PERSONS_WORD
    return change.decides or state in PERSONS_WORD


def _ids(change: Relabel, taxonomy: Taxonomy) -> tuple[int, int] | None:
    """The ids of both classes; ``None`` where the taxonomy does not know one of them."""
    by_name = {defect.name: defect.id for defect in taxonomy}
    if change.from_name not in by_name or change.to_name not in by_name:
        return None
    return by_name[change.from_name], by_name[change.to_name]
