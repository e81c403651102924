"""Reports that may be meant for a house near by."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.onset import QUANTUM_MS
from stormops.core.strays import LASTS_MS, NEAR, STEPS, Strays, Vicinity, rate

NOON = 490_000 * 3_600_000


def test_near_are_the_nearest_below_another_device() -> None:
    x = np.arange(30.0) ** 1.1
    leaf = (np.arange(30) // 3).astype(np.int32)
    near = Vicinity(x, np.zeros(30)).near(leaf)
    assert near.shape == (30, NEAR)
    assert sorted(near[13].tolist()) == [8, 9, 10, 11, 15, 16, 17]
    assert near[0].tolist() == [3, 4, 5, 6, 7, 8, 9]


def test_who_is_nowhere_or_outside_the_network_is_near_nobody() -> None:
    x = np.array([0.0, 1.0, np.nan, 3.0])
    near = Vicinity(x, np.zeros(4)).near(np.array([0, 1, 2, -1], np.int32))
    assert near[:, 0].tolist() == [1, 0, -1, -1]
    assert (near[:, 1:] == -1).all()
    assert Vicinity(np.full(2, np.nan), np.zeros(2)).near(np.zeros(2, np.int32)).tolist() == [[-1] * NEAR] * 2


def test_who_is_near_is_known_anew_when_devices_move_and_when_others_are_on_the_network() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.random((2, 80))
    kept = Vicinity(x, y)
    leaf = np.repeat(np.arange(8, dtype=np.int32), 10)
    for after in (leaf, leaf[::-1].copy(), np.where(leaf == 3, -1, leaf), np.where(leaf == 5, -1, leaf), leaf):
        assert np.array_equal(kept.near(after), Vicinity(x, y).near(after))


def test_a_report_owes_something_to_those_near_by_before_it() -> None:
    strays = Strays(np.array([[1, 2], [0, 2], [0, 1]], np.int32))
    at_ms = np.array([NOON, NOON + 60_000, 0])
    first, second, silent = rate(strays.rates(np.arange(3), at_ms))
    assert first == silent == 0
    expected = np.exp(-60_000 / LASTS_MS) * QUANTUM_MS / LASTS_MS / NEAR
    assert second == pytest.approx(expected, rel=2 ** (0.5 / STEPS) - 1)
    later = rate(strays.rates(np.arange(3), at_ms * [1, 0, 0] + [0, NOON + 3_600_000, 0]))
    assert 0 < later[1] < second / 10
    none = strays.rates(np.arange(3), np.array([NOON, NOON + 10**8, 0]))
    assert none.tolist() == [-1, -1, -1]


def test_of_one_moment_the_lower_premise_is_first() -> None:
    strays = Strays(np.array([[1], [0]], np.int32))
    steps = strays.rates(np.arange(2), np.array([NOON, NOON]))
    assert steps[0] == -1
    assert steps[1] > 0


def test_to_whom_a_report_matters() -> None:
    strays = Strays(np.array([[1, -1], [2, 0], [1, 0]], np.int32))
    assert sorted(strays.owing(np.array([1]))) == [0, 2]
    assert sorted(strays.owing(np.array([0]))) == [1, 2]
    assert sorted(strays.owing(np.array([0, 2]))) == [1, 1, 2]
