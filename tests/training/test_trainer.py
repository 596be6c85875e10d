from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from made_up_steel import make_collection
from tiny_trainings import DRAWS, TELLS, TELLS_MANY, same_weights, scheduled, train_on, train_tiny

from models.networks.registry import NetworkError
from models.training import plan_tables
from models.training.checkpoint import CheckpointError
from models.training.devices import make_fabric
from models.training.metrics import better
from models.training.network import make_network, make_pretrained_network
from models.training.plan import LossPlan, MixPlan, NetworkPlan, ValidationPlan
from models.training.trainer import STATE_FILE, TrainingError

CASCADE = replace(
    DRAWS,
    network=NetworkPlan(
        options={"encoder": "tu-regnetx_002", "decoder_channels": [16, 16, 8, 8, 8], "class_head_channels": 8}
    ),
)


@pytest.mark.parametrize("plan", [DRAWS, TELLS], ids=["draws", "tells"])
def test_the_seed_decides_the_weights(tmp_path, plan):
    one, same = train_tiny(tmp_path / "one", plan), train_tiny(tmp_path / "same", plan)
    other = train_tiny(tmp_path / "other", replace(plan, seed=8))
    assert same_weights(one, same)
    assert not same_weights(one, other)
    assert [epoch.loss for epoch in one.history] == [epoch.loss for epoch in same.history]


@pytest.mark.slow
def test_the_cascade_trains_with_its_class_head(tmp_path):
    one, same = train_tiny(tmp_path / "one", CASCADE), train_tiny(tmp_path / "same", CASCADE)
    assert same_weights(one, same)
    assert one.history[1].loss < one.history[0].loss


def test_a_finished_training_is_not_trained_again(tmp_path):
    first = train_tiny(tmp_path)
    again = train_tiny(tmp_path)
    assert again.history == first.history  # the seconds too: nothing ran
    assert same_weights(first, again)


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
        import test_trainer, tiny_trainings
        from models.training import trainer

        kept = trainer.save_state

        def keep_and_die(path, state, *rest):
            kept(path, state, *rest)
            if len(state.history) == {epochs}:
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

        trainer.save_state = keep_and_die
        tiny_trainings.train_tiny(Path({str(folder)!r}), test_trainer.KILLED[{name!r}])
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


def test_a_loss_that_explodes_is_named(tmp_path):
    with pytest.raises(TrainingError, match=r"loss of epoch 1 is not a number; lower schedule\.max_learning_rate"):
        train_tiny(tmp_path, scheduled(DRAWS, max_learning_rate=1e30, epochs=1))


def test_overlapping_classes_train_too(tmp_path):
    trained = train_tiny(tmp_path, replace(DRAWS, data=replace(DRAWS.data, exclusive=False)))
    with torch.no_grad():
        assert trained.network(torch.zeros(1, 1, 64, 64))[1].shape == (1, 2, 64, 64)
    assert all(np.isfinite(epoch.loss) for epoch in trained.history)


@pytest.mark.parametrize("plan", [TELLS, TELLS_MANY], ids=["one class", "several"])
def test_classifiers_learn_made_up_steel(tmp_path, plan):
    plan = scheduled(plan, epochs=12, batch_size=8, max_learning_rate=1e-2)
    trained = train_tiny(tmp_path, plan, frames=48)
    assert trained.metric == ("accuracy" if plan.data.exclusive else "auroc")
    assert trained.history[trained.kept_epoch].score >= 0.8
    assert set(trained.history[0].figures) == {"accuracy", "auroc", "f1", "loss"}


@pytest.mark.parametrize("precision", ["bf16", "32"])
@pytest.mark.parametrize("plan", [DRAWS, TELLS, CASCADE], ids=["draws", "tells", "cascade"])
def test_a_plan_in_bf16_computes_in_bfloat16(tmp_path, monkeypatch, plan, precision):
    """In mixed precision convolutions answer in bfloat16, while training and while validating."""
    seen: dict[bool, set[torch.dtype]] = {True: set(), False: set()}
    forward = torch.nn.Conv2d.forward

    def watched(self, x):
        answer = forward(self, x)
        seen[self.training].add(answer.dtype)
        return answer

    monkeypatch.setattr(torch.nn.Conv2d, "forward", watched)
    trained = train_tiny(tmp_path, scheduled(plan, epochs=1, precision=precision))
    expected = torch.bfloat16 if precision == "bf16" else torch.float32
    assert seen == {True: {expected}, False: {expected}}
    assert {parameter.dtype for parameter in trained.network.parameters()} == {torch.float32}


