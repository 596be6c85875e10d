"""From a plan to a bundle: read, split, train, tune, measure, write. Every step is a function of its own elsewhere."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from lightning_fabric import Fabric
from torch import nn

from models.bundle import Bundle, BundleSpec, write_bundle
from models.data.collection import IGNORED, Collection, target_index
from models.data.readers import read_collection
from models.data.splits import Split, split_by_content, without_copies
from models.data.statistics import Normalisation, frames_by_class, normalisation
from models.evaluation.evaluation import clean_region_metrics, evaluate
from models.labels.masks import class_mask
from models.predictor import Predictor
from models.runtimes.torch_runtime import TorchRuntime
from models.training.card import write_card
from models.training.class_figures import evaluate_classes
from models.training.inference import infer
from models.training.memory import keep_freed_memory
from models.training.metrics import METRIC_WORDS
from models.training.network import recorded_options, task_name
from models.training.plan import Plan
from models.training.progress import say
from models.training.thresholds import TunedThresholds, TuningFrame, tune_gate, tune_thresholds
from models.training.trainer import Trained, make_fabric, train


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The data of one training, split, with what the card says of it."""

    train: Collection
    validation: Collection
    test: Collection
    split: Split
    sha256: str


def train_bundle(plan: Plan, folder: Path, command: str, device: str = "auto") -> Bundle:
    """Follow a plan and write its bundle as ``folder``; an unfinished training beside it is gone on with.

    ``command`` goes into the card. Raises ``DataError``, ``NetworkError``, ``CheckpointError``, ``TrainingError`` or
    ``BundleError``, each with one sentence.
    """
    parts = read_parts(plan)
    say(
        f"{len(parts.train)} frames to train, {len(parts.validation)} to validate, {len(parts.test)} to test; "
        f"{parts.split.groups} groups of alike frames."
    )
    keep_freed_memory()
    fabric = make_fabric(plan.schedule.precision, device)
    scale = normalisation(parts.train)
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    trained = train(plan, (parts.train, parts.validation), scale, unfinished, parts.sha256, fabric)
    bundle = finish(plan, parts, trained, scale, fabric, folder, command)
    shutil.rmtree(unfinished, ignore_errors=True)
    return bundle


def read_parts(plan: Plan) -> Parts:
    """The plan's data, split by content."""
    collection = read_collection(plan.data)
    split = split_by_content(collection, plan.data.validation_share, plan.data.test_share, plan.seed)
    if not plan.data.copies:
        split = without_copies(split, collection)
    return Parts(
        collection.subset(split.train),
        collection.subset(split.validation),
        collection.subset(split.test),
        split,
        collection.sha256(),
    )


def finish(
    plan: Plan, parts: Parts, trained: Trained, scale: Normalisation, fabric: Fabric, folder: Path, command: str
) -> Bundle:
    """Tune thresholds on the validation part, measure on the test part, write the bundle with its card."""
    classifies = task_name(plan) == "classify"
    if classifies:
        say("Tuning the gates on the validation part.")
        tuned = tuned_gates(fabric, trained.network, parts.validation, scale, plan)
    else:
        say("Tuning gates, pixel thresholds and minimum areas on the validation part.")
        frames = tuning_frames(fabric, trained.network, parts.validation, scale, plan)
        tuned = tune_thresholds(frames, plan.data.exclusive)
    spec = make_spec(plan, parts, trained, scale, tuned, fabric, command)
    weights = {name: tensor.detach().cpu().numpy() for name, tensor in trained.network.state_dict().items()}
    # The figures are those of the bundle as shipped, 16-bit weights and all: it is written once to be measured.
    trial = folder.with_name(f"{folder.name}.unfinished") / "trial"
    bundle = write_bundle(trial, spec, weights, "Not measured yet.\n")
    say("Measuring on the test part.")
    predictor = Predictor(bundle, TorchRuntime(bundle, "cuda" if fabric.device.type == "cuda" else "cpu", "Measuring."))
    try:
        if classifies:
            metrics = evaluate_classes(predictor, parts.test)
        else:
            metrics = evaluate(predictor, parts.test).metrics
            metrics["clean_regions"] = clean_region_metrics(predictor, parts.test)
    finally:
        predictor.close()
    spec = replace(spec, metrics=metrics)
    written = write_bundle(folder, spec, weights, write_card(spec, plan.limits))
    shutil.rmtree(trial, ignore_errors=True)
    figures = ("accuracy", "auroc") if classifies else ("mean_iou", "mean_dice")
    words = ", ".join(f"{METRIC_WORDS[name]} {metrics[name]}" for name in figures)
    say(f"{folder}: {words} on {metrics['frames']} frames.")
    return written


