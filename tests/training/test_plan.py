from __future__ import annotations

from pathlib import Path

import pytest

from models.training.plan import PlanError, read_plan

PLANS = Path(__file__).resolve().parents[2] / "resources" / "plans"

LEAST = """
name = "made-up"
title = "Made-up steel"
[data]
reader = "index_folder"
taxonomy = "made-up"
classes = ["bright", "dark"]
"""


def _plan(folder: Path, text: str) -> Path:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", sorted(PLANS.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_plans_are_right(path):
    plan = read_plan(path)
    assert plan.name == path.stem
    assert plan.data.source
    assert plan.data.terms
    assert plan.limits


def test_defaults_fill_what_a_plan_leaves_out(tmp_path):
    plan = read_plan(_plan(tmp_path, LEAST))
    assert plan.data.classes == ("bright", "dark")
    assert plan.schedule.precision == "bf16"
    assert plan.network.options == {}


def test_other_keys_of_the_network_are_its_options(tmp_path):
    text = (
        LEAST + "[network]\nname = 'layered'\nwidth = 8\nclassifier = {name = 'classifier', options = {pool = 'max'}}\n"
    )
    plan = read_plan(_plan(tmp_path, text))
    assert plan.network.name == "layered"
    options = {"width": 8, "classifier": {"name": "classifier", "options": {"pool": "max"}}}
    assert plan.network.options == options
    assert plan.to_json()["network"] == {**options, "name": "layered", "pretrained": False, "start": ""}


def test_a_plan_may_keep_nothing_back_to_judge_by(tmp_path):
    last = read_plan(_plan(tmp_path, LEAST + "validation_share = 0\n[schedule]\nkeep = 'last'\n"))
    assert last.data.validation_share == 0
    folds = read_plan(_plan(tmp_path, LEAST + "validation_share = 0\n[validation]\nstrategy = 'kfold'\n"))
    assert folds.schedule.keep == "best"


