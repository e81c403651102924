"""The posting table of loans, rebates, bankruptcy, agencies and bad debt: each event as one journal."""

from __future__ import annotations

from collections.abc import Sequence

from stormops.accounts import chart
from stormops.accounts.chart import Side
from stormops.accounts.ledger import POOL, Head, Journal, Line, journal
from stormops.accounts.money import Cents
from stormops.accounts.postings import BANK, Held, Piece, Till, credit, debit, other, till, total

# --- loans and rebates -----------------------------------------------------------------------------------


def loan_disbursed(head: Head, loan: Held) -> Journal:
    """A loan paid out to the contractor."""
    return journal(head, "loan_disbursed", [debit(chart.LOANS, loan), till(BANK, Side.CREDIT, loan.cents)])


def loan_interest_accrued(head: Head, interest: Held) -> Journal:
    """A period's interest on a loan."""
    lines = [debit(chart.LOAN_INTEREST, interest), other(chart.INTEREST_INCOME, Side.CREDIT, interest)]
    return journal(head, "loan_interest_accrued", lines)


def instalment_billed(head: Head, piece: Piece, loan: str, principal: Cents, interest: Cents) -> Journal:
    """An instalment put on the bill: interest first, then principal; together the piece."""
    lines = [debit(chart.RECEIVABLE, piece), *_loan_parts(Held(loan, piece.party, piece.fund, 0), principal, interest)]
    return journal(head, "instalment_billed", lines)


def loan_paid_off(head: Head, where: Till, loan: Held, principal: Cents, interest: Cents) -> Journal:
    """A loan paid in whole or in part ahead of its schedule."""
    lines = [till(where, Side.DEBIT, principal + interest), *_loan_parts(loan, principal, interest)]
    return journal(head, "loan_paid_off", lines)


def loan_returned(loan: Held, principal: Cents, interest: Cents) -> list[Line]:
    """What a returned payment had paid of a loan, owed again."""
    return [
        debit(chart.LOAN_INTEREST, loan._replace(cents=interest)),
        debit(chart.LOANS, loan._replace(cents=principal)),
    ]


def loan_written_off(head: Head, loan: Held, interest: Cents) -> Journal:
    """A loan that will not be paid, against the allowance."""
    lines = [other(chart.ALLOWANCE, Side.DEBIT, loan, loan.cents + interest), *_loan_parts(loan, loan.cents, interest)]
    return journal(head, "loan_written_off", lines)


def _loan_parts(loan: Held, principal: Cents, interest: Cents) -> list[Line]:
    return [
        credit(chart.LOAN_INTEREST, loan._replace(cents=interest)),
        credit(chart.LOANS, loan._replace(cents=principal)),
    ]


def rebate_credited(head: Head, rebate: Held) -> Journal:
    """A rebate as a credit on the customer's account."""
    lines = [
        other(chart.REBATES, Side.DEBIT, rebate),
        Line(chart.CREDITS, Side.CREDIT, rebate.cents, POOL, rebate.party, item=rebate.party),
    ]
    return journal(head, "rebate_credited", lines)


def rebate_payable(head: Head, rebate: Held, refund: str) -> Journal:
    """A rebate as a cheque, payable as the refund named `refund`."""
    lines = [other(chart.REBATES, Side.DEBIT, rebate), credit(chart.REFUNDS, rebate._replace(item=refund))]
    return journal(head, "rebate_payable", lines)


def rebate_on_loan(head: Head, rebate: Held, loan: Held) -> Journal:
    """A rebate as unscheduled principal of the loan that financed the measure."""
    return journal(head, "rebate_on_loan", [other(chart.REBATES, Side.DEBIT, rebate), credit(chart.LOANS, loan)])


# --- bankruptcy ------------------------------------------------------------------------------------------


def petition_split(head: Head, pieces: Sequence[Piece], case: str) -> Journal:
    """What was owed for service before the petition, apart and stayed."""
    lines = [debit(chart.PREPETITION, piece, case) for piece in pieces]
    return journal(head, "petition_split", lines + [credit(chart.RECEIVABLE, piece, case) for piece in pieces])


