"""What the keys of a plan may be, alone and beside one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from models.bundle.spec import FRONT_ENDS
from models.training import plan_tables as may_be

if TYPE_CHECKING:
    from models.training.plan import Plan

DEALT = ("content", "origin", "frame")
"""The strategies that deal out ``[data]``'s shares; the others make a validation part of their own."""
Complaint = tuple[str, str]
"""A key and what it must be."""


def complaints(plan: Plan) -> Iterator[Complaint]:
    """Every key of a plan that cannot be, in the order of the tables, each with what it must be."""
    yield from _data(plan)
    yield from _choices(plan)
    yield from _augmentation(plan)
    yield from _schedule(plan)
    yield from _optimizer(plan)
    yield from _loss(plan)
    yield from _validation(plan)
    yield from _rest(plan)


def _data(plan: Plan) -> Iterator[Complaint]:
    if not plan.data.classes:
        yield "data.classes", "must name at least one class"
    if plan.data.channels not in (1, 3):
        yield "data.channels", "must be 1 (grey) or 3 (RGB)"
    shares = {name: getattr(plan.data, name) for name in ("validation_share", "test_share")}
    for name, share in shares.items():
        if not 0 <= share < 1:
            yield f"data.{name}", "must be a share from 0 to below 1"
    if sum(shares.values()) >= 1:
        yield "data.test_share", "and data.validation_share leave nothing to train on; together they must stay below 1"
    if plan.seed < -1:
        yield "seed", "must be 0 or more, or -1 for a fresh one"


def _choices(plan: Plan) -> Iterator[Complaint]:
    single: list[tuple[str, str, Sequence[str]]] = [
        ("augmentation.cut", plan.augmentation.cut, may_be.CUTS),
        ("augmentation.normalisation", plan.augmentation.normalisation, may_be.NORMALISATIONS),
        ("augmentation.strategy", plan.augmentation.strategy, may_be.AUGMENTATION_STRATEGIES),
        ("mix.image", plan.mix.image, may_be.MIXES),
        ("mix.target", plan.mix.target, may_be.MIX_TARGETS),
        ("schedule.optimizer", plan.schedule.optimizer, may_be.OPTIMIZERS),
        ("schedule.schedule", plan.schedule.schedule, may_be.SCHEDULES),
        ("schedule.keep", plan.schedule.keep, may_be.KEPT),
        ("schedule.precision", plan.schedule.precision, may_be.PRECISIONS),
        ("loss.pixels", plan.loss.pixels, may_be.PIXEL_LOSSES),
        ("loss.classes", plan.loss.classes, ("", *may_be.CLASS_LOSSES)),
        ("loss.balance", plan.loss.balance, may_be.BALANCES),
        ("validation.strategy", plan.validation.strategy, may_be.SPLIT_STRATEGIES),
        ("validation.metric", plan.validation.metric, ("", *may_be.METRICS)),
        ("validation.precision", plan.validation.precision, ("", *may_be.PRECISIONS)),
        ("logging.logger", plan.logging.logger, may_be.LOGGERS),
        ("run.front_end", plan.run.front_end, FRONT_ENDS),
    ]
    several = [("run.test_time", flip, may_be.FLIPS) for flip in plan.run.test_time]
    several += [("validation.sample_parts", part, ("train", "validation")) for part in plan.validation.sample_parts]
    for key, value, allowed in [*single, *several]:
        if value not in allowed:
            yield key, f"is '{value}' and must be one of {', '.join(name for name in allowed if name)}"


def _augmentation(plan: Plan) -> Iterator[Complaint]:
    augmentation = plan.augmentation
    if min(augmentation.size_px) < 8:
        yield "augmentation.size_px", "must be two sides of at least 8 pixels"
    if not 0.25 <= augmentation.zoom[0] <= augmentation.zoom[1] <= 4:
        yield "augmentation.zoom", "must be two factors, the smaller first, from 0.25 to 4"
    if augmentation.transpose and augmentation.size_px[0] != augmentation.size_px[1]:
        yield "augmentation.transpose", "needs a square augmentation.size_px"
    if not 0 <= augmentation.defect_share <= 1:
        yield "augmentation.defect_share", "must be a share from 0 to 1"
    if (augmentation.strategy == "custom") != bool(augmentation.train):
        yield "augmentation.train", "must list transforms where augmentation.strategy is 'custom', and nowhere else"
    for key, listed in (("train", augmentation.train), ("inference", augmentation.inference)):
        if any(not isinstance(entry.get("name"), str) for entry in listed):
            yield f"augmentation.{key}", "must give every transform a name"
    if [entry.get("name") for entry in augmentation.inference] not in ([], ["Resize"]):
        yield "augmentation.inference", "can be nothing but one Resize, which is all a bundle carries"
    if not 0 <= plan.mix.probability <= 1:
        yield "mix.probability", "must be a probability from 0 to 1"
    if plan.mix.concentration <= 0:
        yield "mix.concentration", "must be above 0"
    if plan.mix.iterations < 1:
        yield "mix.iterations", "must be at least 1"


