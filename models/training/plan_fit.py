"""Whether the tables of a plan fit its network: told before any data is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from torch import nn

from models.data.augmentations import listed_transforms
from models.data.collection import DataError
from models.networks.registry import NetworkError
from models.training.network import check_options, make_network, task_name
from models.training.plan import Plan, PlanError

CLASSIFIER_METRICS = ("accuracy", "auroc", "f1", "loss")


def check_fit(plan: Plan) -> None:
    """Build the plan's network with fresh weights and check what else the plan asks of it.

    Raises ``PlanError`` where it cannot be built, or naming the key that does not go with it.
    """
    try:
        check_options(plan)
        network = make_network(replace(plan, network=replace(plan.network, pretrained=False, start="")))
    except NetworkError as error:
        raise PlanError(str(error)) from error
    for key, sentence in _complaints(plan, network):
        raise PlanError(f"{key} {sentence}; network '{plan.network.name}' is not made for it.")
    try:
        listed_transforms(plan.augmentation.train)
    except DataError as error:
        raise PlanError(str(error)) from error


def _complaints(plan: Plan, network: nn.Module) -> Iterator[tuple[str, str]]:
    multiple_px = network.multiple_px
    assert isinstance(multiple_px, int)
    for key, sides in (("augmentation.size_px", plan.augmentation.size_px), ("run.tile_px", plan.run.tile_px)):
        if any(side % multiple_px for side in sides):
            yield key, f"must be two multiples of {multiple_px}"
    yield from (_for_classifier if task_name(plan) == "classify" else _for_cascade)(plan)


def _for_classifier(plan: Plan) -> Iterator[tuple[str, str]]:
    wrong = "bce" if plan.data.exclusive else "cross_entropy"
    if plan.loss.classes in ("places", "none", wrong):
        fitting = ("cross_entropy" if plan.data.exclusive else "bce", "focal", "mse")
        yield "loss.classes", f"is '{plan.loss.classes}' and must be one of {', '.join(fitting)}"
    if plan.validation.metric and plan.validation.metric not in CLASSIFIER_METRICS:
        yield "validation.metric", f"is '{plan.validation.metric}' and must be one of {', '.join(CLASSIFIER_METRICS)}"


def _for_cascade(plan: Plan) -> Iterator[tuple[str, str]]:
    if plan.loss.classes == "cross_entropy":
        yield "loss.classes", "is 'cross_entropy' and must be one of places, bce, focal, mse, none"
    if plan.loss.classes == "none" and plan.loss.pixels == "none":
        yield "loss.pixels", "is 'none' like loss.classes and must be a loss"
    if plan.run.front_end:
        yield "run.front_end", f"is '{plan.run.front_end}' and must be '' where the network draws by itself"
    if plan.mix.image == "mixup":
        yield "mix.image", "is 'mixup' and must be cutmix or none"
