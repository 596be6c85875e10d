"""What a training is: its seed, its parts, what it learns by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_trainings import CASCADE, DRAWS, TELLS, TELLS_MANY, same_weights, scheduled, train_tiny

from models.training import plan_tables
from models.training.plan import LossPlan, MixPlan
from models.training.trainer import TrainingError


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
