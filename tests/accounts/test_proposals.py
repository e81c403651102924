from __future__ import annotations

from stormops.accounts.commands_request import ApproveRequest, DraftRequest, PostRequest, ReverseRequest
from stormops.accounts.proposals import Adjustment, BackBill, MassCredit, Overcharge, Part, Transfer
from stormops.accounts.records_money import BillLine, Receivable, RefundCase, Request
from stormops.accounts.records_place import Account
from tests.accounts.test_commands_bankruptcy import notice
from tests.accounts.test_commands_payment import owed
from tests.accounts.test_commands_request import submitted, through
from tests.accounts.test_commands_service import bill
from tests.accounts.world import PROOF, city


def test_22_a_back_bill_is_new_debt() -> None:
    world = city()
    line = BillLine("energy", 17_040, world.day, world.day)
    request = through(world, BackBill(account="a1", due="2026-04-01", lines=(line,)))
    assert world.sums() == {"1100": 17_040, "4010": -17_040}
    assert owed(world) == {"energy": 17_040}
    assert world.get(Request, request).state == "posted"


def test_24_an_overcharge_against_what_is_owed_or_to_the_customer() -> None:
    world = city()
    bill(world, "a1", 1_000)
    line = BillLine("water", 1_800, world.day, world.day)
    through(world, Overcharge(account="a1", lines=(line,)))
    assert world.sums() == {"4020": 1_800, "1100": -1_000, "2160": -800}
    bill(world, "a1", 1_000)
    through(world, Overcharge(account="a1", lines=(line,), refund=True))
    assert world.sums() == {"4020": 1_800, "2160": -1_800}
    assert [case.payable for case in world.books.where(RefundCase)] == [800, 1_800]


def test_51_a_balance_moves_between_accounts_of_one_party_in_one_journal() -> None:
    world = city()
    bill(world, "a1", 41_200)
    part = (Part(world.books.where(Receivable)[0].id, 41_200),)
    for to in ("b1", "a1"):
        command = DraftRequest(proposal=Transfer(account="a1", to=to, parts=part), decision=PROOF, reason="r")
        assert world.refused(command) == "other_party"
    request = through(world, Transfer(account="a1", to="a2", parts=part))
    assert world.sums() == {"1100": 0}
    assert owed(world, "a1") == {}
    assert owed(world, "a2") == {"energy": 41_200}
    world.do(ReverseRequest(request=request, reason="the wrong Ada"), "rex")
    assert owed(world, "a1") == {"energy": 41_200}


def test_a_stay_blocks_a_transfer() -> None:
    world = city()
    bill(world, "a1", 100)
    part = (Part(world.books.where(Receivable)[0].id, 100),)
    notice(world)
    command = DraftRequest(proposal=Transfer(account="a1", to="a2", parts=part), decision=PROOF, reason="r")
    assert world.refused(command) == "stayed"


def test_only_ones_own_charges_are_adjusted() -> None:
    world = city()
    bill(world, "b1", 100)
    part = (Part(world.books.where(Receivable)[0].id, 100),)
    command = DraftRequest(proposal=Adjustment(account="a1", type="leak", parts=part), decision=PROOF, reason="r")
    assert world.refused(command) == "other_account"


def test_a_storms_credit_is_one_event_for_all_and_once_for_each() -> None:
    world = city()
    bill(world, "a1", 1_000)
    credit = MassCredit(event="storm-9", fund="electric", credits={"a1": 3_500, "b1": 3_500})
    through(world, credit)
    assert world.sums() == {"5300": 7_000, "1100": -1_000, "2150": -6_000}
    assert (world.get(Account, "a1").credit, world.get(Account, "b1").credit) == (2_500, 3_500)
    again = submitted(world, MassCredit(event="storm-9", fund="electric", credits={"b1": 2_500}))
    world.do(ApproveRequest(request=again), "bob")
    assert world.refused(PostRequest(request=again), "pam") == "credited_already"


def test_a_mode_does_not_stop_a_mass_credit() -> None:
    world = city()
    world.set(levels=dict.fromkeys(world.now.levels, "suspend") | {"mass_waiver": "full"})
    through(world, MassCredit(event="storm-9", fund="electric", credits={"b1": 3_500}))
