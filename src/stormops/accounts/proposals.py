"""What may be proposed to others' approval: each names its accounts, its amount, and how it is posted.

A proposal is kept in its request as JSON; it is posted only when as many people approved as the amount's tier needs.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec.structs import replace

from stormops.accounts import owed, postings
from stormops.accounts.commands_billing import Lines, charged
from stormops.accounts.commands_deposit import in_service, refund_to
from stormops.accounts.commands_guaranty import called_on, guaranty_of, noticed_on
from stormops.accounts.decision import usd
from stormops.accounts.draft import Draft
from stormops.accounts.ledger import Head
from stormops.accounts.postings import Against, Held, Piece
from stormops.accounts.record import Amount, Day, Id, Payment
from stormops.accounts.records_money import ChargeType, Receivable, Request
from stormops.accounts.records_place import Account, ServiceAgreement
from stormops.accounts.refusal import Refused

PARTS_MAX = 500
MASS_MAX = 5_000
"""Accounts in one request of a mass credit; a larger city's event is several requests of one decision."""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some of what is open of one charge."""

    receivable: Id
    cents: Payment


Parts = Annotated[tuple[Part, ...], msgspec.Meta(min_length=1, max_length=PARTS_MAX)]


class Proposal(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True):
    """The base of all proposals."""

    asking: ClassVar[str]
    """The row of the table of modes for asking."""
    doing: ClassVar[str]
    """The row for posting it."""
    making: ClassVar[str]
    """The permission of the maker."""

    def about(self, draft: Draft) -> tuple[str, ...]:
        """The accounts concerned. Raises Refused."""
        raise NotImplementedError

    def cents(self, draft: Draft) -> int:
        """The amount that the tiers judge."""
        raise NotImplementedError

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """Post it. Raises Refused."""
        raise NotImplementedError


def pieces_of(draft: Draft, account: str, parts: Parts) -> list[Piece]:
    """The parts, of receivables of one account. Raises Refused."""
    found = []
    for part in parts:
        receivable = draft.get(Receivable, part.receivable)
        if receivable.account != account:
            raise Refused("other_account", "The charge is of another account.", "parts")
        found.append(owed.piece(receivable, part.cents))
    return found


def against(draft: Draft, pieces: list[Piece]) -> list[Against]:
    """Each piece with the account that its charge had credited."""
    return [Against(piece, draft.get(ChargeType, piece.charge).credits) for piece in pieces]


def free_of_stay(draft: Draft, account: str) -> Account:
    """An account under no stay. Raises Refused."""
    found = draft.get(Account, account)
    if found.stayed_by:
        raise Refused("stayed", f"Account {account} is stayed: its balances move by its case only.", "account")
    return found


