from __future__ import annotations

import re

from stormops.core.levels import Mode
from tests.counter.conftest import Desk, billed, customer


async def page_of(desk: Desk, name: str = "representative") -> str:
    return (await desk.get(name, "/counter/accounts/a1")).text


async def test_what_is_asked_for_most_is_first_and_is_each_persons_own(desk: Desk) -> None:
    await customer(desk)
    first = {
        name: re.findall(r'<ul class="first">.*?href="/counter/do/(\w+)', await page_of(desk, name), re.DOTALL)[0]
        for name in ("representative", "cashier", "billing", "credit")
    }
    assert first == {
        "representative": "add_contact",
        "cashier": "take_payment",
        "billing": "post_bill",
        "credit": "add_contact",
    }


async def test_what_is_owed_is_by_due_day_and_what_is_late_says_so(desk: Desk) -> None:
    await billed(desk)
    assert "Past due</b>" not in await page_of(desk)
    desk.later(1)
    page = await page_of(desk)
    assert "Past due</b>" in page
    assert "Electric, 1 Jul 2026 to 31 Jul 2026" in page


async def test_an_open_matter_is_above_and_one_that_is_over_is_folded(desk: Desk) -> None:
    await customer(desk)
    due = desk.clock[0] + 3_600_000
    said = {"account": "a1", "text": "call back", "owner": "representative", "due_ms": due}
    promise = (await desk.do("representative", "make_promise", **said))["promise"]
    assert "Open matters" in await page_of(desk)
    await desk.do("representative", "step_promise", promise=promise, step="keep")
    page = await page_of(desk)
    assert "Open matters" not in page
    assert "1 that are over" in page


async def test_a_storm_stands_above_the_account(desk: Desk) -> None:
    await customer(desk)
    assert "Storm: nobody is cut" not in await page_of(desk)
    desk.mode(Mode.STORM)
    assert "Storm: nobody is cut" in await page_of(desk)


async def test_a_buildings_units_are_listed_with_who_depends_on_power(desk: Desk) -> None:
    await customer(desk)
    await customer(desk, "u1", "Tenant One")
    members = [{"account": "u1", "unit": "4B", "weight": 1, "since": "2026-07-01"}]
    document = "ab" * 32
    roster = {"umbrella": "palm", "account": "a1", "rule": "equal", "members": members, "document": document}
    await desk.do("representative", "set_umbrella", **roster)
    await desk.do(
        "representative", "file_certificate", account="u1", expires="2027-07-01", document=document, battery_hours=4
    )
    assert "/counter/buildings/palm" in await page_of(desk)
    page = (await desk.get("representative", "/counter/buildings/palm")).text
    assert "4B" in page
    assert "4 h on battery" in page
    assert (await desk.get("representative", "/counter/buildings/none")).status_code == 404
    api = await desk.get("representative", "/api/v1/counter/buildings/palm")
    assert api.json()["units"][0]["medical"] is True
