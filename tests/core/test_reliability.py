"""Oracle case 70, the guide's sample of interruptions, and what must hold however a restoration is cut into steps."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.generate import generate_city
from stormops.core.entry import AnyFact, CityAdopted, Entry, IncidentChanged, IncidentOpened, IncidentStepped, Tick
from stormops.core.frozen import Frozen
from stormops.core.network import EdgeKind, trace
from stormops.core.reliability import (
    HOUR_MS,
    MINUTE_MS,
    Hours,
    Indices,
    Interruption,
    by_day,
    indices,
    keep,
    major_event_days,
    threshold,
)
from stormops.core.report import Utility
from stormops.core.situation import Situation

SYSTEMS: dict[str, tuple[int, list[tuple[int, float]], tuple[float, float, float]]] = {
    "oracle case 70": (
        123_000,
        [(50_000, 36 * 60), (20_000, 72 * 60), (1_200, 90)],
        (1581.37, 0.57886, 2731.85),
    ),
    "the guide's sample": (
        2_000,
        [(200, 8.17), (600, 71.32), (25, 30.23), (90, 267.18), (700, 120), (1_500, 10), (100, 40)],
        (86.11, 1.6075, 53.57),
    ),
}


def lasting(customers: int, minutes: float, start_ms: int = 0) -> Interruption:
    return Interruption(start_ms, start_ms + round(minutes * MINUTE_MS), customers)


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_indices_of_known_systems(name: str) -> None:
    customers, given_, (saidi, saifi, caidi) = SYSTEMS[name]
    found = indices(customers, [lasting(n, minutes) for n, minutes in given_])
    assert found.saidi == pytest.approx(saidi, abs=0.005)
    assert found.saifi == pytest.approx(saifi, abs=5e-6)
    assert found.caidi == pytest.approx(caidi, abs=0.005)


def test_what_lasts_five_minutes_or_less_is_momentary() -> None:
    assert indices(100, [lasting(10, 5)]) == Indices(100)
    assert indices(100, [Interruption(0, 5 * MINUTE_MS + 1, 10)]).interrupted == 10
    assert Indices(0, 5, 5).saifi == Indices(0, 5, 5).saidi == Indices(5).caidi == 0
    assert indices(1_000, [lasting(1_000, 14.4)]).asai(1) == pytest.approx(0.99)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(6, 9_000), st.integers(0, 10**9)), max_size=12))
def test_cutting_a_restoration_into_steps_by_customer_changes_nothing(blocks: list[tuple[int, int, int]]) -> None:
    whole = [lasting(customers, minutes, start) for customers, minutes, start in blocks]
    cut = [each._replace(customers=part) for each in whole for part in (each.customers // 2, -(-each.customers // 2))]
    found = indices(5_000, whole)
    assert indices(5_000, cut) == found
    assert found.saidi == pytest.approx(found.saifi * found.caidi)
    halves = indices(5_000, whole[::2]).add(*indices(5_000, whole[1::2])[1:])
    assert halves == found


def day_of(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()


def test_an_interruption_of_several_days_is_of_its_first() -> None:
    hours: Hours = {}
    keep(hours, lasting(10, 3 * 24 * 60, 23 * HOUR_MS))
    keep(hours, lasting(5, 60, 23 * HOUR_MS + 10 * MINUTE_MS))
    keep(hours, lasting(1, 60, 24 * HOUR_MS))
    days = by_day(100, hours, day_of)
    assert list(days) == [date(1970, 1, 1), date(1970, 1, 2)]
    assert days[date(1970, 1, 1)] == Indices(100, 15, (3 * 24 * 60 * 10 + 5 * 60) * MINUTE_MS)


def test_the_threshold_is_of_logarithms_without_days_that_had_none() -> None:
    logs = [0.0, 1.0, 2.0]
    assert threshold([*(math.exp(each) for each in logs), 0.0, 0.0]) == pytest.approx(math.exp(1 + 2.5 * 1))
    assert threshold([3.0, 0.0]) is None


def of(minutes: int) -> Indices:
    return Indices(1_000, 1, minutes * MINUTE_MS)


def test_a_major_event_day_is_above_the_five_years_before_and_no_other_year_counts() -> None:
    first = date(2020, 1, 1)
    usual = {first + timedelta(n): of(1_000 + 10 * (n % 7)) for n in range(365)}
    storm, heavy = date(2021, 9, 1), date(2021, 9, 2)
    days = usual | {storm: of(900_000), heavy: of(1_030)}
    assert major_event_days(days, 2021) == {storm}
    assert major_event_days(days, 2020) == frozenset()
    assert major_event_days({**days, date(2014, 1, 1): of(10**9)}, 2021) == {storm}


def test_an_incident_restored_in_steps_counts_each_step_with_its_own_length() -> None:
    city = generate_city(customers=500, seed=2)
    tree = trace(city.network, city.premises)
    situation = Situation(city, tree)
    at = 1_778_785_200_000
    fuses = [int(each) for each in (tree.kind == EdgeKind.FUSE).nonzero()[0]]
    fuse = max(fuses, key=lambda device: int(tree.customers[device]))
    child = next(int(row) for row in range(len(tree.parent)) if int(tree.parent[row]) == fuse and tree.customers[row])
    names = situation.device_ids
    part, whole = int(tree.customers[child]), int(tree.customers[fuse])
    assert 0 < part < whole
    steps = [("restore_part", child, at + 20 * MINUTE_MS), ("restore", -1, at + 90 * MINUTE_MS)]
    facts: list[AnyFact] = [
        CityAdopted(name=city.name, hash="x"),
        Tick(number=1, at_ms=at),
        IncidentOpened(incident="E-0001", utility=Utility.ELECTRIC, since_ms=at),
        IncidentChanged(incident="E-0001", devices=[names[fuse]], since_ms=at),
        *(
            IncidentStepped(
                incident="E-0001",
                step=step,
                device=names[device] if device >= 0 else "",
                action=f"a{number}",
                by="ana",
                at_ms=when,
            )
            for number, (step, device, when) in enumerate(steps)
        ),
    ]
    situation.apply(Entry(n + 1, at, "", 0, 1, n + 1, fact) for n, fact in enumerate(facts))
    assert situation.interruptions == {at // HOUR_MS: (whole, (20 * part + 90 * (whole - part)) * MINUTE_MS)}
    again = Situation(city, tree)
    again.restore(Frozen.of(situation).encode())
    assert again.interruptions == situation.interruptions
