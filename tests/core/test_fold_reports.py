"""The fold alone, fed with facts by hand: also with facts about what is not there."""

from __future__ import annotations

import random

import msgspec
import pytest

from stormops.core import entry as facts
from stormops.core import fold_reports
from stormops.core.entry import AnyFact, Entry, ReportReceived
from stormops.core.network import trace
from stormops.core.open_reports import OpenReport, Standing
from stormops.core.report import Channel, Report, Symptom, Utility
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from tests.core.radial import radial_city

CITY = radial_city()
TREE = trace(CITY.network, CITY.premises)
AT = 1_700_000_000_000
R = [f"00-0000-0000-000-{n}" for n in range(10)]


@pytest.fixture
def situation() -> Situation:
    return Situation(CITY, TREE)


def fold(situation: Situation, *said: AnyFact, at_ms: int = AT) -> Touched:
    first = situation.position + 1
    return situation.apply([Entry(first + i, at_ms, "", 0, 0, 0, fact) for i, fact in enumerate(said)])


def received(receipt: str, symptom: Symptom = Symptom.LIGHTS_OUT, **words: object) -> ReportReceived:
    report = Report(symptom=symptom, **words)  # type: ignore[arg-type]
    return ReportReceived(receipt=receipt, channel=Channel.WEB, report=report)


def matched(receipt: str, premise: str = "P1") -> facts.ReportMatched:
    return facts.ReportMatched(receipt=receipt, premise=premise, penalty=120, rule="nearest")


def opened(name: str) -> facts.IncidentOpened:
    return facts.IncidentOpened(incident=name, utility=Utility.ELECTRIC, since_ms=AT)


def report(situation: Situation, receipt: str) -> OpenReport:
    found = situation.report(int(receipt.replace("-", "")))
    assert found is not None
    return found


def test_a_report_is_kept_as_it_came(situation: Situation) -> None:
    fold(situation, received(R[1], Symptom.WIRE_DOWN, latitude=30.1, longitude=-84.2, medical=True))
    one = report(situation, R[1])
    assert (one.position, one.received_ms, one.standing) == (1, AT, Standing.RECEIVED)
    assert (one.lat, one.lon) == (30.1, -84.2)
    assert (one.safety, one.medical, one.shown) == (True, True, True)
    assert situation.totals.safety_open == 1


@pytest.mark.parametrize("most", [0, 12, 1_000])
@pytest.mark.parametrize("again", [False, True])
def test_many_at_once_are_as_one_by_one(monkeypatch: pytest.MonkeyPatch, most: int, *, again: bool) -> None:
    monkeypatch.setattr(fold_reports, "DESK_REPORTS_MAX", most)
    rng = random.Random(most)
    said = []
    for number in range(40):
        where = {"latitude": rng.uniform(29, 31), "longitude": rng.uniform(-85, -84)} if number % 3 else {}
        symptom = Symptom.WIRE_DOWN if number % 11 == 5 else Symptom.LIGHTS_OUT
        one = received(f"00-0000-0000-{number:03d}-0", symptom, medical=number % 13 == 0, **where)
        said.append(msgspec.structs.replace(one, key=f"k{number // 2}" if number % 5 == 0 else "", sender="s"))
    if again:
        said[33] = said[3]
    entries = [Entry(1 + i, AT + i, "", 0, 0, 0, fact) for i, fact in enumerate(said)]
    whole, single = Situation(CITY, TREE), Situation(CITY, TREE)
    touched = [whole.apply(entries).receipts, *(single.apply([entry]).receipts for entry in entries)]
    assert touched[0] == set().union(*touched[1:])
    assert whole.digest() == single.digest()
    assert whole.totals.received == (39 if again else 40)
    with pytest.raises(ValueError, match="gap"):
        Situation(CITY, TREE).apply(entries[:20] + entries[21:])


def test_a_verdict_names_its_place_in_the_journal(situation: Situation) -> None:
    fold(situation, received(R[1]), matched(R[1]))
    one = report(situation, R[1])
    assert (one.standing, one.premise, one.penalty, one.rule, one.verdict) == (Standing.MATCHED, 1, 120, "nearest", 2)
    fold(situation, facts.ReportUnmatched(receipt=R[1], why="not sure"))
    assert situation.totals.unmatched_open == 1
    fold(situation, matched(R[1], "P2"))
    assert report(situation, R[1]).premise == 2
    assert (situation.totals.matched, situation.totals.unmatched_open) == (1, 0)


def test_a_premise_of_another_pack_leaves_the_report_unmatched(situation: Situation) -> None:
    fold(situation, received(R[1]), matched(R[1], "elsewhere"))
    assert report(situation, R[1]).standing is Standing.UNMATCHED
    assert situation.totals.unmatched_open == 1


def test_facts_about_reports_that_are_not_here_change_nothing(situation: Situation) -> None:
    before = situation.totals
    fold(
        situation,
        matched(R[9]),
        facts.ReportUnmatched(receipt=R[9], why="-"),
        facts.ReportDuplicated(receipt=R[9], of=R[8]),
        facts.ReportClosed(receipt=R[9], outcome="withdrawn"),
    )
    assert situation.totals == before
    assert len(situation.reports) == 0


