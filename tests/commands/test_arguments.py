"""The arguments several commands share."""

from __future__ import annotations

import argparse

import pytest

from app.commands.arguments import DEVICES, frame_count
from models.runtimes.choice import DEVICES as KNOWN_DEVICES


def test_the_devices_offered_are_those_there_are() -> None:
    assert tuple(KNOWN_DEVICES) == DEVICES


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "", "٣"])
def test_what_is_no_count_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="whole number from 1 up"):
        frame_count(text)


def test_a_count_is_a_count() -> None:
    assert frame_count("12") == 12
