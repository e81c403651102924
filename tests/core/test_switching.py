"""Switching as deciding takes it: who goes dark, who is fed round, what becomes of incidents and reports."""

from __future__ import annotations

import pytest

from stormops.core import entry as facts
from stormops.core.entry import DeviceStatesReceived
from stormops.core.holding import ancestors
from stormops.core.incident import State
from stormops.core.network import EdgeKind
from stormops.core.network_groups import Explanations
from stormops.core.report import Symptom
from tests.core.english import all_english
from tests.core.radial import radial_city
from tests.core.storms import consistent, settled
from tests.core.world import MINUTE_MS, START_MS, World

CITY = radial_city(feeders=3, laterals=4, transformers=3, houses=4, ties=True)
"""Feeders of 48 houses, 24 before the switch in the trunk and 24 behind it; ties join the ends of the trunks."""

NET = CITY.network
MIDDLE, NEXT_MIDDLE = (NET.edge_id[e] for e in ((NET.edge_kind == EdgeKind.SWITCH) & ~NET.edge_open).nonzero()[0][:2])
TIE, OTHER_TIE = (NET.edge_id[e] for e in NET.edge_open.nonzero()[0])
NEAR, FAR = range(24), range(24, 48)


@pytest.fixture
def world() -> World:
    return World(CITY)


def operate(world: World, device: str, at: float, *, opened: bool) -> list[facts.AnyFact]:
    world.act(facts.SwitchOperated, at, device=device, open=opened)
    return decided(world, at)


def decided(world: World, at: float) -> list[facts.AnyFact]:
    made = world.tick(at)
    consistent(world)
    return made


def out(world: World) -> set[int]:
    owners = world.situation.coverage.owners(0)
    return set() if owners is None else set((owners >= 0).nonzero()[0].tolist())


def telemetry(world: World, device: str, letter: str, at: float) -> None:
    at_ms = START_MS + round(at * MINUTE_MS)
    receipt = f"{world.counter + 1:014d}"
    world.say(
        DeviceStatesReceived(receipt=receipt, partner="scada", devices=[device], states=letter, at_ms=[at_ms]), at
    )
    decided(world, at)


def breaker(world: World, premise: int = 0) -> str:
    return world.device_name(premise, 2)


def test_who_is_behind_what_a_person_opened_is_known_out_and_no_prediction(world: World) -> None:
    operate(world, MIDDLE, 1, opened=True)
    (incident,) = world.open()
    assert out(world) == set(FAR)
    assert (incident.state, incident.held, incident.confirmed_by) == (State.CONFIRMED, True, "dora")
    assert all_english(incident.reasons) == [f"The switch {MIDDLE} was opened by dora: seen"]
    assert incident.since_ms == START_MS + MINUTE_MS
    world.report(30, at=2)
    decided(world, 3)
    assert world.open() == [incident]
    assert incident.told == 1


def test_a_tie_brings_the_far_customers_back_and_answers_what_they_said_before(world: World) -> None:
    operate(world, MIDDLE, 1, opened=True)
    (incident,) = world.open()
    receipt = world.report(30, at=2)
    decided(world, 3)
    operate(world, TIE, 10, opened=False)
    assert out(world) == set()
    assert incident.state is State.RESTORED
    status = world.situation.status(int(receipt))
    assert status is not None
    assert status.state == "restored"
    assert world.situation.totals.customers_restored == len(FAR)
    settled(world)


def test_who_is_fed_round_a_device_shows_nothing_of_it_and_closing_it_shows_that_it_was_closed(world: World) -> None:
    operate(world, MIDDLE, 1, opened=True)
    (incident,) = world.open()
    operate(world, TIE, 10, opened=False)
    assert incident.state is State.RESTORED
    assert not world.situation.closed_ms
    operate(world, breaker(world, 48), 11, opened=True)
    operate(world, breaker(world, 48), 12, opened=False)
    assert world.situation.closed_ms == {world.situation.device_of[breaker(world, 48)]: START_MS + 12 * MINUTE_MS}


