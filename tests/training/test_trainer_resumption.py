"""A killed training goes on to the same result."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_trainings import DRAWS, TELLS, TELLS_MANY, same_weights, scheduled, train_tiny

from models.training.checkpoint import CheckpointError
from models.training.plan import ValidationPlan
from models.training.trainer import STATE_FILE

EVERYTHING = scheduled(
    replace(DRAWS, validation=ValidationPlan(metric="loss", every=2)),
    epochs=6,
    optimizer="sgd",
    schedule="cosine",
    warm_up_epochs=0.5,
    accumulation=2,
    batch_size=2,
    patience=2,
    freeze=("down",),
    freeze_epochs=3,
    differential_learning_rate=1e-4,
    differential_layers=("bottleneck",),
)
KILLED = {
    "one_cycle": scheduled(DRAWS, epochs=4),
    "everything": EVERYTHING,
    "rmsprop": scheduled(TELLS, epochs=4, optimizer="rmsprop", schedule="linear"),
    "adadelta": scheduled(TELLS, epochs=4, optimizer="adadelta", schedule="constant", max_learning_rate=1.0),
    "average": scheduled(TELLS, epochs=4, average_decay=0.9),
    "last": scheduled(TELLS_MANY, epochs=4, optimizer="adam", keep="last"),
}


def _train_killed_after(epochs: int, folder: Path, name: str) -> None:
    """Train one of ``KILLED`` in another process, which the system kills once so many epochs are kept."""
    script = f"""
        import os, signal, sys
        sys.path[:0] = {[path for path in sys.path if path]!r}
        import torch
        torch.set_num_threads(1)
        from pathlib import Path
        import test_trainer_resumption, tiny_trainings
        from models.training import trainer

        kept = trainer.save_state

        def keep_and_die(path, state, *rest):
            kept(path, state, *rest)
            if len(state.history) == {epochs}:
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

        trainer.save_state = keep_and_die
        tiny_trainings.train_tiny(Path({str(folder)!r}), test_trainer_resumption.KILLED[{name!r}])
    """
    words = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(words, stderr=subprocess.PIPE, text=True, check=False, timeout=240)
    assert done.returncode not in (0, 1), done.stderr
    assert (folder / STATE_FILE).is_file()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(KILLED))
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path, name):
    _train_killed_after(2, tmp_path / "killed", name)
    resumed = train_tiny(tmp_path / "killed", KILLED[name])
    whole = train_tiny(tmp_path / "whole", KILLED[name])
    assert len(resumed.history) == len(whole.history) > 2
    assert same_weights(resumed, whole)
    assert resumed.kept_epoch == whole.kept_epoch
    assert [epoch.figures for epoch in resumed.history] == [epoch.figures for epoch in whole.history]


def test_a_state_of_another_plan_or_a_broken_one_is_named(tmp_path):
    train_tiny(tmp_path, scheduled(DRAWS, epochs=1))
    with pytest.raises(CheckpointError, match="unfinished training of another plan or other data; delete it"):
        train_tiny(tmp_path, replace(DRAWS, seed=9))
    state = tmp_path / STATE_FILE
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="cannot be read"):
        train_tiny(tmp_path)
