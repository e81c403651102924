"""Commands of guarantors: another customer stands for a deposit, and is free again when the rule says so."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from stormops.accounts.command import Command
from stormops.accounts.commands_deposit import go_on
from stormops.accounts.draft import Draft, Reader
from stormops.accounts.letters import GUARANTY_CALL
from stormops.accounts.record import Decision, Hash, Id
from stormops.accounts.records_money import GUARANTOR, Deposit, Request
from stormops.accounts.records_place import Account, PartyRole, ServiceAgreement
from stormops.accounts.records_work import Letter
from stormops.accounts.refusal import Refused
from stormops.accounts.states_work import LETTER


def guaranty_of(draft: Draft, account: str, guarantor: str) -> Deposit | None:
    """The deposit of an account for which another account stands now; None = for none."""
    return next(
        (
            each
            for each in draft.where(Deposit, account=account)
            if each.state == "instrument" and each.instrument == GUARANTOR and each.guarantor == guarantor
        ),
        None,
    )


def called_on(books: Draft | Reader, account: str, guarantor: str) -> int:
    """Cents of an account's debt that were moved to its guarantor already, and not moved back."""
    return sum(
        each.cents
        for each in books.where(Request, account=account)
        if each.kind == "transfer" and each.state == "posted" and each.proposal.get("to") == guarantor
    )


def noticed_on(books: Draft | Reader, deposit: Deposit) -> date | None:
    """When the deposit's guarantor was first written to that they are called on; voided letters are none."""
    letters = (each for each in books.where(Letter, about=deposit.id) if each.kind == GUARANTY_CALL)
    days = (each.day for each in letters if each.account == deposit.guarantor and each.state == LETTER.start)
    return min(days, default=None)


class FurnishGuaranty(Command, frozen=True, kw_only=True, tag="furnish_guaranty"):
    """Another customer with a good record stands for a deposit, at one address, by a signed contract.

    Asked again with another guarantor, that one takes the first one's place.
    """

    function = "deposit_new"
    permission = "deposit"

    deposit: Id
    guarantor: Id
    """The guarantor's account."""
    premise: Id
    """Of the contract."""
    document: Hash
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        account, guarantor = draft.account(deposit.account), draft.account(self.guarantor)
        if guarantor.party == account.party:
            raise Refused(
                "own_guarantor", "Nobody stands for themselves: name another customer's account.", "guarantor"
            )
        if guarantor.stayed_by:
            raise Refused("stayed_guarantor", "A bankruptcy stays the guarantor's account.", "guarantor")
        served = draft.where(ServiceAgreement, account=account.id)
        if all(each.premise != self.premise for each in served):
            raise Refused("not_served_there", "The customer has no service at this address.", "premise")
        document = draft.attach([self.document], "document")[0]
        _end_role(draft, deposit)
        after = draft.step(
            deposit,
            "renew" if deposit.state == "instrument" else "furnish",
            instrument=GUARANTOR,
            instrument_cents=deposit.required,
            expires=None,
            guarantor=guarantor.id,
            guaranty_premise=self.premise,
            guaranty=draft.by_policy(self.decision),
        )
        draft.add(
            PartyRole(
                id=draft.new_id(),
                party=guarantor.party,
                account=account.id,
                role=GUARANTOR,
                basis=document,
                since=draft.envelope.day,
            )
        )
        go_on(draft, after)


class ReleaseGuaranty(Command, frozen=True, kw_only=True, tag="release_guaranty"):
    """A guarantor is free: the customer has a good record by now, or service is final and paid."""

    function = "deposit_new"
    permission = "deposit"

    deposit: Id
    decision: Decision

    def decide(self, draft: Draft) -> None:
        """See `Command.decide`."""
        draft.allow(self.function, self.permission)
        deposit = draft.get(Deposit, self.deposit)
        draft.account(deposit.account)
        if deposit.instrument != GUARANTOR:
            raise Refused("no_guaranty", "Nobody stands for this deposit.", "deposit")
        draft.step(deposit, "release", guaranty=draft.by_policy(self.decision))
        _end_role(draft, deposit)


def _end_role(draft: Draft, deposit: Deposit) -> None:
    """End the role of who stood for the deposit, unless they stand for another one of the account."""
    if not deposit.guarantor:
        return
    party = draft.get(Account, deposit.guarantor).party
    others = [
        each
        for each in draft.where(Deposit, account=deposit.account)
        if each.id != deposit.id and each.state == "instrument" and each.guarantor == deposit.guarantor
    ]
    for role in draft.where(PartyRole, account=deposit.account):
        if not others and role.role == GUARANTOR and role.party == party and role.until is None:
            draft.put(replace(role, until=draft.envelope.day))
