"""Meters as evidence: the momentary hold, restorations, nested outages, other people's decisions."""

from __future__ import annotations

import pytest

from stormops.core import entry as facts
from stormops.core.decide import Decider
from stormops.core.entry import Entry, MetersChanged, Tick
from stormops.core.explaining import make_groupers
from stormops.core.incident import State
from stormops.core.meters import HOLD_MS
from stormops.core.sentence import Sentence
from tests.core.radial import radial_city
from tests.core.storms import consistent
from tests.core.world import MINUTE_MS, START_MS, World

HOLD = HOLD_MS / MINUTE_MS
STREET = range(24)
"""The premises of one fused lateral."""


def told(made: list[facts.AnyFact]) -> list[MetersChanged]:
    return [fact for fact in made if isinstance(fact, MetersChanged)]


def off(world: World, premises: range | list[int], at: float, kind: str = "G") -> None:
    world.metered([(premise, kind, 0) for premise in premises], at)


def dark(world: World, at: float = 0.0) -> None:
    """A whole street says so, and it is told."""
    off(world, STREET, at)
    world.tick(at)
    world.tick(at + HOLD)


def test_a_loss_that_outlives_the_hold_is_an_incident_though_nothing_else_came() -> None:
    world = World()
    off(world, STREET, 0)
    assert not told(world.tick(0))
    assert world.decider.next_due_ms() == START_MS + HOLD_MS
    assert not told(world.tick(HOLD - 0.01))
    assert world.situation.totals.meters_off == 0
    (change,) = told(world.tick(HOLD))
    assert change == MetersChanged(off=list(STREET), off_ms=[START_MS] * len(STREET))
    (incident,) = world.open()
    assert incident.customers_out == len(STREET)
    assert (incident.meters, incident.told, incident.since_ms) == (24, 0, START_MS)
    assert world.situation.totals.meters_off == 24
    assert world.situation.totals.open == world.situation.totals.received == 0
    consistent(world)


def test_a_loss_that_ends_within_the_hold_is_forgotten() -> None:
    world = World()
    off(world, STREET, 0)
    world.tick(0)
    world.metered([(premise, "R", 0) for premise in STREET], HOLD / 2)
    assert not told(world.tick(HOLD / 2))
    assert not told(world.tick(5))
    assert not world.situation.incidents


def test_a_restoration_that_arrives_before_its_last_gasp_holds() -> None:
    world = World()
    world.metered([(premise, "R", -1) for premise in STREET], 1)
    world.tick(1)
    world.metered([(premise, "G", -10_000) for premise in STREET], 1.1)
    world.tick(1.1)
    assert not told(world.tick(5))
    assert not world.situation.incidents


def test_an_old_loss_is_evidence_at_once_and_duplicates_are_nothing() -> None:
    world = World()
    world.metered([(premise, "G", -HOLD_MS) for premise in STREET] * 2, 1)
    assert len(told(world.tick(1))) == 1
    world.metered([(premise, "G", -HOLD_MS) for premise in STREET], 1)
    assert not told(world.tick(2))
    assert world.situation.meters.repeated == 48
    assert world.situation.totals.meters_off == 24


def test_meters_that_are_on_again_take_their_incident_with_them() -> None:
    world = World()
    dark(world)
    world.metered([(premise, "R", 0) for premise in STREET], 3)
    (change,) = told(world.tick(3))
    assert change.on == list(STREET)
    assert not world.open()
    assert world.situation.customers_out == 0
    assert world.situation.totals.meters_off == 0
    assert world.situation.closed_incidents
    assert not world.situation.closed_reports


def test_a_customers_report_and_meters_are_one_incident() -> None:
    world = World()
    world.report(3, at=0)
    world.report(4, at=0)
    dark(world)
    (incident,) = world.open()
    assert (incident.told, incident.meters) == (2, 24)
    world.metered([(premise, "N", 0) for premise in STREET], 2)
    world.tick(2)
    assert [i.meters for i in world.open()] == [0] * len(world.open())
    assert world.situation.totals.open == 2


def test_meters_join_an_incident_that_people_confirmed() -> None:
    world = World()
    for premise in (0, 7, 13):
        world.report(premise, at=0)
    world.tick(0)
    (incident,) = world.open()
    world.act(facts.IncidentConfirmed, 0.1, incident=incident.id, device=world.device_name(0, up=1))
    world.tick(0.2)
    dark(world, 1)
    assert world.open() == [incident]
    assert (incident.state, incident.told, incident.meters) == (State.CONFIRMED, 3, 24)
    world.metered([(premise, "R", 0) for premise in STREET], 3)
    world.tick(3)
    assert (incident.state, incident.meters) == (State.CONFIRMED, 0)
    consistent(world)


