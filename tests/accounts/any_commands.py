"""Commands drawn at random: each kind of money's movement, on whatever the books hold at that moment."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

from stormops.accounts.command import Command
from stormops.accounts.commands_bankruptcy import (
    NoticeBankruptcy,
    ReceiveDividend,
    SetOffDeposit,
    SplitAtPetition,
    StepBankruptcy,
)
from stormops.accounts.commands_billing import ChargeFee, PostBill
from stormops.accounts.commands_budget import SetRebateBudget
from stormops.accounts.commands_cash import Bank, CloseDrawer, CountDrawer, OpenDrawer
from stormops.accounts.commands_collect import ProposePlacement, RecordRecovery, StepPlacement
from stormops.accounts.commands_deposit import (
    AccrueDepositInterest,
    ApplyDeposit,
    CreditDepositInterest,
    MoveDeposit,
    PayDeposit,
    RequireDeposit,
)
from stormops.accounts.commands_loan import (
    AccrueLoanInterest,
    ApplyForLoan,
    ApplyForRebate,
    BillInstalment,
    PrepayLoan,
    StepLoan,
    StepRebate,
)
from stormops.accounts.commands_payment import (
    ApplyCredit,
    AuthoriseCard,
    PostStandIn,
    ReturnPayment,
    SettleCard,
    StandInPayment,
    TakePayment,
)
from stormops.accounts.commands_place import AddPremise
from stormops.accounts.commands_recall import RecallPlacement
from stormops.accounts.commands_request import (
    ApproveRequest,
    AttachEvidence,
    DraftRequest,
    IssueRefund,
    PostRequest,
    ReverseRequest,
    SubmitRequest,
    TurnOverRefund,
)
from stormops.accounts.draft import Reader
from stormops.accounts.proposals import Adjustment, MassCredit, Overcharge, Part, Transfer
from stormops.accounts.proposals_credit import Disbursement, LoanWriteOff, RebateGrant, WriteOff
from stormops.accounts.proposals_refund import CreditRefund, DepositRefund
from stormops.accounts.record import MACHINE_OF, Record
from stormops.accounts.records_money import (
    BankruptcyCase,
    BillLine,
    Deposit,
    Drawer,
    Loan,
    Placement,
    Rebate,
    RebateBudget,
    Receipt,
    Receivable,
    RefundCase,
    Request,
)
from stormops.accounts.records_place import Account, Premise
from tests.accounts.world import CHARGES, HASH, PROOF, World

R = TypeVar("R", bound=Record)


class Move(NamedTuple):
    """What is drawn: which of the commands that may be legal now, an amount, which of the things, and how sloppy."""

    which: int
    cents: int
    pick: int
    sloppy: bool
    """Whether things in states in which they cannot take it are picked too: refused, and nothing may change."""


class Hand:
    """Makes a command of a move on one account, with what the books hold for it."""

    def __init__(self, world: World, books: Reader, account: str, other: str, kinds: tuple[str, ...] = ()) -> None:
        self.world, self.books, self.account, self.other = world, books, account, other
        self.kinds = kinds or tuple(MOVES)
        self.number = 0

    def pick(self, kind: type[R], move: Move, *steps: str) -> R:
        """One of the account's records, that can take a step; raises IndexError when there is none."""
        found = self.books.where(kind, account=self.account)
        if not move.sloppy:
            edges = MACHINE_OF[kind].edges
            found = [each for each in found if not edges[str(getattr(each, "state", ""))].keys().isdisjoint(steps)]
        if not found:
            raise IndexError
        return found[move.pick % len(found)]

    def drawer(self, state: str = "open") -> Drawer:
        """The desk's drawer; raises IndexError when there is none."""
        return next(iter(each for each in self.books.where(Drawer, desk="north") if each.state == state))

    def command(self, move: Move) -> tuple[Command, str]:
        """A command, and who gives it."""
        self.number += 1
        able = []
        for kind in self.kinds:
            with suppress(IndexError, StopIteration):
                able += [MOVES[kind](self, move)] * (5 if kind in NEXT_STEPS else 1)
        chosen = able[move.which % len(able)]
        return chosen if isinstance(chosen, tuple) else (chosen, "ann")

    def credit(self, move: Move) -> int:
        """Of the account's credit, up to the move's amount."""
        account = self.books.get(Account, self.account)
        return max(1, min(account.credit if account else 0, move.cents))

    def receipt_number(self) -> str:
        """A number that no other receipt has."""
        return f"{self.account}-{self.number}"