def test_the_validation_may_have_another_precision(tmp_path, monkeypatch):
    seen: dict[bool, set[torch.dtype]] = {True: set(), False: set()}
    forward = torch.nn.Conv2d.forward

    def watched(self, x):
        answer = forward(self, x)
        seen[self.training].add(answer.dtype)
        return answer

    monkeypatch.setattr(torch.nn.Conv2d, "forward", watched)
    plan = replace(scheduled(TELLS, epochs=1, precision="bf16"), validation=ValidationPlan(precision="32"))
    train_tiny(tmp_path, plan)
    assert seen == {True: {torch.bfloat16}, False: {torch.float32}}


def test_accumulated_batches_make_the_same_step(tmp_path):
    """Two batches of 4 to a step are one of 8 where nothing depends on the batch: no normalisation, mean losses."""
    plan = replace(TELLS, network=NetworkPlan("fully_connected", options={"hidden": [8], "input_px": [16, 16]}))
    whole = train_tiny(tmp_path / "whole", scheduled(plan, batch_size=8, optimizer="sgd"), frames=16)
    parts = train_tiny(tmp_path / "parts", scheduled(plan, batch_size=4, accumulation=2, optimizer="sgd"), frames=16)
    for name, tensor in whole.network.state_dict().items():
        torch.testing.assert_close(parts.network.state_dict()[name], tensor, rtol=1e-4, atol=1e-6)
    assert (parts.batch_size, parts.accumulation) == (4, 2)


def test_workers_change_nothing(tmp_path):
    alone = train_tiny(tmp_path / "alone", scheduled(TELLS, epochs=1))
    helped = train_tiny(tmp_path / "helped", scheduled(TELLS, epochs=1, workers=2))
    assert same_weights(alone, helped)


@pytest.mark.parametrize(
    ("plan", "mix"),
    [(TELLS, MixPlan("mixup")), (TELLS_MANY, MixPlan("cutmix", target="max")), (DRAWS, MixPlan("cutmix", corner=True))],
    ids=["mixup", "cutmix", "cutmix of masks"],
)
def test_frames_are_mixed_where_the_plan_says_so(tmp_path, monkeypatch, plan, mix):
    plain = train_tiny(tmp_path / "plain", scheduled(plan, epochs=1))
    one, same = (train_tiny(tmp_path / name, scheduled(replace(plan, mix=mix), epochs=1)) for name in ("one", "same"))
    assert same_weights(one, same)
    assert not same_weights(one, plain)
    assert np.isfinite(one.history[0].loss)


@pytest.mark.parametrize("keys", [{"strategy": "hard"}, {"strategy": "soft", "cut": "frames"}, {"cut": "crops"}])
def test_augmentation_is_what_the_plan_says(tmp_path, keys):
    other = replace(TELLS, augmentation=replace(TELLS.augmentation, strategy="none", cut="frames"))
    plan = replace(TELLS, augmentation=replace(TELLS.augmentation, **keys))
    one, plain = (train_tiny(tmp_path / str(n), scheduled(it, epochs=1)) for n, it in enumerate((plan, other)))
    assert not same_weights(one, plain)


@pytest.mark.parametrize("pixels", sorted(plan_tables.PIXEL_LOSSES))
@pytest.mark.parametrize("exclusive", [True, False])
def test_every_loss_of_masks_trains(tmp_path, pixels, exclusive):
    plan = replace(scheduled(DRAWS, epochs=1, batch_size=8), data=replace(DRAWS.data, exclusive=exclusive))
    plan = replace(plan, loss=LossPlan(pixels=pixels, balance="median_frequency"))
    assert np.isfinite(train_tiny(tmp_path, plan).history[0].figures["loss"])


@pytest.mark.parametrize("classes", ["bce", "focal", "mse", "none"])
def test_every_loss_of_the_class_head_trains(tmp_path, classes):
    plan = replace(scheduled(DRAWS, epochs=1, batch_size=8), loss=LossPlan(classes=classes))
    assert np.isfinite(train_tiny(tmp_path, plan).history[0].loss)


def test_an_average_of_weights_is_judged_and_kept(tmp_path):
    """One epoch of four steps: the average worked out from the weights after each of them."""
    plan = scheduled(TELLS, epochs=1, batch_size=2, schedule="constant", keep="last")
    start = make_network(plan).state_dict()
    after = []
    step = torch.optim.AdamW.step

    def watched(self, *arguments):
        answer = step(self, *arguments)
        after.append([p.detach().clone() for group in self.param_groups for p in group["params"]])
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", watched)
        trained = train_tiny(tmp_path, scheduled(plan, average_decay=0.15))
    names = [name for name, _ in trained.network.named_parameters()]
    expected = [start[name] for name in names]
    for number, weights in enumerate(after):
        decay = min(0.15, (1 + number) / (10 + number))
        expected = [decay * old + (1 - decay) * new for old, new in zip(expected, weights, strict=True)]
    assert len(after) == 4
    for name, tensor in zip(names, expected, strict=True):
        torch.testing.assert_close(trained.network.state_dict()[name], tensor)