def tuning_frames(
    fabric: Fabric, network: nn.Module, collection: Collection, scale: Normalisation, plan: Plan
) -> Iterator[TuningFrame]:
    """What the network says of the frames of a collection, beside the truth."""
    exclusive = plan.data.exclusive
    with fabric.autocast():
        for output in infer(fabric, network, collection, scale, plan):
            stack = collection.stacks[output.row]
            yield TuningFrame(
                presence=output.presence,
                pixels=output.pixels[1:] if exclusive else output.pixels,
                truth=np.stack([class_mask(stack, defect.id) for defect in collection.taxonomy]),
                valid=target_index(stack, collection.taxonomy) != IGNORED,
            )


def tuned_gates(
    fabric: Fabric, network: nn.Module, collection: Collection, scale: Normalisation, plan: Plan
) -> TunedThresholds:
    """The gates of a classifier; there are no pixels to tune."""
    with fabric.autocast():
        outputs = sorted(infer(fabric, network, collection, scale, plan), key=lambda output: output.row)
    scores, held = np.stack([output.presence for output in outputs]), collection.presence
    return TunedThresholds(tuple(tune_gate(held[:, k], scores[:, k]) for k in range(held.shape[1])), (), ())


def make_spec(
    plan: Plan,
    parts: Parts,
    trained: Trained,
    scale: Normalisation,
    tuned: TunedThresholds,
    fabric: Fabric,
    command: str,
) -> BundleSpec:
    """The bundle's specification, without metrics."""
    names = parts.train.taxonomy.names
    return BundleSpec(
        name=plan.name,
        title=plan.title,
        network=plan.network.name,
        network_options=recorded_options(plan),
        taxonomy=parts.train.taxonomy,
        channels=plan.data.channels,
        mean=scale.mean,
        std=scale.std,
        tile_px=plan.run.tile_px,
        overlap_px=plan.run.overlap_px,
        exclusive=plan.data.exclusive,
        task=task_name(plan),
        multiple_px=int(trained.network.multiple_px),  # type: ignore[arg-type]
        gates=dict(zip(names, tuned.gates, strict=True)),
        pixel_thresholds=dict(zip(names, tuned.pixels, strict=False)),
        min_area_px=dict(zip(names, tuned.min_area_px, strict=False)),
        data=_data_words(plan, parts),
        training=_training_words(plan, trained, fabric, command),
    )


def _data_words(plan: Plan, parts: Parts) -> dict[str, Any]:
    return {
        "source": plan.data.source or f"Reader '{plan.data.reader}'",
        "terms": plan.data.terms or "not stated",
        "sha256": parts.sha256,
        "split_sha256": parts.split.sha256,
        "groups": parts.split.groups,
        "copies_left_out": len(parts.split.copies),
        "train_frames": len(parts.train),
        "validation_frames": len(parts.validation),
        "test_frames": len(parts.test),
        "train_frames_by_class": frames_by_class(parts.train),
        "test_frames_by_class": frames_by_class(parts.test),
    }


def _training_words(plan: Plan, trained: Trained, fabric: Fabric, command: str) -> dict[str, Any]:
    value = plan.to_json()
    # Paths say something of one computer only.
    value["data"] = {key: entry for key, entry in value["data"].items() if key not in ("folder", "labels")}
    return {
        "command": command,
        "plan": value,
        "epochs": len(trained.history),
        "best_epoch": trained.best_epoch,
        "validation_scores": [round(epoch.score, 4) for epoch in trained.history],
        "minutes": round(sum(epoch.seconds for epoch in trained.history) / 60, 1),
        "device": "a GPU" if fabric.device.type == "cuda" else f"CPU ({platform.machine()})",
        "precision": plan.schedule.precision,
    }