def _schedule(plan: Plan) -> Iterator[Complaint]:
    schedule = plan.schedule
    at_least = {"epochs": 1, "crops_a_frame": 1, "accumulation": 1, "devices": 1}
    not_negative = ("warm_up_epochs", "gradient_clip", "freeze_epochs", "patience", "workers", "weight_decay")
    for name, least in {**at_least, **dict.fromkeys(not_negative, 0)}.items():
        if getattr(schedule, name) < least:
            yield f"schedule.{name}", f"must be at least {least}"
    if schedule.batch_size != 0 and schedule.batch_size < 2:
        yield "schedule.batch_size", "must be at least 2, or batch normalisation has no batch; 0 finds what fits"
    if schedule.freeze_epochs and not schedule.freeze:
        yield "schedule.freeze_epochs", "needs schedule.freeze to name layers"
    if schedule.train_on_all and (schedule.patience or schedule.keep == "best"):
        yield "schedule.train_on_all", "needs schedule.keep = 'last' and no patience: nothing is left to judge by"
    if not 0 <= schedule.average_decay < 1:
        yield "schedule.average_decay", "must be at least 0 and below 1"


def _optimizer(plan: Plan) -> Iterator[Complaint]:
    schedule = plan.schedule
    if schedule.max_learning_rate <= 0:
        yield "schedule.max_learning_rate", "must be above 0"
    if not 0 <= schedule.momentum < 1:
        yield "schedule.momentum", "must be at least 0 and below 1"
    if schedule.nesterov and (schedule.optimizer != "sgd" or schedule.momentum == 0):
        yield "schedule.nesterov", "is for optimizer 'sgd' with a momentum"
    if schedule.warm_up_epochs >= schedule.epochs:
        yield "schedule.warm_up_epochs", "must be fewer than the epochs"
    if schedule.warm_up_epochs and schedule.schedule == "one_cycle":
        yield "schedule.warm_up_epochs", "must be 0 with 'one_cycle', which warms up by itself"
    if bool(schedule.milestones) != (schedule.schedule == "step"):
        yield "schedule.milestones", "must name epochs where schedule.schedule is 'step', and nowhere else"
    if schedule.differential_learning_rate <= 0 and schedule.differential_layers:
        yield "schedule.differential_learning_rate", "must be above 0 where schedule.differential_layers names layers"


def _loss(plan: Plan) -> Iterator[Complaint]:
    loss = plan.loss
    if loss.class_weights and len(loss.class_weights) != len(plan.data.classes):
        yield "loss.class_weights", f"must have one value a class, {len(plan.data.classes)}"
    if any(weight <= 0 for weight in loss.class_weights):
        yield "loss.class_weights", "must be above 0"
    if loss.class_weights and loss.balance != "none":
        yield "loss.balance", "must be 'none' where loss.class_weights are given"
    if not 0 < loss.tversky_alpha < 1:
        yield "loss.tversky_alpha", "must lie between 0 and 1"
    for name in ("tversky_gamma", "focal_gamma"):
        if getattr(loss, name) <= 0:
            yield f"loss.{name}", "must be above 0"
    for name in ("dice_weight", "presence_weight"):
        if getattr(loss, name) < 0:
            yield f"loss.{name}", "must be at least 0"
    if loss.present_px < 1:
        yield "loss.present_px", "must be at least 1"


def _validation(plan: Plan) -> Iterator[Complaint]:
    validation = plan.validation
    if validation.folds < 2:
        yield "validation.folds", "must be at least 2"
    if not -1 <= validation.fold < validation.folds:
        yield "validation.fold", f"must be from 0 to {validation.folds - 1}, or -1 for all"
    if validation.strategy == "file" and not (validation.folder or validation.labels):
        yield "validation.labels", "or validation.folder must be given where validation.strategy is 'file'"
    named = validation.folder or validation.labels or validation.test_folder or validation.test_labels
    if validation.strategy != "file" and named:
        yield "validation.strategy", "must be 'file' where validation names folders or label files"
    if not 0 < validation.sample <= 1:
        yield "validation.sample", "must be a share above 0 and up to 1"
    if validation.strategy in DEALT and plan.data.validation_share == 0 and _judged_by_validation(plan):
        yield (
            "data.validation_share",
            "must be above 0, or schedule.keep 'last' and no patience: nothing would be judged",
        )
    if validation.every < 1:
        yield "validation.every", "must be at least 1"
    if not 0 < validation.threshold < 1:
        yield "validation.threshold", "must lie between 0 and 1"


def _judged_by_validation(plan: Plan) -> bool:
    return plan.schedule.keep == "best" or plan.schedule.patience > 0


def _rest(plan: Plan) -> Iterator[Complaint]:
    if min(plan.run.tile_px) < 8:
        yield "run.tile_px", "must be two sides of at least 8 pixels"
    if not 0 <= plan.run.overlap_px < min(plan.run.tile_px):
        yield "run.overlap_px", "must be at least 0 and below the tile's shorter side"
    if len(set(plan.run.test_time)) != len(plan.run.test_time):
        yield "run.test_time", "must name each flip once"
    if plan.logging.images < 0:
        yield "logging.images", "must be at least 0"
