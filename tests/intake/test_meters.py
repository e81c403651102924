"""The meters' doors: one body, one fact, one receipt; from partners alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from stormops.clock import Clock
from stormops.core.entry import DeviceStatesReceived, MeterEventsReceived
from stormops.intake.meters import AT_ONCE_BYTES, BODIES, BODY_BYTES, FORMS, RECEIPT_HEADER, MeterDoors, read_json
from stormops.intake.partners import Partners, add_partner
from stormops.intake.web import IntakeSettings, create_intake
from stormops.journal.door import Door
from stormops.journal.receipt import normalise
from stormops.telemetry import Metrics
from tests.intake.conftest import INTAKE, Intake
from tests.intake.test_meters_xml import MULTISPEAK, PON, understood

JSON, XML = {"Content-Type": "application/json"}, {"Content-Type": "text/xml; charset=utf-8"}
EVENT = {"meter": "M-1", "kind": "last_gasp", "at": "2026-09-14T18:03:07.25Z", "voltage": 0}
PATHS = {form.path.rpartition("/")[2]: form.path for form in FORMS}


@pytest.fixture
async def doors(tmp_path: Path, settings: IntakeSettings) -> AsyncIterator[Intake]:
    async def nobody(_: object) -> None:
        return None

    folder = tmp_path / "disk"
    token = add_partner(folder, "head-end", ["meters", "telemetry"])
    other = add_partner(folder, "other", ["reports"])
    door = Door(folder / "node-01.door", 1, Clock())
    metrics = Metrics()

    def fail(sentence: str) -> None:
        raise AssertionError(sentence)

    app = create_intake(settings, door, metrics, nobody, may=Partners(folder, fail).may)
    transport = httpx2.ASGITransport(app, client=("203.0.113.9", 4711))
    headers = {"Authorization": f"Bearer {token}", "X-Other": other}
    async with httpx2.AsyncClient(transport=transport, base_url=INTAKE, headers=headers) as client:
        yield Intake(client, door, metrics, folder)
    door.close()


def kept(doors: Intake) -> list[MeterEventsReceived]:
    return [fact for fact in doors.facts() if isinstance(fact, MeterEventsReceived)]


async def send(doors: Intake, *events: object, **headers: str) -> httpx2.Response:
    return await doors.client.post(PATHS["events"], json={"events": list(events)}, headers=headers)


async def test_one_body_is_one_fact_with_a_receipt(doors: Intake) -> None:
    response = await send(doors, EVENT, {"meter": "?", "kind": "restore", "at": 1_789_408_987_250.0})
    assert response.status_code == 202
    answer = response.json()
    assert normalise(answer["receipt"]) == answer["receipt"] == response.headers[RECEIPT_HEADER]
    assert (answer["events"], answer["passed_over"]) == (2, 0)
    (fact,) = kept(doors)
    assert fact == MeterEventsReceived(
        receipt=answer["receipt"],
        partner="head-end",
        meters=["M-1", "?"],
        kinds="GR",
        at_ms=[1_789_408_987_250, 1_789_408_987_250],
        decivolts=[0, -1],
    )
    assert doors.metric("intake_meter_events_total") == 2


async def test_multispeak_is_answered_in_its_own_words(doors: Intake) -> None:
    response = await doors.client.post(PATHS["multispeak"], content=MULTISPEAK, headers=XML)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    assert "ODEventNotificationResponse" in response.text
    (fact,) = kept(doors)
    assert (fact.meters, fact.kinds) == (["M-1002003", "M-2", "M-4"], "GRN")
    assert fact.receipt == response.headers[RECEIPT_HEADER]


async def test_pon(doors: Intake) -> None:
    response = await doors.client.post(PATHS["pon"], content=PON, headers=XML)
    assert response.status_code == 202
    assert response.json()["events"] == 1
    assert kept(doors)[0].kinds == "G"


async def test_states_of_telemetered_devices_are_one_fact(doors: Intake) -> None:
    said: list[dict[str, object]] = [
        {"device": "BRK-1", "state": "open", "at": "2026-09-14T18:03:07.25Z"},
        {"device": "?", "state": "closed", "at": 1_789_408_987_250},
        {"device": "BRK-2", "state": "unknown", "at": 1_789_408_987_250},
    ]
    response = await doors.client.post(PATHS["states"], json={"states": said})
    assert response.status_code == 202
    assert response.json()["events"] == 3
    (fact,) = [one for one in doors.facts() if isinstance(one, DeviceStatesReceived)]
    assert fact == DeviceStatesReceived(
        receipt=response.json()["receipt"],
        partner="head-end",
        devices=["BRK-1", "?", "BRK-2"],
        states="OCU",
        at_ms=[1_789_408_987_250] * 3,
    )
    wrong = await doors.client.post(PATHS["states"], json={"states": [{**said[0], "state": "ajar"}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "states[0].state")


async def test_who_may_send_meters_may_not_switch_devices(doors: Intake) -> None:
    token = add_partner(doors.folder, "meters-only", ["meters"])
    response = await doors.client.post(
        PATHS["states"], json={"states": []}, headers={"Authorization": f"Bearer {token}"}
    )
    assert (response.status_code, response.json()["code"]) == (401, "no_token")


async def test_a_body_sent_again_with_its_key_is_one_fact(doors: Intake) -> None:
    first = await send(doors, EVENT, **{"Idempotency-Key": "k"})
    again = await send(doors, EVENT, **{"Idempotency-Key": "k"})
    assert first.json() == again.json()
    other = await send(doors, EVENT, EVENT, **{"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    wrong = await send(doors, EVENT, **{"Idempotency-Key": "k" * 300})
    assert wrong.status_code == 422
    assert len(kept(doors)) == 1
    assert doors.metric("intake_meter_events_total") == 1


@pytest.mark.parametrize("path", PATHS.values())
async def test_without_the_right_token_nothing_is_taken(doors: Intake, path: str) -> None:
    for said in ("", "Bearer x", f"Bearer {doors.client.headers['X-Other']}"):
        response = await doors.client.post(path, content=b"{}", headers={"Authorization": said} | JSON)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.json()["code"] == "no_token"
    assert not kept(doors)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": [EVENT, {**EVENT, "kind": "bang"}]}, "events[1].kind"),
        ({"events": [{**EVENT, "at": "2026-09-14T18:03:07"}]}, "events[0].at"),
        ({"events": [{**EVENT, "at": -1}]}, "events[0].at"),
        ({"events": [{**EVENT, "meter": ""}]}, "events[0].meter"),
        ({"events": [{**EVENT, "volts": 1}]}, "events[0]"),
        ({"events": []}, "events"),
        ({"event": []}, ""),
        ([], ""),
    ],
)
async def test_a_wrong_event_refuses_the_whole_and_is_named(doors: Intake, body: object, field: str) -> None:
    response = await doors.client.post(PATHS["events"], json=body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json().get("errors", [])] == ([field] if field else [])
    assert not kept(doors)


async def test_the_content_type_must_fit(doors: Intake) -> None:
    for path, headers in ((PATHS["events"], XML), (PATHS["pon"], JSON), (PATHS["multispeak"], {})):
        response = await doors.client.post(path, content=b"<x/>", headers=headers)
        assert response.status_code == 415


async def test_a_body_beyond_the_bound_is_refused_unread(doors: Intake) -> None:
    response = await doors.client.post(PATHS["events"], content=b" " * (BODY_BYTES + 1), headers=JSON)
    assert response.status_code == 413
    assert "in parts" in response.json()["detail"]


async def test_a_hundred_thousand_events_in_one_body(doors: Intake) -> None:
    events = [{"meter": f"M-{i}", "kind": "last_gasp", "at": 1_789_408_987_000 + i} for i in range(100_000)]
    body = msgspec.json.encode({"events": events})
    assert AT_ONCE_BYTES < len(body) <= BODY_BYTES
    response = await doors.client.post(PATHS["events"], content=body, headers=JSON)
    assert response.json()["events"] == 100_000
    (fact,) = kept(doors)
    assert fact.meters[99_999] == "M-99999"


async def test_more_bodies_than_can_be_in_hand_are_told_to_come_back(doors: Intake) -> None:
    gate, full, waiting = asyncio.Event(), asyncio.Event(), 0

    class SlowDoor(Door):
        """A door on a disk that takes its time."""

        async def keep(self, *given: Any, **options: Any) -> Any:
            nonlocal waiting
            waiting += 1
            if waiting == BODIES:
                full.set()
            await gate.wait()
            return await doors.door.keep(*given, **options)

    slow = object.__new__(SlowDoor)
    meters = MeterDoors(slow, lambda *_: "head-end", lambda _: None, lambda _: None)
    transport = httpx2.ASGITransport(Starlette(routes=meters.routes()))
    async with httpx2.AsyncClient(transport=transport, base_url=INTAKE) as client:
        body = {"events": [EVENT]}
        begun = [asyncio.create_task(client.post(PATHS["events"], json=body)) for _ in range(BODIES)]
        await asyncio.wait_for(full.wait(), 5)
        response = await client.post(PATHS["events"], json=body)
        assert (response.status_code, response.json()["code"]) == (503, "busy")
        assert int(response.headers["retry-after"]) >= 1
        gate.set()
        assert {done.status_code for done in await asyncio.gather(*begun)} == {202}
        assert (await client.post(PATHS["events"], json=body)).status_code == 202
    assert len(kept(doors)) == BODIES + 1


async def test_a_door_that_cannot_keep_says_so(doors: Intake) -> None:
    doors.folder.rename(doors.folder.with_name("away"))
    away = doors.folder.with_name("away")
    doors.folder.mkdir()
    (doors.folder / "secrets.toml").write_text((away / "secrets.toml").read_text())
    response = await send(doors, EVENT)
    assert response.status_code == 503


# --- whatever comes --------------------------------------------------------------------------------

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ODD = st.fixed_dictionaries(
    {},
    optional={
        "meter": st.just("M-1") | VALUES,
        "kind": st.sampled_from(["last_gasp", "on"]) | VALUES,
        "at": st.integers(0, 2**60) | st.just("0001-01-01T00:00:00+23:59") | VALUES,
        "voltage": st.floats(0, 1e5) | VALUES,
    },
)
BODIES_OF_ANY_KIND = st.one_of(
    st.binary(max_size=200),
    VALUES.map(msgspec.json.encode),
    st.lists(ODD, max_size=4).map(lambda events: msgspec.json.encode({"events": events})),
    st.integers(1, 3_000).map(lambda depth: b'{"events":' + b"[" * depth),
)


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(BODIES_OF_ANY_KIND)
def test_any_body_is_events_or_a_sentence(body: bytes) -> None:
    events = understood(read_json, body)
    assert len(events.meters) == len(events.kinds) == len(events.at_ms)
    assert all(0 <= at <= 2**53 for at in events.at_ms)
    assert len(events.decivolts) in (0, len(events.meters))


@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=30)
@given(body=BODIES_OF_ANY_KIND, path=st.sampled_from(list(PATHS.values())), kind=st.sampled_from([JSON, XML]))
async def test_no_body_breaks_an_address(doors: Intake, body: bytes, path: str, kind: dict[str, str]) -> None:
    response = await doors.client.post(path, content=body, headers=kind)
    assert response.status_code < 500


def test_the_port_needs_no_partners_to_be_made() -> None:
    nothing: Callable[..., Any] = lambda *_: None  # noqa: E731
    assert len(MeterDoors(nothing, nothing, nothing, nothing).routes()) == len(FORMS)  # type: ignore[arg-type]
