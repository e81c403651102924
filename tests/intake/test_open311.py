from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx2
import msgspec
import pytest
from jsonschema import Draft202012Validator

from stormops.clock import Clock
from stormops.core.entry import ReportReceived
from stormops.core.report import Channel, Symptom
from stormops.intake.partners import Partners, add_partner
from stormops.intake.web import IntakeSettings, create_intake
from stormops.journal.door import Door
from stormops.journal.receipt import normalise
from stormops.pages.open311_schema import DEFINITION, DISCOVERY, ERRORS, RECEIPTS, SERVICES
from stormops.telemetry import Metrics
from stormops.web.http import BODY_BYTES_MAX
from tests.intake.conftest import FEED, INTAKE, Intake

ROOT = "/open311/v2"
HERE = {"service_code": "lights_out", "address_string": "1103 Blue Ave"}


async def post(
    intake: Intake, form: str = "json", headers: dict[str, str] | None = None, /, **more: str
) -> httpx2.Response:
    return await intake.client.post(f"{ROOT}/requests.{form}", data={**HERE, **more}, headers=headers)


def reports(intake: Intake) -> list[ReportReceived]:
    return [fact for fact in intake.facts() if isinstance(fact, ReportReceived)]


async def test_a_request_becomes_the_same_entry_and_the_same_receipt_as_any_report(intake: Intake) -> None:
    answer = await post(intake, phone="850-555-0123", description="Dark.", jurisdiction_id="")
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    Draft202012Validator(RECEIPTS).validate(answer.json())
    (fact,) = reports(intake)
    assert fact.receipt == normalise(answer.json()[0]["service_request_id"])
    assert fact.channel is Channel.OPEN311
    assert (fact.report.symptom, fact.report.address) == (Symptom.LIGHTS_OUT, "1103 Blue Ave")
    assert (fact.report.phone, fact.report.note) == ("850-555-0123", "Dark.")
    assert intake.metric('intake_reports_total{channel="open311"}') == 1


async def test_xml_says_the_same(intake: Intake) -> None:
    answer = await post(intake, "xml")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    said = ET.fromstring(answer.content)  # noqa: S314  # our own
    assert said.tag == "service_requests"
    assert said.findtext("request/service_request_id") == reports(intake)[0].receipt
    assert [child.tag for child in said[0]] == ["service_request_id", "service_notice", "account_id"]


async def test_danger_is_answered_with_what_to_do_and_what_was_not_kept_is_said(intake: Intake) -> None:
    answer = await post(
        intake, service_code="wire_down", media_url="http://pictures.test/1.jpg", description="8" * 4000
    )
    notice = answer.json()[0]["service_notice"]
    assert "911" in notice
    assert "media_url" in notice
    assert "2000 characters" in notice


async def test_sent_again_with_its_key_it_is_one_report(intake: Intake) -> None:
    first = await post(intake, "json", {"Idempotency-Key": "one"})
    again = await post(intake, "json", {"Idempotency-Key": "one"})
    assert first.json() == again.json()
    assert len(reports(intake)) == 1
    other = await post(intake, "json", {"Idempotency-Key": "one"}, description="Another thing.")
    assert other.status_code == 400
    assert (await post(intake, "json", {"Idempotency-Key": "8" * 201})).status_code == 400


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "001"}, 404),
        ({"jurisdiction_id": "sfgov.org"}, 404),
        ({"address_string": ""}, 400),
        ({"lat": "x"}, 400),
        ({"api_key": "wrong"}, 403),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
async def test_refusals_are_the_standards_errors(intake: Intake, more: dict[str, str], status: int, form: str) -> None:
    answer = await post(intake, form, **more)
    assert answer.status_code == status
    if form == "json":
        Draft202012Validator(ERRORS).validate(answer.json())
        assert answer.json()[0]["code"] == status
    else:
        assert ET.fromstring(answer.content).findtext("error/code") == str(status)  # noqa: S314  # our own
    assert not reports(intake)
    assert intake.metric(f'intake_refused_total{{code="open311_{status}"}}') == 1


