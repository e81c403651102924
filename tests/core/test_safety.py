"""The clock of danger: it rises every five minutes until somebody takes the report on, whatever happens meanwhile."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core import entry as facts
from stormops.core import safety as safety_module
from stormops.core.entry import AnyFact, Entry, ReportReceived
from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.core.report import Channel, Report, Symptom
from stormops.core.safety import ESCALATE_MS, SafetyClock, due_ms, level_at, safety_first
from tests.core.english import english
from tests.core.radial import radial_city
from tests.core.world import START_MS, World


def raised(made: list[AnyFact]) -> list[tuple[str, int]]:
    return [(fact.receipt, fact.level) for fact in made if isinstance(fact, facts.SafetyEscalated)]


def name(receipt: str) -> str:
    return receipt_text(receipt_number(receipt))


@given(st.integers(0, 10**9), st.integers(0, 50))
def test_a_level_is_due_when_it_is_reached_and_not_before(received_ms: int, level: int) -> None:
    due = due_ms(received_ms, level)
    assert level_at(received_ms, due) == level + 1
    assert level_at(received_ms, due - 1) == level


def test_a_clock_has_three_states() -> None:
    assert [clock.state for clock in (SafetyClock(), SafetyClock(2), SafetyClock(2, "ann"))] == [
        "waiting",
        "escalated",
        "acknowledged",
    ]


def test_nobody_answers_and_it_gets_louder_every_five_minutes() -> None:
    world = World()
    receipt = world.report(0, Symptom.WIRE_DOWN)
    assert raised(world.tick(0)) == []
    totals = world.situation.totals
    assert (totals.safety_waiting, totals.safety_escalated) == (1, 0)
    assert world.decider.next_due_ms() == START_MS + ESCALATE_MS
    assert raised(world.tick(4.99)) == []
    assert raised(world.tick(5)) == [(name(receipt), 1)]
    assert (totals.safety_waiting, totals.safety_escalated) == (0, 1)
    assert raised(world.tick(9.9)) == []
    assert raised(world.tick(10)) == [(name(receipt), 2)]
    assert raised(world.tick(27)) == [(name(receipt), 5)], "what was slept through is said once"
    assert world.decider.next_due_ms() == START_MS + 6 * ESCALATE_MS


@pytest.mark.parametrize(
    ("symptom", "medical"),
    [(Symptom.GAS_ODOUR, False), (Symptom.ENTRAPMENT, False), (Symptom.POLE_DOWN, False), (Symptom.LIGHTS_OUT, True)],
)
def test_every_danger_and_every_medical_need_has_a_clock(symptom: Symptom, medical: bool) -> None:
    world = World()
    receipt = world.report(0, symptom, medical=medical)
    world.report(1)
    world.tick(0)
    assert list(world.situation.safety) == [receipt_number(receipt)]


def test_who_acknowledges_stops_the_clock_and_is_named() -> None:
    world = World()
    receipt = world.report(0, Symptom.GAS_ODOUR)
    world.tick(0)
    world.tick(6)
    action = world.act(facts.SafetyAcknowledged, receipt=receipt)
    made = world.tick(7)
    assert facts.SafetyClockStopped(receipt=name(receipt), action=action, by="dora") in made
    assert world.situation.safety[receipt_number(receipt)] == SafetyClock(1, "dora")
    assert raised(world.tick(60)) == []
    assert (world.situation.totals.safety_waiting, world.situation.totals.safety_escalated) == (0, 0)
    assert world.situation.totals.safety_open == 1


def test_an_acknowledgement_of_nothing_says_why() -> None:
    world = World()
    danger, lights = world.report(0, Symptom.WIRE_DOWN), world.report(1)
    world.tick(0)
    world.act(facts.SafetyAcknowledged, receipt=danger)
    world.tick(1)
    for receipt in (danger, lights, "01-0000-0000-000-7"):
        world.act(facts.SafetyAcknowledged, receipt=receipt)
    made = world.tick(2)
    refused = [fact for fact in made if isinstance(fact, facts.ActionRefused)]
    assert [fact.code for fact in refused] == ["acknowledged", "not_safety", "unknown_report"]
    assert all(english(fact.text).endswith(".") for fact in refused)


@pytest.mark.parametrize("how", ["withdrawn", "restored", "the same key", "repeated"])
def test_a_report_that_is_answered_asks_for_nobody(how: str) -> None:
    world = World()
    if how == "the same key":
        world.report(0, Symptom.WIRE_DOWN, key="k")
        receipt = world.report(0, Symptom.WIRE_DOWN, key="k")
    elif how == "repeated":
        world.report(0, Symptom.WIRE_DOWN)
        receipt = world.report(0, Symptom.WIRE_DOWN)
    else:
        for premise in range(1, 4):
            world.report(premise)
        receipt = world.report(0, Symptom.WIRE_DOWN)
    world.tick(0)
    if how == "withdrawn":
        world.act(facts.ReportWithdrawn, receipt=receipt)
    if how == "restored":
        world.act(facts.IncidentRestored, incident=world.open()[0].id)
    world.tick(1)
    assert receipt_number(receipt) not in world.situation.safety
    assert name(receipt) not in [raised_name for raised_name, _ in raised(world.tick(60))]


def test_a_restart_goes_on_where_the_clock_stood() -> None:
    straight, killed = World(), World()
    made: list[list[tuple[str, int]]] = []
    for world in (straight, killed):
        for premise in range(4):
            world.report(premise, Symptom.WIRE_DOWN)
        world.tick(0)
        world.act(facts.SafetyAcknowledged, receipt=f"{2:014d}")
        world.tick(6)
        if world is killed:
            world.start()
        assert world.decider.next_due_ms() == START_MS + 2 * ESCALATE_MS
        made.append(raised(world.tick(11)))
    assert made[0] == made[1]
    assert [level for _, level in made[0]] == [2, 2, 2]


def test_no_tick_raises_more_than_its_bound_and_the_rest_follows_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safety_module, "ESCALATIONS_MAX", 3)
    world = World()
    for premise in range(7):
        world.report(premise, Symptom.WIRE_DOWN)
    world.tick(0)
    seen = []
    for _ in range(3):
        due = world.decider.next_due_ms()
        assert due is not None
        seen.append(raised(world.tick(5)))
        assert due <= world.now_ms
    assert [len(part) for part in seen] == [3, 3, 1]
    assert len({receipt for part in seen for receipt, _ in part}) == 7


# --- order ------------------------------------------------------------------------------------------------


def news(symptoms: list[Symptom]) -> list[Entry]:
    said = [Report(symptom=symptom, address="x") for symptom in symptoms]
    return [
        Entry(n, 0, "one", n, 0, 0, ReportReceived(receipt=f"{n:014d}", channel=Channel.WEB, report=report))
        for n, report in enumerate(said, 1)
    ]


@given(st.lists(st.sampled_from(Symptom), max_size=30))
def test_danger_comes_first_and_both_parts_keep_their_order(symptoms: list[Symptom]) -> None:
    given_news = news(symptoms)
    ordered = safety_first(given_news)
    dangers = [e for e in given_news if isinstance(e.fact, ReportReceived) and e.fact.report.safety]
    assert ordered[: len(dangers)] == dangers
    assert ordered[len(dangers) :] == [e for e in given_news if e not in dangers]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_but_for_the_order_nothing_else_changes(seed: int) -> None:
    """The same storm decided in the journal's order tells the same of every report and every customer."""
    told = []
    for order in (safety_first, list):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("stormops.core.decide.safety_first", order)
            world, rng = World(radial_city(feeders=1, laterals=2, transformers=3, houses=4)), Random(seed)
            for minute in range(0, 60, 6):
                for premise in rng.sample(range(24), 7):
                    kinds = [Symptom.LIGHTS_OUT] * 4 + [Symptom.WIRE_DOWN, Symptom.TREE]
                    world.report(premise, rng.choice(kinds), medical=rng.random() < 0.1)
                world.tick(minute * 20)  # nobody repeats within minutes: who comes first matters there, on purpose
        reports = world.situation.reports
        where = {r: (reports.get(r).premise, reports.get(r).incident, reports.get(r).standing) for r in reports.row_of}  # type: ignore[union-attr]
        told.append((where, world.situation.coverage.bits.tolist(), dict(world.situation.safety)))
    assert told[0] == told[1]


def test_a_danger_reported_after_the_restoration_is_not_answered_by_it() -> None:
    """Decided before the action, though said after it: it must go on asking."""
    world = World()
    for premise in range(4):
        world.report(premise)
    world.tick(0)
    incident = world.open()[0].id
    world.act(facts.IncidentRestored, incident=incident, at=1)
    receipt = world.report(0, Symptom.WIRE_DOWN, at=1.5)
    world.tick(2)
    report = world.situation.report(receipt_number(receipt))
    assert report is not None
    assert not report.answered
    assert receipt_number(receipt) in world.situation.safety
