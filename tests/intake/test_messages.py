"""Signing up at the door: kept whatever the number is, the same answer for all, and a pace for each source."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from stormops.clock import Clock
from stormops.core.entry import MessagesConfirmed, MessagesRequested
from stormops.intake.messages import PATH, SOURCE_BURST, SOURCE_SECONDS, SOURCES_MAX, Desk, MessagesRoute, SourceLimit
from stormops.intake.web import IntakeSettings
from stormops.journal.door import Door
from stormops.journal.place_mark import make_mark
from stormops.journal.receipt import check_digit
from stormops.pages.page import PageSettings
from stormops.pages.words import words
from tests.intake.conftest import FEED, INTAKE, Intake
from tests.intake.telephone_line import OWN, STRANGER, PhoneLine

SECRET = b"0123456789abcdef"


@pytest.fixture
def settings(settings: IntakeSettings) -> IntakeSettings:
    return msgspec.structs.replace(settings, places_secret=SECRET, languages=("en", "es", "ht"))


@pytest.fixture
def good() -> dict[str, str]:
    digits = "0123456789012"
    digits += str(check_digit(digits))
    return {"phone": "(850) 555-0123", "language": "es", "receipt": digits, "key": "a key", "lang": "en"}


def kept(intake: Intake) -> list[MessagesRequested]:
    return [fact for fact in intake.facts() if isinstance(fact, MessagesRequested)]


async def test_a_wish_is_on_disk_and_the_answer_says_what_comes_next(intake: Intake, good: dict[str, str]) -> None:
    response = await intake.client.post("/messages", data=good)
    assert (response.status_code, response.headers["location"]) == (303, f"{FEED}/messages?lang=en")
    (fact,) = kept(intake)
    assert (fact.phone, fact.language, fact.premise) == ("8505550123", "es", "")
    assert fact.receipt.replace("-", "") == good["receipt"]


async def test_a_mark_of_a_page_says_which_place(intake: Intake, good: dict[str, str]) -> None:
    mark = make_mark(SECRET, "P7", round(time.time() * 1000))
    assert (await intake.client.post("/messages", data=good | {"receipt": "", "place": mark})).status_code == 303
    assert [(fact.premise, fact.receipt) for fact in kept(intake)] == [("P7", "")]


async def test_a_button_pressed_twice_is_one_wish_and_one_corrected_is_another(
    intake: Intake, good: dict[str, str]
) -> None:
    answers = await asyncio.gather(*(intake.client.post("/messages", data=good) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(kept(intake)) == 1
    await intake.client.post("/messages", data=good | {"phone": "850-555-0124"})
    assert len(kept(intake)) == 2


async def test_no_answer_tells_whether_a_number_is_known(intake: Intake, good: dict[str, str]) -> None:
    answers = [
        await intake.client.post("/messages", data=good | {"phone": phone, "key": f"k{n}"})
        for n, phone in enumerate(["8505550123", "8505550123", "2125550199"])
    ]
    assert len({(a.status_code, a.content, a.headers["location"]) for a in answers}) == 1


@pytest.mark.parametrize("phone", ["", "911", "+44 20 7946 0958", "9005550123", "<script>", "1" * 500])
async def test_a_wrong_number_comes_back_with_what_was_typed(intake: Intake, good: dict[str, str], phone: str) -> None:
    response = await intake.client.post("/messages", data=good | {"phone": phone, "lang": "ht"})
    assert response.status_code == 422
    assert "<script>" not in response.text
    assert 'lang="ht"' in response.text
    assert "dis chif" in response.text
    assert f'name="receipt" value="{good["receipt"]}"' in response.text
    assert not kept(intake)


@pytest.mark.parametrize("place", [{"receipt": "12345678901234"}, {"receipt": "", "place": "x"}, {"receipt": ""}])
async def test_without_a_place_that_is_known_there_is_nothing_to_sign_up_for(
    intake: Intake, good: dict[str, str], place: dict[str, str]
) -> None:
    response = await intake.client.post("/messages", data=good | place)
    assert response.status_code == 422
    assert "no longer know which place" in response.text
    assert "<form" not in response.text
    assert not kept(intake)


async def test_a_source_is_held_to_its_pace(intake: Intake, good: dict[str, str]) -> None:
    for n in range(SOURCE_BURST):
        assert (await intake.client.post("/messages", data=good | {"key": f"k{n}"})).status_code == 303
    response = await intake.client.post("/messages", data=good)
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= SOURCE_SECONDS + 1
    assert 'value="(850) 555-0123"' in response.text
    assert len(kept(intake)) == SOURCE_BURST


async def test_a_door_that_cannot_keep_it_says_so_and_nothing_is_lost(
    intake: Intake, good: dict[str, str], broken_disk: Callable[[], None]
) -> None:
    broken_disk()
    response = await intake.client.post("/messages", data=good)
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert 'name="key" value="a key"' in response.text
    broken_disk()
    assert re.search(r'value="es" lang="es" selected', response.text)


async def test_what_is_no_form_is_refused(intake: Intake) -> None:
    assert (await intake.client.post("/messages", json={"phone": "8505550123"})).status_code == 415
    many = "&".join(f"f{n}=1" for n in range(60))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await intake.client.post("/messages", content=many, headers=headers)).status_code == 422


class Sent:
    """Wishes as a program sends them."""

    def __init__(self, intake: Intake, good: dict[str, str]) -> None:
        self._intake = intake
        self.wish = {name: good[name] for name in ("phone", "language", "receipt")}

    async def __call__(self, key: str = "", /, **fields: object) -> httpx2.Response:
        headers = {"Idempotency-Key": key} if key else {}
        return await self._intake.client.post(PATH, json=self.wish | fields, headers=headers)


@pytest.fixture
def send(intake: Intake, good: dict[str, str]) -> Sent:
    return Sent(intake, good)


async def test_a_program_may_ask_and_the_answer_is_the_same_for_every_number(intake: Intake, send: Sent) -> None:
    answers = [await send(phone=phone) for phone in ("(850) 555-0123", "+18505550123", "2125550199")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert answers[0].json() == {"language": "es", "detail": words("es")("messages.asked")}
    assert [(fact.phone, fact.language) for fact in kept(intake)] == [
        (phone, "es") for phone in ("8505550123", "8505550123", "2125550199")
    ]


async def test_a_program_names_the_place_of_an_account_by_its_mark(intake: Intake, send: Sent) -> None:
    mark = make_mark(SECRET, "P7", round(time.time() * 1000))
    assert (await send(receipt="", place=mark, language="fr")).json()["language"] == "en"
    assert [(fact.premise, fact.receipt, fact.language) for fact in kept(intake)] == [("P7", "", "en")]


async def test_under_one_key_it_is_one_wish_and_another_is_refused(intake: Intake, send: Sent) -> None:
    answers = await asyncio.gather(*(send("one") for _ in range(3)))
    assert {answer.status_code for answer in answers} == {202}
    assert len(kept(intake)) == 1
    other = await send("one", phone="8505550124")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert (await send("k" * 500)).json()["errors"][0]["field"] == "Idempotency-Key"
    assert len(kept(intake)) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"phone": "911"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"phone": 8505550123}, "phone"),
        ({"phone": "1" * 500}, "phone"),
        ({"receipt": "12345678901234"}, "receipt"),
        ({"receipt": ""}, "receipt"),
        ({"receipt": "", "place": "forged.9999999999.P7"}, "receipt"),
        ({"since": 1}, "since"),
    ],
)
async def test_what_a_program_gets_wrong_is_named(
    intake: Intake, send: Sent, fields: dict[str, object], field: str
) -> None:
    response = await send(**fields)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert not kept(intake)


async def test_form_and_program_share_the_pace_of_their_source(
    intake: Intake, good: dict[str, str], send: Sent
) -> None:
    for n in range(SOURCE_BURST):
        if n % 2:
            assert (await send()).status_code == 202
        else:
            assert (await intake.client.post("/messages", data=good | {"key": f"k{n}"})).status_code == 303
    response = await send()
    assert (response.status_code, response.json()["code"]) == (429, "slow_down")
    assert 0 < int(response.headers["Retry-After"]) <= SOURCE_SECONDS + 1
    assert (await intake.client.post("/messages", data=good)).status_code == 429
    assert len(kept(intake)) == SOURCE_BURST


async def test_a_program_is_told_when_nothing_could_be_kept(
    intake: Intake, send: Sent, broken_disk: Callable[[], None]
) -> None:
    broken_disk()
    response = await send("one")
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    broken_disk()
    assert (await send("one")).status_code == 202
    assert len(kept(intake)) == 1


async def test_a_form_of_another_page_is_no_wish_of_a_program(intake: Intake, good: dict[str, str]) -> None:
    assert (await intake.client.post(PATH, data=good)).status_code == 415
    other = await intake.client.post(PATH, json={}, headers={"Origin": "http://evil.test"})
    assert "access-control-allow-origin" not in other.headers
    assert not kept(intake)


@pytest.fixture
async def unconnected(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    door = Door(tmp_path / "node-01.door", 1, Clock())
    page = PageSettings(title="Here", phone="", intake_url=INTAKE, feed_url=FEED)
    routes = MessagesRoute(Desk(page, door, b"", Clock().now_ms, lambda _: None, lambda _: "")).routes()
    transport = httpx2.ASGITransport(Starlette(routes=routes))
    async with httpx2.AsyncClient(transport=transport, base_url=INTAKE) as client:
        yield client
    door.close()


async def test_where_nothing_is_connected_that_is_said(unconnected: httpx2.AsyncClient, good: dict[str, str]) -> None:
    response = await unconnected.post("/messages", data=good)
    assert response.status_code == 404
    assert "no text messages" in response.text
    assert "<form" not in response.text
    answer = await unconnected.post(PATH, json={"phone": "8505550123", "receipt": "1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.dictionaries(
        st.sampled_from(["phone", "language", "receipt", "place", "lang", "key", "x"]), st.text(max_size=60), max_size=7
    )
)
async def test_whatever_is_sent_is_answered_and_nothing_is_kept_but_sound_wishes(
    intake: Intake, fields: dict[str, str]
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await intake.client.post("/messages", content=urlencode(fields), headers=headers)
    assert response.status_code in (303, 422, 429)
    assert all(fact.phone.isdigit() and (fact.receipt or fact.premise) for fact in kept(intake))


@pytest.fixture
def messages() -> bool:
    return True


def yeses(line: PhoneLine) -> list[MessagesConfirmed]:
    return [fact for fact in line.facts() if isinstance(fact, MessagesConfirmed)]


@pytest.mark.parametrize(("word", "language"), [("Yes!", "en"), ("SÍ", "es"), ("si", "es"), ("wi", "ht")])
async def test_a_yes_by_text_is_on_disk_in_its_language(line: PhoneLine, word: str, language: str) -> None:
    reply = await line.provider.text(STRANGER, word)
    assert reply
    assert yeses(line) == [MessagesConfirmed(phone="8505559999", language=language)]


async def test_after_a_report_a_yes_is_offered_and_is_about_that_report(line: PhoneLine) -> None:
    offer = await line.provider.text(OWN, "OUT") or ""
    assert "YES = texts about this outage." in offer
    (report,) = line.received()
    assert await line.provider.text(OWN, "YES")
    assert [fact.receipt for fact in yeses(line)] == [report.receipt]


@pytest.mark.parametrize("text", ["no water at 1103 Blue Ave", "wire down at 1103 Blue Ave"])
async def test_nothing_is_offered_about_water_nor_in_danger(line: PhoneLine, text: str) -> None:
    assert "YES" not in (await line.provider.text(OWN, text) or "")


async def test_the_answer_to_a_yes_is_the_same_whatever_is_known(line: PhoneLine) -> None:
    known = await line.provider.text(OWN, "OUT") and await line.provider.text(OWN, "YES")
    assert await line.provider.text(STRANGER, "YES") == known == await line.provider.text(OWN, "YES")


async def test_after_a_stop_a_yes_is_neither_kept_nor_answered(line: PhoneLine) -> None:
    await line.provider.text(OWN, "STOP")
    assert await line.provider.text(OWN, "YES") is None
    assert not yeses(line)
    await line.provider.text(OWN, "START")
    assert await line.provider.text(OWN, "YES")
    assert len(yeses(line)) == 1


async def test_a_yes_from_abroad_is_told_that_there_are_none(line: PhoneLine) -> None:
    assert "no texts" in (await line.provider.text("+442079460958", "yes") or "")
    assert not yeses(line)


async def test_a_yes_sent_again_by_the_provider_is_one_and_one_that_cannot_be_kept_comes_again(
    line: PhoneLine, unplugged: Callable[[], None]
) -> None:
    for _ in range(2):
        assert await line.provider.text(OWN, "YES", sid="SM1")
    assert len(yeses(line)) == 1
    unplugged()
    fields = {"MessageSid": "SM2", "From": OWN, "To": "+18505550100", "Body": "YES"}
    response = await line.provider.post(f"{line.provider.url}/sms", fields)
    assert response.status_code == 503
    unplugged()


@pytest.mark.parametrize("messages", [False])
async def test_where_nothing_is_connected_a_yes_is_told_so_and_none_is_offered(line: PhoneLine) -> None:
    assert "YES" not in (await line.provider.text(OWN, "OUT") or "")
    assert "no texts about outages" in (await line.provider.text(OWN, "YES") or "")
    assert not yeses(line)


def test_addresses_are_counted_apart_networks_of_ipv6_together_and_not_for_ever() -> None:
    limit = SourceLimit()
    assert all(limit.take(f"2001:db8::{n}", 0.0) == 0 for n in range(SOURCE_BURST))
    assert limit.take("2001:db8::ffff", 0.0) > 0
    assert limit.take("2001:db8:1::1", 0.0) == 0
    assert limit.take("203.0.113.9", 0.0) == limit.take("::ffff:203.0.113.9", 0.0) == limit.take("no:address", 0.0) == 0
    assert limit.take("2001:db8::1", SOURCE_SECONDS) == 0
    for n in range(SOURCES_MAX + 5):
        limit.take(f"10.0.{n // 250}.{n % 250}", 1.0)
    assert len(limit._buckets) == SOURCES_MAX
