from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx2
import pytest

from stormops.core.entry import ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.journal.port import DoorBusy
from stormops.journal.receipt import normalise
from tests.intake.conftest import FEED, INTAKE, Intake

FULL = {
    "symptom": "partial",
    "account": "4711-0815",
    "phone": "+1 (850) not-a-number",
    "meter": "M 1",
    "service_point": "E-1",
    "latitude": 27.5,
    "longitude": -82.25,
    "address": "  12½ Höll Straße #3 — rear  ",
    "landmark": "behind the 🏥",
    "medical": True,
    "note": "line one\nline two\tand a tab",
    "callback": "whenever",
}


async def test_a_report_gets_a_receipt_when_it_is_on_disk(intake: Intake) -> None:
    response = await intake.report(symptom="lights_out", address="1 Main St")
    assert response.status_code == 202
    answer = response.json()
    assert normalise(answer["receipt"]) == answer["receipt"]
    assert answer == {
        "receipt": answer["receipt"],
        "received_ms": answer["received_ms"],
        "status_url": f"{FEED}/r/{answer['receipt']}",
        "safety": False,
    }
    report = Report(symptom=Symptom.LIGHTS_OUT, address="1 Main St")
    assert intake.facts() == [ReportReceived(receipt=answer["receipt"], channel=Channel.API, report=report)]
    assert intake.metric('intake_reports_total{channel="api"}') == 1


async def test_what_a_customer_said_is_kept_letter_for_letter(intake: Intake) -> None:
    response = await intake.report(**FULL)
    assert response.status_code == 202
    (fact,) = intake.facts()
    assert isinstance(fact, ReportReceived)
    assert json.loads(json.dumps({name: getattr(fact.report, name) for name in FULL})) == FULL


