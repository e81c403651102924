"""Double entry by fund: what a journal is, when it may be posted, and its mirror.

A journal balances as a whole and in each fund; where it crosses funds, due-to and due-from lines are part of it.
Nothing is edited: a wrong journal is answered by its mirror. The names and the two-phase life (pending, then
posted or voided, once) follow TigerBeetle's transfers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec

from stormops.accounts.chart import CHART, DUE_FROM, DUE_TO, OWED, PREPETITION, Side
from stormops.accounts.money import Cents
from stormops.accounts.refusal import Refusal

_BETWEEN = frozenset({DUE_FROM, DUE_TO})

POOL = "general"
"""The fund that keeps what belongs to no service: cash, customers' credits, over and short."""


class JournalState(StrEnum):
    """Only what is posted counts in a balance."""

    PENDING = "pending"
    POSTED = "posted"
    VOIDED = "voided"


class Line(msgspec.Struct, frozen=True):
    """One side of a journal on one account of the chart: an amount above 0, in one fund."""

    account: str
    side: Side
    cents: Cents
    fund: str
    party: str = ""
    """The customer's account, "" if none."""
    charge: str = ""
    """The charge type, "" if none."""
    item: str = ""
    """What of the sub-ledger (a receivable, deposit, loan, drawer, …); between funds, the other fund."""
    case: str = ""
    """The bankruptcy case by which a stayed receivable is touched."""

    @property
    def signed(self) -> Cents:
        """Debits above 0, credits below."""
        return self.cents if self.side is Side.DEBIT else -self.cents


class Head(msgspec.Struct, frozen=True):
    """What every journal of a command has in common."""

    id: str
    effective: date
    posted_ms: int
    policy: str = ""
    approvals: tuple[str, ...] = ()
    state: JournalState = JournalState.POSTED


class Journal(msgspec.Struct, frozen=True):
    """An entry in the books. `id` is the idempotency key of the command that it answers."""

    id: str
    event: str
    effective: date
    posted_ms: int
    lines: tuple[Line, ...]
    policy: str = ""
    """Name and version of the policy by which it was computed."""
    approvals: tuple[str, ...] = ()
    """Who approved, in order."""
    state: JournalState = JournalState.POSTED
    reverses: str = ""
    """The journal whose mirror this is, "" if none."""


def journal(head: Head, event: str, lines: Iterable[Line]) -> Journal:
    """A journal of the lines with an amount, with what the funds then owe each other."""
    kept = tuple(line for line in lines if line.cents)
    return Journal(
        id=head.id,
        event=event,
        effective=head.effective,
        posted_ms=head.posted_ms,
        lines=kept + between_funds(kept),
        policy=head.policy,
        approvals=head.approvals,
        state=head.state,
    )


def between_funds(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The due-to and due-from lines that balance each fund, given lines that balance as a whole."""
    nets = _nets(lines)
    if not any(nets.values()):
        return ()
    owing = {fund: net for fund, net in sorted(nets.items()) if net > 0}
    added: list[Line] = []
    for creditor, net in sorted(nets.items()):
        owed = -net
        for debtor in owing if owed > 0 else ():
            cents = min(owing[debtor], owed)
            owing[debtor] -= cents
            owed -= cents
            if cents:
                added.append(Line(DUE_TO, Side.CREDIT, cents, debtor, item=creditor))
                added.append(Line(DUE_FROM, Side.DEBIT, cents, creditor, item=debtor))
    return tuple(added)


def check(entry: Journal, stayed: Mapping[str, str]) -> Refusal | None:
    """Why the journal may not be posted; None when it may. `stayed` gives the case of each account under a stay."""
    if len(entry.lines) < 2:
        return Refusal("too_few_lines", "A journal has at least two lines.")
    between = 0
    for line in entry.lines:
        if (refusal := _check_line(line, stayed)) is not None:
            return refusal
        if line.account in _BETWEEN:
            between += line.signed
    for fund, net in _nets(entry.lines).items():
        if net:
            return Refusal("unbalanced", f"Debits and credits differ by {abs(net)} cents in the fund {fund}.")
    if between:
        return Refusal("unbalanced", "What funds owe each other differs from what is due to them.")
    return None


def _check_line(line: Line, stayed: Mapping[str, str]) -> Refusal | None:
    row = CHART.get(line.account)
    if row is None:
        return Refusal("unknown_account", f"The chart has no account {line.account}.")
    if line.cents <= 0:
        return Refusal("no_amount", "A line's amount is above zero; its side says the direction.")
    if not line.fund:
        return Refusal("no_fund", "Every line belongs to a fund.")
    if row.control and not line.item:
        return Refusal("no_item", f"A line on {line.account} ({row.name}) names what it is about.")
    return _check_stay(line, stayed)


def _check_stay(line: Line, stayed: Mapping[str, str]) -> Refusal | None:
    if line.account == PREPETITION and not line.case:
        return Refusal("stayed", "What was owed before a petition is touched only by its case.")
    if line.party in stayed and line.account in OWED and stayed[line.party] != line.case:
        return Refusal("stayed", f"Account {line.party} is stayed: what it owes is touched only by its case.")
    return None


def reverse(entry: Journal, head: Head) -> Journal | Refusal:
    """The mirror of a posted journal, linked to it."""
    if entry.reverses:
        return Refusal("is_reversal", "A reversal is not reversed: enter anew what is right.")
    if entry.state is not JournalState.POSTED:
        return Refusal("not_posted", f"Only what is posted is reversed; this journal is {entry.state}.")
    mirror = tuple(msgspec.structs.replace(line, side=line.side.other) for line in entry.lines)
    made = Journal(
        head.id, f"{entry.event}_reversed", head.effective, head.posted_ms, mirror, head.policy, head.approvals
    )
    return msgspec.structs.replace(made, reverses=entry.id)


def end(entry: Journal, state: JournalState, at_ms: int) -> Journal | Refusal:
    """A pending journal posted or voided, which happens once."""
    if entry.state is not JournalState.PENDING:
        return Refusal("already_ended", f"The journal is {entry.state}; what is pending ends once.")
    if state is JournalState.PENDING:
        return Refusal("not_an_end", "A pending journal ends posted or voided.")
    return msgspec.structs.replace(entry, state=state, posted_ms=at_ms)


def balances(entries: Iterable[Journal]) -> dict[tuple[str, str], Cents]:
    """The trial balance: (account, fund) → debits less credits, of what is posted."""
    totals: dict[tuple[str, str], Cents] = defaultdict(int)
    for entry in entries:
        if entry.state is JournalState.POSTED:
            for line in entry.lines:
                totals[line.account, line.fund] += line.signed
    return dict(totals)


def _nets(lines: Iterable[Line]) -> dict[str, Cents]:
    nets: dict[str, Cents] = defaultdict(int)
    debit = Side.DEBIT
    for line in lines:
        nets[line.fund] += line.cents if line.side is debit else -line.cents
    return nets