def test_gradients_are_clipped_where_the_plan_says_so(tmp_path):
    """Plain SGD at rate 1 moves the weights by exactly the clipped gradient's length."""
    plan = scheduled(
        TELLS, epochs=1, batch_size=8, optimizer="sgd", momentum=0.0, weight_decay=0.0, schedule="constant",
        max_learning_rate=1.0, gradient_clip=0.01,
    )  # fmt: skip
    before = dict(make_network(plan).named_parameters())
    moved = {}
    for clip in (0.01, 0.0):
        trained = train_tiny(tmp_path / str(clip), scheduled(plan, gradient_clip=clip), frames=8)
        after = dict(trained.network.named_parameters())
        moved[clip] = torch.cat([(after[name] - before[name]).flatten() for name in before]).norm().item()
    assert moved[0.01] == pytest.approx(0.01, rel=1e-3)
    assert moved[0.0] > 0.02


def test_patience_ends_a_training_that_gets_no_better(tmp_path):
    plan = replace(scheduled(TELLS, epochs=30, patience=2, max_learning_rate=1e-9), validation=ValidationPlan())
    trained = train_tiny(tmp_path, plan)
    assert len(trained.history) == 3
    assert trained.kept_epoch == 0


def test_evaluations_every_so_many_epochs(tmp_path):
    plan = replace(scheduled(TELLS, epochs=5), validation=ValidationPlan(every=2, train_metric=True))
    trained = train_tiny(tmp_path, plan)
    assert [epoch.score is not None for epoch in trained.history] == [False, True, False, True, True]
    assert "train_accuracy" in trained.history[1].figures
    assert trained.kept_epoch in (1, 3, 4)


def test_the_last_epoch_is_kept_where_the_plan_says_so(tmp_path):
    plan = scheduled(TELLS, epochs=4, batch_size=8, max_learning_rate=1e-2)
    best, last = (train_tiny(tmp_path / keep, scheduled(plan, keep=keep), frames=24) for keep in ("best", "last"))
    assert last.kept_epoch == 3
    assert best.history[best.kept_epoch].score == max(epoch.score for epoch in best.history)
    assert [epoch.loss for epoch in best.history] == [epoch.loss for epoch in last.history]


def test_training_without_a_validation_part(tmp_path):
    trained = train_on(tmp_path, scheduled(TELLS, keep="last", train_on_all=True), make_collection(8), None)
    assert [epoch.score for epoch in trained.history] == [None, None]
    assert trained.kept_epoch == 1


@pytest.mark.parametrize(
    ("metric", "score", "than", "answer"),
    [
        ("mean_iou", 0.5, None, True),
        ("mean_iou", 0.5, 0.4, True),
        ("mean_iou", 0.4, 0.4, False),
        ("loss", 0.4, 0.5, True),
        ("loss", 0.5, 0.4, False),
        ("auroc", float("nan"), 0.4, False),
        ("auroc", 0.1, float("nan"), True),
    ],
)
def test_what_is_better(metric, score, than, answer):
    assert better(metric, score, than) is answer


class _Full:
    """Lets memory run out at the first batches that are larger than ``limit`` items."""

    def __init__(self, monkeypatch, limit: int, error: type[RuntimeError] = torch.OutOfMemoryError) -> None:
        forward = torch.nn.Linear.forward
        self.sizes: list[int] = []

        def failing(layer, x):
            if layer.training and len(x) > limit:
                raise error("CUDA out of memory." if error is torch.OutOfMemoryError else "can't allocate memory")
            if layer.training:
                self.sizes.append(len(x))
            return forward(layer, x)

        monkeypatch.setattr(torch.nn.Linear, "forward", failing)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
def test_a_full_memory_halves_the_batch_and_says_so(tmp_path, monkeypatch, capsys, error):
    full = _Full(monkeypatch, limit=2, error=error)
    trained = train_tiny(tmp_path, scheduled(TELLS, batch_size=8), frames=8)
    assert (trained.batch_size, trained.accumulation) == (2, 4)
    assert max(full.sizes[:4]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if "Memory ran out" in line]
    assert [line.partition("halved to ")[2] for line in told] == [
        "4 and 2 of them make a step from now on.",
        "2 and 4 of them make a step from now on.",
    ]


