"""Commands of loans and rebates. Terms and amounts arrive from the rules, with their decision."""

from __future__ import annotations

from stormops.accounts import owed, postings_credit
from stormops.accounts.command import Command
from stormops.accounts.commands_budget import encumber, free
from stormops.accounts.decision import usd
from stormops.accounts.draft import Draft
from stormops.accounts.postings import Held
from stormops.accounts.receipts import cheques_refused, receipt
from stormops.accounts.record import Amount, Count, Day, Decision, Hash, Id, Payment, Text
from stormops.accounts.records_money import ChargeType, Loan, Rebate
from stormops.accounts.records_place import Premise
from stormops.accounts.refusal import Refused
from stormops.accounts.states_money import LOAN, REBATE
from stormops.accounts.tills import into


def of(loan: Loan, cents: int = 0) -> Held:
    """A loan, for a posting."""
    return Held(loan.id, loan.account, loan.fund, cents)


def opened(draft: Draft, key: str) -> Loan:
    """A loan of an account on which the actor may work. Raises Refused."""
    loan = draft.get(Loan, key)
    draft.account(loan.account)
    return loan


class ApplyForLoan(Command, frozen=True, kw_only=True, tag="apply_for_loan"):
    """An application with the quote; whether the amount and months are allowed, the rule decided."""

    function = "loan_application"
    permission = "loan"

    account: Id
    charge: Id
    """The charge type of its instalments."""
    cents: Payment
    months: Count
    contractor: Text
    quote: Hash
    terms: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account = draft.account(self.account)
        draft.attach([self.quote])
        if self.months < 1:
            raise Refused("no_term", "A loan has at least one instalment.", "months")
        draft.add(
            Loan(
                id=draft.new_id(),
                account=account.id,
                fund=draft.get(ChargeType, self.charge).fund,
                charge=self.charge,
                amount=self.cents,
                months=self.months,
                state=LOAN.start,
                made_by=draft.envelope.actor,
                contractor=self.contractor,
                terms=draft.by_policy(self.terms),
            )
        )


class StepLoan(Command, frozen=True, kw_only=True, tag="step_loan"):
    """A loan taken on: sign (the note, before work starts), decline, withdraw, defer (with terms), resume."""

    function = "loan_application"
    permission = "loan"

    loan: Id
    step: str
    note: Hash | None = None
    terms: Decision | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        loan = opened(draft, self.loan)
        if self.step not in {"sign", "decline", "withdraw", "defer", "resume"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        fields: dict[str, object] = {}
        if self.step == "sign":
            draft.attach([] if self.note is None else [self.note], "note")
            fields["note"] = self.note
        if self.step == "defer":
            fields["terms"] = draft.by_policy(self.terms or {})
        draft.step(loan, self.step, **fields)


class AccrueLoanInterest(Command, frozen=True, kw_only=True, tag="accrue_loan_interest"):
    """A period's interest, as the rule computed it."""

    function = "loan_balance"
    permission = "billing"

    loan: Id
    cents: Payment
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        loan = draft.step(opened(draft, self.loan), "accrue")
        draft.by_policy(self.decision)
        draft.post(postings_credit.loan_interest_accrued(draft.head(), of(loan, self.cents)))


class BillInstalment(Command, frozen=True, kw_only=True, tag="bill_instalment"):
    """An instalment put on the bill: accrued interest and principal, as the schedule has them."""

    function = "loan_balance"
    permission = "billing"

    loan: Id
    principal: Amount
    interest: Amount
    due: Day

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        loan = opened(draft, self.loan)
        cents = self.principal + self.interest
        if not cents:
            raise Refused("no_amount", "An instalment has an amount.", "principal")
        draft.step(loan, "bill", billed=loan.billed + 1)
        new = owed.charge(draft, loan.account, loan.charge, cents, due=draft.day(self.due))
        piece = owed.piece(new, cents)
        draft.post(postings_credit.instalment_billed(draft.head(), piece, loan.id, self.principal, self.interest))
        _paid_off_if_nothing_is_left(draft, loan.id)


class PrepayLoan(Command, frozen=True, kw_only=True, tag="prepay_loan"):
    """Money for a loan ahead of its schedule: interest (`per_diem` is accrued first) and then principal; never more."""

    function = "cash_payment"
    permission = "cashier"

    loan: Id
    number: Id
    """The printed receipt's."""
    cents: Payment
    tender: str
    drawer: Id | None = None
    per_diem: Amount = 0
    decision: Decision | None = None

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow("card_payment" if self.tender == "card" else self.function, self.permission)
        loan = draft.step(opened(draft, self.loan), "prepay")
        if self.tender == "cheque":
            cheques_refused(draft, loan.account)
        if self.per_diem:
            draft.by_policy(self.decision or {})
            draft.post(postings_credit.loan_interest_accrued(draft.head(), of(loan, self.per_diem)))
            loan = draft.get(Loan, loan.id)
        if self.cents > loan.principal + loan.interest:
            raise Refused("too_much", f"{usd(loan.principal + loan.interest)} pays the loan off.", "cents")
        interest = min(loan.interest, self.cents)
        till = into(draft, self.tender, self.drawer)
        fields = {"till": till.account, "drawer": till.item or None, "towards": f"loan:{loan.id}"}
        taken = receipt(draft, loan.account, self.number, self.tender, self.cents, **fields)
        paid = postings_credit.loan_paid_off(draft.head(), till, of(loan), self.cents - interest, interest)
        draft.step(taken, "post", journal=draft.post(paid).id)
        _paid_off_if_nothing_is_left(draft, loan.id)


def _paid_off_if_nothing_is_left(draft: Draft, key: str) -> None:
    loan = draft.get(Loan, key)
    if not loan.principal and not loan.interest:
        draft.step(loan, "pay_off")


class ApplyForRebate(Command, frozen=True, kw_only=True, tag="apply_for_rebate"):
    """A rebate for a measure, kept of its budget from now on; each measure at a premise once."""

    function = "rebate"
    permission = "rebate"

    account: Id
    premise: Id
    measure: Id
    budget: Id
    cents: Payment
    completed: Day
    evidence: tuple[Hash, ...]
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        account, premise = draft.account(self.account), draft.get(Premise, self.premise)
        same = draft.where(Rebate, premise=premise.id, measure=self.measure)
        if any(each.state not in {"declined", "withdrawn"} for each in same):
            raise Refused("rebate_taken", "There is a rebate for this measure at this premise.", "measure")
        budget = encumber(draft, self.budget, self.measure, self.cents)
        draft.add(
            Rebate(
                id=draft.new_id(),
                account=account.id,
                premise=premise.id,
                measure=self.measure,
                fund=budget.fund,
                cents=self.cents,
                state=REBATE.start,
                completed=draft.day(self.completed),
                budget=budget.id,
                evidence=draft.attach(self.evidence),
                decision=draft.by_policy(self.decision),
            )
        )


class StepRebate(Command, frozen=True, kw_only=True, tag="step_rebate"):
    """A rebate inspected (with evidence), declined or withdrawn; it is granted by a request."""

    function = "rebate"
    permission = "rebate"

    rebate: Id
    step: str
    evidence: tuple[Hash, ...] = ()

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        rebate = draft.get(Rebate, self.rebate)
        draft.account(rebate.account)
        if self.step not in {"inspect", "decline", "withdraw"}:
            raise Refused("illegal_step", "This step has a command of its own.", "step")
        more = draft.attach(self.evidence) if self.step == "inspect" else ()
        draft.step(rebate, self.step, evidence=(*rebate.evidence, *more))
        if self.step != "inspect":
            free(draft, rebate)
