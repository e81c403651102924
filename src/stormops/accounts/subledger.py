"""Which amount of which record each control account sums: a line on the account changes it, and nothing else does."""

from __future__ import annotations

from typing import NamedTuple

from stormops.accounts import chart
from stormops.accounts.chart import CHART
from stormops.accounts.ledger import Line
from stormops.accounts.record import Record
from stormops.accounts.records_money import Deposit, Drawer, Loan, Receipt, Receivable, RefundCase
from stormops.accounts.records_place import Account


class Keeps(NamedTuple):
    """A kind of record, and its field that the control account sums."""

    kind: type[Record]
    field: str


SUBLEDGERS: dict[str, Keeps] = {
    chart.DRAWER: Keeps(Drawer, "balance"),
    chart.RECEIVABLE: Keeps(Receivable, "owed"),
    chart.PREPETITION: Keeps(Receivable, "stayed"),
    chart.AT_AGENCY: Keeps(Receivable, "at_agency"),
    chart.LOANS: Keeps(Loan, "principal"),
    chart.LOAN_INTEREST: Keeps(Loan, "interest"),
    chart.PROVISIONAL: Keeps(Receipt, "provisional"),
    chart.DEPOSITS: Keeps(Deposit, "held"),
    chart.DEPOSIT_INTEREST: Keeps(Deposit, "interest"),
    chart.CREDITS: Keeps(Account, "credit"),
    chart.REFUNDS: Keeps(RefundCase, "payable"),
}
"""By control account."""


def change(line: Line) -> int:
    """By how many cents the line changes its item: above 0 on the account's normal side."""
    return line.cents if line.side is CHART[line.account].normal else -line.cents