def test_what_meters_say_after_a_restoration_is_another_outage() -> None:
    world = World()
    dark(world)
    (first,) = world.open()
    world.act(facts.IncidentRestored, 10, incident=first.id)
    world.tick(10)
    assert (first.state, first.meters) == (State.RESTORED, 24)
    assert world.situation.totals.meters_off == 0
    assert world.situation.meters.told == 24
    off(world, list(range(6)), 12, "F")
    world.tick(12)
    world.tick(12 + HOLD)
    (nested,) = world.open()
    assert nested is not first
    assert (nested.meters, nested.since_ms, nested.customers_out) == (6, START_MS + 12 * MINUTE_MS, 6)
    assert (first.state, first.meters) == (State.RESTORED, 18)
    consistent(world)
    assert world.replayed().digest() == world.situation.digest()


def test_a_loss_from_before_the_restoration_that_arrives_late_is_answered_by_it() -> None:
    world = World()
    dark(world)
    world.act(facts.IncidentRestored, 10, incident=world.open()[0].id)
    world.tick(10)
    world.metered([(24, "G", 0), (3, "G", -MINUTE_MS)], 10)
    world.tick(11)
    assert [i.meters for i in world.open()] == [1], "the neighbour beyond was never restored"
    assert world.situation.meters.told == 25
    world.metered([(3, "R", 0)], 12)
    world.tick(12)
    assert world.situation.meters.told == 24


def test_off_and_on_and_off_again_between_two_ticks() -> None:
    world = World()
    dark(world)
    for kind, at in (("R", 2.0), ("G", 2.1)):
        world.metered([(premise, kind, 0) for premise in STREET], at)
    (change,) = told(world.tick(5))
    assert (len(change.on), len(change.off)) == (24, 24)
    (incident,) = world.open()
    assert incident.since_ms == START_MS + round(2.1 * MINUTE_MS)
    consistent(world)


def test_a_kill_during_the_hold_loses_nothing() -> None:
    world = World()
    off(world, STREET, 0)
    world.tick(0)
    world.start()
    assert not told(world.tick(HOLD / 2))
    assert world.decider.next_due_ms() == START_MS + HOLD_MS
    assert len(told(world.tick(HOLD))) == 1
    world.start()
    assert not told(world.tick(2))
    consistent(world)


@pytest.mark.parametrize("hold_ms", [0, 600_000])
def test_the_hold_is_a_setting(hold_ms: int) -> None:
    world = World()
    groupers = make_groupers(world.city, world.tree)
    world.decider = Decider(world.situation, world.matcher, groupers, meter_hold_ms=hold_ms)
    off(world, STREET, 0)
    assert len(told(world.tick(0))) == (hold_ms == 0)
    assert len(told(world.tick(10))) == (hold_ms > 0)


def test_another_city_pack_takes_back_what_was_told_and_tells_it_anew() -> None:
    world = World()
    world.decider.decide([], Tick(number=1, at_ms=START_MS), [facts.CityAdopted(name="radial", hash="one")])
    world.undecided = []
    situation = world.situation
    position = situation.position
    events = facts.MeterEventsReceived(
        receipt="1",
        partner="p",
        meters=[world.city.premises.meter[p] for p in STREET],
        kinds="G" * 24,
        at_ms=[START_MS] * 24,
    )
    news = Entry(position + 1, START_MS, "door", 1, 0, 0, events)
    situation.apply([news])
    world.decider.decide([news], Tick(number=2, at_ms=START_MS + HOLD_MS))
    (first,) = world.open()
    again = world.decider.decide(
        [], Tick(number=3, at_ms=START_MS + MINUTE_MS), [facts.CityAdopted(name="radial", hash="two")]
    )
    assert len(told(again)) == 1
    (second,) = world.open()
    assert second is not first
    assert second.meters == 24
    assert situation.totals.meters_off == 24


EVERYBODY = range(72)
FIRST = range(6)
"""Who hangs on the first transformer."""


