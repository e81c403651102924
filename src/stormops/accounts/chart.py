"""The chart of accounts: what each number means, its normal side, and which accounts control a sub-ledger."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """Of an entry in the ledger."""

    DEBIT = "Dr"
    CREDIT = "Cr"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


class Kind(StrEnum):
    """Of an account, in the field's five (fund balance is the equity of a city)."""

    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    REVENUE = "revenue"
    EXPENSE = "expense"


class LedgerAccount(NamedTuple):
    """One row of the chart. `normal` is the side on which its balance stands."""

    code: str
    name: str
    kind: Kind
    normal: Side
    control: bool
    """Its balance is the sum of a sub-ledger, and every line on it names the sub-ledger's item."""


CASH = "1010"
DRAWER = "1020"
CARD_CLEARING = "1030"
RECEIVABLE = "1100"
PREPETITION = "1110"
AT_AGENCY = "1120"
LOANS = "1150"
LOAN_INTEREST = "1155"
ALLOWANCE = "1190"
PROVISIONAL = "1200"
DUE_FROM = "1300"
DEPOSITS = "2100"
DEPOSIT_INTEREST = "2110"
CREDITS = "2150"
REFUNDS = "2160"
UNCLAIMED = "2170"
TAXES = "2200"
FIRE = "2300"
DUE_TO = "2350"
UNEARNED_PASSES = "2400"
FUND_BALANCE = "3000"
LATE_FEES = "4500"
INTEREST_INCOME = "4600"
FARES = "4700"
BAD_DEBT = "5100"
REBATES = "5200"
STORM_CREDITS = "5300"
OVER_SHORT = "5400"
INTEREST_EXPENSE = "5500"
COMMISSION = "5600"


def _row(code: str, name: str, kind: Kind, *, control: bool = False, contra: bool = False) -> LedgerAccount:
    debit = kind in {Kind.ASSET, Kind.EXPENSE}
    return LedgerAccount(code, name, kind, Side.DEBIT if debit is not contra else Side.CREDIT, control)


CHART: dict[str, LedgerAccount] = {
    row.code: row
    for row in (
        _row(CASH, "Cash at bank", Kind.ASSET),
        _row(DRAWER, "Cash drawers", Kind.ASSET, control=True),
        _row(CARD_CLEARING, "Undeposited funds and card clearing", Kind.ASSET),
        _row(RECEIVABLE, "Accounts receivable, utility", Kind.ASSET, control=True),
        _row(PREPETITION, "Accounts receivable, pre-petition", Kind.ASSET, control=True),
        _row(AT_AGENCY, "Accounts receivable, at agency", Kind.ASSET, control=True),
        _row(LOANS, "Loans receivable", Kind.ASSET, control=True),
        _row(LOAN_INTEREST, "Loan interest receivable", Kind.ASSET, control=True),
        _row(ALLOWANCE, "Allowance for doubtful accounts", Kind.ASSET, contra=True),
        _row(PROVISIONAL, "Provisional receipts clearing", Kind.LIABILITY, control=True),
        _row(DUE_FROM, "Due from other funds", Kind.ASSET),
        _row(DEPOSITS, "Customer deposits", Kind.LIABILITY, control=True),
        _row(DEPOSIT_INTEREST, "Deposit interest payable", Kind.LIABILITY, control=True),
        _row(CREDITS, "Customer credits, unapplied", Kind.LIABILITY, control=True),
        _row(REFUNDS, "Refunds payable", Kind.LIABILITY, control=True),
        _row(UNCLAIMED, "Unclaimed property", Kind.LIABILITY),
        _row(TAXES, "Taxes payable", Kind.LIABILITY),
        _row(FIRE, "Due to county, fire", Kind.LIABILITY),
        _row(DUE_TO, "Due to other funds", Kind.LIABILITY),
        _row(UNEARNED_PASSES, "Unearned pass revenue", Kind.LIABILITY),
        _row(FUND_BALANCE, "Fund balance", Kind.EQUITY),
        _row("4010", "Electric revenue", Kind.REVENUE),
        _row("4020", "Water revenue", Kind.REVENUE),
        _row("4030", "Sewer revenue", Kind.REVENUE),
        _row("4040", "Gas revenue", Kind.REVENUE),
        _row("4050", "Solid waste revenue", Kind.REVENUE),
        _row("4060", "Stormwater revenue", Kind.REVENUE),
        _row("4090", "Miscellaneous revenue", Kind.REVENUE),
        _row(LATE_FEES, "Late and returned payment fees", Kind.REVENUE),
        _row(INTEREST_INCOME, "Loan interest income", Kind.REVENUE),
        _row(FARES, "Fare revenue", Kind.REVENUE),
        _row(BAD_DEBT, "Bad debt", Kind.EXPENSE),
        _row(REBATES, "Rebates", Kind.EXPENSE),
        _row(STORM_CREDITS, "Storm credits", Kind.EXPENSE),
        _row(OVER_SHORT, "Cash over and short", Kind.EXPENSE),
        _row(INTEREST_EXPENSE, "Deposit interest", Kind.EXPENSE),
        _row(COMMISSION, "Agency commission", Kind.EXPENSE),
    )
}

OWED = frozenset({RECEIVABLE, PREPETITION, AT_AGENCY})
"""Receivables from customers: what a bankruptcy's stay protects."""

BILLABLE = frozenset(c for c, row in CHART.items() if row.kind is Kind.REVENUE or c in {TAXES, FIRE})
"""Accounts that a charge type may credit."""
