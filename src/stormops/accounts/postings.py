"""The posting table of billing, payments, deposits, refunds and adjustments: each event as one journal.

Amounts are cents, 0 or more; lines of 0 are left out, and the funds' debts to each other are added (`ledger.journal`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from stormops.accounts import chart
from stormops.accounts.chart import Side
from stormops.accounts.ledger import POOL, Head, Journal, Line, journal
from stormops.accounts.money import Cents


class Piece(NamedTuple):
    """Part of a receivable, in its own fund."""

    item: str
    party: str
    charge: str
    fund: str
    cents: Cents


class Against(NamedTuple):
    """A piece, and the account of the chart that is its other side (revenue, tax, fire)."""

    piece: Piece
    account: str


class Till(NamedTuple):
    """Where money is: a drawer (its id), the bank or card clearing (no id)."""

    account: str
    item: str = ""


BANK = Till(chart.CASH)
CARDS = Till(chart.CARD_CLEARING)


class Held(NamedTuple):
    """Something of a sub-ledger with one amount: a deposit, a loan, a refund, a credit."""

    item: str
    party: str
    fund: str
    cents: Cents


def drawer(item: str) -> Till:
    """The cash drawer of a desk."""
    return Till(chart.DRAWER, item)


def debit(account: str, of: Piece | Held, case: str = "") -> Line:
    """A debit on `account`."""
    return _line(account, Side.DEBIT, of, case)


def credit(account: str, of: Piece | Held, case: str = "") -> Line:
    """A credit on `account`."""
    return _line(account, Side.CREDIT, of, case)


def _line(account: str, side: Side, of: Piece | Held, case: str) -> Line:
    charge = of.charge if isinstance(of, Piece) else ""
    return Line(account, side, of.cents, of.fund, of.party, charge, of.item, case)


def other(account: str, side: Side, of: Piece | Held, cents: Cents | None = None) -> Line:
    """The other side, on an account without sub-ledger, in the same fund."""
    charge = of.charge if isinstance(of, Piece) else ""
    return Line(account, side, of.cents if cents is None else cents, of.fund, of.party, charge)


def till(where: Till, side: Side, cents: Cents) -> Line:
    """Money in (debit) or out (credit); cash is the pool's."""
    return Line(where.account, side, cents, POOL, item=where.item)


def _credited(party: str, cents: Cents, side: Side = Side.CREDIT) -> Line:
    return Line(chart.CREDITS, side, cents, POOL, party, item=party)


def total(of: Sequence[Piece | Held]) -> Cents:
    """The sum of their amounts."""
    return sum(each.cents for each in of)


# --- bills and payments ----------------------------------------------------------------------------------


def billed(head: Head, charges: Sequence[Against], event: str = "billed") -> Journal:
    """A bill, a back-bill or a fee: each charge receivable against its revenue, tax or the county's fire fee."""
    lines = []
    for (item, party, charge, fund, cents), account in charges:
        lines.append(Line(chart.RECEIVABLE, Side.DEBIT, cents, fund, party, charge, item))
        lines.append(Line(account, Side.CREDIT, cents, fund, party, charge))
    return journal(head, event, lines)


def paid(head: Head, where: Till, party: str, pieces: Sequence[Piece], excess: Cents) -> Journal:
    """A payment in the order of allocation; what is above all that is owed is the customer's credit."""
    lines = [till(where, Side.DEBIT, total(pieces) + excess)]
    lines += [credit(chart.RECEIVABLE, piece) for piece in pieces]
    return journal(head, "paid", [*lines, _credited(party, excess)])


def credit_applied(head: Head, party: str, pieces: Sequence[Piece]) -> Journal:
    """A customer's credit used for what is owed."""
    lines = [_credited(party, total(pieces), Side.DEBIT), *(credit(chart.RECEIVABLE, piece) for piece in pieces)]
    return journal(head, "credit_applied", lines)


def float_issued(head: Head, where: Till, cents: Cents) -> Journal:
    """Change money from the bank into a drawer that opens."""
    return journal(head, "float_issued", [till(where, Side.DEBIT, cents), till(BANK, Side.CREDIT, cents)])


def banked(head: Head, where: Till, cents: Cents) -> Journal:
    """A drawer's or the card processor's money arrives at the bank."""
    return journal(head, "banked", [till(BANK, Side.DEBIT, cents), till(where, Side.CREDIT, cents)])


