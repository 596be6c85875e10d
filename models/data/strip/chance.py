"""Chance that depends on the place alone: the same seed and place give the same draws, whatever was drawn before."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What the draws are for. Streams are independent, so leaving defects out changes nothing else."""

    TILES = 0
    KNOTS = 1
    SENSOR = 2
    NUISANCES = 3
    DEFECTS = 4
    ROLL = 5
    WANDER = 6


def chance(seed: int, stream: Stream, place: int = 0) -> np.random.Generator:
    """A generator for one place (a segment's or a knot's number, from 0) of one stream of one seed."""
    return np.random.default_rng((seed, int(stream), place))
