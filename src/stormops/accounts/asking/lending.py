"""Asking for loans and rebates: terms, schedule and payoff are the programme's."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from stormops.accounts import catalogue
from stormops.accounts.asking.asked import Asked, Work, parts_of, plain, together
from stormops.accounts.asking.service import day_of
from stormops.accounts.charge_types import LOAN
from stormops.accounts.commands_budget import SetRebateBudget
from stormops.accounts.commands_loan import (
    AccrueLoanInterest,
    ApplyForLoan,
    ApplyForRebate,
    BillInstalment,
    PrepayLoan,
    StepLoan,
)
from stormops.accounts.dates import add_months
from stormops.accounts.decision import Decision
from stormops.accounts.record import Count, Day, Hash, Id, Payment, Text
from stormops.accounts.records_money import Loan, Rebate, RebateBudget, Receivable
from stormops.accounts.refusal import Refused
from stormops.accounts.rules import loan_life, loans, rebates

Names = Annotated[tuple[Id, ...], msgspec.Meta(max_length=20)]


def schedule_of(loan: Loan) -> tuple[Decision[Any], tuple[loans.Instalment, ...]]:
    """The decision by which a loan runs now (its note's, or its last deferral's), and the instalments to come."""
    latest = catalogue.from_plain(parts_of(loan.terms)[-1])
    rows: tuple[loans.Instalment, ...] = latest.value.rows
    return latest, tuple(row for row in rows if row.number > loan.billed)


def next_of(loan: Loan) -> tuple[Decision[Any], loans.Instalment]:
    """The next instalment. Raises Refused."""
    decision, rows = schedule_of(loan)
    if not rows:
        raise Refused("all_billed", "Every instalment of this loan is billed.", "loan")
    return decision, rows[0]


def payoff_of(work: Work, loan: Loan) -> Decision[loan_life.Payoff]:
    """What ends the loan today. Interest is settled up to the day of the instalment before the next. Raises Refused."""
    decision, rows = schedule_of(loan)
    since = min(add_months(rows[0].due, -1), work.day) if rows else work.day
    balance = loan_life.Balance(balance=loan.principal, since=since, accrued=loan.interest)
    return work.decide(loan_life.payoff, balance, decision.of, "loan")


def billed_of(work: Work, loan: Loan) -> list[Receivable]:
    """Instalments of an account that were billed and are not paid, the oldest due first."""
    return [each for each in work.owing(loan.account) if each.charge == loan.charge]


def late_of(work: Work, loan: Loan) -> list[Receivable]:
    """Those that are late. Raises Refused where none is."""
    late = [each for each in billed_of(work, loan) if each.due < work.day]
    if not late:
        raise Refused("nothing_late", "No instalment of this loan is late.", "about")
    return late


class AskLoan(Asked, frozen=True, kw_only=True):
    """An application under a programme, with what is on file; instalments begin a month from today."""

    makes = ApplyForLoan

    account: Id
    programme: Id
    cents: Payment
    months: Count
    contractor: Text
    quote: Hash
    measures: Names = ()
    on_file: Names = ()

    def command(self, work: Work) -> ApplyForLoan:
        """See `Asked.command`."""
        wanted = loans.Wanted(principal=self.cents, months=self.months, measures=self.measures, on_file=self.on_file)
        eligible = work.decide(loans.eligible, wanted, self.programme, "cents")
        note = loans.Note(principal=self.cents, months=self.months, first_due=add_months(work.day, 1))
        schedule = work.decide(loans.schedule, note, self.programme, "months")
        return ApplyForLoan(
            account=self.account,
            charge=LOAN,
            cents=self.cents,
            months=self.months,
            contractor=self.contractor,
            quote=self.quote,
            terms=plain(eligible, schedule),
        )


class AskLoanStep(Asked, frozen=True, kw_only=True):
    """sign (with the note), decline, withdraw, defer (by so many months), resume."""

    makes = StepLoan

    loan: Id
    step: str
    note: Hash | None = None
    months: Count = 0

    def command(self, work: Work) -> StepLoan:
        """See `Asked.command`."""
        if self.step != "defer":
            return StepLoan(loan=self.loan, step=self.step, note=self.note)
        loan = work.get(Loan, self.loan)
        decision, rows = schedule_of(loan)
        deferred = loan_life.Deferred(rows=rows, months=self.months)
        put_off = work.decide(loan_life.defer, deferred, decision.of, "months")
        terms = together(*parts_of(loan.terms), plain(put_off))
        return StepLoan(loan=loan.id, step=self.step, terms=terms)


class AskLoanInterest(Asked, frozen=True, kw_only=True):
    """The interest of the next instalment's month."""

    makes = AccrueLoanInterest

    loan: Id

    def command(self, work: Work) -> AccrueLoanInterest:
        """See `Asked.command`."""
        loan = work.get(Loan, self.loan)
        decision, row = next_of(loan)
        cents = row.interest - loan.interest
        if cents <= 0:
            raise Refused("no_interest", "The month's interest has accrued.", "loan")
        return AccrueLoanInterest(loan=loan.id, cents=cents, decision=plain(decision))


