"""Answers to single questions: right for what is open, absorbed, closed, repeated or never was."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from stormops.core import entry as facts
from stormops.core.area import areas
from stormops.core.entry import AnyFact, Entry
from stormops.core.incident import Step
from stormops.core.network import trace
from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.core.report import Channel, Report, Symptom, Utility
from stormops.core.situation import Situation
from stormops.feed import questions
from stormops.feed.board import Board
from stormops.feed.hub import Hub
from stormops.feed.room import Room
from stormops.feed.selection import place_of_areas, place_on_desk
from stormops.feed.views import Views
from stormops.telemetry import Log, Metrics
from tests.core.radial import radial_city

CITY = radial_city(feeders=1, laterals=2, transformers=2, houses=4)
TREE = trace(CITY.network, CITY.premises)
AT_MS = 1_790_000_000_000


async def nobody(_: object) -> None:
    return None


class Told:
    """A board, and a journal that is written by hand."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        hub = Hub(
            {"desk": Views("x", place_on_desk), "public": Views("x", place_of_areas({}))},
            now_ms=lambda: 1,
            authenticate=nobody,
            origins=[],
            room=Room(1000),
            log=Log("feed", "error"),
            metrics=Metrics(),
        )
        self.board = Board(Situation(CITY, TREE), self, hub, areas(CITY, 10))  # type: ignore[arg-type]
        self._receipts = itertools.count(1009, 1009)

    def read(self, after: int, limit: int = 10_000) -> list[Entry]:
        return self.entries[after : after + limit]

    def tell(self, *told: AnyFact) -> None:
        for fact in told:
            position = len(self.entries) + 1
            self.entries.append(Entry(position, AT_MS + position, "", 0, 1, position, fact))
            self.board.take([self.entries[-1]])

    def report(self, premise: int, incident: str = "", **said: Any) -> str:
        """A report matched to a premise, in an incident."""
        receipt = receipt_text(next(self._receipts))
        report = Report(symptom=Symptom.LIGHTS_OUT, **(said or {"address": CITY.premises.address(premise)}))
        self.tell(
            facts.ReportReceived(receipt=receipt, channel=Channel.WEB, report=report),
            facts.ReportMatched(
                receipt=receipt, premise=CITY.premises.id[premise], penalty=7, rule="address", reasons=["as written"]
            ),
        )
        if incident:
            self.tell(facts.IncidentChanged(incident=incident, receipts_added=[receipt]))
        return receipt

    def incident(self, name: str, device: int) -> str:
        self.tell(
            facts.IncidentOpened(incident=name, utility=Utility.ELECTRIC, since_ms=AT_MS),
            facts.IncidentChanged(incident=name, devices=[self.board.situation.device_ids[device]], probability=9000),
        )
        return name

    def status(self, receipt: str) -> dict[str, Any] | None:
        return questions.receipt_status(self.board, receipt_number(receipt))


@pytest.fixture
def told() -> Told:
    return Told()


def leaf(place: int) -> int:
    """A transformer."""
    return int(TREE.premise_device[place])


def test_a_receipt_that_never_was_has_no_status(told: Told) -> None:
    assert told.status("01-2345-6789-012-3") is None
    assert questions.report_detail(told.board, 5) is None


def test_a_report_that_just_came_has_only_its_time(told: Told) -> None:
    receipt = receipt_text(1009)
    report = Report(symptom=Symptom.WIRE_DOWN, landmark="the mill")
    told.tell(facts.ReportReceived(receipt=receipt, channel=Channel.WEB, report=report))
    assert told.status(receipt) == {
        "receipt": receipt,
        "n": 1,
        "at_ms": 0,
        "state": "received",
        "received_ms": AT_MS + 1,
    }


def test_others_are_counted_without_the_asker(told: Told) -> None:
    told.incident("E-0001", leaf(0))
    receipts = [told.report(premise, "E-0001") for premise in range(3)]
    for receipt in receipts:
        status = told.status(receipt)
        assert status is not None
        assert status["incident"] == {"state": "predicted", "since_ms": AT_MS, "others": 2, "customers_out": 4}


def test_a_report_follows_its_incident_into_another(told: Told) -> None:
    told.incident("E-0001", leaf(0))
    told.incident("E-0002", 0)
    receipt = told.report(0, "E-0001")
    told.tell(facts.IncidentAbsorbed(incident="E-0001", into="E-0002"))
    status = told.status(receipt)
    assert status is not None
    assert status["incident"]["state"] == "predicted"
    assert status["incident"]["customers_out"] == len(CITY.premises)


def test_a_closed_report_is_remembered_with_its_time_and_outcome(told: Told) -> None:
    told.incident("E-0001", leaf(0))
    receipts = [told.report(premise, "E-0001") for premise in range(2)]
    step = facts.IncidentStepped(incident="E-0001", step=Step.RESTORE, action="a", by="dana", at_ms=AT_MS + 50)
    told.tell(step, facts.IncidentClosed(incident="E-0001", outcome="restored"))
    status = told.status(receipts[0])
    assert status is not None
    assert status["state"] == "restored"
    assert status["received_ms"] == AT_MS + 3
    assert status["incident"] == {"state": "restored", "since_ms": AT_MS, "others": 1, "customers_out": 0}
    detail = questions.report_detail(told.board, receipt_number(receipts[0]))
    assert detail is not None
    assert detail["said"] == CITY.premises.address(0)
    assert detail["incident"] == "E-0001"


