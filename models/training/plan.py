"""The training plan: one TOML file that reads top to bottom, checked key by key."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from models.data.readers import DataPlan
from models.training.plan_checks import complaints
from models.training.plan_tables import (
    AugmentationPlan,
    LoggingPlan,
    LossPlan,
    MixPlan,
    NetworkPlan,
    RunPlan,
    SchedulePlan,
    ValidationPlan,
)
from models.training.records import PlanError, read_record

__all__ = [
    "AugmentationPlan",
    "LoggingPlan",
    "LossPlan",
    "MixPlan",
    "NetworkPlan",
    "Plan",
    "PlanError",
    "RunPlan",
    "SchedulePlan",
    "ValidationPlan",
    "read_plan",
]

BEYOND_WEIGHTS: dict[str, tuple[str, ...]] = {
    "data": ("folder", "labels", "source", "terms"),
    "schedule": ("workers",),
    "validation": ("folder", "labels", "test_folder", "test_labels", "train_metric", "threshold", "tune"),
}
"""Keys that decide no weight: where the data lies (its own hash says what it is), and what is done beside it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole training: everything that decides the weights but the pixels themselves.

    ``name`` is the bundle's, ``title`` what people call it, ``limits`` what its card warns of. ``seed`` decides
    weights, crops and split; -1 draws a fresh one, which the bundle then names.
    """

    name: str
    title: str
    data: DataPlan
    limits: str = "Not stated; measure on your own frames before you rely on it."
    seed: int = 1
    network: NetworkPlan = field(default_factory=NetworkPlan)
    augmentation: AugmentationPlan = field(default_factory=AugmentationPlan)
    mix: MixPlan = field(default_factory=MixPlan)
    schedule: SchedulePlan = field(default_factory=SchedulePlan)
    loss: LossPlan = field(default_factory=LossPlan)
    validation: ValidationPlan = field(default_factory=ValidationPlan)
    logging: LoggingPlan = field(default_factory=LoggingPlan)
    run: RunPlan = field(default_factory=RunPlan)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready mapping for the bundle."""
        value = dataclasses.asdict(self)
        network = value["network"]
        value["network"] = {**network.pop("options"), **network}
        return typing.cast("dict[str, Any]", json.loads(json.dumps(value)))

    def sha256(self, data_sha256: str) -> str:
        """A hash over the plan and its data: a training may be resumed where it is the same."""
        value = self.to_json()
        for key in ("title", "limits", "logging", "run"):
            del value[key]
        for table, keys in BEYOND_WEIGHTS.items():
            value[table] = {key: entry for key, entry in value[table].items() if key not in keys}
        return hashlib.sha256(json.dumps([value, data_sha256], sort_keys=True).encode()).hexdigest()


def read_plan(path: Path) -> Plan:
    """Read and check a plan. Raises ``PlanError`` naming the file and the key that is wrong, missing or unknown."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PlanError(f"The plan {path} is not there; name a TOML file.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(f"The plan {path} cannot be read as TOML: {error}.") from error
    plan = read_record(Plan, table, path)
    for key, sentence in complaints(plan):
        raise PlanError(f"{path}: {key} {sentence}.")
    return plan
