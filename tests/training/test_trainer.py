from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_up_steel import CLASSES, make_collection

from models.data.readers import DataPlan
from models.data.statistics import normalisation
from models.networks.registry import NetworkError
from models.training.checkpoint import CheckpointError
from models.training.network import make_network
from models.training.plan import AugmentationPlan, NetworkPlan, Plan, SchedulePlan
from models.training.progress import Progress
from models.training.tasks.base import Setting
from models.training.tasks.classifying import Classifying
from models.training.trainer import STATE_FILE, TrainingError, make_fabric, train

PLAN = Plan(
    name="made-up",
    title="Made-up steel",
    seed=7,
    data=DataPlan(reader="index_folder", taxonomy="made-up", classes=CLASSES),
    network=NetworkPlan(
        options={"encoder": "tu-regnetx_002", "decoder_channels": [16, 16, 8, 8, 8], "class_head_channels": 8}
    ),
    augmentation=AugmentationPlan(size_px=(64, 64), defect_share=0.5),
    schedule=SchedulePlan(epochs=2, batch_size=4, precision="32", max_learning_rate=1e-3),
)


def _train(folder: Path, plan: Plan = PLAN, frames: int = 8):
    training, validation = make_collection(frames), make_collection(4, seed=1)
    return train(plan, (training, validation), normalisation(training), folder, "data", make_fabric("32", "cpu"))


def _weights(trained) -> dict[str, torch.Tensor]:
    return trained.network.state_dict()


def _equal(one, other) -> bool:
    a, b = _weights(one), _weights(other)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.slow
def test_the_seed_decides_the_weights(tmp_path):
    one, same = _train(tmp_path / "one"), _train(tmp_path / "same")
    other = _train(tmp_path / "other", replace(PLAN, seed=8))
    assert _equal(one, same)
    assert not _equal(one, other)
    assert [epoch.loss for epoch in one.history] == [epoch.loss for epoch in same.history]


@pytest.mark.slow
def test_a_finished_training_is_not_trained_again(tmp_path):
    first = _train(tmp_path)
    began = time.monotonic()
    again = _train(tmp_path)
    assert again.history == first.history  # the seconds too: nothing ran
    assert _equal(first, again)
    assert time.monotonic() - began < sum(epoch.seconds for epoch in first.history) + 60


def _train_killed_after(epochs: int, folder: Path, plan_name: str) -> None:
    """Train a plan of this module in another process, which the system kills once so many epochs are kept."""
    script = f"""
        import os, signal, sys
        sys.path[:0] = {[path for path in sys.path if path]!r}
        import torch
        torch.set_num_threads(1)
        from pathlib import Path
        import test_trainer
        from models.training import trainer

        kept = trainer.save_state

        def keep_and_die(path, state, *rest):
            kept(path, state, *rest)
            if len(state.history) == {epochs}:
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

        trainer.save_state = keep_and_die
        test_trainer._train(Path({str(folder)!r}), getattr(test_trainer, {plan_name!r}))
    """
    words = [sys.executable, "-c", textwrap.dedent(script)]
    done = subprocess.run(words, stderr=subprocess.PIPE, text=True, check=False, timeout=240)
    assert done.returncode not in (0, 1), done.stderr
    assert (folder / STATE_FILE).is_file()


LONGER = replace(PLAN, schedule=replace(PLAN.schedule, epochs=4))


@pytest.mark.slow
def test_a_killed_training_goes_on_to_the_same_weights(tmp_path):
    _train_killed_after(2, tmp_path / "killed", "LONGER")
    resumed = _train(tmp_path / "killed", LONGER)
    whole = _train(tmp_path / "whole", LONGER)
    assert len(resumed.history) == len(whole.history) == 4
    assert _equal(resumed, whole)
    assert [epoch.score for epoch in resumed.history] == [epoch.score for epoch in whole.history]


@pytest.mark.slow
def test_a_state_of_another_plan_or_a_broken_one_is_named(tmp_path):
    _train(tmp_path, replace(PLAN, schedule=replace(PLAN.schedule, epochs=1)))
    with pytest.raises(CheckpointError, match="unfinished training of another plan or other data; delete it"):
        _train(tmp_path, replace(PLAN, seed=9))
    state = tmp_path / STATE_FILE
    state.write_bytes(state.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="cannot be read"):
        _train(tmp_path)


def test_a_loss_that_explodes_is_named(tmp_path):
    plan = replace(PLAN, schedule=replace(PLAN.schedule, max_learning_rate=1e30, epochs=1))
    with pytest.raises(TrainingError, match=r"loss of epoch 1 is not a number; lower schedule\.max_learning_rate"):
        _train(tmp_path, plan)


@pytest.mark.slow
def test_overlapping_classes_train_too(tmp_path):
    plan = replace(PLAN, data=replace(PLAN.data, exclusive=False))
    trained = _train(tmp_path, plan)
    assert trained.network.pixel_head[0].out_channels == 2
    assert all(np.isfinite(epoch.loss) for epoch in trained.history)


CLASSIFIER = replace(
    PLAN,
    network=NetworkPlan(name="classifier", options={"encoder": "resnet18"}),
    data=replace(PLAN.data, exclusive=True),
)


@pytest.mark.slow
@pytest.mark.parametrize("exclusive", [True, False])
def test_classifiers_learn_made_up_steel(tmp_path, exclusive):
    schedule = replace(PLAN.schedule, epochs=4, batch_size=8)
    plan = replace(CLASSIFIER, data=replace(PLAN.data, exclusive=exclusive), schedule=schedule)
    trained = _train(tmp_path, plan, frames=48)
    with torch.no_grad():
        assert trained.network(torch.zeros(1, 1, 64, 64)).shape == (1, 3 if exclusive else 2)
    assert trained.history[-1].loss < trained.history[0].loss


def test_labels_alone_are_enough_to_classify():
    collection = make_collection(8)
    empty = tuple(np.zeros_like(stack) for stack in collection.stacks)
    folders = replace(collection, stacks=empty, labels=tuple((1 + row % 2,) for row in range(8)))
    task = Classifying(Setting(CLASSIFIER, make_fabric("32", "cpu"), normalisation(folders)))
    assert [task.items(folders)[row][1].tolist() for row in range(2)] == [[0, 1, 0], [0, 0, 1]]


def test_pretrained_weights_that_cannot_be_had_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    plan = replace(PLAN, network=replace(PLAN.network, pretrained=True))
    with pytest.raises(NetworkError, match=r"ImageNet weights of 'tu-regnetx_002' cannot be had .*pretrained = false"):
        make_network(plan)


class _Stream:
    def __init__(self, *, terminal: bool) -> None:
        self.text = ""
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_progress_is_plain_lines_off_a_terminal_and_tells_the_time_left():
    stream = _Stream(terminal=False)
    Progress(10, stream=stream, line_every_s=3600).step("too soon to tell")
    assert stream.text == ""
    Progress(10, done=4, stream=stream, line_every_s=0).step("epoch 1, loss 0.4")
    assert stream.text.startswith("epoch 1, loss 0.4, step 5 of 10, 0 min")
    assert stream.text.endswith("s left\n")
    assert "\r" not in stream.text


def test_progress_is_a_bar_on_a_terminal():
    stream = _Stream(terminal=True)
    progress = Progress(10, stream=stream)
    progress.step("epoch 1")
    progress.line("epoch 1: done")
    progress.close()
    assert "\r" in stream.text
    assert "/10" in stream.text
    assert "epoch 1: done" in stream.text
