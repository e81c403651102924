"""Staff type what a caller says: the same report, with its author."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest

from stormops.core.entry import Actor, ReportReceived
from stormops.core.report import Channel
from tests.intake.conftest import FEED, Intake, Person

HEADERS = {"X-CSRF-Token": "a token", "Idempotency-Key": "call-1", "Cookie": "stormops_session=s"}
SAID = {"symptom": "wire_down", "address": "12 Palm Ave", "callback": "850-555-0123"}


@pytest.fixture
def desk(intake: Intake) -> Intake:
    intake.people["s"] = Person()
    return intake


async def enter(intake: Intake, body: object = SAID, **headers: str) -> httpx2.Response:
    given = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
    return await intake.client.post("/api/v1/desk/reports", json=body, headers=given)


async def test_what_a_caller_says_is_kept_with_who_typed_it(desk: Intake) -> None:
    response = await enter(desk)
    assert response.status_code == 202
    answer = response.json()
    assert answer["safety"] is True
    assert "911" in answer["advice"]
    assert answer["status_url"] == f"{FEED}/r/{answer['receipt']}"
    (fact,) = desk.facts()
    assert isinstance(fact, ReportReceived)
    assert (fact.receipt, fact.channel, fact.by) == (
        answer["receipt"],
        Channel.DESK,
        Actor(person="ann", desk="north", shift=3),
    )
    assert desk.metric('intake_reports_total{channel="desk"}') == 1


async def test_the_same_call_sent_again_is_one_report(desk: Intake) -> None:
    first = await enter(desk)
    desk.people["s"].shift = 4
    again = await enter(desk)
    assert again.json() == first.json()
    assert len(desk.facts()) == 1
    other = await enter(desk, SAID | {"address": "14 Palm Ave"})
    assert other.json()["code"] == "key_reused"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Cookie": "stormops_session=other"}, 401, "not_signed_in"),
        ({"X_CSRF_Token": "another"}, 403, "csrf"),
        ({"Origin": "https://elsewhere.test"}, 403, "origin"),
        ({"Idempotency_Key": ""}, 422, "invalid"),
        ({"Content_Type": "text/plain"}, 415, "unsupported_media_type"),
    ],
)
async def test_without_the_right_nothing_is_kept(desk: Intake, headers: dict[str, str], status: int, code: str) -> None:
    response = await enter(desk, **headers)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert desk.facts() == []
    assert desk.metric(f'intake_refused_total{{code="{code}"}}') == 1


async def test_a_viewer_may_not_enter_reports(desk: Intake) -> None:
    desk.people["s"].roles = ["viewer"]
    assert (await enter(desk)).json()["code"] == "may_not_act"


@pytest.mark.parametrize("body", [{"symptom": "lights_out"}, {"symptom": "?", "address": "x"}, SAID | {"by": "me"}])
async def test_a_wrong_report_is_refused_with_its_field(desk: Intake, body: dict[str, str]) -> None:
    response = await enter(desk, body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert response.json()["errors"]


async def test_a_disk_that_is_away_gives_503(desk: Intake, broken_disk: Callable[[], None]) -> None:
    broken_disk()
    assert (await enter(desk)).status_code == 503
