from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.admission.throttle import WINDOW_SECONDS, Throttle, refusal_probability


@pytest.mark.parametrize(
    ("requests", "accepts", "expected"),
    [(100, 100, 0.0), (100, 50, 0.0), (100, 40, 0.1980), (1000, 100, 0.7992), (100, 0, 0.9901)],
)
def test_oracle_71_to_75(requests: int, accepts: int, expected: float) -> None:
    assert refusal_probability(requests, accepts) == pytest.approx(expected, abs=5e-5)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_it_is_a_probability_and_never_brakes_below_k(requests: int, accepts: int) -> None:
    p = refusal_probability(requests, accepts)
    assert 0 <= p < 1
    assert (p == 0) == (requests <= 2 * accepts)


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_dead_service_is_asked_less_and_less_and_a_healed_one_fully_again() -> None:
    clock, chance = Clock(), random.Random(3)
    brake = Throttle(clock, chance.random)
    sent_to_dead = 0
    for _ in range(1000):
        clock.at += 0.01
        sent_to_dead += brake.may_send()
    assert sent_to_dead < 30
    clock.at += WINDOW_SECONDS
    for _ in range(100):
        clock.at += 0.01
        assert brake.may_send()
        brake.accepted()


def test_what_was_refused_locally_counts_as_asked() -> None:
    clock = Clock()
    brake = Throttle(clock, lambda: 0.0)
    for _ in range(50):
        brake.may_send()
    assert brake.requests == 50
    clock.at = WINDOW_SECONDS
    assert (brake.probability, brake.requests, brake.accepts) == (0.0, 0.0, 0.0)
