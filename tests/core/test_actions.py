from typing import Any

import pytest

from stormops.core import entry as facts
from stormops.core.actions import ACTIONS
from stormops.core.entry import AnyFact
from stormops.core.incident import Incident
from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.core.report import Symptom
from tests.core.english import all_english, english
from tests.core.radial import radial_city
from tests.core.storms import settled
from tests.core.world import MINUTE_MS, START_MS, World

STREET = (0, 3, 6, 9, 12, 15, 18, 21)
"""Houses below the first fuse, two a transformer."""


def dark_street(world: World) -> Incident:
    """The first street out, explained by its fuse."""
    for premise in STREET:
        world.report(premise)
    world.tick(0)
    (incident,) = world.open()
    assert incident.device == world.tree.path(0)[1]
    return incident


def refusal(world: World, kind: type[facts.Action], **fields: Any) -> tuple[str, str]:
    """Code and sentence of what must be refused; and nothing else changes."""
    world.rest()
    before = {i.id: (i.state, sorted(i.reports), i.customers_out) for i in world.situation.incidents.values()}
    action = world.act(kind, **fields)
    made = world.tick()
    (refused,) = [fact for fact in made if isinstance(fact, facts.ActionRefused)]
    assert refused.action == action
    assert english(refused.text).endswith(".")
    assert world.situation.refusals[-1] == (action, refused.code, refused.text, world.now_ms)
    after = {i.id: (i.state, sorted(i.reports), i.customers_out) for i in world.situation.incidents.values()}
    assert after == before
    assert len(made) == 3
    return refused.code, english(refused.text)


def kinds(made: list[AnyFact]) -> list[str]:
    return [type(fact).__name__ for fact in made]


# --- confirm ---------------------------------------------------------------------------------------------


def test_a_confirmed_incident_names_who_confirmed_it_and_keeps_its_device() -> None:
    world = World()
    incident = dark_street(world)
    device = incident.device
    world.act(facts.IncidentConfirmed, incident=incident.id)
    world.tick(1)
    assert (incident.state, incident.confirmed_by, incident.held) == ("confirmed", "dora", True)
    assert incident.device == device


def test_confirming_at_another_device_moves_the_incident_and_lets_go_of_other_reports() -> None:
    world = World()
    incident = dark_street(world)
    world.act(facts.IncidentConfirmed, incident=incident.id, device=world.device_name(0))
    world.tick(1)
    assert incident.customers_out == 6
    here = {world.situation.reports.premise[world.situation.reports.row_of[r]] for r in incident.reports}
    assert here == {0, 3}
    (other,) = [i for i in world.open() if i is not incident]
    assert len(other.reports) == 6
    assert world.situation.coverage.owner(0, 0) == incident.key
    assert world.situation.coverage.owner(0, 6) == other.key


def test_confirming_above_takes_over_what_evidence_made_below() -> None:
    world = World()
    for premise in (0, 1, 2, 30, 31, 32):
        world.report(premise, at=-30)
    world.tick(0)
    one, other = world.open()
    world.act(facts.IncidentConfirmed, incident=one.id, device=world.device_name(0, 2))
    made = world.tick(1)
    assert facts.IncidentAbsorbed(incident=other.id, into=one.id) in made
    assert world.open() == [one]
    assert len(one.reports) == 6
    assert one.customers_out == len(world.tree.below(one.device))


def test_new_reports_below_a_confirmed_device_join_it() -> None:
    world = World()
    incident = dark_street(world)
    world.act(facts.IncidentConfirmed, incident=incident.id)
    world.tick(1)
    receipts = {receipt_number(world.report(premise)) for premise in range(24)}
    made = world.tick(2)
    assert world.open() == [incident]
    first = world.situation.later.first  # some of these houses had called minutes before
    assert {first(receipt) for receipt in receipts} <= incident.reports
    assert len(incident.reports) == 24
    assert "IncidentOpened" not in kinds(made)


