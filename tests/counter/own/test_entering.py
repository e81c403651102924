"""Signing in: nobody learns whether an account exists, codes and tries are few, sessions end."""

from __future__ import annotations

import re

import httpx2
import pytest

from stormops.counter.own.sign_in import CODES_PER_QUARTER, IDLE_MS, SESSION_MS, SOURCE_PER_QUARTER, TRIES_MAX
from stormops.counter.own.web import create_own
from tests.counter.own.conftest import OWN, PHONES, Own


async def test_a_customer_enters_by_a_code_that_was_sent_to_the_contact_of_record(own: Own) -> None:
    await own.enter()
    assert own.sent[0][0] == PHONES["a1"]
    page = await own.get("/account")
    assert "Ada Núñez" in page.text
    assert "Account a1" in page.text
    looks = await own.desk.get("auditor", "/api/v1/counter/looks?account=a1")
    assert "customer:p-a1" in looks.text


@pytest.mark.parametrize(
    ("account", "contact"),
    [("a1", "8505559999"), ("nobody", "8505550101"), ("a1", PHONES["b1"]), ("a1", "ada@example.org")],
)
async def test_a_pair_that_does_not_belong_together_is_answered_like_one_that_does(
    own: Own, account: str, contact: str
) -> None:
    right = await own.post("/account/sign-in", {"account": "a1", "contact": PHONES["a1"]})
    right_page = (await own.get("/account/code")).text
    own.client.cookies.clear()
    wrong = await own.post("/account/sign-in", {"account": account, "contact": contact})
    assert (wrong.status_code, wrong.headers["location"]) == (right.status_code, right.headers["location"])
    assert wrong.headers.keys() == right.headers.keys()
    assert (await own.get("/account/code")).text == right_page
    await own.settled()
    assert len(own.sent) == 1  # the right one's
    for left in range(TRIES_MAX - 1, -1, -1):
        answer = await own.post("/account/code", {"code": re.search(r"\d{6}", own.sent[0][1])[0]})  # type: ignore[index]
        assert answer.status_code == 422
        assert ("tries are left" in answer.text or "One try" in answer.text) == (left > 0)


async def test_a_code_has_few_tries_and_is_worth_nothing_after_them(own: Own) -> None:
    code = re.search(r"\d{6}", await own.code("a1", PHONES["a1"]))[0]  # type: ignore[index]
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(TRIES_MAX):
        assert (await own.post("/account/code", {"code": wrong})).status_code == 422
    answer = await own.post("/account/code", {"code": code})
    assert "This code is over" in answer.text
    assert "stormops_own" not in own.client.cookies


async def test_a_code_is_used_once_and_runs_out(own: Own) -> None:
    code = re.search(r"\d{6}", await own.code("a1", PHONES["a1"]))[0]  # type: ignore[index]
    mark = own.client.cookies["stormops_code"]
    assert (await own.post("/account/code", {"code": f" {code[:3]} {code[3:]} "})).status_code == 303
    again = await own.post("/account/code", {"code": code}, Cookie=f"stormops_code={mark}")
    assert again.status_code == 422
    late = re.search(r"\d{6}", await own.code("a1", PHONES["a1"]))[0]  # type: ignore[index]
    own.clock[0] += 10 * 60_000
    assert (await own.post("/account/code", {"code": late})).status_code == 422


async def test_few_codes_are_sent_and_nobody_sees_the_difference(own: Own) -> None:
    for _ in range(CODES_PER_QUARTER):
        assert await own.code("a1", PHONES["a1"])
    assert not await own.code("a1", PHONES["a1"])
    own.clock[0] += 16 * 60_000
    assert await own.code("a1", PHONES["a1"])
    page = await own.desk.client.get("/metrics")
    assert 'own_codes_total{outcome="limited"} 1.0' in page.text


async def test_a_source_that_asks_too_often_waits(own: Own) -> None:
    for _ in range(SOURCE_PER_QUARTER):
        await own.post("/account/sign-in", {"account": "x", "contact": "8505550000"})
    answer = await own.post("/account/sign-in", {"account": "a1", "contact": PHONES["a1"]})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900
    await own.settled()
    assert own.sent == []


