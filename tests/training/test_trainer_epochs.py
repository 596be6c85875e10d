"""The epochs of a training: when they are judged, which is kept, when they end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_up_steel import make_collection
from tiny_trainings import TELLS, scheduled, train_on, train_tiny

from models.training.metrics import better
from models.training.plan import ValidationPlan


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
