from __future__ import annotations

import pytest
import torch
from torch import nn

from models.networks.registry import NetworkError
from models.training import plan_tables
from models.training.network import set_learning
from models.training.optimizers import OPTIMIZERS, make_optimizer, set_rate
from models.training.plan_tables import SchedulePlan


class _Network(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
        self.encoder_two = nn.Linear(3, 3)
        self.head = nn.Linear(3, 1)

    def forward(self, x):
        return self.head(self.encoder_two(self.encoder(x)))


def test_a_plan_may_name_every_optimizer_there_is():
    assert set(OPTIMIZERS) == set(plan_tables.OPTIMIZERS)


@pytest.mark.parametrize(
    ("name", "kind", "settings"),
    [
        ("adamw", torch.optim.AdamW, {"weight_decay": 0.05}),
        ("adam", torch.optim.Adam, {"weight_decay": 0.05}),
        ("sgd", torch.optim.SGD, {"weight_decay": 0.05, "momentum": 0.8, "nesterov": True}),
        ("rmsprop", torch.optim.RMSprop, {"weight_decay": 0.05, "momentum": 0.8}),
        ("adadelta", torch.optim.Adadelta, {"weight_decay": 0.05}),
    ],
)
def test_optimizers_are_made_as_the_plan_says(name, kind, settings):
    plan = SchedulePlan(optimizer=name, weight_decay=0.05, momentum=0.8, nesterov=name == "sgd")
    optimizer = make_optimizer(_Network(), plan)
    assert type(optimizer) is kind
    (group,) = optimizer.param_groups
    assert {key: group[key] for key in settings} == settings


def test_layers_with_a_rate_of_their_own():
    network = _Network()
    plan = SchedulePlan(max_learning_rate=0.1, differential_learning_rate=0.01, differential_layers=("encoder",))
    optimizer = make_optimizer(network, plan)
    set_rate(optimizer, 0.5, None)
    rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
    assert {name: rates[id(p)] for name, p in network.named_parameters()} == {
        "encoder.0.weight": 0.005,
        "encoder.0.bias": 0.005,
        "encoder.1.weight": 0.005,
        "encoder.1.bias": 0.005,
        "encoder_two.weight": 0.05,
        "encoder_two.bias": 0.05,
        "head.weight": 0.05,
        "head.bias": 0.05,
    }


def test_layers_that_are_not_there_are_named():
    plan = SchedulePlan(differential_learning_rate=0.01, differential_layers=("encod",))
    with pytest.raises(NetworkError, match=r"schedule\.differential_layers: the network has no layer 'encod'; its fi"):
        make_optimizer(_Network(), plan)


def test_momentum_goes_where_an_optimizer_has_one():
    for name, expected in (("adamw", (0.9, 0.999)), ("sgd", 0.9), ("rmsprop", 0.9), ("adadelta", None)):
        optimizer = make_optimizer(_Network(), SchedulePlan(optimizer=name, momentum=0.5))
        set_rate(optimizer, 1.0, 0.9)
        (group,) = optimizer.param_groups
        assert group.get("betas", group.get("momentum")) == expected
    plain = make_optimizer(_Network(), SchedulePlan(optimizer="sgd", momentum=0.0))
    set_rate(plain, 1.0, 0.9)
    assert plain.param_groups[0]["momentum"] == 0.0


def test_frozen_layers_neither_learn_nor_count():
    network = _Network()
    set_learning(network, ("encoder",))
    optimizer = make_optimizer(network, SchedulePlan(weight_decay=0.1))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    network(torch.randn(8, 3)).square().mean().backward()
    optimizer.step()
    changed = {name for name, value in network.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"encoder_two.weight", "encoder_two.bias", "head.weight", "head.bias"}
    set_learning(network, ())
    assert all(parameter.requires_grad for parameter in network.parameters())
    assert network.encoder[1].training