async def test_codes_and_tokens_are_hashes_on_disk_and_phones_are_not_there(own: Own) -> None:
    await own.enter()
    code = re.search(r"\d{6}", await own.code("a1", PHONES["a1"]))[0]  # type: ignore[index]
    files = [path.read_bytes() for path in own.desk.folder.glob("own.sqlite*")]
    for secret in (code, own.client.cookies["stormops_own"], own.client.cookies["stormops_code"], PHONES["a1"]):
        assert all(secret.encode() not in body for body in files)
    assert (own.desk.folder / "own.sqlite").stat().st_mode & 0o077 == 0


async def test_the_session_is_a_cookie_of_its_own_that_was_never_seen_before(own: Own) -> None:
    own.client.cookies.set("stormops_own", "planted", domain="own.test", path="/account")
    text = await own.code("a1", PHONES["a1"])
    done = await own.post("/account/code", {"code": re.search(r"\d{6}", text)[0]})  # type: ignore[index]
    cookie = next(line for line in done.headers.get_list("set-cookie") if line.startswith("stormops_own="))
    assert "planted" not in cookie
    assert {"HttpOnly", "Path=/account", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    own.client.cookies.clear()
    planted = await own.get("/account", Cookie="stormops_own=planted")
    assert "Ada" not in planted.text


async def test_a_session_ends_by_signing_out_by_age_and_when_it_is_idle(own: Own) -> None:
    await own.enter()
    token = own.client.cookies["stormops_own"]
    assert (await own.send("/account", {}, path="/account/sign-out")).status_code == 303
    assert "Ada" not in (await own.get("/account", Cookie=f"stormops_own={token}")).text
    await own.enter()
    own.clock[0] += IDLE_MS
    assert (await own.get("/account/bills")).headers["location"] == "/account"
    await own.enter()
    for _ in range(SESSION_MS // (IDLE_MS - 1) + 1):
        own.clock[0] += IDLE_MS - 1
        last = await own.get("/account/bills")
    assert last.status_code == 303


async def test_a_session_ends_when_the_contact_of_record_changes_or_the_account_is_no_longer_theirs(own: Own) -> None:
    await own.enter()
    change = {"account": "a1", "kind": "mobile", "value": "8505550303", "messages": False}
    await own.desk.do("representative", "update_contact", **change)
    assert "Ada" not in (await own.get("/account")).text
    assert not await own.code("a1", PHONES["a1"])
    await own.enter("a1", "850 555-0303")
    assert "Ada" in (await own.get("/account")).text


async def test_a_code_goes_by_mail_to_an_address_of_record(own: Own) -> None:
    change = {"account": "a1", "kind": "email", "value": "Ada@Example.org", "messages": False}
    await own.desk.do("representative", "update_contact", **change)
    await own.enter("a1", "ada@example.ORG")
    assert own.sent[-1][0] == "ada@example.org"
    assert "Ada" in (await own.get("/account")).text


async def test_without_a_provider_the_page_says_whom_to_call(own: Own) -> None:
    async def ask(_: str) -> None:
        return None

    app = create_own(own.door, ways={}, ask=ask)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=OWN) as client:
        page = await client.get("/account")
        assert "Codes cannot be sent here" in page.text
        assert "/account/start" in page.text
        asked = await client.post("/account/sign-in", data={"account": "a1", "contact": PHONES["a1"]})
        assert asked.status_code == 403


async def test_forms_from_elsewhere_do_nothing(own: Own) -> None:
    asked = await own.client.post(
        "/account/sign-in", data={"account": "a1", "contact": PHONES["a1"]}, headers={"Origin": "http://evil.test"}
    )
    assert asked.status_code == 403
    await own.settled()
    assert own.sent == []
    await own.enter()
    for origin, token in ((OWN, "guess"), ("http://evil.test", None), (OWN, "")):
        page = (await own.get("/account")).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]  # type: ignore[index]
        sent = await own.post("/account/sign-out", {"csrf": csrf if token is None else token}, Origin=origin)
        assert sent.status_code == 403
    assert "Ada" in (await own.get("/account")).text


async def test_what_is_no_account_or_contact_is_corrected(own: Own) -> None:
    for account, contact in (("", PHONES["a1"]), ("a1", "555"), ("a1", "not @ mail"), ("a1", "\x00")):
        assert (await own.post("/account/sign-in", {"account": account, "contact": contact})).status_code == 422
    assert (await own.get("/account/code")).status_code == 303
    huge = await own.client.post("/account/sign-in", content=b"a" * 70_000, headers={"Origin": OWN})
    assert huge.status_code in {403, 413}
