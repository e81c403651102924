"""Areas of the meter network that fall silent mid-storm: unknown, never restored, the same on replay."""

from __future__ import annotations

import numpy as np
import pytest

from stormops.core.entry import AnyFact, MetersListened
from stormops.core.listening import METERS_LEAST
from tests.core.radial import radial_city
from tests.core.world import MINUTE_MS, START_MS, World

CITY = radial_city(feeders=3, laterals=8, transformers=4, houses=6)
METERS = 576
EVERY_MIN = 15
PHASE = np.random.default_rng(7).permutation(METERS) * EVERY_MIN // METERS
"""The minute of each interval in which a premise's meter is read."""


def listened(made: list[AnyFact]) -> list[MetersListened]:
    return [fact for fact in made if isinstance(fact, MetersListened)]


class Reading:
    """A meter network that reads every meter once in fifteen minutes, but for those that are off or not heard."""

    def __init__(self) -> None:
        self.world = World(CITY)
        self.minute = 0
        self.dark: set[int] = set()
        self.deaf: set[int] = set()

    def on(self, minutes: int) -> list[MetersListened]:
        """So many minutes more."""
        found: list[MetersListened] = []
        for _ in range(minutes):
            self.minute += 1
            due = np.flatnonzero(self.minute % EVERY_MIN == PHASE).tolist()
            heard = [(premise, "N", 0) for premise in due if premise not in self.dark and premise not in self.deaf]
            if heard:
                self.world.metered(heard, self.minute)
            found += listened(self.world.tick(self.minute))
        return found


def test_the_interval_of_reads_is_learned_from_the_reads() -> None:
    reading = Reading()
    assert not reading.on(EVERY_MIN)
    (fact,) = reading.on(EVERY_MIN + 1)
    assert (fact.every_ms, fact.silent, fact.heard) == (EVERY_MIN * 60_000, [], [])
    assert reading.world.situation.reads_ms == EVERY_MIN * 60_000


def test_pings_and_restorations_alone_make_nobody_expect_reads() -> None:
    world = World(CITY)
    chance = np.random.default_rng(1)
    for minute in range(1, 200, 3):
        asked = chance.choice(METERS, 20, replace=False).tolist()
        world.metered([(premise, "NR"[minute % 2], 0) for premise in asked], minute)
        assert not listened(world.tick(minute))


def test_the_whole_network_gone_silent_is_unknown_within_five_minutes_and_nobody_is_shown_restored() -> None:
    reading = Reading()
    world = reading.world
    reading.on(40)
    street = set(range(48))
    world.metered([(premise, "G", 0) for premise in street], reading.minute + 0.5)
    reading.dark |= street
    reading.on(2)
    before = {incident.id: incident.customers_out for incident in world.open()}
    assert sum(before.values()) == len(street)
    assert [world.situation.meter_says(premise) for premise in (0, 100)] == ["off", "on"]
    reading.deaf |= set(range(METERS))
    fell = reading.minute
    raised = next(minute for minute in range(1, 6) if any(fact.silent for fact in reading.on(1)))
    assert raised <= 5
    reading.on(5 - raised)
    situation = world.situation
    said = [situation.meter_says(premise) for premise in range(METERS)]
    assert said == ["off" if premise in street else "unknown" for premise in range(METERS)]
    since = [silence.since_ms for silence in situation.silences.values()]
    assert START_MS + (fell - 2) * MINUTE_MS <= min(since) <= max(since) <= START_MS + fell * MINUTE_MS
    shown = set(np.flatnonzero(situation.coverage.bits).tolist())
    for _ in range(110):
        reading.on(1)
        assert shown <= set(np.flatnonzero(situation.coverage.bits).tolist())
    assert {incident.id: incident.customers_out for incident in world.open()} == before
    assert situation.totals.customers_restored == 0
    assert world.replayed().digest() == situation.digest()
    assert reading.minute - fell > 110


def test_it_is_heard_again_when_a_whole_interval_has_come_and_its_reads_keep_their_pace() -> None:
    reading = Reading()
    reading.on(40)
    reading.deaf |= set(range(METERS))
    reading.on(60)
    assert reading.world.situation.meter_says(5) == "unknown"
    reading.deaf.clear()
    heard = reading.on(20)
    situation = reading.world.situation
    assert {name for fact in heard for name in fact.heard} == set(situation.silences)
    assert situation.meter_says(5) == "on"
    assert situation.reads_ms == EVERY_MIN * 60_000
    assert not reading.on(60)


def test_a_restart_goes_on_listening() -> None:
    reading = Reading()
    world = reading.world
    reading.on(40)
    reading.deaf |= set(range(METERS))
    reading.on(10)
    groups = world.decider.network.grouper
    world.start()
    again = world.decider.network.grouper
    assert again is not groups
    assert world.situation.meter_says(5) == "unknown"
    assert not reading.on(10)
    reading.deaf.clear()
    assert any(fact.heard for fact in reading.on(20))


def test_an_outage_of_a_feeder_is_not_a_silent_ear() -> None:
    reading = Reading()
    world = reading.world
    reading.on(40)
    feeder = set(range(192))
    reading.dark |= feeder
    gasps = [premise for premise in feeder if premise % 5 < 3]
    world.metered([(premise, "G", 0) for premise in gasps], reading.minute)
    assert not reading.on(40)
    assert world.situation.customers_out == len(feeder)
    assert world.situation.meter_says(1) == "off"


@pytest.mark.parametrize("spread", [0.1, 0.15, 0.3])
def test_a_network_that_falls_silent_with_an_outage_is_not_taken_for_a_larger_one(spread: float) -> None:
    """Gasps of here and there and then nothing look like the source that opened; so few gasps are not its."""
    reading = Reading()
    world = reading.world
    reading.on(40)
    gasps = np.random.default_rng(2).choice(METERS, 60, replace=False).tolist()
    world.metered([(premise, "G", 0) for premise in gasps], reading.minute + spread)
    reading.dark |= set(gasps)
    reading.deaf |= set(range(METERS))
    reading.on(5)
    situation = world.situation
    assert situation.meter_says(next(p for p in range(METERS) if p not in reading.dark)) == "unknown"
    assert set(gasps) <= set(np.flatnonzero(situation.coverage.bits).tolist())
    assert world.replayed().digest() == situation.digest()


def test_while_the_platform_catches_up_nothing_is_missed() -> None:
    reading = Reading()
    world = reading.world
    reading.on(40)
    late = [(premise, "N", 0) for premise in range(METERS)]
    world.metered(late, reading.minute + 1)
    assert not listened(world.tick(reading.minute + 60))
    world.metered(late, reading.minute + 59)
    assert not listened(world.tick(reading.minute + 62))


def test_a_city_of_few_meters_is_never_judged() -> None:
    small = radial_city(feeders=1, laterals=2, transformers=4, houses=6)
    assert len(small.premises) < METERS_LEAST
    world = World(small)
    for minute in range(1, 120):
        if minute < 60:
            world.metered([(premise, "N", 0) for premise in range(48) if premise % 15 == minute % 15], minute)
        assert not listened(world.tick(minute))
