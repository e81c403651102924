from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts.commands_work import (
    AddContact,
    MakePromise,
    OpenEscalation,
    StepEscalation,
    StepPromise,
    StepVisit,
    TakeTicket,
)
from stormops.accounts.records_work import Contact, Escalation, Promise, Visit
from tests.accounts.world import city

SOON = 2_000_000_000_000
"""A time to come, whatever day the world has, ms since 1970."""


def test_a_contact_is_kept_with_its_channel_and_relay() -> None:
    world = city()
    made = world.do(AddContact(account="a1", text="power is out", relay=True), channel="phone")["contact"]
    contact = world.get(Contact, made)
    assert (contact.channel, contact.relay, contact.by) == ("phone", True, "ann")
    assert world.refused(AddContact(account="a1", text=" ")) == "no_text"


def test_an_escalation_that_was_raised_is_closed_by_another() -> None:
    world = city()
    opened = OpenEscalation(account="a1", kind="billing", text="three bills", owner="sue", due_ms=SOON)
    assert world.refused(replace(opened, due_ms=world.envelope().at_ms)) == "not_later"
    made = world.do(opened)["escalation"]
    world.do(StepEscalation(escalation=made, step="raise", note="nobody answers", owner="max"))
    world.do(StepEscalation(escalation=made, step="acknowledge"))
    assert world.refused(StepEscalation(escalation=made, step="resolve")) == "no_text"
    world.do(StepEscalation(escalation=made, step="resolve", note="rebilled"))
    assert world.refused(StepEscalation(escalation=made, step="close")) == "maker_is_checker"
    world.do(StepEscalation(escalation=made, step="close"), "bob")
    after = world.get(Escalation, made)
    assert (after.level, after.owner) == (2, "max")


def test_danger_is_escalated_whatever_waits() -> None:
    world = city()
    world.level("escalation", "suspend")
    assert world.refused(OpenEscalation(account="a1", kind="billing", text="x", owner="s", due_ms=SOON)) == "suspended"
    made = world.do(OpenEscalation(account="a1", kind="medical", text="oxygen", owner="s", due_ms=SOON))["escalation"]
    world.do(StepEscalation(escalation=made, step="acknowledge"))


def test_a_promise_is_kept_passed_on_or_missed_in_its_time() -> None:
    world = city()
    now = world.envelope().at_ms
    assert world.refused(MakePromise(account="a1", text="call back", owner="ann", due_ms=now)) == "not_later"
    made = world.do(MakePromise(account="a1", text="call back", owner="ann", due_ms=now + 3_600_000))["promise"]
    assert world.refused(StepPromise(promise=made, step="miss")) == "not_due"
    assert world.refused(StepPromise(promise=made, step="pass_on")) == "no_owner"
    world.do(StepPromise(promise=made, step="pass_on", owner="bea"))
    world.later(1)
    world.do(StepPromise(promise=made, step="miss"))
    world.do(StepPromise(promise=made, step="keep"))
    after = world.get(Promise, made)
    assert (after.owner, after.state) == ("bea", "kept_late")


def test_a_visit_from_ticket_to_desk_or_telephone() -> None:
    world = city()
    first = world.do(TakeTicket(ticket="A1", topic="bill"))["visit"]
    assert world.refused(TakeTicket(ticket="A1", topic="bill")) == "ticket_taken"
    second = world.do(TakeTicket(ticket="A2", topic="bill", language="es"))["visit"]
    world.do(StepVisit(visit=first, step="call"))
    world.do(StepVisit(visit=first, step="serve", account="a1"))
    world.do(StepVisit(visit=first, step="finish"))
    after = world.get(Visit, first)
    assert (after.desk, after.account, after.state) == ("north", "a1", "done")
    world.do(StepVisit(visit=second, step="move_to_phone"))
    world.do(TakeTicket(ticket="A1", topic="bill"))