async def test_other_bodies_are_refused_in_the_standards_way(intake: Intake) -> None:
    as_json = await intake.client.post(f"{ROOT}/requests.json", json=HERE)
    assert (as_json.status_code, as_json.json()[0]["code"]) == (400, 415)
    large = await post(intake, description="8" * BODY_BYTES_MAX)
    assert (large.status_code, large.json()[0]["code"]) == (400, 413)
    yaml = await intake.client.post(f"{ROOT}/requests.yaml", data=HERE)
    assert yaml.status_code == 404


async def test_a_disk_that_is_away_is_told_with_a_time_to_come_back(
    intake: Intake, broken_disk: Callable[[], None]
) -> None:
    broken_disk()
    answer = await post(intake)
    broken_disk()
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Nothing was saved" in answer.json()[0]["description"]


async def test_what_is_offered_keeps_to_the_standard(intake: Intake) -> None:
    for path, schema in (
        ("discovery", DISCOVERY),
        ("services", SERVICES),
        *((f"services/{symptom}", DEFINITION) for symptom in Symptom),
    ):
        answer = await intake.client.get(f"{ROOT}/{path}.json")
        assert answer.status_code == 200
        Draft202012Validator(schema).validate(answer.json())
        xml = await intake.client.get(f"{ROOT}/{path}.xml")
        assert xml.headers["content-type"] == "text/xml; charset=utf-8"
    assert (await intake.client.get(f"{ROOT}/services/graffiti.json")).status_code == 404
    elsewhere = await intake.client.get(f"{ROOT}/services.json", params={"jurisdiction_id": "sfgov.org"})
    assert elsewhere.status_code == 404
    discovery = (await intake.client.get(f"{ROOT}/discovery.json")).json()
    assert discovery["endpoints"][0]["url"] == INTAKE + ROOT


@pytest.mark.parametrize("path", ["requests.json?status=open", "requests/12.xml", "tokens/12.json"])
async def test_reads_are_feeds_and_lead_there(intake: Intake, path: str) -> None:
    answer = await intake.client.get(f"{ROOT}/{path}", headers={"Host": "evil.example"}, follow_redirects=False)
    assert answer.status_code == 307
    assert answer.headers["location"] == f"{FEED}{ROOT}/{path}"
    for nothing in ("requests/12.yaml", "tokens/%C2%9F.json", "requests/a%20b.json", f"requests/{65 * 'a'}.xml"):
        assert (await intake.client.get(f"{ROOT}/{nothing}", follow_redirects=False)).status_code == 404


@pytest.fixture
async def keyed(tmp_path: Path, settings: IntakeSettings) -> AsyncIterator[httpx2.AsyncClient]:
    """An intake that takes Open311 reports only from partners; the client knows a good token and a meters' one."""
    door = Door(tmp_path / "node-02.door", 2, Clock())
    needed = msgspec.structs.replace(settings, open311_key_required=True)

    async def nobody(_: object) -> None:
        return None

    partners = Partners(tmp_path, pytest.fail)
    app = create_intake(needed, door, Metrics(), nobody, may=partners.may)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=INTAKE) as client:
        client.headers["x-good"] = add_partner(tmp_path, "city-app", ["open311"])
        client.headers["x-meters"] = add_partner(tmp_path, "head-end", ["meters"])
        yield client
    door.close()


async def test_where_a_key_is_needed_only_partners_with_that_right_report(keyed: httpx2.AsyncClient) -> None:
    good, meters = keyed.headers.pop("x-good"), keyed.headers.pop("x-meters")
    for key, status in ((None, 403), ("", 403), ("abc", 403), ("é ü", 403), (meters, 403), (good, 201)):
        given = HERE if key is None else {**HERE, "api_key": key}
        answer = await keyed.post(f"{ROOT}/requests.json", data=given)
        assert answer.status_code == status
        if status == 403:
            assert "api_key" in answer.json()[0]["description"]
            assert not key or key not in answer.text