def test_a_tree_traced_anew_keeps_when_devices_were_closed(world: World) -> None:
    fuse = world.device_name(60, 1)
    for premise in range(60, 72, 2):
        world.report(premise, at=1)
    decided(world, 20)
    (fault,) = world.open()
    world.act(facts.IncidentConfirmed, 21, incident=fault.id, device=fuse)
    world.act(facts.IncidentRestored, 22, incident=fault.id)
    decided(world, 22)
    assert world.situation.device_of[fuse] in world.situation.closed_ms
    operate(world, MIDDLE, 30, opened=True)
    operate(world, TIE, 31, opened=False)
    kept = world.decider.network.grouper
    assert isinstance(kept, Explanations)
    inference = kept.inference
    for row, at_ms in world.situation.closed_ms.items():
        assert inference.closed_ms[inference.places.place[row]] == at_ms


def test_after_a_fault_only_who_is_near_it_stays_out(world: World) -> None:
    for premise in [*range(0, 24, 3), *range(24, 48, 3)]:
        world.report(premise, at=1)
    decided(world, 20)
    (fault,) = world.open()
    assert world.situation.device_ids[fault.device] == breaker(world)
    world.act(facts.IncidentConfirmed, 21, incident=fault.id)
    decided(world, 21)
    operate(world, MIDDLE, 25, opened=True)
    assert fault.customers_out == len(NEAR)
    assert out(world) == {*NEAR, *FAR}
    operate(world, TIE, 30, opened=False)
    assert out(world) == set(NEAR)
    assert [incident.id for incident in world.open()] == [fault.id]
    assert fault.state is State.CONFIRMED
    later = world.report(40, at=40)
    decided(world, 41)
    report = world.situation.report(int(later))
    assert report is not None
    assert report.incident != fault.key, "who calls later is out by another cause"
    settled(world)


def test_what_people_confirmed_open_is_gone_round_when_a_tie_closes(world: World) -> None:
    for premise in range(0, 48, 3):
        world.report(premise, at=1)
    decided(world, 20)
    (fault,) = world.open()
    world.act(facts.IncidentConfirmed, 21, incident=fault.id)
    decided(world, 21)
    made = operate(world, TIE, 30, opened=False)
    assert [fact.source for fact in made if isinstance(fact, facts.SwitchChanged)] == ["confirmed", "person"]
    assert out(world) == set()
    assert fault.state is State.RESTORED
    settled(world)
    row = world.situation.device_of[breaker(world)]
    assert world.situation.switches[row].opened, "nobody closed it"
    operate(world, breaker(world), 31, opened=False)
    assert world.situation.switchgear.parallel(world.situation.tree, world.situation.device_of[TIE])


def test_what_was_open_because_an_incident_said_so_closes_with_it(world: World) -> None:
    for premise in range(0, 48, 3):
        world.report(premise, at=1)
    decided(world, 20)
    (fault,) = world.open()
    world.act(facts.IncidentConfirmed, 21, incident=fault.id)
    decided(world, 21)
    operate(world, MIDDLE, 22, opened=True)
    operate(world, TIE, 30, opened=False)
    operate(world, MIDDLE, 31, opened=False)
    assert not world.open(), "the near customers are fed from behind, since the breaker is open"
    operate(world, MIDDLE, 32, opened=True)
    (incident,) = world.open()
    assert out(world) == set(NEAR)
    world.act(facts.IncidentRestored, 33, incident=incident.id)
    decided(world, 33)
    assert out(world) == set(NEAR), "whom switching left dark, switching brings back"


def test_a_tie_closed_first_makes_a_ring_and_opening_then_costs_nobody_service(world: World) -> None:
    operate(world, TIE, 1, opened=False)
    tree = world.situation.tree
    assert world.situation.switchgear.parallel(tree, world.situation.device_of[TIE])
    operate(world, MIDDLE, 2, opened=True)
    assert not world.open()
    assert out(world) == set()
    for premise in FAR:
        above = world.situation.tree.path(premise)[-1]
        assert world.situation.device_ids[above] == breaker(world, 48)


