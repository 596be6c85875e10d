"""From a plan to a bundle: read, split, train, tune, measure, write. Every step is a function of its own elsewhere."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from lightning_fabric import Fabric

from models.bundle import Bundle, BundleSpec, require_replaceable, write_bundle
from models.data.cache import default_cache
from models.data.collection import Collection, DataError
from models.data.image_files import image_paths
from models.data.places import local_folder
from models.data.statistics import Normalisation
from models.evaluation.clean_regions import clean_region_metrics
from models.evaluation.evaluation import evaluate
from models.evaluation.measurement import measure
from models.evaluation.report_folder import write_report
from models.networks.flipped import Flipped
from models.predictor import Predictor
from models.runtimes.torch_runtime import TorchRuntime
from models.training.card import write_card
from models.training.checkpoint import CheckpointError
from models.training.devices import make_fabric
from models.training.logbook import NoLogbook, make_logbook
from models.training.memory import keep_freed_memory
from models.training.metrics import METRIC_WORDS
from models.training.network import task_name
from models.training.parts import Parts, make_normalisation, read_parts
from models.training.plan import Plan
from models.training.plan_fit import check_fit
from models.training.predictions import SUBMISSION_FILE, write_predictions
from models.training.progress import say
from models.training.specification import make_spec, training_words
from models.training.trainer import Trained, train
from models.training.tuning import make_thresholds

SEED_FILE = "seed.json"
LARGEST_SEED = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One training with its data: the only one, or one of several folds."""

    parts: Parts
    scale: Normalisation
    trained: Trained

    @property
    def score(self) -> float | None:
        """The score of the epoch that was kept."""
        return self.trained.history[self.trained.kept_epoch].score


def train_bundle(plan: Plan, folder: Path, command: str, device: str = "auto") -> Bundle | None:
    """Follow a plan and write its bundle as ``folder``; an unfinished training beside it is gone on with.

    ``command`` goes into the card. ``None`` where the plan wants no bundle, or from a process that only helps another
    one. Beside the bundle lie, where asked for, NAME.log, NAME.report and NAME.predictions. Raises ``PlanError``,
    ``DataError``, ``NetworkError``, ``CheckpointError``, ``TrainingError`` or ``BundleError``, each with one sentence.
    """
    check_fit(plan)
    _check_ends(plan, folder)
    unfinished = beside(folder, "unfinished")
    plan = with_seed(plan, unfinished)
    keep_freed_memory()
    fabric = make_fabric(plan.schedule.precision, device, plan.schedule.devices)
    all_parts = read_parts(plan)
    folds = []
    for parts in all_parts:
        _check_data(plan, parts.train)
        _say_parts(parts, len(all_parts))
        scale = make_normalisation(plan, parts.train)
        state_folder = unfinished if len(all_parts) == 1 else unfinished / f"fold-{parts.fold}"
        log_folder = folder if len(all_parts) == 1 else folder.with_name(f"{folder.name}-fold-{parts.fold}")
        logbook = make_logbook(plan.logging, log_folder) if fabric.global_rank == 0 else NoLogbook()
        try:
            both = parts.train, parts.validation
            folds.append(Fold(parts, scale, train(plan, both, scale, state_folder, parts.sha256, fabric, logbook)))
        finally:
            logbook.close()
    if fabric.global_rank != 0:
        return None
    _say_folds(folds)
    bundle = finish(plan, folds, fabric, folder, command) if plan.run.bundle else None
    shutil.rmtree(unfinished, ignore_errors=True)
    return bundle


def beside(folder: Path, what: str) -> Path:
    """A folder next to the bundle's for something that is no part of it."""
    return folder.with_name(f"{folder.name}.{what}")


def with_seed(plan: Plan, unfinished: Path) -> Plan:
    """The plan with a fresh seed where it says -1: the one an unfinished training was begun with, else a new one.

    Raises ``CheckpointError`` where the file that keeps it is broken.
    """
    if plan.seed >= 0:
        return plan
    path = unfinished / SEED_FILE
    try:
        seed = int(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        seed = secrets.randbelow(LARGEST_SEED)
        unfinished.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(seed), encoding="utf-8")
    except (OSError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} cannot be read ({error}); delete it to begin the training again.") from error
    say(f"The seed is {seed}.")
    return replace(plan, seed=seed)


