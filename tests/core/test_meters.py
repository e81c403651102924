"""What meters say: the last word by when it happened, whatever the order and however often it came."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.core.meters import Meters, meter_receipt, rows_of

NUMBERS = ["M-1", "", "22", "M-3", "22"]
EVENTS = st.lists(st.tuples(st.integers(-1, 4), st.booleans(), st.integers(1, 12)), max_size=30)
Event = tuple[int, bool, int]


def heard(bodies: list[list[Event]]) -> Meters:
    meters = Meters(NUMBERS)
    for body in bodies:
        rows, off, at = (list(column) for column in zip(*body, strict=True)) if body else ([], [], [])
        meters.hear(np.array(rows, np.int32), np.array(off, bool), np.array(at, np.int64))
    return meters


def columns(meters: Meters) -> list[list[int]]:
    return [getattr(meters, name).tolist() for name in ("on_ms", "off_ms", "since_ms")]


@given(EVENTS, st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_last_word_is_what_happened_last(events: list[Event], rng: Random, size: int) -> None:
    many = [*events, *rng.sample(events, len(events) // 2)]
    rng.shuffle(many)
    meters = heard([many[i : i + size] for i in range(0, len(many), size)])
    for row in range(5 if len(meters.on_ms) else 0):
        on = max((at for r, off, at in events if r == row and not off), default=0)
        off_at = max((at for r, off, at in events if r == row and off), default=0)
        assert (meters.on_ms[row], meters.off_ms[row]) == (on, off_at)
        since = int(meters.since_ms[row])
        assert (since > 0) == (off_at > on)
        assert since == 0 or (row, True, since) in events
        assert since == 0 or since > on
    assert meters.heard == len(many)
    assert meters.strangers == sum(row < 0 for row, _, _ in many)


@given(EVENTS, st.integers(1, 5))
def test_in_order_a_loss_began_with_the_first_word_of_it_and_duplicates_are_counted(
    events: list[Event], size: int
) -> None:
    events.sort(key=lambda event: (event[2], event[1]))
    meters = heard([events[i : i + size] for i in range(0, len(events), size)])
    for row in range(5 if len(meters.on_ms) else 0):
        on = max((at for r, off, at in events if r == row and not off), default=0)
        later = [at for r, off, at in events if r == row and off and at > on]
        assert meters.since_ms[row] == min(later, default=0)
    again = heard([events[i : i + size] for i in range(0, len(events), size)])
    assert columns(again) == columns(meters)
    known = [event for event in events if event[0] >= 0]
    assert heard([known]).repeated == len(known) - len(set(known))


def test_a_body_sent_again_changes_nothing_and_is_counted() -> None:
    body = [(0, True, 5), (2, False, 6), (3, True, 7)]
    once, twice = heard([body]), heard([body, body])
    assert columns(once) == columns(twice)
    assert (once.repeated, twice.repeated) == (0, 3)


def test_on_wins_at_the_same_instant() -> None:
    assert heard([[(0, True, 5), (0, False, 5)]]).since_ms[0] == 0
    assert heard([[(0, False, 5)], [(0, True, 5)]]).since_ms[0] == 0


def test_a_late_restoration_between_two_losses_ends_only_the_first() -> None:
    meters = heard([[(0, True, 100)], [(0, True, 130)], [(0, False, 120)]])
    assert meters.since_ms[0] == 130


def test_numbers_are_compared_as_matching_compares_them_and_the_first_has_a_double_one() -> None:
    assert rows_of(NUMBERS) == {"M1": 0, "22": 2, "M3": 3}
    assert Meters(NUMBERS).rows(["m 1", "M1", "22", "M-9", "", "Ünknown"]).tolist() == [0, 0, 2, -1, -1, -1]


def test_a_meters_receipt_is_nobody_elses() -> None:
    assert [meter_receipt(premise) for premise in (0, 1, 125_999)] == [-1, -2, -126_000]


@pytest.mark.parametrize(
    ("events", "answered", "told", "now", "expected"),
    [
        ([(0, True, 10)], 0, 0, 14, ([], [], [15])),
        ([(0, True, 10)], 0, 0, 15, ([], [10], [])),
        ([(0, True, 10), (0, False, 12)], 0, 0, 50, ([], [], [])),
        ([(0, True, 10), (0, False, 12)], 0, 10, 12, ([12], [], [])),
        ([(0, True, 10)], 0, 10, 50, ([], [], [])),
        ([(0, True, 10), (0, False, 12), (0, True, 20)], 0, 10, 21, ([12], [], [25])),
        ([(0, True, 10), (0, False, 12), (0, True, 20)], 0, 10, 25, ([12], [20], [])),
        ([(0, True, 10)], 30, 10, 50, ([], [], [])),
        ([(0, True, 10), (0, True, 40)], 30, 10, 44, ([], [], [45])),
        ([(0, True, 10), (0, True, 40)], 30, 10, 50, ([], [40], [])),
        ([(0, True, 10), (0, True, 20)], 30, 10, 50, ([], [], [])),
        ([(0, True, 10), (0, True, 40)], 30, 0, 50, ([], [40], [])),
    ],
    ids=[
        "held",
        "outlived the hold",
        "momentary",
        "on again",
        "told once",
        "on, and off again within the hold",
        "on, and off again",
        "people said it is back: nothing new",
        "still off after that, held",
        "still off after that",
        "said before that",
        "never told, and still off after that",
    ],
)
def test_what_is_told(
    events: list[Event], answered: int, told: int, now: int, expected: tuple[list[int], list[int], list[int]]
) -> None:
    meters = heard([[event] for event in events])
    if told:
        meters.tell([0], [told])
    answers = np.array([answered, 0, 0, 0, 0]) if answered else None
    turned = meters.turned(np.array([0, 1], np.int32), answers, now, hold_ms=5)
    assert (turned.on_ms.tolist(), turned.off_ms.tolist(), turned.due.tolist()) == expected
    assert {*turned.on.tolist(), *turned.off.tolist(), *turned.waiting.tolist()} <= {0}


def test_silence_is_not_on() -> None:
    assert [Meters(NUMBERS).says(premise) for premise in (0, 4)] == ["unknown", "unknown"]
    meters = heard([[(0, True, 5), (2, True, 5), (2, False, 6)]])
    assert [meters.says(premise) for premise in (0, 2, 3)] == ["off", "on", "unknown"]


def test_nothing_is_told_before_anything_was_heard() -> None:
    meters = Meters(NUMBERS)
    meters.tell([2], [5])
    turned = meters.turned(np.array([0, 2], np.int32), None, 100, 5)
    assert [len(column) for column in turned] == [0] * 6
    assert meters.told == 0


@given(EVENTS, st.lists(st.integers(0, 4), max_size=3))
def test_a_snapshot_gives_everything_back(events: list[Event], told: list[int]) -> None:
    meters = heard([events])
    for row in told:
        meters.tell([row], [7])
    again = Meters(NUMBERS)
    again.load(meters.state())
    assert again.state() == meters.state()
    assert columns(again) == columns(meters)
    assert again.told == len(set(told) if len(meters.on_ms) else ())
    assert Meters(NUMBERS).state() != meters.state() or not events


def test_who_is_said_to_be_back_is_unheard_until_the_meter_or_people_say_more() -> None:
    meters = heard([[(0, True, 3), (2, True, 3)]])
    rows = np.arange(5, dtype=np.int32)
    meters.tell([0, 2], [3, 3])
    answered = np.array([7, 0, 7, 7, 0], np.int64)
    assert meters.unheard(rows, None).tolist() == [0] * 5
    assert meters.unheard(rows, answered).tolist() == [7, 0, 7, 0, 0]
    meters.hear(np.array([0], np.int32), np.array([False]), np.array([8], np.int64))
    assert meters.unheard(rows, answered).tolist() == [0, 0, 7, 0, 0]
    meters.tell([2], [8])
    assert meters.presumed(2)
    assert not meters.presumed(0)
    later = np.full(5, 9, np.int64)
    assert meters.unheard(rows, later).tolist() == [0] * 5, "what was presumed ends when people say so"
    meters.hear(np.array([2], np.int32), np.array([True]), np.array([10], np.int64))
    assert not meters.presumed(2)