def test_evidence_never_moves_what_people_confirmed() -> None:
    world = World()
    world.report(0)
    world.tick(0)
    (incident,) = world.open()
    world.act(facts.IncidentConfirmed, incident=incident.id, device=world.device_name(0))
    world.tick(1)
    for premise in range(6, 48):
        world.report(premise)
    world.tick(2)
    assert incident.live
    assert incident.customers_out == 6
    assert incident.device == world.tree.path(0)[0]
    assert len(world.open()) > 1


def test_two_incidents_confirmed_at_one_device_are_one() -> None:
    world = World()
    for premise in (0, 1, 2, 18, 19, 20):
        world.report(premise)
    world.tick(0)
    incidents = world.open()
    first = incidents[0]
    world.act(facts.IncidentConfirmed, incident=first.id, device=world.device_name(0, 0))
    world.tick(1)
    others = [i for i in world.open() if i is not first]
    for other in others:
        world.act(facts.IncidentConfirmed, incident=other.id, device=world.device_name(18, 0))
    world.act(facts.IncidentConfirmed, incident=first.id, device=world.device_name(0, 1))
    world.tick(2)
    held = [i for i in world.open() if i is not first]
    world.act(facts.IncidentConfirmed, incident=held[0].id, device=world.device_name(0, 1))
    made = world.tick(3)
    assert facts.IncidentAbsorbed(incident=held[0].id, into=first.id, by="dora") in made
    assert world.open() == [first]
    assert len(first.reports) == 6


def test_what_cannot_be_confirmed_is_refused_with_a_sentence() -> None:
    world = World()
    incident = dark_street(world)
    far = world.device_name(24, 1)
    confirm = facts.IncidentConfirmed
    assert refusal(world, confirm, incident="E-0099")[0] == "unknown_incident"
    assert refusal(world, confirm, incident="nonsense")[0] == "unknown_incident"
    assert refusal(world, confirm, incident=incident.id, device="no-such")[0] == "unknown_device"
    assert refusal(world, confirm, incident=incident.id, device=far)[0] == "device_elsewhere"
    world.act(facts.IncidentRestored, incident=incident.id)
    world.tick(5)
    code, text = refusal(world, confirm, incident=incident.id)
    assert (code, text) == ("wrong_state", f"{incident.id} is restored and takes no more steps.")
    world.tick(70)
    code, text = refusal(world, confirm, incident=incident.id)
    assert (code, text) == ("incident_closed", f"{incident.id} is closed (restored).")


def test_a_water_incident_has_no_device_to_confirm_at() -> None:
    world = World()
    world.report(0, Symptom.WATER)
    world.tick(0)
    name = world.open()[0].id
    assert refusal(world, facts.IncidentConfirmed, incident=name, device=world.device_name(0))[0] == "device_elsewhere"
    world.act(facts.IncidentConfirmed, incident=name)
    world.tick(1)
    assert world.open()[0].state == "confirmed"


def test_a_confirmed_cluster_grows_and_is_never_split_by_evidence() -> None:
    world = World()
    for premise in range(6):
        world.report(premise, Symptom.WATER)
    world.tick(0)
    incident = world.open()[0]
    world.act(facts.IncidentConfirmed, incident=incident.id)
    world.tick(1)
    before = set(incident.reports)
    for premise in range(6, 10):
        world.report(premise, Symptom.WATER)
    world.tick(2)
    assert before < incident.reports
    assert {world.situation.coverage.owner(1, p) for p in range(6)} == {incident.key}


def test_an_action_sent_through_two_doors_acts_once() -> None:
    world = World()
    incident = dark_street(world)
    world.act(facts.IncidentRestored, incident=incident.id)
    world.news.append(world.news[-1]._replace(door="other", counter=1))
    made = world.tick(1)
    assert kinds(made).count("IncidentStepped") == 1
    assert "ActionRefused" not in kinds(made)


# --- restore -----------------------------------------------------------------------------------------------


def test_restoring_a_part_brings_those_below_back_and_answers_them() -> None:
    world = World()
    incident = dark_street(world)
    world.act(facts.IncidentRestored, at=10, incident=incident.id, device=world.device_name(0))
    world.tick(10)
    assert incident.state == "partly_restored"
    assert (incident.customers_out, incident.customers_restored, incident.answered) == (18, 6, 2)
    assert world.situation.totals.customers_restored == 6
    assert world.situation.coverage.owner(0, 0) == -1
    assert world.situation.coverage.owner(0, 6) == incident.key


