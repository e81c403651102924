"""Grouping without a network: blocks, bursts, splitting and merging."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.clustering import Clusters
from stormops.core.grouping import Group
from stormops.core.network import City
from tests.core.radial import radial_city

MINUTE = 60_000
NOON = 490_000 * 3_600_000
CITY = radial_city(feeders=12, laterals=10, transformers=4, houses=6)
"""2,880 houses; a street is 24 houses in a row, the next one is 120 m away."""


def groups_of(city: City, reports: list[tuple[int, int]], now_minutes: int = 60) -> list[Group]:
    """Groups after reports of (premise, minutes after noon)."""
    clusters = Clusters(city)
    for premise, minutes in reports:
        clusters.add(premise, NOON + minutes * MINUTE)
    clusters.update(NOON + now_minutes * MINUTE)
    return clusters.groups()


def sizes(groups: list[Group]) -> list[int]:
    return sorted((len(group.premises) for group in groups), reverse=True)


def test_ten_among_twelve_houses_are_a_block() -> None:
    (group,) = groups_of(CITY, [(premise, premise % 7) for premise in range(240, 250)])
    assert group.premises == tuple(range(240, 250))
    assert set(group.premises) <= set(group.out) <= set(range(216, 276))
    assert group.key == (-1, 240)
    assert group.since_ms == NOON
    assert group.probability > 9_900


def test_ten_among_thousands_are_ten() -> None:
    scattered = list(range(100, 2_880, 278))
    groups = groups_of(CITY, [(premise, premise % 50) for premise in scattered])
    assert [group.premises for group in groups] == [(premise,) for premise in scattered]
    assert all(group.out == group.premises for group in groups)
    assert all(group.probability < 9_000 for group in groups)


def test_two_bursts_hours_apart_at_one_place_are_two() -> None:
    early, late = range(240, 252, 2), range(241, 252, 2)
    apart = groups_of(CITY, [(p, 0) for p in early] + [(p, 360) for p in late], 400)
    assert sorted(tuple(group.premises) for group in apart) == [tuple(early), tuple(late)]
    assert {group.since_ms for group in apart} == {NOON, NOON + 360 * MINUTE}
    assert sizes(groups_of(CITY, [(p, 0) for p in early] + [(p, 10) for p in late])) == [12]


def test_old_evidence_does_not_join_a_new_burst() -> None:
    block = range(240, 248)
    with_old = groups_of(CITY, [(block[0], 0)] + [(p, 480) for p in block[1:]], 500)
    assert sizes(with_old) == [7, 1]
    assert sizes(groups_of(CITY, [(block[0], 470)] + [(p, 480) for p in block[1:]], 500)) == [8]


def test_clusters_merge_and_split_as_reports_come_and_are_withdrawn() -> None:
    clusters = Clusters(CITY)
    for premise in (*range(240, 246), *range(254, 260)):
        clusters.add(premise, NOON)
    clusters.update(NOON + MINUTE)
    before = clusters.groups()
    assert sizes(before) == [6, 6]
    for premise in range(246, 254):
        clusters.add(premise, NOON + MINUTE)
    delta = clusters.update(NOON + 2 * MINUTE)
    assert sizes(clusters.groups()) == [20]
    assert delta.gone == [(-1, 254)]
    assert [group.key for group in delta.changed] == [(-1, 240)]
    for premise in range(246, 254):
        clusters.remove(premise, NOON + MINUTE)
    clusters.update(NOON + 3 * MINUTE)
    assert clusters.groups() == before


def test_a_storm_everywhere_at_once_is_not_one_blob() -> None:
    chance = np.random.default_rng(5)
    failed = chance.choice(480, 12, replace=False) * 6
    groups = groups_of(CITY, [(int(p) + house, int(chance.integers(0, 30))) for p in failed for house in (0, 2, 4)])
    assert 10 <= len(groups) <= 14
    assert sizes(groups)[0] <= 9


def test_a_second_report_from_a_premise_changes_nothing_but_its_time() -> None:
    once = groups_of(CITY, [(p, 5) for p in range(240, 246)])
    assert groups_of(CITY, [(p, m) for p in range(240, 246) for m in (5, 9, 30)]) == once
    earlier = groups_of(CITY, [(p, m) for p in range(240, 246) for m in (5, 1)])
    assert [group.since_ms for group in earlier] == [NOON + MINUTE]


def test_flats_of_one_building_are_a_block() -> None:
    city = radial_city(feeders=2)
    city.premises.lon[48:96], city.premises.lat[48:96] = city.premises.lon[48], city.premises.lat[48]
    assert sizes(groups_of(city, [(p, 0) for p in range(50, 62)])) == [12]


def test_premises_that_are_nowhere_or_masked_are_alone() -> None:
    city = radial_city(feeders=2)
    city.premises.lon[10:20] = np.nan
    assert sizes(groups_of(city, [(p, 0) for p in range(10, 20)])) == [1] * 10
    mask = np.ones(len(city.premises), np.bool_)
    mask[:60] = False
    clusters = Clusters(city, mask)
    for premise in (*range(30, 40), *range(72, 82)):
        clusters.add(premise, NOON)
    clusters.update(NOON)
    assert sizes(clusters.groups()) == [10] + [1] * 10


@pytest.mark.parametrize("known", [0, 1])
def test_tiny_cities(known: int) -> None:
    city = radial_city(feeders=1, laterals=1, transformers=1, houses=3)
    city.premises.lon[known:] = np.nan
    assert sizes(groups_of(city, [(p, 0) for p in range(3)])) == [1, 1, 1]


def test_holding_is_nothing_to_a_cluster() -> None:
    clusters = Clusters(CITY)
    clusters.add(3, NOON)
    clusters.hold(-1, held=True)
    clusters.hold(0, held=True)
    clusters.update(NOON)
    assert [group.key for group in clusters.groups()] == [(-1, 3)]