def stood_in(head: Head, where: Till, receipt: Held) -> Journal:
    """A payment taken in a storm on a provisional receipt, posted to the account later."""
    return journal(head, "stood_in", [till(where, Side.DEBIT, receipt.cents), credit(chart.PROVISIONAL, receipt)])


def stand_in_posted(head: Head, receipt: Held, pieces: Sequence[Piece]) -> Journal:
    """A provisional receipt posted, at the receipt's date, so that no late fee follows from the storm."""
    lines = [debit(chart.PROVISIONAL, receipt), *(credit(chart.RECEIVABLE, piece) for piece in pieces)]
    return journal(head, "stand_in_posted", [*lines, _credited(receipt.party, receipt.cents - total(pieces))])


def returned(  # noqa: PLR0917 - the parts of a payment
    head: Head, party: str, pieces: Sequence[Piece], excess: Cents, fee: Piece | None, back: Sequence[Line] = ()
) -> Journal:
    """A payment that the bank returned: owed again, or taken from its deposit or loan (`back`), with the fee."""
    lines = [*back, *(debit(chart.RECEIVABLE, piece) for piece in pieces)]
    cents = total(pieces) + excess + sum(line.signed for line in back)
    lines += [_credited(party, excess, Side.DEBIT), till(BANK, Side.CREDIT, cents)]
    if fee is not None:
        lines += [debit(chart.RECEIVABLE, fee), other(chart.LATE_FEES, Side.CREDIT, fee)]
    return journal(head, "returned", lines)


def over_short(head: Head, where: Till, over: Cents) -> Journal:
    """A drawer counted: `over` above 0 is more than expected, below 0 is short."""
    side = Side.DEBIT if over > 0 else Side.CREDIT
    lines = [till(where, side, abs(over)), Line(chart.OVER_SHORT, side.other, abs(over), POOL)]
    return journal(head, "drawer_over" if over > 0 else "drawer_short", lines)


# --- deposits --------------------------------------------------------------------------------------------


def deposit_paid(head: Head, where: Till, deposit: Held) -> Journal:
    """A deposit in cash; it is the customer's money."""
    return journal(head, "deposit_paid", [till(where, Side.DEBIT, deposit.cents), credit(chart.DEPOSITS, deposit)])


def deposit_returned(deposit: Held, interest: Cents) -> list[Line]:
    """What a returned payment takes from a deposit, and the interest that is owed no more with it."""
    of = deposit._replace(cents=interest)
    expense = other(chart.INTEREST_EXPENSE, Side.CREDIT, of)
    return [debit(chart.DEPOSITS, deposit), debit(chart.DEPOSIT_INTEREST, of), expense]


def deposit_interest_accrued(head: Head, interest: Held) -> Journal:
    """Interest that the city owes on a deposit."""
    lines = [other(chart.INTEREST_EXPENSE, Side.DEBIT, interest), credit(chart.DEPOSIT_INTEREST, interest)]
    return journal(head, "deposit_interest_accrued", lines)


def deposit_interest_credited(head: Head, interest: Held, pieces: Sequence[Piece]) -> Journal:
    """Accrued interest credited to the bill, what is above it to the customer's credit."""
    lines = [debit(chart.DEPOSIT_INTEREST, interest), *(credit(chart.RECEIVABLE, piece) for piece in pieces)]
    rest = _credited(interest.party, interest.cents - total(pieces))
    return journal(head, "deposit_interest_credited", [*lines, rest])


def deposit_applied(
    head: Head, deposit: Held, interest: Cents, pieces: Sequence[Piece], *, refund: str, case: str = ""
) -> Journal:
    """A deposit and its interest applied to what is owed; the rest is payable as the refund named `refund`.

    With `case`, what it is applied to is what that bankruptcy case stayed.
    """
    rest = deposit.cents + interest - total(pieces)
    lines = [debit(chart.DEPOSITS, deposit), debit(chart.DEPOSIT_INTEREST, deposit._replace(cents=interest))]
    lines += [credit(chart.PREPETITION if case else chart.RECEIVABLE, piece, case) for piece in pieces]
    payable = credit(chart.REFUNDS, deposit._replace(item=refund, cents=rest))
    return journal(head, "deposit_applied", [*lines, payable])


def deposit_moved(head: Head, old: Held, new: Held, interest: Cents) -> Journal:
    """A deposit and its interest of one customer from one account to another."""
    lines = [debit(chart.DEPOSITS, old), credit(chart.DEPOSITS, new)]
    lines += [
        debit(chart.DEPOSIT_INTEREST, old._replace(cents=interest)),
        credit(chart.DEPOSIT_INTEREST, new._replace(cents=interest)),
    ]
    return journal(head, "deposit_moved", lines)


