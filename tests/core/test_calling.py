"""The clock by which customers come to report."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.calling import ALWAYS, CALL, ELSEWHERE, TEXT, Calling, LocalTime, Shut
from stormops.core.onset import QUANTUM_MS, Onsets

HOUR_MS = 3_600_000
MIDNIGHT = 20_000 * 24 * HOUR_MS
HOUR = HOUR_MS // QUANTUM_MS


def at(hour: float) -> Onsets:
    return Onsets(MIDNIGHT + round(hour * HOUR_MS))


def ran(calling: Calling, onsets: Onsets, hours: int = 1) -> float:
    """How long the only clock has run in the last hours, in hours."""
    run, share = calling.clocks(onsets)
    assert share.tolist() == [1.0]
    return float(run[0, hours * HOUR] / HOUR)


def test_without_anything_known_it_is_time_itself() -> None:
    run, share = ALWAYS.clocks(at(12))
    assert share.tolist() == [1.0]
    assert np.array_equal(run, np.arange(len(run[0]))[None])


def test_at_night_it_stands_nearly_still() -> None:
    utc = Calling(LocalTime((0,), (0,)))
    assert ran(utc, at(16)) == pytest.approx(1.0)
    assert ran(utc, at(4)) == pytest.approx(0.1 / 0.95)
    assert 0.3 < ran(utc, at(24), 24) / 24 < 0.7


def test_hours_are_those_of_the_place_and_follow_its_changes() -> None:
    utc, west = Calling(LocalTime((0,), (0,))), Calling(LocalTime((0,), (-5 * HOUR_MS,)))
    assert np.allclose(west.clocks(at(15))[0], utc.clocks(at(10))[0])
    change = MIDNIGHT + 7 * HOUR_MS
    both = Calling(LocalTime((0, change), (-5 * HOUR_MS, -4 * HOUR_MS)))
    assert ran(both, at(7)) == ran(west, at(7))
    assert ran(both, at(9), 2) == pytest.approx(ran(utc, at(5), 2))


def test_who_reports_by_a_way_that_is_shut_mostly_waits() -> None:
    shut = (Shut(TEXT, MIDNIGHT + HOUR_MS, MIDNIGHT + 2 * HOUR_MS), Shut(CALL, MIDNIGHT + 3 * HOUR_MS, 0))
    run, share = Calling(share=(0.6, 0.3, 0.1), shut=shut).clocks(at(4))
    assert share == pytest.approx([0.1, 0.6, 0.3])
    hours = np.diff(run[:, : 5 * HOUR : HOUR], axis=1) / HOUR
    assert hours == pytest.approx(np.array([[1, 1, 1, 1], [ELSEWHERE, 1, 1, 1], [1, 1, ELSEWHERE, 1]]))


def test_what_was_shut_before_all_that_counts_is_forgotten() -> None:
    shut = (Shut(TEXT, 1, 2),)
    assert len(Calling(shut=shut).clocks(at(4))[1]) == 1