def restored_feeder(silent: range | list[int] = FIRST) -> World:
    """A feeder of 72 with meters is out from minute 10 until people say at 60 that it is back; some meters do not."""
    world = World(radial_city(feeders=2, laterals=3, transformers=4, houses=6))
    world.metered([(premise, "N", 0) for premise in range(144)], 0)
    world.tick(0)
    dark_at(world, EVERYBODY, 10)
    world.act(facts.IncidentRestored, 60, incident=world.open()[0].id)
    world.tick(60)
    world.metered([(premise, "R", 0) for premise in EVERYBODY if premise not in silent], 62)
    assert world.open() == []
    return world


def dark_at(world: World, premises: range | list[int], at: float) -> None:
    off(world, premises, at)
    world.tick(at)
    world.tick(at + HOLD)


def minutes(world: World, first: int, last: int) -> None:
    for minute in range(first, last):
        world.tick(minute)
        consistent(world)


def test_meters_that_do_not_come_back_together_are_an_incident_though_nobody_calls() -> None:
    """Whoever restores a feeder hears of the transformer below it that stayed out."""
    world = restored_feeder()
    minutes(world, 62, 75)
    (incident,) = world.open()
    assert world.situation.device_ids[incident.device] == world.device_name(0)
    assert (incident.customers_out, incident.told, incident.meters) == (6, 0, 6)
    assert incident.since_ms == START_MS + 60 * MINUTE_MS + 1, "what was before is counted in the feeder's"
    reason = incident.reasons[0]
    assert isinstance(reason, Sentence)
    assert (reason.key, reason.args["count"]) == ("meters_unheard", 6)
    assert incident.probability > 9_000
    assert incident.argued is not None
    for minute in range(75, 500, 5):
        world.tick(minute)
    assert [one.id for one in world.open()] == [incident.id], "however long they are silent"
    world.metered([(premise, "R", 0) for premise in FIRST], 510)
    world.tick(510)
    assert world.open() == []
    assert world.situation.closed_incidents[incident.key].outcome == "withdrawn"


@pytest.mark.parametrize("step", [facts.IncidentRestored, facts.IncidentCancelled])
def test_people_who_say_again_that_power_is_back_are_believed_until_a_meter_speaks(step: type[facts.Action]) -> None:
    world = restored_feeder()
    minutes(world, 62, 75)
    world.act(step, 80, incident=world.open()[0].id)
    minutes(world, 80, 200)
    assert world.open() == []
    off(world, FIRST, 200, "F")
    minutes(world, 200, 202)
    (incident,) = world.open()
    assert incident.meters == 6


def test_a_call_joins_what_the_silence_of_meters_showed() -> None:
    world = restored_feeder()
    minutes(world, 62, 75)
    (before,) = world.open()
    world.report(2, at=80)
    minutes(world, 80, 83)
    (after,) = world.open()
    assert (after.id, after.told, after.device, after.since_ms) == (before.id, 1, before.device, before.since_ms)


def test_single_words_that_are_lost_show_nothing() -> None:
    """One meter of each transformer is not heard: it is its word that was lost, and a prior alone opens no device."""
    world = restored_feeder(silent=range(0, 72, 6))
    minutes(world, 62, 110)
    assert world.open() == []


def test_a_head_end_that_is_late_makes_nobody_dark_again() -> None:
    """Nobody came back yet: that they could have been heard is not shown."""
    world = restored_feeder(silent=EVERYBODY)
    minutes(world, 62, 110)
    assert world.open() == []
    world.metered([(premise, "R", 0) for premise in EVERYBODY if premise not in FIRST], 110)
    minutes(world, 110, 113)
    (incident,) = world.open()
    assert incident.meters == 6


def test_who_never_was_off_by_its_meter_has_nothing_to_come_back_from() -> None:
    world = World(radial_city(feeders=2, laterals=3, transformers=4, houses=6))
    world.metered([(premise, "N", 0) for premise in range(144)], 0)
    world.tick(0)
    dark_at(world, range(6, 72), 10)
    world.act(facts.IncidentRestored, 60, incident=world.open()[0].id)
    world.tick(60)
    world.metered([(premise, "R", 0) for premise in range(6, 72)], 62)
    minutes(world, 62, 90)
    assert world.open() == []


@pytest.mark.parametrize("killed", range(62, 84, 3))
def test_a_kill_changes_nothing_of_what_the_silence_of_meters_shows(killed: int) -> None:
    def said(world: World, kill: int) -> list[facts.AnyFact]:
        for minute in range(62, 84):
            world.tick(minute)
            if minute == kill:
                world.start()
        world.rest()
        return [entry.fact for entry in world.entries()]

    assert said(restored_feeder(), killed) == said(restored_feeder(), -1)
