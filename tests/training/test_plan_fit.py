from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from made_up_steel import CLASSES

from models.data.readers import DataPlan
from models.training.plan import (
    AugmentationPlan,
    LossPlan,
    MixPlan,
    NetworkPlan,
    Plan,
    PlanError,
    RunPlan,
    ValidationPlan,
    read_plan,
)
from models.training.plan_fit import check_fit

PLANS = Path(__file__).resolve().parents[2] / "resources" / "plans"
DATA = DataPlan(reader="index_folder", taxonomy="made-up", classes=CLASSES)
DRAWS = Plan("made-up", "Made-up steel", DATA, network=NetworkPlan(options={"encoder": "tu-regnetx_002"}))
TELLS = replace(DRAWS, network=NetworkPlan("classifier", options={"encoder": "resnet18"}))
TELLS_MANY = replace(TELLS, data=replace(DATA, exclusive=False))


@pytest.mark.parametrize("plan", [DRAWS, TELLS, TELLS_MANY, replace(TELLS, run=RunPlan(front_end="shadow_regions"))])
def test_plans_that_fit(plan):
    check_fit(plan)


@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (replace(DRAWS, augmentation=AugmentationPlan(size_px=(100, 64))), "size_px must be two multiples of 32; netw"),
        (replace(DRAWS, run=RunPlan(tile_px=(100, 64))), "run.tile_px must be two multiples of 32"),
        (replace(DRAWS, loss=LossPlan(classes="cross_entropy")), "loss.classes is 'cross_entropy' and must be one of"),
        (replace(DRAWS, loss=LossPlan(pixels="none", classes="none")), "loss.pixels is 'none' like loss.classes"),
        (replace(DRAWS, mix=MixPlan("mixup")), "mix.image is 'mixup' and must be cutmix or none"),
        (
            replace(DRAWS, run=RunPlan(front_end="shadow_regions")),
            "run.front_end is 'shadow_regions' and must be '' wh",
        ),
        (
            replace(TELLS, loss=LossPlan(classes="bce")),
            "one of cross_entropy, focal, mse; network 'classifier'",
        ),
        (replace(TELLS_MANY, loss=LossPlan(classes="cross_entropy")), "must be one of bce, focal, mse"),
        (replace(TELLS, loss=LossPlan(classes="places")), "loss.classes is 'places'"),
        (replace(TELLS, validation=ValidationPlan(metric="mean_iou")), "must be one of accuracy, auroc, f1, loss"),
        (
            replace(DRAWS, augmentation=AugmentationPlan(strategy="custom", train=({"name": "Smudge"},))),
            "torchvision.transforms.v2 has no transform 'Smudge'",
        ),
        (
            replace(DRAWS, augmentation=AugmentationPlan(strategy="custom", train=({"name": "ColorJitter", "x": 1},))),
            "ColorJitter cannot be made of {'x': 1}",
        ),
    ],
)
def test_what_does_not_go_with_the_network_is_named(plan, sentence):
    with pytest.raises(PlanError) as error:
        check_fit(plan)
    assert sentence in str(error.value)


def test_a_network_with_a_size_of_its_own_takes_other_multiples():
    network = NetworkPlan("classifier", options={"encoder": "resnet18", "input_px": [64, 64]})
    check_fit(replace(TELLS, network=network, augmentation=AugmentationPlan(size_px=(200, 200))))


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(PLANS.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_plans_fit_their_networks(path):
    check_fit(read_plan(path))
