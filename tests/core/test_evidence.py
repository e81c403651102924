"""Likelihoods against the plain formula, and the choice of the best failure."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stormops.core.beliefs import SPAN, Beliefs
from stormops.core.evidence import SMALL, UNIT, Table, chances, whole

BELIEFS = Beliefs(recent=4, coarse=(2,))
SLOTS = 6
NEWEST = SLOTS - 1


def value(counts: list[int], customers: int, start: int) -> float:
    """Nats by which one failure in `start` explains everything better than chance does; no node, no prior."""
    arriving, heard, widths = BELIEFS.arriving(), BELIEFS.heard(), BELIEFS.widths()
    is_recent = start >= SLOTS - BELIEFS.recent
    by_now = heard[SLOTS - start - 1] if is_recent else 1.0
    k, silent = sum(counts[start:]), customers - sum(counts)
    total = math.log(widths[start] / SPAN)
    for slot in range(start, SLOTS):
        in_time = min(1.0, arriving[start, slot] / by_now) * SPAN / widths[slot]
        total += counts[slot] * math.log(in_time / BELIEFS.false_rate)
    most = int(np.searchsorted(heard, 0.8))
    so_far = heard[min(SLOTS - start - 1, most)] if is_recent else heard[most]
    rate = min(BELIEFS.rate_most * so_far, max(BELIEFS.rate_least * so_far, k / (k + silent)))
    total += k * math.log(rate)
    if silent:
        total += silent * (math.log1p(-rate) - math.log1p(-BELIEFS.false_rate))
    return total


@pytest.mark.parametrize("customers", [12, SMALL, SMALL + 1, 5_000])
@pytest.mark.parametrize("counts", [[0, 0, 0, 0, 0, 3], [0, 2, 0, 1, 4, 0], [1, 0, 0, 0, 0, 9], [5, 0, 0, 0, 0, 0]])
def test_the_best_start_is_that_of_the_formula(customers: int, counts: list[int]) -> None:
    table = Table(BELIEFS, 5_000)
    prior = 40.0
    best, choice = table.explain(
        np.array([counts], np.float64), np.array([customers]), whole(np.array([prior])), np.zeros((1, SLOTS + 1))
    )
    values = [prior + value(counts, customers, start) if sum(counts[start:]) else -math.inf for start in range(SLOTS)]
    assert best[0, SLOTS] / UNIT == pytest.approx(max(0.0, *values), abs=0.05)
    if max(values) > 0.1:
        assert choice[0, 0, SLOTS] == int(np.argmax(values))


def test_a_failure_must_beat_what_is_below() -> None:
    table = Table(BELIEFS, 100)
    counts, customers = np.array([[0, 0, 0, 0, 0, 5.0]]), np.array([10])
    best, _ = table.explain(counts, customers, np.zeros(1), np.zeros((1, SLOTS + 1)))
    below = np.full((1, SLOTS + 1), best[0, SLOTS])
    same, choice = table.explain(counts, customers, np.zeros(1), below)
    assert same[0, SLOTS] > best[0, SLOTS]  # what is below before the failure counts with it
    assert choice[0, 0, SLOTS] == NEWEST
    below[0, :SLOTS] = 0
    beaten, choice = table.explain(counts, customers, np.zeros(1), below)
    assert beaten[0, SLOTS] == best[0, SLOTS]
    assert (choice == -1).all()


def test_fewest() -> None:
    table = Table(BELIEFS._replace(fewest=2), 100)
    one, two = np.eye(SLOTS)[NEWEST], 2 * np.eye(SLOTS)[NEWEST]
    best, choice = table.explain(
        np.array([one, two]), np.array([3, 3]), np.full(2, whole(50.0)), np.zeros((2, SLOTS + 1))
    )
    assert choice[0, :, SLOTS].tolist() == [-1, NEWEST]
    assert best[0, SLOTS] == 0


def test_failures_again() -> None:
    table = Table(BELIEFS._replace(again=2), 100)
    counts = np.array([[0, 4, 0, 0, 0, 4.0]])
    _, choice = table.explain(counts, np.array([12]), whole(np.array([-6.0])), np.zeros((1, SLOTS + 1)))
    last = int(choice[1, 0, SLOTS])
    assert last == NEWEST
    assert choice[0, 0, last] in {0, 1}  # the older slot and the one of the reports are equally good


def test_too_many_slots_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 63 slots"):
        Table(Beliefs(recent=70), 10)


def test_chances_are_per_ten_thousand_and_never_sure() -> None:
    margin = whole(np.array([0.0, math.log(3), 1_000.0, -1_000.0]))
    assert chances(margin).tolist() == [5_000, 7_500, 9_999, 1]
