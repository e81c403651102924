from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormops.core import entry as facts
from stormops.core.decide import ENDED_VISIBLE_MS
from stormops.core.entry import News, Tick
from stormops.core.learning import STARTS
from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.core.report import Symptom
from tests.core.storms import consistent, move, settled, small_world, tied_world
from tests.core.world import MINUTE_MS, START_MS, World


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.integers(5, 60))
def test_whatever_happens_the_situation_stays_consistent(seed: int, moves: int) -> None:
    world, rng = tied_world(), Random(seed)
    for _ in range(moves):
        before = world.situation.tick
        move(world, rng)
        if world.situation.tick != before:
            consistent(world)
    world.tick()
    consistent(world)
    assert world.replayed().digest() == world.situation.digest()
    settled(world)


def test_the_first_report_opens_an_incident_and_the_next_ones_join_it() -> None:
    world = World()
    world.report(0)
    world.report(3)
    world.report(6)
    made = world.tick(0)
    assert isinstance(made[0], Tick)
    assert made[-1] == facts.Decided(tick=1, through=3)
    (incident,) = world.open()
    assert incident.id == "E-0001"
    world.report(7)
    world.tick(1)
    assert world.open() == [incident]
    assert len(incident.reports) == 4
    assert incident.customers_out == len(world.tree.below(incident.device))


def test_a_report_of_another_utility_is_another_incident() -> None:
    world = World()
    world.report(0)
    world.report(0, Symptom.WATER)
    world.tick(0)
    assert [i.id for i in world.open()] == ["E-0001", "W-0001"]
    assert world.situation.coverage.owner(0, 0) == world.open()[0].key
    assert world.situation.coverage.owner(1, 0) == world.open()[1].key


def test_the_same_key_by_two_doors_is_one_report() -> None:
    world = World()
    first = world.report(0, key="k")
    second = world.report(0, key="k")
    world.news[1] = world.news[1]._replace(door="other", counter=1)
    other = world.report(1, key="k", sender="somebody else")
    world.tick(0)
    totals = world.situation.totals
    assert (totals.received, totals.duplicated, totals.open) == (3, 1, 2)
    status = world.situation.status(receipt_number(second))
    assert status is not None
    assert (status.receipt, status.state) == (receipt_number(second), "matched")
    assert world.situation.report(receipt_number(second)) == world.situation.report(receipt_number(first))
    assert receipt_number(other) in world.situation.reports


def test_a_key_may_come_again_after_its_days() -> None:
    world = World()
    world.report(0, key="k")
    world.tick(0)
    world.tick(8 * 24 * 60)
    world.report(0, key="k")
    world.tick(8 * 24 * 60)
    assert world.situation.totals.duplicated == 0
    assert world.situation.totals.received == 2


def test_what_cannot_be_matched_waits_for_a_person() -> None:
    world = World()
    receipt = world.report(-1, address="somewhere over the rainbow")
    made = world.tick(0)
    (unmatched,) = [fact for fact in made if isinstance(fact, facts.ReportUnmatched)]
    assert unmatched.receipt == receipt
    assert unmatched.why
    assert world.open() == []
    assert world.situation.totals.unmatched_open == 1


def test_a_safety_report_makes_nobody_dark_and_stands_by_until_somebody_is() -> None:
    world = World()
    receipt = receipt_number(world.report(2, Symptom.WIRE_DOWN))
    world.tick(0)
    assert world.open() == []
    assert world.situation.customers_out == 0
    assert world.situation.totals.safety_open == 1
    for premise in (0, 1, 3, 4):
        world.report(premise)
    world.tick(1)
    (incident,) = world.open()
    assert receipt in incident.reports
    assert incident.safety == 1


def test_a_safety_report_outlives_the_incident_it_stood_by() -> None:
    world = World()
    lights = world.report(2)
    world.tick(0)
    wire = receipt_number(world.report(2, Symptom.WIRE_DOWN))
    world.tick(1)
    assert world.open()[0].safety == 1
    world.act(facts.ReportWithdrawn, receipt=lights)
    world.tick(2)
    assert world.open() == []
    report = world.situation.report(wire)
    assert report is not None
    assert (report.incident, report.answered) == (-1, False)
    assert world.situation.totals.safety_open == 1
    world.report(2)
    world.tick(3)
    assert wire in world.open()[0].reports


