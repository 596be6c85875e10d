"""The queue: what is listed, in which order, and where next goes."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

from app.review.ports import ReviewItem
from app.review.queue import Order, QueueFilter, ReviewQueue, ordered
from app.review.suspicion import Cause, cause_of
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


def test_orders_by_area_time_and_name():
    items = [
        replace(item("f10", 0.9), area_px=5, time_utc=datetime(2024, 5, 2, tzinfo=UTC)),
        replace(item("f9", 0.1), area_px=70, time_utc=datetime(2024, 5, 3, tzinfo=UTC)),
        replace(item("F2", 0.5, ReviewState.CONFIRMED), area_px=9, time_utc=datetime(2024, 5, 4, tzinfo=UTC)),
        item("9f", 0.2),
        item("", 0.2),
    ]
    assert names(ordered(items, Order.AREA)) == ["f9", "F2", "f10", "", "9f"]
    assert names(ordered(items, Order.TIME)) == ["F2", "f9", "f10", "", "9f"]
    assert names(ordered(items, Order.NAME)) == ["", "9f", "F2", "f9", "f10"], "9 comes before 10"


def test_filters_by_strip_station_reviewer_note_time_and_cause():
    monday, tuesday = datetime(2024, 5, 6, tzinfo=UTC), datetime(2024, 5, 7, tzinfo=UTC)
    queue = ReviewQueue(
        [
            replace(item("a"), strip="s1", station="Mill 2", time_utc=monday, note="Oil, not a PIT"),
            replace(item("b", 0.9), strip="s2", station="Mill 2", time_utc=tuesday),
            replace(item("pitted", 0.2), strip="s2", station="Mill 3", reviewer="weber", time_utc=tuesday),
        ]
    )
    for shown, expected in (
        (QueueFilter(strip="s2"), {"b", "pitted"}),
        (QueueFilter(station="Mill 2"), {"a", "b"}),
        (QueueFilter(reviewer="weber"), {"pitted"}),
        (QueueFilter(text="pit"), {"a", "pitted"}),
        (QueueFilter(since_utc=tuesday), {"b", "pitted"}),
        (QueueFilter(cause=Cause.THRESHOLD), {"b"}),
        (QueueFilter(strip="s2", station="Mill 2"), {"b"}),
        (QueueFilter(strip="s"), set()),
    ):
        queue.set_filter(shown)
        assert set(names(queue.listed)) == expected, shown


def test_a_cause_is_named_for_what_is_suspicious():
    sure = Reason("gate_without_mask", {"class_title": "Pits", "probability": 0.9})
    assert cause_of(item("calm", 0.4)) is None
    assert cause_of(item("near", 0.5)) is Cause.THRESHOLD
    assert cause_of(replace(item("near", 0.1), reason=Reason("near_threshold"))) is Cause.THRESHOLD
    assert cause_of(replace(item("torn", 0.9), doubts=(sure,))) is Cause.CONTRADICTION
    assert cause_of(item("lost", 1.0, verdict=VerdictKind.NOT_INSPECTED)) is Cause.NOT_INSPECTED
    in_file = item("in a file", 0.5, verdict=None)
    assert cause_of(in_file) is None
    assert cause_of(replace(in_file, reason=Reason("labelled_clean", {"file": "f"}))) is Cause.UNLABELLED
    assert cause_of(replace(in_file, reason=Reason("suspect_extra", {"class_name": "a"}))) is Cause.LABEL


def test_frames_around_the_current_one():
    queue = ReviewQueue([item(name, 1 - place / 10) for place, name in enumerate("abcdefg")])
    assert "".join(names(queue.around(2, 3))) == "abc", "nothing is on the table"
    for name, expected in (("a", "abcd"), ("c", "abcdef"), ("g", "efg")):
        queue.select(item(name).id)
        assert "".join(names(queue.around(2, 3))) == expected
    queue.set_filter(QueueFilter(text="a"))
    assert names(queue.around(2, 3)) == ["a"], "the frame on the table is not listed"


def test_typing_a_name_sorts_nothing_until_an_item_changes(monkeypatch):
    sorted_by = []

    def counted(items, order):
        sorted_by.append(order)
        return ordered(items, order)

    monkeypatch.setattr("app.review.queue.ordered", counted)
    queue = ReviewQueue([item("ab", 0.9), item("ac", 0.8), item("b", 0.7)])
    for text, expected in (("a", ["ab", "ac"]), ("ac", ["ac"]), ("", ["ab", "ac", "b"])):
        queue.set_filter(QueueFilter(text=text))
        assert names(queue.listed) == expected
    assert sorted_by == [Order.SUSPICION]
    queue.set_filter(QueueFilter(), Order.NAME)
    queue.set_filter(QueueFilter(text="b"), Order.NAME)
    assert sorted_by == [Order.SUSPICION, Order.NAME]
    before = queue.changes
    queue.update(item("ab", 0.9, ReviewState.CONFIRMED))
    assert queue.changes == before + 1
    queue.set_filter(QueueFilter())
    assert names(queue.listed) == ["ac", "b", "ab"], "what is done comes last"
