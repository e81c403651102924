from __future__ import annotations

from stormops.accounts.asking.catalogue import BODIES
from stormops.accounts.commands_payment import ApplyCredit
from stormops.accounts.refusal import Refusal
from stormops.books.store import Outcome
from stormops.core.levels import Mode
from stormops.counter.clerk import HELD, Asking, decisions_in, seal_of
from tests.counter.conftest import API, Desk, billed, billed_by_run, customer, opened


async def test_nothing_is_written_by_a_preview(desk: Desk) -> None:
    await customer(desk)
    before = desk.clerk.books.position()
    would = await desk.preview("cashier", "take_payment", account="a1", number="r", cents=100, tender="bank")
    assert would["position"] == before == desk.clerk.books.position()
    assert would["refusal"] is None


async def test_the_mode_decides_what_is_done(desk: Desk) -> None:
    await billed(desk)
    desk.later(40)
    desk.mode(Mode.STORM)
    assert await desk.refused("billing", "charge_fee", account="a1", due="2026-09-30") == "on_hold"
    refund = {"kind": "deposit_refund", "account": "a1", "deposit": "x"}
    assert await desk.refused("billing", "draft_request", proposal=refund, reason="r") == "unknown_deposit"
    assert await desk.refused("treasurer", "issue_refund", refund="x", method="cheque", reference="1") != "suspended"
    assert (await desk.preview("representative", "extend_due_date", account="a1", days=5))["command"]["event"] != ""


async def test_after_a_storm_nothing_runs_before_its_grace_and_its_queue_are_over(desk: Desk) -> None:
    await billed(desk)
    desk.later(40)
    desk.mode(Mode.STORM)
    drawer = await opened(desk)
    await desk.do("cashier", "stand_in_payment", account="a1", number="s1", cents=500, tender="cash", drawer=drawer)
    desk.mode(Mode.NORMAL)
    fee = {"account": "a1", "due": "2026-09-30"}
    assert await desk.refused("billing", "charge_fee", **fee) == "not_settled"
    desk.later(4)
    assert await desk.refused("billing", "charge_fee", **fee) == "not_settled"
    waiting = (await desk.get("billing", f"{API}/queues/stand_ins")).json()["items"]
    await desk.do("billing", "post_stand_in", receipt=waiting[0]["id"])
    await desk.do("billing", "charge_fee", **fee)


async def test_an_extension_in_a_storm_is_given_once(desk: Desk) -> None:
    await billed(desk)
    desk.mode(Mode.STORM)
    await desk.do("representative", "extend_due_date", account="a1", days=5)
    desk.mode(Mode.SURGE)
    assert await desk.refused("representative", "extend_due_date", account="a1", days=5) == "extended_already"


async def test_a_rules_refusal_is_not_in_the_books_and_a_commands_is(desk: Desk) -> None:
    await customer(desk)
    clerk, cashier = desk.clerk, desk.people["credit"]
    before = clerk.books.position()
    body = BODIES["offer_arrangement"](account="a1", instalments=3, first_due="2026-09-01")
    no = clerk.do(Asking("offer_arrangement", body, "k-rule", cashier))
    assert isinstance(no, Refusal)
    assert clerk.books.position() == before
    body = BODIES["reconnect"](cut="nobody")
    kept = clerk.do(Asking("reconnect", body, "k-books", cashier))
    assert isinstance(kept, Outcome)
    assert kept.refusal is not None
    assert clerk.books.position() == before + 1


async def test_what_was_seen_is_kept_with_what_was_done(desk: Desk) -> None:
    await customer(desk)
    headers = desk.headers("cashier", **{"Idempotency-Key": "seen"})
    answer = await desk.client.post(
        f"{API}/commands/add_contact?as_of=1&channel=phone", json={"account": "a1", "text": "hello"}, headers=headers
    )
    assert answer.status_code == 200
    last = (await desk.get("auditor", f"{API}/audit")).json()["events"][0]["event"]
    assert (last["actor"], last["channel"], last["as_of"], last["desk"]) == ("cashier", "phone", 1, "north")


def test_commands_that_a_storm_holds_name_how_their_account_is_found() -> None:
    for name, (_, field, _) in HELD.items():
        assert field in BODIES[name].__struct_fields__ or field == "agreement"


def test_a_seal_is_of_the_whole_command() -> None:
    one, other = (ApplyCredit(account=key) for key in ("a1", "a2"))
    assert seal_of(one) == seal_of(ApplyCredit(account="a1")) != seal_of(other)


def test_every_decision_of_a_command_is_found() -> None:
    decision = {"policy": "p", "version": "1", "formula": ["x"]}
    assert decisions_in({"a": decision, "start": {"b": decision}, "c": {"policy": "p"}}) == [decision, decision]
    assert decisions_in({}) == []


async def test_a_runs_bill_says_why_as_whole_as_any_other(desk: Desk) -> None:
    bill = await billed(desk)
    done = await billed_by_run(desk)
    assert (done.bills, done.exceptions) == (1, {})
    made = f"{done.run}:a1"
    by_hand, by_run = [(await desk.get("billing", f"{API}/bills/{key}")).json() for key in (bill, made)]
    assert by_run["bill"]["lines"][0]["quantity"] == 900
    assert [why["same"] for why in by_run["decisions"]] == [True] * len(by_hand["decisions"])
    assert {why["kept"]["rule"] for why in by_run["decisions"]} == {why["kept"]["rule"] for why in by_hand["decisions"]}
    assert all(why["kept"]["formula"] and why["kept"]["clause"]["cite"] for why in by_run["decisions"])
    page = await desk.get("billing", f"/counter/why/bill/{made}")
    assert page.status_code == 200
    assert "7.77" in page.text