def test_an_ended_incident_is_seen_for_an_hour_and_then_its_receipts_still_know() -> None:
    world = World()
    receipt = receipt_number(world.report(0))
    world.tick(0)
    name = world.open()[0].id
    world.act(facts.IncidentRestored, at=5, incident=name)
    world.tick(5)
    ended = world.situation.incident(name)
    assert ended is not None
    assert (ended.state, ended.customers_out, ended.ended_ms) == ("restored", 0, START_MS + 5 * MINUTE_MS)
    assert world.situation.customers_out == 0
    assert world.decider.next_due_ms() == START_MS + 5 * MINUTE_MS + ENDED_VISIBLE_MS
    world.tick(64)
    assert world.situation.incident(name) is ended
    made = world.tick(65)
    assert facts.IncidentClosed(incident=name, outcome="restored") in made
    assert world.situation.incident(name) is None
    assert len(world.situation.reports) == 0
    status = world.situation.status(receipt)
    assert status is not None
    assert (status.state, status.incident, status.received_ms) == ("restored", ended.key, 0)
    assert world.journal.read(status.position - 1, 1)[0].fact.receipt == f"{receipt:014d}"  # type: ignore[union-attr]


def test_a_report_from_before_the_restoration_is_answered_by_it_however_late() -> None:
    world = World()
    for premise in range(5):
        world.report(premise)
    world.tick(0)
    name = world.open()[0].id
    world.act(facts.IncidentRestored, at=30, incident=name)
    world.tick(30)
    late = world.report(5, at=29)
    new = world.report(4, at=31)
    made = world.tick(31)
    closed = facts.ReportClosed(receipt=receipt_text(receipt_number(late)), outcome="restored", incident=name)
    assert closed in made
    (incident,) = world.open()
    assert incident.id != name
    assert incident.reports == {receipt_number(new)}
    world.tick(120)
    late = world.report(5, at=28)
    made = world.tick(120)
    assert not any(isinstance(fact, facts.IncidentOpened) for fact in made)
    status = world.situation.status(receipt_number(late))
    assert status is not None
    assert status.state == "restored"


def test_evidence_joins_what_it_shows_to_be_one_and_keeps_the_older_name() -> None:
    world = World()
    world.report(0)
    world.report(23)
    world.tick(0)
    before = [i.id for i in world.open()]
    for premise in (3, 6, 9, 12, 15, 18, 21):
        world.report(premise)
    world.tick(1)
    (incident,) = world.open()
    assert incident.id in before
    fuse = world.tree.path(0)[1]
    assert incident.device == fuse
    assert incident.customers_out == 24


def test_an_incident_whose_reports_are_all_withdrawn_is_closed() -> None:
    world = World()
    receipts = [world.report(p) for p in (0, 1)]
    world.tick(0)
    name = world.open()[0].id
    for receipt in receipts:
        world.act(facts.ReportWithdrawn, receipt=receipt)
    made = world.tick(1)
    assert facts.IncidentClosed(incident=name, outcome="withdrawn") in made
    assert world.open() == []
    assert world.situation.totals.withdrawn == 2
    status = world.situation.status(receipt_number(receipts[0]))
    assert status is not None
    assert (status.state, status.incident) == ("withdrawn", -1)


def test_nothing_new_means_nothing_but_a_tick() -> None:
    world = World()
    world.report(0)
    world.tick(0)
    tick, decided = world.tick(0)
    assert isinstance(tick, Tick)
    assert isinstance(decided, facts.Decided)


@pytest.mark.parametrize("cut", ["before the news", "after the news", "after the facts"])
def test_a_kill_anywhere_changes_no_fact(cut: str) -> None:
    """Deciding twice is deciding once: every tick of a storm is cut short once, at every place."""

    def storm(world: World, killed: int) -> None:
        rng = Random(5)
        for step in range(7):
            for _ in range(6):
                world.report(rng.randrange(24), rng.choice([Symptom.LIGHTS_OUT] * 4 + [Symptom.WATER, Symptom.TREE]))
            if step > 3 and world.open():
                world.act(rng.choice([facts.IncidentConfirmed, facts.IncidentRestored]), incident=world.open()[0].id)
            world.now_ms += MINUTE_MS
            if step == killed:
                kill(world)
            world.tick()

    def kill(world: World) -> None:
        news: list[News] = list(world.news)
        if cut != "before the news":
            world.take_in()
        if cut == "after the facts":
            world.tick()
            news = []
        counter = world.counter
        world.start()
        world.news, world.counter = news, counter  # the door gives again what the journal may have already

    straight = World()
    storm(straight, -1)
    meant = [e.fact for e in straight.entries() if not isinstance(e.fact, Tick | facts.Decided)]
    for killed in range(7):
        world = World()
        storm(world, killed)
        said = [e.fact for e in world.entries() if not isinstance(e.fact, Tick | facts.Decided)]
        assert said == meant


