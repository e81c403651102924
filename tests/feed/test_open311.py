"""Open311's reads: what the standard asks for, and nothing that leads to a receipt, a house or a word."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import httpx2
import pytest
from jsonschema import Draft202012Validator

from stormops.core.receipt_number import receipt_number
from stormops.core.report import Report
from stormops.feed import open311
from stormops.feed.limits import MISSES_BURST
from stormops.journal.receipt import Minter
from stormops.pages.open311 import written
from stormops.pages.open311_schema import ERRORS, LISTED, REQUESTS, SERVICES, TOKENS
from tests.feed.served import Feed, running, storm

ROOT = "/open311/v2"
UNKNOWN = Minter(77, b"0123456789abcdef").mint(12345)


@pytest.fixture(scope="module")
def feed() -> Iterator[Feed]:
    """A day of its own, for misses count by address."""
    with running(storm()) as made:
        yield made


def get(feed: Feed, path: str, **params: str) -> Any:
    with feed.client() as client:
        answer = client.get(f"{ROOT}/{path}", params=params)
        assert answer.status_code == httpx2.codes.OK, answer.text
        return answer.json()


def test_the_list_keeps_to_the_standard_and_shows_nobodys_receipt(feed: Feed) -> None:
    listed = get(feed, "requests.json")
    Draft202012Validator(REQUESTS).validate(listed)
    assert len(listed) >= len(feed.day.situation.reports) > 0
    text = str(listed)
    for receipt in feed.day.receipts:
        assert receipt not in text
        assert receipt.replace("-", "") not in text
    assert all(Draft202012Validator({"pattern": LISTED}).is_valid(row["service_request_id"]) for row in listed)
    assert len({row["service_request_id"] for row in listed}) == len(listed)


def test_places_are_middles_of_public_areas_and_times_whole_minutes(feed: Feed) -> None:
    areas = feed.parts.areas
    middles = {
        (round(p.centroid.y, 5), round(p.centroid.x, 5)): name
        for p, name in zip(areas.polygon, areas.name, strict=True)
    }
    placed = [row for row in get(feed, "requests.json") if row["lat"] is not None]
    assert placed
    for row in placed:
        assert middles[row["lat"], row["long"]] == row["address"]
        assert row["requested_datetime"].endswith(":00Z")


def test_what_was_said_is_nowhere(feed: Feed) -> None:
    listed = str(get(feed, "requests.json"))
    premises = feed.day.city.premises
    for row in range(len(premises)):
        assert premises.address(row) not in listed
    for entry in feed.day.journal.read(0, 10**6):
        report = getattr(entry.fact, "report", None)
        if not isinstance(report, Report):
            continue
        for word in (report.address, report.note, report.phone, report.account):
            assert not word or word not in listed


def test_the_bearer_asks_by_receipt_and_is_told_more_but_no_place_finer(feed: Feed) -> None:
    found = [(receipt, feed.day.situation.report(receipt_number(receipt))) for receipt in feed.day.receipts]
    for receipt in [receipt for receipt, report in found if report is not None and not report.answered][:10]:
        (value,) = get(feed, f"requests/{receipt}.json")
        Draft202012Validator(REQUESTS).validate([value])
        assert value["service_request_id"] == receipt
        report = feed.day.situation.report(receipt_number(receipt))
        assert report is not None
        assert value["requested_datetime"] == written(report.received_ms)
        assert (value["status"], value["service_code"]) == ("open", report.symptom.value)
    with feed.client() as client:
        xml = client.get(f"{ROOT}/requests/{receipt}.xml")
    assert xml.headers["content-type"] == "text/xml; charset=utf-8"
    said = ET.fromstring(xml.content)  # noqa: S314  # our own
    assert said.findtext("request/service_request_id") == receipt
    assert said.findtext("request/description") == ""


def test_a_name_of_the_list_leads_to_what_the_list_says(feed: Feed) -> None:
    row = get(feed, "requests.json")[0]
    assert get(feed, f"requests/{row['service_request_id']}.json") == [row]


def test_several_are_asked_for_by_id_whatever_else_is_said(feed: Feed) -> None:
    ids = [*feed.day.receipts[:3], UNKNOWN]
    found = get(feed, "requests.json", service_request_id=",".join(ids), status="closed")
    assert [row["service_request_id"] for row in found] == ids[:3]


def test_filters_choose(feed: Feed) -> None:
    everything = get(feed, "requests.json")
    for code in {row["service_code"] for row in everything}:
        rows = get(feed, "requests.json", service_code=code)
        assert rows == [row for row in everything if row["service_code"] == code]
    assert get(feed, "requests.json", status="open,closed") == everything
    assert get(feed, "requests.json", start_date="2001-01-01T00:00:00Z", end_date="2001-01-02T00:00:00Z") == []
    first = min(row["requested_datetime"] for row in everything)
    assert get(feed, "requests.json", start_date=first) == everything
    assert get(feed, "requests.json", status="closed") == [row for row in everything if row["status"] == "closed"]


def test_a_token_is_its_own_receipt(feed: Feed) -> None:
    receipt = feed.day.receipts[0]
    found = get(feed, f"tokens/{receipt.replace('-', '')}.json")
    Draft202012Validator(TOKENS).validate(found)
    assert found == [{"service_request_id": receipt, "token": receipt.replace("-", "")}]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("requests/12.json", 404),
        ("requests/public-0123456789abcdef.json", 404),
        ("tokens/abc.json", 404),
        ("requests.yaml", 404),
        ("requests.json?jurisdiction_id=sfgov.org", 404),
        ("requests.json?status=lost", 400),
        ("requests.json?end_date=tomorrow", 400),
    ],
)
def test_refusals_are_the_standards_errors(feed: Feed, path: str, status: int) -> None:
    with feed.client() as client:
        answer = client.get(f"{ROOT}/{path}")
    assert answer.status_code == status
    if ".json" in path:
        Draft202012Validator(ERRORS).validate(answer.json())
    else:
        assert ET.fromstring(answer.content).tag == "errors"  # noqa: S314  # our own


def test_receipts_cannot_be_guessed_here_either() -> None:
    with running(storm(2)) as feed, feed.client() as client:
        mint = Minter(1, b"another-door-key").mint
        guesses = [mint(number) for number in range(30)]
        codes = [client.get(f"{ROOT}/requests/{guess}.json").status_code for guess in guesses[:15]]
        assert codes.count(404) == MISSES_BURST
        refused = client.get(f"{ROOT}/requests.json", params={"service_request_id": ",".join(guesses[15:])})
        assert refused.status_code == httpx2.codes.TOO_MANY_REQUESTS
        assert int(refused.headers["retry-after"]) > 0
        assert client.get(f"{ROOT}/tokens/{feed.day.receipts[0]}.json").status_code == 429


def test_writes_lead_to_intake_and_services_are_told_here_too(feed: Feed) -> None:
    with feed.client() as client:
        away = client.post(f"{ROOT}/requests.json", data={"service_code": "tree"}, follow_redirects=False)
        assert away.status_code == 307
        assert away.headers["location"] == f"{feed.parts.settings.intake_url}{ROOT}/requests.json"
        Draft202012Validator(SERVICES).validate(client.get(f"{ROOT}/services.json").json())
        assert client.get(f"{ROOT}/services/tree.xml").status_code == 200
        assert client.get(f"{ROOT}/discovery.xml").status_code == 200


def test_the_list_follows_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open311, "LISTING_SECONDS", 0.0)
    day = storm(3)
    with running(day) as feed:
        before = len(get(feed, "requests.json"))
        receipt = day.report(day.from_premise(3))
        day.tick()
        feed.wait_shown(day.journal.last())
        deadline = time.monotonic() + 5
        while len(get(feed, "requests.json")) == before and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(get(feed, "requests.json")) == before + 1
        assert get(feed, f"requests/{receipt}.json")[0]["status"] == "open"
