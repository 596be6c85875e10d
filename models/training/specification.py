"""What a trained network's bundle says of itself, put together from plan, data and training."""

from __future__ import annotations

import platform
from typing import Any

from lightning_fabric import Fabric
from torch import nn

from models.bundle import BundleSpec
from models.data.statistics import Normalisation, frames_by_class
from models.training.network import open_start, recorded_options, task_name
from models.training.parts import Parts
from models.training.plan import Plan
from models.training.thresholds import TunedThresholds
from models.training.trainer import Trained


def make_spec(
    plan: Plan,
    parts: Parts,
    trained: Trained,
    network: nn.Module,
    scale: Normalisation,
    tuned: TunedThresholds,
    words: dict[str, Any],
) -> BundleSpec:
    """The bundle's specification, without metrics; ``network`` is what runs, ``words`` what is said of its training."""
    names = parts.train.taxonomy.names
    name, options = plan.network.name, recorded_options(plan)
    if network is not trained.network:
        name, options = "flipped", {"network": {"name": name, "options": options}, "flips": list(plan.run.test_time)}
    multiple_px = network.multiple_px
    assert isinstance(multiple_px, int)
    return BundleSpec(
        name=plan.name,
        title=plan.title,
        network=name,
        network_options=options,
        taxonomy=parts.train.taxonomy,
        channels=plan.data.channels,
        mean=scale.mean,
        std=scale.std,
        tile_px=plan.run.tile_px,
        overlap_px=plan.run.overlap_px,
        multiple_px=multiple_px,
        exclusive=plan.data.exclusive,
        task=task_name(plan),
        front_end=plan.run.front_end,
        gates=dict(zip(names, tuned.gates, strict=True)),
        pixel_thresholds=dict(zip(names, tuned.pixels, strict=False)),
        min_area_px=dict(zip(names, tuned.min_area_px, strict=False)),
        data=_data_words(plan, parts),
        training=words,
    )


def training_words(plan: Plan, trained: Trained, fabric: Fabric, command: str) -> dict[str, Any]:
    """How the weights came about, JSON-ready."""
    value = plan.to_json()
    # Paths say something of one computer only.
    for table in ("data", "validation"):
        places = ("folder", "labels", "test_folder", "test_labels")
        value[table] = {key: entry for key, entry in value[table].items() if key not in places}
    value["run"]["predict"] = value["network"]["start"] = ""
    scores = [None if epoch.score is None else round(epoch.score, 4) for epoch in trained.history]
    return {
        "command": command,
        "plan": value,
        "epochs": len(trained.history),
        "best_epoch": trained.kept_epoch,
        "metric": trained.metric,
        "validation_scores": scores,
        "minutes": round(sum(epoch.seconds for epoch in trained.history) / 60, 1),
        "device": "a GPU" if fabric.device.type == "cuda" else f"CPU ({platform.machine()})",
        "precision": plan.schedule.precision,
        "pretrained": trained.pretrained,
        "start": _start(plan),
        "batch_size": trained.batch_size,
        "accumulation": trained.accumulation,
    }


def _start(plan: Plan) -> dict[str, str] | None:
    """The bundle whose weights the training began with: its name and hash, for its path says nothing elsewhere."""
    if not plan.network.start:
        return None
    bundle = open_start(plan.network.start)
    return {"name": bundle.name, "sha256": bundle.sha256}


def _data_words(plan: Plan, parts: Parts) -> dict[str, Any]:
    measured = "test" if parts.test is not None else "validation" if parts.validation is not None else "train"
    counts = {
        "train_frames": len(parts.train),
        "validation_frames": 0 if parts.validation is None else len(parts.validation),
        "test_frames": 0 if parts.test is None else len(parts.test),
    }
    return {
        "source": plan.data.source or f"Reader '{plan.data.reader}'",
        "terms": plan.data.terms or "not stated",
        "sha256": parts.sha256,
        "split": plan.validation.strategy,
        "split_sha256": parts.split.sha256,
        "fold": parts.fold,
        "groups": parts.split.groups,
        "copies_left_out": len(parts.split.copies),
        **counts,
        "measured_on": measured,
        "train_frames_by_class": frames_by_class(parts.train),
        "test_frames_by_class": {} if parts.test is None else frames_by_class(parts.test),
    }