def test_a_report_from_where_service_came_back_is_a_nested_incident() -> None:
    world = World()
    incident = dark_street(world)
    world.act(facts.IncidentConfirmed, at=9, incident=incident.id)
    world.act(facts.IncidentRestored, at=10, incident=incident.id, device=world.device_name(0))
    world.tick(10)
    late, new = world.report(1, at=9), world.report(2, at=11)
    made = world.tick(12)
    answered = facts.ReportClosed(receipt=receipt_text(receipt_number(late)), outcome="restored", incident=incident.id)
    assert answered in made
    assert receipt_number(late) in incident.reports
    (nested,) = [i for i in world.open() if i is not incident]
    assert nested.reports == {receipt_number(new)}
    assert world.situation.coverage.owner(0, 6) == incident.key


def test_restoring_every_part_restores_the_whole() -> None:
    world = World()
    incident = dark_street(world)
    for transformer in (0, 6, 12):
        world.act(facts.IncidentRestored, incident=incident.id, device=world.device_name(transformer))
    world.tick(1)
    assert incident.state == "partly_restored"
    world.act(facts.IncidentRestored, incident=incident.id, device=world.device_name(18))
    world.tick(2)
    assert incident.state == "restored"
    assert world.situation.customers_out == 0
    assert world.situation.totals.customers_restored == 24
    assert world.situation.totals.open == 0


def test_restoring_above_restores_the_whole() -> None:
    world = World()
    incident = dark_street(world)
    world.act(facts.IncidentRestored, incident=incident.id, device=world.device_name(0, 2))
    world.tick(1)
    assert incident.state == "restored"
    assert world.situation.customers_out == 0


def test_a_nested_outage_restored_leaves_its_customers_in_the_outer_one() -> None:
    world = World()
    for premise in (0, 1, 2, 3):
        world.report(premise)
    world.tick(0)
    inner = world.open()[0]
    world.act(facts.IncidentConfirmed, incident=inner.id, device=world.device_name(0))
    world.tick(1)
    for premise in range(6, 24):
        world.report(premise)
    world.tick(2)
    outer = next(i for i in world.open() if i is not inner)
    world.act(facts.IncidentConfirmed, incident=outer.id, device=world.device_name(6, 1))
    world.tick(3)
    assert (inner.customers_out, outer.customers_out) == (6, 18)
    world.act(facts.IncidentRestored, incident=inner.id)
    world.tick(4)
    assert (inner.customers_out, outer.customers_out) == (0, 24)
    world.act(facts.IncidentRestored, incident=outer.id)
    world.tick(5)
    assert world.situation.customers_out == 0


def test_a_nested_outage_restored_is_back_in_an_outer_one_that_is_partly_back() -> None:
    """The outer device has power, or nothing below it would have: people's newer word is not lost in it."""
    world = World()
    for premise in (0, 1, 2, 3):
        world.report(premise)
    world.tick(0)
    inner = world.open()[0]
    world.act(facts.IncidentConfirmed, incident=inner.id, device=world.device_name(0))
    world.tick(1)
    for premise in range(6, 24):
        world.report(premise)
    world.tick(2)
    outer = next(i for i in world.open() if i is not inner)
    world.act(facts.IncidentConfirmed, incident=outer.id, device=world.device_name(6, 1))
    world.act(facts.IncidentRestored, at=10, incident=outer.id, device=world.device_name(6))
    world.tick(10)
    assert (inner.customers_out, outer.customers_out) == (6, 12)
    world.act(facts.IncidentRestored, at=20, incident=inner.id)
    world.tick(20)
    assert inner.state == "restored"
    assert (outer.state, outer.customers_out) == ("partly_restored", 12)
    assert world.situation.customers_out == 12
    assert world.replayed().digest() == world.situation.digest()
    for transformer in (12, 18):
        world.act(facts.IncidentRestored, at=30, incident=outer.id, device=world.device_name(transformer))
    world.tick(30)
    assert outer.state == "restored"


