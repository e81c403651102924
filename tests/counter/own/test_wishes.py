from __future__ import annotations

import re
from typing import Any

import pytest

from stormops.counter.own.wishes import STRANGERS_PER_QUARTER, number_of, written
from tests.counter.own.conftest import Own

PLACE = "/account/requests"
START = {
    "kind": "start",
    "services": ["electric", "water"],
    "day": "2026-08-03",
    "address": "7 Elm St",
    "name": "Bo <b>",
    "phone": "(850) 555-0404",
    "key": "k",
}

STOP = {"address": "1 Palm Ave a1", "services": ["electric"], "day": "2026-08-03", "note": "dog"}
WRONG = {"address": "1 Palm Ave a1", "services": [], "day": "2025-01-01", "note": "mind the dog"}


async def queue(own: Own) -> list[dict[str, Any]]:
    return list((await own.desk.get("representative", "/api/v1/counter/queues/service_requests")).json()["items"])


async def ask(own: Own, **more: Any) -> Any:
    return await own.post(f"{PLACE}/start", START | more)


async def test_a_wish_to_stop_becomes_work_and_its_progress_is_seen(own: Own) -> None:
    await own.enter()
    sent = await own.send(f"{PLACE}/new?kind=stop", STOP, path=PLACE)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{PLACE}?done=1"), sent.text
    (wish,) = await queue(own)
    assert (wish["account"], wish["address"], wish["services"]) == ("a1", "1 Palm Ave a1", ["electric"])
    assert wish["number"] in (await own.get(f"{PLACE}?done=1")).text
    desk = (await own.desk.get("representative", "/counter/queues/service_requests")).text
    assert "dog" in desk
    await own.desk.do("representative", "step_service_request", request=wish["id"], step="take")
    page = (await own.get(PLACE)).text
    assert "has it in hand" in page
    assert f"Cancel request {wish['number']}" not in page
    done = {"request": wish["id"], "step": "complete", "reply": "Off at noon."}
    await own.desk.do("representative", "step_service_request", **done)
    assert "Off at noon." in (await own.get(PLACE)).text
    history = (await own.desk.get("representative", "/counter/accounts/a1")).text
    assert "Asked to stop electric on 2026-08-03" in history


async def test_a_wish_is_cancelled_until_somebody_has_begun(own: Own) -> None:
    await own.enter()
    fields = {"address": "1 Palm Ave a1", "services": ["electric"], "day": "2026-08-03", "new_address": "9 Oak St"}
    assert (await own.send(f"{PLACE}/new?kind=move", fields, path=PLACE)).status_code == 303
    done = await own.send(PLACE, {}, path=f"{PLACE}/cancel")
    assert done.status_code == 303
    assert await queue(own) == []
    assert "You cancelled it." in (await own.get(PLACE)).text


async def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(own: Own) -> None:
    await own.enter()
    sent = await own.send(f"{PLACE}/new?kind=move", WRONG, path=PLACE)
    assert sent.status_code == 422
    for said in ("Write the new address.", "Choose a day", "Choose at least one service.", "mind the dog"):
        assert said in sent.text
    assert await queue(own) == []
    assert (await own.get(f"{PLACE}/new?kind=gift")).status_code == 303
    gift = await own.send(f"{PLACE}/new?kind=move", {"kind": "gift"}, path=PLACE)
    assert gift.headers["location"] == PLACE
    assert await queue(own) == []


async def test_somebody_without_an_account_asks_once_and_sees_how_it_stands(own: Own) -> None:
    made = await ask(own)
    assert made.status_code == 200
    number = re.search(r'"amount">([A-Z2-7]{5}-[A-Z2-7]{5})<', made.text)[1]  # type: ignore[index]
    assert number in (await ask(own)).text  # sent twice: the same
    (wish,) = await queue(own)
    assert (wish["account"], wish["phone"], wish["name"]) == (None, "8505550404", "Bo <b>")
    desk = (await own.desk.get("representative", "/counter/queues/service_requests")).text
    assert "Bo &lt;b&gt;" in desk
    missed = await own.post(f"{PLACE}/status", {"number": number, "end": "9999"})
    assert (missed.status_code, "Bo" in missed.text) == (404, False)
    found = await own.post(f"{PLACE}/status", {"number": number.lower().replace("-", " "), "end": "0404"})
    assert "nobody has begun" in found.text
    assert "7 Elm" not in found.text
    await own.post(f"{PLACE}/status", {"number": number, "end": "0404", "stage": "cancel"})
    assert await queue(own) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"phone": "", "email": ""}, "Give a telephone number"),
        ({"phone": "12"}, "Give a telephone number"),
        ({"email": "nobody"}, "This is no e-mail address"),
        ({"name": "\x00\x07"}, "Write your name"),
        ({"services": ["gold"]}, "Choose at least one service"),
        ({"day": "tomorrow"}, "Choose a day"),
        ({"day": "2099-01-01"}, "Choose a day"),
    ],
)
async def test_what_a_stranger_sends_is_held_to_the_fields(own: Own, change: dict[str, Any], said: str) -> None:
    answer = await ask(own, **change)
    assert answer.status_code == 422
    assert said in answer.text
    assert await queue(own) == []


async def test_strangers_are_few_in_a_quarter_of_an_hour(own: Own) -> None:
    for number in range(STRANGERS_PER_QUARTER):
        assert (await ask(own, key=f"k{number}", name="x" * 5_000, account="a1", kind="stop")).status_code == 200
    assert (await ask(own, key="more")).status_code == 429
    found = await queue(own)
    assert len(found) == STRANGERS_PER_QUARTER
    assert all(one["account"] is None and one["kind"] == "start" and len(one["name"]) == 200 for one in found)
    elsewhere = await own.post(f"{PLACE}/start", START, Origin="http://evil.test")
    assert elsewhere.status_code == 403


def test_a_number_is_read_however_it_is_written() -> None:
    number = number_of("k")
    assert number == number_of("k") != number_of("l")
    assert written(f" {number[:5].lower()}{number[6:]} ") == number
