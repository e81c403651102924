from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from stormops.accounts.commands_bankruptcy import (
    DemandAssurance,
    GiveAssurance,
    NoticeBankruptcy,
    ReceiveDividend,
    SetOffDeposit,
    SplitAtPetition,
    StepBankruptcy,
    WithdrawAssurance,
)
from stormops.accounts.commands_billing import PostBill
from stormops.accounts.commands_collect import ProposePlacement, StepPlacement
from stormops.accounts.commands_cut import NoticeCut, Reconnect, StepCut
from stormops.accounts.commands_deposit import ApplyDeposit, PayDeposit, RequireDeposit, StepDeposit
from stormops.accounts.proposals import Part
from stormops.accounts.records_money import BankruptcyCase, BillLine, Deposit, Placement, Receivable
from stormops.accounts.records_place import Account, CutOrder
from stormops.accounts.records_work import Task
from tests.accounts.test_commands_service import bill, start
from tests.accounts.world import HASH, PROOF, World, city, premise


def notice(world: World, chapter: int = 7) -> str:
    command = NoticeBankruptcy(account="a1", court="N.D. Fla.", number="26-1", chapter=chapter, petition="2026-03-20")
    return world.do(command)["bankruptcy_case"]


def split(world: World, case: str, pre: int = 6_480) -> None:
    receivable = world.books.where(Receivable, account="a1")[0]
    world.do(
        SplitAtPetition(
            case=case,
            before=(Part(receivable.id, pre),),
            new_account="a9",
            assurance_due="2026-04-09",
            claim_bar="2026-09-16",
            worksheet=PROOF,
        )
    )


def test_61_what_was_before_the_petition_is_stayed_and_what_came_after_goes_on() -> None:
    world = city()
    bill(world, "a1", 12_528)
    case = notice(world, 13)
    assert (
        world.refused(
            PostBill(
                account="a1", due="2026-04-01", lines=(BillLine("energy", 5, world.day, world.day),), decision=PROOF
            )
        )
        == "stayed"
    )
    split(world, case)
    assert sum(each.stayed for each in world.books.where(Receivable, account="a1")) == 6_480
    assert sum(each.owed for each in world.books.where(Receivable, account="a1")) == 0
    assert sum(each.owed for each in world.books.where(Receivable, account="a9")) == 6_048
    after = world.get(BankruptcyCase, case)
    assert (after.assurance_due, after.claim_bar) == (date(2026, 4, 9), date(2026, 9, 16))
    assert world.get(Account, "a9").stayed_by == ""
    bill(world, "a9", 100)


def test_64_a_notice_cancels_the_cut_and_reconnects_who_was_cut() -> None:
    world = city()
    at = premise(world)
    agreement = world.do(start(at))["service_agreement"]
    bill(world, "a1", 4_000)
    world.later(40)
    notices = [NoticeCut(agreement=agreement, earliest="2026-04-20", decision=PROOF) for _ in range(2)]
    orders = [world.do(each)["cut_order"] for each in notices]
    world.later(20)
    world.do(StepCut(cut=orders[0], step="order"))
    world.do(StepCut(cut=orders[0], step="cut"))
    notice(world)
    assert world.get(CutOrder, orders[0]).state == "reconnect_ordered"
    assert world.get(CutOrder, orders[1]).state == "cancelled"
    assert [task.account for task in world.books.where(Task)] == ["a1"]
    assert world.refused(NoticeCut(agreement=agreement, earliest="2026-08-20", decision=PROOF)) == "excluded"
    world.do(Reconnect(cut=orders[0], done=True))


def test_a_notice_recalls_debt_and_holds_deposits_and_is_taken_once() -> None:
    world = city()
    bill(world, "a1", 4_000)
    placement = world.do(ProposePlacement(account="a1", agency="acme", decision=PROOF))["placement"]
    world.do(StepPlacement(placement=placement, step="approve"), "bob")
    world.do(StepPlacement(placement=placement, step="place"))
    deposit = world.do(RequireDeposit(account="a1", fund="electric", cents=500, decision=PROOF))["deposit"]
    world.do(PayDeposit(number="p1", deposit=deposit, cents=500, tender="bank"))
    notice(world)
    assert world.get(Placement, placement).state == "recalled"
    assert sum(each.owed for each in world.books.where(Receivable)) == 4_000
    assert world.get(Deposit, deposit).state == "stayed"
    assert world.refused(ApplyDeposit(deposit=deposit)) == "stayed"
    assert world.refused(StepDeposit(deposit=deposit, step="lift")) == "stayed"
    again = NoticeBankruptcy(account="a1", court="x", number="26-2", chapter=7, petition="2026-03-20")
    assert world.refused(again) == "stayed_already"
    wrong = NoticeBankruptcy(account="a2", court="x", number="26-2", chapter=8, petition="2026-03-20")
    assert world.refused(wrong) == "unknown_chapter"


