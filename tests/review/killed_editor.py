"""A program that edits frames until it is killed: ``killed_editor.py LABELS FRAMES``.

It is told ``SEED FROM DELAY_S FOLDER`` line by line. For each it forks, and the fork opens a label file's frames as
the review does and goes through the steps of ``script(SEED)``, adding a byte to ``FOLDER/finished`` after each; it is
killed ``DELAY_S`` seconds after it began (FROM is ``start``) or had opened the frames (``opened``).
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from app.review.document import MaskDocument
from app.review.edit import Action
from app.review.journal import JournalFolder
from app.review.label_file import LabelFile, open_label_file
from app.review.open_case import OpenCase, Reviewer
from app.review.rules import DrawingRules
from app.review.tools.area import Point
from app.review.tools.brush import stroke
from app.review.tools.outline import polygon
from app.review.tools.wand import Wand
from app.words.frame import Image
from models.labels.taxonomy import make_taxonomy

TAXONOMY = make_taxonomy("three", ["a", "b", "c"])
FRAMES = ("a.png", "b.png", "c.png")
SIZE = (96, 160)
FINISHED = "finished"
_KINDS = ("brush", "brush", "brush", "erase", "polygon", "wand", "undo", "undo", "redo", "save")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person does on the frame at ``place``."""

    place: int
    kind: str
    points: tuple[Point, ...]
    class_id: int
    size: int


def script(seed: int) -> Iterator[Step]:
    """What a person does, without end: now and then another frame or class, between them several steps."""
    chance = random.Random(seed)
    place, class_id = 0, 1
    while True:
        if chance.random() < 0.3:
            place = chance.randrange(len(FRAMES))
        if chance.random() < 0.3:
            class_id = chance.randint(1, 5)
        points = tuple((chance.uniform(-5, SIZE[1] + 5), chance.uniform(-5, SIZE[0] + 5)) for _ in range(5))
        yield Step(place, chance.choice(_KINDS), points, class_id, chance.randint(1, 20))


def perform(step: Step, editor: OpenCase | MaskDocument, document: MaskDocument, image: Image) -> None:
    """Do a step on a case and its journal, or on a bare document; saving is no matter of a document."""
    rules, size = DrawingRules(document.taxonomy), document.size
    match step.kind:
        case "brush" | "erase":
            for start, end in pairwise(step.points):
                area = stroke(start, end, step.size)
                drawn = rules.draw(document.stack, area, step.class_id)
                for edit in drawn if step.kind == "brush" else rules.erase(document.stack, area, (step.class_id,)):
                    editor.apply(edit)
            editor.finish(Action.BRUSH if step.kind == "brush" else Action.ERASE)
        case "polygon":
            editor.do_all(rules.draw(document.stack, polygon(step.points, size), step.class_id), Action.POLYGON)
        case "wand":
            area = Wand(image, step.points[0]).area(step.size)
            editor.do_all(rules.draw(document.stack, area, step.class_id), Action.WAND)
        case "undo":
            editor.undo()
        case "redo":
            editor.redo()


def opened(labels: Path, frames: Path, folder: Path) -> tuple[LabelFile, JournalFolder, list[OpenCase]]:
    """Every frame on the table, with what the journals bring back."""
    file = open_label_file(labels, frames, folder / "work", lambda _: TAXONOMY).file
    journals = JournalFolder(folder / "journals")
    ids = {item.name: item.id for item in file.items()}
    return file, journals, [OpenCase(file.load(ids[name]), journals) for name in FRAMES]


def edit(labels: Path, frames: Path, folder: Path, seed: int, tell: int) -> None:
    """Go through the script, until killed; ``tell`` is the pipe to say in that the frames are opened."""
    file, _, cases = opened(labels, frames, folder)
    os.write(tell, b".")
    finished = os.open(folder / FINISHED, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    reviewer = Reviewer("weber", "line-2")
    for step in script(seed):
        case = cases[step.place]
        image = case.case.image
        assert image is not None
        perform(step, case, case.document, image)
        if step.kind == "save":
            correction = case.hand_over(case.decision, reviewer)
            file.save_correction(correction).result(30)
            case.stored(correction)
        assert not case.problem, case.problem
        os.write(finished, b".")


def main(labels: Path, frames: Path) -> None:
    for line in sys.stdin:
        seed, since, delay_s, place = line.rstrip("\n").split(maxsplit=3)
        folder = Path(place)
        (folder / FINISHED).unlink(missing_ok=True)
        told, tell = os.pipe()
        child = os.fork()
        if not child:
            try:
                edit(labels, frames, folder, int(seed), tell)
            finally:
                os._exit(1)
        os.close(tell)
        if since == "opened":
            os.read(told, 1)
        os.close(told)
        time.sleep(float(delay_s))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended by itself", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
