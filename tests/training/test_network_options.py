from __future__ import annotations

from dataclasses import replace

import pytest
from made_up_steel import CLASSES

from models.data.readers import DataPlan
from models.networks.registry import NetworkError
from models.training.network import check_options, make_network, recorded_options, task_name
from models.training.plan import NetworkPlan, Plan

PLAN = Plan("made-up", "Made-up steel", DataPlan(reader="index_folder", taxonomy="made-up", classes=CLASSES))


def _with(**network) -> Plan:
    return replace(PLAN, network=NetworkPlan(**network))


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        ({"name": "cascad"}, "network.name: there is no network 'cascad'; choose one of cascade, "),
        (
            {"options": {"decoder": [1]}},
            "'cascade' has no option 'network.decoder'; known are class_head_",
        ),
        ({"options": {"exclusive": True}}, "has no option 'network.exclusive'"),
        ({"options": {"decoder_channels": [8]}}, "decoder_channels has 1 values and must have 4 or 5"),
    ],
)
def test_a_wrong_option_is_named_with_its_key(network, sentence):
    with pytest.raises(NetworkError) as error:
        make_network(_with(**network))
    assert sentence in str(error.value)


def test_a_bundle_keeps_the_options_a_plan_leaves_out():
    recorded = recorded_options(_with(options={"encoder": "resnet18"}))
    assert recorded == {"encoder": "resnet18", "decoder_channels": (96, 64, 32, 24, 16), "class_head_channels": 64}


def test_the_network_says_what_it_is_for():
    check_options(_with(name="classifier"))
    assert task_name(_with(name="classifier")) == "classify"
    assert task_name(PLAN) == "cascade"
