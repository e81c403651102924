"""Every process finds the same points, however the entries come to it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stormops.core.entry import AnyFact, CityAdopted, Decided, Entry, Tick
from stormops.feed.points import Points

GAPS = st.lists(st.tuples(st.integers(1, 700), st.integers(0, 3)), max_size=30)


def journal_of(gaps: list[tuple[int, int]]) -> list[Entry]:
    entries: list[Entry] = []
    at_ms = 1_000_000
    for number, (gap, facts) in enumerate(gaps, 1):
        at_ms += gap
        told: list[AnyFact] = [CityAdopted(name="x", hash=str(i)) for i in range(facts)]
        told = [Tick(number=number, at_ms=at_ms), *told, Decided(tick=number, through=0)]
        for fact in told:
            position = len(entries) + 1
            entries.append(Entry(position, at_ms, "", 0, 1, position, fact))
    return entries


def shown(points: Points, entries: list[Entry], cadence_ms: int) -> list[int]:
    """Positions of the points among these entries."""
    return [entries[point.entries - 1].position for point in points.find(entries) if point.crosses(cadence_ms)]


@given(GAPS, st.integers(0, 200), st.integers(1, 9), st.sampled_from([1, 250, 1000]))
def test_points_are_the_same_in_pages_of_any_size_and_from_any_start(
    gaps: list[tuple[int, int]], start: int, size: int, cadence_ms: int
) -> None:
    entries = journal_of(gaps)
    whole = shown(Points(), entries, cadence_ms)
    late = Points()
    found: list[int] = []
    for first in range(start, len(entries), size):
        found += shown(late, entries[first : first + size], cadence_ms)
    # What was before its start it does not know: its own first point may be one more.
    assert found[1:] == [n for n in whole if found and n > found[0]]
    assert late.inside_tick == (bool(entries[start:]) and not isinstance(entries[-1].fact, Decided))


@given(GAPS)
def test_there_is_a_point_in_every_stretch_that_has_a_decided_position(gaps: list[tuple[int, int]]) -> None:
    entries = journal_of(gaps)
    decided = {entry.recorded_ms // 1000 for entry in entries if isinstance(entry.fact, Decided)}
    at = {entry.position: entry.recorded_ms // 1000 for entry in entries}
    assert [at[n] for n in shown(Points(), entries, 1000)] == sorted(decided)


def test_a_tick_that_is_not_decided_is_not_a_point() -> None:
    points = Points()
    assert list(points.find(journal_of([(5, 2)])[:-1])) == []
    assert points.inside_tick
