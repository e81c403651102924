"""What was said again of a report: in full for staff, newest first, bounded, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from stormops.core import entry as facts
from stormops.core.receipt_number import receipt_number, receipt_text
from stormops.core.report import Channel, Report, Symptom
from stormops.feed import later, questions
from stormops.feed.customer import customer
from tests.feed.test_questions import CITY, Told, leaf


@pytest.fixture
def told() -> Told:
    return Told()


def said_again(told: Told, of: str, receipt: int, **words: Any) -> str:
    """The same is said again, in these words."""
    report = Report(**({"symptom": Symptom.LIGHTS_OUT, "account": "7"} | words))
    told.tell(
        facts.ReportReceived(receipt=receipt_text(receipt), channel=Channel.PHONE, report=report),
        facts.ReportRepeated(receipt=receipt_text(receipt), of=of),
    )
    return receipt_text(receipt)


def test_the_detail_has_what_was_said_again_newest_first(told: Told) -> None:
    told.incident("E-0001", leaf(0))
    first = told.report(0, "E-0001")
    words = {"symptom": Symptom.PARTIAL, "note": "now the tree is on my roof", "callback": "850-555-0100"}
    second = said_again(told, first, 55_555, **words)
    third = said_again(told, first, 55_556)
    twice = receipt_text(55_557)
    report = Report(symptom=Symptom.LIGHTS_OUT, account="7")
    told.tell(
        facts.ReportReceived(receipt=twice, channel=Channel.WEB, report=report),
        facts.ReportDuplicated(receipt=twice, of=first),
    )
    detail = questions.report_detail(told.board, receipt_number(third))
    assert detail is not None
    assert detail["receipt"] == first
    assert detail["duplicates"] == [second, third, twice]
    assert (detail["later_total"], detail["repeats"]) == (2, 2)
    assert [later["receipt"] for later in detail["later"]] == [third, second]
    newest_note = detail["later"][1]
    assert {name: newest_note[name] for name in ("channel", *words)} == {"channel": "phone"} | words
    assert newest_note["received_ms"] == detail["heard_ms"] - 2  # the report and the repeat after it
    assert detail["noted"] == newest_note
    incident = questions.incident_detail(told.board, "E-0001")
    assert incident is not None
    assert incident["reports"][0]["noted"]["note"] == "now the tree is on my roof"
    told.tell(facts.ReportClosed(receipt=first, outcome="withdrawn"))
    gone = questions.report_detail(told.board, receipt_number(first))
    assert gone is not None
    assert (gone["state"], gone["later"], gone["later_total"]) == ("withdrawn", detail["later"], 2)
    assert gone["duplicates"] == detail["duplicates"]


def test_a_note_is_not_lost_among_many_that_have_none(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "LATER_MAX", 3)
    first = told.report(0)
    noted = said_again(told, first, 50_000, note="the tree is on my roof")
    silent = [said_again(told, first, 50_001 + n) for n in range(5)]
    detail = questions.report_detail(told.board, receipt_number(first))
    assert detail is not None
    assert [said["receipt"] for said in detail["later"]] == [silent[4], silent[3], noted]
    assert detail["later_total"] == 6


def test_a_customers_page_has_each_number_to_call_with_its_newest_words(told: Told) -> None:
    first = told.report(0, account="7", callback="850-555-0100", note="dark")
    said_again(told, first, 55_555, callback="850-555-0199", note="now the tree is on my roof")
    said_again(told, first, 55_556, callback="850-555-0100")
    page = customer(told.board, CITY.premises.id[0])
    assert page is not None
    assert [(one["callback"], one["note"]) for one in page["callbacks"]] == [
        ("850-555-0100", None),
        ("850-555-0199", "now the tree is on my roof"),
    ]
    assert {one["receipt"] for one in page["callbacks"]} == {first}
    (report,) = page["reports"]
    assert [said["note"] for said in report["later"]] == [None, "now the tree is on my roof"]


def test_nobody_but_staff_reads_what_was_said_again(told: Told) -> None:
    told.incident("E-0001", leaf(0))
    first = told.report(0, "E-0001")
    second = said_again(told, first, 55_555, note="now the tree is on my roof", callback="850-555-0199")
    for receipt in (first, second):
        for ask in (questions.receipt_status, questions.receipt_page):
            answer = ask(told.board, receipt_number(receipt))
            assert answer is not None
            assert "roof" not in repr(answer)
            assert "0199" not in repr(answer)
    assert "roof" not in repr(questions.premise_believed(told.board, [0]))
