from __future__ import annotations

import asyncio
import html
from collections.abc import Callable

import httpx2
import pytest
from starlette.applications import Starlette

from stormops.core.entry import ReportReceived
from stormops.core.report import Channel, Report, Symptom
from stormops.intake.form import FIELDS_MAX, FormRoute
from stormops.intake.taking import Taker
from stormops.pages.page import PageSettings
from tests.intake.conftest import FEED, INTAKE, Intake

GOOD = {"symptom": "lights_out", "address": "1 Main St", "key": "a key"}


async def test_a_form_becomes_a_report_and_leads_to_its_status_page(intake: Intake) -> None:
    response = await intake.client.post("/report", data=GOOD | {"phone": "", "medical": "yes", "note": "a\r\nb"})
    assert response.status_code == 303
    (fact,) = intake.facts()
    assert isinstance(fact, ReportReceived)
    assert response.headers["location"] == f"{FEED}/r/{fact.receipt}"
    assert fact.channel is Channel.WEB
    assert fact.report == Report(symptom=Symptom.LIGHTS_OUT, address="1 Main St", medical=True, note="a\nb")
    assert intake.metric('intake_reports_total{channel="web"}') == 1


async def test_a_position_from_the_map_is_kept(intake: Intake) -> None:
    await intake.client.post("/report", data={"symptom": "tree", "latitude": "27.25", "longitude": "-82.5"})
    (fact,) = intake.facts()
    assert isinstance(fact, ReportReceived)
    assert (fact.report.latitude, fact.report.longitude) == (27.25, -82.5)


async def test_a_button_pressed_twice_is_one_report(intake: Intake) -> None:
    answers = await asyncio.gather(*(intake.client.post("/report", data=GOOD) for _ in range(4)))
    assert {a.status_code for a in answers} == {303}
    assert len({a.headers["location"] for a in answers}) == 1
    assert len(intake.facts()) == 1


async def test_the_same_page_with_something_else_on_it_is_another_report(intake: Intake) -> None:
    await intake.client.post("/report", data=GOOD)
    response = await intake.client.post("/report", data=GOOD | {"symptom": "wire_down"})
    assert response.status_code == 303
    assert len(intake.facts()) == 2


async def test_without_a_key_it_still_works(intake: Intake) -> None:
    for key in ("", "x" * 201):
        assert (await intake.client.post("/report", data=GOOD | {"key": key})).status_code == 303
    assert len(intake.facts()) == 2


@pytest.mark.parametrize(
    ("fields", "wrong", "words"),
    [
        ({"symptom": ""}, "symptom", "Choose what is wrong."),
        ({"symptom": "dark"}, "symptom", "Choose what is wrong."),
        ({"address": " "}, "address", "Tell us where"),
        ({"phone": "8" * 201}, "phone", "too long"),
        ({"note": "8" * 2001}, "note", "2000 characters"),
        ({"latitude": "north", "longitude": "1"}, "latitude", "map"),
        ({"latitude": "nan", "longitude": "inf"}, "latitude", "map"),
        ({"latitude": "1"}, "longitude", "map"),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    intake: Intake, fields: dict[str, str], wrong: str, words: str
) -> None:
    typed = GOOD | {"landmark": '"><script>alert(1)</script>', "note": "</textarea><b>bang</b>"} | fields
    if wrong == "address":
        del typed["landmark"]
    response = await intake.client.post("/report", data=typed)
    assert response.status_code == 422
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = response.text
    assert words in page
    assert f'href="#{wrong}"' in page
    assert "<script" not in page
    assert "<b>bang" not in page
    for value in typed.values():
        if value.strip() and value != "dark":
            assert value in html.unescape(page)
    assert "script-src" not in response.headers["content-security-policy"]
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert intake.facts() == []


async def test_the_choice_and_the_tick_stay(intake: Intake) -> None:
    page = (await intake.client.post("/report", data={"symptom": "gas_odour", "medical": "yes"})).text
    assert 'value="gas_odour" required checked' in page
    assert page.count(" checked") == 2


async def test_the_key_stays_so_that_a_second_try_is_the_same_report(
    intake: Intake, broken_disk: Callable[[], None]
) -> None:
    broken_disk()
    response = await intake.client.post("/report", data=GOOD)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) > 0
    assert 'name="key" value="a key"' in response.text
    assert "not saved yet" in response.text
    assert 'value="1 Main St"' in response.text


async def test_a_page_without_a_key_gets_one(intake: Intake) -> None:
    page = (await intake.client.post("/report", data={"symptom": "tree"})).text
    key = page.partition('name="key" value="')[2].partition('"')[0]
    assert len(key) >= 20


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"x", "multipart/form-data; boundary=x", 415),
        (b"note=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"f%d=1" % i for i in range(FIELDS_MAX + 1)), "application/x-www-form-urlencoded", 422),
    ],
)
async def test_what_is_not_our_form_is_refused(intake: Intake, body: bytes, kind: str, status: int) -> None:
    response = await intake.client.post("/report", content=body, headers={"Content-Type": kind})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_bytes_that_are_no_text_are_kept_as_well_as_can_be(intake: Intake) -> None:
    response = await intake.client.post(
        "/report",
        content=b"symptom=tree&address=%ff%fe+1+Main&unknown=x\xff",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert response.status_code == 303
    (fact,) = intake.facts()
    assert isinstance(fact, ReportReceived)
    assert fact.report.address == "\ufffd\ufffd 1 Main"


async def test_what_was_typed_in_spanish_is_corrected_in_spanish(intake: Intake) -> None:
    page = PageSettings(title="x", phone="", intake_url=INTAKE, feed_url=FEED, languages=("en", "es", "ht"))
    taker = Taker(intake.door, lambda *_: None)
    route = FormRoute(page, taker, lambda _: "sender", lambda _: None, mode=lambda: "storm").route()
    transport = httpx2.ASGITransport(app=Starlette(routes=[route]))
    async with httpx2.AsyncClient(transport=transport, base_url=INTAKE) as client:
        wrong = await client.post("/report", data={"symptom": "gas_odour", "lang": "es"})
        right = await client.post("/report", data={"symptom": "gas_odour", "lang": "es", "address": "1 Elm"})
        plain = await client.post("/report", data={"symptom": "gas_odour", "lang": "en", "address": "1 Elm"})
    assert '<html lang="es">' in wrong.text
    assert "Díganos dónde es" in wrong.text
    assert 'data-mode="storm"' in wrong.text
    assert right.headers["location"].endswith("?lang=es")
    assert "lang=" not in plain.headers["location"]
