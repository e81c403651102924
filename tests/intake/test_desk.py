from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest

from stormops.core.entry import (
    Actor,
    AnyFact,
    DeviceSeenClosed,
    IncidentCancelled,
    IncidentConfirmed,
    IncidentRestored,
    IncidentsMerged,
    IncidentSplit,
    ModeDeclared,
    ReportPlaced,
    ReportWithdrawn,
    SafetyAcknowledged,
    ServiceAlone,
    SightingRetracted,
    SituationReportRequested,
)
from stormops.core.levels import Mode
from stormops.journal.receipt import Minter
from tests.intake.conftest import FEED, Intake, Person

BY = Actor(person="ann", desk="north", shift=3)
RECEIPT = Minter(1, b"0123456789abcdef").mint(7)
OTHER = Minter(1, b"0123456789abcdef").mint(8)
CONFIRM = "/api/v1/desk/incidents/i1/confirm"
HEADERS = {"X-CSRF-Token": "a token", "Idempotency-Key": "a-1", "Cookie": "stormops_session=s"}


@pytest.fixture
def desk(intake: Intake) -> Intake:
    intake.people["s"] = Person()
    return intake


async def act(intake: Intake, path: str = CONFIRM, body: object = None, **headers: str | None) -> httpx2.Response:
    given = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in given.items() if value is not None}
    return await intake.client.post(path, json={"reason": "seen"} if body is None else body, headers=sent)


@pytest.mark.parametrize(
    ("path", "body", "fact"),
    [
        ("incidents/i1/confirm", {}, IncidentConfirmed(action="a-1", by=BY, reason="seen", incident="i1")),
        (
            "incidents/i1/confirm",
            {"device": "F-7"},
            IncidentConfirmed(action="a-1", by=BY, reason="seen", incident="i1", device="F-7"),
        ),
        (
            "incidents/i1/restore",
            {"device": None},
            IncidentRestored(action="a-1", by=BY, reason="seen", incident="i1"),
        ),
        ("situation-reports", {}, SituationReportRequested(action="a-1", by=BY, reason="seen")),
        ("incidents/i1/cancel", {}, IncidentCancelled(action="a-1", by=BY, reason="seen", incident="i1")),
        (
            "incidents/i1/merge",
            {"incidents": ["i2", "i3"]},
            IncidentsMerged(action="a-1", by=BY, reason="seen", into="i1", incidents=["i2", "i3"]),
        ),
        (
            "incidents/i1/split",
            {"receipts": [RECEIPT.replace("-", " "), OTHER]},
            IncidentSplit(action="a-1", by=BY, reason="seen", incident="i1", receipts=[RECEIPT, OTHER]),
        ),
        (
            "incidents/i1/seen-closed",
            {"device": "F-7"},
            DeviceSeenClosed(action="a-1", by=BY, reason="seen", incident="i1", device="F-7"),
        ),
        (
            "incidents/i1/service-only",
            {"receipt": RECEIPT.replace("-", "")},
            ServiceAlone(action="a-1", by=BY, reason="seen", incident="i1", receipt=RECEIPT),
        ),
        ("retractions", {"sighting": "a-0"}, SightingRetracted(action="a-1", by=BY, reason="seen", sighting="a-0")),
        (
            f"reports/{RECEIPT}/place",
            {"premise": "P-9"},
            ReportPlaced(action="a-1", by=BY, reason="seen", receipt=RECEIPT, premise="P-9"),
        ),
        (
            f"reports/{RECEIPT.replace('-', '')}/withdraw",
            {},
            ReportWithdrawn(action="a-1", by=BY, reason="seen", receipt=RECEIPT),
        ),
        (
            f"reports/{RECEIPT}/acknowledge",
            {},
            SafetyAcknowledged(action="a-1", by=BY, reason="seen", receipt=RECEIPT),
        ),
        ("mode", {"mode": "storm"}, ModeDeclared(action="a-1", by=BY, reason="seen", mode=Mode.STORM)),
    ],
)
async def test_an_action_is_kept_with_its_author_and_reason(
    desk: Intake, path: str, body: dict[str, object], fact: AnyFact
) -> None:
    response = await act(desk, f"/api/v1/desk/{path}", {"reason": "seen", **body})
    assert (response.status_code, response.json()) == (202, {"action": "a-1"})
    assert desk.facts() == [fact]
    assert desk.metric(f'intake_actions_total{{kind="{path.rpartition("/")[2]}"}}') == 1


@pytest.mark.parametrize("role", ["dispatcher", "supervisor"])
async def test_who_may_act_may(desk: Intake, role: str) -> None:
    desk.people["s"].roles = ["viewer", role]
    assert (await act(desk)).status_code == 202