class Adjustment(Proposal, frozen=True, kw_only=True, tag="adjustment"):
    """A leak, a fee waived, a courtesy, a tax exemption: what was charged is taken back against what is owed."""

    asking = "adjustment"
    doing = "adjustment"
    making = "adjust"

    account: Id
    type: str
    parts: Parts

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        return (draft.get(Account, self.account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        return postings.total(pieces_of(draft, self.account, self.parts))

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        del request
        pieces = pieces_of(draft, self.account, self.parts)
        draft.post(postings.waived(head, against(draft, pieces), self.type))


class BackBill(Proposal, frozen=True, kw_only=True, tag="back_bill"):
    """Service that was not billed, as far back as the rule allows."""

    asking = "adjustment"
    doing = "adjustment"
    making = "adjust"

    account: Id
    due: Day
    lines: Lines

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        return (draft.get(Account, self.account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        del draft
        return sum(line.cents for line in self.lines)

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        pairs = charged(draft, self.account, self.lines, draft.day(self.due), request.id)
        draft.post(postings.billed(head, pairs, "back_billed"))


class Overcharge(Proposal, frozen=True, kw_only=True, tag="overcharge"):
    """What was charged too much, given back: against what is owed, or (`refund`) to the customer."""

    asking = "adjustment"
    doing = "adjustment"
    making = "adjust"

    account: Id
    lines: Lines
    """What was too much, by charge."""
    refund: bool = False

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        return (draft.get(Account, self.account).id,)

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        del draft
        return sum(line.cents for line in self.lines)

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        account, total = free_of_stay(draft, self.account), self.cents(draft)
        contra = []
        for line in self.lines:
            kind = draft.get(ChargeType, line.charge)
            contra.append(Against(Piece("", account.id, kind.id, kind.fund, line.cents), kind.credits))
        pieces, rest = ([], total) if self.refund else owed.allocated(draft, account.id, total)
        fund = contra[0].piece.fund
        case = refund_to(draft, account, fund, "overcharge", maker=request.maker) if rest else None
        given = Held("" if case is None else case.id, account.id, fund, rest)
        draft.post(postings.overcharged(head, contra, pieces, given))


class MassCredit(Proposal, frozen=True, kw_only=True, tag="mass_credit"):
    """A storm's credit or waiver for many: one declared event, one formula, one approval."""

    asking = "mass_waiver"
    doing = "mass_waiver"
    making = "declare_waiver"

    event: Id
    fund: str
    credits: Annotated[dict[str, Amount], msgspec.Meta(min_length=1, max_length=MASS_MAX)]
    """Account → cents."""

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        return tuple(draft.get(Account, key).id for key in sorted(self.credits))

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        del draft
        return sum(self.credits.values())

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        del request
        pieces: list[Piece] = []
        excess: list[Held] = []
        for key, cents in sorted(self.credits.items()):
            account = draft.get(Account, key)
            if account.events.get("storm_credit") == self.event:
                raise Refused("credited_already", f"Account {key} has had this event's credit.", "credits")
            draft.put(replace(account, events={**account.events, "storm_credit": self.event}))
            mine, rest = ([], cents) if account.stayed_by else owed.allocated(draft, key, cents)
            pieces += mine
            excess.append(Held(key, key, self.fund, rest))
        draft.post(postings.storm_credit(head, pieces, [each for each in excess if each.cents]))


def _other_party() -> Refused:
    return Refused(
        "other_party", "A balance moves between accounts of the same liable party, or to its guarantor, only.", "to"
    )


class Transfer(Proposal, frozen=True, kw_only=True, tag="transfer"):
    """What one account owes moved to another of the same liable party, or to its guarantor; never to a new occupant."""

    asking = "balance_transfer"
    doing = "balance_transfer"
    making = "transfer"

    account: Id
    to: Id
    parts: Parts

    def about(self, draft: Draft) -> tuple[str, ...]:
        """See `Proposal.about`."""
        old, new = free_of_stay(draft, self.account), free_of_stay(draft, self.to)
        if old.party != new.party:
            self._by_guaranty(draft)
        elif old.id == new.id:
            raise _other_party()
        return old.id, new.id

    def _by_guaranty(self, draft: Draft) -> None:
        """Raise Refused unless the receiving account stands for the other, whose service is final, and for so much."""
        deposit = guaranty_of(draft, self.account, self.to)
        if deposit is None:
            raise _other_party()
        if in_service(draft.where(ServiceAgreement, account=self.account)):
            raise Refused("in_service", "A guarantor is called on when all service is final.", "to")
        if noticed_on(draft, deposit) is None:
            raise Refused(
                "not_noticed", "The guarantor is written to first: issue the notice of default to them.", "to"
            )
        left = deposit.instrument_cents - called_on(draft, self.account, self.to)
        if self.cents(draft) > left:
            raise Refused("over_guaranty", f"The guarantor stands for {usd(left)} more.", "parts")

    def cents(self, draft: Draft) -> int:
        """See `Proposal.cents`."""
        return postings.total(pieces_of(draft, self.account, self.parts))

    def post(self, draft: Draft, head: Head, request: Request) -> None:
        """See `Proposal.post`."""
        del request
        old = pieces_of(draft, self.account, self.parts)
        new = []
        for piece in old:
            source = draft.get(Receivable, piece.item)
            moved = replace(
                source,
                id=draft.new_id(),
                account=self.to,
                cents=piece.cents,
                owed=0,
                stayed=0,
                at_agency=0,
                bill=source.bill,
            )
            draft.add(moved)
            new.append(owed.piece(moved, piece.cents))
        draft.post(postings.transferred(head, old, new))
