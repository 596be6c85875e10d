"""The review is killed at random moments; every finished step is there afterwards, and of others none or all."""

import os
import random
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from killed_editor import FINISHED, FRAMES, SIZE, opened, perform, script

from app.review.document import MaskDocument
from app.words.correction import ReviewState
from models.labels.rle import encode

ROOT = Path(__file__).parents[2]
LONGEST_S = 0.3
KILLS_A_FOLDER = 20


@pytest.fixture
def labelled(tmp_path):
    """A label file and its three frames, with something for a wand to find."""
    frames = tmp_path / "frames"
    frames.mkdir()
    for number, name in enumerate(FRAMES):
        noise = np.random.default_rng(number).normal(size=SIZE)
        cv2.imwrite(str(frames / name), np.uint8(120 + 400 * cv2.GaussianBlur(noise, (0, 0), 4).clip(-0.25, 0.25)))
    mask = np.zeros(SIZE, bool)
    mask[10:30, 20:50] = True
    labels = tmp_path / "labels.csv"
    labels.write_text(f"ImageId,ClassId,EncodedPixels\na.png,1,{encode(mask)}\n")
    return labels, frames


@pytest.fixture
def editor(labelled):
    """The program that is killed."""
    program = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("killed_editor.py")), *map(str, labelled)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])},
    )
    yield program
    program.stdin.close()
    program.wait(60)
    program.stdout.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the program is forked, which this system cannot")
@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_killed_at_any_moment_at_most_the_step_under_way_is_gone(labelled, editor, tmp_path, kills):
    finished = kept = 0
    for first in range(0, kills, KILLS_A_FOLDER):
        folder = tmp_path / f"station-{first}"
        folder.mkdir()
        counts = _killed_in(labelled, folder, editor, range(first, min(first + KILLS_A_FOLDER, kills)))
        finished, kept = finished + counts[0], kept + counts[1]
    assert finished > kills
    print(f"{kills} kills, {finished} finished steps, all there; {kept} steps under way were there whole")  # noqa: T201


def _killed_in(labelled, folder, editor, seeds):
    """Kill the program once a seed in one folder; how many steps had been finished, and how many more were there."""
    file, journals, cases = opened(*labelled, folder)
    images = [case.case.image for case in cases]
    expected = [MaskDocument(case.document.stack, case.case.taxonomy, case.document.word) for case in cases]
    _close(file, journals, cases)
    finished, kept, saved = 0, 0, set()
    for seed in seeds:
        count = _kill(editor, seed, folder)
        steps = script(seed)
        for _ in range(count):
            step = next(steps)
            saved |= {step.place} if step.kind == "save" else set()
            perform(step, expected[step.place], expected[step.place], images[step.place])
        under_way = next(steps)
        file, journals, cases = opened(*labelled, folder)
        for place, (case, document) in enumerate(zip(cases, expected, strict=True)):
            if place == under_way.place and not np.array_equal(case.document.stack, document.stack):
                perform(under_way, document, document, images[place])
                kept += 1
            where = f"{FRAMES[place]} at kill {seed}, after {count} steps, in {under_way}"
            assert not case.problem, where
            assert np.array_equal(case.document.stack, document.stack), where
            assert case.document.undo_action is document.undo_action, where
            assert place not in saved or case.state is not ReviewState.TO_DO, where
        finished += count
        _close(file, journals, cases)
    assert not list(folder.rglob("*.set-aside"))
    _undo_all(labelled, folder, expected)
    return finished, kept


def _kill(editor, seed, folder):
    """Have the program killed at a random moment; how many steps it had finished."""
    # One in eight while the frames are being opened, which reads and may move the journals.
    since = "opened" if seed % 8 else "start"
    editor.stdin.write(f"{seed} {since} {random.Random(seed).uniform(0, LONGEST_S)} {folder}\n")
    editor.stdin.flush()
    assert editor.stdout.readline() == "killed\n"
    finished = folder / FINISHED
    return finished.stat().st_size if finished.exists() else 0


def _undo_all(labelled, folder, expected):
    """The whole history is there as well."""
    file, journals, cases = opened(*labelled, folder)
    for case, document in zip(cases, expected, strict=True):
        while document.undo():
            assert case.document.undo()
            assert np.array_equal(case.document.stack, document.stack)
        assert not case.document.undo()
    _close(file, journals, cases)


def _close(file, journals, cases):
    for case in cases:
        case.close()
    journals.close()
    file.close()
