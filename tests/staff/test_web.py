from __future__ import annotations

import collections
import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from stormops.clock import Clock
from stormops.staff.records import open_records
from stormops.staff.sign_in import FAILURES_MAX, SignIn
from stormops.staff.web import BODY_BYTES_MAX, COOKIE, SignInRoutes

FEED = "http://feed.test"
GOOD = {"person": "ana", "password": "correct horse 1", "desk": "desk 4"}


@pytest.fixture
def outcomes() -> collections.Counter[str]:
    return collections.Counter()


@pytest.fixture
def client(tmp_path: Path, outcomes: collections.Counter[str]) -> Iterator[TestClient]:
    desk = SignIn(open_records(tmp_path / "staff.sqlite", busy_seconds=0.05), Clock(), PasswordHasher(1, 8, 1))
    desk.add("ana", "dispatcher", "correct horse 1")
    routes = SignInRoutes(lambda: desk, [FEED], FEED, lambda o: outcomes.update([o]))
    with TestClient(Starlette(routes=routes.routes()), follow_redirects=False) as made:
        yield made


def test_a_form_signs_in_without_javascript(client: TestClient, outcomes: collections.Counter[str]) -> None:
    answer = client.post("/staff/sign-in", data=GOOD, headers={"Origin": FEED})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{FEED}/desk")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert outcomes == {"granted": 1}


def test_where_staff_are_not_served_no_password_is_looked_at(
    outcomes: collections.Counter[str],
) -> None:
    def unasked() -> SignIn:
        raise AssertionError("the staff records were asked")

    routes = SignInRoutes(unasked, [FEED], FEED, lambda o: outcomes.update([o]), serves_staff=lambda _: False)
    with TestClient(Starlette(routes=routes.routes()), follow_redirects=False) as client:
        form, told = client.post("/staff/sign-in", data=GOOD), client.post("/staff/sign-in", json=GOOD)
    assert form.headers["location"] == f"{FEED}/sign-in?problem=elsewhere"
    assert (told.status_code, told.json()["code"]) == (403, "elsewhere")
    assert "staff's own address" in told.json()["title"]
    assert not outcomes


def test_json_signs_in_in_place(client: TestClient) -> None:
    answer = client.post("/staff/sign-in", json=GOOD)
    assert answer.status_code == 200
    assert answer.json()["desk"] == "desk 4"
    assert len(answer.json()["csrf"]) >= 24


def test_a_form_with_a_wrong_password_goes_back_with_the_problem(client: TestClient) -> None:
    answer = client.post("/staff/sign-in", data=GOOD | {"password": "wrong"})
    assert answer.headers["location"] == f"{FEED}/sign-in?problem=wrong_password"
    assert COOKIE not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("body", [b"not json", b"[1]", b'{"person": 3}', b"{}"])
def test_bad_json_is_a_problem_and_not_a_crash(client: TestClient, body: bytes) -> None:
    answer = client.post("/staff/sign-in", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_origin_may_not_sign_anybody_in_or_out(client: TestClient) -> None:
    for path in ("/staff/sign-in", "/staff/sign-out"):
        assert client.post(path, json=GOOD, headers={"Origin": "http://evil.test"}).status_code == 403


def test_too_many_attempts_are_told_how_long_to_wait(client: TestClient, outcomes: collections.Counter[str]) -> None:
    for _ in range(FAILURES_MAX):
        assert client.post("/staff/sign-in", json=GOOD | {"password": "wrong"}).status_code == 401
    answer = client.post("/staff/sign-in", json=GOOD)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert outcomes["limited"] == 1


def test_signing_out_forgets_the_cookie(client: TestClient) -> None:
    client.post("/staff/sign-in", json=GOOD)
    answer = client.post("/staff/sign-out")
    assert answer.headers["location"] == f"{FEED}/sign-in"
    assert "Max-Age=0" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "body",
    [b"[" * 5000, b'{"person":"\\ud800","password":"x"}', b'{"person":"ana","password":"' + b"x" * 10_000 + b'"}'],
    ids=["deep", "half a character", "large"],
)
def test_a_hostile_body_is_as_if_nothing_was_given(client: TestClient, body: bytes) -> None:
    answer = client.post("/staff/sign-in", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "incomplete")


def test_no_more_of_a_body_is_read_than_a_sign_in_needs(client: TestClient) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 100 * BODY_BYTES_MAX:
            sent += 1024
            yield b"x" * 1024

    kept: list[int] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        parts = endless()

        async def one() -> Message:
            return {"type": "http.request", "body": next(parts), "more_body": True}

        await client.app(scope, one if scope["type"] == "http" else receive, send)
        kept.append(sent)

    with TestClient(app, follow_redirects=False) as fed:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = fed.post("/staff/sign-in", headers=form)
    assert answer.headers["location"] == f"{FEED}/sign-in?problem=incomplete"
    assert kept[0] <= BODY_BYTES_MAX + 1024


def test_records_that_cannot_be_written_are_no_bug_and_end_no_session(client: TestClient, tmp_path: Path) -> None:
    client.post("/staff/sign-in", json=GOOD)
    with contextlib.closing(sqlite3.connect(tmp_path / "staff.sqlite", isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        answer = client.post("/staff/sign-in", json=GOOD)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        left = client.post("/staff/sign-out")
        assert left.headers["location"] == f"{FEED}/sign-in?problem=unavailable"
        assert COOKIE in client.cookies


def test_whose_day_begins_at_the_counter_is_led_there(tmp_path: Path) -> None:
    desk = SignIn(open_records(tmp_path / "staff.sqlite"), Clock(), PasswordHasher(1, 8, 1))
    desk.add("cara", "cashier", "correct horse 1")
    for counter_url, where in (("http://counter", "http://counter/counter"), ("", "http://feed/desk")):
        routes = SignInRoutes(
            lambda: desk, ["http://feed"], "http://feed", lambda _: None, counter_url=counter_url
        ).routes()
        with TestClient(Starlette(routes=routes), follow_redirects=False) as client:
            answer = client.post("/staff/sign-in", data={"person": "cara", "password": "correct horse 1", "desk": "1"})
        assert (answer.status_code, answer.headers["location"]) == (303, where)
