"""Every figure that torchmetrics knows, too, counted by torchmetrics: the same of the same frames."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from brightness import brightness_spec

from models.bundle import write_bundle
from models.data.collection import IGNORED, Collection
from models.evaluation.curves import average_precision, calibration
from models.evaluation.figures import figures
from models.evaluation.records import confusion_px, record_frames
from models.labels.masks import class_mask, empty_stack, set_class
from models.labels.taxonomy import DefectClass, Role, Taxonomy
from models.predictor import Predictor
from models.runtimes.base import Encoded

torch = pytest.importorskip("torch")
classification = pytest.importorskip("torchmetrics.functional.classification")

TAXONOMY = Taxonomy(
    "graded",
    (
        DefectClass(1, "bright", "Bright", "#e69f00"),
        DefectClass(2, "dark", "Dark", "#56b4e9"),
        DefectClass(3, "glare", "Glare", "#009e73", role=Role.IGNORE),
    ),
)
COUNTED = (1, 2)
FRAMES, SIDE = 30, 32


class GradedRuntime:
    """The brighter the surer 'bright', the darker the surer 'dark', of pixels and, by the mean, of frames."""

    label = "graded"
    reason = "It needs no weights."

    def classify(self, tiles):
        bright = tiles[:, 0]
        pixels = np.stack([bright, 1 - bright, np.zeros_like(bright)], axis=1).astype(np.float32)
        return Encoded(pixels.mean(axis=(2, 3)), pixels)

    def segment(self, encoded, rows):
        return encoded.state[list(rows)]

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class Measured:
    """Frames of noise with labels that noise decides, what is said of them, and both as tensors."""

    collection: Collection
    records: object
    values: dict
    true: object
    drawn: object


@pytest.fixture(params=[True, False], ids=["one class a pixel", "classes may overlap"])
def measured(request, tmp_path) -> Measured:
    random = np.random.default_rng(5)
    images, stacks = [], []
    for _ in range(FRAMES):
        level = random.uniform(70, 190)
        image = random.normal(level, 50, (SIDE, SIDE)).clip(0, 255).astype(np.uint8)
        stack = empty_stack(SIDE, SIDE, 3)
        if random.random() < 0.7:
            set_class(stack, 1, (image > 150) & (random.random(image.shape) < 0.8))
        if random.random() < 0.5:
            set_class(stack, 2, (image < 100) & (random.random(image.shape) < 0.6))
        set_class(stack, 3, random.random(image.shape) < 0.1)
        images.append(image)
        stacks.append(stack)
    collection = Collection(TAXONOMY, tuple(map(str, range(FRAMES))), tuple(images), tuple(stacks))
    half = dict.fromkeys(TAXONOMY.names, 0.5)
    spec = replace(
        brightness_spec(tile_px=(SIDE, SIDE), overlap_px=0),
        taxonomy=TAXONOMY,
        exclusive=request.param,
        gates=half,
        pixel_thresholds={**half, "bright": 0.6},
        min_area_px=dict.fromkeys(TAXONOMY.names, 0),
    )
    bundle = write_bundle(tmp_path / "graded", spec, {"w": np.zeros(1, np.float32)}, "card")
    records, drawn = record_frames(Predictor(bundle, GradedRuntime()), collection)
    values = {key: float(value[0]) for key, value in figures(records).items()}
    planes = [np.array([[class_mask(s, k) for k in COUNTED] for s in some], dtype=np.int64) for some in (stacks, drawn)]
    planes[0][np.repeat([[class_mask(s, 3)] for s in stacks], 2, axis=1)] = IGNORED
    return Measured(collection, records, values, torch.from_numpy(planes[0]), torch.from_numpy(planes[1]))


def _of_pixels(name: str, measured: Measured, **more) -> list[float]:
    function = getattr(classification, name)
    return function(measured.drawn, measured.true, num_labels=2, average=None, ignore_index=IGNORED, **more).tolist()


@pytest.mark.parametrize(
    ("figure", "function"),
    [
        ("iou", "multilabel_jaccard_index"),
        ("dice", "multilabel_f1_score"),
        ("pixel_precision", "multilabel_precision"),
        ("pixel_recall", "multilabel_recall"),
    ],
)
def test_pixels(measured, figure, function):
    own = [measured.values[figure, name] for name in TAXONOMY.names[:2]]
    assert own == pytest.approx(_of_pixels(function, measured), abs=1e-6)
    assert 0.1 < min(own) < max(own) < 1


def test_means_over_pixels(measured):
    assert measured.values["mean_dice", ""] == pytest.approx(
        float(np.mean(_of_pixels("multilabel_f1_score", measured))), abs=1e-6
    )
    if not measured.records.one_class_a_pixel:
        expected = np.mean(_of_pixels("multilabel_jaccard_index", measured))
        assert measured.values["mean_iou", ""] == pytest.approx(float(expected), abs=1e-6)
        return
    # Where labels overlap the class with the higher id is the pixel's.
    true, drawn = (2 * planes[:, 1] + (1 - planes[:, 1]) * planes[:, 0] for planes in (measured.true, measured.drawn))
    true = torch.where(measured.true[:, 0] == IGNORED, IGNORED, true)
    counts = classification.multiclass_confusion_matrix(drawn, true, num_classes=3, ignore_index=IGNORED)
    assert confusion_px(measured.records.pixels)[:3, :3].tolist() == counts.tolist()
    iou = classification.multiclass_jaccard_index(drawn, true, num_classes=3, average=None, ignore_index=IGNORED)
    assert measured.values["mean_iou", ""] == pytest.approx(float(iou.mean()), abs=1e-6)
    assert measured.values["background_iou", ""] == pytest.approx(float(iou[0]), abs=1e-6)


@pytest.mark.parametrize(
    ("figure", "function", "by_score"),
    [
        ("precision", "binary_precision", False),
        ("recall", "binary_recall", False),
        ("f1", "binary_f1_score", False),
        ("auroc", "binary_auroc", True),
    ],
)
def test_frames(measured, figure, function, by_score):
    for class_id in COUNTED:
        truth = torch.from_numpy(measured.records.truth[:, class_id - 1]).long()
        probabilities = torch.from_numpy(measured.records.probabilities[:, class_id - 1])
        told = torch.from_numpy(measured.records.said[:, class_id - 1]).long()
        expected = getattr(classification, function)(probabilities if by_score else told, truth)
        own = measured.values[figure, TAXONOMY.by_id(class_id).name]
        assert own == pytest.approx(float(expected), abs=1e-6)
        assert 0 < own < 1


def test_accuracy_and_any_defect(measured):
    truth, said = (torch.from_numpy(flags[:, :2]).long() for flags in (measured.records.truth, measured.records.said))
    expected = classification.multilabel_exact_match(said, truth, num_labels=2)
    assert measured.values["accuracy", ""] == pytest.approx(float(expected), abs=1e-6)
    largest = torch.from_numpy(measured.records.probabilities[:, :2].max(axis=1))
    expected = classification.binary_auroc(largest, truth.amax(dim=1))
    assert measured.values["defect_auroc", ""] == pytest.approx(float(expected), abs=1e-6)


def test_curves(measured):
    for class_id in COUNTED:
        truth, scores = measured.records.held[:, class_id - 1], measured.records.probabilities[:, class_id - 1]
        pair = torch.from_numpy(scores), torch.from_numpy(truth).long()
        expected = float(classification.binary_average_precision(*pair))
        assert average_precision(truth, scores) == pytest.approx(expected, abs=1e-4)
    # torchmetrics calibrates the surer of the two answers: the same where every probability is above one half.
    sure = 0.5 + scores / 2.01
    expected = classification.binary_calibration_error(torch.from_numpy(sure), pair[1], n_bins=10, norm="l1")
    assert calibration(truth, sure)["expected_error"] == pytest.approx(float(expected), abs=1e-4)


def test_what_a_training_is_judged_by_is_what_evaluation_reports(measured):
    from models.training.tasks.presence import presence_figures

    counted = Taxonomy("counted", TAXONOMY.classes[:2])
    held = tuple(tuple(int(k) for k in np.flatnonzero(row[:2]) + 1) for row in measured.records.held)
    frames = replace(measured.collection, taxonomy=counted, labels=held, stacks=(empty_stack(SIDE, SIDE, 2),) * FRAMES)
    judged = presence_figures(measured.records.probabilities[:, :2], frames, 0.5, exclusive=False)
    assert judged["accuracy"] == pytest.approx(measured.values["accuracy", ""], abs=1e-6)
    assert judged["auroc"] == pytest.approx(measured.values["auroc", ""], abs=1e-6)
    f1 = [measured.values["f1", name] for name in counted.names]
    assert judged["f1"] == pytest.approx(float(np.mean(f1)), abs=1e-6)
