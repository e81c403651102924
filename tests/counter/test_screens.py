from __future__ import annotations

import re

import pytest

from stormops.core.levels import Mode
from stormops.counter.outage import Known
from tests.counter.conftest import API, LEASE, Desk, billed, billed_by_run, customer, opened, served


async def test_a_caller_is_found_and_shown_on_one_page(desk: Desk) -> None:
    await billed(desk)
    found = await desk.get("representative", "/counter/search?q=nunez palm")
    assert 'href="/counter/accounts/a1"' in found.text
    page = (await desk.get("representative", "/counter/accounts/a1")).text
    assert "Ada Núñez" in page
    assert "$109.07" in page
    assert "$150.00" in page
    assert 'src="/counter/outage/P-a1?framed"' in page
    assert "/counter/do/stop_service?" in page
    assert "/counter/do/take_payment" not in page  # not a representative's
    assert "/counter/do/take_payment" in (await desk.get("cashier", "/counter/accounts/a1")).text
    none = await desk.get("representative", "/counter/search?q=zebra")
    assert "Nobody was found" in none.text


async def test_holds_are_said_on_the_page(desk: Desk) -> None:
    await customer(desk)
    await desk.do("representative", "file_certificate", account="a1", expires="2027-07-01", document=LEASE)
    await desk.do("representative", "open_case", account="a1", kind="dispute", text="too high", disputed=500)
    desk.mode(Mode.STORM)
    page = (await desk.get("representative", "/counter/accounts/a1")).text
    assert "Medically essential service" in page
    assert "In dispute" in page
    assert "nobody is cut" in page
    assert "Storm service" in page
    await desk.do(
        "credit", "notice_bankruptcy", account="a1", court="N.D. Fla.", number="26-9", chapter=13, petition="2026-06-30"
    )
    assert "Bankruptcy: no collection" in (await desk.get("representative", "/counter/accounts/a1")).text


async def test_the_outage_stands_beside_the_account_and_never_in_its_way(desk: Desk) -> None:
    await customer(desk)
    desk.outage["P-a1"] = Known("1 Palm", [{"state": "confirmed", "since_ms": 0, "customers_out": 12}], 3, False, False)
    page = await desk.get("representative", "/counter/outage/P-a1?framed")
    assert "12" in page.text
    assert "<main" not in page.text
    assert page.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    whole = (await desk.get("representative", "/counter/outage/P-a1")).text
    assert "12" in whole
    assert '<a href="/counter/premises/P-a1">Premise 1 Palm</a>' in whole
    assert "<main" in whole
    desk.outage.clear()
    assert "Nothing can be said" in (await desk.get("representative", "/counter/outage/P-a1?framed")).text
    assert "Nothing can be said" in (await desk.get("representative", "/counter/outage/P-a1")).text


async def test_the_way_from_the_storm_desk_leads_to_who_has_service_there(desk: Desk) -> None:
    await served(desk)
    answer = await desk.get("dispatcher", "/counter/premises/P-a1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/counter/accounts/a1")
    other = await desk.get("dispatcher", "/counter/premises/P-unknown?account=a1")
    assert other.headers["location"] == "/counter/accounts/a1"
    assert "Nobody was found" in (await desk.get("dispatcher", "/counter/premises/P-unknown")).text


async def test_a_bill_shows_how_each_line_came_about(desk: Desk) -> None:
    bill = await billed(desk)
    page = (await desk.get("representative", f"/counter/bills/{bill}")).text
    assert "metered.charge" in page
    assert "Computed again today: the same." in page
    assert "1,000" in page or "1000" in page


async def test_a_bill_of_a_run_shows_how_each_line_came_about(desk: Desk) -> None:
    await billed(desk)
    bill = f"{(await billed_by_run(desk)).run}:a1"
    shown = await desk.get("representative", f"/counter/bills/{bill}")
    assert shown.status_code == 200
    assert "metered.charge" in shown.text
    assert "Computed again today: the same." in shown.text