# --- refunds ---------------------------------------------------------------------------------------------


def credit_refunded(head: Head, refund: Held) -> Journal:
    """A credit balance whose refund is approved."""
    return journal(
        head, "credit_refunded", [_credited(refund.party, refund.cents, Side.DEBIT), credit(chart.REFUNDS, refund)]
    )


def refund_paid(head: Head, refund: Held) -> Journal:
    """A refund paid by the bank, or back to the card through it."""
    return journal(head, "refund_paid", [debit(chart.REFUNDS, refund), till(BANK, Side.CREDIT, refund.cents)])


def refund_unclaimed(head: Head, refund: Held) -> Journal:
    """A cheque that nobody cashed becomes unclaimed property."""
    return journal(
        head, "refund_unclaimed", [debit(chart.REFUNDS, refund), other(chart.UNCLAIMED, Side.CREDIT, refund)]
    )


# --- adjustments and transfers ---------------------------------------------------------------------------


def waived(head: Head, waivers: Sequence[Against], event: str = "waived") -> Journal:
    """A fee waived, a leak or a courtesy: revenue taken back (contra) against what is owed."""
    lines = [
        line
        for piece, account in waivers
        for line in (other(account, Side.DEBIT, piece), credit(chart.RECEIVABLE, piece))
    ]
    return journal(head, event, lines)


def overcharged(head: Head, contra: Sequence[Against], pieces: Sequence[Piece], refund: Held) -> Journal:
    """An overcharge given back: revenue and tax down, what is owed down, the rest payable (the customer's choice)."""
    lines = [other(account, Side.DEBIT, piece) for piece, account in contra]
    lines += [credit(chart.RECEIVABLE, piece) for piece in pieces]
    return journal(head, "overcharged", [*lines, credit(chart.REFUNDS, refund)])


def leak_adjusted(head: Head, contra: Sequence[Against], pieces: Sequence[Piece], excess: Held) -> Journal:
    """A leak's part of a bill taken back: revenue down, what is owed down, the rest the customer's credit."""
    lines = [other(account, Side.DEBIT, piece) for piece, account in contra]
    lines += [credit(chart.RECEIVABLE, piece) for piece in pieces]
    return journal(head, "leak", [*lines, _credited(excess.party, excess.cents)])


def storm_credit(head: Head, pieces: Sequence[Piece], excess: Sequence[Held]) -> Journal:
    """Everybody's credit after a storm as one event: against what is owed, the rest to each customer's credit."""
    lines = [other(chart.STORM_CREDITS, Side.DEBIT, piece) for piece in pieces]
    lines += [other(chart.STORM_CREDITS, Side.DEBIT, each) for each in excess]
    lines += [credit(chart.RECEIVABLE, piece) for piece in pieces]
    return journal(head, "storm_credit", [*lines, *(_credited(each.party, each.cents) for each in excess)])


def transferred(head: Head, old: Sequence[Piece], new: Sequence[Piece]) -> Journal:
    """What one account owes moved to another of the same liable person; charge types and funds stay."""
    lines = [debit(chart.RECEIVABLE, piece) for piece in new] + [credit(chart.RECEIVABLE, piece) for piece in old]
    return journal(head, "transferred", lines)


# --- transit ---------------------------------------------------------------------------------------------


def pass_sold(head: Head, where: Till, fund: str, cents: Cents) -> Journal:
    """A pass sold is revenue only as its days go by; lengthening one re-spreads, and posts nothing."""
    lines = [till(where, Side.DEBIT, cents), Line(chart.UNEARNED_PASSES, Side.CREDIT, cents, fund)]
    return journal(head, "pass_sold", lines)


def pass_earned(head: Head, fund: str, cents: Cents) -> Journal:
    """Days of passes that went by."""
    lines = [Line(chart.UNEARNED_PASSES, Side.DEBIT, cents, fund), Line(chart.FARES, Side.CREDIT, cents, fund)]
    return journal(head, "pass_earned", lines)


def fare_paid(head: Head, where: Till, fund: str, cents: Cents) -> Journal:
    """A single fare, as of a paratransit ride."""
    return journal(head, "fare_paid", [till(where, Side.DEBIT, cents), Line(chart.FARES, Side.CREDIT, cents, fund)])
