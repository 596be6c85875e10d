"""The tasks a network may be for, in one visible list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lightning_fabric import Fabric

from models.data.statistics import Normalisation
from models.training.network import task_name
from models.training.plan import Plan
from models.training.tasks.base import Task
from models.training.tasks.classifying import Classifying
from models.training.tasks.drawing import Drawing

TASKS: Mapping[str, Callable[[Plan, Fabric, Normalisation], Task]] = {"cascade": Drawing, "classify": Classifying}
"""By the ``task`` of the network's class."""


def make_task(plan: Plan, fabric: Fabric, normalisation: Normalisation) -> Task:
    """What the plan's network is to learn."""
    return TASKS[task_name(plan)](plan, fabric, normalisation)
