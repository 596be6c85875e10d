"""The training plan: one TOML file that reads top to bottom, checked key by key."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from models.data.readers import DataPlan

T = TypeVar("T")
PRECISIONS = ("bf16", "32")


class PlanError(ValueError):
    """A plan that cannot be followed; one sentence names the file, the key and the remedy."""


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """``[network]``: which network ``models.networks.registry`` builds.

    ``pretrained`` starts from ImageNet weights, which are downloaded. Every other key of the table is an option of the
    network, kept in ``options`` and checked by name when the network is built.
    """

    name: str = "cascade"
    pretrained: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AugmentationPlan:
    """``[augmentation]``: the fields of ``models.data.crops.Augmentation``."""

    size_px: tuple[int, int] = (192, 192)
    flips: bool = True
    brightness: float = 0.25
    contrast: float = 0.25
    defect_share: float = 0.0
    transpose: bool = False
    zoom: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """``[schedule]``: how long, how fast, how exactly."""

    epochs: int = 25
    batch_size: int = 32
    crops_a_frame: int = 1
    max_learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    precision: str = "bf16"


@dataclass(frozen=True, slots=True)
class LossPlan:
    """``[loss]``: how the parts of the loss weigh."""

    dice_weight: float = 1.0
    presence_weight: float = 0.3
    present_px: int = 16
    """A crop or a place of it holds a class from so many pixels on."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """``[run]``: how the trained bundle cuts frames."""

    tile_px: tuple[int, int] = (256, 512)
    overlap_px: int = 64


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole training: everything that decides the weights but the pixels themselves."""

    name: str
    title: str
    data: DataPlan
    limits: str = "Not stated; measure on your own frames before you rely on it."
    seed: int = 1
    network: NetworkPlan = field(default_factory=NetworkPlan)
    augmentation: AugmentationPlan = field(default_factory=AugmentationPlan)
    schedule: SchedulePlan = field(default_factory=SchedulePlan)
    loss: LossPlan = field(default_factory=LossPlan)
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
        # The folder may move between two halves of one training; the data's own hash says whether it is the same.
        words = {"folder": "", "labels": "", "source": "", "terms": ""}
        value = {**value, "title": "", "limits": "", "data": {**value["data"], **words, "content": data_sha256}}
        return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def read_plan(path: Path) -> Plan:
    """Read and check a plan. Raises ``PlanError`` naming the file and the key that is wrong, missing or unknown."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PlanError(f"The plan {path} is not there; name a TOML file.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PlanError(f"The plan {path} cannot be read as TOML: {error}.") from error
    plan = _record(Plan, table, path, "")
    _check(plan, path)
    return plan


def _check(plan: Plan, path: Path) -> None:
    schedule, augmentation = plan.schedule, plan.augmentation
    wrong = {
        "data.classes": not plan.data.classes and "must name at least one class",
        "data.channels": plan.data.channels not in (1, 3) and "must be 1 (grey) or 3 (RGB)",
        "schedule.epochs": schedule.epochs < 1 and "must be at least 1",
        "schedule.batch_size": schedule.batch_size < 2 and "must be at least 2, or batch normalisation has no batch",
        "schedule.crops_a_frame": schedule.crops_a_frame < 1 and "must be at least 1",
        "schedule.max_learning_rate": schedule.max_learning_rate <= 0 and "must be above 0",
        "schedule.precision": schedule.precision not in PRECISIONS and f"must be one of {', '.join(PRECISIONS)}",
        "augmentation.size_px": any(side < 32 or side % 32 for side in augmentation.size_px)
        and "must be two multiples of 32",
        "augmentation.zoom": not 0.25 <= augmentation.zoom[0] <= augmentation.zoom[1] <= 4
        and "must be two factors, the smaller first, from 0.25 to 4",
        "augmentation.transpose": augmentation.transpose
        and augmentation.size_px[0] != augmentation.size_px[1]
        and "needs a square augmentation.size_px",
        "run.tile_px": any(side < 32 or side % 32 for side in plan.run.tile_px) and "must be two multiples of 32",
    }
    for key, sentence in wrong.items():
        if sentence:
            raise PlanError(f"{path}: {key} {sentence}.")


def _record(kind: type[T], table: Mapping[str, Any], path: Path, where: str) -> T:
    """A dataclass from a TOML table; every key is checked by name and type."""
    hints = typing.get_type_hints(kind)
    if kind is NetworkPlan:
        own = hints.keys() - {"options"}
        options = {key: value for key, value in table.items() if key not in own}
        table = {**{key: value for key, value in table.items() if key in own}, "options": options}
    unknown = sorted(set(table) - set(hints))
    if unknown:
        raise PlanError(f"{path}: there is no key '{where}{unknown[0]}'; known are {', '.join(sorted(hints))}.")
    values: dict[str, Any] = {}
    for entry in dataclasses.fields(typing.cast("Any", kind)):
        key = f"{where}{entry.name}"
        if entry.name in table:
            values[entry.name] = _value(hints[entry.name], table[entry.name], path, key)
        elif entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
            raise PlanError(f"{path}: the key '{key}' is missing; add it.")
    return kind(**values)


def _value(hint: Any, value: Any, path: Path, key: str) -> Any:
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise PlanError(f"{path}: '{key}' must be a table, [{key}].")
        return _record(typing.cast("type[Any]", hint), value, path, f"{key}.")
    if typing.get_origin(hint) is Mapping:
        if not isinstance(value, dict):
            raise PlanError(f"{path}: '{key}' must be a table, [{key}].")
        return {name: _value(typing.get_args(hint)[1], item, path, f"{key}.{name}") for name, item in value.items()}
    if hint is Any:
        return value
    if typing.get_origin(hint) is tuple:
        return _tuple(typing.get_args(hint), value, path, key)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise PlanError(f"{path}: '{key}' is {value!r} and must be of type {hint.__name__}.")
    return value


def _tuple(kinds: tuple[Any, ...], value: Any, path: Path, key: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise PlanError(f"{path}: '{key}' is {value!r} and must be a list.")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise PlanError(f"{path}: '{key}' has {len(value)} values and must have {len(kinds)}.")
    return tuple(_value(kind, item, path, key) for kind, item in zip(kinds, value, strict=True))