def test_moved_customers_are_explained_by_the_feeder_that_feeds_them_now(world: World) -> None:
    operate(world, TIE, 1, opened=False)
    operate(world, MIDDLE, 2, opened=True)
    for premise in [*range(24, 48, 2), *range(48, 96, 2)]:
        world.report(premise, at=10)
    decided(world, 30)
    (incident,) = world.open()
    assert world.situation.device_ids[incident.device] == breaker(world, 48)
    assert incident.customers_out == 72
    settled(world)


def test_an_incident_below_what_moves_keeps_its_name_and_its_reports(world: World) -> None:
    street = range(36, 48)
    for premise in street:
        world.report(premise, at=1)
    decided(world, 20)
    (fuse,) = world.open()
    before = set(fuse.reports)
    operate(world, TIE, 21, opened=False)
    operate(world, MIDDLE, 22, opened=True)
    assert [incident.id for incident in world.open()] == [fuse.id]
    assert (fuse.reports, out(world)) == (before, set(street))
    operate(world, MIDDLE, 23, opened=False)
    operate(world, TIE, 24, opened=True)
    assert [incident.id for incident in world.open()] == [fuse.id]
    assert (fuse.reports, out(world)) == (before, set(street))
    settled(world)


def test_who_is_moved_from_below_what_was_seen_closed_no_longer_says_so(world: World) -> None:
    for premise in range(48):
        world.report(premise, at=1)
    decided(world, 20)
    (all_out,) = world.open()
    world.act(facts.DeviceSeenClosed, at=21, incident=all_out.id, device=breaker(world))
    decided(world, 21)
    seen = f"{breaker(world)} was seen closed, says dora."
    assert all(seen in all_english(incident.reasons) for incident in world.open())
    operate(world, TIE, 22, opened=False)
    operate(world, MIDDLE, 23, opened=True)
    above = {one.id: ancestors(world.situation.tree, one.device)[-1] for one in world.open()}
    fed_by = {name: world.situation.device_ids[device] for name, device in above.items()}
    assert set(fed_by.values()) == {breaker(world), breaker(world, 48)}
    for incident in world.open():
        assert (seen in all_english(incident.reasons)) == (fed_by[incident.id] == breaker(world))
    settled(world)


def test_the_reverse_switching_takes_it_back(world: World) -> None:
    normal = world.situation.tree
    operate(world, MIDDLE, 1, opened=True)
    (incident,) = world.open()
    operate(world, MIDDLE, 2, opened=False)
    assert incident.state is State.RESTORED
    assert not world.open()
    assert world.situation.tree is normal
    assert world.situation.switchgear.abnormal(world.situation.switches) == []


def test_opening_a_tie_that_feeds_is_a_new_outage_with_that_as_its_cause(world: World) -> None:
    operate(world, MIDDLE, 1, opened=True)
    operate(world, TIE, 2, opened=False)
    operate(world, TIE, 3, opened=True)
    (incident,) = world.open()
    assert all_english(incident.reasons) == [f"The switch {TIE} was opened by dora: seen"]
    assert out(world) == set(FAR)
    operate(world, MIDDLE, 4, opened=False)
    assert incident.state is State.RESTORED
    assert not world.open()


def test_a_live_incident_at_the_device_goes_on_when_a_person_opens_it(world: World) -> None:
    for premise in range(0, 48, 3):
        world.report(premise, at=1)
    decided(world, 20)
    (fault,) = world.open()
    operate(world, breaker(world), 21, opened=True)
    assert [(incident.id, incident.state) for incident in world.open()] == [(fault.id, State.CONFIRMED)]
    operate(world, breaker(world), 22, opened=False)
    assert fault.state is State.RESTORED


def test_closing_below_what_is_still_open_brings_nobody_back(world: World) -> None:
    operate(world, breaker(world), 1, opened=True)
    operate(world, MIDDLE, 2, opened=True)
    upper, lower = world.open()
    world.report(30, at=3)
    decided(world, 3)
    assert (upper.customers_out, lower.customers_out) == (24, 24)
    operate(world, MIDDLE, 4, opened=False)
    assert [incident.id for incident in world.open()] == [upper.id]
    assert upper.told == 1
    assert world.situation.totals.customers_restored == 0
    assert out(world) == {*NEAR, *FAR}
    settled(world)


