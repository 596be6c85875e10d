"""How fast the store takes inspections of 256×1600; printed, for the reader with ``-s``."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from store_examples import TAXONOMY, grain, make_inspection

from app.store import ImagePolicy, Store
from app.words.inspection import Inspection, VerdictKind
from models.labels.masks import empty_stack

IMAGE = grain(0, (256, 1600))
EMPTY = empty_stack(256, 1600, len(TAXONOMY))
MASKS = EMPTY.copy()
MASKS[40:80, 200:700] = 1
MASKS[100:200, 800:900] |= 4


def passed(number: int) -> Inspection:
    return make_inspection(number, image=IMAGE, stack=EMPTY, findings=())


def masked(number: int) -> Inspection:
    return make_inspection(number, image=IMAGE, stack=MASKS, findings=())


def rejected(number: int) -> Inspection:
    return make_inspection(number, image=IMAGE, stack=MASKS, findings=(), kind=VerdictKind.REJECT)


@pytest.mark.slow
@pytest.mark.parametrize(("make", "count"), [(passed, 1_000), (masked, 500), (rejected, 100)])
def test_throughput(open_store: Callable[..., Store], make: Callable[[int], Inspection], count: int) -> None:
    store = open_store(ImagePolicy(pass_share=0.0))
    store.writer.put(make(0))
    store.writer.flush()
    inspections = [make(number) for number in range(1, count + 1)]
    begun_s, begun_cpu_s = time.perf_counter(), time.process_time()
    for inspection in inspections:
        store.writer.put(inspection)
    store.writer.flush()
    wall_s, cpu_s = time.perf_counter() - begun_s, time.process_time() - begun_cpu_s
    print(f"\n{make.__name__}: {count / wall_s:.0f} inspections/s, {cpu_s / count * 1e3:.2f} ms CPU each")  # noqa: T201
    assert store.reader().count() == count + 1
    assert np.array_equal(store.reader().load(inspections[-1].id).stack, inspections[-1].stack)
