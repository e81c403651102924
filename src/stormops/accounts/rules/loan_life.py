"""A loan that runs: payoff by the day, instalments deferred, principal paid off early (a rebate, an overpayment)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from stormops.accounts.dates import add_months
from stormops.accounts.decision import Working, rule, usd
from stormops.accounts.money import Cents, cents, dollars
from stormops.accounts.refusal import Refusal
from stormops.accounts.rules.loans import Instalment, Loan, amortise, level_payment, month_interest


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed after the last instalment, and its day. `accrued`: interest of deferred months, not yet paid."""

    balance: Cents
    since: date
    accrued: Cents = 0


class Payoff(msgspec.Struct, frozen=True, kw_only=True):
    """What ends the loan on the day, and what each further day adds (dollars, exact)."""

    amount: Cents
    interest: Cents
    per_diem: Decimal


@rule("loans.payoff")
def payoff(terms: Loan, given: Balance, working: Working) -> Payoff | Refusal:
    """The payoff on the day of the decision: actual days of 365."""
    days = (working.on - given.since).days
    if days < 0:
        return Refusal("bad_dates", "A payoff is on or after the day of the last instalment.")
    yearly = dollars(given.balance) * terms.percent / 100
    per_diem = working("per diem", f"{usd(given.balance)} × {terms.percent} % / 365", yearly / 365)
    interest = working.cents("interest", f"{days} days since {given.since}", cents(yearly * days / 365))
    formula = f"{usd(given.balance)} + {usd(interest)} + {usd(given.accrued)} of deferred months"
    amount = working.cents("payoff", formula, given.balance + interest + given.accrued)
    return Payoff(amount=amount, interest=interest, per_diem=per_diem)


class Deferred(msgspec.Struct, frozen=True, kw_only=True):
    """Instalments still to come and how many months they are put off. `signed`: the customer agrees to capitalise."""

    rows: tuple[Instalment, ...]
    months: int
    signed: bool = False


class Deferral(msgspec.Struct, frozen=True, kw_only=True):
    """The instalments to come, and interest of the months between that is owed beside them."""

    rows: tuple[Instalment, ...]
    accrued: Cents


@rule("loans.defer")
def defer(terms: Loan, given: Deferred, working: Working) -> Deferral | Refusal:
    """Put instalments off. Interest is never added to the principal without a signature."""
    if not given.rows or not 1 <= given.months <= terms.months_most:
        return Refusal("nothing_to_defer", f"Instalments to come are put off by one to {terms.months_most} months.")
    shifted = tuple(msgspec.structs.replace(row, due=add_months(row.due, given.months)) for row in given.rows)
    working("term", f"every instalment {given.months} months later", shifted[-1].due)
    if terms.deferral == "shift":
        working.cents("extra interest", "none, by policy", 0)
        return Deferral(rows=shifted, accrued=0)
    first = given.rows[0]
    balance = first.principal + first.balance
    formula = f"{given.months} × {usd(balance)} × {terms.percent} %/12"
    accrued = working.cents("interest meanwhile", formula, given.months * month_interest(balance, terms.percent))
    if not given.signed:
        working("capitalised", "only with a signature", False)
        return Deferral(rows=shifted, accrued=accrued)
    raised = working.cents("new principal", f"{usd(balance)} + {usd(accrued)}, signed for", balance + accrued)
    count = len(given.rows)
    payment = working.cents("new payment", f"over {count} instalments", level_payment(raised, terms.percent, count))
    return Deferral(
        rows=amortise(raised, terms.percent, payment, count, shifted[0].due, number=first.number), accrued=0
    )


class Extra(msgspec.Struct, frozen=True, kw_only=True):
    """Principal paid between instalments: the rows to come and the level payment, which stays."""

    rows: tuple[Instalment, ...]
    payment: Cents
    amount: Cents


class Reduced(msgspec.Struct, frozen=True, kw_only=True):
    """What the principal fell by, what was too much, and the instalments to come (fewer, or the last smaller)."""

    applied: Cents
    excess: Cents
    rows: tuple[Instalment, ...]


@rule("loans.extra_principal")
def extra_principal(terms: Loan, given: Extra, working: Working) -> Reduced | Refusal:
    """Apply an unscheduled payment to the principal."""
    if not given.rows or given.amount < 1:
        return Refusal("nothing_owed", "There is principal owed, and something to pay it with.")
    first = given.rows[0]
    balance = first.principal + first.balance
    applied = working.cents("principal paid", f"at most {usd(balance)}", min(given.amount, balance))
    left = working.cents("new balance", f"{usd(balance)} - {usd(applied)}", balance - applied)
    rows = amortise(left, terms.percent, given.payment, len(given.rows), first.due, number=first.number) if left else ()
    working("instalments to come", f"of {usd(given.payment)}, the last smaller", len(rows))
    return Reduced(applied=applied, excess=given.amount - applied, rows=rows)
