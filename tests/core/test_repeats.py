"""What says again what was said already: the same key by two doors, the same caller within minutes."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stormops.core import entry as facts
from stormops.core.later_reports import Kind
from stormops.core.open_reports import Standing
from stormops.core.receipt_number import receipt_number
from stormops.core.repeats import DAY_MS, Repeats, hash_key
from stormops.core.report import DANGERS, Channel, Symptom
from tests.core.radial import radial_city
from tests.core.world import MINUTE_MS, START_MS, World

NOW = 20_000 * DAY_MS + 5
SMALL = radial_city(feeders=1, laterals=1, transformers=4, houses=6)


def test_the_first_receipt_of_a_key_is_remembered() -> None:
    repeats = Repeats()
    key = hash_key("someone", "k1")
    assert repeats.first(key, 11, NOW) == 11
    assert repeats.first(key, 12, NOW + 1) == 11
    assert repeats.get(key) == 11


def test_a_key_belongs_to_its_sender() -> None:
    assert hash_key("a", "bc") != hash_key("ab", "c")
    assert hash_key("a", "k") != hash_key("b", "k")
    assert 0 <= hash_key("a", "k") < 2**63


def test_a_key_is_remembered_for_seven_days_at_least_and_eight_at_most() -> None:
    repeats = Repeats()
    key = hash_key("s", "k")
    repeats.first(key, 11, NOW)
    repeats.expire(NOW + 7 * DAY_MS)
    assert repeats.get(key) == 11
    repeats.expire(NOW + 8 * DAY_MS)
    assert repeats.get(key) is None
    assert repeats.first(key, 12, NOW + 8 * DAY_MS) == 12


def test_a_copy_stands_by_itself_and_state_comes_back() -> None:
    repeats = Repeats()
    for day in range(3):
        for i in range(50):
            repeats.first(hash_key("s", f"{day}-{i}"), day * 100 + i, NOW + day * DAY_MS)
    copy = repeats.copy()
    repeats.first(hash_key("s", "late"), 999, NOW)
    assert copy.get(hash_key("s", "late")) is None
    again = Repeats.load(copy.state())
    assert again.state() == copy.state()
    assert again.get(hash_key("s", "2-7")) == 207


# --- the same caller within minutes -------------------------------------------------------------------------


def repeated(made: list[facts.AnyFact]) -> list[tuple[int, int]]:
    return [
        (receipt_number(fact.receipt), receipt_number(fact.of))
        for fact in made
        if isinstance(fact, facts.ReportRepeated)
    ]


def test_said_again_within_minutes_is_one_report_with_a_count() -> None:
    world = World()
    first = receipt_number(world.report(0))
    world.tick(0)
    again = [receipt_number(world.report(0, at=minute)) for minute in (3, 9)]
    made = world.tick(10)
    assert repeated(made) == [(receipt, first) for receipt in again]
    report = world.situation.report(again[0])
    assert report is not None
    assert (report.receipt, report.repeats, report.heard_ms) == (first, 2, START_MS + 9 * MINUTE_MS)
    totals = world.situation.totals
    assert (totals.received, totals.repeated, totals.matched, totals.open) == (3, 2, 1, 1)
    (incident,) = world.open()
    assert (len(incident.reports), incident.repeats) == (1, 2)
    status = world.situation.status(again[1])
    assert status is not None
    assert (status.state, status.incident) == ("matched", incident.key)


@pytest.mark.parametrize(
    ("first", "second", "minutes", "is_one"),
    [
        ({}, {}, 15, True),
        ({}, {}, 15.01, False),
        ({}, {"symptom": Symptom.PARTIAL}, 1, True),
        ({}, {"symptom": Symptom.WATER}, 1, False),
        ({}, {"symptom": Symptom.FLICKERING}, 1, False),
        ({}, {"symptom": Symptom.WIRE_DOWN}, 1, False),
        ({"symptom": Symptom.WIRE_DOWN}, {"symptom": Symptom.WIRE_DOWN}, 1, True),
        ({"symptom": Symptom.WIRE_DOWN}, {"symptom": Symptom.POLE_DOWN}, 1, False),
        ({}, {"medical": True}, 1, False),
        ({"medical": True}, {}, 1, True),
        ({"medical": True}, {"medical": True}, 1, True),
        ({}, {"channel": Channel.PHONE}, 1, False),
        ({}, {"premise": 1}, 1, False),
    ],
)
def test_what_is_the_same_and_what_is_not(
    first: dict[str, Any], second: dict[str, Any], minutes: float, is_one: bool
) -> None:
    world = World()
    for said, at in ((first, 0.0), (second, minutes)):
        words = {"premise": 0} | said
        channel = words.pop("channel", Channel.WEB)
        world.report(at=at, **words)
        heard = world.news[-1].fact
        assert isinstance(heard, facts.ReportReceived)
        world.news[-1] = world.news[-1]._replace(fact=msgspec.structs.replace(heard, channel=channel))
        made = world.tick(at)
    assert bool(repeated(made)) == is_one
    assert len(world.situation.reports) == (1 if is_one else 2)


def test_after_a_new_danger_later_calls_repeat_the_report_that_has_it() -> None:
    world = World()
    world.report(0)
    medical = receipt_number(world.report(0, medical=True))
    world.tick(0)
    world.report(0, at=1)
    assert [of for _, of in repeated(world.tick(1))] == [medical]


@pytest.mark.parametrize("how", ["answered", "withdrawn", "placed elsewhere", "nowhere"])
def test_nothing_repeats_a_report_that_is_not_there_any_more(how: str) -> None:
    world = World()
    first = world.report(-1, address="nowhere at all") if how == "nowhere" else world.report(0)
    world.tick(0)
    if how == "answered":
        world.act(facts.IncidentRestored, incident=world.open()[0].id)
    elif how == "withdrawn":
        world.act(facts.ReportWithdrawn, receipt=first)
    elif how == "placed elsewhere":
        world.act(facts.ReportPlaced, receipt=first, premise=world.city.premises.id[30])
    world.tick(1)
    if how == "nowhere":
        world.report(-1, address="nowhere at all")
    else:
        world.report(0)
    assert repeated(world.tick(2)) == []


def test_heard_after_the_restoration_it_is_not_answered_by_it() -> None:
    """The count is evidence: who called again after the crew left is still out."""
    world = World()
    first = world.report(0, at=0)
    world.tick(0)
    world.report(0, at=5)
    world.tick(5)
    world.act(facts.IncidentRestored, incident=world.open()[0].id, at=3)
    world.tick(6)
    report = world.situation.report(receipt_number(first))
    assert report is not None
    assert not report.answered
    assert world.situation.coverage.owner(0, 0) >= 0


def test_withdrawing_a_repeat_withdraws_the_report_that_it_repeats() -> None:
    world = World()
    world.report(0)
    again = world.report(0)
    world.tick(0)
    world.act(facts.ReportWithdrawn, receipt=again)
    world.tick(1)
    assert len(world.situation.reports) == 0
    status = world.situation.status(receipt_number(again))
    assert status is not None
    assert status.state == "withdrawn"


def test_what_was_said_again_stays_findable_after_a_restart_and_when_the_report_has_left() -> None:
    world = World()
    first = receipt_number(world.report(0))
    world.tick(0)
    quiet, noted = (receipt_number(world.report(0, at=1, note=note)) for note in (None, "a tree is on my roof"))
    world.tick(1)
    for situation in (world.situation, world.replayed()):
        report = situation.report(noted)
        assert report is not None
        (newest, older) = situation.later.naming(first)
        assert (newest.receipt, newest.kind, older.receipt, older.kind) == (noted, Kind.NOTED, quiet, Kind.SAID_AGAIN)
        assert report.noted == newest.position
        told = world.entries()[newest.position - 1].fact
        assert isinstance(told, facts.ReportReceived)
        assert told.report.note == "a tree is on my roof"
    world.report(0, at=2)
    world.tick(2)
    report = world.situation.report(first)
    assert report is not None
    assert report.noted == newest.position
    world.act(facts.ReportWithdrawn, receipt=f"{first:014d}")
    world.tick(3)
    assert world.situation.report(first) is None
    assert len(world.situation.later.naming(first)) == 3


SAID = [(symptom, medical) for symptom in Symptom for medical in (False, True)]
"""All that a report can tell of a danger, each from a premise of its own."""
GRAVE = [(symptom, medical) for symptom, medical in SAID if medical or symptom in DANGERS]


@pytest.mark.parametrize("by_key", [False, True], ids=["same caller", "same key"])
@pytest.mark.parametrize(("symptom", "medical"), GRAVE)
def test_a_danger_is_never_folded_into_a_report_that_does_not_tell_of_it(
    symptom: Symptom, medical: bool, by_key: bool
) -> None:
    """Whatever came before from the same premise, by the same channel, or even under the same key at another door."""
    world = World(SMALL)
    firsts, seconds = (
        [
            receipt_number(world.report(premise, told, medical=need, key=f"{premise}" if by_key else ""))
            for premise, (told, need) in enumerate(said)
        ]
        for said in (SAID, [(symptom, medical)] * len(SAID))
    )
    world.tick(1)
    for premise, (before, medical_before) in enumerate(SAID):
        first, second = firsts[premise], seconds[premise]
        told_already = (symptom not in DANGERS or symptom is before) and (medical_before or not medical)
        named = world.situation.later.first(second)
        assert named == (first if told_already and (by_key or named == first) else second)
        if not told_already:
            assert second in world.situation.safety
        report = world.situation.report(second)
        assert report is not None
        assert (report.standing, report.premise) == (Standing.MATCHED, premise)


def test_a_danger_under_a_known_key_is_looked_at_though_its_first_was_withdrawn() -> None:
    world = World()
    first = world.report(0, Symptom.WIRE_DOWN, key="k")
    world.tick(0)
    world.act(facts.ReportWithdrawn, receipt=first)
    world.tick(1)
    again = receipt_number(world.report(0, Symptom.WIRE_DOWN, key="k"))
    world.tick(2)
    report = world.situation.report(again)
    assert report is not None
    assert (report.receipt, report.standing) == (again, Standing.MATCHED)


def test_what_is_remembered_is_of_the_last_minutes_only() -> None:
    world = World()
    for minute in range(0, 240, 10):
        for premise in range(40):
            world.report(premise)
        world.tick(minute)
    spans = world.decider._heard._spans
    assert len(spans) <= 4
    assert sum(len(span) for span in spans.values()) <= 4 * 40


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
@example(5)
@example(55)
@example(10696)
def test_a_restart_remembers_the_same(seed: int) -> None:
    """Whatever was placed, restored and withdrawn meanwhile, a killed decider repeats what a living one repeats."""
    told = []
    for killed in (False, True):
        world, rng = World(radial_city(feeders=1, laterals=2, transformers=3, houses=4)), Random(seed)
        for step in range(14):
            world.now_ms += rng.choice([10_000, 120_000, 700_000])
            for _ in range(5):
                symptom = rng.choice([Symptom.LIGHTS_OUT, Symptom.LIGHTS_OUT, Symptom.PARTIAL, Symptom.WIRE_DOWN])
                late_ms = rng.choice([0, 0, 0, 60_000, 1_500_000])
                world.report(rng.randrange(4), symptom, medical=rng.random() < 0.2)
                world.news[-1] = world.news[-1]._replace(recorded_ms=world.now_ms - late_ms)
            receipts = sorted(world.situation.reports.row_of)
            if receipts and rng.random() < 0.5:
                receipt = f"{rng.choice(receipts):014d}"
                premise = world.city.premises.id[rng.randrange(4)]
                if rng.random() < 0.6:
                    world.act(facts.ReportPlaced, receipt=receipt, premise=premise)
                else:
                    world.act(facts.ReportWithdrawn, receipt=receipt)
            if world.open() and rng.random() < 0.2:
                world.act(facts.IncidentRestored, incident=world.open()[0].id)
            if killed and step % 4 == seed % 4:
                news, counter = world.news, world.counter
                world.start()
                world.news, world.counter = news, counter
            world.tick()
        told.append([entry.fact for entry in world.entries()])
    assert told[0] == told[1]
    assert any(isinstance(fact, facts.ReportRepeated) for fact in told[0])