def moved_after_petition(head: Head, old: Sequence[Piece], new: Sequence[Piece], case: str) -> Journal:
    """What is owed for service since the petition, to the account that goes on."""
    lines = [debit(chart.RECEIVABLE, piece) for piece in new]
    return journal(head, "moved_after_petition", lines + [credit(chart.RECEIVABLE, piece, case) for piece in old])


def dividend_received(head: Head, pieces: Sequence[Piece], case: str) -> Journal:
    """A trustee's dividend on what is stayed."""
    lines = [till(BANK, Side.DEBIT, total(pieces)), *(credit(chart.PREPETITION, piece, case) for piece in pieces)]
    return journal(head, "dividend_received", lines)


def discharged(head: Head, pieces: Sequence[Piece], case: str) -> Journal:
    """The rest of what was stayed, discharged by the court, against the allowance."""
    lines = [
        line
        for piece in pieces
        for line in (other(chart.ALLOWANCE, Side.DEBIT, piece), credit(chart.PREPETITION, piece, case))
    ]
    return journal(head, "discharged", lines)


def stay_lifted(head: Head, pieces: Sequence[Piece], case: str) -> Journal:
    """A dismissed case: what was stayed is owed as before."""
    lines = [debit(chart.RECEIVABLE, piece, case) for piece in pieces]
    return journal(head, "stay_lifted", lines + [credit(chart.PREPETITION, piece, case) for piece in pieces])


# --- agencies and bad debt -------------------------------------------------------------------------------


def placed(head: Head, pieces: Sequence[Piece]) -> Journal:
    """Debt placed with an agency."""
    lines = [debit(chart.AT_AGENCY, piece) for piece in pieces] + [credit(chart.RECEIVABLE, piece) for piece in pieces]
    return journal(head, "placed", lines)


def recalled(head: Head, pieces: Sequence[Piece]) -> Journal:
    """Debt taken back from an agency."""
    lines = [debit(chart.RECEIVABLE, piece) for piece in pieces] + [credit(chart.AT_AGENCY, piece) for piece in pieces]
    return journal(head, "recalled", lines)


def recovered(head: Head, pieces: Sequence[Piece], commission: Cents) -> Journal:
    """What an agency collected, and what it keeps of it."""
    lines = [till(BANK, Side.DEBIT, total(pieces)), *(credit(chart.AT_AGENCY, piece) for piece in pieces)]
    return journal(head, "recovered", [*lines, *_commission(commission)])


def commission_paid(head: Head, commission: Cents) -> Journal:
    """An agency's commission on what came after the write-off."""
    return journal(head, "commission_paid", _commission(commission))


def _commission(cents: Cents) -> list[Line]:
    return [Line(chart.COMMISSION, Side.DEBIT, cents, POOL), till(BANK, Side.CREDIT, cents)]


def allowed(head: Head, fund: str, cents: Cents) -> Journal:
    """An allowance for debt that is doubtful."""
    lines = [Line(chart.BAD_DEBT, Side.DEBIT, cents, fund), Line(chart.ALLOWANCE, Side.CREDIT, cents, fund)]
    return journal(head, "allowed", lines)


def written_off(head: Head, pieces: Sequence[Piece]) -> Journal:
    """Debt at the agency written off by resolution, against the allowance; it is not forgiven."""
    lines = [
        line for piece in pieces for line in (other(chart.ALLOWANCE, Side.DEBIT, piece), credit(chart.AT_AGENCY, piece))
    ]
    return journal(head, "written_off", lines)


def recovered_late(head: Head, pieces: Sequence[Piece]) -> Journal:
    """Paid after it was written off."""
    lines = [other(chart.BAD_DEBT, Side.CREDIT, piece) for piece in pieces]
    return journal(head, "recovered_late", [till(BANK, Side.DEBIT, total(pieces)), *lines])