def _bill(hand: Hand, move: Move) -> Command:
    line = BillLine(CHARGES[move.pick % len(CHARGES)].id, move.cents, hand.world.day, hand.world.day)
    return PostBill(account=hand.account, due="2026-04-01", lines=(line,), decision=PROOF)


def _fee(hand: Hand, move: Move) -> Command:
    return ChargeFee(account=hand.account, charge="late", cents=move.cents, due="2026-04-01", decision=PROOF)


def _pay(hand: Hand, move: Move) -> Command:
    tender = ("bank", "card", "cash", "cheque")[move.pick % 4]
    drawer = hand.drawer().id if tender in {"cash", "cheque"} else None
    return TakePayment(
        account=hand.account, number=hand.receipt_number(), cents=move.cents, tender=tender, drawer=drawer
    )


def _pay_by_bank(hand: Hand, move: Move) -> Command:
    return TakePayment(account=hand.account, number=hand.receipt_number(), cents=move.cents, tender="bank")


def _stand_in(hand: Hand, move: Move) -> Command:
    cents, number = move.cents % 50_000 + 1, hand.receipt_number()
    return StandInPayment(account=hand.account, number=number, cents=cents, tender="cash", drawer=hand.drawer().id)


def _draft(hand: Hand, move: Move) -> Command:
    owed = [each for each in hand.books.where(Receivable, account=hand.account) if each.owed or move.sloppy]
    first = owed[move.pick % len(owed)] if owed else None

    def part() -> tuple[Part, ...]:
        if first is None:
            raise IndexError
        return (Part(first.id, move.cents if move.sloppy else min(move.cents, first.owed)),)

    line = (BillLine("water", move.cents, hand.world.day, hand.world.day),)
    proposals = (
        lambda: Adjustment(account=hand.account, type="leak", parts=part()),
        lambda: Transfer(account=hand.account, to=hand.other, parts=part()),
        lambda: Overcharge(account=hand.account, lines=line, refund=bool(move.cents % 2)),
        lambda: MassCredit(event=f"e{move.cents}", fund="electric", credits={hand.account: move.cents}),
        lambda: CreditRefund(account=hand.account, amount=hand.credit(move), hardship="ill" * (move.cents % 3 == 0)),
        lambda: DepositRefund(account=hand.account, deposit=hand.pick(Deposit, move, "refund").id),
        lambda: _disbursement(hand.pick(Loan, move, "disburse")),
        lambda: LoanWriteOff(loan=hand.pick(Loan, move, "write_off").id),
        lambda: RebateGrant(rebate=hand.pick(Rebate, move, "grant").id, pay=("credit", "cheque")[move.cents % 2]),
        lambda: WriteOff(placement=hand.pick(Placement, move, "write_off").id, resolution="r1"),
    )
    signed = [loan for loan in hand.books.where(Loan, account=hand.account) if loan.state == "signed"]
    if signed and move.pick % 2:
        return DraftRequest(proposal=_disbursement(signed[0]), decision=PROOF, reason="r")
    return DraftRequest(proposal=proposals[(move.cents + move.pick) % len(proposals)](), decision=PROOF, reason="r")


def _disbursement(loan: Loan) -> Disbursement:
    return Disbursement(
        loan=loan.id, quote=HASH, invoice=HASH, inspection=HASH, quote_cents=loan.amount, invoice_cents=loan.amount
    )


def _loan(hand: Hand, move: Move) -> Command:
    return ApplyForLoan(
        account=hand.account, charge="loan", cents=move.cents, months=12, contractor="c", quote=HASH, terms=PROOF
    )


def _budget(_: Hand, move: Move) -> Command:
    """Small enough to run out."""
    year = {"since": "2026-01-01", "until": "2026-12-31"}
    return SetRebateBudget(measure=f"m{move.pick % 3}", fund="electric", cents=move.cents, document=HASH, **year)


def _rebate(hand: Hand, move: Move) -> Command:
    budgets = [each for number in range(3) for each in hand.books.where(RebateBudget, measure=f"m{number}")]
    places = hand.books.where(Premise, plain="1 elm st")
    if not budgets or not places:
        raise IndexError
    budget = budgets[move.pick % len(budgets)]
    return ApplyForRebate(
        account=hand.account,
        premise=places[0].id,
        measure=budget.measure,
        budget=budget.id,
        cents=move.cents if move.sloppy else max(1, min(move.cents, budget.left)),
        completed="2026-02-01",
        evidence=(HASH,),
        decision=PROOF,
    )


