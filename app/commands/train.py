"""``stripsight train``: follow a training plan and write a bundle."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.training.plan import Plan

TORCH_MISSING = "Training needs torch, which is not installed; install stripsight[train]."


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``train`` and its arguments."""
    parser = subparsers.add_parser(
        "train",
        help="train a bundle from a plan",
        description="Train the network of a plan (TOML) and write it as a bundle. A training that was stopped goes on "
        "where it was when the same command is given again.",
    )
    parser.add_argument("plan", metavar="PLAN.toml", type=Path, help="the training plan")
    parser.add_argument("--images", metavar="DIR", type=Path, help="the folder of the frames, instead of the plan's")
    parser.add_argument("--labels", metavar="FILE", type=Path, help="the label CSV, instead of the plan's")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="the bundle's folder to write; runs/NAME without, NAME being the plan's"
    )
    parser.add_argument(
        "--predict",
        metavar="DIR",
        help="unlabelled images to score when the bundle stands; writes OUT.predictions/submission.csv",
    )
    parser.add_argument("--device", choices=("auto", "cuda", "cpu"), default="auto", help="where to train")


def run(arguments: argparse.Namespace) -> int:
    """Train; 0 where the bundle stands, 1 where it could not be made, 2 for a wrong plan."""
    from models.bundle import BundleError
    from models.data.collection import DataError

    try:
        import torch
    except ModuleNotFoundError:
        return _fail(TORCH_MISSING)
    try:
        from models.networks.registry import NetworkError
        from models.training.bundling import train_bundle
        from models.training.checkpoint import CheckpointError
        from models.training.plan import PlanError, read_plan
        from models.training.trainer import TrainingError
    except ModuleNotFoundError as error:
        return _fail(f"Training needs {error.name}, which is not installed; install stripsight[train].")
    if arguments.device == "cuda" and not torch.cuda.is_available():
        return _fail("There is no CUDA device here; leave --device out or name cpu.", code=2)
    try:
        plan = with_data(read_plan(arguments.plan), arguments.images, arguments.labels)
        if arguments.predict is not None:
            plan = replace(plan, run=replace(plan.run, predict=arguments.predict))
    except PlanError as error:
        return _fail(str(error), code=2)
    folder = arguments.out if arguments.out is not None else Path("runs") / plan.name
    try:
        train_bundle(plan, folder, command_words(arguments), arguments.device)
    except PlanError as error:
        return _fail(f"{arguments.plan}: {error}", code=2)
    except (DataError, NetworkError, CheckpointError, TrainingError, BundleError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{folder} cannot be written ({error.strerror or error}); name another --out.")
    return 0


def with_data(plan: Plan, images: Path | None, labels: Path | None) -> Plan:
    """The plan with the data of the command line. A label file means a folder of images beside a Kaggle CSV."""
    data = plan.data
    if images is not None:
        data = replace(data, folder=str(images))
    if labels is not None:
        data = replace(data, labels=str(labels), reader="kaggle_folder")
    return replace(plan, data=data)


def command_words(arguments: argparse.Namespace) -> str:
    """The command for the card, without anything that holds on one computer only."""
    words = ["stripsight", "train", arguments.plan.name]
    words += ["--images", "DIR"] if arguments.images is not None else []
    words += ["--labels", "FILE"] if arguments.labels is not None else []
    words += ["--predict", "DIR"] if arguments.predict is not None else []
    return shlex.join(words)


def _fail(sentence: str, code: int = 1) -> int:
    sys.stderr.write(f"stripsight: {sentence}\n")
    return code
