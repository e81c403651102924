"""What an account owes, in the order in which payments are applied: by rank of the charge, then the oldest due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from stormops.accounts import chart
from stormops.accounts.draft import Draft
from stormops.accounts.money import Cents
from stormops.accounts.postings import Piece
from stormops.accounts.records_money import Arrangement, BillLine, ChargeType, Receivable
from stormops.accounts.refusal import Refused


def piece(of: Receivable, cents: Cents) -> Piece:
    """Part of a receivable."""
    return Piece(of.id, of.account, of.charge, of.fund, cents)


def allocate(owed: Iterable[Receivable], ranks: Mapping[str, int], cents: Cents) -> tuple[list[Piece], Cents]:
    """`cents` over what is owed now, in the order of payment, and what is left of it."""
    pieces: list[Piece] = []
    for each in sorted(owed, key=lambda each: (ranks[each.charge], each.due, each.id)):
        part = min(each.owed, cents)
        if part:
            pieces.append(piece(each, part))
            cents -= part
    return pieces, cents


def open_of(draft: Draft, account: str) -> list[Receivable]:
    """What an account owes now."""
    return [each for each in draft.where(Receivable, account=account) if each.owed]


def allocated(draft: Draft, account: str, cents: Cents) -> tuple[list[Piece], Cents]:
    """`cents` over what the account owes now, and what is left."""
    owed = open_of(draft, account)
    ranks = {each.charge: draft.get(ChargeType, each.charge).rank for each in owed}
    return allocate(owed, ranks, cents)


def paid_towards(arrangement: Arrangement, charges: Iterable[Receivable]) -> Cents:
    """What was paid in all towards an arrangement: what it covers and is not open now, or the more a person entered.

    `charges`: all of the account. What left the books unpaid (written off) is not paid.
    """
    covers = set(arrangement.covers)
    left = sum(each.owed + each.stayed + each.at_agency + each.written_off for each in charges if each.id in covers)
    return max(arrangement.paid, arrangement.covered - left)


def past_due(owed: Iterable[Receivable], charges: Mapping[str, ChargeType], today: date) -> Cents:
    """What is past due and may cut service: a charge that may not (the fire fee) never counts."""
    return sum(each.owed for each in owed if each.due < today and charges[each.charge].disconnectable)


def charge(
    draft: Draft,
    account: str,
    kind: str | ChargeType,
    cents: Cents,
    *,
    due: date,
    bill: str = "",
    service: BillLine | None = None,
) -> Receivable:
    """A new receivable, empty until its journal is posted. Raises Refused."""
    found = draft.get(ChargeType, kind) if isinstance(kind, str) else kind
    if found.credits not in chart.BILLABLE:
        raise Refused("not_billable", f"The charge {found.id} credits {found.credits}, which no bill may.", "charge")
    return draft.put(
        Receivable(
            id=draft.new_id(),
            account=account,
            charge=found.id,
            fund=found.fund,
            due=due,
            cents=cents,
            bill=bill,
            since=service.since if service else None,
            until=service.until if service else None,
        )
    )
