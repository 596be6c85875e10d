"""The queue: what is listed, in which order, and where next goes."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from app.review.ports import ReviewItem
from app.review.queue import QueueFilter, ReviewQueue, ordered
from app.words.correction import ReviewState
from app.words.inspection import VerdictKind
from app.words.reason import Reason


def item(name, suspicion=0.0, state=ReviewState.TO_DO, verdict=VerdictKind.PASS, classes=()):
    return ReviewItem(
        id=uuid.uuid5(uuid.NAMESPACE_OID, name),
        name=name,
        state=state,
        suspicion=suspicion,
        time_utc=datetime(2024, 5, 1, tzinfo=UTC),
        reason=Reason("clean"),
        verdict=verdict,
        class_names=classes,
    )


def names(items):
    return [one.name for one in items]


def test_to_do_first_by_suspicion_then_unsure_then_done():
    items = [
        item("done", 0.9, ReviewState.CONFIRMED),
        item("calm", 0.1),
        item("unsure", 0.99, ReviewState.UNSURE),
        item("hot", 0.8),
        item("reject", 0.1, verdict=VerdictKind.REJECT),
    ]
    assert names(ordered(items)) == ["hot", "reject", "calm", "unsure", "done"]


def test_a_decided_item_keeps_its_place_until_the_queue_is_set_again():
    queue = ReviewQueue([item("a", 0.9), item("b", 0.5), item("c", 0.1)])
    first = queue.select(queue.listed[0].id)
    done = replace(first, state=ReviewState.CONFIRMED)
    queue.update(done)
    assert names(queue.listed) == ["a", "b", "c"]
    queue.set_items(queue.listed)
    assert names(queue.listed) == ["b", "c", "a"]
    assert queue.current.name == "a"


def test_next_to_do_passes_over_decided_ones_and_starts_again_at_the_top():
    queue = ReviewQueue([item("a", 0.9), item("b", 0.8, ReviewState.TO_DO), item("c", 0.7), item("d", 0.6)])
    a, b, c, d = queue.listed
    queue.select(b.id)
    queue.update(replace(c, state=ReviewState.VERIFIED_EMPTY))
    assert queue.next_to_do().name == "d"
    queue.select(d.id)
    assert queue.next_to_do().name == "a"
    for one in (a, b):
        queue.update(replace(one, state=ReviewState.UNSURE))
    assert queue.next_to_do() is None


def test_neighbours_end_at_the_ends():
    queue = ReviewQueue([item("a", 0.9), item("b", 0.5)])
    assert queue.neighbour(1).name == "a"
    assert queue.neighbour(-1).name == "b"
    queue.select(queue.listed[0].id)
    assert queue.neighbour(-1) is None
    assert queue.neighbour(1).name == "b"
    assert ReviewQueue().neighbour(1) is None


def test_filters_join():
    queue = ReviewQueue(
        [
            item("x1.png", 0.3, verdict=VerdictKind.REJECT, classes=("scratch",)),
            item("x2.png", 0.2, verdict=VerdictKind.REJECT),
            item("y.png", 0.1, ReviewState.UNSURE, VerdictKind.REVIEW, ("scratch",)),
        ]
    )
    queue.set_filter(QueueFilter(class_name="scratch"))
    assert names(queue.listed) == ["x1.png", "y.png"]
    queue.set_filter(QueueFilter(verdict=VerdictKind.REJECT, text="X2"))
    assert names(queue.listed) == ["x2.png"]
    queue.set_filter(QueueFilter(states=frozenset({ReviewState.UNSURE})))
    assert names(queue.listed) == ["y.png"]