def finish(plan: Plan, folds: Sequence[Fold], fabric: Fabric, folder: Path, command: str) -> Bundle:
    """Tune thresholds, measure on frames kept back, write the bundle with its card; of several folds the best one's."""
    best = max(folds, key=_worth)
    parts, trained = best.parts, best.trained
    network = Flipped.around(trained.network, plan.run.test_time).eval() if plan.run.test_time else trained.network
    tuned = make_thresholds(plan, fabric, network, parts.validation, best.scale)
    words = training_words(plan, trained, fabric, command)
    spec = make_spec(plan, parts, trained, network, best.scale, tuned, words)
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in network.state_dict().items()}
    # The figures are those of the bundle as shipped, 16-bit weights and all: it is written once to be measured.
    trial = beside(folder, "unfinished") / "trial"
    bundle = write_bundle(trial, spec, weights, "Not measured yet.\n")
    say(f"Measuring on the {spec.data['measured_on']} part.")
    predictor = Predictor(bundle, TorchRuntime(bundle, "cuda" if fabric.device.type == "cuda" else "cpu", "Measuring."))
    try:
        metrics = _measure(plan, predictor, parts.judged_on or parts.train, folder)
        if len(folds) > 1:
            metrics["cross_validation"] = _cross_validation(folds)
        if plan.run.predict:
            images = local_folder(plan.run.predict, "run.predict", default_cache())
            out = beside(folder, "predictions")
            count = write_predictions(predictor, images, out)
            say(f"{out / SUBMISSION_FILE}: {count} images.")
    finally:
        predictor.close()
    spec = replace(spec, metrics=metrics)
    written = write_bundle(folder, spec, weights, write_card(spec, plan.limits))
    shutil.rmtree(trial, ignore_errors=True)
    _say_figures(folder, spec)
    return written


def _measure(plan: Plan, predictor: Predictor, collection: Collection, folder: Path) -> dict[str, Any]:
    if not plan.run.report:
        return {
            **evaluate(predictor, collection).metrics,
            "clean_regions": clean_region_metrics(predictor, collection),
        }
    measurement = measure(predictor, collection)
    write_report(measurement, beside(folder, "report"))
    return {**measurement.evaluation.metrics, "clean_regions": measurement.extras["clean_regions"]}


def _worth(fold: Fold) -> float:
    if fold.score is None:
        return 0.0
    return -fold.score if fold.trained.metric == "loss" else fold.score


def _cross_validation(folds: Sequence[Fold]) -> dict[str, Any]:
    """The figure of every fold on frames it did not learn from, with mean and deviation (of the folds, N - 1)."""
    scores = [fold.score for fold in folds if fold.score is not None]
    return {
        "metric": folds[0].trained.metric,
        "folds": [None if fold.score is None else round(fold.score, 4) for fold in folds],
        "mean": round(float(np.mean(scores)), 4) if scores else None,
        "deviation": round(float(np.std(scores, ddof=1)), 4) if len(scores) > 1 else None,
    }


def _check_ends(plan: Plan, folder: Path) -> None:
    """What is wanted of the trained bundle can be had: told before the training and not hours later."""
    if not plan.run.bundle:
        return
    require_replaceable(folder)
    if plan.run.predict:
        image_paths(local_folder(plan.run.predict, "run.predict", default_cache()))


def _check_data(plan: Plan, collection: Collection) -> None:
    if collection.channels != plan.data.channels:
        raise DataError(
            f"The frames have {collection.channels} channel(s) and data.channels is {plan.data.channels}; write it so."
        )
    if task_name(plan) == "cascade" and not collection.drawn:
        raise DataError(
            f"Reader '{plan.data.reader}' tells classes alone, and network '{plan.network.name}' learns masks; "
            "name a network that classifies."
        )


def _say_parts(parts: Parts, folds: int) -> None:
    fold = f"Fold {parts.fold} of {folds}: " if folds > 1 else ""
    validation = 0 if parts.validation is None else len(parts.validation)
    test = 0 if parts.test is None else len(parts.test)
    say(
        f"{fold}{len(parts.train)} frames to train, {validation} to validate, {test} to test; "
        f"{parts.split.groups} groups of alike frames."
    )


def _say_folds(folds: Sequence[Fold]) -> None:
    if len(folds) > 1:
        figure = _cross_validation(folds)
        say(
            f"Cross-validated {METRIC_WORDS[figure['metric']]} over {len(folds)} folds: {figure['mean']} "
            f"± {figure['deviation']}."
        )


def _say_figures(folder: Path, spec: BundleSpec) -> None:
    figures = ("accuracy", "auroc") if spec.task == "classify" else ("mean_iou", "mean_dice")
    words = ", ".join(f"{METRIC_WORDS[name]} {spec.metrics[name]}" for name in figures)
    say(f"{folder}: {words} on {spec.metrics['frames']} frames.")
