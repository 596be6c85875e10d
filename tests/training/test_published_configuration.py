"""The table in ``models/README.md`` against the published configuration, the keys of plans and the plan itself."""

from __future__ import annotations

import re
import tomllib
import typing
from pathlib import Path

import pytest

from models.networks.registry import NETWORKS
from models.training.network import check_options
from models.training.plan import NetworkPlan, Plan, read_plan

ROOT = Path(__file__).resolve().parents[2]
HEADING = "## The published multi-label configuration, key by key"
PLAN = ROOT / "resources" / "plans" / "resnet50-multilabel.toml"

PUBLISHED = {
    "architecture": "backbone dropout pool pretrained",
    "augmentation": "augmentations_strategy custom_inference_augmentations custom_train_augmentations cutmix_corner "
    "mix_concentration mix_image mix_iterations mix_probability mix_target",
    "dataset": "data_folder data_folder_test data_sample data_sample_choice folds group_fold_column image_column "
    "label_columns test_dataframe train_dataframe unlabeled_dataframe validation_dataframe validation_size "
    "validation_strategy",
    "environment": "gpus mixed_precision_inference mixed_precision_training number_of_workers seed",
    "": "experiment_name",
    "image": "image_channels image_height image_normalization image_width",
    "logging": "logger neptune_project number_of_images",
    "prediction": "metric probability_threshold test_time_augmentations",
    "training": "automatically_adjust_batch_size batch_size build_scoring_pipelines calculate_train_metric "
    "differential_learning_rate differential_learning_rate_layers drop_last_batch epochs evaluation_epochs "
    "grad_accumulation gradient_clip learning_rate loss_function optimizer run_interpretations save_best_checkpoint "
    "schedule train_validation_data warmup_epochs weight_decay",
}
"""The keys of the configuration as H2O published it with its use case of steel defects."""


def _rows() -> dict[str, list[str]]:
    """The plan keys of every published key."""
    text = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    section = text.partition(HEADING)[2].partition("\n## ")[0]
    rows = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0].startswith("`"):
            rows[cells[0].strip("`")] = re.findall(r"`([^`]+)`", cells[2])
    return rows


def test_every_published_key_stands_in_the_table_and_no_other():
    published = {f"{table}.{key}".lstrip(".") for table, keys in PUBLISHED.items() for key in keys.split()}
    assert set(_rows()) == published
    assert len(published) == 63


@pytest.mark.parametrize(("published", "keys"), sorted(_rows().items()))
def test_every_plan_key_in_the_table_is_one(published, keys):
    assert keys, published
    for key in keys:
        table, _, name = key.rpartition(".")
        if table == "network" and name not in typing.get_type_hints(NetworkPlan):
            network = NETWORKS["classifier"]
            assert name in typing.get_type_hints(network.__init__), key
        else:
            kind = typing.get_type_hints(Plan)[table] if table else Plan
            assert name in typing.get_type_hints(kind), key


def test_the_plan_names_every_key_of_the_table_it_can():
    """What the plan leaves out lies in data of its own: folders and label files, and what only 'custom' takes."""
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    elsewhere = {"data.folder", "data.labels", "validation.labels", "validation.test_folder", "validation.test_labels",
                 "augmentation.train", "augmentation.inference"}  # fmt: skip
    for key in {key for keys in _rows().values() for key in keys} - elsewhere:
        table, _, name = key.rpartition(".")
        assert name in (plan[table] if table else plan), key


def test_the_plan_is_set_as_published():
    plan = read_plan(PLAN)
    check_options(plan)
    assert plan.network.options == {"encoder": "resnet50", "pool": "avg", "dropout": 0.0, "input_px": [224, 224]}
    assert plan.network.pretrained
    assert (plan.seed, plan.data.channels, plan.data.validation_share) == (-1, 3, 0.2)
    schedule = plan.schedule
    assert (schedule.optimizer, schedule.schedule, schedule.max_learning_rate) == ("adamw", "cosine", 1e-3)
    assert (schedule.epochs, schedule.batch_size, schedule.weight_decay, schedule.gradient_clip) == (5, 32, 0, 0)
    assert (schedule.keep, schedule.precision, schedule.drop_last) == ("last", "bf16", True)
    assert (plan.loss.classes, plan.validation.metric, plan.validation.strategy) == ("bce", "auroc", "kfold")
    assert (plan.augmentation.strategy, plan.augmentation.normalisation) == ("soft", "simple")
