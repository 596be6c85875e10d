"""The tables of a training plan but ``[data]``: each field is a key, with its type, its meaning and its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PRECISIONS = ("bf16", "32")
CUTS = ("crops", "frames")
AUGMENTATION_STRATEGIES = ("keys", "none", "soft", "medium", "hard", "custom")
NORMALISATIONS = ("dataset", "simple", "imagenet")
OPTIMIZERS = ("adamw", "adam", "sgd", "rmsprop", "adadelta")
SCHEDULES = ("one_cycle", "cosine", "linear", "constant", "step")
KEPT = ("best", "last")
PIXEL_LOSSES = ("cross_entropy", "dice", "cross_entropy+dice", "focal_tversky", "lovasz+bce", "bce+dice", "none")
CLASS_LOSSES = ("places", "bce", "cross_entropy", "focal", "mse", "none")
BALANCES = ("none", "median_frequency")
SPLIT_STRATEGIES = ("content", "origin", "frame", "kfold", "grouped_kfold", "file")
METRICS = ("mean_iou", "mean_dice", "accuracy", "auroc", "f1", "loss")
MIXES = ("none", "mixup", "cutmix")
MIX_TARGETS = ("ratio", "max")
LOGGERS = ("none", "tensorboard")
FLIPS = ("horizontal", "vertical")


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """``[network]``: which network ``models.networks.registry`` builds, and what it starts from.

    ``name``: a key of the registry. ``pretrained``: start from ImageNet weights, which are downloaded; where they
    cannot be had the training says so and starts from fresh ones. ``start``: a bundle's folder to start from; weights
    whose name and shape fit are taken, the rest is fresh. Every other key of the table is an option of the network,
    kept in ``options`` and checked by name when the network is built.
    """

    name: str = "cascade"
    pretrained: bool = False
    start: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AugmentationPlan:
    """``[augmentation]``: what the network sees of a frame while it learns.

    ``cut``: 'crops' of ``size_px``, or whole 'frames' brought to that size. ``size_px``: height and width.
    ``normalisation``: 'dataset' (mean and deviation of the training part), 'simple' (0 to 1) or 'imagenet'.

    ``strategy``: 'keys' (the keys below), 'none', 'soft', 'medium', 'hard' (``models.data.augmentations``) or 'custom':
    ``train`` lists transforms of ``torchvision.transforms.v2`` by ``name``, with their arguments beside it.
    ``inference`` lists what a bundle can do to a frame before the network: a Resize alone.

    ``flips``, ``brightness``, ``contrast``, ``transpose``, ``zoom``: as in ``models.data.crops.Augmentation``.
    ``defect_share``: of the crops of a frame with defects so many hold one, whatever the strategy.
    """

    cut: str = "crops"
    size_px: tuple[int, int] = (192, 192)
    normalisation: str = "dataset"
    strategy: str = "keys"
    train: tuple[Mapping[str, Any], ...] = ()
    inference: tuple[Mapping[str, Any], ...] = ()
    flips: bool = True
    brightness: float = 0.25
    contrast: float = 0.25
    defect_share: float = 0.0
    transpose: bool = False
    zoom: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, slots=True)
class MixPlan:
    """``[mix]``: frames of a batch mixed with one another (``models.training.mixing``).

    ``image``: 'none', 'mixup' or 'cutmix'. ``probability``: of a batch to be mixed. ``concentration``: of the Beta
    distribution the share is drawn from. ``iterations``: how often a batch is mixed. ``corner``: cutmix cuts its window
    out of a corner instead of anywhere. ``target``: 'ratio' mixes the labels like the frames, 'max' keeps both whole.
    """

    image: str = "none"
    probability: float = 1.0
    concentration: float = 1.0
    iterations: int = 1
    corner: bool = False
    target: str = "ratio"


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """``[schedule]``: how long, how fast, how exactly.

    ``epochs``. ``batch_size``: 0 finds the largest that fits a GPU's memory (on a CPU it is 32). ``adjust_batch``:
    where memory runs out the batch is halved and the accumulation doubled; false ends the training there.
    ``crops_a_frame``: crops of every frame an epoch. ``balanced``: draw frames so that every class, and the frames
    without any, come up equally often, instead of every frame once. ``accumulation``: batches to a step.
    ``drop_last``: leave out what is left of an epoch below a whole step.

    ``optimizer``: 'adamw', 'adam', 'sgd', 'rmsprop', 'adadelta', with ``weight_decay`` and, for sgd and rmsprop,
    ``momentum`` and ``nesterov`` (sgd). ``schedule``: 'one_cycle', 'cosine', 'linear', 'constant', 'step' (times
    ``gamma`` at each of ``milestones``, epochs), topped by ``max_learning_rate`` and, but for one_cycle, led in by
    ``warm_up_epochs``. ``gradient_clip``: largest norm of a step's gradient, 0 for none.

    ``differential_learning_rate``: the top rate of the layers whose names begin with one of ``differential_layers``.
    ``freeze``: beginnings of the names of layers that do not learn for ``freeze_epochs`` (0: never).

    ``patience``: end after so many evaluations without a better one; 0 never does. ``keep``: the weights of the 'best'
    epoch or the 'last'. ``average_decay``: judge and keep a moving average of the weights, of which so much is left
    after a step (0.999 averages about the last thousand); 0 for none. ``train_on_all``: learn from the validation part
    too; nothing is left to choose an epoch or thresholds by. ``precision``: 'bf16' (mixed) or '32'. ``workers``:
    processes that make batches; 0 for none. The result is the same whatever their number. ``devices``: GPUs to share a
    batch.
    """

    epochs: int = 25
    batch_size: int = 32
    adjust_batch: bool = True
    crops_a_frame: int = 1
    balanced: bool = False
    accumulation: int = 1
    drop_last: bool = True
    optimizer: str = "adamw"
    max_learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    momentum: float = 0.9
    nesterov: bool = False
    schedule: str = "one_cycle"
    warm_up_epochs: float = 0.0
    milestones: tuple[int, ...] = ()
    gamma: float = 0.1
    gradient_clip: float = 5.0
    differential_learning_rate: float = 0.0
    differential_layers: tuple[str, ...] = ()
    freeze: tuple[str, ...] = ()
    freeze_epochs: int = 0
    patience: int = 0
    keep: str = "best"
    average_decay: float = 0.0
    train_on_all: bool = False
    precision: str = "bf16"
    workers: int = 0
    devices: int = 1


@dataclass(frozen=True, slots=True)
class LossPlan:
    """``[loss]``: what is learnt for (``models.training.losses``).

    ``pixels``: the masks' loss; ``dice_weight`` is the part of Dice in a sum. ``classes``: the class head's; '' is
    'places' for a network that draws, 'cross_entropy' for a classifier of one class a frame, else 'bce'.
    ``presence_weight``: the class head's part beside the masks'. ``present_px``: a crop, or a place of it, holds a
    class from so many pixels on.

    ``class_weights``: one a class, none for equal ones. ``balance``: 'median_frequency' weighs rare classes up.
    ``tversky_alpha``: what a missed pixel costs, a wrong one costing the rest of 1. ``tversky_gamma``, ``focal_gamma``:
    the exponents of the focal losses.
    """

    pixels: str = "cross_entropy+dice"
    classes: str = ""
    dice_weight: float = 1.0
    presence_weight: float = 0.3
    present_px: int = 16
    class_weights: tuple[float, ...] = ()
    balance: str = "none"
    tversky_alpha: float = 0.7
    tversky_gamma: float = 0.75
    focal_gamma: float = 2.0


@dataclass(frozen=True, slots=True)
class ValidationPlan:
    """``[validation]``: what the frames are split into and how an epoch is judged.

    ``strategy``: what stays in one part. 'content': alike frames and those of one strip, where known; 'origin': those
    of one strip; 'frame': nothing, as most published figures were made; shares stand in ``[data]``. 'kfold' (each frame
    for itself) and 'grouped_kfold' (as 'content'): the validation part is one of ``folds``. 'file': the parts have
    folders or label files of their own.

    ``folds``, and which ``fold`` validates, from 0; -1 trains them all and gives the cross-validated figure. ``folder``
    and ``labels`` are the validation part's, ``test_folder`` and ``test_labels`` the test part's, as in ``[data]``.
    ``sample``: take only this share of the frames of ``sample_parts`` ('train', 'validation').

    ``metric``: what the best epoch is chosen by; '' is mean_iou for masks, accuracy or auroc for classes. ``every``:
    epochs between two evaluations. ``train_metric``: measure the training part too. ``threshold``: the probability from
    which a class is said to be there. ``tune``: tune gates, pixel thresholds and minimum areas; false keeps
    ``threshold`` for all. ``precision``: 'bf16', '32' or '' for the schedule's.
    """

    strategy: str = "content"
    folds: int = 5
    fold: int = 0
    folder: str = ""
    labels: str = ""
    test_folder: str = ""
    test_labels: str = ""
    sample: float = 1.0
    sample_parts: tuple[str, ...] = ("train", "validation")
    metric: str = ""
    every: int = 1
    train_metric: bool = False
    threshold: float = 0.5
    tune: bool = True
    precision: str = ""


@dataclass(frozen=True, slots=True)
class LoggingPlan:
    """``[logging]``: what a training writes down while it runs.

    ``logger``: 'none' or 'tensorboard'. ``images``: so many frames of the validation part as pictures of input, truth
    and output. ``project``: a folder beside the bundle's in which the logs of several trainings lie together.
    """

    logger: str = "none"
    images: int = 8
    project: str = ""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """``[run]``: what becomes of the trained network.

    ``bundle``: write one; false says the figures and keeps nothing. ``tile_px``, ``overlap_px``: how it cuts frames too
    big for one pass. ``test_time``: flips ('horizontal', 'vertical') it also looks at a frame in, averaging its
    answers. ``report``: write an evaluation report beside it. ``predict``: a folder of unlabelled images to score.

    ``front_end``: 'shadow_regions' finds what stands out of a frame (``models.regions``) and has a classifier name each
    such region, which is then drawn; '' hands it whole frames. Either way it learns from the data's frames, and its
    gates are tuned on them; what is measured is the bundle with its front end.
    """

    bundle: bool = True
    tile_px: tuple[int, int] = (256, 512)
    overlap_px: int = 64
    test_time: tuple[str, ...] = ()
    front_end: str = ""
    report: bool = False
    predict: str = ""
