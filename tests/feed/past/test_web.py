"""The desk's reads of the past over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.feed.served import Feed

PAST = "/api/v1/desk/past"


def read(feed: Feed, path: str, code: int = 200, encoding: str = "gzip") -> Any:
    with feed.client(staff=True) as client:
        answer = client.get(PAST + path, headers={"Accept-Encoding": encoding})
        assert answer.status_code == code, answer.text
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()


def test_the_newest_position_is_what_the_desk_shows_now(feed: Feed) -> None:
    last = feed.day.journal.last()
    with feed.client(staff=True) as client:
        live = client.get("/api/v1/desk/snapshot").json()
    past = read(feed, f"?n={last}")
    assert past["type"] == "snapshot"
    assert (past["n"], past["at_ms"], past["view"]) == (last, live["at_ms"], live["view"])
    assert read(feed, f"?n={last}", encoding="identity")["view"] == live["view"]
    assert read(feed, f"?at_ms={live['at_ms']}")["n"] == last


def test_who_holds_a_picture_is_sent_what_differs(feed: Feed) -> None:
    last = feed.day.journal.last()
    whole = read(feed, f"?n={last}")
    before = read(feed, f"?previous={last}&known={last}")
    assert (before["type"], before["from"]) == ("changes", last)
    assert len(before["set"]) < len(whole["view"])
    after = read(feed, f"?next={before['n']}&known={before['n']}")
    assert (after["from"], after["n"]) == (before["n"], last)
    assert read(feed, f"?next={last}", 404)["code"] == "not_found"
    assert read(feed, "?previous=1", 404)["title"] == "Nothing had changed before."


@pytest.mark.parametrize(
    "query", ["", "?n=-1", "?n=x", "?n=1&at_ms=2", "?n=99999999999999999999", "?known=1", "?n=1&known=", "?n=٣"]
)
def test_a_wrong_question_is_said_to_be_one(feed: Feed, query: str) -> None:
    assert read(feed, query, 422)["code"] == "bad_query"


def test_details_at_a_position(feed: Feed) -> None:
    n = feed.day.journal.last()
    with feed.client(staff=True) as client:
        view = client.get("/api/v1/desk/snapshot").json()["view"]
        incident = next(value["id"] for key, value in view.items() if key.startswith("incident/"))
        assert read(feed, f"/{n}/incidents/{incident}") == client.get(f"/api/v1/desk/incidents/{incident}").json()
        receipt = next(value["receipt"] for key, value in view.items() if key.startswith("report/"))
        assert read(feed, f"/{n}/reports/{receipt}") == client.get(f"/api/v1/desk/reports/{receipt}").json()
        premise = feed.day.city.premises.id[0]
        assert read(feed, f"/{n}/customers/{premise}") == client.get(f"/api/v1/desk/customers/{premise}").json()
        assert read(feed, f"/{n}/premises/{premise}") == client.get(f"/api/v1/desk/premises/{premise}").json()
    assert read(feed, f"/1/incidents/{incident}", 404)["title"] == "This incident was not open then."
    assert read(feed, f"/{n}/incidents/E-9999", 404)["code"] == "not_found"
    assert read(feed, f"/{n}/reports/5", 404)["title"] == "This is not a receipt number."
    assert read(feed, f"/{n}/reports/01-0000-0000-000-0", 404)["code"] == "not_found"
    assert read(feed, f"/x/incidents/{incident}", 422)["code"] == "bad_query"
    assert read(feed, f"/x/reports/{receipt}", 422)["code"] == "bad_query"


def test_marks(feed: Feed) -> None:
    marks = read(feed, "/marks")
    assert marks["whole"]
    assert marks["through"] == feed.day.journal.last()
    assert feed.day.situation.mode.cause == "automatic"
    assert {mark["kind"] for mark in marks["marks"]} == {"incident", "mode"}


@pytest.mark.parametrize("path", ["?n=1", "/marks", "/1/incidents/E-0001", "/1/reports/1", "/1/customers/x"])
def test_the_past_is_staffs(feed: Feed, path: str) -> None:
    with feed.client() as client:
        assert client.get(PAST + path).status_code == 401


def test_outages_of_a_premise_are_read_by_staff_and_by_nobody_else(feed: Feed) -> None:
    path = f"/outages/{feed.day.city.premises.id[0]}"
    found = read(feed, path)
    assert found.keys() == {"whole", "outages"}
    assert read(feed, "/outages/nowhere", 404)["title"] == "No premise has this number."
    with feed.client() as client:
        assert client.get(PAST + path).status_code == 401
