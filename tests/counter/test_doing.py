"""Every duty by its screen: who may see it, what is asked, what it would do, and that it is done once."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from stormops.counter.duties import DUTIES
from stormops.counter.rights import MAKING, NEEDS
from stormops.staff.roles import ROLES
from tests.counter.conftest import API, LEASE, Desk, billed, customer, opened, served

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def hidden(page: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(page):
        found.setdefault(unescape(name), []).append(unescape(value))
    return found


async def form(desk: Desk, name: str, duty: str, query: str = "") -> str:
    answer = await desk.client.get(f"/counter/do/{duty}{query}", headers=desk.headers(name))
    assert answer.status_code == 200, answer.text
    return answer.text


async def send(
    desk: Desk, name: str, duty: str, stage: str, fields: dict[str, Any], *, files: dict[str, Any] | None = None
) -> Any:
    headers = {key: value for key, value in desk.headers(name).items() if key != "X-CSRF-Token"}
    return await desk.client.post(
        f"/counter/do/{duty}",
        data={"csrf": desk.people[name].csrf, "stage": stage, **fields},
        files=files,
        headers=headers,
    )


async def through(
    desk: Desk, name: str, duty: str, fields: dict[str, Any], files: dict[str, Any] | None = None
) -> tuple[str, str]:
    """The three steps of a duty; gives the preview and the page that says it is done."""
    key = hidden(await form(desk, name, duty))["key"][0]
    looked = await send(desk, name, duty, "look", {"key": key, **fields}, files=files)
    assert looked.status_code == 200, looked.text
    again = hidden(looked.text)
    assert again["seal"][0]
    done = await send(desk, name, duty, "do", again)
    assert done.status_code == 303, done.text
    page = await desk.client.get(done.headers["location"], headers=desk.headers(name))
    assert page.status_code == 200, page.text
    return looked.text, page.text


@pytest.mark.parametrize("duty", DUTIES)
async def test_a_duty_shows_its_form_to_whose_work_it_is_and_to_nobody_else(desk: Desk, duty: str) -> None:
    needs = NEEDS[DUTIES[duty].command]
    if proposal := dict(DUTIES[duty].fixed).get("proposal.kind"):
        needs = frozenset({MAKING[proposal]})
    for role, may in ROLES.items():
        answer = await desk.client.get(f"/counter/do/{duty}", headers=desk.headers(role))
        if "read_accounts" not in may.permissions or needs.isdisjoint(grant.permission for grant in may.grants):
            assert answer.status_code == 403
        else:
            assert answer.status_code == 200, answer.text
            for field in DUTIES[duty].fields:
                assert f'name="{field.name}' in answer.text or field.kind == "parts"


async def test_a_payment_is_taken_in_a_drawer_with_its_allocation_in_sight(desk: Desk) -> None:
    await billed(desk)
    drawer = await opened(desk)
    page = await form(desk, "cashier", "take_payment", "?account=a1")
    assert "Ada Núñez" in page
    assert f'<option value="{drawer}"' in page
    fields = {"account": "a1", "number": "R-1", "cents": "25.50", "tender": "cash", "drawer": drawer}
    looked, done = await through(desk, "cashier", "take_payment", fields)
    assert "1100 Accounts receivable, utility · Electric" in looked
    assert "$25.50" in looked
    receipt = re.search(r'href="(/counter/receipts/[^"]+)"', done)
    assert receipt is not None
    paper = await desk.client.get(receipt[1], headers=desk.headers("cashier"))
    assert "R-1" in paper.text
    assert "$25.50" in paper.text


async def test_a_second_press_does_nothing_twice(desk: Desk) -> None:
    await billed(desk)
    key = hidden(await form(desk, "cashier", "take_payment"))["key"][0]
    fields = {"key": key, "account": "a1", "number": "R-2", "cents": "10", "tender": "bank"}
    again = hidden((await send(desk, "cashier", "take_payment", "look", fields)).text)
    before = (await desk.get("cashier", f"{API}/accounts/a1")).json()["owed"]
    for _ in range(2):
        assert (await send(desk, "cashier", "take_payment", "do", again)).status_code == 303
    assert (await desk.get("cashier", f"{API}/accounts/a1")).json()["owed"] == before - 1000


async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(desk: Desk) -> None:
    await customer(desk)
    fields = {"account": "a1", "number": "R-3", "cents": "ten", "tender": "bank", "memo": "for <June>"}
    answer = await send(desk, "cashier", "take_payment", "look", fields)
    assert answer.status_code == 422
    assert "Write an amount as 12.34." in answer.text
    assert "for &lt;June&gt;" in answer.text
    refused = await send(desk, "cashier", "take_payment", "look", {**fields, "cents": "10", "tender": "cash"})
    assert refused.status_code == 409
    assert "Cash and cheques go into an open drawer." in refused.text


async def test_service_starts_with_an_uploaded_lease_and_says_why_the_deposit(desk: Desk) -> None:
    await customer(desk)
    view = (await desk.get("representative", f"{API}/accounts/a1")).json()
    premise = view["premises"][0]["id"]
    fields = {
        "account": "a1",
        "premise": premise,
        "service": "solid_waste",
        "rate": "residential",
        "since": "2026-07-02",
    }
    looked, done = await through(
        desk, "representative", "start_service", fields, {"occupancy": ("lease.pdf", b"a signed lease")}
    )
    assert "deposits.for_services" in looked
    assert "step_service" in done
    agreements = (await desk.get("representative", f"{API}/accounts/a1")).json()["agreements"]
    kept = next(each["occupancy"] for each in agreements if each["service"] == "solid_waste")
    file = await desk.get("representative", f"{API}/evidence/{kept}")
    assert file.content == b"a signed lease"
    assert file.headers["content-disposition"].startswith("attachment")


async def test_an_adjustment_goes_by_form_from_maker_to_checker_and_back(desk: Desk) -> None:
    await billed(desk)
    owing = (await desk.get("billing", f"{API}/accounts/a1")).json()["receivables"][0]
    page = await form(desk, "billing", "request_adjustment", "?proposal.account=a1")
    assert f'name="proposal.parts:{owing["id"]}"' in page
    fields = {
        "proposal.account": "a1",
        "proposal.type": "leak",
        f"proposal.parts:{owing['id']}": "5.00",
        "reason": "a leak at the meter",
    }
    _, done = await through(desk, "billing", "request_adjustment", fields)
    request = re.search(r"attach_evidence\?request=([^&\"]+)", done)
    assert request is not None
    key = request[1]
    await through(
        desk, "billing", "attach_evidence", {"request": key, "kind": "photo"}, {"hashes": ("p.jpg", b"photo")}
    )
    await through(desk, "billing", "submit_request", {"request": key})
    waiting = await desk.client.get("/counter/queues/approvals", headers=desk.headers("approver"))
    assert "a leak at the meter" in waiting.text
    assert f"approve_request?request={key}" in waiting.text
    await through(desk, "approver", "approve_request", {"request": key})
    await through(desk, "billing", "post_request", {"request": key})
    assert (await desk.get("billing", f"{API}/accounts/a1")).json()["owed"] == owing["owed"] - 500
    await through(desk, "approver", "reverse_request", {"request": key, "reason": "it was another account"})
    assert (await desk.get("billing", f"{API}/accounts/a1")).json()["owed"] == owing["owed"]


async def test_only_the_steps_that_the_state_allows_are_offered(desk: Desk) -> None:
    agreement = await served(desk)
    page = await form(desk, "representative", "step_service", f"?agreement={agreement}")
    assert "withdraw_stop" not in page
    await through(desk, "representative", "stop_service", {"agreement": agreement, "until": "2026-07-20"})
    page = await form(desk, "representative", "step_service", f"?agreement={agreement}")
    assert 'value="withdraw_stop"' in page
    assert 'value="cancel"' not in page


async def test_a_form_without_the_sessions_token_does_nothing(desk: Desk) -> None:
    await customer(desk)
    answer = await send(desk, "cashier", "add_contact", "do", {"csrf": "guessed", "account": "a1", "text": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    headers = {"Cookie": "stormops_session=cashier", "Origin": "http://evil.test"}
    foreign = await desk.client.post("/counter/do/add_contact", data={"csrf": "token of cashier"}, headers=headers)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "origin")


async def test_who_is_not_signed_in_signs_in(desk: Desk) -> None:
    answer = await desk.client.get("/counter/do/add_contact")
    assert (answer.status_code, answer.headers["location"]) == (303, "http://feed.test/sign-in")


async def test_a_wrong_detail_says_what_to_write_and_keeps_what_was_typed(desk: Desk) -> None:
    await customer(desk)
    key = hidden(await form(desk, "representative", "update_contact"))["key"][0]
    typed = {"key": key, "account": "a1", "kind": "mobile", "value": "555-0142"}
    looked = await send(desk, "representative", "update_contact", "look", typed)
    assert looked.status_code == 409
    assert 'id="f-3-error">A telephone number has at least ten digits, as 850-555-0100.' in looked.text
    assert 'name="value" value="555-0142"' in looked.text


async def test_after_the_evidence_the_request_is_submitted(desk: Desk) -> None:
    await billed(desk)
    proposal = {"kind": "mass_credit", "event": "storm-1", "fund": "electric", "accounts": ["a1"], "cents": 500}
    _, drafted = await through(
        desk,
        "manager",
        "request_mass_credit",
        {f"proposal.{name}": value for name, value in proposal.items() if name not in {"kind", "cents"}}
        | {"proposal.cents": "5.00", "reason": "declared"},
    )
    link = re.search(r"/counter/do/attach_evidence\?request=([^&\"]+)", drafted)
    assert link
    _, attached = await through(
        desk,
        "manager",
        "attach_evidence",
        {"request": link[1], "kind": "document"},
        {"hashes": ("order.pdf", b"the order")},
    )
    assert f"/counter/do/submit_request?request={link[1]}" in attached


async def test_instalments_are_in_sight_before_they_are_offered_and_on_the_account(desk: Desk) -> None:
    await billed(desk)
    first = (desk.clerk.today() + timedelta(days=10)).isoformat()
    fields = {"account": "a1", "down": "40.00", "instalments": "3", "first_due": first}
    looked, done = await through(desk, "credit", "offer_arrangement", fields)
    made = (await desk.get("credit", "/api/v1/counter/accounts/a1")).json()["arrangements"][0]
    for part in made["instalments"]:
        assert f"${part['cents'] / 100:.2f}" in looked
    assert f"Instalments · ${made['instalments'][0]['cents'] / 100:.2f} · due " in done
    assert "Arrangement: Instalments" in (await desk.get("representative", "/counter/accounts/a1")).text


async def test_what_is_to_be_done_is_given_to_somebody_who_is_there(desk: Desk) -> None:
    shown = await form(desk, "representative", "add_task")
    assert '<option value="billing2">' in shown
    due = (desk.clerk.today() + timedelta(days=1)).isoformat()
    typed = {"key": hidden(shown)["key"][0], "text": "file the lease", "due_ms": f"{due}T10:00"}
    wrong = await send(desk, "representative", "add_task", "look", typed | {"owner": "biling"})
    assert wrong.status_code == 422
    assert "Nobody signs in by this name." in wrong.text
    assert 'value="biling"' in wrong.text
    right = await send(desk, "representative", "add_task", "look", typed | {"owner": "billing2"})
    assert right.status_code == 200


async def test_a_file_that_is_missing_is_asked_for_where_it_belongs(desk: Desk) -> None:
    await customer(desk)
    ask = {"account": "a1", "programme": "general", "cents": 60_000, "months": 12, "contractor": "Sun", "quote": LEASE}
    loan = (await desk.do("lending", "apply_for_loan", **ask))["loan"]
    key = hidden(await form(desk, "lending", "step_loan"))["key"][0]
    unsigned = await send(desk, "lending", "step_loan", "look", {"key": key, "loan": loan, "step": "sign"})
    assert unsigned.status_code == 409
    assert 'id="f-3-error">Attach it now' in unsigned.text
