"""The counter on the real platform: service with a deposit, money in a drawer, maker and checker, balanced books."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.platform import Platform, make_city

pytestmark = pytest.mark.system

ROLES = ("representative", "cashier", "billing", "addresses", "field", "approver", "auditor")
API = "/api/v1/counter"


class Person:
    """Somebody signed in at a desk, over HTTP."""

    def __init__(self, platform: Platform, name: str, password: str) -> None:
        where = platform.where()
        # A connection for each question: one that was open when a process died is no test of its socket.
        limits = httpx2.Limits(max_keepalive_connections=0)
        self.http = httpx2.Client(base_url=where["counter_url"], timeout=30, limits=limits)
        sent = {"person": name, "password": password, "desk": "north"}
        answer = self.http.post(f"{where['intake_url']}/staff/sign-in", json=sent)
        assert answer.status_code == 200, answer.text
        self.http.headers["X-CSRF-Token"] = answer.json()["csrf"]
        self.name, self.number = name, 0

    def get(self, path: str) -> Any:
        answer = self.http.get(API + path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, command: str, key: str = "", **body: Any) -> httpx2.Response:
        self.number += 1
        headers = {"Idempotency-Key": key or f"{self.name}-{self.number}"}
        return self.http.post(f"{API}/commands/{command}", json=body, headers=headers)

    def do(self, command: str, **body: Any) -> dict[str, str]:
        answer = self.send(command, **body)
        assert answer.status_code == 200, answer.text
        done: dict[str, str] = answer.json()["answer"]
        return done

    def keep(self, body: bytes) -> str:
        return str(self.http.post(f"{API}/evidence", content=body).json()["hash"])


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("counter")
    city, ready = make_city(folder, 2_000), ("intake_url", "feed_url", "counter_url")
    running = Platform(city, folder / "data", ready=ready, staff=("dispatcher", "viewer", *ROLES))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def people(platform: Platform) -> Iterator[dict[str, Person]]:
    made = {role: Person(platform, *platform.staff[role]) for role in ROLES}
    yield made
    for person in made.values():
        person.http.close()


def test_a_customers_first_month_from_lease_to_adjustment(platform: Platform, people: dict[str, Person]) -> None:
    desk, cashier, billing = people["representative"], people["cashier"], people["billing"]
    lease = desk.keep(b"a signed lease")
    desk.do("open_account", account="a1", category="residential", party="p1", name="Ada Moss", verified="photo_id")
    premise = desk.do("add_premise", address="1 Palm Ave")["premise"]
    official = {"jurisdiction": "city", "tax_code": "", "parcel": "1", "feeder": "F", "fire_class": "1"}
    people["addresses"].do(
        "make_premise_official", premise=premise, address="1 Palm Ave", impervious_square_feet=1, **official
    )
    point = people["addresses"].do(
        "add_service_point", premise=premise, utility="electric", meter="M1", needs_release=False
    )["service_point"]
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 12 * 3600))
    start = {"account": "a1", "premise": premise, "service": "electric", "rate": "residential", "point": point}
    agreement = desk.do("start_service", **start, since=today, occupancy=lease)["service_agreement"]

    deposit = desk.get("/accounts/a1")["deposits"][0]
    assert deposit["required"] == 15_000
    drawer = cashier.do("open_drawer", change=5_000)["drawer"]
    cashier.do("pay_deposit", deposit=deposit["id"], number="D-1", cents=15_000, tender="cash", drawer=drawer)
    people["field"].do("energise", agreement=agreement, register=100)

    fee = {"kind": "back_bill", "account": "a1", "charge": "electric", "months": [10_000], "cause": "customer"}
    period = {"since": "2026-01-01", "until": "2026-02-01", "due": "2026-12-31"}
    back = billing.do("draft_request", proposal={**fee, **period}, reason="meter was bypassed")["request"]
    owed = owed_after(people, back, lease)
    assert owed == 10_000
    cashier.do("take_payment", account="a1", number="R1", cents=4_000, tender="cash", drawer=drawer)
    receivable = billing.get("/accounts/a1")["receivables"][0]["id"]
    leak = {"kind": "adjustment", "account": "a1", "type": "leak", "parts": [{"receivable": receivable, "cents": 500}]}
    assert owed_after(people, billing.do("draft_request", proposal=leak, reason="a leak")["request"], lease) == 5_500

    checks = people["auditor"].get("/checks")
    assert (checks["unbalanced_funds"], checks["differences"], checks["broken_at"]) == ({}, [], None)
    assert checks["trial"]["1020"]["general"] == 5_000 + 15_000 + 4_000
    assert "Ada" not in platform.log


def owed_after(people: dict[str, Person], request: str, proof: str) -> int:
    """What is owed after a request went from its maker to a checker and into the books."""
    billing, approver = people["billing"], people["approver"]
    billing.do("attach_evidence", request=request, hashes=[proof])
    billing.do("submit_request", request=request)
    assert billing.send("approve_request", request=request).status_code == 403
    approver.do("approve_request", request=request)
    billing.do("post_request", request=request)
    return int(billing.get("/accounts/a1")["owed"])


def test_a_counter_that_is_killed_comes_back_with_everything_and_a_key_keeps_its_effect(
    platform: Platform, people: dict[str, Person]
) -> None:
    desk = people["representative"]
    desk.send("open_account", account="k1", category="residential", party="k1", name="Kim", verified="passport")
    first = desk.send("add_contact", key="once", account="k1", text="hello")
    assert first.status_code == 200
    position = people["auditor"].get("/checks")["position"]
    platform.kill("counter")
    again = desk.send("add_contact", key="once", account="k1", text="hello")  # waits in the socket meanwhile
    assert again.json() == first.json() | {"replayed": True}
    assert people["auditor"].get("/checks")["position"] == position


def test_an_outage_is_reported_as_ever_while_there_is_no_counter(platform: Platform) -> None:
    platform.kill("counter")
    report = {"symptom": "lights_out", "address": "1 Palm Ave"}
    assert httpx2.post(f"{platform.intake_url}/api/v1/reports", json=report).status_code == 202


def test_a_role_of_the_storm_desk_sees_accounts_only_as_far_as_it_may(platform: Platform) -> None:
    viewer, dispatcher = (Person(platform, *platform.staff[role]) for role in ("viewer", "dispatcher"))
    with contextlib.closing(viewer.http), contextlib.closing(dispatcher.http):
        assert viewer.http.get(f"{API}/accounts/a1").status_code == 403
        assert dispatcher.http.get(f"{API}/accounts/a1").status_code == 200
        refused = dispatcher.send("take_payment", account="a1", number="X", cents=1, tender="bank")
        assert (refused.status_code, refused.json()["code"]) == (403, "no_permission")
