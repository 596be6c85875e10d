"""The tasks a network may be for, in one visible list."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.training.network import task_name
from models.training.tasks.base import Setting, Task
from models.training.tasks.classifying import Classifying
from models.training.tasks.drawing import Drawing

TASKS: Mapping[str, Callable[[Setting], Task]] = {"cascade": Drawing, "classify": Classifying}
"""By the ``task`` of the network's class."""


def make_task(setting: Setting) -> Task:
    """What the plan's network is to learn."""
    return TASKS[task_name(setting.plan)](setting)
