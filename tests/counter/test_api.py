"""The counter from outside: service with a deposit, money in a drawer, maker and checker, and who may do none of it."""

from __future__ import annotations

from typing import Any

import pytest

from stormops.staff.roles import ROLES
from tests.counter.conftest import API, LEASE, Desk, billed, customer, opened, served


async def test_service_starts_with_the_policys_deposit_and_the_money_balances(desk: Desk) -> None:
    await served(desk)
    view = (await desk.get("representative", f"{API}/accounts/a1")).json()
    assert [deposit["held"] for deposit in view["deposits"]] == [15_000]
    assert view["agreements"][0]["state"] == "active"
    checks = (await desk.get("auditor", f"{API}/checks")).json()
    assert checks["unbalanced_funds"] == {}
    assert checks["differences"] == []
    assert checks["broken_at"] is None


async def test_a_bill_is_computed_shown_paid_and_computed_again(desk: Desk) -> None:
    bill = await billed(desk)
    view = (await desk.get("billing", f"{API}/accounts/a1")).json()
    assert view["owed"] > 0
    shown = (await desk.get("billing", f"{API}/bills/{bill}")).json()
    assert shown["bill"]["cents"] == view["owed"]
    assert all(why["same"] for why in shown["decisions"])
    would = await desk.preview("cashier", "take_payment", account="a1", number="r1", cents=5000, tender="bank")
    assert {line["name"] for line in would["journals"][0]["lines"]} >= {"Cash at bank", "Accounts receivable, utility"}
    await desk.do("cashier", "take_payment", account="a1", number="r1", cents=5000, tender="bank")
    assert (await desk.get("billing", f"{API}/accounts/a1")).json()["owed"] == view["owed"] - 5000


async def test_maker_and_checker_are_two(desk: Desk) -> None:
    await billed(desk)
    owing = (await desk.get("billing", f"{API}/accounts/a1")).json()["receivables"][0]
    proposal = {
        "kind": "adjustment",
        "account": "a1",
        "type": "leak",
        "parts": [{"receivable": owing["id"], "cents": 500}],
    }
    request = (await desk.do("billing", "draft_request", proposal=proposal, reason="a leak"))["request"]
    assert await desk.refused("billing", "submit_request", request=request) == "no_evidence"
    await desk.do("billing", "attach_evidence", request=request, hashes=[LEASE])
    await desk.do("billing", "submit_request", request=request)
    assert await desk.refused("billing", "approve_request", request=request) == "no_permission"
    waiting = (await desk.get("approver", f"{API}/queues/approvals")).json()["items"]
    assert [item["id"] for item in waiting] == [request]
    await desk.do("approver", "approve_request", request=request)
    await desk.do("billing", "post_request", request=request)
    assert (await desk.get("billing", f"{API}/accounts/a1")).json()["owed"] == owing["owed"] - 500
    why = (await desk.get("auditor", f"{API}/decisions/request/{request}")).json()["decisions"]
    assert [each["same"] for each in why] == [True]


async def test_a_key_has_one_effect_and_one_meaning(desk: Desk) -> None:
    await billed(desk)
    body: dict[str, Any] = {"account": "a1", "number": "r7", "cents": 700, "tender": "bank"}
    first = await desk.send("cashier", "take_payment", key="same", **body)
    again = await desk.send("cashier", "take_payment", key="same", **body)
    assert first.json()["answer"] == again.json()["answer"]
    assert (first.json()["replayed"], again.json()["replayed"]) == (False, True)
    other = await desk.send("cashier", "take_payment", key="same", **{**body, "cents": 701})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    somebody = await desk.send("cashier2", "take_payment", key="same", **body)
    assert somebody.status_code == 422


async def test_what_a_rule_computed_is_replayed_though_it_would_compute_another(desk: Desk) -> None:
    await billed(desk)
    desk.later(40)
    body = {"account": "a1", "due": "2026-09-30"}
    first = await desk.send("billing", "charge_fee", key="late", **body)
    await desk.do("cashier", "take_payment", account="a1", number="r1", cents=9_000, tender="bank")
    again = await desk.send("billing", "charge_fee", key="late", **body)
    assert again.json() == first.json() | {"replayed": True}
    why = (await desk.get("billing", f"{API}/commands/late/decisions")).json()["decisions"]
    assert why[0]["kept"]["rule"] == "fees.late"


async def test_what_was_confirmed_is_done_and_nothing_else(desk: Desk) -> None:
    await billed(desk)
    desk.later(40)
    body = {"account": "a1", "due": "2026-09-30"}
    seal = (await desk.preview("billing", "charge_fee", **body))["seal"]
    await desk.do("cashier", "take_payment", account="a1", number="r1", cents=9_000, tender="bank")
    changed = await desk.send("billing", "charge_fee", seal=seal, **body)
    assert (changed.status_code, changed.json()["code"]) == (412, "changed")
    seal = (await desk.preview("billing", "charge_fee", **body))["seal"]
    assert (await desk.send("billing", "charge_fee", seal=seal, **body)).status_code == 200


async def test_nobody_brings_a_decision_along(desk: Desk) -> None:
    await customer(desk)
    answer = await desk.send("billing", "charge_fee", account="a1", due="2026-09-30", cents=1, decision={"policy": "x"})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"cents", "decision"}


async def test_a_drawer_is_counted_by_two_who_do_not_know_what_is_in_it(desk: Desk) -> None:
    drawer = await opened(desk)
    shown = (await desk.get("cashier", f"{API}/queues/drawers")).json()["items"][0]
    assert "balance" not in shown
    await desk.do("cashier", "count_drawer", drawer=drawer, counted=10_000)
    assert await desk.refused("cashier", "close_drawer", drawer=drawer, counted=10_000) == "maker_is_checker"
    would = await desk.preview("cashier2", "close_drawer", drawer=drawer, counted=10_000)
    assert would["journals"] == []
    await desk.do("cashier2", "close_drawer", drawer=drawer, counted=10_000)
    assert (await desk.get("cashier", f"{API}/queues/drawers")).json()["items"] == []


async def test_every_look_at_a_customer_is_kept(desk: Desk) -> None:
    await customer(desk)
    await desk.get("cashier", f"{API}/accounts/a1")
    await desk.get("dispatcher", "/counter/accounts/a1")
    looks = (await desk.get("auditor", f"{API}/looks?account=a1")).json()["looks"]
    assert [(look["actor"], look["why"]) for look in looks] == [("dispatcher", "page"), ("cashier", "api")]
    mine = (await desk.get("auditor", f"{API}/looks?actor=cashier")).json()["looks"]
    assert [look["account"] for look in mine] == ["a1"]
    assert (await desk.get("auditor", f"{API}/looks")).status_code == 422


async def test_nobody_works_on_their_own_account(desk: Desk) -> None:
    await customer(desk, "s1", "Sam Staff")
    assert await desk.refused("sam", "add_contact", account="s1", text="hello") == "own_account"


@pytest.mark.parametrize("role", [name for name, role in ROLES.items() if "read_accounts" not in role.permissions])
async def test_a_role_without_the_right_sees_nothing(desk: Desk, role: str) -> None:
    for path in ("/session", "/search?q=ada", "/accounts/a1", "/queues/approvals", "/checks", "/audit"):
        answer = await desk.get(role, API + path)
        assert (answer.status_code, answer.json()["code"]) == (403, "may_not_look"), path
    assert await desk.refused(role, "add_contact", account="a1", text="hello") == "may_not_look"