def test_dividend_set_off_and_discharge_move_by_the_case_only() -> None:
    world = city()
    bill(world, "a1", 10_000)
    deposit = world.do(RequireDeposit(account="a1", fund="electric", cents=2_000, decision=PROOF))["deposit"]
    world.do(PayDeposit(number="p2", deposit=deposit, cents=2_000, tender="bank"))
    case = notice(world, 11)
    split(world, case, 10_000)
    world.do(ReceiveDividend(case=case, cents=3_000))
    assert world.sums() == {"1010": 3_000, "1110": -3_000}
    assert world.refused(ReceiveDividend(case=case, cents=7_001)) == "too_much"
    world.do(SetOffDeposit(case=case, deposit=deposit, decision=PROOF))
    assert world.sums() == {"2100": 2_000, "1110": -2_000}
    assert world.refused(StepBankruptcy(case=case, step="discharge")) == "no_evidence"
    world.do(StepBankruptcy(case=case, step="discharge", order=HASH))
    assert world.sums() == {"1190": 5_000, "1110": -5_000}
    world.do(StepBankruptcy(case=case, step="close"))
    assert world.get(Account, "a1").stayed_by == ""


def test_a_dismissed_case_leaves_everything_owed_as_before() -> None:
    world = city()
    bill(world, "a1", 10_000)
    case = notice(world)
    split(world, case)
    world.do(StepBankruptcy(case=case, step="dismiss", order=HASH))
    assert sum(each.owed for each in world.books.where(Receivable, account="a1")) == 6_480
    assert world.get(Account, "a1").stayed_by == ""


def test_63_assurance_is_the_new_accounts_deposit_and_default_waits_for_its_day() -> None:
    world = city()
    bill(world, "a1", 10_000)
    case = notice(world, 13)
    split(world, case)
    assert world.refused(StepBankruptcy(case=case, step="require_assurance")) == "illegal_step"
    demand = DemandAssurance(case=case, fund="electric", cents=500, due="2026-04-09", decision=PROOF)
    assert world.refused(replace(demand, decision={})) == "no_decision"
    new = world.do(demand)["deposit"]
    asked = world.get(Deposit, new)
    assert (asked.account, asked.required, asked.due, asked.case) == ("a9", 500, date(2026, 4, 9), case)
    assert world.get(BankruptcyCase, case).assurance == PROOF
    assert world.refused(demand) == "illegal_step"
    assert world.refused(StepBankruptcy(case=case, step="default")) == "not_due"
    old = world.do(RequireDeposit(account="a1", fund="electric", cents=500, decision=PROOF))["deposit"]
    assert world.refused(GiveAssurance(case=case, deposit=old)) == "other_account"
    assert world.refused(GiveAssurance(case=case, deposit=new)) == "not_given"
    world.do(PayDeposit(number="p3", deposit=new, cents=500, tender="bank"))
    world.do(GiveAssurance(case=case, deposit=new))
    assert world.get(Deposit, new).case == case
    world.later(40)
    world.do(StepBankruptcy(case=case, step="default"))
    assert world.refused(StepBankruptcy(case=case, step="split")) == "illegal_step"


def test_a_demand_withdrawn_waives_its_deposit_and_can_be_made_again() -> None:
    world = city()
    bill(world, "a1", 10_000)
    case = notice(world, 13)
    split(world, case)
    demand = DemandAssurance(case=case, fund="electric", cents=500, due="2026-05-01", decision=PROOF)
    back = WithdrawAssurance(case=case, due="2026-04-09", reason="the wrong service", decision=PROOF)
    assert world.refused(back) == "illegal_step"  # nothing was demanded
    first = world.do(demand)["deposit"]
    assert world.refused(replace(back, decision={})) == "no_decision"
    assert world.refused(replace(back, reason=" ")) == "no_text"
    world.do(back)
    after = world.get(BankruptcyCase, case)
    assert (after.state, after.assurance_due, after.withdrawn) == ("split", date(2026, 4, 9), PROOF)
    assert world.get(Deposit, first).state == "waived"
    second = world.do(demand)["deposit"]
    world.later(60)
    world.do(StepBankruptcy(case=case, step="default"))
    world.do(replace(back, order=HASH))
    assert (world.get(BankruptcyCase, case).state, world.get(Deposit, second).state) == ("split", "waived")
    third = world.do(demand)["deposit"]
    world.do(PayDeposit(number="p9", deposit=third, cents=500, tender="bank"))
    assert world.refused(back) == "illegal_step"  # the money is there: it is entered or given back
