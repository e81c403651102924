"""What every journal keeps to. A test file makes it run by subclassing with a `journal` fixture."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.core.entry import Actor, AnyFact, Decided, Entry, IncidentCancelled, News, ReportReceived, Tick
from stormops.core.report import Channel, Report, Symptom
from stormops.journal.port import Beat, Fenced, Journal, follow


def report(counter: int, door: str = "a") -> News:
    fact = ReportReceived(
        receipt=f"{door}{counter}",
        channel=Channel.WEB,
        report=Report(symptom=Symptom.LIGHTS_OUT, address=f"{counter} Höll St", latitude=27.5, longitude=-82.1),
    )
    return News(door, counter, 1_000 + counter, fact)


def action(counter: int, door: str = "a") -> News:
    by = Actor(person="ann", desk="north", shift=3)
    return News(door, counter, 5, IncidentCancelled(action="x", by=by, reason="no outage", incident="i1"))


class JournalContract:
    """Subclass it with fixtures `journal` (empty) and `make` (a function that gives a new, empty one)."""

    def test_an_empty_journal_has_nothing(self, journal: Journal) -> None:
        assert journal.last() == 0
        assert journal.read(0) == []
        assert journal.drained() == {}

    def test_positions_count_from_one_without_gaps(self, journal: Journal) -> None:
        epoch = journal.lead()
        first = journal.append_news([report(1), report(2)], epoch)
        second = journal.append_facts(1, [Tick(number=1, at_ms=9), Decided(tick=1, through=2)], 9, epoch)
        third = journal.append_news([action(3)], epoch)
        assert [e.position for e in [*first, *second, *third]] == [1, 2, 3, 4, 5]
        assert journal.last() == 5

    def test_what_is_read_is_what_was_appended(self, journal: Journal) -> None:
        epoch = journal.lead()
        made = journal.append_news([report(1), action(2)], epoch)
        made += journal.append_facts(7, [Tick(number=7, at_ms=9)], 9, epoch)
        assert journal.read(0) == made
        assert made == [
            Entry(1, 1_001, "a", 1, 0, 0, report(1).fact),
            Entry(2, 5, "a", 2, 0, 0, action(2).fact),
            Entry(3, 9, "", 0, 7, 1, Tick(number=7, at_ms=9)),
        ]

    def test_reading_goes_on_after_a_position_and_stops_at_the_limit(self, journal: Journal) -> None:
        epoch = journal.lead()
        journal.append_news([report(i) for i in range(1, 26)], epoch)
        assert [e.position for e in journal.read(20)] == [21, 22, 23, 24, 25]
        assert [e.position for e in journal.read(3, limit=4)] == [4, 5, 6, 7]
        assert journal.read(25) == []
        assert [e.position for e in follow(journal, 22)] == [23, 24, 25]
        assert [e.position for e in follow(journal, 0, until=2)] == [1, 2]

    def test_draining_twice_is_draining_once(self, journal: Journal) -> None:
        epoch = journal.lead()
        journal.append_news([report(1), report(2)], epoch)
        again = journal.append_news([report(1), report(2), report(3)], epoch)
        assert [(e.position, e.counter) for e in again] == [(3, 3)]
        assert [e.counter for e in journal.read(0)] == [1, 2, 3]

    def test_a_batch_may_hold_the_same_news_twice_and_out_of_order(self, journal: Journal) -> None:
        epoch = journal.lead()
        made = journal.append_news([report(5), report(2), report(5), report(2), report(7)], epoch)
        assert [e.counter for e in made] == [5, 2, 7]
        assert [e.counter for e in journal.append_news([report(6), report(7), report(2)], epoch)] == [6]

    def test_each_door_counts_for_itself(self, journal: Journal) -> None:
        epoch = journal.lead()
        made = journal.append_news([report(1), report(1, "b"), report(2, "b"), report(1, "b")], epoch)
        assert [(e.door, e.counter) for e in made] == [("a", 1), ("b", 1), ("b", 2)]
        assert journal.drained() == {"a": 1, "b": 2}
        assert [e.door for e in journal.read(0)] == ["a", "b", "b"]

    def test_deciding_twice_is_deciding_once(self, journal: Journal) -> None:
        epoch = journal.lead()
        facts: list[AnyFact] = [Tick(number=1, at_ms=9), Decided(tick=1, through=0)]
        assert [e.ordinal for e in journal.append_facts(1, facts, 9, epoch)] == [1, 2]
        assert journal.append_facts(1, facts, 10, epoch) == []
        assert journal.last() == 2

    def test_a_tick_decided_otherwise_is_a_bug_and_changes_nothing(self, journal: Journal) -> None:
        epoch = journal.lead()
        journal.append_facts(1, [Tick(number=1, at_ms=9)], 9, epoch)
        with pytest.raises(ValueError, match="tick 1"):
            journal.append_facts(1, [Tick(number=1, at_ms=10)], 10, epoch)
        assert [e.fact for e in journal.read(0)] == [Tick(number=1, at_ms=9)]
        assert journal.append_facts(2, [Tick(number=2, at_ms=11)], 11, epoch)[0].position == 2

    def test_nothing_to_append_appends_nothing(self, journal: Journal) -> None:
        epoch = journal.lead()
        assert journal.append_news([], epoch) == []
        assert journal.append_facts(1, [], 1, epoch) == []
        assert journal.append_facts(1, [Tick(number=1, at_ms=1)], 1, epoch)[0].position == 1

    def test_a_new_leader_fences_the_old_one(self, journal: Journal) -> None:
        old = journal.lead()
        journal.append_news([report(1)], old)
        new = journal.lead()
        assert new > old
        with pytest.raises(Fenced):
            journal.append_news([report(2)], old)
        with pytest.raises(Fenced):
            journal.append_facts(1, [Tick(number=1, at_ms=1)], 1, old)
        with pytest.raises(Fenced):
            journal.append_facts(1, [Tick(number=1, at_ms=1)], 1, new + 1)
        assert journal.last() == 1
        assert [e.position for e in journal.append_news([report(2)], new)] == [2]

    def test_the_leaders_last_word_is_heard_and_takes_no_position(self, journal: Journal) -> None:
        assert journal.heard() is None
        old = journal.lead()
        journal.append_news([report(1)], old)
        for beat in (Beat(1, 5_000, "normal", 0), Beat(1, 7_000, "storm", 6_000)):
            journal.beat(beat, old)
            assert journal.heard() == beat
        assert journal.last() == 1
        new = journal.lead()
        with pytest.raises(Fenced):
            journal.beat(Beat(9, 9_000, "normal", 0), old)
        assert journal.heard() == Beat(1, 7_000, "storm", 6_000)
        journal.beat(Beat(1, 8_000, "storm", 6_000), new)
        assert journal.heard() == Beat(1, 8_000, "storm", 6_000)

    def test_nobody_appends_without_leading(self, journal: Journal) -> None:
        with pytest.raises(Fenced):
            journal.append_news([report(1)], 1)

    @settings(
        max_examples=20,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
    )  # `make` gives a new journal at each call, of each kind
    @given(batches=st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 12)), max_size=8), max_size=8))
    def test_any_draining_gives_each_news_one_place(
        self, make: Callable[[], Journal], batches: list[list[tuple[str, int]]]
    ) -> None:
        journal = make()
        epoch = journal.lead()
        seen: list[tuple[str, int]] = []
        for batch in batches:
            made = journal.append_news([report(counter, door) for door, counter in batch], epoch)
            seen += [(e.door, e.counter) for e in made]
        everything = journal.read(0)
        assert [(e.door, e.counter) for e in everything] == seen
        assert len(set(seen)) == len(seen)
        assert set(seen) == {pair for batch in batches for pair in batch}
        assert [e.position for e in everything] == list(range(1, len(seen) + 1))
        highest = {door: max(c for d, c in seen if d == door) for door, _ in seen}
        assert journal.drained() == highest
        journal.close()