async def test_the_trial_balance_holds_and_says_so(desk: Desk) -> None:
    await billed(desk)
    page = (await desk.get("auditor", "/counter/reports")).text
    assert "Every fund balances." in page
    assert "Every sub-ledger is what its control account says." in page
    assert "The audit&#39;s chain holds." in page
    assert "Cash drawers" in page
    audit = (await desk.get("auditor", "/counter/audit")).text
    assert "Compute and post a bill" in audit


async def test_a_drawer_has_a_page_of_its_desk(desk: Desk) -> None:
    assert (
        "no open drawer" in (await desk.get("cashier", "/counter/drawer")).text
        or "/counter/do/open_drawer" in (await desk.get("cashier", "/counter/drawer")).text
    )
    await opened(desk)
    page = (await desk.get("cashier", "/counter/drawer")).text
    assert "/counter/do/count_drawer?" in page
    assert "/counter/do/take_payment" in page


async def test_visitors_wait_without_a_name_and_are_called(desk: Desk) -> None:
    await desk.do("representative", "take_ticket", ticket="A7", topic="billing", language="ht")
    page = (await desk.get("representative", "/counter/queues/visits")).text
    assert "A7" in page
    assert "/counter/do/step_visit?" in page


@pytest.mark.parametrize(
    "path", ["accounts/x", "bills/x", "receipts/x", "why/bill/x", "why/nothing/x", "queues/x", "do/x"]
)
async def test_what_is_not_there_is_said_on_a_page(desk: Desk, path: str) -> None:
    answer = await desk.get("manager", f"/counter/{path}")
    assert answer.status_code == 404
    assert "It is not in the books." in answer.text


async def test_why_shows_the_policy_with_its_sources(desk: Desk) -> None:
    agreement = await customer(desk)
    page = (await desk.get("representative", f"/counter/why/service_agreement/{agreement}")).text
    assert "deposits.for_services" in page
    assert "Made up for the demonstration" in page
    assert (await desk.get("representative", f"{API}/decisions/service_agreement/{agreement}")).status_code == 200


async def test_meters_stand_at_their_address_with_the_field_s_duties(desk: Desk) -> None:
    await served(desk)
    page = (await desk.get("field", "/counter/accounts/a1")).text
    assert "Electric: M-a1" in page
    assert all(f"/counter/do/{duty}?point=" in page for duty in ("damage_service_point", "record_exception"))
    point = (await desk.get("field", f"{API}/accounts/a1")).json()["agreements"][0]["point"]
    await desk.do("field", "damage_service_point", point=point, evidence=[LEASE])
    await desk.do("field", "begin_release", point=point, clearance="reconnect", permit="P-1")
    assert "Meter release: Reconnect" in (await desk.get("field", "/counter/accounts/a1")).text


async def test_a_duty_s_link_fills_in_the_record_and_the_account(desk: Desk) -> None:
    await served(desk)
    page = (await desk.get("billing", "/counter/accounts/a1")).text
    link = re.search(r'href="(/counter/do/request_deposit_refund\?proposal\.deposit=[^"]+)"', page)
    assert link
    form = (await desk.get("billing", link[1].replace("&amp;", "&"))).text
    assert '<input type="hidden" name="proposal.account" value="a1"' in form
    drawer = (await desk.get("cashier", "/counter/drawer")).text
    assert "/counter/do/bank?drawer=" in drawer


async def test_a_disconnection_says_of_which_service(desk: Desk) -> None:
    await billed(desk)
    desk.later(10)
    agreement = (await desk.get("credit", f"{API}/accounts/a1")).json()["agreements"][0]["id"]
    await desk.do("credit", "notice_cut", agreement=agreement)
    assert "Disconnection: Electric" in (await desk.get("credit", "/counter/accounts/a1")).text
    assert " Electric · 1 Palm Ave" in " ".join((await desk.get("credit", "/counter/queues/cuts")).text.split())
