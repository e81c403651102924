"""Doubted links as facts, with doubts given by hand: written when they change, kept after the storm."""

from __future__ import annotations

import pytest

from stormops.core import links
from stormops.core.entry import LinksDoubted
from stormops.core.mislinks import Doubt
from stormops.core.situation import Situation
from tests.core.radial import radial_city
from tests.core.world import World

HOUSES = 6
PREMISE = HOUSES - 1
"""Its meter is off, as are those of the next transformer of its street."""


class Doubting:
    """A world whose network doubts what it is told to doubt."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = World(radial_city(feeders=3, laterals=8, transformers=4, houses=HOUSES))
        self.now: list[Doubt] = []
        monkeypatch.setattr(self.world.decider.network.grouper, "doubts", lambda: self.now)
        dark = {PREMISE, *range(HOUSES, 2 * HOUSES)}
        self.world.metered([(premise, "G", 0) for premise in sorted(dark)], 0)
        self.world.tick(0)
        self.world.tick(1)

    def until(self, minute: float) -> list[LinksDoubted]:
        return [fact for fact in self.world.tick(minute) if isinstance(fact, LinksDoubted)]

    def doubt(self, chance: int = 9_000) -> Doubt:
        return Doubt(PREMISE, chance, int(self.world.tree.premise_device[HOUSES]))


@pytest.fixture
def doubting(monkeypatch: pytest.MonkeyPatch) -> Doubting:
    return Doubting(monkeypatch)


def test_a_doubt_is_written_with_both_transformers_and_again_only_when_it_changed(doubting: Doubting) -> None:
    doubting.now = [doubting.doubt()]
    (fact,) = doubting.until(11)
    world = doubting.world
    names, recorded = world.situation.device_ids, world.tree.premise_device
    assert fact == LinksDoubted(
        premises=[world.city.premises.id[PREMISE]],
        chances=[9_000],
        recorded=[names[recorded[PREMISE]]],
        likely=[names[recorded[HOUSES]]],
        by_meter=[True],
    )
    doubting.now = [doubting.doubt(9_200)]
    assert not doubting.until(17)
    doubting.now = [doubting.doubt(9_700)]
    assert doubting.until(23)
    assert world.situation.links[PREMISE].chance == 9_700
    assert world.replayed().digest() == world.situation.digest()
    again = Situation(world.city, world.tree)
    again.restore(world.situation.snapshot())
    assert again.links == world.situation.links


def test_it_is_looked_at_every_five_minutes(doubting: Doubting) -> None:
    doubting.until(7)
    doubting.now = [doubting.doubt()]
    assert not doubting.until(11)
    assert doubting.until(12)


def test_it_stays_after_the_storm(doubting: Doubting) -> None:
    doubting.now = [doubting.doubt()]
    assert doubting.until(11)
    doubting.world.metered([(premise, "R", 0) for premise in range(2 * HOUSES)], 60)
    doubting.now = []
    for minute in range(60, 200, 10):
        assert not doubting.until(minute)
    assert list(doubting.world.situation.links) == [PREMISE]


def test_it_goes_when_the_same_evidence_no_longer_says_so(doubting: Doubting) -> None:
    doubting.now = [doubting.doubt()]
    assert doubting.until(11)
    doubting.now = []
    (fact,) = doubting.until(18)
    assert fact.over == [doubting.world.city.premises.id[PREMISE]]
    assert not doubting.world.situation.links


def test_there_is_a_bound(doubting: Doubting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "LINKS_MAX", 0)
    doubting.now = [doubting.doubt()]
    assert not doubting.until(11)


def test_what_the_pack_hangs_elsewhere_by_now_is_repaired() -> None:
    world = World(radial_city(feeders=1, laterals=2, transformers=4, houses=HOUSES))
    name, other = world.city.premises.id[0], world.situation.device_ids[int(world.tree.premise_device[HOUSES])]
    world.say(LinksDoubted(premises=[name], chances=[9_000], recorded=[other], likely=[""], by_meter=[False]))
    world.take_in()
    assert not world.situation.links
