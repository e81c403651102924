"""What operating a switch would do, told beforehand, is what it then does."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from stormops.core import entry as facts
from stormops.core.network import EdgeKind
from stormops.core.switch_effect import confirmed_open, effect
from tests.core.storms import move, tied_world
from tests.core.test_switching import CITY, FAR, MIDDLE, NEAR, TIE, breaker, decided, operate, out
from tests.core.world import World


@pytest.fixture
def world() -> World:
    return World(CITY)


def asked(world: World, device: str, *, opened: bool) -> tuple[int, int, int, list[str], bool]:
    situation = world.situation
    told = effect(situation, situation.device_of[device], opened=opened, at_ms=world.now_ms)
    names = [situation.device_ids[row] for row in told.feeders]
    return told.moved, told.dark, told.fed, names, told.parallel


def test_opening_leaves_those_behind_without_service(world: World) -> None:
    assert asked(world, MIDDLE, opened=True) == (0, len(FAR), 0, [], False)
    assert asked(world, breaker(world), opened=True) == (0, len(NEAR) + len(FAR), 0, [], False)
    assert asked(world, TIE, opened=True) == (0, 0, 0, [], False)


def test_a_tie_would_close_a_ring_or_feed_from_the_neighbour(world: World) -> None:
    assert asked(world, TIE, opened=False) == (0, 0, 0, [], True)
    operate(world, MIDDLE, 1, opened=True)
    other = breaker(world, 48)
    assert asked(world, TIE, opened=False) == (0, 0, len(FAR), [other], False)
    operate(world, TIE, 2, opened=False)
    assert asked(world, MIDDLE, opened=False) == (len(FAR), 0, 0, [breaker(world)], False)
    assert asked(world, other, opened=True)[1] == 72


def test_opening_in_a_ring_moves_customers_and_costs_nobody_service(world: World) -> None:
    operate(world, TIE, 1, opened=False)
    assert asked(world, MIDDLE, opened=True) == (len(FAR), 0, 0, [breaker(world, 48)], False)


def test_what_people_confirmed_open_counts_for_a_tie(world: World) -> None:
    for premise in range(0, 48, 3):
        world.report(premise, at=1)
    decided(world, 20)
    (fault,) = world.open()
    row = world.situation.device_of[TIE]
    assert confirmed_open(world.situation, row, world.now_ms) == {}, "predicted is not seen"
    world.act(facts.IncidentConfirmed, 21, incident=fault.id)
    decided(world, 21)
    assert list(confirmed_open(world.situation, row, world.now_ms)) == [fault.device]
    assert asked(world, TIE, opened=False) == (0, 0, 48, [breaker(world, 48)], False)
    elsewhere = int(np.flatnonzero(world.situation.tree.kind == EdgeKind.SWITCH)[-1])
    assert confirmed_open(world.situation, elsewhere, world.now_ms) == {}


@pytest.mark.parametrize("seed", range(12))
def test_in_any_storm_what_was_told_beforehand_happens(seed: int) -> None:
    world, rng = tied_world(), Random(seed)
    for _ in range(40):
        move(world, rng)
    world.tick()
    situation = world.situation
    gear = situation.switchgear
    row = rng.choice([row for row in range(len(situation.device_ids)) if gear.switchable(row)])
    wish = not gear.is_open(situation.switches, row)
    told = effect(situation, row, opened=wish, at_ms=world.now_ms)
    dead = situation.tree.dead | (situation.tree.premise_device < 0)
    world.act(facts.SwitchOperated, device=situation.device_ids[row], open=wish)
    world.tick()
    now = situation.tree.dead | (situation.tree.premise_device < 0)
    assert int((now & ~dead).sum()) == told.dark
    if told.fed == 0:
        assert not (dead & ~now).any()
    assert set(np.flatnonzero(situation.tree.dead)) <= out(world)
