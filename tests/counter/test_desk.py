"""Every address against every role: none works without its right, and none for a stranger."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import Route

from stormops.accounts.asking.catalogue import BODIES
from stormops.accounts.refusal import Refusal
from stormops.books.database import BooksUnavailable
from stormops.counter.desk import FORBIDDEN, as_problem
from stormops.counter.rights import NEEDS
from stormops.staff.roles import ROLES
from tests.counter.conftest import API, Desk, customer

CHECKS = (
    *("/checks", "/audit", "/looks", "/continuous"),
    *("/counter/reports", "/counter/retention", "/counter/commands/{key}"),
)
BY_THEIR_OWN = ("/counter/do/{duty}", "/counter/records/{request}/export")
"""Of these a test of their own says who may see what: duty by duty, and who may fetch an export (`test_records`)."""
ASSIGNS = ("/counter/storm-roles",)
OPEN = ("/healthz", "/readyz", "/metrics", "/openapi.json", "/favicon.ico", "/counter/assets/{name}")
FILLED = {"kind": "bill", "queue": "approvals", "hash": "a" * 64, "duty": "add_contact"}


def addresses(desk: Desk, method: str) -> list[str]:
    routes = [route for route in desk.client._transport.app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    paths = [route.path for route in routes if method in (route.methods or ())]
    return [path for path in paths if path not in OPEN]


def filled(path: str) -> str:
    for name in (
        "account",
        "premise",
        "bill",
        "receipt",
        "kind",
        "id",
        "queue",
        "hash",
        "key",
        "duty",
        "command",
        "umbrella",
    ):
        path = path.replace(f"{{{name}}}", FILLED.get(name, "nobody"))
    return path


async def test_no_read_works_without_its_right(desk: Desk) -> None:
    paths = addresses(desk, "GET")
    assert len(paths) > 20
    for path in paths:
        permission = "assign" if path in ASSIGNS else "read_checks" if path.endswith(CHECKS) else "read_accounts"
        for role, may in ROLES.items():
            status = (await desk.get(role, filled(path))).status_code
            if permission not in may.permissions:
                assert status == 403, (path, role)
            elif path not in BY_THEIR_OWN:
                assert status in {200, 303, 404, 422}, (path, role)
        stranger = await desk.client.get(filled(path))
        assert stranger.status_code == (303 if path.startswith("/counter") else 401), path


@pytest.mark.parametrize("name", BODIES)
async def test_no_command_works_without_its_right(desk: Desk, name: str) -> None:
    """Bodies that could be: what is refused for its right is refused before anything is looked at."""
    body = BODIES_THAT_COULD_BE.get(name, {})
    for role, may in ROLES.items():
        mine = {grant.permission for grant in may.grants}
        for end in ("", "/preview"):
            headers = desk.headers(role, **{"Idempotency-Key": f"{name}-{role}"[:60]})
            answer = await desk.client.post(f"{API}/commands/{name}{end}", json=body, headers=headers)
            if "read_accounts" not in may.permissions:
                assert (answer.status_code, answer.json()["code"]) == (403, "may_not_look")
            elif NEEDS[name].isdisjoint(mine):
                assert answer.status_code in {403, 422}
                assert answer.json()["code"] in {"no_permission", "invalid"}
            else:
                assert answer.json().get("code") != "no_permission" or name in LATER
    before = desk.clerk.books.position()
    stranger = await desk.client.post(f"{API}/commands/{name}", json=body, headers={"Idempotency-Key": "k"})
    assert stranger.status_code == 401
    assert desk.clerk.books.position() == before


BODIES_THAT_COULD_BE: dict[str, dict[str, Any]] = {
    "add_contact": {"account": "nobody", "text": "x"},
    "take_payment": {"account": "nobody", "number": "1", "cents": 1, "tender": "bank"},
    "approve_request": {"request": "nobody"},
    "submit_request": {"request": "nobody"},
    "post_request": {"request": "nobody"},
    "issue_refund": {"refund": "nobody", "method": "bank", "reference": "1"},
    "apply_credit": {"account": "nobody"},
    "charge_fee": {"account": "nobody", "due": "2026-09-01"},
    "notice_cut": {"agreement": "nobody"},
    "reconnect": {"cut": "nobody"},
    "energise": {"agreement": "nobody", "register": 1},
    "open_drawer": {},
    "accrue_loan_interest": {"loan": "nobody"},
    "review_payment": {"receipt": "nobody", "note": "x"},
}
"""One for each right; of the others the body is refused field by field, which tells nothing."""

LATER = {"judge_request"}
"""Commands that look closer once they know what they are about."""


async def test_who_may_look_but_not_act_writes_nothing(desk: Desk) -> None:
    await customer(desk)
    before = desk.clerk.books.position()
    for role in ("viewer", "auditor"):
        for name, body in BODIES_THAT_COULD_BE.items():
            if role == "viewer" or name != "add_contact":
                await desk.refused(role, name, **body)
    assert desk.clerk.books.position() == before


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"account": 5}', b'{"account":"\\u0000","text":"x"}', b"\xff", b"[" * 9000]
)
async def test_hostile_bodies_are_refused_with_a_problem(desk: Desk, body: bytes) -> None:
    headers = desk.headers("cashier", **{"Idempotency-Key": "h", "Content-Type": "application/json"})
    for end in ("", "/preview"):
        answer = await desk.client.post(f"{API}/commands/add_contact{end}", content=body, headers=headers)
        assert answer.status_code in {400, 422}
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["", "x" * 65, "a b", "é", "a/b"])
async def test_a_key_that_is_none_is_said(desk: Desk, key: str) -> None:
    headers = desk.headers("cashier") | {"Idempotency-Key": key}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = await desk.client.post(f"{API}/commands/add_contact", json={}, headers=raw)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_write_needs_our_page_and_the_sessions_token(desk: Desk) -> None:
    body = {"account": "a1", "text": "x"}
    for change, code in (({"Origin": "http://evil.test"}, "origin"), ({"X-CSRF-Token": "no"}, "csrf")):
        headers = desk.headers("cashier", **{"Idempotency-Key": "k"}) | change
        answer = await desk.client.post(f"{API}/commands/add_contact", json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, code)


async def test_books_that_are_away_are_said_and_nothing_is_promised(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise BooksUnavailable("away")

    monkeypatch.setattr(desk.clerk.books, "outcome", away)
    monkeypatch.setattr(desk.clerk.books.database, "reading", away)
    answer = await desk.send("cashier", "add_contact", account="a1", text="x")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["retry-after"] == "2"
    page = await desk.get("cashier", "/counter/accounts/a1")
    assert page.status_code == 503
    assert "Nothing was promised" in page.text
    assert (await desk.client.get("/readyz")).status_code == 503


def test_who_asks_is_403_and_how_things_stand_is_409() -> None:
    assert as_problem(Refusal("over_limit", "No.", "cents")).status == 403
    assert as_problem(Refusal("too_much", "No.", "cents")).errors[0].field == "cents"
    assert as_problem(Refusal("too_much", "No.")).status == 409
    assert as_problem(Refusal("changed", "No.")).status == 412
    assert as_problem(Refusal("key_reused", "No.")).status == 422
    assert "maker_is_checker" in FORBIDDEN