@pytest.mark.parametrize(
    "where",
    [
        {"account": "1"},
        {"phone": "not a phone"},
        {"meter": "1"},
        {"service_point": "1"},
        {"address": "somewhere"},
        {"landmark": "the big tree"},
        {"latitude": 0, "longitude": 0},
    ],
)
async def test_any_one_way_of_saying_who_or_where_is_enough(intake: Intake, where: dict[str, object]) -> None:
    assert (await intake.report(symptom="water", **where)).status_code == 202


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"symptom": "lights_out"}, ["address"]),
        ({"symptom": "lights_out", "address": "  ", "phone": ""}, ["address"]),
        ({"symptom": "lights_out", "note": "at home"}, ["address"]),
        ({"address": "1 Main"}, ["symptom"]),
        ({"symptom": "dark", "address": "1 Main"}, ["symptom"]),
        ({"symptom": "lights_out", "latitude": 1}, ["longitude"]),
        ({"symptom": "lights_out", "longitude": 1, "address": "1 Main"}, ["latitude"]),
        ({"symptom": "lights_out", "latitude": 91, "longitude": 181}, ["latitude", "longitude"]),
        ({"symptom": "lights_out", "phone": 8505550100, "medical": "yes"}, ["phone", "medical"]),
        ({"symptom": "lights_out", "address": "x" * 201, "note": "x" * 2001}, ["address", "note"]),
        ({"symptom": "lights_out", "adress": "1 Main"}, ["adress"]),
        ({"symptom": None, "address": ["1"], "colour": {}}, ["symptom", "address", "colour"]),
    ],
)
async def test_a_problem_names_every_wrong_field_and_says_what_to_do(
    intake: Intake, fields: dict[str, object], names: list[str]
) -> None:
    response = await intake.report(**fields)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "invalid"
    assert problem["status"] == 422
    assert [e["field"] for e in problem["errors"]] == names
    assert all(e["detail"].endswith(".") and len(e["detail"]) > 15 for e in problem["errors"])
    assert intake.facts() == []
    assert intake.metric('intake_refused_total{code="invalid"}') == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"\xff\xfe", 400, "malformed_json"),
        (b'{"symptom":"tree","note":"\xed\xa0\x80"}', 400, "malformed_json"),
        (b'{"symptom":"tree","address":"\\ud800 x"}', 400, "malformed_json"),
        (b"[" * 60_000, 400, "malformed_json"),
        (b'{"x":' * 10_000 + b"1" + b"}" * 10_000, 400, "malformed_json"),
        (b"[]", 422, "invalid"),
        (b'"lights_out"', 422, "invalid"),
        (b"null", 422, "invalid"),
        (b'{"symptom":"tree","address":"' + b"x" * 70_000 + b'"}', 413, "too_large"),
    ],
)
async def test_any_body_at_all_gets_an_answer(intake: Intake, body: bytes, status: int, code: str) -> None:
    response = await intake.client.post("/api/v1/reports", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert intake.facts() == []


async def test_a_body_without_a_length_is_bounded_too(intake: Intake) -> None:
    sent = 0

    async def endless() -> object:
        nonlocal sent
        while sent < 10_000_000:
            sent += 10_000
            yield b"x" * 10_000

    response = await intake.client.post(
        "/api/v1/reports",
        content=endless(),  # type: ignore[arg-type]
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 413
    assert sent < 100_000


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_taken(intake: Intake, kind: str) -> None:
    response = await intake.client.post(
        "/api/v1/reports", content=b'{"symptom":"tree","account":"1"}', headers={"Content-Type": kind}
    )
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.x+json"])
async def test_json_by_any_of_its_names(intake: Intake, kind: str) -> None:
    response = await intake.client.post(
        "/api/v1/reports", content=b'{"symptom":"tree","account":"1"}', headers={"Content-Type": kind}
    )
    assert response.status_code == 202


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"symptom": "wire_down"}, ["25 feet (8 m)", "911"]),
        ({"symptom": "pole_down"}, ["25 feet (8 m)", "911"]),
        ({"symptom": "gas_odour"}, ["Leave now", "911"]),
        ({"symptom": "lights_out", "medical": True}, ["911"]),
        ({"symptom": "gas_odour", "medical": True}, ["Leave now", "power source"]),
    ],
)
async def test_who_is_in_danger_is_told_what_to_do(intake: Intake, fields: dict[str, object], words: list[str]) -> None:
    answer = (await intake.report(account="1", **fields)).json()
    assert answer["safety"] is True
    assert all(word in answer["advice"] for word in words)


# --- the same report sent again -------------------------------------------------------------------


async def test_the_same_key_gives_the_same_receipt(intake: Intake) -> None:
    fields = {"symptom": "tree", "account": "1"}
    answers = await asyncio.gather(*(intake.report({"Idempotency-Key": "k1"}, **fields) for _ in range(5)))
    answers.append(await intake.report({"Idempotency-Key": "k1"}, **fields))
    assert {a.status_code for a in answers} == {202}
    assert len({a.text for a in answers}) == 1
    assert len(intake.facts()) == 1
    assert intake.metric('intake_reports_total{channel="api"}') == 1


async def test_without_a_key_every_report_is_another(intake: Intake) -> None:
    receipts = {(await intake.report(symptom="tree", account="1")).json()["receipt"] for _ in range(3)}
    assert len(receipts) == 3


async def test_the_same_key_for_something_else_is_refused(intake: Intake) -> None:
    await intake.report({"Idempotency-Key": "k1"}, symptom="tree", account="1")
    response = await intake.report({"Idempotency-Key": "k1"}, symptom="tree", account="2")
    assert (response.status_code, response.json()["code"]) == (422, "key_reused")
    assert response.json()["errors"][0]["field"] == "Idempotency-Key"
    assert len(intake.facts()) == 1


async def test_another_sender_may_use_the_same_key(intake: Intake) -> None:
    for agent in ("phone", "tablet"):
        answer = await intake.report({"Idempotency-Key": "1", "User-Agent": agent}, symptom="tree", account="1")
        assert answer.status_code == 202
    facts = [f for f in intake.facts() if isinstance(f, ReportReceived)]
    assert len({f.receipt for f in facts}) == 2
    assert len({f.sender for f in facts}) == 2
    assert {f.key for f in facts} == {"1"}


