"""The duties of customer operations done through the counter, by whose work they are; docs/duties.md names these.

Numbers are those of the table of duties there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from stormops.core.levels import Mode
from tests.counter.conftest import API, LEASE, Desk, billed, customer, opened, served


async def view(desk: Desk, account: str = "a1") -> Any:
    return (await desk.get("auditor", f"{API}/accounts/{account}")).json()


async def sound(desk: Desk) -> None:
    checks = (await desk.get("auditor", f"{API}/checks")).json()
    assert checks["unbalanced_funds"] == {}
    assert checks["differences"] == []
    assert checks["broken_at"] is None


async def approved(desk: Desk, maker: str, proposal: dict[str, Any], *checkers: str) -> str:
    """A request from its draft to its posting, by its maker and as many checkers as it needs."""
    request = (await desk.do(maker, "draft_request", proposal=proposal, reason="as the customer asked"))["request"]
    await desk.do(maker, "attach_evidence", request=request, hashes=[LEASE])
    await desk.do(maker, "submit_request", request=request)
    for checker in checkers:
        await desk.do(checker, "approve_request", request=request)
    await desk.do("treasurer", "post_request", request=request)
    await sound(desk)
    return request


def in_days(desk: Desk, days: int) -> str:
    return (desk.clerk.today() + timedelta(days)).isoformat()


async def test_1_service_is_started_moved_and_stopped(desk: Desk) -> None:
    agreement = await served(desk)
    await desk.do("representative", "stop_service", agreement=agreement, until=in_days(desk, 10))
    await desk.do("representative", "step_service", agreement=agreement, step="withdraw_stop")
    there = (await desk.do("representative", "add_premise", address="9 Oak St"))["premise"]
    official = {
        "address": "9 Oak St",
        "jurisdiction": "city",
        "tax_code": "",
        "parcel": "9",
        "feeder": "F2",
        "fire_class": "1",
        "impervious_square_feet": 1500,
    }
    await desk.do("addresses", "make_premise_official", premise=there, **official)
    start = {
        "account": "a1",
        "premise": there,
        "service": "solid_waste",
        "rate": "residential",
        "since": in_days(desk, 11),
        "occupancy": LEASE,
    }
    water = start | {"service": "water", "rate": "water"}
    assert await desk.refused("representative", "start_service", **water) == "no_point"
    meter = {"premise": there, "utility": "water", "meter": "W-9"}
    point = (await desk.do("addresses", "add_service_point", **meter))["service_point"]
    for plan in ("residential", "waters"):
        other = water | {"point": point, "rate": plan}
        assert await desk.refused("representative", "start_service", **other) == "no_plan"
    electric = water | {"point": point, "service": "electric", "rate": "residential"}
    assert await desk.refused("representative", "start_service", **electric) == "other_utility"
    await desk.do("representative", "transfer_service", agreement=agreement, until=in_days(desk, 10), start=start)
    states = {each["service"]: each["state"] for each in (await view(desk))["agreements"]}
    assert states == {"electric": "stop_requested", "solid_waste": "active"}


async def test_2_and_3_an_account_is_reviewed_by_another_than_who_asked(desk: Desk) -> None:
    bill = await billed(desk)
    case = (await desk.do("representative", "open_case", account="a1", kind="review", text="high bill"))["case"]
    found = {"case": case, "step": "record_findings", "findings": "computed again, the same", "evidence": [LEASE]}
    await desk.do("auditor", "step_case", **found)
    await desk.do("approver", "step_case", case=case, step="close")
    history = await view(desk)
    assert [each["id"] for each in history["bills"]] == [bill]
    assert all(one["same"] for one in (await desk.get("auditor", f"{API}/bills/{bill}")).json()["decisions"])


async def test_4_an_issue_is_escalated_raised_and_closed_by_another(desk: Desk) -> None:
    await customer(desk)
    due = desk.clock[0] + 3_600_000
    opened_by = {"account": "a1", "kind": "billing", "text": "nobody called", "owner": "approver", "due_ms": due}
    escalation = (await desk.do("representative", "open_escalation", **opened_by))["escalation"]
    await desk.do("representative", "step_escalation", escalation=escalation, step="raise", note="second call")
    await desk.do("approver", "step_escalation", escalation=escalation, step="acknowledge")
    await desk.do("approver", "step_escalation", escalation=escalation, step="resolve", note="called")
    code = await desk.refused("representative", "step_escalation", escalation=escalation, step="close")
    assert code == "maker_is_checker"
    await desk.do("approver", "step_escalation", escalation=escalation, step="close")


async def test_6_a_damaged_meter_is_released_before_it_is_energised(desk: Desk) -> None:
    await served(desk)
    point = (await view(desk))["agreements"][0]["point"]
    await desk.do("field", "damage_service_point", point=point, evidence=[LEASE])
    release = (await desk.do("field", "begin_release", point=point, clearance="reconnect", permit="P-1"))[
        "meter_release"
    ]
    await desk.do("field", "step_release", release=release, step="inspect", inspector="ines", evidence=[LEASE])
    await desk.do("field", "step_release", release=release, step="release")
    exception = {"point": point, "clearance": "reconnect", "inspector": "ines", "evidence": [LEASE]}
    owed = (await desk.do("field", "record_exception", **exception))["meter_release"]
    await desk.do("field", "step_release", release=owed, step="bring_permit", permit="P-2")


async def test_7_an_address_is_used_at_once_and_made_official_by_another(desk: Desk) -> None:
    premise = (await desk.do("addresses", "add_premise", address="behind the mill", longitude=-84.2, latitude=30.4))[
        "premise"
    ]
    official = {
        "premise": premise,
        "address": "7 Mill Rd",
        "jurisdiction": "county",
        "tax_code": "",
        "parcel": "7",
        "feeder": "F7",
        "fire_class": "2",
        "impervious_square_feet": 0,
    }
    assert await desk.refused("addresses", "make_premise_official", **official) == "maker_is_checker"
    await desk.do("addresses2", "make_premise_official", **official)
    unit = (await desk.do("addresses", "add_unit", premise=premise, name="Apt 1", since="2026-07-01"))["unit"]
    await desk.do("addresses", "retire_unit", unit=unit, until="2026-07-02")


async def test_8_a_business_gives_a_deposit_or_a_bond_for_it(desk: Desk) -> None:
    await customer(desk, category="commercial")
    deposit = (await view(desk))["deposits"][0]
    assert deposit["required"] == 24_000  # two months of what was projected
    bond = {"deposit": deposit["id"], "instrument": "bond", "document": LEASE, "expires": "2027-07-01"}
    assert await desk.refused("representative", "furnish_deposit", cents=100, **bond) == "too_little"
    await desk.do("representative", "furnish_deposit", cents=24_000, **bond)
    assert (await view(desk))["agreements"][0]["state"] == "pending_field"
    assert (await desk.get("auditor", f"{API}/queues/deposits")).json()["items"][0]["expires"] == "2027-07-01"
    assert "days left" not in (await desk.get("representative", "/counter/queues/deposits")).text
    desk.later(310)
    assert "days left: 55" in (await desk.get("representative", "/counter/queues/deposits")).text


async def test_8_another_customer_with_a_good_record_stands_for_a_deposit_until_the_rule_frees_them(desk: Desk) -> None:
    await served(desk, "b1")
    desk.later(370)
    await customer(desk)
    deposit, premise = (await view(desk))["deposits"][0]["id"], (await view(desk))["premises"][0]["id"]
    ask = {"deposit": deposit, "guarantor": "b1", "premise": premise, "document": LEASE}
    assert await desk.refused("representative", "furnish_guaranty", **ask | {"guarantor": "a1"}) == "short_record"
    await desk.do("representative", "furnish_guaranty", **ask)
    assert (await view(desk))["agreements"][0]["state"] == "pending_field"
    for language, words in (
        ("en", "account b1 stands for it"),
        ("es", "responde la cuenta b1"),
        ("ht", "kont b1 garanti l"),
    ):
        assert words in (await desk.get("representative", f"/counter/queues/deposits?lang={language}")).text
    assert "Stands for a deposit of account a1" in (await desk.get("representative", "/counter/accounts/b1")).text
    why = (await desk.get("auditor", f"/counter/why/deposit/{deposit}")).text
    assert "late since" in why
    assert await desk.refused("approver", "step_deposit", deposit=deposit, step="release") == "by_rule"
    assert await desk.refused("representative", "release_guaranty", deposit=deposit) == "still_bound"
    desk.later(720)
    await desk.do("representative", "release_guaranty", deposit=deposit)
    assert (await view(desk))["deposits"][0]["state"] == "released"
    assert "Stands for a deposit" not in (await desk.get("representative", "/counter/accounts/b1")).text
    letter = await desk.do("representative", "issue_letter", kind="guaranty_release", about=deposit)
    kept = (await desk.get("representative", f"/counter/letters/{letter['letter']}")).text
    assert "You no longer stand for a deposit" in kept
    assert letter["letter"] in (await desk.get("representative", "/counter/accounts/b1")).text
    assert letter["letter"] not in (await desk.get("representative", "/counter/accounts/a1")).text
    # Free is free: they stand again only for a deposit that is required again, by a contract of its own.
    assert await desk.refused("representative", "furnish_guaranty", **ask) == "final_state"
    again = {"account": "a1", "service": "electric", "monthly_bills": [9_000]}
    second = (await desk.do("representative", "require_deposit", **again))["deposit"]
    unsigned = {name: value for name, value in ask.items() if name != "document"} | {"deposit": second}
    assert await desk.refused("representative", "furnish_guaranty", **unsigned) == "invalid"
    await desk.do("representative", "furnish_guaranty", document=LEASE, **unsigned)
    assert [each["state"] for each in (await view(desk))["deposits"]] == ["released", "instrument"]


async def test_8_a_guarantor_is_written_to_before_they_are_charged(desk: Desk) -> None:
    await served(desk, "b1")
    desk.later(370)
    agreement = await customer(desk)
    deposit, premise = (await view(desk))["deposits"][0]["id"], (await view(desk))["premises"][0]["id"]
    contract = {"deposit": deposit, "guarantor": "b1", "premise": premise, "document": LEASE}
    await desk.do("representative", "furnish_guaranty", **contract)
    since = in_days(desk, 0)
    await desk.do("field", "energise", agreement=agreement, register=1_000)
    desk.later(30)
    point, until = (await view(desk))["agreements"][0]["point"], in_days(desk, 0)
    await desk.do("billing", "record_read", point=point, day=until, register=2_000, kind="actual")
    await desk.do("billing", "post_bill", account="a1", since=since, until=until, due=until)
    assert await desk.refused("credit", "issue_letter", kind="guaranty_call", about=deposit) == "in_service"
    await desk.do("representative", "stop_service", agreement=agreement, until=in_days(desk, 0))
    await desk.do("representative", "step_service", agreement=agreement, step="finalise")
    desk.later(30)
    owing = (await view(desk))["receivables"]
    moved: dict[str, Any] = {"kind": "transfer", "account": "a1", "to": "b1"}
    moved |= {"parts": [{"receivable": each["id"], "cents": each["owed"]} for each in owing]}
    ask = {"proposal": moved, "reason": "not paid"}
    assert await desk.refused("credit", "draft_request", **ask) == "not_noticed"
    for account in ("a1", "b1"):
        page = (await desk.get("credit", f"/counter/accounts/{account}")).text
        assert f"/counter/letters/guaranty_call/{deposit}" in page
        assert "guaranty_call" not in (await desk.get("cashier", f"/counter/accounts/{account}")).text
    assert await desk.refused("cashier", "issue_letter", kind="guaranty_call", about=deposit) == "no_permission"
    letter = (await desk.do("credit", "issue_letter", kind="guaranty_call", about=deposit))["letter"]
    printed = await desk.get("credit", f"/counter/letters/{letter}.pdf")
    assert (printed.headers["stormops-same-bytes"], printed.content[:4]) == ("yes", b"%PDF")
    assert any(
        each["account"] == "b1" for each in (await desk.get("auditor", f"{API}/looks?account=b1")).json()["looks"]
    )
    assert await desk.refused("credit", "draft_request", **ask) == "notice_runs"
    desk.later(10)
    await approved(desk, "credit", moved, "approver", "manager")
    assert ((await view(desk))["owed"], (await view(desk, "b1"))["owed"]) == (0, 10_907)
    await sound(desk)


async def test_9_a_building_is_billed_by_its_roster_to_the_cent(desk: Desk) -> None:
    await served(desk)
    for unit in ("u1", "u2"):
        await customer(desk, unit, f"Tenant {unit}")
    members = [
        {"account": unit, "unit": unit, "weight": place + 1, "since": "2026-07-01"}
        for place, unit in enumerate(("u1", "u2"))
    ]
    roster = {"umbrella": "palm", "account": "a1", "rule": "dwelling_units", "members": members, "document": LEASE}
    await desk.do("representative", "set_umbrella", **roster)
    point = (await view(desk))["agreements"][0]["point"]
    desk.later(30)
    day = desk.clerk.today().isoformat()
    await desk.do("billing", "record_read", point=point, day=day, register=2000, kind="actual")
    await desk.do("billing", "bill_umbrella", umbrella="palm", since="2026-07-01", until=day, due=day)
    owed = [(await view(desk, unit))["owed"] for unit in ("u1", "u2")]
    assert sum(owed) == 10_907
    assert abs(owed[1] - 2 * owed[0]) <= 2
    await sound(desk)


async def test_10_visitors_are_called_and_served(desk: Desk) -> None:
    await customer(desk)
    visit = (await desk.do("representative", "take_ticket", ticket="B1", topic="payment", language="es"))["visit"]
    await desk.do("cashier", "step_visit", visit=visit, step="call")
    await desk.do("cashier", "step_visit", visit=visit, step="serve", account="a1")
    await desk.do("cashier", "step_visit", visit=visit, step="finish")
    assert (await desk.get("cashier", f"{API}/queues/visits")).json()["items"] == []


async def test_11_money_goes_through_a_drawer_to_the_bank_and_comes_back(desk: Desk) -> None:
    await billed(desk)
    drawer = await opened(desk)
    paid = {"account": "a1", "cents": 4_000, "drawer": drawer}
    cheque = (await desk.do("cashier", "take_payment", number="c1", tender="cheque", **paid))["receipt"]
    await desk.do("billing", "return_payment", receipt=cheque)
    card = (await desk.do("cashier", "authorise_card", account="a1", number="k1", cents=500))["receipt"]
    await desk.do("cashier", "settle_card", receipt=card, paid=True)
    await desk.do("cashier", "bank", cents=5_000, drawer=drawer)
    expected = 10_000 + 15_000 + 4_000 - 5_000
    await desk.do("cashier", "count_drawer", drawer=drawer, counted=expected - 100)
    assert (await desk.do("cashier2", "close_drawer", drawer=drawer, counted=expected))["recount"] == drawer
    await desk.do("cashier", "count_drawer", drawer=drawer, counted=expected - 100)
    assert (await desk.do("cashier2", "close_drawer", drawer=drawer, counted=expected - 100))["over"] == "-100"
    issue = {"desk": "north", "prefix": "N", "first": 1, "last": 3}
    block = (await desk.do("cashier_supervisor", "issue_receipt_block", **issue))["receipt_block"]
    assert [one["id"] for one in (await desk.get("cashier", f"{API}/queues/blocks")).json()["items"]] == [block]
    await desk.do("cashier", "take_payment", account="a1", number="N-000001", cents=100, tender="bank")
    await desk.do("cashier_supervisor", "close_receipt_block", receipt_block=block)
    await sound(desk)


async def test_12_an_adjustment_needs_evidence_another_person_and_can_be_reversed(desk: Desk) -> None:
    await billed(desk)
    owing = (await view(desk))["receivables"][0]
    parts = [{"receivable": owing["id"], "cents": 1_000}]
    request = await approved(
        desk, "billing", {"kind": "adjustment", "account": "a1", "type": "leak", "parts": parts}, "approver"
    )
    await desk.do("approver2", "reverse_request", request=request, reason="not a leak")
    assert (await view(desk))["owed"] == owing["owed"]
    many = {"kind": "mass_credit", "event": "storm-1", "fund": "electric", "accounts": ["a1"], "cents": 500}
    await approved(desk, "manager", many, "approver")
    assert (await view(desk))["owed"] == owing["owed"] - 500


async def test_12_who_approves_sees_of_which_kind_an_adjustment_is(desk: Desk) -> None:
    await billed(desk)
    owing = (await view(desk))["receivables"][0]
    proposal = {"kind": "adjustment", "account": "a1", "type": "courtesy"}
    parts = [{"receivable": owing["id"], "cents": 1_000}]
    request = (await desk.do("billing", "draft_request", proposal={**proposal, "parts": parts}, reason="long wait"))[
        "request"
    ]
    await desk.do("billing", "attach_evidence", request=request, hashes=[LEASE])
    await desk.do("billing", "submit_request", request=request)
    page = (await desk.get("approver", "/counter/queues/approvals")).text
    assert "Adjust an account: long wait" in page
    assert " · Courtesy · By billing" in page


async def test_12_errors_of_bills_are_billed_and_given_back(desk: Desk) -> None:
    await billed(desk)
    period = {"account": "a1", "charge": "electric", "since": "2026-06-01", "until": "2026-07-01"}
    back = {"kind": "back_bill", **period, "months": [2_000], "cause": "utility", "due": in_days(desk, 30)}
    await approved(desk, "billing", back, "approver")
    assert (await view(desk))["owed"] == 10_907 + 2_000
    over = {"kind": "overcharge", **period, "months": [3_000]}
    await approved(desk, "billing", over, "approver")
    assert (await view(desk))["owed"] == 10_907 - 1_000


async def test_12_a_leak_is_computed_from_its_bill_approved_by_another_and_says_why(desk: Desk) -> None:
    await served(desk)
    premise = (await view(desk))["premises"][0]["id"]
    meter = {"premise": premise, "utility": "water", "meter": "W-a1", "needs_release": False}
    point = (await desk.do("addresses", "add_service_point", **meter))["service_point"]
    start = {"account": "a1", "premise": premise, "service": "water", "rate": "water", "since": "2026-07-01"}
    agreement = (await desk.do("representative", "start_service", **start, occupancy=LEASE, point=point))[
        "service_agreement"
    ]
    deposit = next(each for each in (await view(desk))["deposits"] if each["state"] == "required")
    drawer = await opened(desk)
    paid = {"deposit": deposit["id"], "number": "D-1", "cents": deposit["required"], "tender": "cash", "drawer": drawer}
    await desk.do("cashier", "pay_deposit", **paid)
    await desk.do("field", "energise", agreement=agreement, register=100)
    electric = next(each["point"] for each in (await view(desk))["agreements"] if each["service"] == "electric")
    since, register = "2026-07-01", 100
    for used in (5, 40):
        desk.later(30)
        day, register = in_days(desk, 0), register + used
        for meter_of, read in ((point, register), (electric, 1_000 + register)):
            await desk.do("billing", "record_read", point=meter_of, day=day, register=read, kind="actual")
        bill = (await desk.do("billing", "post_bill", account="a1", since=since, until=day, due=day))["bill"]
        since = day
    before = (await view(desk))["owed"]
    leak = {"kind": "leak", "account": "a1", "bill": bill, "repaired": since}
    typed = {"kind": "adjustment", "account": "a1", "type": "leak"}
    water = next(each["id"] for each in (await view(desk))["receivables"] if each["charge"] == "water")
    typed_parts = {**typed, "parts": [{"receivable": water, "cents": 100}]}
    assert await desk.refused("billing", "draft_request", proposal=typed_parts, reason="r") == "by_rule"
    request = await approved(desk, "billing", leak, "approver")
    # 35 thousand gallons above the usual 5: 1 at $1.90, 14 at $2.60, 20 at $3.40 are $106.30, and half of it is $53.15
    assert (await view(desk))["owed"] == before - 5_315
    why = (await desk.get("auditor", f"/counter/why/request/{request}")).text
    assert "$106.30 × 50 %" in why
    assert await desk.refused("billing", "draft_request", proposal=leak, reason="again") == "adjusted_before"


async def test_12_a_read_that_nobody_took_is_estimated_without_the_hours_that_were_out(desk: Desk) -> None:
    await billed(desk)  # 1,000 units in thirty days
    point = (await view(desk))["agreements"][0]["point"]
    desk.later(30)
    day, noon = in_days(desk, 0), desk.clock[0]
    out = {"out_since": noon - 6 * 86_400_000, "out_until": noon - 3 * 86_400_000}
    asked = {"point": point, "day": day, **out}
    assert await desk.refused("billing", "estimate_read", **asked) == "no_evidence"
    would = await desk.preview("billing", "estimate_read", **asked, evidence=[LEASE])
    assert would["command"]["register"] == 2_900  # a tenth of the month was out
    await desk.do("billing", "estimate_read", **asked, evidence=[LEASE])
    bill = (await desk.do("billing", "post_bill", account="a1", since=in_days(desk, -30), until=day, due=day))["bill"]
    (line, *_) = (await desk.get("auditor", f"{API}/bills/{bill}")).json()["bill"]["lines"]
    assert line["quantity"] == 900


async def test_13_a_balance_moves_to_the_same_persons_account_and_to_nobody_elses(desk: Desk) -> None:
    await billed(desk)
    await desk.do(
        "representative", "open_account", account="a2", category="residential", party="p-a1", verified="photo id"
    )
    await customer(desk, "b1", "Bo Lee")
    owing = (await view(desk))["receivables"][0]
    move = {"kind": "transfer", "account": "a1", "parts": [{"receivable": owing["id"], "cents": 700}]}
    assert await desk.refused("billing", "draft_request", proposal={**move, "to": "b1"}, reason="r") == "not_liable"
    await approved(desk, "billing", {**move, "to": "a2"}, "approver")
    assert (await view(desk, "a2"))["owed"] == 700


async def test_14_a_bankruptcy_stops_everything_and_the_account_is_split(desk: Desk) -> None:
    await billed(desk)
    notice = {"account": "a1", "court": "N.D. Fla.", "number": "26-1", "chapter": 13, "petition": "2026-07-16"}
    case = (await desk.do("representative", "notice_bankruptcy", **notice))["bankruptcy_case"]
    assert (
        await desk.refused(
            "credit", "offer_arrangement", account="a1", instalments=3, first_due=in_days(desk, 20), down=9_000
        )
        == "stayed"
    )
    await desk.do("credit", "split_at_petition", case=case, new_account="a1-post")
    old, new = await view(desk), await view(desk, "a1-post")
    assert (old["stayed"], new["owed"]) == (5_454, 5_453)  # 15 of 30 days, the cent to what is before
    assurance = (await desk.do("credit", "demand_assurance", case=case, service="electric"))["deposit"]
    (asked,) = [each for each in (await view(desk, "a1-post"))["deposits"] if each["id"] == assurance]
    assert (asked["required"], asked["due"]) == (2 * 10_907, "2026-08-05")  # twenty days from the petition
    back = {"case": case, "reason": "another account was meant"}
    assert await desk.refused("credit", "withdraw_assurance", ground="court", **back) == "no_order"
    assert await desk.refused("billing", "withdraw_assurance", ground="mistake", **back) == "no_permission"
    first = await desk.send("credit", "withdraw_assurance", key="back-1", ground="mistake", **back)
    again = await desk.send("credit", "withdraw_assurance", key="back-1", ground="mistake", **back)
    assert (first.status_code, again.json()["replayed"]) == (200, True)
    assert [each["state"] for each in (await view(desk, "a1-post"))["deposits"]] == ["waived"]
    assert "mistake" in (await desk.get("auditor", f"/counter/why/bankruptcy_case/{case}")).text
    assurance = (await desk.do("credit", "demand_assurance", case=case, service="electric"))["deposit"]
    assert "adequate assurance" in (await desk.get("auditor", f"/counter/why/bankruptcy_case/{case}")).text
    await desk.do("cashier", "pay_deposit", deposit=assurance, number="A-1", cents=2 * 10_907, tender="bank")
    await desk.do("credit", "give_assurance", case=case, deposit=assurance)
    await desk.do("credit", "receive_dividend", case=case, cents=1_000)
    await desk.do("credit", "step_bankruptcy", case=case, step="discharge", order=LEASE)
    await sound(desk)


async def test_15_a_debt_goes_to_an_agency_by_two_people_and_off_the_books_by_a_resolution(desk: Desk) -> None:
    await billed(desk)
    agreement = (await view(desk))["agreements"][0]["id"]
    await desk.do("representative", "stop_service", agreement=agreement, until=in_days(desk, 0))
    await desk.do("representative", "step_service", agreement=agreement, step="finalise")
    assert await desk.refused("credit", "propose_placement", account="a1", agency="acme") == "not_eligible"
    desk.later(80)
    placement = (await desk.do("credit", "propose_placement", account="a1", agency="acme"))["placement"]
    assert await desk.refused("credit", "step_placement", placement=placement, step="approve") == "maker_is_checker"
    desk.people["credit2"] = desk.people["credit"]._replace(person="credit2", csrf="token of credit2")
    await desk.do("credit2", "step_placement", placement=placement, step="approve")
    await desk.do("credit", "step_placement", placement=placement, step="place")
    desk.later(1)
    await desk.do("credit", "record_recovery", placement=placement, cents=1_000)
    assert await desk.refused("credit", "recall_placement", placement=placement) == "stays"
    await desk.do("credit", "step_placement", placement=placement, step="return")
    desk.later(190)
    written = {"kind": "write_off", "placement": placement, "resolution": "2027-03"}
    await approved(desk, "credit", written, "approver")
    assert (await view(desk))["at_agency"] == 0


async def test_15_a_debt_in_dispute_is_somebodys_task_and_called_back_by_the_rule_in_a_storm_too(desk: Desk) -> None:
    await billed(desk)
    agreement = (await view(desk))["agreements"][0]["id"]
    await desk.do("representative", "stop_service", agreement=agreement, until=in_days(desk, 0))
    await desk.do("representative", "step_service", agreement=agreement, step="finalise")
    desk.later(80)
    placement = (await desk.do("credit", "propose_placement", account="a1", agency="acme"))["placement"]
    desk.people["credit2"] = desk.people["credit"]._replace(person="credit2", csrf="token of credit2")
    await desk.do("credit2", "step_placement", placement=placement, step="approve")
    await desk.do("credit", "step_placement", placement=placement, step="place")
    desk.later(3)
    disputed = {"account": "a1", "kind": "dispute", "text": "never lived there", "disputed": 5_000}
    await desk.do("representative", "open_case", **disputed)
    (task,) = (await desk.get("credit", f"{API}/queues/tasks")).json()["items"]
    assert task["text"] == "Call the debt back from acme: it is disputed."
    desk.mode(Mode.STORM)
    await desk.do("credit", "recall_placement", placement=placement)
    assert ((await view(desk))["at_agency"], (await view(desk))["owed"]) == (0, 10_907)
    assert "disputed" in (await desk.get("auditor", f"/counter/why/placement/{placement}")).text
    desk.mode(Mode.NORMAL)
    assert await desk.refused("credit", "propose_placement", account="a1", agency="acme") == "disputed"
    (case,) = [each["id"] for each in (await view(desk))["cases"]]
    await desk.do("approver", "step_case", case=case, step="withdraw")
    desk.later(31)  # the storm's grace for placements
    again = (await desk.do("credit", "propose_placement", account="a1", agency="acme"))["placement"]
    await desk.do("credit2", "step_placement", placement=again, step="approve")
    await desk.do("credit", "step_placement", placement=again, step="place")
    assert ((await view(desk))["at_agency"], (await view(desk))["owed"]) == (10_907, 0)
    await sound(desk)


async def test_16_a_rebate_is_inspected_and_granted_by_another(desk: Desk) -> None:
    await customer(desk)
    premise = (await view(desk))["premises"][0]["id"]
    ask = {
        "account": "a1",
        "premise": premise,
        "measure": "solar-water-heater",
        "invoice": 300_000,
        "completed": "2026-06-20",
        "evidence": [LEASE],
        "on_file": ["audit", "licensed_installer", "permit", "inspection"],
    }
    assert await desk.refused("lending", "apply_for_rebate", **ask) == "no_budget"
    year = {"since": "2026-07-01", "until": "2027-06-30", "document": LEASE}
    budget = {"measure": "solar-water-heater", "fund": "electric", "cents": 80_000, **year}
    assert await desk.refused("lending", "set_rebate_budget", **budget) == "no_permission"
    made = (await desk.do("manager", "set_rebate_budget", **budget))["rebate_budget"]
    rebate = (await desk.do("lending", "apply_for_rebate", **ask))["rebate"]
    for language, words in (("en", "left: $350.00"), ("es", "quedan: $350.00"), ("ht", "rete: $350.00")):
        assert words in (await desk.get("lending", f"/counter/queues/rebate_budgets?lang={language}")).text
    await customer(desk, "b1", "Bo Lee")
    there = (await view(desk, "b1"))["premises"][0]["id"]
    second = ask | {"account": "b1", "premise": there}
    assert await desk.refused("lending", "apply_for_rebate", **second) == "budget"
    more = {"budget": made, "step": "amend", "cents": 90_000, "document": LEASE}
    await desk.do("manager", "step_rebate_budget", **more)
    await desk.do(
        "lending",
        "step_rebate",
        rebate=(await desk.do("lending", "apply_for_rebate", **second))["rebate"],
        step="withdraw",
    )
    await desk.do("lending", "step_rebate", rebate=rebate, step="inspect", evidence=[LEASE])
    await approved(desk, "lending", {"kind": "rebate", "rebate": rebate, "pay": "credit"}, "approver", "manager")
    assert (await view(desk))["account"]["credit"] == 45_000
    (kept,) = (await desk.get("auditor", f"{API}/queues/rebate_budgets")).json()["items"]
    assert (kept["encumbered"], kept["spent"]) == (0, 45_000)


async def test_17_a_loan_is_signed_paid_out_by_another_billed_and_paid_off(desk: Desk) -> None:
    await customer(desk)
    ask = {
        "account": "a1",
        "programme": "general",
        "cents": 60_000,
        "months": 12,
        "contractor": "Sun Co",
        "quote": LEASE,
    }
    loan = (await desk.do("lending", "apply_for_loan", **ask))["loan"]
    await desk.do("lending", "step_loan", loan=loan, step="sign", note=LEASE)
    papers = dict.fromkeys(("quote", "invoice", "inspection"), LEASE)
    pay = {"kind": "disbursement", "loan": loan, **papers, "quote_cents": 60_000, "invoice_cents": 60_000}
    request = (await desk.do("treasurer", "draft_request", proposal=pay, reason="installed"))["request"]
    await desk.do("treasurer", "attach_evidence", request=request, hashes=[LEASE])
    await desk.do("treasurer", "submit_request", request=request)
    await desk.do("approver", "approve_request", request=request)
    assert await desk.refused("approver2", "approve_request", request=request) == "no_permission"  # not that office
    for checker in ("cashier_supervisor", "manager"):
        await desk.do(checker, "approve_request", request=request)
    await desk.do("billing", "post_request", request=request)
    await desk.do("billing", "accrue_loan_interest", loan=loan)
    await desk.do("billing", "bill_instalment", loan=loan)
    left = next(each for each in (await view(desk))["loans"] if each["id"] == loan)
    assert left["billed"] == 1
    would = await desk.preview(
        "cashier", "prepay_loan", loan=loan, number="L-1", cents=left["principal"], tender="bank"
    )
    cents = left["principal"] + would["command"]["per_diem"]
    off = {"loan": loan, "number": "L-1", "cents": cents, "tender": "bank"}
    receipt = (await desk.do("cashier", "prepay_loan", **off))["receipt"]
    assert (await view(desk))["loans"][0]["state"] == "paid_off"
    paper = (await desk.get("cashier", f"/counter/receipts/{receipt}/receipt?in=es")).text
    assert "Recibo L-1" in paper
    assert "Préstamo: capital" in paper
    assert loan in paper
    await sound(desk)
    assert await desk.refused("cashier", "return_payment", receipt=receipt) == "no_permission"
    await desk.do("billing", "return_payment", receipt=receipt)
    again = (await view(desk))["loans"][0]
    assert (again["state"], again["principal"] + again["interest"]) == ("active", cents)
    letter = (await desk.get("billing", f"/counter/letters/returned_payment/{receipt}")).text
    assert "goes on as if it had not been paid" in letter
    await sound(desk)


async def test_8_money_for_a_deposit_has_a_receipt_and_what_the_bank_returns_is_required_again(desk: Desk) -> None:
    await customer(desk)
    deposit = (await view(desk))["deposits"][0]
    pay = {"deposit": deposit["id"], "cents": 15_000, "drawer": await opened(desk), "tender": "cheque"}
    receipt = (await desk.do("cashier", "pay_deposit", number="D-1", **pay))["receipt"]
    taken = {"account": "a1", "number": "D-1", "cents": 100, "tender": "bank"}
    assert await desk.refused("cashier", "take_payment", **taken) == "receipt_taken"
    screen = (await desk.get("cashier", f"/counter/receipts/{receipt}")).text
    assert "Deposit" in screen
    for language, words in (("en", "Deposit"), ("es", "Depósito"), ("ht", "Depo")):
        paper = (await desk.get("cashier", f"/counter/receipts/{receipt}/receipt?in={language}")).text
        assert "D-1" in paper
        assert words in paper
        assert deposit["id"] in paper
    printed = await desk.get("cashier", f"/counter/receipts/{receipt}/receipt.pdf")
    assert printed.content.startswith(b"%PDF")
    await desk.do("billing", "return_payment", receipt=receipt)
    after = (await view(desk))["deposits"][0]
    assert (after["state"], after["held"]) == ("required", 0)
    assert (await view(desk))["owed"] == 3_000  # the fee alone
    letter = (await desk.get("billing", f"/counter/letters/returned_payment/{receipt}")).text
    assert "required again" in letter
    assert "$180.00" in letter
    await desk.do("cashier", "pay_deposit", number="D-2", **{**pay, "tender": "cash"})
    assert (await view(desk))["deposits"][0]["state"] == "held"
    await sound(desk)


async def test_18_a_credit_is_refunded_by_maker_checkers_and_payer(desk: Desk) -> None:
    await customer(desk)
    await desk.do("cashier", "take_payment", account="a1", number="x1", cents=9_000, tender="bank")
    desk.later(20)
    back = {"kind": "credit_refund", "account": "a1", "amount": 9_000, "pay_to": "transfer"}
    above = back | {"amount": 9_001}
    assert await desk.refused("billing", "draft_request", proposal=above, reason="asked") == "too_much"
    await approved(desk, "billing", back, "approver", "cashier_supervisor")
    refund = (await desk.get("treasurer", f"{API}/queues/refunds")).json()["items"][0]["id"]
    paid = {"refund": refund, "method": "bank", "reference": "T-1"}
    assert await desk.refused("treasurer", "issue_refund", **paid) == "poster_pays"
    await desk.do("treasurer2", "issue_refund", **paid)
    assert (await view(desk))["refunds"][0]["state"] == "paid"
    await sound(desk)


async def test_18_in_a_storm_a_refund_is_paid_in_hardship_alone_with_two_supervisors(desk: Desk) -> None:
    for account in ("a1", "b1"):
        await customer(desk, account, f"Ann {account}")
        await desk.do("cashier", "take_payment", account=account, number=f"x{account}", cents=900, tender="bank")
    desk.later(20)
    back = {"kind": "credit_refund", "account": "a1", "amount": 900, "pay_to": "transfer"}
    await approved(desk, "billing", back | {"account": "b1"}, "approver", "cashier_supervisor")
    desk.mode(Mode.STORM)
    assert await desk.refused("billing", "draft_request", proposal=back, reason="asked") == "storm"
    empty = back | {"hardship": "  "}
    assert await desk.refused("billing", "draft_request", proposal=empty, reason="asked") == "storm"
    hard = back | {"hardship": "no roof, no food"}
    request = (await desk.do("billing", "draft_request", proposal=hard, reason="asked"))["request"]
    await desk.do("billing", "attach_evidence", request=request, hashes=[LEASE])
    await desk.do("billing", "submit_request", request=request)
    page = (await desk.get("approver", "/counter/queues/approvals")).text
    assert "no roof, no food" in page
    await desk.do("manager", "approve_request", request=request)
    assert await desk.refused("treasurer", "post_request", request=request) == "illegal_step"
    assert await desk.refused("manager", "approve_request", request=request) == "approved_already"
    assert await desk.refused("billing", "approve_request", request=request) == "no_permission"
    await desk.do("cashier_supervisor", "approve_request", request=request)
    await desk.do("treasurer", "post_request", request=request)
    items = (await desk.get("treasurer", f"{API}/queues/refunds")).json()["items"]
    case = {each["account"]: each["id"] for each in items}
    paid = {"method": "bank", "reference": "T-1"}
    assert await desk.refused("treasurer2", "issue_refund", refund=case["b1"], **paid) == "suspended"
    assert await desk.refused("treasurer", "issue_refund", refund=case["a1"], **paid) == "poster_pays"
    assert await desk.refused("manager", "issue_refund", refund=case["a1"], **paid) == "no_permission"
    assert "no roof, no food" in (await desk.get("treasurer2", "/counter/queues/refunds")).text
    await desk.do("treasurer2", "issue_refund", refund=case["a1"], **paid)
    assert (await view(desk))["refunds"][0]["state"] == "paid"
    await sound(desk)


async def test_18_a_refund_that_nobody_takes_is_turned_over_in_its_time_and_after_a_letter(desk: Desk) -> None:
    await customer(desk)
    await desk.do("cashier", "take_payment", account="a1", number="x1", cents=9_000, tender="bank")
    desk.later(20)
    back = {"kind": "credit_refund", "account": "a1", "amount": 9_000, "pay_to": "transfer"}
    await approved(desk, "billing", back, "approver", "cashier_supervisor")
    refund = (await desk.get("treasurer", f"{API}/queues/refunds")).json()["items"][0]["id"]
    assert await desk.refused("treasurer", "turn_over_refund", refund=refund) == "too_early"
    desk.later(366)
    assert await desk.refused("treasurer", "turn_over_refund", refund=refund) == "no_letter"
    await desk.do("representative", "issue_letter", kind="refund", about=refund)
    desk.later(89)
    assert await desk.refused("treasurer", "turn_over_refund", refund=refund) == "no_letter"
    desk.later(1)
    await desk.do("treasurer", "turn_over_refund", refund=refund)
    assert (await view(desk))["refunds"][0]["state"] == "unclaimed"
    await sound(desk)


async def test_19_instalments_are_offered_kept_or_broken(desk: Desk) -> None:
    await billed(desk)
    desk.later(5)
    offer = {"account": "a1", "down": 2_727, "instalments": 2, "first_due": in_days(desk, 30)}
    made = (await desk.do("credit", "offer_arrangement", **offer))["arrangement"]
    await desk.do("credit", "step_arrangement", arrangement=made, step="accept")
    assert await desk.refused("credit", "step_arrangement", arrangement=made, step="fulfil") == "not_kept"
    desk.later(70)
    await desk.do("credit", "break_arrangement", arrangement=made)
    assert (await view(desk))["arrangements"][0]["state"] == "broken"


async def test_19_an_arrangement_is_found_broken_by_the_rule_and_its_notice_goes_out(desk: Desk) -> None:
    await billed(desk)
    ask = {"account": "a1", "instalments": 2, "first_due": in_days(desk, 20), "down": 4_000}
    made = (await desk.do("credit", "offer_arrangement", **ask))["arrangement"]
    await desk.do("credit", "step_arrangement", arrangement=made, step="accept")
    await desk.do("cashier", "take_payment", account="a1", number="n1", cents=4_000, tender="bank")
    assert await desk.refused("credit", "break_arrangement", arrangement=made) == "kept"
    page = (await desk.get("credit", "/counter/queues/arrangements")).text
    assert "paid: $40.00" in page
    assert "broken since" not in page
    desk.later(24)
    for language, words in (("en", "broken since"), ("es", "incumplido desde"), ("ht", "kraze depi")):
        assert words in (await desk.get("credit", f"/counter/queues/arrangements?lang={language}")).text
    await desk.do("credit", "break_arrangement", arrangement=made)
    broken = (await view(desk))["arrangements"][0]
    assert (broken["state"], broken["paid"]) == ("broken", 4_000)
    (task,) = (await desk.get("credit", f"{API}/queues/tasks")).json()["items"]
    assert task["text"].startswith("Send the notice: the arrangement is broken since")
    letter = (await desk.get("credit", f"/counter/letters/broken_arrangement/{made}")).text
    assert "$69.07" in letter  # of $109.07
    await desk.do("credit", "issue_letter", kind="broken_arrangement", about=made)
    refused = await desk.refused("credit", "offer_arrangement", **ask | {"first_due": in_days(desk, 20)})
    assert refused == "breach"
    assert await desk.do("credit", "notice_cut", agreement=(await view(desk))["agreements"][0]["id"])


async def test_20_a_cut_proves_every_exclusion_and_is_undone_at_any_time(desk: Desk) -> None:
    agreement = await served(desk)
    assert await desk.refused("credit", "notice_cut", agreement=agreement) == "nothing_disconnectable"
    point = (await view(desk))["agreements"][0]["point"]
    desk.later(30)
    day = desk.clerk.today().isoformat()
    await desk.do("billing", "record_read", point=point, day=day, register=2000, kind="actual")
    await desk.do("billing", "post_bill", account="a1", since="2026-07-01", until=day, due=day)
    desk.later(10)
    cut = (await desk.do("credit", "notice_cut", agreement=agreement))["cut_order"]
    assert "owes $" in (await desk.get("credit", "/counter/queues/cuts")).text
    assert await desk.refused("credit", "step_cut", cut=cut, step="order") == "too_early"
    desk.later(10)
    await desk.do("credit", "step_cut", cut=cut, step="order")
    certificate = {"account": "a1", "expires": in_days(desk, 300), "document": LEASE, "battery_hours": 4}
    filed = (await desk.do("representative", "file_certificate", **certificate))["medical_cert"]
    assert await desk.refused("credit", "step_cut", cut=cut, step="cut") == "excluded"
    await desk.do("approver", "step_certificate", certificate=filed, step="decline")
    await desk.do("credit", "step_cut", cut=cut, step="cut")
    await desk.do("representative", "reconnect", cut=cut)
    await desk.do("representative", "reconnect", cut=cut, done=True)
    assert (await view(desk))["cuts"][0]["state"] == "reconnected"


async def test_20_nobody_is_cut_in_heat_until_a_person_lifts_the_hold(desk: Desk) -> None:
    await billed(desk)
    desk.later(10)
    agreement = (await view(desk))["agreements"][0]["id"]
    hold = {"kind": "heat", "area": "city", "since": in_days(desk, 0), "until": in_days(desk, 5), "reason": "advisory"}
    held = (await desk.do("dispatcher", "declare_weather_hold", **hold))["weather_hold"]
    assert "Weather hold: nobody is cut" in (await desk.get("representative", "/counter/accounts/a1")).text
    assert "lift_weather_hold" in (await desk.get("supervisor", "/counter/queues/weather_holds")).text
    assert await desk.refused("credit", "notice_cut", agreement=agreement) == "weather"
    assert await desk.refused("dispatcher", "lift_weather_hold", hold=held, reason="cool") == "no_permission"
    await desk.do("supervisor", "lift_weather_hold", hold=held, reason="the advisory ended")
    await desk.do("credit", "notice_cut", agreement=agreement)


async def test_21_to_24_what_is_doubtful_is_noted_planned_done_and_verified_by_another(desk: Desk) -> None:
    note = {"about": "k00001", "rule": "interaction", "text": "no receipt was given"}
    finding = (await desk.do("auditor", "add_finding", **note))["finding"]
    plan = {"action": "say it in the training", "owner": "manager", "due_ms": desk.clock[0] + 86_400_000}
    await desk.do("auditor", "step_finding", finding=finding, step="plan", **plan)
    await desk.do("manager", "step_finding", finding=finding, step="complete", evidence=[LEASE])
    assert await desk.refused("manager", "step_finding", finding=finding, step="verify") == "maker_is_checker"
    await desk.do("auditor", "step_finding", finding=finding, step="verify")


async def test_21_a_contact_is_drawn_scored_disputed_and_settled_by_a_third(desk: Desk) -> None:
    await customer(desk)
    contact = (await desk.do("representative", "add_contact", account="a1", text="high bill explained"))["contact"]
    drawn = {"contact": contact, "form": "calls-2", "seed": "2026-07", "of_ten_thousand": 10_000}
    assert await desk.refused("representative", "draw_review", **drawn) == "no_permission"
    review = (await desk.do("auditor", "draw_review", **drawn))["qa_review"]
    assert [one["id"] for one in (await desk.get("auditor", f"{API}/queues/reviews")).json()["items"]] == [review]
    await desk.do("auditor", "score_review", review=review, points={"greeting": 90, "answer": 40})
    await desk.do("representative", "settle_review", review=review, step="dispute", note="the bill was right")
    assert (
        await desk.refused("auditor", "settle_review", review=review, step="overturn", note="x") == "maker_is_checker"
    )
    await desk.do("manager", "settle_review", review=review, step="overturn", note="the answer was right")
    await desk.do("approver", "score_review", review=review, points={"greeting": 90, "answer": 95})
    await desk.do("representative", "settle_review", review=review, step="accept")
    assert (await desk.get("auditor", f"{API}/queues/reviews")).json()["items"] == []


async def test_29_every_channel_is_one_history(desk: Desk) -> None:
    await customer(desk)
    for kind, value, code in (("mobile", "555-0199", "no_phone"), ("email", "ada", "no_mail")):
        wrong = {"account": "a1", "kind": kind, "value": value}
        assert await desk.refused("representative", "update_contact", **wrong) == code
    await desk.do("representative", "update_contact", account="a1", kind="mobile", value="850-555-0199", messages=True)
    for channel in ("phone", "mail"):
        headers = desk.headers("representative", **{"Idempotency-Key": channel})
        body = {"account": "a1", "text": f"by {channel}", "language": "ht", "relay": channel == "phone"}
        await desk.client.post(f"{API}/commands/add_contact?channel={channel}", json=body, headers=headers)
    notes = (await view(desk))["notes"]
    assert {(note["channel"], note["relay"]) for note in notes} == {("phone", True), ("mail", False)}
    found = (await desk.get("representative", f"{API}/search?q=555-0199")).json()["found"]
    assert [each["account"] for each in found] == ["a1"]


async def test_33_a_shift_is_handed_over_as_a_whole(desk: Desk) -> None:
    await customer(desk)
    due = desk.clock[0] + 3_600_000
    said = {"account": "a1", "text": "call back", "owner": "representative", "due_ms": due}
    promise = (await desk.do("representative", "make_promise", **said))["promise"]
    offer = {"taker": "credit", "note": "the caller depends on power"}
    first = (await desk.do("representative", "offer_hand_over", **offer))["hand_over"]
    assert await desk.refused("billing", "step_hand_over", hand_over=first, step="accept") == "not_theirs"
    assert await desk.refused("credit", "step_hand_over", hand_over=first, step="refuse") == "no_text"
    await desk.do("credit", "step_hand_over", hand_over=first, step="refuse", note="which caller?")
    again = (await desk.do("representative", "offer_hand_over", **offer))["hand_over"]
    await desk.do("credit", "step_hand_over", hand_over=again, step="accept")
    item = (await desk.get("credit", f"{API}/queues/promises")).json()["items"][0]
    assert (item["id"], item["owner"]) == (promise, "credit")
    events = (await desk.get("auditor", f"{API}/audit")).text
    assert events.count("offer_hand_over") >= 2
    assert f"promise:{promise}" in events
    assert f"hand_over:{again}" in events
    await desk.do("credit", "step_promise", promise=promise, step="keep")


async def test_33_and_34_promises_and_tasks_pass_to_the_next_shift(desk: Desk) -> None:
    await customer(desk)
    due = desk.clock[0] + 3_600_000
    said = {"account": "a1", "text": "call back", "owner": "representative", "due_ms": due}
    promise = (await desk.do("representative", "make_promise", **said))["promise"]
    await desk.do("representative", "step_promise", promise=promise, step="pass_on", owner="credit")
    await desk.do("credit", "step_promise", promise=promise, step="keep")
    task = (await desk.do("representative", "add_task", text="file the lease", owner="billing", due_ms=due))["task"]
    await desk.do("billing", "step_task", task=task, step="complete")
    assert (await desk.get("billing", f"{API}/queues/tasks")).json()["items"] == []