@pytest.mark.parametrize("killed", [False, True])
def test_an_incident_whose_last_report_is_withdrawn_ends_though_the_decider_was_killed_meanwhile(killed: bool) -> None:
    world = World()
    receipt = world.report(30)
    stands_by = world.report(30, Symptom.TREE)
    world.tick(0)
    assert len(world.open()) == 1
    world.act(facts.ReportWithdrawn, receipt=receipt)
    if killed:
        world.take_in()
        world.start()
    made = world.tick(1)
    assert world.open() == []
    assert [fact.receipts_dropped for fact in made if isinstance(fact, facts.IncidentChanged)] == [
        [receipt_text(receipt_number(stands_by))]
    ]


def test_two_streets_stay_two_incidents_while_rates_are_searched_for() -> None:
    world = small_world()
    for premise in range(4):
        world.report(premise, at=1)
    world.tick(1)
    for premise in range(12, 24):
        world.report(premise, at=4)
    shown: list[dict[str, int]] = []
    while not shown or world.decider.next_due_ms() == world.situation.at_ms:
        world.tick(4)
        shown.append({incident.id: incident.device for incident in world.open()})
    assert len(shown) == len(STARTS)
    assert len(shown[0]) == 2
    assert all(later == shown[0] for later in shown)


def test_who_is_behind_matches_and_watches_dangers_and_explains_later() -> None:
    hurried, steady = World(), World()
    for world in (hurried, steady):
        world.tick(0)
        for premise in range(0, 12, 2):
            world.report(premise, at=1)
        danger = world.report(3, Symptom.WIRE_DOWN, at=1)
        made = world.tick(1, explain=world is steady)
        assert next(fact.receipt for fact in made if isinstance(fact, facts.ReportMatched)) == danger
        assert receipt_number(danger) in world.situation.safety
        world.metered([(premise, "G", 0) for premise in range(12, 20)], at=1)
        world.tick(2, explain=world is steady)
    assert hurried.open() == []
    assert hurried.situation.totals.matched == 7
    assert hurried.situation.explained_ms == START_MS
    assert hurried.decider.next_due_ms() == hurried.situation.at_ms, "what was put off is due at once"
    hurried.rest()
    steady.rest()
    assert hurried.situation.explained_ms == hurried.now_ms
    shown = [{(one.device, frozenset(one.reports)) for one in world.open()} for world in (hurried, steady)]
    assert shown[0] == shown[1]
    assert hurried.situation.customers_out == steady.situation.customers_out == 24


@pytest.mark.parametrize("says", ["a person", "telemetry", "nobody, after a start"])
def test_what_is_looked_for_at_once_is_explained_however_far_behind(says: str) -> None:
    world = World()
    world.report(0)
    world.tick(0)
    name = world.open()[0].id
    world.report(30)
    if says == "a person":
        world.act(facts.IncidentConfirmed, incident=name)
    elif says == "telemetry":
        states = facts.DeviceStatesReceived(
            receipt="00000000000099", partner="scada", devices=[world.device_name(0, 2)], states="C", at_ms=[START_MS]
        )
        world.say(states)
    else:
        world.take_in()
        world.start()
    (tick, *_) = world.tick(1, explain=False)
    assert isinstance(tick, Tick)
    assert tick.explains
    assert sum(len(incident.reports) for incident in world.open()) == 2


def test_a_kill_before_what_was_put_off_is_explained_changes_no_fact() -> None:
    """Links, too, are looked at in the first tick of each five minutes that explains, whichever tick reached them."""

    def said(*, killed: bool) -> list[facts.AnyFact]:
        world, rng = World(), Random(8)
        world.tick(0)
        for minute in range(1, 12):
            for _ in range(5):
                world.report(rng.randrange(24), at=minute)
            world.metered([(rng.randrange(24), "G", 0) for _ in range(6)], at=minute)
            world.tick(minute, explain=minute % 3 == 0)
            if killed and minute % 3 == 2:
                world.start()
        world.rest()
        return [entry.fact for entry in world.entries()]

    assert said(killed=True) == said(killed=False)