FORM_KEY = "form:3b241101-e2bb-4255-8caf-4136c566a962"


async def test_a_key_of_the_form_counts_once_from_whatever_network_it_is_sent(intake: Intake) -> None:
    receipts = set()
    for agent in ("phone on the city's wireless", "the same by its own network"):
        answer = await intake.report({"Idempotency-Key": FORM_KEY, "User-Agent": agent}, symptom="tree", account="1")
        assert answer.status_code == 202
        receipts.add(answer.json()["receipt"])
    assert len(receipts) == len(intake.facts()) == 1
    other = await intake.report({"Idempotency-Key": FORM_KEY}, symptom="wire_down", account="1")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    "key",
    [
        "form:1",
        FORM_KEY.upper(),
        FORM_KEY + "0",
        "x" + FORM_KEY,
        "form:00000000-0000-0000-0000-000000000000",
        "form:3b241101-e2bb-1255-8caf-4136c566a962",
    ],
)
async def test_a_key_that_only_looks_like_the_forms_is_its_senders(intake: Intake, key: str) -> None:
    for agent in ("phone", "tablet"):
        answer = await intake.report({"Idempotency-Key": key, "User-Agent": agent}, symptom="tree", account="1")
        assert answer.status_code == 202
    assert len(intake.facts()) == 2


async def test_the_sender_is_a_hash_and_never_the_address(intake: Intake) -> None:
    await intake.report({"Idempotency-Key": "1"}, symptom="tree", account="1")
    raw = b"".join(p.read_bytes() for p in intake.folder.iterdir())
    assert b"203.0.113.9" not in raw
    assert b"python-httpx2" not in raw


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there", "caf\u00e9"])
async def test_a_key_that_cannot_be_one_is_named(intake: Intake, key: str) -> None:
    response = await intake.report({"Idempotency-Key": key.encode("latin-1")}, symptom="tree", account="1")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "Idempotency-Key"


# --- when it cannot be kept -----------------------------------------------------------------------


async def test_a_disk_that_is_away_gives_503_and_no_receipt_until_it_is_back(
    intake: Intake, broken_disk: Callable[[], None]
) -> None:
    broken_disk()
    response = await intake.report(symptom="tree", account="1")
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert "door" not in response.text
    broken_disk()
    assert (await intake.report(symptom="tree", account="1")).status_code == 202


async def test_a_door_at_its_bound_gives_503_with_a_time_to_come_back(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DoorBusy(2)

    monkeypatch.setattr(intake.door, "offer", full)
    response = await intake.report(symptom="tree", account="1")
    assert (response.status_code, response.json()["code"], response.headers["retry-after"]) == (503, "busy", "2")


# --- browsers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [INTAKE, FEED])
async def test_our_own_pages_may_read_the_answer(intake: Intake, origin: str) -> None:
    for fields in ({"symptom": "tree", "account": "1"}, {}):
        response = await intake.report({"Origin": origin}, **fields)
        assert response.headers["access-control-allow-origin"] == origin
        assert response.headers["access-control-allow-credentials"] == "true"
        assert "Origin" in response.headers["vary"]


async def test_other_pages_may_not(intake: Intake) -> None:
    response = await intake.report({"Origin": "https://elsewhere.test"}, symptom="tree", account="1")
    assert "access-control-allow-origin" not in response.headers


async def test_a_client_that_goes_away_in_the_middle_is_no_error(intake: Intake) -> None:
    sent: list[object] = []

    async def gone() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/reports",
        "headers": [(b"content-type", b"application/json")],
        "client": None,
    }
    assert isinstance(intake.client._transport, httpx2.ASGITransport)
    await intake.client._transport.app(scope, gone, send)
    assert sent == []
    assert intake.facts() == []