async def test_what_a_supervisor_declares_may_relax(desk: Intake) -> None:
    desk.people["s"].roles = ["supervisor"]
    await act(desk, "/api/v1/desk/mode", {"mode": "normal", "reason": "all back", "scope": "city"})
    assert desk.facts() == [ModeDeclared(action="a-1", by=BY, reason="all back", mode=Mode.NORMAL, relax=True)]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"cookie": None}, 401, "not_signed_in"),
        ({"cookie": "stormops_session=other"}, 401, "not_signed_in"),
        ({"x_csrf_token": None}, 403, "csrf"),
        ({"x_csrf_token": "another token"}, 403, "csrf"),
        ({"origin": "https://elsewhere.test"}, 403, "origin"),
        ({"origin": "null"}, 403, "origin"),
        ({"idempotency_key": None}, 422, "invalid"),
        ({"idempotency_key": "x" * 201}, 422, "invalid"),
        ({"content_type": "text/plain"}, 415, "unsupported_media_type"),
    ],
)
async def test_without_the_right_to_act_nothing_is_kept(
    desk: Intake, headers: dict[str, str | None], status: int, code: str
) -> None:
    sent = {"X-CSRF-Token": None, "Idempotency-Key": None, "Cookie": None}
    given = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    merged = {name.lower(): given.get(name.lower(), HEADERS[name]) for name in sent} | given
    response = await desk.client.post(
        CONFIRM, json={"reason": "seen"}, headers={n: v for n, v in merged.items() if v is not None}
    )
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert desk.facts() == []
    assert desk.metric(f'intake_refused_total{{code="{code}"}}') == 1


@pytest.mark.parametrize("roles", [[], ["viewer"], ["admin"]])
async def test_a_viewer_may_only_look(desk: Intake, roles: list[str]) -> None:
    desk.people["s"].roles = roles
    response = await act(desk)
    assert (response.status_code, response.json()["code"]) == (403, "may_not_act")
    assert desk.facts() == []


async def test_our_own_pages_may_act_from_their_origin(desk: Intake) -> None:
    response = await act(desk, Origin=FEED)
    assert response.status_code == 202
    assert response.headers["access-control-allow-origin"] == FEED
    assert response.headers["access-control-allow-credentials"] == "true"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("incidents/i1/confirm", {}, "reason"),
        ("incidents/i1/confirm", {"reason": ""}, "reason"),
        ("incidents/i1/confirm", {"reason": " \n "}, "reason"),
        ("incidents/i1/confirm", {"reason": "x" * 501}, "reason"),
        ("incidents/i1/confirm", {"reason": "x", "device": 7}, "device"),
        ("incidents/i1/confirm", {"reason": "x", "incident": "i2"}, "incident"),
        ("incidents/i1/cancel", {"reason": "x", "device": "F-7"}, "device"),
        ("incidents/i1/merge", {"reason": "x"}, "incidents"),
        ("incidents/i1/merge", {"reason": "x", "incidents": []}, "incidents"),
        ("incidents/i1/merge", {"reason": "x", "incidents": ["i2", "i1"]}, "incidents"),
        ("incidents/i1/merge", {"reason": "x", "incidents": ["i"] * 101}, "incidents"),
        ("incidents/i1/split", {"reason": "x", "receipts": ["12"]}, "receipts"),
        (f"incidents/{'i' * 101}/confirm", {"reason": "x"}, "id"),
        ("incidents/%07/confirm", {"reason": "x"}, "id"),
        ("reports/01-2345-6789-012-0/withdraw", {"reason": "x"}, "receipt"),
        (f"reports/{RECEIPT}/place", {"reason": "x"}, "premise"),
        ("reports/01-2345-6789-012-0/acknowledge", {"reason": "x"}, "receipt"),
        ("mode", {"mode": "panic", "reason": "x"}, "mode"),
        ("mode", {"mode": "storm"}, "reason"),
        ("mode", {"mode": "storm", "reason": "x", "relax": True}, "relax"),
    ],
)
async def test_a_wrong_field_is_named(desk: Intake, path: str, body: dict[str, object], field: str) -> None:
    response = await act(desk, f"/api/v1/desk/{path}", body)
    assert response.status_code == 422
    errors = response.json()["errors"]
    assert [e["field"] for e in errors] == [field]
    assert errors[0]["detail"].endswith(".")
    assert desk.facts() == []


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"x" * 70_000, 413)])
async def test_a_body_that_is_none_is_refused(desk: Intake, body: bytes, status: int) -> None:
    response = await desk.client.post(CONFIRM, content=body, headers=HEADERS | {"Content-Type": "application/json"})
    assert response.status_code == status


async def test_the_same_action_sent_again_is_one_action(desk: Intake) -> None:
    answers = [await act(desk) for _ in range(3)]
    desk.people["s"].shift = 4  # signed in again meanwhile
    answers.append(await act(desk))
    assert {(a.status_code, a.json()["action"]) for a in answers} == {(202, "a-1")}
    assert len(desk.facts()) == 1
    assert desk.metric('intake_actions_total{kind="confirm"}') == 1


async def test_an_action_id_names_one_action_whoever_uses_it(desk: Intake) -> None:
    await act(desk)
    assert (await act(desk, body={"reason": "another"})).json()["code"] == "key_reused"
    assert (await act(desk, "/api/v1/desk/incidents/i2/confirm")).json()["code"] == "key_reused"
    assert (await act(desk, "/api/v1/desk/incidents/i1/cancel")).json()["code"] == "key_reused"
    desk.people["s"].person = "bob"
    assert (await act(desk)).json()["code"] == "key_reused"
    assert len(desk.facts()) == 1


async def test_a_disk_that_is_away_gives_503(desk: Intake, broken_disk: Callable[[], None]) -> None:
    broken_disk()
    response = await act(desk)
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")


async def test_an_action_is_written_only(desk: Intake) -> None:
    response = await desk.client.get(CONFIRM)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
