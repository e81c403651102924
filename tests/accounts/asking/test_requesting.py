from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from stormops.accounts.asking.requesting import Wanted
from stormops.accounts.proposals import Proposal
from stormops.accounts.records_money import Deposit, Placement, Rebate, Receipt
from stormops.accounts.records_place import Account
from tests.accounts.asking.paper import Paper, paper


def want(world: Paper, kind: str, **fields: Any) -> Any:
    return world.command("draft_request", proposal={"kind": kind, **fields}, reason="a reason")


def no(world: Paper, kind: str, **fields: Any) -> str:
    return world.no("draft_request", proposal={"kind": kind, **fields}, reason="a reason")


def part(key: str, cents: int) -> dict[str, Any]:
    return {"receivable": key, "cents": cents}


def test_every_kind_of_proposal_can_be_wanted() -> None:
    tags = {str(kind.__struct_config__.tag) for kind in Wanted.__subclasses__()}
    assert tags == {str(kind.__struct_config__.tag) for kind in Proposal.__subclasses__()}


def test_a_reason_is_said() -> None:
    world = paper()
    ask = {"kind": "loan_write_off", "loan": "x"}
    assert world.no("draft_request", proposal=ask, reason="  ") == "no_reason"


def test_an_adjustment_is_kept_with_who_must_approve_it() -> None:
    world = paper()
    world.owes("r1", "electric", 20_000, world.day)
    command = want(world, "adjustment", account="a1", type="leak", parts=[part("r1", 15_000)])
    assert command.decision["result"]["roles"] == ("supervisor", "manager")


def test_a_late_fee_is_waived_for_the_policys_reasons_only() -> None:
    world = paper()
    world.owes("r1", "electric", 20_000, world.day)
    world.owes("r2", "late_fee", 300, world.day)
    ask: dict[str, Any] = {"account": "a1", "type": "late_fee", "parts": [part("r2", 300)]}
    assert no(world, "adjustment", **ask, waiver_reason="kindness") == "no_reason"
    assert want(world, "adjustment", **ask, waiver_reason="hardship").decision["rule"] == "fees.waive_late"
    assert no(world, "adjustment", **ask | {"parts": [part("r1", 300)]}) == "other_charge"


def test_the_utilitys_error_is_billed_for_a_year_and_no_longer() -> None:
    world = paper()
    ask: dict[str, Any] = {
        "account": "a1",
        "charge": "electric",
        "months": [1_000] * 14,
        "since": "2025-06-01",
        "until": "2026-08-01",
        "due": "2026-09-01",
    }
    assert want(world, "back_bill", **ask, cause="utility").proposal.lines[0].cents == 12_000
    assert want(world, "back_bill", **ask, cause="customer").proposal.lines[0].cents == 14_000


def test_an_overcharge_is_given_back_whole_and_a_small_one_as_credit() -> None:
    world = paper()
    ask: dict[str, Any] = {"account": "a1", "charge": "water", "since": "2026-01-01", "until": "2026-08-01"}
    made = want(world, "overcharge", **ask, months=[3_000, 4_000], refund=True)
    assert made.proposal.lines[0].cents == 7_000
    assert no(world, "overcharge", **ask, months=[500], refund=True) == "credit_only"


def test_a_storms_credit_is_one_decision_for_all() -> None:
    made = want(paper(), "mass_credit", event="storm-1", fund="electric", accounts=["a1", "b1"], cents=2_500)
    assert made.proposal.credits == {"a1": 2_500, "b1": 2_500}
    assert made.decision["inputs"]["amount"] == 5_000


def test_a_balance_moves_between_accounts_of_one_person_only() -> None:
    world = paper()
    world.owes("r1", "electric", 20_000, world.day)
    moved = want(world, "transfer", account="a1", to="a2", parts=[part("r1", 5_000)])
    assert moved.decision["result"] == 5_000
    assert no(world, "transfer", account="a1", to="b1", parts=[part("r1", 5_000)]) == "not_liable"
    account = world.get(Account, "a1")
    world.put(replace(account, stayed_by="case"))
    assert no(world, "transfer", account="a1", to="a2", parts=[part("r1", 5_000)]) == "bankruptcy"


def test_a_credit_goes_back_the_way_it_came_when_it_has_cleared() -> None:
    world = paper()
    ask: dict[str, Any] = {"account": "a1", "amount": 5_000, "pay_to": "cheque"}
    assert no(world, "credit_refund", **ask) == "no_source"
    receipt = Receipt(
        id="c1", account="a1", number="1", tender="card", till="1030", cents=5_000, day=world.day, state="posted"
    )
    world.put(receipt)
    world.put(replace(world.get(Account, "a1"), credit=4_999))
    assert no(world, "credit_refund", **ask) == "too_much"
    world.put(replace(world.get(Account, "a1"), credit=5_000))
    assert no(world, "credit_refund", **ask) == "source"
    assert want(world, "credit_refund", **ask | {"pay_to": "card"}).decision["rule"] == "refunds.release"
    world.put(replace(receipt, tender="cheque"))
    assert no(world, "credit_refund", **ask) == "uncleared"


def test_a_deposit_goes_back_for_a_good_record() -> None:
    world = paper()
    world.put(Deposit(id="d1", account="a1", fund="electric", required=100, state="held", held=100))
    assert want(world, "deposit_refund", account="a1", deposit="d1").decision["result"] is True
    world.owes("r1", "late_fee", 300, date(2026, 7, 1))
    world.owes("r2", "late_fee", 300, date(2026, 6, 1))
    assert no(world, "deposit_refund", account="a1", deposit="d1") == "not_earned"


def test_a_rebate_keeps_the_decision_of_its_application() -> None:
    world = paper()
    kept = {"policy": "palmetto", "version": "1", "formula": "as it was"}
    world.put(
        Rebate(
            id="x",
            account="a1",
            premise="p1",
            measure="m",
            fund="electric",
            cents=100,
            state="inspected",
            completed=world.day,
            decision=kept,
        )
    )
    assert want(world, "rebate", rebate="x", pay="credit").decision == kept


def test_a_debt_is_written_off_when_it_is_old_and_by_a_resolution() -> None:
    world = paper()
    world.put(Placement(id="pl", account="a1", agency="acme", state="returned", maker="x"))
    assert no(world, "write_off", placement="pl", resolution="R-1") == "nothing_owed"
    young = world.owes("r1", "electric", 5_000, date(2026, 7, 1))
    world.put(replace(young, owed=0, at_agency=5_000))
    assert no(world, "write_off", placement="pl", resolution="R-1") == "too_young"
    world.put(replace(young, owed=0, at_agency=5_000, due=date(2025, 7, 1)))
    assert want(world, "write_off", placement="pl", resolution="R-1").decision["rule"] == "collections.write_off"