class AskInstalment(Asked, frozen=True, kw_only=True):
    """The next instalment put on the bill."""

    makes = BillInstalment

    loan: Id

    def command(self, work: Work) -> BillInstalment:
        """See `Asked.command`."""
        loan = work.get(Loan, self.loan)
        _, row = next_of(loan)
        return BillInstalment(
            loan=loan.id, principal=row.principal, interest=row.interest, due=max(row.due, work.day).isoformat()
        )


class AskPrepayment(Asked, frozen=True, kw_only=True):
    """Money ahead of the schedule: interest to the day first, then principal."""

    makes = PrepayLoan

    loan: Id
    number: Id
    cents: Payment
    tender: str
    drawer: Id | None = None

    def command(self, work: Work) -> PrepayLoan:
        """See `Asked.command`."""
        loan = work.get(Loan, self.loan)
        payoff = payoff_of(work, loan)
        return PrepayLoan(
            loan=loan.id,
            number=self.number,
            cents=self.cents,
            tender=self.tender,
            drawer=self.drawer,
            per_diem=payoff.value.interest,
            decision=plain(payoff),
        )


class AskRebateBudget(Asked, frozen=True, kw_only=True):
    """A budget for a measure that the policy rebates."""

    makes = SetRebateBudget

    measure: Id
    fund: Id
    cents: Payment
    since: Day
    until: Day
    document: Hash

    def command(self, work: Work) -> SetRebateBudget:
        """See `Asked.command`."""
        if work.pack.clause(rebates.Rebate, day_of(self.since, "since"), self.measure) is None:
            raise Refused("unknown_measure", f"The policy rebates no measure called {self.measure}.", "measure")
        return SetRebateBudget(
            measure=self.measure,
            fund=self.fund,
            cents=self.cents,
            since=self.since,
            until=self.until,
            document=self.document,
        )


class AskRebate(Asked, frozen=True, kw_only=True):
    """A rebate for a measure at a premise, by its invoice, within what the measure's budget has left today."""

    makes = ApplyForRebate

    account: Id
    premise: Id
    measure: Id
    invoice: Payment
    completed: Day
    evidence: tuple[Hash, ...]
    on_file: Names = ()

    def command(self, work: Work) -> ApplyForRebate:
        """See `Asked.command`."""
        budgets = work.reader.where(RebateBudget, measure=self.measure)
        budget = next((each for each in budgets if each.state == "open" and each.since <= work.day <= each.until), None)
        if budget is None:
            raise Refused("no_budget", "No budget is set for this measure today: a manager sets one first.", "measure")
        same = work.reader.where(Rebate, premise=self.premise, measure=self.measure)
        claim = rebates.Claim(
            invoice=self.invoice,
            completed=day_of(self.completed, "completed"),
            applied=work.day,
            on_file=self.on_file,
            paid_before=any(each.state == "granted" for each in same),
            budget_left=budget.left,
        )
        amount = work.decide(rebates.claim, claim, self.measure, "measure")
        return ApplyForRebate(
            account=self.account,
            premise=self.premise,
            measure=self.measure,
            budget=budget.id,
            cents=amount.value,
            completed=self.completed,
            evidence=self.evidence,
            decision=plain(amount),
        )