def _step_rebate(hand: Hand, move: Move) -> Command:
    steps = "inspect", "inspect", "decline", "withdraw"
    rebate = hand.pick(Rebate, move, "inspect", "grant")
    return StepRebate(rebate=rebate.id, step=steps[move.cents % 4], evidence=(HASH,))


def _split(hand: Hand, move: Move) -> Command:
    case = hand.pick(BankruptcyCase, move, "split")
    owed = [each for each in hand.books.where(Receivable, account=hand.account) if each.owed]
    first = owed[move.pick % len(owed)] if owed else None
    if first is None:
        raise IndexError
    return SplitAtPetition(
        case=case.id,
        before=(Part(first.id, min(first.owed, move.cents)),),
        new_account=f"{hand.account}-{hand.number}",
        assurance_due=None,
        claim_bar=None,
        worksheet=PROOF,
    )


def _notice(hand: Hand, move: Move) -> Command:
    if move.pick != 9:
        raise IndexError
    number = str(move.cents)
    return NoticeBankruptcy(account=hand.account, court="x", number=number, chapter=7, petition="2026-03-01")


def _instalment(hand: Hand, move: Move) -> Command:
    loan = hand.pick(Loan, move, "bill")
    return BillInstalment(
        loan=loan.id, principal=min(loan.principal, move.cents), interest=loan.interest, due="2026-04-01"
    )


def _pay_deposit(hand: Hand, move: Move) -> Command:
    deposit = hand.pick(Deposit, move, "pay")
    left = deposit.required - deposit.held
    cents, tender = max(1, min(left, move.cents)), ("bank", "card")[move.pick % 2]
    return PayDeposit(deposit=deposit.id, number=hand.receipt_number(), cents=cents, tender=tender)


def _prepay(hand: Hand, move: Move) -> Command:
    loan = hand.pick(Loan, move, "prepay")
    cents = max(1, min(loan.principal + loan.interest, move.cents))
    return PrepayLoan(loan=loan.id, number=hand.receipt_number(), cents=cents, tender="bank")


def _close(hand: Hand, move: Move) -> tuple[Command, str]:
    drawer = hand.drawer("counted")
    return CloseDrawer(drawer=drawer.id, counted=move.cents if move.sloppy else drawer.counted or 0), "bob"


def _attach(hand: Hand, move: Move) -> tuple[Command, str]:
    request = hand.pick(Request, move, "attach")
    return AttachEvidence(request=request.id, hashes=(HASH,)), request.maker


def _submit(hand: Hand, move: Move) -> tuple[Command, str]:
    request = hand.pick(Request, move, "submit")
    return SubmitRequest(request=request.id), request.maker


def _approve(hand: Hand, move: Move) -> tuple[Command, str]:
    request = hand.pick(Request, move, "approve")
    taken = {request.maker, *(approval.by for approval in request.approvals)}
    return ApproveRequest(request=request.id), "ann" if move.sloppy else min({"bob", "cid", "dan"} - taken)


def _place(hand: Hand, move: Move) -> tuple[Command, str]:
    steps = "approve", "place", "return", "settle"
    placement = hand.pick(Placement, move, *steps)
    step = (
        "settle"
        if move.sloppy
        else steps[{"eligible": 0, "approved": 1, "placed": 2 + move.cents % 2}.get(placement.state, 2)]
    )
    return StepPlacement(placement=placement.id, step=step), "bob"


def _settle(hand: Hand, move: Move) -> Command:
    return SettleCard(receipt=hand.pick(Receipt, move, "settle").id, paid=bool(move.cents % 3))


def _return(hand: Hand, move: Move) -> Command:
    return ReturnPayment(receipt=hand.pick(Receipt, move, "return").id, fee=move.cents % 2 * 2_500, decision=PROOF)


def _end_case(hand: Hand, move: Move) -> Command:
    steps = "discharge", "dismiss", "close"
    return StepBankruptcy(case=hand.pick(BankruptcyCase, move, *steps).id, step=steps[move.cents % 3], order=HASH)


def _set_off(hand: Hand, move: Move) -> Command:
    deposit = hand.pick(Deposit, move, "apply_by_case")
    return SetOffDeposit(case=hand.pick(BankruptcyCase, move, "discharge").id, deposit=deposit.id, decision=PROOF)


