"""Invariants 2, 5, 10 and 12 of ARCHITECTURE.md, over a storm on a generated city.

The parts have theirs beside them: tests/core/test_situation.py (2, with other hash seeds),
tests/core/test_coverage.py (5), tests/core/test_decide.py (2 and 5 under random moves, kills at every cut).
"""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from geo.generate import generate_city
from stormops.core import entry as facts
from stormops.core.incident import State
from stormops.core.report import Symptom
from stormops.core.safety import ESCALATE_MS
from stormops.core.situation import Situation
from tests.core.world import World

CUSTOMERS = 1_500


def storm(seed: int, hours: int = 10) -> World:
    """Devices fail, people call, crews confirm and restore; the last hours are quiet."""
    world, rng = World(generate_city(CUSTOMERS, seed)), Random(seed)
    dark: list[int] = []
    for minute in range(0, hours * 60, 20):
        if minute < hours * 40:
            device = rng.randrange(len(world.tree))
            below = world.tree.below(device).tolist()
            dark += below if len(below) < CUSTOMERS // 2 else []
            for premise in rng.sample(dark, min(len(dark), 25)):
                world.report(premise, rng.choice([Symptom.LIGHTS_OUT] * 5 + [Symptom.WIRE_DOWN, Symptom.WATER]))
        for incident in rng.sample(world.open(), min(2, len(world.open()))):
            if incident.state is State.PREDICTED:
                world.act(facts.IncidentConfirmed, incident=incident.id)
            else:
                world.act(facts.IncidentRestored, incident=incident.id)
        world.tick(minute)
    return world


@pytest.fixture(scope="module")
def world() -> World:
    return storm(5)


def test_invariant_2_the_same_entries_give_the_same_situation(world: World) -> None:
    entries = world.entries()
    digests = {world.situation.digest()}
    for size in (1, 7, 1_000):
        situation = Situation(world.city, world.tree)
        for first in range(0, len(entries), size):
            situation.apply(entries[first : first + size])
        digests.add(situation.digest())
    assert len(digests) == 1


def test_invariant_5_a_customer_is_in_at_most_one_open_interruption(world: World) -> None:
    situation = Situation(world.city, world.tree)
    most = 0
    for entry in world.entries():
        situation.apply([entry])
        if not isinstance(entry.fact, facts.Decided):
            continue
        for utility in range(4):
            mine = [
                situation.coverage.owned(i) for i in situation.incidents.values() if i.live and i.key % 4 == utility
            ]
            out = np.concatenate([*mine, np.empty(0, np.int32)])
            assert len(np.unique(out)) == len(out)
        live = [incident for incident in situation.incidents.values() if incident.live]
        assert all(len(situation.coverage.owned(incident)) == incident.customers_out for incident in live)
        dark = {p for incident in live for p in situation.coverage.owned(incident).tolist()}
        assert situation.customers_out == len(dark)
        most = max(most, len(dark))
    assert most > CUSTOMERS / 20


def test_invariant_10_silence_never_brings_anybody_back() -> None:
    """Whoever said that service is lost stays out until people say otherwise, however long nobody speaks."""
    world = storm(6, hours=4)
    reports = world.situation.reports
    for incident in world.open():
        if incident.state is State.PREDICTED:
            world.act(facts.IncidentConfirmed, incident=incident.id)
            break
    world.tick(300)
    waiting = {
        (reports.premise[row], incident.key % 4)
        for incident in world.open()
        for row in (reports.row_of[receipt] for receipt in incident.reports)
        if not (report := reports.get(reports.receipt[row])) or report.symptom is not Symptom.WIRE_DOWN
    }
    confirmed = {i.key: i.customers_out for i in world.open() if i.held}
    assert waiting
    assert confirmed
    for day in range(1, 15):
        world.tick(300 + day * 1_440)
        assert all(world.situation.coverage.owner(utility, premise) >= 0 for premise, utility in waiting)
    assert {i.key: i.customers_out for i in world.open() if i.held} == confirmed


def test_invariant_12_danger_is_decided_before_everything_else_of_a_tick() -> None:
    """Whatever came first: a wire down behind a thousand calls and actions has the first verdict."""
    world, rng = World(generate_city(CUSTOMERS, 4)), Random(4)
    world.report(3)
    world.tick(0)
    danger = []
    for premise in rng.sample(range(CUSTOMERS), 300):
        world.report(premise)
        if premise % 30 == 0:
            danger.append(world.report(premise, Symptom.WIRE_DOWN))
        if premise % 40 == 0:
            danger.append(world.report(premise, medical=True))
    world.act(facts.IncidentConfirmed, incident=world.open()[0].id)
    danger.append(world.report(7, Symptom.GAS_ODOUR))
    verdicts = facts.ReportMatched | facts.ReportUnmatched | facts.ReportRepeated | facts.ReportDuplicated
    told = [fact.receipt for fact in world.tick(1) if isinstance(fact, verdicts)]
    assert told[: len(danger)] == danger
    assert len(told) > 300


def test_invariant_12_nobody_waits_for_ever_for_a_person() -> None:
    """Every open report of danger that nobody acknowledged has a clock that runs, after any storm."""
    world = storm(8, hours=3)
    world.tick(10_000)
    reports = world.situation.reports
    waiting = {r for r in reports.row_of if (report := reports.get(r)) and report.safety and not report.answered}
    assert waiting
    assert set(world.situation.safety) == waiting
    assert all(clock.state == "escalated" for clock in world.situation.safety.values())
    due = world.decider.next_due_ms()
    assert due is not None
    assert due <= world.now_ms + ESCALATE_MS


def test_invariant_12_safety_is_shown_whatever_else_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the bound of shown reports, a wire down is still told apart: its flag is kept and counted."""
    monkeypatch.setattr("stormops.core.fold_reports.DESK_REPORTS_MAX", 3)
    world = World(generate_city(CUSTOMERS, 2))
    for premise in range(10):
        world.report(premise)
    receipt = world.report(11, Symptom.WIRE_DOWN)
    world.tick(0)
    report = world.situation.report(int(receipt))
    assert report is not None
    assert report.safety
    assert world.situation.totals.safety_open == 1
