"""A customer asks about home over HTTP: an area by address, premises by account and phone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx2
import numpy as np
import pytest

from stormops.core.report import Report, Symptom
from stormops.feed import at_home
from stormops.journal.place_mark import make_mark, read_mark
from stormops.pages.words import words
from tests.feed.served import HOMES_SECRET, PLACES_SECRET, Feed, running, storm

PREMISE, MINE = "/api/v1/public/premise", "/mine"


@pytest.fixture
def home(dist: Path) -> Iterator[Feed]:
    """A feed of its own: wrong pairs are counted."""
    with running(storm(), dashboards=dist) as served:
        yield served


def pair(feed: Feed, row: int) -> dict[str, str]:
    premises = feed.day.city.premises
    return {"account": premises.account[row], "phone_last4": premises.phone[row][-4:]}


def some_row(feed: Feed, *, out: bool) -> int:
    """A premise of one account alone that is out of some service, or of none."""
    premises, bits = feed.day.city.premises, feed.day.situation.coverage.bits
    fitting = (row for row in np.flatnonzero((bits != 0) == out).tolist() if premises.phone[row])
    return next(row for row in fitting if premises.account.count(premises.account[row]) == 1)


def test_an_address_gives_its_area_as_the_map_shows_it(feed: Feed) -> None:
    with feed.client() as client:
        view = client.get("/api/v1/public/snapshot").json()["view"]
        shown = {value["id"]: value for key, value in view.items() if key.startswith("area/")}
        address = feed.day.city.premises.address(some_row(feed, out=True))
        answer = client.get("/api/v1/public/area", params={"address": address}).json()
        assert answer["area"] == shown[answer["area"]["id"]]
        assert client.get("/api/v1/public/area", params={"address": "1 Nowhere St"}).status_code == 404
        assert client.get("/api/v1/public/area").status_code == 422


def test_the_table_finds_an_area_without_javascript(feed: Feed) -> None:
    address = feed.day.city.premises.address(some_row(feed, out=True))
    with feed.client() as client:
        page = client.get("/text", params={"address": address}).text
        assert "data-area=" in page
        assert words("en")("text.not_found") in client.get("/text", params={"address": "1 Nowhere St"}).text


@pytest.mark.parametrize("out", [True, False])
def test_an_account_with_its_phone_tells_what_is_believed_and_never_where(feed: Feed, *, out: bool) -> None:
    row = some_row(feed, out=out)
    with feed.client() as client:
        answer = client.post(PREMISE, json=pair(feed, row))
    assert answer.headers["cache-control"] == "no-store"
    premise = answer.json()["premises"][0]
    assert out == any(service["believed"] == "out" for service in premise["services"])
    assert all(service["incident"] for service in premise["services"] if service["believed"] == "out")
    premises = feed.day.city.premises
    for secret in (premises.id[row], premises.streets[premises.street[row]], premises.phone[row]):
        assert secret not in answer.text


def test_counter_asks_for_a_premise_by_its_own_mark_and_by_no_other(feed: Feed) -> None:
    row = some_row(feed, out=True)
    name, now_ms = feed.day.city.premises.id[row], time.time_ns() // 1_000_000
    with feed.client() as client:
        answer = client.get(f"{PREMISE}/{make_mark(HOMES_SECRET, name, now_ms)}")
        assert any(service["believed"] == "out" for service in answer.json()["premises"][0]["services"])
        assert answer.headers["cache-control"] == "no-store"
        past_ms = now_ms - 7 * 3_600_000
        for wrong in (
            make_mark(PLACES_SECRET, name, now_ms),
            make_mark(HOMES_SECRET, name, past_ms),
            make_mark(HOMES_SECRET, "nowhere", now_ms),
            name,
        ):
            assert client.get(f"{PREMISE}/{wrong}").status_code == 404


def test_silence_is_not_on(feed: Feed) -> None:
    with feed.client() as client:
        answer = client.post(PREMISE, json=pair(feed, some_row(feed, out=False))).json()
    assert {service["believed"] for service in answer["premises"][0]["services"]} == {"unknown"}


def test_the_page_says_the_same_and_keeps_the_account_out_of_addresses(feed: Feed) -> None:
    row = some_row(feed, out=True)
    with feed.client() as client:
        assert words("en")("mine.ask") in client.get(MINE).text
        answer = client.post(MINE, data=pair(feed, row))
    assert words("en")("mine_believed.out") in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_wrong_pairs_get_one_answer_and_are_slowed_by_account(home: Feed) -> None:
    row = some_row(home, out=True)
    right = pair(home, row)
    wrong = right | {"phone_last4": f"{(int(right['phone_last4']) + 1) % 10_000:04}"}
    with home.client() as client:
        answers = [client.post(PREMISE, json=wrong) for _ in range(int(at_home.ACCOUNT_MISSES_BURST))]
        unknown = client.post(PREMISE, json={"account": "no-such", "phone_last4": "0000"})
        assert {(a.status_code, a.text) for a in [*answers, unknown]} == {(404, unknown.text)}
        for given in (right, wrong):  # the right pair too: its answer would tell which guess was right
            late = client.post(PREMISE, json=given)
            assert late.status_code == 429
            assert int(late.headers["retry-after"]) >= 60
        assert client.post(MINE, data=right).status_code == 429


@pytest.mark.parametrize("body", [b"", b"[]", b'{"account":1}', b"\xff", b'{"account":"1","phone_last4":"1","x":1}'])
def test_bad_bodies_are_refused(feed: Feed, body: bytes) -> None:
    with feed.client() as client:
        assert client.post(PREMISE, content=body).status_code == 422


def test_a_long_body_is_refused_unread(feed: Feed) -> None:
    with feed.client() as client:
        assert client.post(PREMISE, content=b"x" * (at_home.BODY_BYTES_MAX + 1)).status_code == 413
        assert client.post(MINE, content=b"x" * (at_home.BODY_BYTES_MAX + 1)).status_code == 404


def test_a_bearer_says_still_out_from_the_page_of_the_receipt(home: Feed) -> None:
    premises = home.day.city.premises
    receipt = home.day.report(Report(symptom=Symptom.LIGHTS_OUT, account=premises.account[some_row(home, out=False)]))
    home.day.tick()
    with home.client() as client:
        page = httpx2.Response(404)
        while page.status_code != httpx2.codes.OK:
            page = client.get(f"/r/{receipt}")
    assert words("en")("status.still") in page.text
    assert f"still out; first report {receipt}" in page.text
    assert 'name="service_point" value="E-' in page.text


def test_who_knows_the_account_may_sign_up_for_messages_about_each_of_its_premises(dist: Path) -> None:
    with running(storm(), dashboards=dist, messages=True) as served, served.client() as client:
        row = some_row(served, out=True)
        page = client.post(MINE, data=pair(served, row)).text
        marks = re.findall(r'href="/messages\?place=([^"]+)"', page)
        now_ms = round(time.time() * 1000)
        (premise,) = {read_mark(PLACES_SECRET, unquote(mark), now_ms) for mark in marks}
        assert premise == served.day.city.premises.id[row]
        places = [known["place"] for known in client.post(PREMISE, json=pair(served, row)).json()["premises"]]
        assert {read_mark(PLACES_SECRET, place, now_ms) for place in places} == {premise}
        form = client.get("/messages", params={"place": unquote(marks[0])})
        assert form.status_code == 200
        assert f'name="place" value="{unquote(marks[0])}"' in form.text
        assert f"{served.parts.settings.intake_url}/messages" in form.headers["Content-Security-Policy"] + form.text
        assert words("en")("messages.asked") in client.get("/messages").text
        assert "messages?" not in client.post(MINE, data=pair(served, row) | {"phone_last4": "0000"}).text


def test_where_nothing_is_connected_no_page_offers_messages(home: Feed) -> None:
    with home.client() as client:
        assert "/messages" not in client.post(MINE, data=pair(home, some_row(home, out=True))).text
        page = client.get("/messages", params={"receipt": "1"})
        assert page.status_code == 404
        assert words("en")("messages.none") in page.text
        assert "<form" not in page.text