def test_what_people_saw_closed_is_no_cause_of_what_is_out_below() -> None:
    """Two houses of a restored street call: their transformers failed before, and its fuse was closed since."""
    world = World(radial_city(feeders=3, laterals=8, transformers=4, houses=6))
    for premise in range(0, 192, 5):
        world.report(premise, at=1 + premise / 20)
    world.tick(20)
    (incident,) = world.open()
    breaker, fuse = world.device_name(0, 2), world.device_name(0, 1)
    world.act(facts.IncidentConfirmed, at=30, incident=incident.id, device=breaker)
    world.tick(30)
    for lateral in range(6):
        name = world.device_name(24 * lateral, 1)
        world.act(facts.IncidentRestored, at=180, incident=incident.id, device=name)
    world.tick(180)
    closed = world.situation.closed_ms
    assert {closed[world.situation.device_of[name]] for name in (breaker, fuse)} == {START_MS + 180 * MINUTE_MS}
    for minute, premise in ((185, 5), (190, 11)):
        world.report(premise, at=minute)
        world.tick(minute)
    assert world.situation.device_of[fuse] not in [i.device for i in world.open()]
    assert world.situation.customers_out < 48 + 24
    settled(world)


def test_what_was_reported_after_the_crew_spoke_is_not_answered_by_it() -> None:
    """The desk's door may be drained after the report's, though the restoration came first."""
    world = World()
    incident = dark_street(world)
    world.act(facts.IncidentConfirmed, incident=incident.id)
    world.tick(1)
    new = receipt_number(world.report(4, at=11))
    world.tick(11)
    assert new in incident.reports
    world.act(facts.IncidentRestored, at=10, incident=incident.id)
    world.tick(11)
    assert incident.state == "restored"
    (nested,) = world.open()
    assert nested.reports == {new}


def test_what_cannot_be_restored_is_refused() -> None:
    world = World()
    incident = dark_street(world)
    restore = facts.IncidentRestored
    assert refusal(world, restore, incident="E-0099")[0] == "unknown_incident"
    assert refusal(world, restore, incident=incident.id, device="no-such")[0] == "unknown_device"
    assert refusal(world, restore, incident=incident.id, device=world.device_name(24))[0] == "device_elsewhere"
    world.act(restore, incident=incident.id, device=world.device_name(0))
    world.tick(1)
    assert refusal(world, restore, incident=incident.id, device=world.device_name(0))[0] == "already_restored"
    world.report(0, Symptom.WATER)
    world.tick(2)
    assert refusal(world, restore, incident="W-0001", device=world.device_name(0))[0] == "device_elsewhere"


# --- cancel ------------------------------------------------------------------------------------------------


def test_a_cancelled_incident_answers_its_reports_and_they_never_reopen_it() -> None:
    world = World()
    incident = dark_street(world)
    receipt = next(iter(incident.reports))
    world.act(facts.IncidentCancelled, at=5, incident=incident.id)
    world.tick(5)
    assert (incident.state, incident.customers_out, incident.customers_restored) == ("cancelled", 0, 0)
    assert world.situation.totals.customers_restored == 0
    for minute in (6, 30, 66, 200):
        made = world.tick(minute)
        assert "IncidentOpened" not in kinds(made)
    status = world.situation.status(receipt)
    assert status is not None
    assert status.state == "cancelled"
    assert refusal(world, facts.IncidentCancelled, incident=incident.id)[0] == "incident_closed"


def test_a_report_after_the_cancellation_is_a_new_incident() -> None:
    world = World()
    incident = dark_street(world)
    world.act(facts.IncidentCancelled, at=5, incident=incident.id)
    world.tick(5)
    world.report(0, at=6)
    world.tick(6)
    assert [i.id for i in world.open()] == ["E-0002"]


# --- reports -----------------------------------------------------------------------------------------------