def _recover(hand: Hand, move: Move) -> Command:
    placement = hand.pick(Placement, move, "recover", "recover_late")
    return RecordRecovery(placement=placement.id, cents=move.cents, commission=move.cents // 4)


def _interest(hand: Hand, move: Move) -> Command:
    return AccrueDepositInterest(deposit=hand.pick(Deposit, move, "accrue").id, cents=move.cents, decision=PROOF)


def _refund(hand: Hand, move: Move) -> tuple[Command, str]:
    return IssueRefund(refund=hand.pick(RefundCase, move, "pay").id, method="card", reference="1"), "tim"


MOVES: dict[str, Callable[[Hand, Move], Command | tuple[Command, str]]] = {
    "bill": _bill,
    "fee": _fee,
    "pay": _pay,
    "pay_by_bank": _pay_by_bank,
    "stand_in": _stand_in,
    "post_stand_in": lambda h, m: PostStandIn(receipt=h.pick(Receipt, m, "post").id),
    "card": lambda h, m: AuthoriseCard(account=h.account, number=h.receipt_number(), cents=m.cents),
    "settle": _settle,
    "return": _return,
    "apply_credit": lambda h, _: ApplyCredit(account=h.account),
    "open_drawer": lambda _, m: OpenDrawer(change=m.cents),
    "bank": lambda h, m: Bank(cents=m.cents, drawer=h.drawer().id),
    "count": lambda h, m: CountDrawer(drawer=h.drawer().id, counted=m.cents),
    "close": _close,
    "deposit": lambda h, m: RequireDeposit(account=h.account, fund="electric", cents=m.cents, decision=PROOF),
    "pay_deposit": _pay_deposit,
    "interest": _interest,
    "credit_interest": lambda h, m: CreditDepositInterest(deposit=h.pick(Deposit, m, "credit_interest").id),
    "apply_deposit": lambda h, m: ApplyDeposit(deposit=h.pick(Deposit, m, "apply").id),
    "move_deposit": lambda h, m: MoveDeposit(
        deposit=h.pick(Deposit, m, "transfer").id, account=h.other, evidence=(HASH,)
    ),
    "draft": _draft,
    "attach": _attach,
    "submit": _submit,
    "approve": _approve,
    "post": lambda h, m: (PostRequest(request=h.pick(Request, m, "post").id), "pam"),
    "reverse": lambda h, m: (ReverseRequest(request=h.pick(Request, m, "reverse").id, reason="r"), "rex"),
    "refund": _refund,
    "turn_over": lambda h, m: TurnOverRefund(refund=h.pick(RefundCase, m, "turn_over").id, decision=PROOF),
    "loan": lambda h, m: (_loan(h, m), "lou"),
    "sign": lambda h, m: StepLoan(loan=h.pick(Loan, m, "sign").id, step="sign", note=HASH),
    "loan_interest": lambda h, m: AccrueLoanInterest(loan=h.pick(Loan, m, "accrue").id, cents=m.cents, decision=PROOF),
    "instalment": _instalment,
    "prepay": _prepay,
    "address": lambda _, m: AddPremise(address="1 Elm St") if m.pick < 3 else AddPremise(address=f"{m.cents} Oak St"),
    "budget": _budget,
    "rebate": _rebate,
    "step_rebate": _step_rebate,
    "propose": lambda h, _: ProposePlacement(account=h.account, agency="acme", decision=PROOF),
    "place": _place,
    "recall": lambda h, m: RecallPlacement(placement=h.pick(Placement, m, "recall").id, decision=PROOF),
    "recover": _recover,
    "notice": _notice,
    "split": _split,
    "dividend": lambda h, m: ReceiveDividend(case=h.pick(BankruptcyCase, m, "discharge").id, cents=m.cents),
    "set_off": _set_off,
    "end_case": _end_case,
}

NEXT_STEPS = frozenset(
    {
        *("attach", "submit", "approve", "post", "reverse", "refund"),
        *(
            "sign",
            "rebate",
            "step_rebate",
            "instalment",
            "loan_interest",
            "place",
            "recover",
            "split",
            "dividend",
            "set_off",
        ),
    }
)
"""What carries on something begun is drawn more often, so that long lives are lived to their end."""

_cents = st.integers(1, 40) | st.integers(1, 200_000)
_move = st.builds(Move, st.integers(0, 10_000), _cents, st.integers(0, 9), st.integers(0, 9).map(lambda n: n == 9))


def moves(least: int = 0, most: int = 80) -> st.SearchStrategy[list[Move]]:
    """Sequences of moves."""
    return st.lists(_move, min_size=least, max_size=most)
