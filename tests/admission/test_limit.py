from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.admission.limit import (
    LIMIT_LEAST,
    LIMIT_MOST,
    Gradient2,
    Limit,
    RoundTrips,
    Vegas,
    gradient2,
    vegas_queue,
)


@pytest.mark.parametrize(("short_ms", "expected"), [(20, 100.8), (30, 100.8), (40, 95.8), (60, 90.8), (200, 90.8)])
def test_oracle_76_gradient2(short_ms: float, expected: float) -> None:
    assert gradient2(100, 0.020, short_ms / 1000) == pytest.approx(expected)


def test_oracle_76_vegas() -> None:
    assert vegas_queue(100, 0.020, 0.025) == pytest.approx(20)
    limit, trips = Vegas(100), RoundTrips()
    trips.add(0.020)
    limit.sample(trips, 0.025, 100)
    assert limit.value == 99


@given(
    st.lists(st.tuples(st.floats(1e-6, 60), st.integers(1, 2000)), max_size=300), st.sampled_from([Gradient2, Vegas])
)
def test_a_limit_keeps_between_floor_and_ceiling(
    samples: list[tuple[float, int]], kind: type[Gradient2 | Vegas]
) -> None:
    limit, trips = kind(), RoundTrips()
    for rtt, in_flight in samples:
        limit.sample(trips, rtt, in_flight)
        assert LIMIT_LEAST <= limit.value <= LIMIT_MOST


def test_it_does_not_grow_on_what_it_did_not_hold_back() -> None:
    limit, trips = Gradient2(20), RoundTrips()
    for _ in range(100):
        limit.sample(trips, 0.01, 3)
    assert limit.value == 20


def settled(limit: Limit, rtt_of: float, per_request: float, samples: int = 4000) -> float:
    """Where a limit settles when in-flight always fills it: each round trip is rtt_of + per_request · in flight."""
    trips, chance = RoundTrips(), random.Random(1)
    for _ in range(samples):
        rtt = (rtt_of + per_request * limit.value) * chance.uniform(0.9, 1.1)
        limit.sample(trips, rtt, int(limit.value))
    return limit.value


def test_why_gradient2_is_the_default_a_group_commit_is_not_a_queue() -> None:
    """A report alone waits for one commit, a report among many for one and a half: Vegas takes that for a queue."""
    first = RoundTrips()
    first.add(0.003)
    vegas, gradient = Vegas(), Gradient2()
    for _ in range(500):
        vegas.sample(first, 0.0045, int(vegas.value))
    assert vegas.value < 25
    assert settled(gradient, 0.0045, 0.00002) > 200


def test_a_long_average_lets_go_when_the_load_has_gone() -> None:
    trips = RoundTrips()
    for _ in range(50):
        trips.add(1.0)
    for _ in range(40):
        trips.add(0.01)
    assert trips.long_s < 0.25