def test_a_report_placed_by_hand_counts_where_it_was_placed() -> None:
    world = World()
    receipt = world.report(-1, address="by the old mill")
    world.tick(0)
    assert world.situation.totals.unmatched_open == 1
    world.act(facts.ReportPlaced, receipt=receipt, premise="P7")
    made = world.tick(1)
    (matched,) = [fact for fact in made if isinstance(fact, facts.ReportMatched)]
    assert (matched.premise, matched.rule, all_english(matched.reasons)) == ("P7", "placed", ["Placed by dora: seen"])
    (incident,) = world.open()
    assert incident.reports == {receipt_number(receipt)}
    assert world.situation.totals.unmatched_open == 0


def test_a_report_placed_elsewhere_leaves_its_incident() -> None:
    world = World()
    receipt = world.report(0)
    world.tick(0)
    first = world.open()[0].id
    world.act(facts.ReportPlaced, receipt=receipt, premise="P140")
    world.tick(1)
    (incident,) = world.open()
    assert world.situation.coverage.owner(0, 140) == incident.key
    assert world.situation.coverage.owner(0, 0) == -1
    assert world.situation.totals.matched == 1
    assert first in (incident.id, "E-0001")


def test_a_bare_incident_that_people_hold_is_closed_unless_confirmed() -> None:
    city = radial_city()
    for lone in (0, 100):  # Nothing can join these two: no network, no place.
        city.premises.bus[lone] = -1
        city.premises.lon[lone] = float("nan")
    world = World(city)
    receipts = [world.report(p) for p in (0, 100)]
    world.tick(0)
    one, other = world.open()
    world.act(facts.IncidentsMerged, into=one.id, incidents=[other.id])
    world.tick(1)
    for receipt in receipts:
        world.act(facts.ReportWithdrawn, receipt=receipt)
    made = world.tick(2)
    assert facts.IncidentClosed(incident=one.id, outcome="withdrawn") in made
    world.report(50)
    world.tick(3)
    seen = world.open()[0]
    world.act(facts.IncidentConfirmed, incident=seen.id)
    world.act(facts.ReportWithdrawn, receipt=receipt_text(next(iter(seen.reports))))
    world.tick(4)
    assert world.open() == [seen]


@pytest.mark.parametrize("receipt", ["", "x", "99999999999999", "-1", "١٢", "1" * 40, "00-0000-0000-009-9"])
def test_an_unknown_receipt_is_refused_whatever_it_is(receipt: str) -> None:
    world = World()
    assert refusal(world, facts.ReportWithdrawn, receipt=receipt)[0] == "unknown_report"
    assert refusal(world, facts.ReportPlaced, receipt=receipt, premise="P1")[0] == "unknown_report"


def test_a_report_that_is_closed_or_a_premise_that_is_not_there_is_refused() -> None:
    world = World()
    receipt = world.report(0)
    world.tick(0)
    assert refusal(world, facts.ReportPlaced, receipt=receipt, premise="nowhere")[0] == "unknown_premise"
    world.act(facts.ReportWithdrawn, receipt=receipt)
    world.tick(1)
    code, text = refusal(world, facts.ReportWithdrawn, receipt=receipt)
    assert (code, text) == ("report_closed", f"Report {receipt} is already withdrawn.")
    again = world.report(1)
    world.tick(2)
    world.act(facts.IncidentRestored, incident=world.open()[0].id)
    world.tick(3)
    assert refusal(world, facts.ReportWithdrawn, receipt=again)[0] == "report_closed"


def test_the_receipt_of_a_repeated_report_acts_on_the_report() -> None:
    world = World()
    first, second = world.report(0, key="k"), world.report(0, key="k")
    world.tick(0)
    world.act(facts.ReportWithdrawn, receipt=second)
    world.tick(1)
    status = world.situation.status(receipt_number(first))
    assert status is not None
    assert status.state == "withdrawn"


# --- every action ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", facts.Action.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_action_that_can_be_taken_is_known_here(kind: type[facts.Action]) -> None:
    assert kind in ACTIONS


def test_asking_for_a_situation_report_decides_nothing() -> None:
    world = World()
    dark_street(world)
    world.act(facts.SituationReportRequested)
    assert kinds(world.tick(0.01)) == ["Tick", "Decided"]


def test_every_kind_of_action_has_its_answer() -> None:
    """An action that nobody answers would stop operations each time that it is read."""
    assert set(ACTIONS) == set(facts.Action.__subclasses__())
