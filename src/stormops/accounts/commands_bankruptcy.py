"""Commands of bankruptcy: a notice stops everything at once; split, assurance, dividend, discharge or dismissal."""

from __future__ import annotations

from msgspec.structs import replace

from stormops.accounts import owed, postings, postings_credit
from stormops.accounts.command import Command
from stormops.accounts.commands_deposit import held
from stormops.accounts.commands_work import needs_text
from stormops.accounts.decision import usd
from stormops.accounts.draft import Draft, Reader
from stormops.accounts.postings import Piece
from stormops.accounts.proposals import Parts, pieces_of
from stormops.accounts.record import Count, Day, Decision, Hash, Id, Payment, Text
from stormops.accounts.records_money import BankruptcyCase, Deposit, Placement, Receivable
from stormops.accounts.records_place import Account, CutOrder
from stormops.accounts.records_work import Task
from stormops.accounts.refusal import Refused
from stormops.accounts.states_money import BANKRUPTCY, DEPOSIT


def opened(draft: Draft, key: str) -> BankruptcyCase:
    """A case of an account on which the actor may work. Raises Refused."""
    case = draft.get(BankruptcyCase, key)
    draft.account(case.account)
    return case


class NoticeBankruptcy(Command, frozen=True, kw_only=True, tag="notice_bankruptcy"):
    """Notice of a petition: the account is stayed, cuts are cancelled or reconnected, deposits held, debt recalled."""

    function = "bankruptcy_notice"
    permission = "contact"

    account: Id
    court: Text
    number: Id
    chapter: Count
    petition: Day
    counsel: Text = ""
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        if account.stayed_by:
            raise Refused("stayed_already", f"Case {account.stayed_by} stays this account.", "account")
        if self.chapter not in {7, 9, 11, 12, 13, 15}:
            raise Refused("unknown_chapter", "There is no such chapter.", "chapter")
        if self.evidence:
            draft.attach(self.evidence)
        case = draft.add(
            BankruptcyCase(
                id=draft.new_id(),
                account=account.id,
                court=self.court,
                number=self.number,
                chapter=self.chapter,
                petition=draft.day(self.petition),
                noticed=draft.envelope.day,
                state=BANKRUPTCY.start,
                counsel=self.counsel,
            )
        )
        self._recall(draft, account)
        draft.put(replace(account, stayed_by=case.id))
        draft.step(case, "stay")
        self._stop(draft, account)

    @staticmethod
    def _recall(draft: Draft, account: Account) -> None:
        for placement in draft.where(Placement, account=account.id):
            if placement.state in {"placed", "returned"}:
                draft.step(placement, "recall")
            elif placement.state in {"eligible", "approved"}:
                draft.step(placement, "drop")
        owing = draft.where(Receivable, account=account.id)
        pieces = [owed.piece(each, each.at_agency) for each in owing if each.at_agency]
        if pieces:
            draft.post(postings_credit.recalled(draft.head(), pieces))

    @staticmethod
    def _stop(draft: Draft, account: Account) -> None:
        for cut in draft.where(CutOrder, account=account.id):
            if cut.state in {"noticed", "ordered"}:
                draft.step(cut, "cancel")
            elif cut.state == "cut":
                draft.step(cut, "order_reconnect")
                draft.add(
                    Task(
                        id=draft.new_id(),
                        text="Reconnect at once: a petition was filed. No payment is asked.",
                        owner="",
                        due_ms=draft.envelope.at_ms,
                        state="open",
                        account=account.id,
                    )
                )
        for deposit in draft.where(Deposit, account=account.id):
            if deposit.state == "held":
                draft.step(deposit, "stay")


class SplitAtPetition(Command, frozen=True, kw_only=True, tag="split_at_petition"):
    """What was owed for service before the petition goes apart, by the worksheet; service goes on in a new account.

    What is owed for service since moves to the new account. The old one stays stayed until its case ends.
    """

    function = "bankruptcy_split"
    permission = "bankruptcy"

    case: Id
    before: Parts
    new_account: Id
    assurance_due: Day | None
    claim_bar: Day | None
    worksheet: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        case = opened(draft, self.case)
        old = draft.get(Account, case.account)
        before = pieces_of(draft, old.id, self.before)
        new = draft.add(replace(old, id=self.new_account, credit=0, stayed_by="", opened=case.petition, events={}))
        draft.step(
            case,
            "split",
            new_account=new.id,
            worksheet=draft.by_policy(self.worksheet),
            assurance_due=None if self.assurance_due is None else draft.day(self.assurance_due),
            claim_bar=None if self.claim_bar is None else draft.day(self.claim_bar),
        )
        draft.post(postings_credit.petition_split(draft.head(), before, case.id))
        self._move_what_came_after(draft, case, new.id)

    @staticmethod
    def _move_what_came_after(draft: Draft, case: BankruptcyCase, to: str) -> None:
        old: list[Piece] = []
        new: list[Piece] = []
        for each in owed.open_of(draft, case.account):
            moved = draft.add(
                replace(each, id=draft.new_id(), account=to, cents=each.owed, owed=0, stayed=0, at_agency=0)
            )
            old.append(owed.piece(each, each.owed))
            new.append(owed.piece(moved, each.owed))
        if old:
            draft.post(postings_credit.moved_after_petition(draft.head(), old, new, case.id))


