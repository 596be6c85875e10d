"""What a training computes in and on: mixed precision, several processes, a GPU."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest
import torch
from made_up_steel import make_collection
from tiny_trainings import CASCADE, DRAWS, TELLS, scheduled, train_tiny

from models.training.devices import make_fabric
from models.training.plan import ValidationPlan


def _watched_types(monkeypatch) -> dict[bool, set[torch.dtype]]:
    """What convolutions answer in from now on, while training (True) and while judging."""
    seen: dict[bool, set[torch.dtype]] = {True: set(), False: set()}
    forward = torch.nn.Conv2d.forward

    def watched(self, x):
        answer = forward(self, x)
        seen[self.training].add(answer.dtype)
        return answer

    monkeypatch.setattr(torch.nn.Conv2d, "forward", watched)
    return seen


@pytest.mark.parametrize("precision", ["bf16", "32"])
@pytest.mark.parametrize("plan", [DRAWS, TELLS, CASCADE], ids=["draws", "tells", "cascade"])
def test_a_plan_in_bf16_computes_in_bfloat16(tmp_path, monkeypatch, plan, precision):
    """In mixed precision convolutions answer in bfloat16, while training and while validating."""
    seen = _watched_types(monkeypatch)
    trained = train_tiny(tmp_path, scheduled(plan, epochs=1, precision=precision))
    expected = torch.bfloat16 if precision == "bf16" else torch.float32
    assert seen == {True: {expected}, False: {expected}}
    assert {parameter.dtype for parameter in trained.network.parameters()} == {torch.float32}


def test_the_validation_may_have_another_precision(tmp_path, monkeypatch):
    seen = _watched_types(monkeypatch)
    plan = replace(scheduled(TELLS, epochs=1, precision="bf16"), validation=ValidationPlan(precision="32"))
    train_tiny(tmp_path, plan)
    assert seen == {True: {torch.bfloat16}, False: {torch.float32}}


@pytest.mark.slow
def test_two_processes_share_a_training(tmp_path):
    script = f"""
        import sys, warnings
        sys.path[:0] = {[path for path in sys.path if path]!r}
        import torch
        torch.set_num_threads(1)
        from pathlib import Path
        from made_up_steel import make_collection
        from models.data.statistics import normalisation
        from models.training.devices import make_fabric
        from models.training.trainer import train
        from tiny_trainings import DRAWS, scheduled

        plan = scheduled(DRAWS, devices=2, accumulation=2, patience=5)
        fabric = make_fabric("32", "cpu", plan.schedule.devices)
        training = make_collection(16)
        folder = Path({str(tmp_path / "state")!r})
        both = training, make_collection(8, seed=1)
        trained = train(plan, both, normalisation(training), folder, "data", fabric)
        weights = sum(float(p.detach().double().abs().sum()) for p in trained.network.parameters())
        told = [weights, *([epoch.loss, epoch.score] for epoch in trained.history)]
        Path({str(tmp_path)!r}, f"rank-{{fabric.global_rank}}").write_text(repr(told))
    """
    (tmp_path / "train.py").write_text(textwrap.dedent(script), encoding="utf-8")
    words = [sys.executable, str(tmp_path / "train.py")]
    done = subprocess.run(words, stderr=subprocess.PIPE, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr
    first, second = ((tmp_path / f"rank-{rank}").read_text(encoding="utf-8") for rank in (0, 1))
    assert first == second
    assert done.stderr.count("epoch 2 of 2") == 1


@pytest.mark.hardware
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_a_gpu_trains_and_finds_its_batch(tmp_path):
    from models.data.statistics import normalisation
    from models.training.trainer import train

    training = make_collection(600)
    plan = scheduled(TELLS, batch_size=0, epochs=1, precision="bf16")
    fabric = make_fabric("bf16", "cuda")
    trained = train(plan, (training, make_collection(8, seed=1)), normalisation(training), tmp_path, "data", fabric)
    assert trained.batch_size == 256
    assert next(trained.network.parameters()).is_cuda
