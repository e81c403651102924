"""Nearest premise: one by one, in batches and by brute force the same."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.nearest import Nearest
from tests.core.matching_city import HOUSES, House, degrees, make_city


def _city_at(points: list[tuple[float, float]]) -> Nearest:
    return Nearest(make_city([House(x, y, str(i), "Oak St") for i, (x, y) in enumerate(points)]))


def _brute(points: list[tuple[float, float]], x: float, y: float) -> float:
    return min(math.hypot(px - x, py - y) for px, py in points)


metres = st.floats(-900, 900, allow_nan=False)
spots = st.lists(st.tuples(metres, metres), min_size=1, max_size=40)


@given(spots, st.lists(st.tuples(metres, metres), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_nearest_is_the_nearest(points: list[tuple[float, float]], asked: list[tuple[float, float]]) -> None:
    nearest = _city_at(points)
    lons, lats = np.array([degrees(x, y) for x, y in asked]).T
    rows, away = nearest.nearest_many(lons, lats)
    for (x, y), lon, lat, row, metres_ in zip(asked, lons, lats, rows.tolist(), away.tolist(), strict=True):
        assert metres_ == pytest.approx(_brute(points, x, y), rel=0.001, abs=0.01)
        single = nearest.nearest(float(lon), float(lat))
        assert single[0] == row
        assert single[1] == pytest.approx(metres_, abs=1e-6)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_of_equally_near_premises_the_first_wins(cells: list[tuple[int, int]]) -> None:
    """Houses on a lattice, asked in its middles, where two and four are equally near, and with doubles."""
    points = [(50.0 * x, 50.0 * y) for x, y in cells]
    nearest = _city_at(points)
    asked = [(25.0 * x, 25.0 * y) for x in range(-4, 5) for y in range(-4, 5)]
    lons, lats = np.array([degrees(x, y) for x, y in asked]).T
    rows, _ = nearest.nearest_many(lons, lats)
    assert rows.tolist() == [nearest.nearest(float(a), float(b))[0] for a, b in zip(lons, lats, strict=True)]
    assert all(points.index(points[row]) == row for row in rows.tolist())


def test_far_away_is_still_answered() -> None:
    nearest = _city_at([(0, 0), (100, 0)])
    lon, lat = degrees(90_000, 10)
    assert nearest.nearest(lon, lat)[0] == 1


def test_without_a_position_nothing_is_near() -> None:
    city = make_city()
    row, away = Nearest(city).nearest(*degrees(0, 20))
    assert (row, round(away)) == (0, 0)
    assert len(HOUSES) - 1 not in {Nearest(city).nearest(*degrees(x, y))[0] for x in (0, 5000) for y in (0, 9000)}


def test_empty_city_and_nonsense_points() -> None:
    empty = Nearest(make_city([]))
    assert empty.nearest(0, 0) == (-1, math.inf)
    assert empty.within(0, 0, 50, 5) == []
    rows, away = empty.nearest_many(np.array([1.0]), np.array([1.0]))
    assert (rows.tolist(), away.tolist()) == ([-1], [math.inf])
    nearest = _city_at([(0, 0)])
    assert nearest.nearest(math.nan, 0) == (-1, math.inf)
    rows, away = nearest.nearest_many(np.array([math.nan, -84.6]), np.array([30.2, 30.2]))
    assert rows.tolist() == [-1, 0]


def test_within_gives_the_nearest_first() -> None:
    nearest = _city_at([(30, 0), (10, 0), (200, 0), (20, 0)])
    lon, lat = degrees(0, 0)
    assert [row for row, _ in nearest.within(lon, lat, 60, 10)] == [1, 3, 0]
    assert [row for row, _ in nearest.within(lon, lat, 60, 2)] == [1, 3]


def test_the_plane_is_the_citys() -> None:
    city = make_city()
    lon, lat = degrees(123, 45)
    x, y = city.metres(lon, lat)
    assert Nearest(city).plane(lon, lat) == pytest.approx((float(x), float(y)))
