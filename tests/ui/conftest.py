"""The review page over a label file, as several test files use it."""

import csv

import cv2
import numpy as np
import pytest
from review_bench import HEIGHT, LEFT, WIDTH, Bench, block, make_desk

from app.ui.application import make_application
from models.labels.rle import encode


@pytest.fixture
def application(qapp):
    return make_application([])


@pytest.fixture
def labels(tmp_path):
    """Three frames; the file knows of two findings in the first and one in the second."""
    frames = tmp_path / "frames"
    frames.mkdir()
    for number, name in enumerate(("a.png", "b.png", "c.png")):
        grey = np.random.default_rng(number).integers(60, 120, (HEIGHT, WIDTH)).astype(np.uint8)
        cv2.imwrite(str(frames / name), grey)
    path = tmp_path / "labels.csv"
    with path.open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["ImageId", "ClassId", "EncodedPixels"])
        rows.writerow(["a.png", 1, encode(block(10, 20, 12, 16))])
        rows.writerow(["a.png", 2, encode(block(40, 90, 8, 30))])
        rows.writerow(["b.png", 3, encode(block(5, 5, 20, 20))])
    return path


@pytest.fixture
def bench(qtbot, application, labels, tmp_path):
    """The page over the label file, its first labelled frame on the table."""
    desk = make_desk(tmp_path)
    made = Bench(qtbot, desk)
    sheet = made.page.open_sheet
    sheet.file_edit.setText(str(labels))
    qtbot.mouseClick(sheet.open_button, LEFT)
    qtbot.waitUntil(lambda: made.page.case is not None)
    made.go("a.png")
    yield made
    made.page.stop()
    desk.close()
