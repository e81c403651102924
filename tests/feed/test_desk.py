"""The desk's reads: closed to strangers, true to the situation."""

from __future__ import annotations

import httpx2
import numpy as np
import pytest

from stormops.core.mode import FUNCTIONS, Mode, level_of
from stormops.core.receipt_number import receipt_number, receipt_text
from tests.feed.served import Feed

DESK = (
    "/api/v1/session",
    "/api/v1/desk/snapshot",
    "/api/v1/desk/out",
    "/api/v1/desk/modes",
    "/api/v1/desk/course",
    "/api/v1/desk/links",
    "/api/v1/desk/links.csv",
    "/api/v1/desk/customers/1",
    "/api/v1/desk/premises?q=a",
    "/api/v1/desk/premises/1",
    "/api/v1/desk/incidents/E-0001",
    "/api/v1/desk/incidents/E-0001/premises",
    "/api/v1/desk/reports/01-2345-6789-012-3",
    "/api/v1/map/network.geojson",
    "/api/v1/map/devices.geojson",
)


@pytest.mark.parametrize("path", DESK)
def test_strangers_are_asked_to_sign_in(feed: Feed, path: str) -> None:
    with feed.client() as client:
        for cookies in ({}, {"stormops_session": "forged"}):
            answer = client.get(path, headers={"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())})
            assert answer.status_code == httpx2.codes.UNAUTHORIZED
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "not_signed_in"


def test_a_session_says_who_and_what_its_writes_need(feed: Feed) -> None:
    with feed.client(staff=True) as client:
        answer = client.get("/api/v1/session")
    assert answer.json() == {
        "person": "dana",
        "roles": ["dispatcher"],
        "desk": "D1",
        "shift": 7,
        "shift_since_ms": 1_000,
        "csrf": "token",
        "intake_url": "http://127.0.0.1:1",
        "counter_url": "",
    }
    assert answer.headers["cache-control"] == "no-store"


def test_who_is_out_is_who_is_out(feed: Feed) -> None:
    situation, ids = feed.day.situation, feed.day.city.premises.id
    dark = {ids[row] for row in np.flatnonzero(situation.coverage.bits)}
    with feed.client(staff=True) as client:
        everybody = client.get("/api/v1/desk/out").json()
        assert everybody["n"] == situation.position
        assert set(everybody["premises"]) == dark
        assert len(everybody["premises"]) == len(dark) > 0
        parts = [
            client.get(f"/api/v1/desk/incidents/{incident.id}/premises").json()["premises"]
            for incident in situation.incidents.values()
        ]
    assert {premise for part in parts for premise in part} == dark
    assert [len(part) for part in parts] == [incident.customers_out for incident in situation.incidents.values()]


def test_an_incident_comes_with_its_reports_and_their_reasons(feed: Feed) -> None:
    situation = feed.day.situation
    with feed.client(staff=True) as client:
        view = client.get("/api/v1/desk/snapshot").json()["view"]
        for incident in situation.incidents.values():
            body = client.get(f"/api/v1/desk/incidents/{incident.id}").json()
            assert body["n"] == situation.position
            assert body["incident"] == view[f"incident/{incident.id}"]
            assert len(body["reports"]) == body["reports_total"] == len(incident.reports)
            for report in body["reports"]:
                assert report["incident"] == incident.id
                assert report["address"]
                assert report["rule"]
                assert report["reasons"]
        assert client.get("/api/v1/desk/incidents/E-9999").status_code == httpx2.codes.NOT_FOUND
        assert client.get("/api/v1/desk/incidents/x").status_code == httpx2.codes.NOT_FOUND


def test_a_report_comes_in_full(feed: Feed) -> None:
    with feed.client(staff=True) as client:
        for receipt in feed.day.receipts:
            body = client.get(f"/api/v1/desk/reports/{receipt}").json()
            number = receipt_number(receipt)
            assert receipt_number(body["receipt"]) == feed.day.situation.later.first(number)
            assert body["said"]
            assert body["symptom"]
            assert body["channel"] == "web"
            if body["state"] == "unmatched":
                assert body["why"]
                assert body["premise"] is None
        assert client.get("/api/v1/desk/reports/12").status_code == httpx2.codes.NOT_FOUND
        assert client.get("/api/v1/desk/reports/77-0000-0000-000-0").status_code == httpx2.codes.NOT_FOUND


def test_premises_are_found_by_address_and_by_place(feed: Feed) -> None:
    premises = feed.day.city.premises
    with feed.client(staff=True) as client:
        found = client.get("/api/v1/desk/premises", params={"q": premises.address(3)}).json()["premises"]
        assert found[0]["premise"] == premises.id[3]
        near = client.get(f"/api/v1/desk/premises?lon={premises.lon[3]}&lat={premises.lat[3]}").json()["premises"]
        assert premises.id[3] in [place["premise"] for place in near[:3]]
        assert len(near) == 20
        for wrong in ("", "?lon=1", "?lon=a&lat=b", "?lon=nan&lat=1", "?lon=181&lat=1"):
            answer = client.get(f"/api/v1/desk/premises{wrong}")
            assert answer.status_code == httpx2.codes.UNPROCESSABLE_CONTENT
            assert answer.json()["code"] == "bad_query"


def test_a_premise_is_known_with_its_incidents_and_reports(feed: Feed) -> None:
    situation, ids = feed.day.situation, feed.day.city.premises.id
    dark = int(np.flatnonzero(situation.coverage.bits)[0])
    reported = next(report for receipt in situation.reports.row_of if (report := situation.report(receipt)))
    lit = int(np.flatnonzero(~situation.coverage.bits.astype(bool))[-1])
    with feed.client(staff=True) as client:
        out = client.get(f"/api/v1/desk/premises/{ids[dark]}").json()
        assert out["address"] == feed.day.city.premises.address(dark)
        assert all(incident["id"] in {i.id for i in situation.incidents.values()} for incident in out["incidents"])
        assert len(out["incidents"]) >= 1
        told = client.get(f"/api/v1/desk/premises/{ids[reported.premise]}").json()
        assert receipt_text(reported.receipt) in told["reports"]
        assert client.get(f"/api/v1/desk/premises/{ids[lit]}").json()["incidents"] == []
        assert client.get("/api/v1/desk/premises/NOWHERE").status_code == httpx2.codes.NOT_FOUND


def test_the_modes_are_served_with_what_each_turns_off(feed: Feed) -> None:
    with feed.client(staff=True) as client:
        served = client.get("/api/v1/desk/modes").json()
    assert [each["mode"] for each in served["modes"]] == ["normal", "watch", "storm", "surge", "island"]
    levels = {function["name"]: function["levels"] for function in served["functions"]}
    assert levels == {name: {m: level_of(name, Mode(m)) for m in levels[name]} for name in FUNCTIONS}


def test_the_course_of_the_storm_is_the_situations(feed: Feed) -> None:
    situation = feed.day.situation
    with feed.client(staff=True) as client:
        body = client.get("/api/v1/desk/course").json()
    assert (body["n"], body["at_ms"]) == (situation.position, situation.at_ms)
    assert body["samples"] == [list(sample) for sample in situation.course] != []