def test_a_halved_batch_stays_halved_after_a_resumption(tmp_path, monkeypatch, capsys):
    _Full(monkeypatch, limit=4)
    plan = scheduled(TELLS, batch_size=8, epochs=2)
    train_tiny(tmp_path, plan, frames=8)
    capsys.readouterr()
    monkeypatch.undo()
    assert train_tiny(tmp_path, plan, frames=8).batch_size == 4
    assert "Memory" not in capsys.readouterr().err


def test_a_memory_too_small_for_anything_is_named(tmp_path, monkeypatch):
    _Full(monkeypatch, limit=1)
    with pytest.raises(TrainingError, match=r"ran out with batches of 2; lower schedule\.batch_size or augmentation"):
        train_tiny(tmp_path, scheduled(TELLS, batch_size=8), frames=8)


def test_a_plan_may_forbid_other_batches(tmp_path, monkeypatch):
    _Full(monkeypatch, limit=4)
    with pytest.raises(TrainingError, match=r"ran out with batches of 8; lower schedule\.batch_size"):
        train_tiny(tmp_path, scheduled(TELLS, batch_size=8, adjust_batch=False), frames=8)


def test_other_errors_are_not_taken_for_a_full_memory(tmp_path, monkeypatch):
    def broken(layer, x):
        raise RuntimeError("shapes cannot be multiplied")

    monkeypatch.setattr(torch.nn.Linear, "forward", broken)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        train_tiny(tmp_path, TELLS)


def test_a_batch_left_open_is_one_the_cpu_takes(tmp_path):
    assert train_tiny(tmp_path, scheduled(TELLS, batch_size=0, epochs=1), frames=40).batch_size == 32


@pytest.mark.parametrize(("limit", "size"), [(1000, 256), (100, 64), (2, 2)])
def test_a_batch_left_open_is_the_largest_that_fits(tmp_path, monkeypatch, limit, size):
    monkeypatch.setattr("models.training.trainer.full_memory_is_told", lambda device: True)
    full = _Full(monkeypatch, limit)
    trained = train_tiny(tmp_path / "found", scheduled(TELLS, batch_size=0, epochs=1), frames=300)
    assert (trained.batch_size, trained.accumulation) == (size, 1)
    assert max(full.sizes) == size
    # The trial leaves no trace.
    named = train_tiny(tmp_path / "named", scheduled(TELLS, batch_size=size, epochs=1), frames=300)
    assert same_weights(trained, named)


def test_a_memory_too_small_for_any_batch_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("models.training.trainer.full_memory_is_told", lambda device: True)
    _Full(monkeypatch, limit=1)
    with pytest.raises(TrainingError, match=r"runs out even with batches of 2; lower augmentation\.size_px"):
        train_tiny(tmp_path, scheduled(TELLS, batch_size=0))


def test_frozen_layers_keep_weights_and_statistics(tmp_path):
    plan = replace(scheduled(DRAWS, freeze=("down", "bottleneck"), epochs=3))
    before = make_network(plan).state_dict()
    always = train_tiny(tmp_path / "always", scheduled(plan, keep="last")).network.state_dict()
    at_first = train_tiny(tmp_path / "at first", scheduled(plan, keep="last", freeze_epochs=2)).network.state_dict()
    frozen = [name for name in before if name.startswith(("down.", "bottleneck."))]
    assert any("running_mean" in name for name in frozen)
    assert all(torch.equal(always[name], before[name]) for name in frozen)
    assert not any(torch.equal(at_first[name], before[name]) for name in frozen)
    assert not any(torch.equal(always[name], before[name]) for name in before if name not in frozen)


def test_validation_halves_its_batches_too(tmp_path, monkeypatch):
    forward = torch.nn.Linear.forward

    def failing(layer, x):
        if not layer.training and len(x) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(layer, x)

    whole = train_tiny(tmp_path / "whole", scheduled(TELLS, epochs=1))
    monkeypatch.setattr(torch.nn.Linear, "forward", failing)
    halved = train_tiny(tmp_path / "halved", scheduled(TELLS, epochs=1))
    assert halved.history[0].score == whole.history[0].score


def test_without_imagenet_weights_a_training_says_so_and_starts_from_fresh_ones(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    network, pretrained = make_pretrained_network(replace(CASCADE, network=replace(CASCADE.network, pretrained=True)))
    told = capsys.readouterr().err
    assert "The ImageNet weights of 'tu-regnetx_002' cannot be had (" in told
    assert told.count("\n") == 1
    assert not pretrained
    fresh = make_network(CASCADE).state_dict()
    assert all(torch.equal(tensor, fresh[name]) for name, tensor in network.state_dict().items())


def test_a_network_without_imagenet_weights_says_so():
    with pytest.raises(NetworkError, match=r"'unet' has no ImageNet weights; write network\.pretrained = false"):
        make_pretrained_network(replace(DRAWS, network=replace(DRAWS.network, pretrained=True)))


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