def test_a_report_joins_one_incident_at_a_time(situation: Situation) -> None:
    join = [facts.IncidentChanged(incident=name, receipts_added=[R[1]]) for name in ("E-0001", "E-0002")]
    fold(
        situation, received(R[1], Symptom.TREE, medical=True), matched(R[1]), opened("E-0001"), opened("E-0002"), *join
    )
    one, other = (situation.incident(name) for name in ("E-0001", "E-0002"))
    assert one is not None
    assert other is not None
    assert (one.reports, one.safety, one.medical) == (set(), 0, 0)
    assert (len(other.reports), other.safety, other.medical) == (1, 1, 1)
    fold(situation, facts.IncidentChanged(incident="E-0001", receipts_dropped=[R[1]]))
    assert len(other.reports) == 1
    fold(situation, facts.IncidentChanged(incident="E-0002", receipts_dropped=[R[1]]))
    assert report(situation, R[1]).incident == -1


def test_a_report_answered_by_an_incident_that_has_left_leaves_too(situation: Situation) -> None:
    fold(situation, received(R[1]), matched(R[1]), opened("E-0001"))
    fold(situation, facts.IncidentClosed(incident="E-0001", outcome="withdrawn"))
    fold(situation, facts.ReportClosed(receipt=R[1], outcome="restored", incident="E-0001"))
    assert situation.report(1) is None
    status = situation.status(1)
    assert status is not None
    assert (status.incident, status.position, status.premise) == (4, 1, 1)
    assert situation.totals.withdrawn == 0


def test_the_desk_is_shown_a_bounded_number_of_reports(situation: Situation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold_reports, "DESK_REPORTS_MAX", 2)
    fold(situation, *(received(R[n]) for n in (1, 2, 3)))
    assert [report(situation, R[n]).shown for n in (1, 2, 3)] == [True, True, False]
    assert (situation.totals.shown, situation.totals.not_shown) == (2, 1)
    fold(situation, facts.ReportClosed(receipt=R[1], outcome="withdrawn"), received(R[4]), received(R[5]))
    assert [report(situation, R[n]).shown for n in (3, 4, 5)] == [False, True, False]
    fold(situation, facts.ReportClosed(receipt=R[3], outcome="withdrawn"))
    assert (situation.totals.shown, situation.totals.not_shown) == (2, 1)


def test_a_repeat_of_a_repeat_names_the_first(situation: Situation) -> None:
    fold(situation, received(R[1]), received(R[2]), received(R[3]))
    fold(situation, facts.ReportDuplicated(receipt=R[2], of=R[1]), facts.ReportDuplicated(receipt=R[3], of=R[2]))
    assert {receipt: situation.later.first(receipt) for receipt in situation.later.row_of} == {2: 1, 3: 1}
    assert situation.totals.open == 1


def test_a_report_heard_again_is_counted_where_it_is(situation: Situation) -> None:
    fold(situation, received(R[1]), matched(R[1]), opened("E-0001"))
    fold(situation, facts.IncidentChanged(incident="E-0001", receipts_added=[R[1]]), received(R[2]), received(R[3]))
    fold(situation, facts.ReportRepeated(receipt=R[2], of=R[1]), facts.ReportRepeated(receipt=R[3], of=R[2]))
    assert {receipt: situation.later.first(receipt) for receipt in situation.later.row_of} == {2: 1, 3: 1}
    assert report(situation, R[1]).repeats == 2
    incident = situation.incident("E-0001")
    assert incident is not None
    assert (len(incident.reports), incident.repeats) == (1, 2)
    totals = situation.totals
    assert (totals.received, totals.repeated, totals.duplicated, totals.open) == (3, 2, 0, 1)
    fold(situation, opened("E-0002"), facts.IncidentChanged(incident="E-0002", receipts_added=[R[1]]))
    other = situation.incident("E-0002")
    assert other is not None
    assert (incident.repeats, other.repeats) == (0, 2)
    fold(situation, facts.ReportClosed(receipt=R[1], outcome="withdrawn"))
    assert (other.repeats, situation.reports.again) == (0, {})


def test_a_report_repeats_neither_itself_nor_what_is_not_here(situation: Situation) -> None:
    fold(situation, received(R[1]), facts.ReportRepeated(receipt=R[1], of=R[1]))
    fold(situation, facts.ReportRepeated(receipt=R[1], of=R[9]), facts.ReportRepeated(receipt=R[9], of=R[1]))
    assert report(situation, R[1]).repeats == 0
    assert situation.totals.repeated == 0


def test_a_clock_that_is_not_there_cannot_be_moved(situation: Situation) -> None:
    fold(situation, received(R[1]), facts.SafetyEscalated(receipt=R[1], level=2))
    fold(situation, facts.SafetyClockStopped(receipt=R[1], action="a", by="ann"))
    assert situation.safety == {}
    assert (situation.totals.safety_waiting, situation.totals.safety_escalated) == (0, 0)
