from __future__ import annotations

from datetime import date

from stormops.accounts.commands_request import ApproveRequest, DraftRequest, PostRequest, ReverseRequest
from stormops.accounts.proposals_leak import LeakCredit
from stormops.accounts.records_money import Bill, BillLine, Receivable, Request
from stormops.accounts.records_place import Account
from tests.accounts.test_commands_request import submitted, through
from tests.accounts.test_commands_service import bill
from tests.accounts.world import PROOF, city

SINCE, UNTIL = date(2026, 1, 1), date(2026, 2, 1)


def test_a_leak_lowers_what_is_owed_and_the_rest_is_the_customers_credit() -> None:
    world = city()
    bill(world, "a1", 900)
    made = world.books.where(Bill, account="a1")[0]
    charge = made.lines[0].charge
    proposal = LeakCredit(account="a1", bill=made.id, lines=(BillLine(charge, 1_200, SINCE, UNTIL),))
    wrong = DraftRequest(
        proposal=LeakCredit(account="b1", bill=made.id, lines=proposal.lines), decision=PROOF, reason="r"
    )
    assert world.refused(wrong) == "other_account"
    second = submitted(world, proposal)
    if world.get(Request, second).state != "approved":
        world.do(ApproveRequest(request=second), "bob")
    request = through(world, proposal)
    assert world.refused(PostRequest(request=second), "pam") == "adjusted_before"
    assert [each.owed for each in world.books.where(Receivable, account="a1")] == [0]
    assert world.get(Account, "a1").credit == 300
    assert world.last.event == "leak"
    world.do(ReverseRequest(request=request, reason="it was no leak"), "rex")
    assert [each.owed for each in world.books.where(Receivable, account="a1")] == [900]
    assert world.get(Account, "a1").credit == 0