@pytest.mark.parametrize("outcome", ["restored", "cancelled", "withdrawn"])
def test_the_place_of_a_report_is_said_again_as_long_as_its_receipt_is_known(told: Told, outcome: str) -> None:
    told.incident("E-0001", leaf(0))
    receipts = [receipt_number(told.report(premise, "E-0001")) for premise in range(2)]
    again = {"symptom": "lights_out", "service_point": f"E-{CITY.premises.id[1]}"}
    page = questions.receipt_page(told.board, receipts[1])
    assert page is not None
    assert (page["again"], page["messages"]) == (again, True)
    ends = {"restored": Step.RESTORE, "cancelled": Step.CANCEL}
    if outcome in ends:  # else what was predicted is withdrawn
        told.tell(facts.IncidentStepped(incident="E-0001", step=ends[outcome], action="a", by="dana", at_ms=AT_MS + 50))
    told.tell(facts.IncidentClosed(incident="E-0001", outcome=outcome))
    page = questions.receipt_page(told.board, receipts[1])
    assert page is not None
    assert (page["state"], page["again"], page["messages"]) == (outcome, again, False)
    thawed = Situation(CITY, TREE)
    thawed.restore(told.board.situation.snapshot())
    status = thawed.status(receipts[1])
    assert status is not None
    assert status.premise == 1


def test_a_report_that_was_withdrawn_by_itself_keeps_its_place_and_one_of_danger_says_nothing_again(told: Told) -> None:
    dark = told.report(3)
    danger = receipt_text(77_777)
    told.tell(
        facts.ReportReceived(receipt=danger, channel=Channel.WEB, report=Report(symptom=Symptom.WIRE_DOWN)),
        facts.ReportMatched(receipt=danger, premise=CITY.premises.id[3], penalty=0, rule="address"),
        *(facts.ReportClosed(receipt=receipt, outcome="withdrawn") for receipt in (dark, danger)),
    )
    pages = [questions.receipt_page(told.board, receipt_number(receipt)) for receipt in (dark, danger)]
    assert [page and page["again"] and page["again"]["service_point"] for page in pages] == [
        f"E-{CITY.premises.id[3]}",
        None,
    ]
    assert questions.receipt_page(told.board, 5) is None


def test_a_repeated_report_has_the_status_of_the_first(told: Told) -> None:
    told.incident("E-0001", leaf(0))
    first, second = told.report(0, "E-0001"), receipt_text(55_555)
    report = Report(symptom=Symptom.LIGHTS_OUT, account="7")
    told.tell(
        facts.ReportReceived(receipt=second, channel=Channel.WEB, report=report),
        facts.ReportDuplicated(receipt=second, of=first),
    )
    status, original = told.status(second), told.status(first)
    assert status is not None
    assert original is not None
    assert status | {"receipt": first} == original
    detail = questions.report_detail(told.board, receipt_number(first))
    assert detail is not None
    assert detail["duplicates"] == [second]


def test_an_incident_gives_danger_first_and_its_bound(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    told.incident("E-0001", 0)
    calm = [told.report(premise, "E-0001") for premise in range(3)]
    urgent = told.report(4, "E-0001", address="x", medical=True, note="on oxygen")
    monkeypatch.setattr(questions, "INCIDENT_REPORTS_MAX", 3)
    detail = questions.incident_detail(told.board, "E-0001")
    assert detail is not None
    assert [report["receipt"] for report in detail["reports"]] == [urgent, *calm[:2]]
    assert detail["reports_total"] == 4
    assert detail["reports"][0]["note"] == "on oxygen"
    assert detail["reports"][0]["reasons"] == ["as written"]
    assert detail["reports"][0]["penalty"] == 7
    assert questions.incident_detail(told.board, "E-0002") is None
    assert questions.incident_premises(told.board, "nonsense") is None


def test_nested_outages_share_no_premise(told: Told) -> None:
    told.incident("E-0001", 0)
    told.incident("E-0002", leaf(0))
    outer = questions.incident_premises(told.board, "E-0001")
    inner = questions.incident_premises(told.board, "E-0002")
    assert outer is not None
    assert inner is not None
    assert len(inner["premises"]) == 4
    assert not set(outer["premises"]) & set(inner["premises"])
    everybody = questions.premises_out(told.board)
    assert sorted(outer["premises"] + inner["premises"]) == sorted(everybody["premises"])


def test_a_meter_is_told_of_its_premise_and_is_in_no_list_of_reports() -> None:
    told = Told()
    receipt = told.report(3)
    numbers = [CITY.premises.meter[premise] for premise in (3, 4)]
    told.tell(
        facts.MeterEventsReceived(receipt="1", partner="p", meters=numbers, kinds="GR", at_ms=[AT_MS, AT_MS]),
        facts.IncidentOpened(incident="E-0001", utility=Utility.ELECTRIC, since_ms=AT_MS),
        facts.MetersChanged(off=[3], off_ms=[AT_MS]),
        facts.IncidentChanged(incident="E-0001", receipts_added=["M3", receipt], premises_added=[3]),
    )
    names = CITY.premises.id
    known = questions.premise_known(told.board, names[3])
    assert known is not None
    assert (known["reports"], known["meter"]) == ([receipt], "off")
    others = [questions.premise_known(told.board, names[premise]) for premise in (4, 5)]
    assert [other and other["meter"] for other in others] == ["on", "unknown"]
    detail = questions.incident_detail(told.board, "E-0001")
    assert detail is not None
    assert [report["receipt"] for report in detail["reports"]] == [receipt]
    assert (detail["reports_total"], detail["incident"]["reports"], detail["incident"]["meters"]) == (1, 1, 1)
    status = questions.receipt_status(told.board, receipt_number(receipt))
    assert status is not None
    assert status["incident"]["others"] == 0
