"""Reports of partners, many at once: all kept or none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.clock import Clock
from stormops.core.entry import ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.intake.batch import BODY_BYTES, PATH, REPORTS_MAX, read_batch
from stormops.intake.partners import Partners, add_partner
from stormops.intake.web import IntakeSettings, create_intake
from stormops.journal.door import Door
from stormops.journal.receipt import normalise
from stormops.telemetry import Metrics
from stormops.web.problem import Problem
from tests.intake.conftest import INTAKE, Intake

DARK = {"symptom": "lights_out", "address": "1 Main St"}
WIRE = {"symptom": "wire_down", "landmark": "the old mill"}


@pytest.fixture
async def partner(tmp_path: Path, settings: IntakeSettings) -> AsyncIterator[Intake]:
    async def nobody(_: object) -> None:
        return None

    def fail(sentence: str) -> None:
        raise AssertionError(sentence)

    folder = tmp_path / "disk"
    token = add_partner(folder, "311", ["reports"])
    door = Door(folder / "node-01.door", 1, Clock())
    metrics = Metrics()
    app = create_intake(settings, door, metrics, nobody, may=Partners(folder, fail).may)
    transport = httpx2.ASGITransport(app, client=("203.0.113.9", 4711))
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=transport, base_url=INTAKE, headers=headers) as client:
        yield Intake(client, door, metrics, folder)
    door.close()


async def send(partner: Intake, *reports: object) -> httpx2.Response:
    return await partner.client.post(PATH, json={"reports": list(reports)})


def errors(response: httpx2.Response) -> list[str]:
    assert response.status_code == 422
    return [error["field"] for error in response.json()["errors"]]


async def test_each_has_a_receipt_and_a_place_of_its_own_in_the_order_sent(partner: Intake) -> None:
    response = await send(partner, DARK, WIRE, DARK | {"note": "again"})
    assert response.status_code == 202
    receipts = response.json()["receipts"]
    assert [normalise(receipt) for receipt in receipts] == receipts
    facts = {fact.receipt: fact for fact in partner.facts() if isinstance(fact, ReportReceived)}
    assert [facts[receipt].report for receipt in receipts] == [
        Report(symptom=Symptom.LIGHTS_OUT, address="1 Main St"),
        Report(symptom=Symptom.WIRE_DOWN, landmark="the old mill"),
        Report(symptom=Symptom.LIGHTS_OUT, address="1 Main St", note="again"),
    ]
    assert next(iter(facts)) == receipts[1], "invariant 12: the danger is read first"
    assert {fact.channel for fact in facts.values()} == {Channel.API}
    assert partner.metric('intake_reports_total{channel="api"}') == 3


async def test_a_key_makes_a_report_one_however_often_it_is_sent(partner: Intake) -> None:
    first = (await send(partner, DARK | {"key": "a"}, WIRE | {"key": "b"}, DARK)).json()["receipts"]
    again = (await send(partner, WIRE | {"key": "b"}, DARK | {"key": "c"}, DARK | {"key": "a"})).json()["receipts"]
    assert (again[0], again[2]) == (first[1], first[0])
    assert len(partner.facts()) == 4
    assert {fact.key for fact in partner.facts() if isinstance(fact, ReportReceived)} == {"a", "b", "c", ""}
    assert errors(await send(partner, DARK, DARK | {"note": "other", "key": "a"})) == ["reports.1.key"]
    assert len(partner.facts()) == 4, "nothing of it was kept"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"symptom": "dark"}, "reports.1.symptom"),
        ({"symptom": "tree"}, "reports.1.address"),
        ({"symptom": "tree", "latitude": 1}, "reports.1.longitude"),
        (DARK | {"who": "me"}, "reports.1.who"),
        (DARK | {"key": "\n"}, "reports.1.key"),
        (DARK | {"key": "k" * 201}, "reports.1.key"),
        (7, "reports.1"),
    ],
)
async def test_one_wrong_report_refuses_the_whole_and_is_named(partner: Intake, wrong: object, field: str) -> None:
    assert errors(await send(partner, DARK, wrong, DARK)) == [field]
    assert partner.facts() == []


async def test_only_a_partner_that_may_and_only_json(partner: Intake, tmp_path: Path) -> None:
    other = add_partner(tmp_path / "disk", "head-end", ["meters"])
    for headers in ({"Authorization": ""}, {"Authorization": f"Bearer {other}"}, {"Authorization": "Bearer x"}):
        response = await partner.client.post(PATH, json={"reports": [DARK]}, headers=headers)
        assert (response.status_code, response.json()["code"]) == (401, "no_token")
    response = await partner.client.post(PATH, content=b"{}", headers={"Content-Type": "text/plain"})
    assert response.status_code == 415
    assert (await partner.client.get(PATH)).status_code == 405
    assert partner.facts() == []


async def test_invariant_8_number_and_size_are_bounded(partner: Intake) -> None:
    assert len((await send(partner, *[DARK] * REPORTS_MAX)).json()["receipts"]) == REPORTS_MAX
    assert errors(await send(partner, *[DARK] * (REPORTS_MAX + 1))) == ["reports"]
    assert errors(await send(partner)) == ["reports"]
    response = await partner.client.post(
        PATH, content=b" " * (BODY_BYTES + 1), headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 413


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_is_sent_is_read_or_refused(body: bytes) -> None:
    assert isinstance(read_batch(body), Problem)
    assert isinstance(read_batch(b'{"reports":[' + body + b"]}"), Problem | list)


def test_what_is_no_batch_is_explained() -> None:
    for body, code in ((b"", "malformed_json"), (b"[]", "invalid"), (b'{"reports":{}}', "invalid")):
        answer: Any = read_batch(body)
        assert answer.code == code
    extra: Any = read_batch(b'{"reports":[{"symptom":"tree","account":"1"}],"more":1}')
    assert extra.errors