def test_whole_numbers_do_for_fractions(tmp_path):
    assert read_plan(_plan(tmp_path, LEAST + "[loss]\ndice_weight = 2\n")).loss.dice_weight == 2.0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LEAST + "[schedule]\nepoch = 3\n", "there is no key 'schedule.epoch'; known are"),
        (LEAST + "[shedule]\nepochs = 3\n", "there is no key 'shedule'"),
        (LEAST + "[schedule]\nepochs = 'three'\n", "'schedule.epochs' is 'three' and must be of type int"),
        (LEAST + "[schedule]\nepochs = true\n", "'schedule.epochs' is True and must be of type int"),
        (LEAST + "[schedule]\nepochs = 0\n", "schedule.epochs must be at least 1"),
        (LEAST + "[schedule]\nprecision = '8'\n", "schedule.precision is '8' and must be one of bf16, 32"),
        (LEAST + "[augmentation]\nsize_px = [4, 64]\n", "augmentation.size_px must be two sides of at least 8 pixels"),
        (LEAST + "[augmentation]\nsize_px = [64]\n", "'augmentation.size_px' has 1 values and must have 2"),
        (LEAST + "[network]\npretrained = 5\n", "'network.pretrained' is 5 and must be of type bool"),
        ("network = 5\n" + LEAST, "'network' must be a table, [network]"),
        (LEAST.replace('name = "made-up"\n', "", 1), "the key 'name' is missing"),
        (LEAST.replace("[data]", "[[data]]"), "'data' must be a table"),
        (LEAST.replace('classes = ["bright", "dark"]', "classes = []"), "data.classes must name at least one class"),
        ("name = ", "cannot be read as TOML"),
        ("seed = -2\n" + LEAST, "seed must be 0 or more, or -1 for a fresh one"),
        (
            LEAST + "[schedule]\noptimizer = 'lion'\n",
            "schedule.optimizer is 'lion' and must be one of adamw, adam, sgd",
        ),
        (LEAST + "[schedule]\nschedule = 'cosin'\n", "schedule.schedule is 'cosin' and must be one of one_cycle, cos"),
        (LEAST + "[schedule]\nbatch_size = 1\n", "schedule.batch_size must be at least 2"),
        (LEAST + "[schedule]\nwarm_up_epochs = 1\n", "schedule.warm_up_epochs must be 0 with 'one_cycle'"),
        (LEAST + "[schedule]\nschedule = 'step'\n", "schedule.milestones must name epochs where schedule.schedule is"),
        (LEAST + "[schedule]\nnesterov = true\n", "schedule.nesterov is for optimizer 'sgd'"),
        (LEAST + "[schedule]\nmomentum = 1.0\n", "schedule.momentum must be at least 0 and below 1"),
        (
            LEAST + "[schedule]\ndifferential_layers = ['encoder']\n",
            "schedule.differential_learning_rate must be above",
        ),
        (LEAST + "[schedule]\nfreeze_epochs = 2\n", "schedule.freeze_epochs needs schedule.freeze to name layers"),
        (LEAST + "[schedule]\ntrain_on_all = true\n", "schedule.train_on_all needs schedule.keep = 'last'"),
        (LEAST + "[schedule]\npatience = -1\n", "schedule.patience must be at least 0"),
        (LEAST + "[augmentation]\nstrategy = 'custom'\n", "augmentation.train must list transforms"),
        (LEAST + "[augmentation]\ninference = [{name = 'ColorJitter'}]\n", "augmentation.inference can be nothing but"),
        (LEAST + "[augmentation]\nzoom = [2.0, 1.0]\n", "augmentation.zoom must be two factors"),
        (LEAST + "[mix]\nimage = 'blend'\n", "mix.image is 'blend' and must be one of none, mixup, cutmix"),
        (LEAST + "[mix]\nconcentration = 0\n", "mix.concentration must be above 0"),
        (LEAST + "[loss]\npixels = 'dise'\n", "loss.pixels is 'dise' and must be one of cross_entropy, dice"),
        (LEAST + "[loss]\nclass_weights = [1.0]\n", "loss.class_weights must have one value a class, 2"),
        (LEAST + "[loss]\nbalance = 'x'\n", "loss.balance is 'x' and must be one of none, median_frequency"),
        (LEAST + "[validation]\nstrategy = 'file'\n", "validation.labels or validation.folder must be given"),
        (LEAST + "[validation]\nlabels = 'a.csv'\n", "validation.strategy must be 'file' where validation names"),
        (LEAST + "validation_share = 0\n", "data.validation_share must be above 0, or schedule.keep 'last' and no pat"),
        (
            LEAST + "validation_share = 0\n[schedule]\nkeep = 'last'\npatience = 3\n",
            "data.validation_share must be above",
        ),
        (LEAST + "test_share = 0.9\n", "data.test_share and data.validation_share leave nothing to train on; together"),
        (LEAST + "[validation]\nfold = 5\n", "validation.fold must be from 0 to 4, or -1 for all"),
        (LEAST + "[validation]\nsample = 0.0\n", "validation.sample must be a share above 0"),
        (
            LEAST + "[validation]\nsample_parts = ['test']\n",
            "validation.sample_parts is 'test' and must be one of train",
        ),
        (LEAST + "[validation]\nmetric = 'roc'\n", "validation.metric is 'roc' and must be one of mean_iou"),
        (LEAST + "[logging]\nlogger = 'neptune'\n", "logging.logger is 'neptune' and must be one of none, tensorboard"),
        (LEAST + "[run]\nfront_end = 'edges'\n", "run.front_end is 'edges' and must be one of shadow_regions"),
        (LEAST + "[run]\ntest_time = ['diagonal']\n", "run.test_time is 'diagonal' and must be one of horizontal"),
    ],
)
def test_a_wrong_plan_names_file_and_key(tmp_path, text, sentence):
    path = _plan(tmp_path, text)
    with pytest.raises(PlanError) as error:
        read_plan(path)
    assert sentence in str(error.value)
    assert str(path) in str(error.value)


def test_a_missing_plan_is_named(tmp_path):
    with pytest.raises(PlanError, match=r"nothing\.toml is not there"):
        read_plan(tmp_path / "nothing.toml")


def test_the_hash_is_of_what_decides_the_weights(tmp_path):
    plan = read_plan(_plan(tmp_path, LEAST))
    moved = read_plan(_plan(tmp_path, LEAST.replace("[data]", '[data]\nfolder = "elsewhere"\nterms = "none"')))
    longer = read_plan(_plan(tmp_path, LEAST + "[schedule]\nepochs = 7\n"))
    assert plan.sha256("abc") == moved.sha256("abc")
    assert plan.sha256("abc") != longer.sha256("abc")
    assert plan.sha256("abc") != plan.sha256("abd")
