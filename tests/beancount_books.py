"""Journals as beancount text, and what beancount's own checker says of them.

Each fund of a journal is a transaction of its own, so that beancount holds the balance of each fund; balances are
asserted as beancount directives, so that it adds up by itself what we claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from beancount import loader

from stormops.accounts.chart import CHART, Kind
from stormops.accounts.ledger import Journal, JournalState, Line

ROOTS = {
    Kind.ASSET: "Assets",
    Kind.LIABILITY: "Liabilities",
    Kind.EQUITY: "Equity",
    Kind.REVENUE: "Income",
    Kind.EXPENSE: "Expenses",
}


def _word(text: str) -> str:
    return "X" + re.sub(r"[^A-Za-z0-9]", lambda found: f"-{ord(found[0])}-", text)


def _account(code: str, fund: str, item: str = "") -> str:
    return ":".join([ROOTS[CHART[code].kind], _word(fund), _word(code), *([_word(item)] if item else [])])


def _of(line: Line) -> str:
    return _account(line.account, line.fund, line.item if CHART[line.account].control else "")


def _amount(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d} USD"


def export(journals: Iterable[Journal], trial: Mapping[tuple[str, str], int]) -> str:
    """The text: accounts opened, a transaction a journal and fund, `trial` ((account, fund) → cents) as assertions."""
    posted = [entry for entry in journals if entry.state is JournalState.POSTED]
    accounts = {_of(line) for entry in posted for line in entry.lines}
    accounts |= {_account(line.account, line.fund) for entry in posted for line in entry.lines}
    accounts |= {_account(code, fund) for code, fund in trial}
    rows = [f"1970-01-01 open {account} USD" for account in sorted(accounts)]
    for entry in posted:
        for fund in sorted({line.fund for line in entry.lines}):
            rows.append(f'{entry.effective} * "{entry.event}" "{_word(entry.id)} {fund}"')
            rows += [f"  {_of(line)}  {_amount(line.signed)}" for line in entry.lines if line.fund == fund]
    after = max((entry.effective for entry in posted), default=date(1970, 1, 1)) + timedelta(days=1)
    rows += [
        f"{after} balance {_account(code, fund)}  {_amount(cents).replace(' ', ' ~ 0.001 ')}"  # to the cent
        for (code, fund), cents in trial.items()
    ]
    return "\n".join(rows) + "\n"


def complaints(journals: Iterable[Journal], trial: Mapping[tuple[str, str], int]) -> list[str]:
    """What beancount's checker finds wrong; empty when all is well."""
    _, errors, _ = loader.load_string(export(journals, trial))
    return [str(error.message) for error in errors]