def test_what_cannot_be_operated_is_refused_in_words(world: World) -> None:
    operate(world, MIDDLE, 1, opened=True)
    (incident,) = world.open()
    wrong = [("nothing", True), (world.device_name(0), True), (MIDDLE, True), (TIE, True), (breaker(world), False)]
    for device, opened in wrong:
        world.act(facts.SwitchOperated, 2, device=device, open=opened)
    for kind in (facts.IncidentRestored, facts.IncidentCancelled):
        world.act(kind, 2, incident=incident.id)
    world.act(facts.IncidentConfirmed, 2, incident=incident.id, device=breaker(world))
    made = decided(world, 2)
    assert [fact.code for fact in made if isinstance(fact, facts.ActionRefused)] == [
        "unknown_device",
        "not_switchable",
        "already_open",
        "already_open",
        "already_closed",
        "switched_open",
        "switched_open",
        "switched_open",
    ]
    assert out(world) == set(FAR)


def test_telemetry_moves_the_tree_too(world: World) -> None:
    telemetry(world, breaker(world), "O", 1)
    (trip,) = world.open()
    assert out(world) == {*NEAR, *FAR}
    telemetry(world, TIE, "C", 5)
    assert out(world) == set()
    assert trip.state is State.RESTORED
    telemetry(world, TIE, "O", 9)
    assert out(world) == {*NEAR, *FAR}
    telemetry(world, breaker(world), "C", 12)
    assert out(world) == set()
    settled(world)


def test_of_a_persons_word_and_telemetrys_the_later_one_holds(world: World) -> None:
    telemetry(world, MIDDLE, "O", 1)
    assert out(world) == set(FAR)
    operate(world, MIDDLE, 5, opened=False)
    assert out(world) == set()
    row = world.situation.device_of[MIDDLE]
    assert world.situation.switches[row].by == "dora"
    telemetry(world, MIDDLE, "O", 6)
    assert world.situation.switches[row].by == "telemetry"
    assert out(world) == set(FAR)


def test_people_are_not_asked_whether_what_they_switched_off_is_back(world: World) -> None:
    telemetry(world, MIDDLE, "O", 1)
    telemetry(world, MIDDLE, "C", 2)
    operate(world, MIDDLE, 3, opened=True)
    (incident,) = world.open()
    telemetry(world, MIDDLE, "C", 4)
    assert incident.state is State.RESTORED
    assert not [reason for reason in all_english(incident.reasons) if "Telemetry saw" in reason]


def test_a_link_that_is_lost_moves_no_switch(world: World) -> None:
    telemetry(world, MIDDLE, "C", 1)
    operate(world, MIDDLE, 2, opened=True)
    telemetry(world, MIDDLE, "U", 3)
    assert out(world) == set(FAR)
    telemetry(world, breaker(world, 48), "O", 4)
    telemetry(world, breaker(world, 48), "U", 5)
    assert len(out(world)) == len(FAR) + 48
    settled(world)


def test_a_tie_that_telemetry_says_is_open_as_ever_is_nothing(world: World) -> None:
    telemetry(world, TIE, "O", 1)
    assert not world.open()
    assert not world.situation.switches


def test_a_wire_that_is_down_stays_where_it_is_said_to_be(world: World) -> None:
    operate(world, MIDDLE, 1, opened=True)
    world.report(30, Symptom.WIRE_DOWN, at=2)
    decided(world, 2)
    operate(world, TIE, 3, opened=False)
    assert world.situation.totals.safety_open == 0, "as with every restoration it is answered with the incident"


def test_a_restart_and_a_snapshot_know_the_switches(world: World) -> None:
    operate(world, MIDDLE, 1, opened=True)
    operate(world, NEXT_MIDDLE, 2, opened=True)
    operate(world, TIE, 3, opened=False)
    body = world.situation.snapshot()
    before = world.situation
    again = type(before)(CITY, world.tree)
    again.restore(body)
    assert again.snapshot() == body
    assert again.tree.order.tolist() == before.tree.order.tolist()
    world.start()
    decided(world, 4)
    assert world.replayed().digest() == world.situation.digest()
    operate(world, NEXT_MIDDLE, 5, opened=False)
    assert out(world) == set()
