"""Predictions for frames nobody has labelled: a submission as Kaggle takes it, and the classes' probabilities."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from models.data.image_files import image_paths, read_image
from models.labels.kaggle import KaggleStyle, labels_csv
from models.labels.replacement import text_replacement
from models.predictor import Prediction, Predictor

SUBMISSION_FILE = "submission.csv"
PROBABILITIES_FILE = "probabilities.csv"

Progress = Callable[[Iterable[Path]], Iterable[Path]]


def write_predictions(predictor: Predictor, images: Path, folder: Path, progress: Progress = iter) -> int:
    """Predict every image of the folder ``images`` and write both files into ``folder``; the number of images.

    ``submission.csv`` has the columns ImageId_ClassId,EncodedPixels and a row for every image and class, its cell empty
    where the class was not found. A bundle that only classifies does not say where a class lies: it names the whole
    frame. ``probabilities.csv`` has a row an image, ImageId,p_CLASS…. Raises ``DataError`` where there is no image or
    one cannot be read.
    """
    paths = image_paths(images)
    taxonomy = predictor.taxonomy
    with (
        labels_csv(folder / SUBMISSION_FILE, len(taxonomy), KaggleStyle.FULL) as rows,
        text_replacement(folder / PROBABILITIES_FILE) as stream,
    ):
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(["ImageId", *(f"p_{name}" for name in taxonomy.names)])
        for path in progress(paths):
            prediction = predictor.predict(read_image(path, predictor.bundle.spec.channels))
            rows.add(path.name, _stack(predictor, prediction))
            table.writerow([path.name, *(f"{prediction.probabilities[defect.id]:.6f}" for defect in taxonomy)])
    return len(paths)


def _stack(predictor: Predictor, prediction: Prediction) -> np.ndarray:
    if predictor.bundle.spec.draws:
        return prediction.stack
    gates = predictor.thresholds.gates
    found = sum(1 << (k - 1) for k, value in prediction.probabilities.items() if value >= gates[k])
    return np.full_like(prediction.stack, found)
