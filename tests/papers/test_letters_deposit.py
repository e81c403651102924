from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts.commands_deposit import ApplyDeposit, PayDeposit
from stormops.accounts.commands_request import IssueRefund
from stormops.accounts.records_money import Deposit, RefundCase
from stormops.accounts.records_place import ServiceAgreement
from stormops.papers.document import Due
from tests.accounts.policies import PACKS
from tests.papers.city import amounts, customer, requested, said, written


def test_a_demand_shows_how_the_deposit_was_computed_and_by_which_rule() -> None:
    world, _, _ = customer()
    asked = {"account": "a1", "service": "electric", "due": "2026-10-01"}
    key = world.do(world.command("require_deposit", **asked))["deposit"]
    paper = written(world, "deposit_demand", key)
    required = world.get(Deposit, key).required
    assert Due("Deposit required", f"${required / 100:.2f}", "Please give it by October 1, 2026") in paper.parts
    assert f"${required / 100:.2f}" in amounts(paper).values()
    assert "bears 2 % interest a year" in said(paper)
    assert "surety bond" in said(paper)
    assert "surety bond" not in said(written(world, "deposit_demand", key, pack=PACKS["federal"]))


def test_what_became_of_a_deposit_is_what_was_posted_and_the_rest_is_a_refund() -> None:
    world, _, _ = customer()
    asked = {"account": "a1", "service": "electric", "due": "2026-10-01"}
    key = world.do(world.command("require_deposit", **asked))["deposit"]
    world.put(replace(world.get(Deposit, key), required=50_000))
    for agreement in world.books.where(ServiceAgreement, account="a1"):
        world.put(replace(agreement, state="finalled", until=world.day))
    world.do(PayDeposit(number="p1", deposit=key, cents=50_000, tender="bank"))
    world.do(ApplyDeposit(deposit=key))
    paper = written(world, "deposit_refund", key)
    rows = amounts(paper)
    assert rows["Sep 1, 2026 · Deposit paid"] == "$500.00"
    assert rows["Sep 1, 2026 · Deposit used"] == "-$500.00"
    assert "$99.02 is left" in said(paper)
    refund = world.books.where(RefundCase, account="a1")[0].id
    due = next(part for part in written(world, "refund", refund).parts if isinstance(part, Due))
    assert (due.amount, due.note) == ("$99.02", "It is approved and follows")
    world.do(IssueRefund(refund=refund, method="cheque", reference="C-77"), "tess")
    paid = said(written(world, "refund", refund))
    assert "By check C-77." in paid
    assert "We pay back to you your deposit." in paid
    assert "$99.02\nSeptember 1, 2026" in paid


def test_an_overcharge_that_is_paid_out_says_what_it_was() -> None:
    world, _, _ = customer()
    months = {"charge": "water", "months": [2_001], "since": "2026-07-01", "until": "2026-07-31"}
    requested(world, "overcharge", refund=True, **months)
    refund = world.books.where(RefundCase, account="a1")[0]
    paper = written(world, "refund", refund.id)
    assert "We pay back to you an overcharge." in said(paper)
    assert next(part for part in paper.parts if isinstance(part, Due)).amount == "$20.01"
