"""What a training writes down while it runs: curves and pictures for TensorBoard, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from models.networks.registry import NetworkError
from models.training.plan_tables import LoggingPlan
from models.training.tasks.base import Picture


class Logbook(Protocol):
    """Takes figures and pictures as the training goes on."""

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Figures by name at a step, counted from 0 over the whole training."""
        ...

    def picture(self, step: int, name: str, picture: Picture) -> None:
        """A picture of a frame at a step."""
        ...

    def close(self) -> None:
        """Write what is left."""
        ...


class NoLogbook:
    """Writes nothing down."""

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """Nothing."""

    def picture(self, step: int, name: str, picture: Picture) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class TensorBoardLogbook:
    """Event files in ``folder``, for ``tensorboard --logdir``.

    A resumed training writes the steps since its last kept epoch a second time, with the same values. Raises
    ``NetworkError`` where TensorBoard is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ModuleNotFoundError as error:
            raise NetworkError(
                "logging.logger: TensorBoard is not installed; install stripsight[train] or write 'none' in the plan."
            ) from error
        self._writer = SummaryWriter(str(folder))

    def figures(self, step: int, values: Mapping[str, float]) -> None:
        """A point on each figure's curve."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def picture(self, step: int, name: str, picture: Picture) -> None:
        """A picture among those of its frame."""
        self._writer.add_image(name, picture, step, dataformats="HWC")

    def close(self) -> None:
        """Write what is left and close the files."""
        self._writer.close()


def make_logbook(plan: LoggingPlan, bundle_folder: Path) -> Logbook:
    """The plan's logbook: beside the bundle as ``NAME.log``, or below the folder of its ``project``."""
    if plan.logger == "none":
        return NoLogbook()
    beside = bundle_folder.parent / plan.project if plan.project else bundle_folder.parent
    return TensorBoardLogbook(beside / f"{bundle_folder.name}.log")