class StepBankruptcy(Command, frozen=True, kw_only=True, tag="step_bankruptcy"):
    """A case taken on: default (to the attorney), discharge, dismiss, close. Assurance is demanded by the rule."""

    function = "bankruptcy_split"
    permission = "bankruptcy"

    case: Id
    step: str
    order: Hash | None = None
    """The court's order, for a discharge or a dismissal."""

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        case = opened(draft, self.case)
        if self.step not in {"default", "discharge", "dismiss", "close"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        if self.step == "default" and (case.assurance_due is None or draft.envelope.day <= case.assurance_due):
            raise Refused("not_due", "The time for assurance is not over.", "case")
        if self.step in {"discharge", "dismiss"}:
            draft.attach([] if self.order is None else [self.order], "order")
        draft.step(case, self.step)
        stayed = [each for each in draft.where(Receivable, account=case.account) if each.stayed]
        pieces = [owed.piece(each, each.stayed) for each in stayed]
        if self.step == "discharge" and pieces:
            draft.post(postings_credit.discharged(draft.head(), pieces, case.id))
        if self.step == "dismiss" and pieces:
            draft.post(postings_credit.stay_lifted(draft.head(), pieces, case.id))
        if self.step in {"discharge", "dismiss"}:
            draft.put(replace(draft.get(Account, case.account), stayed_by=""))


class DemandAssurance(Command, frozen=True, kw_only=True, tag="demand_assurance"):
    """Adequate assurance demanded, where the rule allows it: a deposit of the new account, due on the rule's day."""

    function = "bankruptcy_split"
    permission = "bankruptcy"

    case: Id
    fund: str
    cents: Payment
    due: Day
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        case, due = opened(draft, self.case), draft.day(self.due)
        decision = draft.by_policy(self.decision)
        asked = draft.step(case, "require_assurance", assurance_due=due, assurance=decision)
        draft.add(
            Deposit(
                id=draft.new_id(),
                account=asked.new_account or asked.account,
                fund=self.fund,
                required=self.cents,
                state="required",
                due=due,
                case=case.id,
                decision=decision,
            )
        )


class WithdrawAssurance(Command, frozen=True, kw_only=True, tag="withdraw_assurance"):
    """A demand for assurance taken back, on the ground that the rule allows: its deposit falls, the case goes on."""

    function = "bankruptcy_split"
    permission = "bankruptcy"

    case: Id
    due: Day
    """The law's day for assurance again, where the demand had set a later one."""
    reason: Text
    decision: Decision
    order: Hash | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        case = opened(draft, self.case)
        needs_text(self.reason, "reason")
        if self.order is not None:
            draft.attach([self.order], "order")
        draft.step(case, "withdraw_demand", assurance_due=draft.day(self.due), withdrawn=draft.by_policy(self.decision))
        for deposit in demanded(draft, case):
            draft.step(deposit, "waive")


def demanded(books: Draft | Reader, case: BankruptcyCase) -> list[Deposit]:
    """The deposits that are demanded in a case as assurance, or were given as it."""
    found = books.where(Deposit, account=case.new_account or case.account)
    return [each for each in found if each.case == case.id and each.state not in DEPOSIT.final]


class GiveAssurance(Command, frozen=True, kw_only=True, tag="give_assurance"):
    """Adequate assurance was given: the deposit of the new account that is tagged with the case, held or furnished."""

    function = "bankruptcy_split"
    permission = "bankruptcy"

    case: Id
    deposit: Id

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        case, deposit = opened(draft, self.case), draft.get(Deposit, self.deposit)
        if deposit.account != case.new_account:
            raise Refused("other_account", "Assurance is of the account after the petition.", "deposit")
        if deposit.state not in {"held", "instrument"}:
            raise Refused("not_given", "The deposit is not there yet.", "deposit")
        draft.put(replace(deposit, case=case.id))
        draft.step(case, "assure")


class ReceiveDividend(Command, frozen=True, kw_only=True, tag="receive_dividend"):
    """A trustee's dividend on the stayed debt, the oldest first."""

    function = "cash_payment"
    permission = "bankruptcy"

    case: Id
    cents: Payment

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        case = opened(draft, self.case)
        pieces = _stayed(draft, case, self.cents)
        if postings.total(pieces) < self.cents:
            raise Refused("too_much", f"{usd(postings.total(pieces))} is stayed.", "cents")
        draft.post(postings_credit.dividend_received(draft.head(), pieces, case.id))


def _stayed(draft: Draft, case: BankruptcyCase, cents: int) -> list[Piece]:
    """Up to `cents` of what the case stayed, the oldest first."""
    pieces = []
    for each in sorted(draft.where(Receivable, account=case.account), key=lambda each: (each.due, each.id)):
        part = min(each.stayed, cents)
        if part:
            pieces.append(owed.piece(each, part))
            cents -= part
    return pieces


class SetOffDeposit(Command, frozen=True, kw_only=True, tag="set_off_deposit"):
    """A deposit from before the petition set off against the stayed debt: where the rule allows it (chapter 11)."""

    function = "bankruptcy_split"
    permission = "bankruptcy"

    case: Id
    deposit: Id
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        case, deposit = opened(draft, self.case), draft.get(Deposit, self.deposit)
        draft.by_policy(self.decision)
        if deposit.account != case.account:
            raise Refused("other_account", "The deposit is of another account.", "deposit")
        pieces = _stayed(draft, case, deposit.held + deposit.interest)
        if postings.total(pieces) < deposit.held + deposit.interest:
            raise Refused("too_much", "The deposit is more than the stayed debt; the court decides.", "deposit")
        draft.step(deposit, "apply_by_case")
        applied = postings.deposit_applied(
            draft.head(), held(deposit, deposit.held), deposit.interest, pieces, refund="", case=case.id
        )
        draft.post(applied)
