from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from stormops.accounts.commands_billing import ChargeFee
from stormops.accounts.commands_collect import StepArrangement
from stormops.accounts.commands_payment import ApplyCredit, TakePayment
from stormops.accounts.records_money import Arrangement, Placement, Receivable
from stormops.papers.document import Due, Sign
from tests.accounts.policies import PACKS
from tests.accounts.world import PROOF
from tests.papers.city import amounts, changed, customer, said, written


def test_a_notice_has_the_debt_that_may_cut_its_first_day_and_every_way_out() -> None:
    world, _, _ = customer()
    cut = world.do(world.command("notice_cut", agreement="g-electric"))["cut_order"]
    paper = written(world, "cut_notice", cut)
    rows = amounts(paper)
    assert "Fire fee" not in rows
    owed = world.books.where(Receivable, account="a1")
    cutting = sum(each.owed for each in owed if each.due < world.day and each.charge != "fire")
    assert rows["Total"] == f"${cutting / 100:.2f}"
    assert (
        Due("Pay to keep your service", rows["Total"], "We may disconnect on September 8, 2026 or later") in paper.parts
    )
    text = said(paper)
    ways = (
        "physician's form",
        "in dispute",
        "filed for bankruptcy",
        "arrangement or a later date",
        "a storm lasts",
    )
    assert [way for way in ways if way not in text] == []
    assert "not in the amount above: Fire fee." in text
    assert "Sources: Leon County fire assessments" in text
    assert "arrangement or a later date" not in said(written(world, "cut_notice", cut, pack=PACKS["psc-florida"]))


def test_an_arrangement_is_its_instalments_its_rule_and_two_signatures() -> None:
    world, _, _ = customer()
    asked = {"account": "a1", "instalments": 3, "first_due": "2026-10-01", "down": 10_100}
    key = world.do(world.command("offer_arrangement", **asked))["arrangement"]
    paper = written(world, "arrangement", key)
    parts = world.get(Arrangement, key).instalments
    assert [amounts(paper)[day] for day in ("September 1, 2026", "December 1, 2026")] == ["$101.00", "$99.99"]
    assert amounts(paper)["Total"] == "$400.98" == f"${sum(each.cents for each in parts) / 100:.2f}"
    assert "3 days after its day" in said(paper)
    assert isinstance(paper.parts[-1], Sign)


def test_a_broken_arrangement_says_since_when_and_what_is_left() -> None:
    world, _, _ = customer()
    asked = {"account": "a1", "instalments": 3, "first_due": "2026-10-01", "down": 10_100}
    key = world.do(world.command("offer_arrangement", **asked))["arrangement"]
    world.do(StepArrangement(arrangement=key, step="accept"))
    world.day = date(2026, 10, 10)
    world.do(world.command("break_arrangement", arrangement=key))
    paper = written(world, "broken_arrangement", key)
    assert Due("Left of the arrangement", "$400.98", "due now") in paper.parts
    text = said(paper)
    broken = world.get(Arrangement, key).broken
    assert broken is not None
    assert f"broken since {broken:%B} {broken.day}, 2026" in text
    assert "A new arrangement is possible from" in text
    without = said(written(world, "broken_arrangement", key, pack=PACKS["federal"]))
    assert "A new arrangement" not in without


def test_a_later_due_date_is_one_payment() -> None:
    world, _, _ = customer()
    key = world.do(world.command("extend_due_date", account="a1", days=10))["arrangement"]
    paper = written(world, "arrangement", key)
    assert paper.title == "Later due date"
    assert len(amounts(paper)) == 2


def test_a_returned_payment_is_owed_again_with_the_fee_of_the_policy() -> None:
    world, _, receipt = customer()
    world.do(world.command("return_payment", receipt=receipt))
    paper = written(world, "returned_payment", receipt)
    assert amounts(paper) == {"Returned payment": "$90.00", "Returned payment fee": "$30.00", "Total": "$120.00"}
    assert "It had answered: " in said(paper)
    assert "After 2 returned checks within 6 months we take no checks from an account for 12 months." in said(paper)


def test_credit_that_was_used_before_the_bank_returned_it_is_no_fee() -> None:
    world, _, _ = customer()
    due = sum(each.owed for each in world.books.where(Receivable, account="a1"))
    world.do(TakePayment(account="a1", number="R-2", cents=due, tender="bank"))
    ahead = world.do(TakePayment(account="a1", number="R-3", cents=4_000, tender="bank"))["receipt"]
    fee: dict[str, Any] = {"charge": "late_fee", "cents": 4_000, "due": "2026-10-20", "decision": PROOF}
    world.do(ChargeFee(account="a1", **fee))
    world.do(ApplyCredit(account="a1"))
    world.do(world.command("return_payment", receipt=ahead))
    paper = written(world, "returned_payment", ahead)
    assert amounts(paper) == {"Returned payment": "$40.00", "Returned payment fee": "$25.00", "Total": "$65.00"}


def test_debt_goes_to_an_agency_by_what_stands_there_and_is_written_off_without_being_forgiven() -> None:
    world, _, _ = customer()
    world.put(*(replace(each, owed=0) for each in world.books.where(Receivable, account="a1")))
    debt = Receivable(id="x", account="a1", charge="electric", fund="electric", due=date(2026, 1, 1), cents=900)
    world.put(replace(debt, at_agency=500), replace(debt, id="y", written_off=700))
    key = changed(world, Placement(id="pl", account="a1", agency="Acme", state="placed", maker="m", placed=world.day))
    paper = written(world, "collection", key)
    assert amounts(paper)["Total"] == "$5.00"
    assert "given to Acme for collection on September 1, 2026" in said(paper)
    world.put(replace(world.get(Placement, key), state="written_off", resolution="2026-30"))
    off = written(world, "write_off", key)
    assert amounts(off)["Total"] == "$7.00"
    assert "By resolution 2026-30" in said(off)
    assert "It is not forgiven" in said(off)
